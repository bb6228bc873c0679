"""One report as read, cut and embedded, kept on disk under a hash of all that it was made from.

A build makes only the readings that are not there yet, so an unchanged report is never read or embedded
again, and a build that was interrupted goes on where it stopped. A reading does not know the report's id
or file name: the same content under another name is the same reading.

    readings/3f1c…/
      reading.json    the report, its passages and sentences
      plain.txt       its text as words are looked for in it
      outline.json    what is learnt of it (see ``learnt``), and where its passages begin
      words.npy       the words of its passages, as postings
      vectors.npy     the vectors of the sentences
      sketches.npy    the same in two bits a dimension
      seal.json       size and hash of the files above
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ipqa.embedding import Vectors
from ipqa.index.arrays import mapped, write_array
from ipqa.index.files import (
    FileFault,
    FileRecord,
    check,
    check_size,
    draft,
    drop_folder,
    flush,
    seal,
)
from ipqa.index.learnt import Learnt, learnt_of
from ipqa.index.lexical import Postings, postings_of
from ipqa.index.sketch import Sketches, sketched
from ipqa.japanese import plain
from ipqa.passages import Passage, Sentence
from ipqa.reports.model import Report

READING = "reading.json"
PLAIN = "plain.txt"
VECTORS = "vectors.npy"
_FOLDER = "readings"
_OUTLINE = "outline.json"
_WORDS = "words.npy"
_SKETCHES = "sketches.npy"
_SEAL = "seal.json"
_FILES = frozenset({READING, PLAIN, VECTORS, _OUTLINE, _WORDS, _SKETCHES})


SENTENCE_VECTORS = "mean of in context and alone"
"""What the vector of a sentence is made of."""


class Recipe(BaseModel):
    """Everything besides the reports themselves that decides what an index holds."""

    model_config = ConfigDict(frozen=True)

    embedding: str
    dimension: int
    tokenizer: str
    reader: int
    passage_length: int
    sentence_vectors: str

    def differences(self, **now: object) -> str:
        """Where the recipe is not as it would be now, as words; empty where it is."""
        was = self.model_dump()
        return ", ".join(f"{k}: {was[k]} ≠ {new}" for k, new in now.items() if was[k] != new)


@dataclass(frozen=True)
class Cut:
    """A report with its passages and sentences; those number the passages from 0."""

    report: Report
    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Outline:
    """What a generation takes over of a reading.

    Attributes:
        starts: the number of each passage's first sentence, and at the end that of all sentences.
    """

    learnt: Learnt
    starts: tuple[int, ...]


CUT_JSON = TypeAdapter(Cut)
_OUTLINE_JSON = TypeAdapter(Outline)
_RECORDS_JSON = TypeAdapter(dict[str, FileRecord])


def key_of(digest: str, ending: str, recipe: Recipe) -> str:
    """The name of the reading of a file with this content and this end of its name."""
    made_from = f"{digest}|{ending.lower()}|{recipe.model_dump_json()}"
    return hashlib.sha256(made_from.encode()).hexdigest()[:32]


class Readings:
    """The readings in an index folder."""

    def __init__(self, index: Path, *, by_time: bool = False) -> None:
        """Look at the readings of an index.

        Args:
            index: its folder.
            by_time: whether a file of the right size that was not written since it was sealed is taken
                for whole; to read all files of a large index takes long.
        """
        self._folder = index / _FOLDER
        self._by_time = by_time

    def write(self, key: str, cut: Cut, words: Sequence[Sequence[str]], vectors: Vectors) -> None:
        """Keep a reading, with the words of its passages and the vectors of its sentences.

        Raises:
            OSError: the folder cannot be written.
        """
        with self._new(key) as folder:
            (folder / READING).write_bytes(CUT_JSON.dump_json(cut))
            (folder / PLAIN).write_bytes(plain(cut.report.text).encode())
            (folder / _OUTLINE).write_bytes(_OUTLINE_JSON.dump_json(_outline_of(cut)))
            write_array(folder / _WORDS, postings_of(words))
            write_array(folder / VECTORS, vectors)
            write_array(folder / _SKETCHES, sketched(vectors))
            (folder / _SEAL).write_bytes(_RECORDS_JSON.dump_json(seal(folder)))

    def packed(self, key: str) -> dict[str, bytes]:
        """The files of a reading by their names, to be kept in the folder of another index.

        Raises:
            OSError: one of them cannot be read.
        """
        return {name: self.path(key, name).read_bytes() for name in (*sorted(_FILES), _SEAL)}

    def unpack(self, key: str, files: Mapping[str, bytes]) -> None:
        """Keep a reading that was made elsewhere, under the seal that it got there.

        Raises:
            OSError: the folder cannot be written.
        """
        with self._new(key) as folder:
            for name in (
                *sorted(_FILES),
                _SEAL,
            ):  # the seal last: it is the youngest where all is well
                (folder / name).write_bytes(files[name])
                flush(folder / name)

    @contextmanager
    def _new(self, key: str) -> Iterator[Path]:
        """A folder to be filled, which takes the place of the reading at once."""
        with draft(self._folder) as folder:
            yield folder
            flush(folder / _SEAL)
            flush(folder)
            self.drop(key)
            folder.rename(self._folder / key)
        flush(self._folder)

    def sealed(self, key: str) -> dict[str, FileRecord] | None:
        """The records of a reading that is whole, None where it is missing or damaged."""
        try:
            return self.checked(key)
        except FileFault:
            return None

    def checked(self, key: str) -> dict[str, FileRecord]:
        """The records of a reading's files, each held against its own.

        Raises:
            FileFault: the first file that is missing, torn or changed.
        """
        folder = self._folder / key
        path = folder / _SEAL
        try:
            records = _RECORDS_JSON.validate_json(path.read_bytes())
            sealed = path.stat().st_mtime_ns
        except OSError as error:
            raise FileFault(path, "がありません", "is missing") from error
        except ValidationError as error:
            raise FileFault(path, "が読めません", "is unreadable") from error
        if set(records) != _FILES:
            raise FileFault(path, "の項目が違います", "names other files")
        for name, record in records.items():
            check_size(folder / name, record)
            if not self._by_time or (folder / name).stat().st_mtime_ns > sealed:
                check(folder / name, record)
        return records

    def path(self, key: str, name: str) -> Path:
        """A file of a reading."""
        return self._folder / key / name

    def outline(self, key: str) -> Outline:
        """What was learnt of a report, and where its passages begin."""
        return _OUTLINE_JSON.validate_json(self.path(key, _OUTLINE).read_bytes())

    def words(self, key: str) -> Postings:
        """The words of the passages."""
        found: Postings = mapped(self.path(key, _WORDS))
        return found

    def vectors(self, key: str) -> Vectors:
        """The vectors of the sentences, one row each."""
        found: Vectors = mapped(self.path(key, VECTORS))
        return found

    def sketches(self, key: str) -> Sketches:
        """The sketches of the vectors."""
        found: Sketches = mapped(self.path(key, _SKETCHES))
        return found

    def keep_only(self, keys: Iterable[str]) -> None:
        """Remove every other reading."""
        kept = set(keys)
        for path in self._folder.glob("*"):
            if path.name not in kept:
                self.drop(path.name)

    def drop(self, key: str) -> None:
        """Remove a reading, if it is there."""
        drop_folder(self._folder / key)


def _outline_of(cut: Cut) -> Outline:
    starts = (
        bisect_left(cut.sentences, passage, key=lambda sentence: sentence.passage)
        for passage in range(len(cut.passages) + 1)
    )
    return Outline(learnt_of(cut.report), tuple(starts))
