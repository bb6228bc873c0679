"""An installation examined: what it consists of, and each fault with its file and its remedy.

Nothing is changed by it, and nothing leaves the machine but a request to the language model's endpoint,
where one is configured.
"""

import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from ipqa import __version__
from ipqa.doctor.checkup import Checkup, Fault
from ipqa.doctor.index import examine_index
from ipqa.doctor.installation import (
    changed_settings,
    dictionary_faults,
    examine_disk,
    model_faults,
    working_model,
)
from ipqa.doctor.services import examine_endpoint, examine_records
from ipqa.settings import Settings

__all__ = ["Checkup", "Fault", "examine"]


def examine(settings: Settings) -> Checkup:
    """Examine everything that an answer under these settings needs."""
    faults = [*dictionary_faults(), *model_faults()]
    model = None
    if not faults:
        model, found = working_model(settings)
        faults += found
    index, found = examine_index(settings, model)
    faults += found
    records, found = examine_records(settings)
    faults += found
    endpoint, found = examine_endpoint(settings)
    faults += found
    disk, found = examine_disk(settings.index)
    faults += found
    return Checkup(
        ipqa=__version__,
        python=platform.python_version(),
        dictionary=_version_of("sudachidict-core"),
        embedding=model.fingerprint if model else None,
        settings=changed_settings(settings),
        index=index,
        records=records,
        endpoint=endpoint,
        disk=disk,
        faults=tuple(faults),
    )


def _version_of(package: str) -> str | None:
    with suppress(PackageNotFoundError):
        return version(package)
    return None
