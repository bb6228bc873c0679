"""What makes the readings that are missing, and a generation of all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ipqa.embedding import EmbeddingModel
from ipqa.errors import CopyDamaged, FileMissing, FileUnreadable, ReadError
from ipqa.index.engines import engine_of
from ipqa.index.files import FileRecord
from ipqa.index.generations import Manifest, ReportRecord, ReportSource
from ipqa.index.legs import Engine
from ipqa.index.library import Entry
from ipqa.index.making import recipe_of
from ipqa.index.publishing import publish
from ipqa.index.reading import Step
from ipqa.index.readings import Readings, key_of
from ipqa.index.store import is_large
from ipqa.index.workers import InTurn, Makers, MakersFor
from ipqa.reports import SourceFile, open_file
from ipqa.settings import Settings

if TYPE_CHECKING:
    from concurrent.futures import Future


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: the file at hand, bytes done of all bytes, and sentences embedded so far."""

    file: str
    done: int
    total: int
    sentences: int


Watch = Callable[[Progress], None]


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    Attributes:
        rebuilt: false where the index already held just these reports, made this way.
        read: ids of the reports that were read and embedded now.
        reused: ids of those whose reading was already there.
        gone: ids of those that the index held before and holds no more.
        failures: files that could not be read; the others are in the index.
    """

    manifest: Manifest
    rebuilt: bool
    read: tuple[str, ...] = ()
    reused: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    failures: tuple[ReadError, ...] = ()


@dataclass(frozen=True)
class _Begun:
    """A file whose reading is there, or is being made; ``is_new`` where it was begun for this file."""

    digest: str
    key: str
    is_new: bool


class Builder:
    """Makes the readings that are missing, and a generation of all."""

    def __init__(  # noqa: PLR0913 - all that a build is made of
        self,
        settings: Settings,
        model: EmbeddingModel,
        watch: Watch,
        before: Sequence[ReportSource],
        *,
        engine: Engine | None = None,
        makers: MakersFor = InTurn,
    ) -> None:
        self._settings = settings
        self._model = model
        self._watch = watch
        self._engine = engine or engine_of(settings)
        self._makers = makers
        self._recipe = recipe_of(settings, model)
        self._readings = Readings(settings.index, by_time=is_large(before))
        self._before = before
        self._sealed: dict[str, dict[str, FileRecord]] = {}
        self._making: dict[str, Future[None]] = {}
        self._read: list[str] = []
        self._done = self._sentences = 0

    def make(self, entries: Sequence[Entry], kept: Sequence[ReportRecord]) -> BuildResult:
        """A generation of the entries and of reports that are kept where no entry takes their place."""
        records: list[ReportRecord] = []
        failures: list[ReadError] = []
        total = sum(_size(entry.path) for entry in entries)
        with self._makers(self._settings, self._model) as makers:
            begun = [self._begun(entry, makers, total) for entry in entries]
        for entry, outcome in zip(entries, begun, strict=True):
            try:
                records.append(self._record(entry, outcome))
            except ReadError as error:
                failures.append(_told_by_origin(error, entry))
                if isinstance(error, CopyDamaged):
                    records += self._read_before(entry)
        made = {record.id for record in records}
        kept = [record for record in kept if record.id not in made]
        if failures and not records and not kept:
            raise failures[0]
        manifest, rebuilt = publish(
            self._settings.index,
            self._model,
            self._recipe,
            [*kept, *records],
            self._engine,
        )
        return replace(
            told(manifest, self._before, rebuilt=rebuilt),
            read=tuple(self._read),
            reused=tuple(r.id for r in manifest.reports if r.id not in self._read),
            failures=tuple(failures),
        )

    def _begun(self, entry: Entry, makers: Makers, total: int) -> _Begun | ReadError:
        """A file, of which a reading is begun if there is none yet; or why it cannot be read."""
        size = _size(entry.path)
        try:
            file = self._opened(entry)
        except ReadError as error:
            self._done += size
            return error
        key = key_of(file.digest, entry.path.suffix, self._recipe)
        is_new = key not in self._making and not self._is_there(key)
        if is_new:
            step = self._step(entry.path.name, size, total)
            self._making[key] = makers.begin(file, key, step)
        else:
            self._done += size
        return _Begun(file.digest, key, is_new)

    def _is_there(self, key: str) -> bool:
        """Whether there is a reading of that key, which is whole."""
        sealed = self._sealed.get(key) or self._readings.sealed(key)
        if sealed is not None:
            self._sealed[key] = sealed
        return sealed is not None

    def _step(self, name: str, size: int, total: int) -> Step:
        """What tells of one file, as far as it is done."""
        told = told_sentences = 0

        def step(share: float, sentences: int) -> None:
            nonlocal told, told_sentences
            done = round(share * size)
            self._done += done - told
            self._sentences += sentences - told_sentences
            told, told_sentences = done, sentences
            self._watch(Progress(name, self._done, total, self._sentences))

        step(0.0, 0)
        return step

    def _record(self, entry: Entry, begun: _Begun | ReadError) -> ReportRecord:
        """What the manifest says of a file."""
        if isinstance(begun, ReadError):
            raise begun
        if begun.key in self._making:
            try:
                self._making[begun.key].result()
            except ReadError as error:  # which may be of another file with the same content
                raise type(error)(**error.details | {"path": entry.path}) from error
        if not self._is_there(begun.key):
            raise OSError(f"{begun.key} is not what was written")
        if begun.is_new:
            self._read.append(entry.id)
        return self._recorded(entry, begun.digest, begun.key, self._sealed[begun.key])

    def _opened(self, entry: Entry) -> SourceFile:
        try:
            file = open_file(entry.path, max_bytes=self._settings.max_report_bytes)
        except (FileMissing, FileUnreadable) as error:
            if entry.added:
                raise CopyDamaged(path=entry.origin, copy=entry.path) from error
            raise
        if entry.added and file.digest != entry.copy_of:
            raise CopyDamaged(path=entry.origin, copy=entry.path)
        return file

    def _read_before(self, entry: Entry) -> list[ReportRecord]:
        """The record of a report whose copy is damaged, if it was read while it was whole."""
        key = key_of(entry.copy_of, entry.path.suffix, self._recipe)
        sealed = self._readings.sealed(key)
        return [] if sealed is None else [self._recorded(entry, entry.copy_of, key, sealed)]

    def _recorded(
        self, entry: Entry, digest: str, reading: str, sealed: Mapping[str, FileRecord]
    ) -> ReportRecord:
        starts = self._readings.outline(reading).starts
        return ReportRecord(
            id=entry.id,
            source=entry.path.name,
            origin=entry.origin,
            added=entry.added,
            digest=digest,
            reading=reading,
            files=dict(sealed),
            passages=len(starts) - 1,
            sentences=starts[-1],
        )


def told(manifest: Manifest, before: Sequence[ReportSource], *, rebuilt: bool) -> BuildResult:
    """What became of the reports, none of which was read anew."""
    ids = {record.id for record in manifest.reports}
    gone = tuple(record.id for record in before if record.id not in ids)
    return BuildResult(manifest, rebuilt=rebuilt, reused=tuple(sorted(ids)), gone=gone)


def _told_by_origin(error: ReadError, entry: Entry) -> ReadError:
    """The error with the name that the user knows, not that of the copy in the library."""
    return type(error)(**{**error.details, "path": entry.origin}) if entry.added else error


def _size(path: Path) -> int:
    """Bytes of a file, for the progress only: one that is missing is told when it is opened."""
    return path.stat().st_size if path.is_file() else 0
