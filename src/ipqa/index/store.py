"""The index on disk: whole generations, published by one atomic rename, checked before they are read.

    index/
      current                   which generation is in force (see ``generations``)
      generations/000002/
        manifest.json           which reports, what they were made with, and the hash of every file
        learnt.json             what is learnt of each report (see ``learnt``)
        starts.npy              the first sentence of each passage
        …                       what its engine keeps there (see ``on_disk`` and ``milvus``)
      readings/                 the reports as read, shared by the generations (see ``readings``)
      library/                  copies of the files that were added (see ``library``)

A generation is written to a folder of its own, read back, flushed to the disk, and only then named in
``current``, itself replaced by a rename. Whoever is interrupted leaves the last good generation in force.
The generation before it is kept, and can be put back in force (see ``rollback``).
"""

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from ipqa.errors import (
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexNotWritable,
    IndexProblem,
)
from ipqa.glossary import Names
from ipqa.index.arrays import read_array, write_array
from ipqa.index.contents import Contents, joined_starts
from ipqa.index.files import FileFault, FileRecord, check, check_size, draft, flush, seal
from ipqa.index.generations import (
    FORMAT,
    Manifest,
    ReportRecord,
    ReportSource,
    damaged,
    generation_folder,
    generation_names,
    generations_folder,
    manifest_in_force,
    manifest_of,
    names_before,
    put_in_force,
    read_pointer,
    rebuild_command,
    write_manifest,
)
from ipqa.index.held import HeldReading
from ipqa.index.learnt import Learnt
from ipqa.index.legs import Dense, Engine, Lexical
from ipqa.index.on_disk import ON_DISK, VECTORS_FILE
from ipqa.index.readings import PLAIN, READING, VECTORS, Readings, Recipe
from ipqa.passages import Passage, Sentence
from ipqa.reports.model import Report
from ipqa.spelling import Spelling

_LOCK = ".lock"
_LEARNT = "learnt.json"
_STARTS = "starts.npy"

_HASHED_AT_OPEN = 256 * 2**20
"""Bytes of an index up to which all are held against their hashes when it is opened."""

_SMALL = 2**20
"""Bytes of a file of a generation up to which it always is."""

_LEARNT_JSON = TypeAdapter(list[Learnt])


@dataclass(frozen=True)
class Index:
    """An opened generation: what its reports say, and the two legs that find it."""

    name: str
    manifest: Manifest
    contents: Contents
    dense: Dense
    lexical: Lexical

    @property
    def reports(self) -> Mapping[str, Report]:
        """The reports by their ids, each read when it is asked for."""
        return self.contents.reports

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages, those of each report together."""
        return self.contents.passages

    @property
    def sentences(self) -> Sequence[Sentence]:
        """All sentences, those of each passage together."""
        return self.contents.sentences

    def sentences_of(self, passage: int) -> range:
        """The numbers of a passage's sentences, which stand together."""
        return self.contents.sentences_of(passage)

    def names(self) -> Iterator[Names]:
        """The names that stand beside abbreviations, of each report, for a glossary."""
        return (learnt.counted_names() for learnt in self.contents.learnt)

    def spelling(self) -> Spelling:
        """How the reports spell the names in them."""
        names = [learnt.spoken for learnt in self.contents.learnt]
        return Spelling(names, self.contents.is_written)


def open_index(folder: Path, engine: Engine = ON_DISK) -> Index:
    """Open the generation in force, after checking every file against its manifest.

    Where others put a new generation in force meanwhile, and clear this one away, that one is opened.

    Args:
        folder: of the index.
        engine: what searches it.

    Raises:
        IndexMismatch: it was built for another engine.
        IndexUnreachable: the engine cannot be asked.
        IndexMissing: there is none.
        IndexDamaged: a file is missing, torn or changed, or the parts do not belong together.
        IndexTooOld: an earlier version of ipqa laid it out in another way.
        IndexTooNew: a later version of ipqa wrote it.
    """
    pointer = read_pointer(folder)
    while True:
        try:
            return _opened(folder, pointer.name, manifest_in_force(folder, pointer), engine)
        except IndexDamaged:
            before, pointer = pointer, read_pointer(folder)
            if pointer == before:
                raise


