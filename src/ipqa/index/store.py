"""The index on disk: whole generations, published by one atomic rename, checked before they are read.

    index/
      current                   which generation is in force (see ``generations``)
      generations/000002/
        manifest.json           which reports, what they were made with, and the hash of every file
        dense.faiss             vectors of the sentences
        lexical/                BM25 over the passages
      readings/                 the reports as read, shared by the generations (see ``readings``)
      library/                  copies of the files that were added (see ``library``)

A generation is written to a folder of its own, read back, flushed to the disk, and only then named in
``current``, itself replaced by a rename. Whoever is interrupted leaves the last good generation in force.
The generation before it is kept, and can be put back in force (see ``rollback``).
"""

import fcntl
import shutil
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ipqa.errors import IndexBusy, IndexDamaged, IndexNotWritable, IndexProblem
from ipqa.index.dense import DenseIndex
from ipqa.index.files import FileFault, FileRecord, check, draft, flush, seal
from ipqa.index.generations import (
    FORMAT,
    Manifest,
    ReportRecord,
    damaged,
    generation_folder,
    generation_names,
    generations_folder,
    manifest_in_force,
    manifest_of,
    names_before,
    put_in_force,
    read_pointer,
    write_manifest,
)
from ipqa.index.lexical import LexicalIndex
from ipqa.index.readings import Readings, Recipe
from ipqa.passages import Passage, Sentence
from ipqa.reports.model import Report

_LOCK = ".lock"
_DENSE = "dense.faiss"
_LEXICAL = "lexical"


@dataclass(frozen=True)
class Index:
    """An opened generation."""

    name: str
    manifest: Manifest
    reports: Mapping[str, Report]
    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]
    dense: DenseIndex
    lexical: LexicalIndex

    def sentences_of(self, passage: int) -> range:
        """The numbers of a passage's sentences, which stand together."""
        return range(
            bisect_left(self.sentences, passage, key=lambda sentence: sentence.passage),
            bisect_right(self.sentences, passage, key=lambda sentence: sentence.passage),
        )


def open_index(folder: Path) -> Index:
    """Open the generation in force, after checking every file against its manifest.

    Where others put a new generation in force meanwhile, and clear this one away, that one is opened.

    Raises:
        IndexMissing: there is none.
        IndexDamaged: a file is missing, torn or changed, or the parts do not belong together.
        IndexMismatch: an earlier version of ipqa laid it out in another way.
        IndexTooNew: a later version of ipqa wrote it.
    """
    pointer = read_pointer(folder)
    while True:
        try:
            return _opened(folder, pointer.name, manifest_in_force(folder, pointer))
        except IndexDamaged:
            before, pointer = pointer, read_pointer(folder)
            if pointer == before:
                raise


