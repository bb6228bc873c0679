"""Has atheris make inputs of the files of one format, and keeps those that reading breaks over.

    python -m tests.fuzz.harness .pdf FOLDER 600      ten minutes

The reading package alone is watched, so that inputs are kept which lead to new places in it. What breaks a reader is
written to FOLDER/findings, once for each place in the code, and the others go on; what ends the process itself is
written there by libFuzzer.
"""

import random
import resource
import sys
import traceback
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import atheris
from lxml import etree

with atheris.instrument_imports(include=["ipqa.reports"]):
    import ipqa.reports

    for _module in walk_packages(ipqa.reports.__path__, "ipqa.reports."):
        if not _module.name.endswith(".worker"):
            import_module(_module.name)

from ipqa.reports import SourceFile
from tests.fuzz import trees
from tests.fuzz.judging import read_soundly
from tests.mangling import TooSlow, damaged, damaged_within, originals

_LARGEST = 200_000
"""Bytes of an input: no more is needed to lead to any place."""

_LONGER = 1_000
"""Bytes that an input grows by at the most, where libFuzzer changes it."""

_MEMORY = 4_000_000_000
"""Bytes of address space; a reader that needs more falls over it."""

_UNBOUND = 60
"""Seconds after which libFuzzer ends a process that no longer answers to signals."""


class Fuzzing:
    """Reads inputs as files of one format.

    Args:
        ending: of the files' names.
        findings: the folder for what reading broke over.
    """

    def __init__(self, ending: str, findings: Path) -> None:
        self._ending = ending
        self._findings = findings
        self._seen: set[object] = set()

    def read(self, raw: bytes) -> None:
        """Read one input."""
        file = SourceFile(Path(f"input{self._ending}"), raw)
        try:
            read_soundly(file)
        except (Exception, TooSlow) as error:  # noqa: BLE001 - each is looked into
            self._keep(file, error)

    def _keep(self, file: SourceFile, error: BaseException) -> None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        fault = type(error), "" if isinstance(error, TooSlow) else (place.filename, place.lineno)
        if fault in self._seen:
            return
        self._seen.add(fault)
        (self._findings / f"{file.digest[:12]}{self._ending}").write_bytes(file.raw)
        traceback.print_exception(error, limit=-4)


def mutated(raw: bytes, largest: int, seed: int) -> bytes:
    """An input with a change; in a zip one of its members has it, as it would break at any other."""
    chance = random.Random(seed)
    if raw.startswith(b"PK"):
        changed = damaged_within(chance, raw, _changed_member)
        return changed if len(changed) <= largest else raw
    return _changed(chance, raw)[:largest]


def _changed_member(chance: random.Random, raw: bytes) -> bytes:
    """A part of a Word or PowerPoint file with a change, most of which leave it well-formed."""
    if chance.random() < 1 / 4:
        return _changed(chance, raw)
    try:
        return trees.changed(chance, raw)
    except etree.XMLSyntaxError:
        return _changed(chance, raw)


def _changed(chance: random.Random, raw: bytes) -> bytes:
    """Bytes with a change: one that libFuzzer makes, or one that damages files as wholes."""
    if chance.random() < 1 / 4:
        return damaged(chance, raw)
    return bytes(atheris.Mutate(raw, len(raw) + _LONGER))


def main() -> None:
    """Fuzz one format until the time is over."""
    ending, folder, seconds = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    seeds, findings = folder / "seeds", folder / "findings"
    for made in (seeds, findings):
        made.mkdir(parents=True, exist_ok=True)
    for name, raw in originals().items():
        if name.endswith(ending):
            (seeds / name).write_bytes(raw)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    options = {
        "max_total_time": seconds,
        "max_len": _LARGEST,
        "timeout": _UNBOUND,
        "rss_limit_mb": 0,
        "cross_over": 0,
        "print_final_stats": 1,
        "artifact_prefix": f"{findings}/",
    }
    atheris.Setup(
        [sys.argv[0], str(seeds), *(f"-{name}={value}" for name, value in options.items())],
        Fuzzing(ending, findings).read,
        custom_mutator=mutated,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
