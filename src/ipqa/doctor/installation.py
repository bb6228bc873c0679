"""What is installed and how it is set: dictionary, models, options, room on the disk."""

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from ipqa.doctor.checkup import DiskState, Fault, fault_of
from ipqa.embedding import EmbeddingModel, model_of
from ipqa.errors import (
    DictionaryUnavailable,
    DiskNearlyFull,
    IndexNotWritable,
    IpqaError,
    ModelUnavailable,
    ShippedModelChanged,
    ShippedModelUnavailable,
)
from ipqa.japanese import require_dictionary
from ipqa.network import changed_files
from ipqa.reader import Reader
from ipqa.records.database import Database
from ipqa.settings import Settings

_ADDRESSES = {"embedding_base_url", "index_url", "llm_base_url"}
"""Settings in which there may be a key."""

_TRIAL = "報告書の出荷量"
"""A text for the model to embed."""


def dictionary_faults() -> list[Fault]:
    """What keeps Japanese from being cut into words."""
    try:
        require_dictionary()
    except DictionaryUnavailable as error:
        return [fault_of("sudachidict-core", error)]
    return []


def model_faults() -> list[Fault]:
    """Which files of the shipped models are not those that were shipped."""
    try:
        changed = changed_files()
    except ShippedModelUnavailable as error:
        return [fault_of(str(error.details["model"]), error)]
    return [fault_of(path, ShippedModelChanged(model=path.stem, file=path)) for path in changed]


def working_model(settings: Settings) -> tuple[EmbeddingModel | None, list[Fault]]:
    """The embedding model that the settings name, and what keeps it or the reader from working."""
    try:
        model = model_of(settings)
        model.embed_queries([_TRIAL])
        if settings.reader:
            Reader()
    except ModelUnavailable as error:
        return None, [fault_of(str(error.details["model"]), error)]
    return model, []


def changed_settings(settings: Settings) -> dict[str, str]:
    """The options that differ from their defaults, without what is secret in them."""
    values = dict(settings)
    return {
        f"IPQA_{name.upper()}": _shown(name, values[name])
        for name, field in Settings.model_fields.items()
        if values[name] != field.get_default(call_default_factory=True, validated_data=values)
    }


def shown_address(url: str) -> str:
    """An address without what may be a key in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))


def examine_disk(index: Path) -> tuple[DiskState, list[Fault]]:
    """The room where the index lies, or will lie, and whether it may be written there."""
    folder = next(path for path in (index, *index.absolute().parents) if path.is_dir())
    free = shutil.disk_usage(folder).free
    size = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    problems: list[IpqaError] = []
    if free < size:
        problems.append(DiskNearlyFull(folder=folder, free=free, size=size))
    if not os.access(folder, os.W_OK):
        problems.append(IndexNotWritable(folder=index, reason="not writable"))
    return (
        DiskState(folder=str(folder), free=free, index=size),
        [fault_of(folder, problem) for problem in problems],
    )


def _shown(name: str, value: object) -> str:
    """A value as it may be handed on; a key masks itself."""
    if name == "database_url" and isinstance(value, SecretStr):
        url = value.get_secret_value()
        return url if url.startswith("sqlite:") else f"postgresql://{Database(url).place}"
    return shown_address(str(value)) if name in _ADDRESSES else str(value)