def open_generation(folder: Path, name: str) -> Index:
    """Open a generation, whether or not it is in force; raises as ``open_index`` does."""
    return _opened(folder, name, manifest_of(folder, name))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the generation in force; raises as ``open_index`` does."""
    return manifest_in_force(folder, read_pointer(folder))


def files_of(folder: Path, name: str, manifest: Manifest) -> dict[Path, FileRecord]:
    """The files that a generation is opened from, besides its manifest."""
    generation = generation_folder(folder, name)
    readings = Readings(folder)
    return {generation / file: record for file, record in manifest.files.items()} | {
        readings.report_path(entry.reading): entry.file for entry in manifest.reports
    }


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Hold the index folder for writing; the lock goes with the process, however that ends.

    Raises:
        IndexBusy: another process writes to it.
        IndexNotWritable: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / _LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise IndexBusy(folder=folder) from error
            yield
    except (OSError, RuntimeError) as error:  # FAISS reports a full disk as RuntimeError
        reason = (getattr(error, "strerror", None) or str(error)).strip()
        raise IndexNotWritable(folder=folder, reason=reason) from error


def write_generation(
    folder: Path, reports: Sequence[ReportRecord], recipe: Recipe, version: str
) -> Manifest:
    """Put the readings of the reports together to a new generation, and put that in force.

    To be called by the one writer; raises OSError or RuntimeError where the folder cannot be written,
    and then the generation in force stays as it was.
    """
    readings = Readings(folder)
    words = [line for record in reports for line in readings.words(record.reading)]
    with draft(generations_folder(folder)) as pending:
        dense = DenseIndex.of(recipe.dimension, (readings.vectors(r.reading) for r in reports))
        dense.save(pending / _DENSE)
        LexicalIndex.of(words).save(pending / _LEXICAL)
        manifest = Manifest(
            format=FORMAT,
            ipqa=version,
            created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            recipe=recipe,
            reports=tuple(reports),
            counts={"reports": len(reports), "passages": len(words), "sentences": len(dense)},
            files=seal(pending),
        ).sealed()
        _require_readable(pending, manifest)
        write_manifest(pending, manifest)
        name = _settle(pending)
    _forget_left_ones(folder, name)
    put_in_force(folder, name, manifest)
    return manifest


def clear_away(folder: Path) -> None:
    """Remove what neither the generation in force needs nor the one to return to, drafts among it.

    Of the generations before, the newest is kept that is whole; those after the one in force were
    left by a rollback, and go when the next is written.

    Raises:
        IndexProblem: it is not known which generation is in force; nothing is removed then.
    """
    in_force = read_pointer(folder).name
    earlier = names_before(folder, in_force)
    whole = next((name for name in reversed(earlier) if _is_whole(folder, name)), None)
    later = set(generation_names(folder)) - set(earlier)
    for path in generations_folder(folder).iterdir():
        if path.name != whole and path.name not in later:
            shutil.rmtree(path, ignore_errors=True)


def kept_reports(folder: Path) -> list[ReportRecord]:
    """The reports of every generation that is there; what else is stored may go."""
    kept: list[ReportRecord] = []
    for name in generation_names(folder):
        with suppress(IndexProblem):  # one that cannot be read cannot be returned to
            kept += manifest_of(folder, name).reports
    return kept


def _opened(folder: Path, name: str, manifest: Manifest) -> Index:
    generation = generation_folder(folder, name)
    readings = Readings(folder)
    reports: dict[str, Report] = {}
    passages: list[Passage] = []
    sentences: list[Sentence] = []
    try:
        for path, record in files_of(folder, name, manifest).items():
            check(path, record)
        for entry in manifest.reports:
            cut = readings.cut(entry.reading, entry.id, entry.source)
            reports[entry.id] = cut.report
            sentences += [replace(s, passage=s.passage + len(passages)) for s in cut.sentences]
            passages += cut.passages
        dense = DenseIndex.load(generation / _DENSE)
        lexical = LexicalIndex.load(generation / _LEXICAL)
    except FileFault as fault:
        raise damaged(folder, *fault.told(folder)) from fault
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise damaged(
            folder, f"cannot be read: {error}", "読み込めないファイルがあります"
        ) from error
    index = Index(
        name=name,
        manifest=manifest,
        reports=reports,
        passages=tuple(passages),
        sentences=tuple(sentences),
        dense=dense,
        lexical=lexical,
    )
    _check_counts(folder, index)
    return index


def _check_counts(folder: Path, index: Index) -> None:
    sizes = {
        "reports": len(index.reports),
        "passages": len(index.passages),
        "sentences": len(index.sentences),
    }
    fits = (
        sizes == index.manifest.counts
        and len(index.dense) == len(index.sentences)
        and len(index.lexical) == len(index.passages)
        and index.dense.dimension == index.manifest.recipe.dimension
    )
    if not fits:
        raise damaged(
            folder, "its parts do not belong together", "各ファイルの件数が合っていません"
        )


def _is_whole(folder: Path, name: str) -> bool:
    """Whether a generation could be opened, and gone on with."""
    readings = Readings(folder)
    try:
        manifest = manifest_of(folder, name)
        for path, record in files_of(folder, name, manifest).items():
            check(path, record)
        for entry in manifest.reports:
            readings.checked(entry.reading)
    except (IndexProblem, FileFault):
        return False
    return True


def _require_readable(pending: Path, manifest: Manifest) -> None:
    """Read a draft back; libraries that write its files say nothing where the last bytes are lost."""
    try:
        dense = DenseIndex.load(pending / _DENSE)
        lexical = LexicalIndex.load(pending / _LEXICAL)
        sizes = (len(lexical), len(dense))
    except (ValueError, RuntimeError, KeyError) as error:
        raise OSError(f"what was written cannot be read back: {error}") from error
    if sizes != (manifest.counts["passages"], manifest.counts["sentences"]):
        raise OSError("what was written is not what was read back")


def _settle(pending: Path) -> str:
    """Give a finished generation the next free number as its name."""
    flush(pending)
    generations = pending.parent
    number = max((int(name) for name in generation_names(generations.parent)), default=0)
    name = f"{number + 1:06d}"
    pending.rename(generations / name)
    flush(generations)
    return name


def _forget_left_ones(folder: Path, new: str) -> None:
    """Remove generations between the one in force and a new one: never in force, or returned from.

    So the numbers of generations always tell in which order they were in force.
    """
    with suppress(IndexProblem):  # where it is not known which is in force, all may have been
        in_force = read_pointer(folder).name
        for name in names_before(folder, new):
            if int(name) > int(in_force):
                shutil.rmtree(generation_folder(folder, name), ignore_errors=True)
