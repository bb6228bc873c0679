"""The engine of Milvus: what it writes of a generation, and how that is found again."""

import logging
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from ipqa.errors import IndexUnreachable
from ipqa.index.dense import DenseIndex
from ipqa.index.files import flush
from ipqa.index.generations import ReportRecord, damaged, generation_folder, generation_names
from ipqa.index.held import HeldReading
from ipqa.index.legs import EXACT, Dense, Legs
from ipqa.index.milvus.address import Address
from ipqa.index.milvus.collections import Collections, Kind, Row
from ipqa.index.milvus.connection import CollectionLost
from ipqa.index.milvus.searching import MilvusDense, MilvusLexical
from ipqa.index.milvus.terms import Vocabulary, Weights
from ipqa.index.readings import Readings, Recipe

_IDENTITY = "milvus.id"
_WORDS = Kind(None, "SPARSE_INVERTED_INDEX", {}, {})
_BUILD, _SEARCH, _COMPARED = {"M": 16, "efConstruction": 200}, {"ef": 800}, 600
"""What Milvus's graph of many vectors is built and searched with."""

_log = logging.getLogger(__name__)


class Written(BaseModel):
    """What the folder of a generation says of its collections.

    Attributes:
        name: what both begin with.
        sentences, passages: how many rows each has; passages without a word have none.
        index: how sentences are searched.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    sentences: int
    passages: int
    index: Literal["FLAT", "HNSW"]

    @property
    def of_sentences(self) -> str:
        """The collection of sentences."""
        return f"{self.name}_sentences"

    @property
    def of_passages(self) -> str:
        """The collection of passages."""
        return f"{self.name}_passages"


class MilvusEngine:
    """Keeps both legs in Milvus, under names that no other index has."""

    mark: ClassVar[str] = "milvus.json"

    def __init__(self, address: Address, *, exact: int = EXACT) -> None:
        """Remember where Milvus is; nothing is asked yet.

        Args:
            address: of it.
            exact: up to so many sentences, a question is compared with all of them; at a server, that is: Milvus
                Lite always does so, as it looks at every row in any case.

        Raises:
            ExtraMissing: its client is not installed.
        """
        self._collections = Collections(address)
        self._is_lite = address.is_lite
        self._exact = exact

    def write(
        self, target: Path, folder: Path, reports: Sequence[ReportRecord], recipe: Recipe
    ) -> None:
        """Write both legs to collections of their own; as ``Engine``."""
        readings = Readings(folder)
        sentences = sum(record.sentences for record in reports)
        exact = self._is_lite or sentences <= self._exact
        written = Written(
            name=f"{alias_of(folder)}_{secrets.token_hex(4)}",
            sentences=sentences,
            passages=0,
            index="FLAT" if exact else "HNSW",
        )
        weights = Weights.of((readings.words(r.reading), r.passages) for r in reports)
        weights.vocabulary.save(target)
        of_words = _passages(readings, reports, weights)
        passages = self._collections.write(written.of_passages, _WORDS, of_words)
        kind = _kind(written, recipe.dimension)
        self._collections.write(written.of_sentences, kind, _sentences(readings, reports))
        whole = written.model_copy(update={"passages": passages})
        (target / self.mark).write_text(whole.model_dump_json(indent=2), encoding="utf-8")

    def read(self, source: Path, held: Sequence[HeldReading], *, whole: bool) -> Legs:
        """Open both legs, once Milvus has them in memory; as ``Engine``."""
        written = self._written(source)
        vocabulary = Vocabulary.load(source, whole=whole)
        vectors = [reading.vectors() for reading in held]
        try:
            self._collections.require(written.of_passages, written.passages)
            self._collections.require(written.of_sentences, written.sentences)
        except CollectionLost as error:
            told = f"Milvus: {error}"
            raise damaged(source.parents[1], told, told) from error
        passages = [reading.record.passages for reading in held]
        kind = _kind(written, vectors[0].shape[1])
        return Legs(
            MilvusDense(self._collections, written.of_sentences, kind, vectors),
            MilvusLexical(self._collections, written.of_passages, _WORDS, vocabulary, passages),
        )

    def part(
        self,
        source: Path,  # noqa: ARG002 - the readings and Milvus have it all
        dense: Dense,
        rows: Sequence[range],
        held: Sequence[HeldReading],
    ) -> Dense:
        """Some reports alone: few in memory, more by a filter at Milvus. As ``Engine``."""
        vectors = [reading.vectors() for reading in held]
        if sum(map(len, rows)) <= self._exact or not isinstance(dense, MilvusDense):
            return DenseIndex.of(dense.dimension, vectors)
        return dense.part(rows, vectors)

    def put_in_force(self, source: Path) -> None:
        """Have the alias of the index stand for the sentences of a generation; as ``Engine``."""
        self._collections.point(alias_of(source.parents[1]), self._written(source).of_sentences)

    def clear_away(self, folder: Path) -> None:
        """Drop the collections of the index that no generation in its folder has; as ``Engine``.

        Where Milvus cannot be asked, the next change does it.
        """
        kept = {
            name
            for generation in generation_names(folder)
            if (generation_folder(folder, generation) / self.mark).exists()
            for written in [self._written(generation_folder(folder, generation))]
            for name in (written.of_sentences, written.of_passages)
        }
        try:
            for name in self._collections.names(f"{alias_of(folder)}_"):
                if name not in kept:
                    self._collections.drop(name)
        except IndexUnreachable as error:
            _log.warning("collections of generations that are gone stay for now: %s", error)

    def require_reachable(self) -> None:
        """Ask Milvus for a sign of life; as ``Engine``."""
        self._collections.require_reachable()

    def _written(self, source: Path) -> Written:
        return Written.model_validate_json((source / self.mark).read_bytes())


def alias_of(folder: Path) -> str:
    """What stands at Milvus for the generation in force of an index; the names of its collections begin so.

    It is made up once for each folder, so that many indexes share a database and none touches what is another's.
    A copy of a folder is known by the number of the file that it stands in, and has another.
    """
    path = folder / _IDENTITY
    if path.exists():
        token, _, number = path.read_text(encoding="utf-8").strip().partition(" ")
        if number == str(path.stat().st_ino):
            return f"ipqa_{token}"
    token = secrets.token_hex(8)
    path.write_text(token, encoding="utf-8")
    path.write_text(f"{token} {path.stat().st_ino}\n", encoding="utf-8")
    flush(path)
    return f"ipqa_{token}"


def _kind(written: Written, dimension: int) -> Kind:
    if written.index == "FLAT":
        return Kind(dimension, written.index, {}, {})
    return Kind(dimension, written.index, _BUILD, _SEARCH, _COMPARED)


def _sentences(readings: Readings, reports: Sequence[ReportRecord]) -> Iterator[Row]:
    """The rows of all sentences, numbered through the reports."""
    first = 0
    for number, record in enumerate(reports):
        for row, vector in enumerate(readings.vectors(record.reading), start=first):
            yield {"id": row, "report": number, "vector": vector}
        first += record.sentences


def _passages(
    readings: Readings, reports: Sequence[ReportRecord], weights: Weights
) -> Iterator[Row]:
    """The rows of all passages that hold a word, numbered through the reports."""
    first = 0
    for number, record in enumerate(reports):
        for passage, words in weights.rows(readings.words(record.reading), record.passages):
            yield {"id": first + passage, "report": number, "vector": words}
        first += record.passages
