"""What `pip install .` brings along: the packages that ipqa needs, by the metadata of what is installed here."""

import tomllib
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]

RUN_TIME_EXTRAS = ("eval", "langchain", "llm", "mcp", "milvus", "postgres", "ray", "telemetry")
"""The extras that a user installs; the others are for those who work on ipqa."""


def needed(extras: Iterable[str] = ()) -> dict[str, Distribution]:
    """The packages that ipqa needs at run time, by their normalised names.

    Args:
        extras: of ipqa, that are to be installed with it.

    Raises:
        PackageNotFoundError: one of them is not installed here.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    left = [Requirement(line) for line in wanted]
    while left:
        requirement = left.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                found[name] = _installed(name)
                left += _required(found[name], extra)
    return found


def pin(package: Distribution) -> str:
    """A package as a requirement of just this version, without what tells builds of it apart (``+cpu``)."""
    return f"{canonicalize_name(package.metadata['Name'])}=={package.version.partition('+')[0]}"


def _installed(name: str) -> Distribution:
    try:
        return distribution(name)
    except PackageNotFoundError as error:
        error.add_note(f"{name} is needed at run time: pip install -c constraints.txt '.[dev]'")
        raise


def _required(package: Distribution, extra: str) -> list[Requirement]:
    """What a package needs here, with one of its extras."""
    lines = [Requirement(line) for line in package.requires or ()]
    return [one for one in lines if one.marker is None or one.marker.evaluate({"extra": extra})]