def open_generation(folder: Path, name: str, engine: Engine = ON_DISK) -> Index:
    """Open a generation, whether or not it is in force; raises as ``open_index`` does."""
    return _opened(folder, name, manifest_of(folder, name), engine)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the generation in force; raises as ``open_index`` does."""
    return manifest_in_force(folder, read_pointer(folder))


def files_of(folder: Path, name: str, manifest: Manifest) -> dict[Path, FileRecord]:
    """The files that a generation is opened from, besides its manifest."""
    generation = generation_folder(folder, name)
    readings = Readings(folder)
    looked_into = (READING, PLAIN) if _holds_vectors(manifest) else (READING, PLAIN, VECTORS)
    return {generation / file: record for file, record in manifest.files.items()} | {
        readings.path(entry.reading, file): entry.files[file]
        for entry in manifest.reports
        for file in looked_into
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


def write_generation(  # noqa: PLR0913, PLR0917 - all that a generation is made of
    folder: Path,
    reports: Sequence[ReportRecord],
    recipe: Recipe,
    version: str,
    approve: Callable[[str], None],
    engine: Engine = ON_DISK,
) -> Manifest:
    """Put the readings of the reports together to a new generation, and put that in force.

    To be called by the one writer.

    Args:
        folder: of the index.
        reports: what goes into it.
        recipe: how their readings were made.
        version: of ipqa.
        approve: is told the name of the generation before it is put in force, and raises where it is not to be.
        engine: what is to search it.

    Raises:
        OSError, RuntimeError: the folder cannot be written; the generation in force stays as it was, as it
            does where ``approve`` raises.
        IndexUnreachable: the engine cannot be asked; it stays as it was, too.
    """
    readings = Readings(folder)
    keys = [record.reading for record in reports]
    outlines = [readings.outline(key) for key in keys]
    starts = joined_starts([np.array(outline.starts, dtype=np.int32) for outline in outlines])
    with draft(generations_folder(folder)) as pending:
        engine.write(pending, folder, reports, recipe)
        write_array(pending / _STARTS, starts)
        (pending / _LEARNT).write_bytes(_LEARNT_JSON.dump_json([o.learnt for o in outlines]))
        manifest = Manifest(
            format=FORMAT,
            ipqa=version,
            created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            recipe=recipe,
            reports=tuple(reports),
            counts={
                "reports": len(reports),
                "passages": len(starts) - 1,
                "sentences": int(starts[-1]),
            },
            files=seal(pending),
        ).sealed()
        _require_readable(folder, pending, manifest, engine)
        write_manifest(pending, manifest)
        name = _settle(pending)
    try:
        approve(name)
    except BaseException:
        shutil.rmtree(generation_folder(folder, name), ignore_errors=True)
        raise
    _forget_left_ones(folder, name)
    engine.put_in_force(generation_folder(folder, name))
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


def _opened(folder: Path, name: str, manifest: Manifest, engine: Engine) -> Index:
    if engine.mark not in manifest.files:
        remedy = rebuild_command(folder)
        raise IndexMismatch(folder=folder, difference="IPQA_INDEX_URL", remedy=remedy)
    generation = generation_folder(folder, name)
    try:
        whole = _checked(files_of(folder, name, manifest), generation)
        index = _read(folder, generation, manifest, engine, whole=whole)
    except FileFault as fault:
        raise damaged(folder, *fault.told(folder)) from fault
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise damaged(
            folder, f"cannot be read: {error}", "読み込めないファイルがあります"
        ) from error
    if not _fits(index):
        raise damaged(
            folder, "its parts do not belong together", "各ファイルの件数が合っていません"
        )
    return index


def _read(
    folder: Path, generation: Path, manifest: Manifest, engine: Engine, *, whole: bool
) -> Index:
    """Open a generation, of a small index into memory."""
    learnt = _LEARNT_JSON.validate_json((generation / _LEARNT).read_bytes())
    held = [HeldReading(folder, record, whole=whole) for record in manifest.reports]
    legs = engine.read(generation, held, whole=whole)
    return Index(
        name=generation.name,
        manifest=manifest,
        contents=Contents(held, learnt, read_array(generation / _STARTS, whole=whole)),
        dense=legs.dense,
        lexical=legs.lexical,
    )


def _checked(files: Mapping[Path, FileRecord], generation: Path) -> bool:
    """Hold files against their records, of a large index the large ones by their size only.

    Returns:
        Whether all were held against their hashes.

    Raises:
        FileFault: the first that is not what was written.
    """
    thorough = sum(record.size for record in files.values()) <= _HASHED_AT_OPEN
    for path, record in files.items():
        small = record.size <= _SMALL and generation in path.parents
        if thorough or small:
            check(path, record)
        else:
            check_size(path, record)
    return thorough


def _holds_vectors(manifest: Manifest) -> bool:
    return VECTORS_FILE in manifest.files


def _fits(index: Index) -> bool:
    passages, sentences = index.contents.counts
    sizes = {
        "reports": len(index.reports),
        "passages": passages,
        "sentences": sentences,
    }
    return (
        sizes == index.manifest.counts
        and passages == sum(record.passages for record in index.manifest.reports)
        and len(index.dense) == sentences
        and len(index.lexical) == passages
        and index.dense.dimension == index.manifest.recipe.dimension
    )


def is_large(reports: Sequence[ReportSource]) -> bool:
    """Whether the readings of some reports are too much to be read again whenever one of them changes."""
    known = (report for report in reports if isinstance(report, ReportRecord))
    return sum(f.size for report in known for f in report.files.values()) > _HASHED_AT_OPEN


def _is_whole(folder: Path, name: str) -> bool:
    """Whether a generation could be opened, and gone on with."""
    try:
        manifest = manifest_of(folder, name)
        _checked(files_of(folder, name, manifest), generation_folder(folder, name))
        readings = Readings(folder, by_time=is_large(manifest.reports))
        for entry in manifest.reports:
            readings.checked(entry.reading)
    except (IndexProblem, FileFault):
        return False
    return True


def _require_readable(folder: Path, pending: Path, manifest: Manifest, engine: Engine) -> None:
    """Read a draft back; libraries that write its files say nothing where the last bytes are lost."""
    try:
        index = _read(folder, pending, manifest, engine, whole=False)
    except (ValueError, RuntimeError, KeyError) as error:
        raise OSError(f"what was written cannot be read back: {error}") from error
    if not _fits(index):
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
