"""The index on disk: whole generations, published by one atomic rename, checked before they are read.

    index/
      current                   one line: the name of the generation in force
      generations/000002/
        manifest.json           which reports, what they were made with, and the hash of every file
        dense.faiss             vectors of the sentences
        lexical/                BM25 over the passages
      readings/                 the reports as read, shared by the generations (see ``readings``)
      library/                  copies of the files that were added (see ``library``)

A generation is written to a folder of its own, flushed to the disk, and only then named in ``current``,
itself replaced by a rename. Whoever is interrupted leaves the last good generation in force. The
generation before it is kept.
"""

import fcntl
import json
import re
import shutil
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ipqa.errors import (
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexNotWritable,
    IndexProblem,
    IndexTooNew,
)
from ipqa.index.dense import DenseIndex
from ipqa.index.files import FileFault, FileRecord, check, draft, flush, seal
from ipqa.index.lexical import LexicalIndex
from ipqa.index.readings import Readings, Recipe
from ipqa.passages import Passage, Sentence
from ipqa.reports.model import Report

FORMAT = 3
"""Counted up when a generation is laid out differently than before."""

_CURRENT = "current"
_GENERATIONS = "generations"
_LOCK = ".lock"
_KEPT = 2
_NAME = re.compile(r"^\d{6,}$")


class ReportRecord(BaseModel):
    """One report of a generation.

    Attributes:
        source: the file's name.
        origin: where the file came from: an absolute path, or an address on the web.
        added: whether it was added by itself (``ipqa add``) and is kept in the library, rather than
            read from the corpus folder.
        digest: SHA-256 of the file, in hexadecimal.
        reading: the name of its reading, and ``file`` the record of it.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    source: str
    origin: str
    added: bool
    digest: str
    reading: str
    file: FileRecord


class Manifest(BaseModel):
    """What a generation says of itself."""

    model_config = ConfigDict(frozen=True)

    format: int
    ipqa: str
    created: str
    recipe: Recipe
    reports: tuple[ReportRecord, ...]
    counts: dict[str, int]
    files: dict[str, FileRecord]


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


def rebuild_command(folder: Path) -> str:
    """The command that makes the index in a folder anew, for error messages."""
    return "ipqa build" if folder == Path("index") else f"ipqa build --index {folder}"


def open_index(folder: Path) -> Index:
    """Open the generation in force, after checking every file against its manifest.

    Raises:
        IndexMissing: there is none.
        IndexDamaged: a file is missing, torn or changed, or the parts do not belong together.
        IndexMismatch: an earlier version of ipqa laid it out in another way.
        IndexTooNew: a later version of ipqa wrote it.
    """
    generation = _current(folder)
    manifest = read_manifest(folder)
    readings = Readings(folder)
    reports: dict[str, Report] = {}
    passages: list[Passage] = []
    sentences: list[Sentence] = []
    try:
        for name, record in manifest.files.items():
            check(generation / name, record)
        for entry in manifest.reports:
            cut = readings.cut(entry.reading, entry.file, entry.id, entry.source)
            reports[entry.id] = cut.report
            sentences += [replace(s, passage=s.passage + len(passages)) for s in cut.sentences]
            passages += cut.passages
        dense = DenseIndex.load(generation / "dense.faiss")
        lexical = LexicalIndex.load(generation / "lexical")
    except FileFault as fault:
        raise _damaged(folder, fault.en, fault.ja) from fault
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise _damaged(
            folder, f"cannot be read: {error}", "読み込めないファイルがあります"
        ) from error
    index = Index(
        name=generation.name,
        manifest=manifest,
        reports=reports,
        passages=tuple(passages),
        sentences=tuple(sentences),
        dense=dense,
        lexical=lexical,
    )
    _check_counts(folder, index)
    return index


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the generation in force; raises as ``open_index`` does."""
    return _manifest(folder, _current(folder))


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
    with draft(folder / _GENERATIONS) as pending:
        dense = DenseIndex.of(recipe.dimension, (readings.vectors(r.reading) for r in reports))
        dense.save(pending / "dense.faiss")
        LexicalIndex.of(words).save(pending / "lexical")
        manifest = Manifest(
            format=FORMAT,
            ipqa=version,
            created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            recipe=recipe,
            reports=tuple(reports),
            counts={"reports": len(reports), "passages": len(words), "sentences": len(dense)},
            files=seal(pending),
        )
        (pending / "manifest.json").write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
        generation = _settle(pending)
    _publish(folder, generation.name)
    _clear_away(folder, generation.name)
    return manifest


def kept_reports(folder: Path) -> list[ReportRecord]:
    """The reports of the generation in force and the one before; what else is stored may go."""
    kept: list[ReportRecord] = []
    for path in (folder / _GENERATIONS).iterdir():
        with suppress(IndexProblem):  # one that cannot be read cannot be returned to
            kept += _manifest(folder, path).reports
    return kept


def _current(folder: Path) -> Path:
    pointer = folder / _CURRENT
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissing(folder=folder, remedy=rebuild_command(folder)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(folder, "the file current is unreadable", "current が読めません") from error
    if not _NAME.match(name):
        raise _damaged(folder, "the file current is torn", "current の内容が壊れています")
    return folder / _GENERATIONS / name


def _manifest(folder: Path, generation: Path) -> Manifest:
    try:
        raw = json.loads((generation / "manifest.json").read_bytes())
    except FileNotFoundError as error:
        raise _damaged(
            folder,
            f"the manifest of generation {generation.name} is missing",
            f"世代 {generation.name} の manifest.json がありません",
        ) from error
    except (OSError, ValueError) as error:
        raise _damaged(
            folder, "manifest.json is unreadable", "manifest.json が読めません"
        ) from error
    found: Any = raw.get("format") if isinstance(raw, dict) else None
    if isinstance(found, int) and found > FORMAT:
        raise IndexTooNew(folder=folder, found=found, known=FORMAT, remedy=rebuild_command(folder))
    if isinstance(found, int) and found < FORMAT:
        raise IndexMismatch(
            folder=folder, difference=f"format: {found} ≠ {FORMAT}", remedy=rebuild_command(folder)
        )
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        raise _damaged(
            folder, "manifest.json is incomplete", "manifest.json の項目が欠けています"
        ) from error


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
        raise _damaged(
            folder, "its parts do not belong together", "各ファイルの件数が合っていません"
        )


def _damaged(folder: Path, reason: str, reason_ja: str) -> IndexDamaged:
    return IndexDamaged(
        folder=folder, reason=reason, reason_ja=reason_ja, remedy=rebuild_command(folder)
    )


def _settle(pending: Path) -> Path:
    """Give a finished generation the next free number as its name."""
    flush(pending / "manifest.json")
    flush(pending)
    generations = pending.parent
    number = max((int(p.name) for p in generations.iterdir() if _NAME.match(p.name)), default=0)
    target = generations / f"{number + 1:06d}"
    pending.rename(target)
    flush(generations)
    return target


def _publish(folder: Path, name: str) -> None:
    pending = folder / f".{_CURRENT}"
    pending.write_text(name + "\n", encoding="utf-8")
    flush(pending)
    pending.replace(folder / _CURRENT)
    flush(folder)


def _clear_away(folder: Path, name: str) -> None:
    """Remove what is neither in force nor the generation before it, abandoned drafts among it."""
    generations = folder / _GENERATIONS
    names = (p.name for p in generations.iterdir() if _NAME.match(p.name) and p.name <= name)
    kept = sorted(names, reverse=True)[:_KEPT]
    for path in generations.iterdir():
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)
