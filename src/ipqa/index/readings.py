"""One report as read, cut and embedded, kept on disk under a hash of all that it was made from.

A build makes only the readings that are not there yet, so an unchanged report is never read or embedded
again, and a build that was interrupted goes on where it stopped. A reading does not know the report's id
or file name: the same content under another name is the same reading.

    readings/3f1c…/
      reading.json    the report, its passages and sentences
      words.json      the words of each passage
      vectors.npy     the vectors of the sentences
      seal.json       size and hash of the files above
"""

import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ipqa.embedding import Vectors
from ipqa.index.files import FileFault, FileRecord, check, draft, drop_folder, flush, seal
from ipqa.passages import Passage, Sentence
from ipqa.reports.model import Report

_FOLDER = "readings"
_READING = "reading.json"
_WORDS = "words.json"
_VECTORS = "vectors.npy"
_SEAL = "seal.json"


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


_CUT_JSON = TypeAdapter(Cut)
_RECORDS_JSON = TypeAdapter(dict[str, FileRecord])
_WORDS_JSON = TypeAdapter(list[list[str]])


def key_of(digest: str, ending: str, recipe: Recipe) -> str:
    """The name of the reading of a file with this content and this end of its name."""
    made_from = f"{digest}|{ending.lower()}|{recipe.model_dump_json()}"
    return hashlib.sha256(made_from.encode()).hexdigest()[:32]


class Readings:
    """The readings in an index folder."""

    def __init__(self, index: Path) -> None:
        self._folder = index / _FOLDER

    def write(self, key: str, cut: Cut, words: list[list[str]], vectors: Vectors) -> None:
        """Keep a reading; raises OSError where the folder cannot be written."""
        with draft(self._folder) as folder:
            (folder / _READING).write_bytes(_CUT_JSON.dump_json(cut))
            (folder / _WORDS).write_bytes(_WORDS_JSON.dump_json(words))
            (folder / _VECTORS).write_bytes(_npy(vectors))
            (folder / _SEAL).write_bytes(_RECORDS_JSON.dump_json(seal(folder)))
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
        except OSError as error:
            raise FileFault(path, "がありません", "is missing") from error
        except ValidationError as error:
            raise FileFault(path, "が読めません", "is unreadable") from error
        if {_READING, _WORDS, _VECTORS} != set(records):
            raise FileFault(path, "の項目が違います", "names other files")
        for name, record in records.items():
            check(folder / name, record)
        return records

    def report_path(self, key: str) -> Path:
        """The file with the report, its passages and sentences."""
        return self._folder / key / _READING

    def cut(self, key: str, report_id: str, source: str) -> Cut:
        """A reading's report under its id and file name, with its passages and sentences.

        The file is to be held against its record before.

        Raises:
            OSError: it cannot be read.
            ValidationError: it holds something else.
        """
        cut = _CUT_JSON.validate_json(self.report_path(key).read_bytes())
        return Cut(
            cut.report.named(report_id, source),
            tuple(
                replace(p, report=report_id, id=f"{report_id}:{p.span.start}-{p.span.end}")
                for p in cut.passages
            ),
            cut.sentences,
        )

    def words(self, key: str) -> list[list[str]]:
        """The words of each passage."""
        found: list[list[str]] = json.loads((self._folder / key / _WORDS).read_bytes())
        return found

    def vectors(self, key: str) -> Vectors:
        """The vectors of the sentences, one row each."""
        found: Vectors = np.load(self._folder / key / _VECTORS, allow_pickle=False)
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


def _npy(vectors: Vectors) -> bytes:
    """The bytes of a .npy file; where NumPy writes a file itself, it loses the last of them unnoticed."""
    file = io.BytesIO()
    np.save(file, vectors, allow_pickle=False)
    return file.getvalue()
