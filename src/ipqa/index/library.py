"""Which files an index is made of: those of the corpus folder, and those that were added one by one.

What is added is copied into the index folder, so that it can be read again when ipqa reads better; the
corpus folder is only read. A report keeps its id as long as its file stays where it came from.

    library/3f1c…/report.pdf    a copy, in a folder named by the hash of its content
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ipqa.errors import EmptyCorpus, FileMissing
from ipqa.index.files import draft, drop_folder, flush
from ipqa.index.store import ReportRecord
from ipqa.reports import SourceFile, is_report_file, report_id_of

_FOLDER = "library"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that is to be in the index; the attributes are those of ``ReportRecord``."""

    id: str
    path: Path
    origin: str
    added: bool


class Library:
    """The copies of added files in an index folder."""

    def __init__(self, index: Path) -> None:
        self._folder = index / _FOLDER

    def keep(self, file: SourceFile) -> Path:
        """Copy a file into the library, and say where the copy lies."""
        target = self._folder / file.digest / file.path.name
        if not target.is_file():
            with draft(self._folder) as folder:
                (folder / file.path.name).write_bytes(file.raw)
                flush(folder / file.path.name)
                drop_folder(target.parent)
                folder.rename(target.parent)
            flush(self._folder)
        return target

    def path_of(self, record: ReportRecord) -> Path:
        """Where the copy of an added report lies."""
        return self._folder / record.digest / record.source

    def keep_only(self, digests: Iterable[str]) -> None:
        """Remove every other copy."""
        kept = set(digests)
        for path in self._folder.glob("*"):
            if path.name not in kept:
                drop_folder(path)


def corpus_entries(corpus: Path, before: Sequence[ReportRecord]) -> list[Entry]:
    """The files of the corpus, a folder or a single file, under the ids that they had before.

    Raises:
        FileMissing: there is no such folder or file.
        EmptyCorpus: no file in the folder could be a report.
    """
    if not corpus.exists():
        raise FileMissing(path=corpus)
    if corpus.is_file():
        paths = {corpus.name: corpus}
    else:
        paths = {path.relative_to(corpus).as_posix(): path for path in report_files(corpus)}
    if not paths:
        raise EmptyCorpus(path=corpus)
    ids = {record.origin: record.id for record in before if not record.added}
    taken = {ids[origin] for origin in paths if origin in ids} | {r.id for r in before if r.added}
    entries = []
    for origin, path in paths.items():
        report_id = ids.get(origin) or free_id(report_id_of(path), taken)
        taken.add(report_id)
        entries.append(Entry(report_id, path, origin, added=False))
    return entries


def report_files(folder: Path) -> Iterator[Path]:
    """Every file below a folder that could be a report, in the order of their paths."""
    return iter(sorted(p for p in folder.rglob("*") if is_report_file(p) and p.is_file()))


def free_id(wanted: str, taken: set[str]) -> str:
    """The id, or with a number after it where another report has it."""
    wanted = re.sub(r"-+", "-", wanted)
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted}-{number}"
    return free
