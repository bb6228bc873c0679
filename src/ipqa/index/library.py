"""Which files an index is made of: those of the corpus folder, and those that were added one by one.

What is added is copied into the index folder, so that it can be read again when ipqa reads better; the
corpus folder is only read. A report keeps its id as long as its file stays where it came from.

    library/3f1c…/report.pdf    a copy, in a folder named by the hash of its content
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ipqa.errors import CopyDamaged, EmptyCorpus, FileMissing
from ipqa.index.files import draft, drop_folder, flush, sha256
from ipqa.index.generations import ReportSource
from ipqa.reports import SourceFile, is_report_file, report_id_of

_FOLDER = "library"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that is to be in the index; the attributes are those of ``ReportSource``.

    Attributes:
        copy_of: the hash of what was added, which a copy in the library must still have; empty for
            a file of the corpus, which may change.
    """

    id: str
    path: Path
    origin: str
    copy_of: str = ""

    @property
    def added(self) -> bool:
        """Whether the file lies in the library."""
        return bool(self.copy_of)


class Library:
    """The copies of added files in an index folder."""

    def __init__(self, index: Path) -> None:
        self._folder = index / _FOLDER

    def keep(self, file: SourceFile, name: str) -> Path:
        """Copy a file into the library under a name, and say where the copy lies.

        A copy that is damaged is replaced; others of the same content stay, as the generation before
        may know them by another name.
        """
        target = self._folder / file.digest / name
        if not _holds(target, file.digest):
            with draft(self._folder) as folder:
                (folder / name).write_bytes(file.raw)
                flush(folder / name)
                target.parent.mkdir(exist_ok=True)
                (folder / name).replace(target)
                flush(target.parent)
            flush(self._folder)
        return target

    def entry(self, record: ReportSource) -> Entry:
        """The copy of an added report."""
        path = self._folder / record.digest / record.source
        return Entry(record.id, path, record.origin, copy_of=record.digest)

    def nameless(self, known: Sequence[ReportSource]) -> list[Entry]:
        """The copies whose content is none of the known reports', under ids and origins of their file names.

        For an index that cannot say any more what was added to it.
        """
        digests = {record.digest for record in known}
        taken = {record.id for record in known}
        entries = []
        for path in sorted(self._folder.glob("[0-9a-f]*/*"), key=lambda path: path.name):
            if path.parent.name not in digests:
                digests.add(path.parent.name)
                entries.append(
                    Entry(free_id(report_id_of(path), taken), path, path.name, path.parent.name)
                )
                taken.add(entries[-1].id)
        return entries

    def check(self, record: ReportSource) -> None:
        """Hold the copy of an added report against what was added.

        Raises:
            CopyDamaged: it is missing or has changed.
        """
        entry = self.entry(record)
        if not _holds(entry.path, record.digest):
            raise CopyDamaged(path=record.origin, copy=entry.path)

    def has(self, digest: str) -> bool:
        """Whether there is a copy of that content, whole or not."""
        return (self._folder / digest).exists()

    def drop(self, digests: Iterable[str]) -> None:
        """Remove the copies of what turned out to be no report."""
        for digest in digests:
            drop_folder(self._folder / digest)

    def keep_only(self, digests: Iterable[str]) -> None:
        """Remove every other copy."""
        kept = set(digests)
        for path in self._folder.glob("*"):
            if path.name not in kept:
                drop_folder(path)


def corpus_entries(
    corpus: Path, before: Sequence[ReportSource], added: Iterable[Entry]
) -> list[Entry]:
    """The files of the corpus, a folder or a single file, under the ids that they had before.

    Others get ids that neither these have nor the reports that were added.

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
    taken = {ids[origin] for origin in paths if origin in ids} | {entry.id for entry in added}
    entries = []
    for origin, path in paths.items():
        report_id = ids.get(origin) or free_id(report_id_of(path), taken)
        taken.add(report_id)
        entries.append(Entry(report_id, path, origin))
    return entries


def _holds(path: Path, digest: str) -> bool:
    """Whether a file is there and has that hash."""
    try:
        return sha256(path) == digest
    except OSError:
        return False


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
