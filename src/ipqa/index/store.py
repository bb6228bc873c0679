"""The index on disk: whole generations, published by one atomic rename, checked before they are read.

    index/
      current                   one line: the name of the generation in force
      generations/000002/
        manifest.json           what it was made of and with, and the hash of every file
        reports.json            the reports as read
        passages.json           passages and sentences
        dense.faiss             vectors of the sentences
        lexical/                BM25 over the passages

A generation is written to a folder of its own, flushed to the disk, and only then named in ``current``,
itself replaced by a rename. Whoever is interrupted leaves the last good generation in force. The
generation before it is kept.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ipqa.errors import IndexDamaged, IndexMissing, IndexNotWritable, IndexTooNew
from ipqa.index.dense import DenseIndex
from ipqa.index.lexical import LexicalIndex
from ipqa.passages import Passage, Sentence
from ipqa.reports.model import Report

FORMAT = 1
"""Counted up when a generation is laid out differently than before."""

_CURRENT = "current"
_GENERATIONS = "generations"
_KEPT = 2
_STALE_SECONDS = 24 * 3600
_NAME = re.compile(r"^\d{6,}$")


class Recipe(BaseModel):
    """Everything besides the reports themselves that decides what an index holds."""

    model_config = ConfigDict(frozen=True)

    embedding: str
    dimension: int
    tokenizer: str
    reader: int
    passage_length: int


class FileRecord(BaseModel):
    """Size and SHA-256 of one file of a generation."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class Manifest(BaseModel):
    """What a generation says of itself."""

    model_config = ConfigDict(frozen=True)

    format: int
    ipqa: str
    created: str
    recipe: Recipe
    sources: dict[str, str]
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


@dataclass(frozen=True)
class _Passages:
    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]


_REPORTS_JSON = TypeAdapter(tuple[Report, ...])
_PASSAGES_JSON = TypeAdapter(_Passages)


def rebuild_command(folder: Path) -> str:
    """The command that makes the index in a folder anew, for error messages."""
    return "ipqa build" if folder == Path("index") else f"ipqa build --index {folder}"


def open_index(folder: Path) -> Index:
    """Open the generation in force, after checking every file against its manifest.

    Raises:
        IndexMissing: there is none.
        IndexDamaged: a file is missing, torn or changed, or the parts do not belong together.
        IndexTooNew: a later version of ipqa wrote it.
    """
    generation = _current(folder)
    manifest = _manifest(folder, generation)
    for name, record in manifest.files.items():
        _check_file(folder, generation / name, record)
    try:
        reports = _REPORTS_JSON.validate_json((generation / "reports.json").read_bytes())
        parts = _PASSAGES_JSON.validate_json((generation / "passages.json").read_bytes())
        dense = DenseIndex.load(generation / "dense.faiss")
        lexical = LexicalIndex.load(generation / "lexical")
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise _damaged(
            folder, f"cannot be read: {error}", "読み込めないファイルがあります"
        ) from error
    index = Index(
        name=generation.name,
        manifest=manifest,
        reports={report.id: report for report in reports},
        passages=parts.passages,
        sentences=parts.sentences,
        dense=dense,
        lexical=lexical,
    )
    _check_counts(folder, index)
    return index


def write_generation(  # noqa: PLR0913 - the parts of an index
    folder: Path,
    *,
    reports: tuple[Report, ...],
    passages: tuple[Passage, ...],
    sentences: tuple[Sentence, ...],
    dense: DenseIndex,
    lexical: LexicalIndex,
    recipe: Recipe,
    version: str,
) -> Manifest:
    """Write a new generation and put it in force.

    Raises:
        IndexNotWritable: the folder cannot be written; the generation in force stays as it was.
    """
    try:
        (folder / _GENERATIONS).mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder / _GENERATIONS))
        try:
            (draft / "reports.json").write_bytes(_REPORTS_JSON.dump_json(reports))
            (draft / "passages.json").write_bytes(
                _PASSAGES_JSON.dump_json(_Passages(passages, sentences))
            )
            dense.save(draft / "dense.faiss")
            lexical.save(draft / "lexical")
            manifest = Manifest(
                format=FORMAT,
                ipqa=version,
                created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                recipe=recipe,
                sources={report.id: report.digest for report in reports},
                counts={
                    "reports": len(reports),
                    "passages": len(passages),
                    "sentences": len(sentences),
                },
                files=_records(draft),
            )
            (draft / "manifest.json").write_text(
                manifest.model_dump_json(indent=2), encoding="utf-8"
            )
            generation = _settle(draft)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        _publish(folder, generation.name)
        _clear_away(folder, generation.name)
    except (OSError, RuntimeError) as error:  # FAISS reports a full disk as RuntimeError
        reason = (getattr(error, "strerror", None) or str(error)).strip()
        raise IndexNotWritable(folder=folder, reason=reason) from error
    return manifest


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
    try:
        return Manifest.model_validate(raw)
    except ValidationError as error:
        raise _damaged(
            folder, "manifest.json is incomplete", "manifest.json の項目が欠けています"
        ) from error


def _check_file(folder: Path, path: Path, record: FileRecord) -> None:
    name = path.name
    try:
        size = path.stat().st_size
        if size != record.size:
            raise _damaged(
                folder,
                f"{name} has {size} bytes instead of {record.size}",
                f"{name} が {record.size} バイトではなく {size} バイトです",
            )
        digest = _sha256(path)
    except OSError as error:
        raise _damaged(folder, f"{name} is missing", f"{name} がありません") from error
    if digest != record.sha256:
        raise _damaged(folder, f"{name} has changed", f"{name} の内容が変わっています")


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


def _records(draft: Path) -> dict[str, FileRecord]:
    """Flush every file of a draft to the disk and note its size and hash."""
    records = {}
    for path in sorted(p for p in draft.rglob("*") if p.is_file()):
        _flush(path)
        records[path.relative_to(draft).as_posix()] = FileRecord(
            size=path.stat().st_size, sha256=_sha256(path)
        )
    return records


def _settle(draft: Path) -> Path:
    """Give a finished draft the next free number as its name."""
    _flush(draft / "manifest.json")
    _flush(draft)
    generations = draft.parent
    number = max((int(p.name) for p in generations.iterdir() if _NAME.match(p.name)), default=0)
    while True:
        number += 1
        target = generations / f"{number:06d}"
        try:
            draft.rename(target)
        except OSError:
            if not target.exists():  # another builder took the number, or a real fault
                raise
        else:
            _flush(generations)
            return target


def _publish(folder: Path, name: str) -> None:
    pending = folder / f".{_CURRENT}-{os.getpid()}"
    pending.write_text(name + "\n", encoding="utf-8")
    _flush(pending)
    pending.replace(folder / _CURRENT)
    _flush(folder)


def _clear_away(folder: Path, name: str) -> None:
    """Remove generations older than the one before the one in force, and drafts long abandoned."""
    generations = folder / _GENERATIONS
    older = sorted(
        (p for p in generations.iterdir() if _NAME.match(p.name) and p.name <= name), reverse=True
    )
    for path in older[_KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
    for path in generations.glob(".draft-*"):
        if time.time() - path.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
