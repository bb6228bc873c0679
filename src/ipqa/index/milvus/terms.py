"""The words of passages as sparse vectors: a dimension for each word that occurs, weighed by BM25.

Each weight is the score that ``lexical`` gives the word in its passage, to the bit, so that the inner product with
the words of a question is the passage's score. How rare a word is and how long passages are is counted anew for
each generation, from the words that every reading keeps: as reports come and go, nothing of those gone is left in it.

    words/words.npy     the words that occur, by their numbers, in order: the place of one is its dimension
    words/found.npy     in how many passages each occurs
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ipqa.index.arrays import read_array, write_array
from ipqa.index.lexical import Postings, lengths_of, number_of, rarities, weighed

Row = tuple[int, dict[int, float]]
"""A passage by its number in its report, and the weights of its words."""

_FOLDER = "words"
_MERGED = 5_000_000
"""So many words of reports are gathered before equal ones are counted together."""


@dataclass(frozen=True)
class Vocabulary:
    """The words of a generation: their numbers in order, and in how many passages each occurs."""

    words: NDArray[np.uint64]
    found: NDArray[np.int64]

    @classmethod
    def load(cls, folder: Path, *, whole: bool) -> "Vocabulary":
        """Open the vocabulary of a generation in its folder.

        Raises:
            OSError, ValueError: a file is missing, or is none of these.
        """
        files = (folder / _FOLDER / name for name in ("words.npy", "found.npy"))
        return cls(*(read_array(file, whole=whole) for file in files))

    def save(self, folder: Path) -> None:
        """Write the vocabulary into the folder of a generation."""
        (folder / _FOLDER).mkdir()
        write_array(folder / _FOLDER / "words.npy", self.words)
        write_array(folder / _FOLDER / "found.npy", self.found)

    def place(self, word: str) -> int | None:
        """The dimension of a word; None where no passage holds it."""
        number = np.uint64(number_of(word))
        place = int(np.searchsorted(self.words, number))
        there = place < len(self.words) and self.words[place] == number
        return place if there else None


@dataclass(frozen=True)
class Weights:
    """What makes weights of the words of reports.

    Attributes:
        passages: how many there are in all.
        length: mean of them all, in words.
    """

    vocabulary: Vocabulary
    passages: int
    length: float

    @classmethod
    def of(cls, reports: Iterable[tuple[Postings, int]]) -> "Weights":
        """Count the words of reports, each given as its postings and how many passages it has."""
        passages, length = 0, 0.0
        counted = _Counted()
        for postings, count in reports:
            counted.add(*np.unique(postings["word"], return_counts=True))
            length += float(lengths_of(postings["passage"], postings["count"], count).sum())
            passages += count
        return cls(counted.merged(), passages, length / passages)

    def rows(self, postings: Postings, passages: int) -> Iterator[Row]:
        """The passages of a report that hold a word, as sparse vectors."""
        places = np.searchsorted(self.vocabulary.words, postings["word"])
        passage, count = (np.ascontiguousarray(postings[name]) for name in ("passage", "count"))
        lengths = lengths_of(passage, count, passages)
        rarity = rarities(self.vocabulary.found[places], self.passages)
        weights = weighed(rarity, count, lengths[passage], self.length)
        order = np.argsort(passage, kind="stable")
        numbers, starts = np.unique(passage[order], return_index=True)
        for number, part in zip(numbers.tolist(), np.split(order, starts[1:]), strict=False):
            yield number, dict(zip(places[part].tolist(), weights[part].tolist(), strict=True))


class _Counted:
    """Words with how often they were counted, of report after report."""

    def __init__(self) -> None:
        self._words: list[NDArray[np.uint64]] = [np.empty(0, np.uint64)]
        self._found: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        self._gathered = 0

    def add(self, words: NDArray[np.uint64], found: NDArray[np.int64]) -> None:
        self._words.append(words)
        self._found.append(found)
        self._gathered += len(words)
        if self._gathered > max(_MERGED, len(self._words[0])):
            self.merged()

    def merged(self) -> Vocabulary:
        words, places = np.unique(np.concatenate(self._words), return_inverse=True)
        found = np.bincount(places, weights=np.concatenate(self._found), minlength=len(words))
        vocabulary = Vocabulary(words, found.astype(np.int64))
        self._words, self._found, self._gathered = [words], [vocabulary.found], 0
        return vocabulary


def asked(vocabulary: Vocabulary, words: Sequence[str]) -> dict[int, float]:
    """The words of a question as a sparse vector: of each that occurs, how often it is given."""
    found: dict[int, float] = {}
    for place in map(vocabulary.place, words):
        if place is not None:
            found[place] = found.get(place, 0.0) + 1.0
    return found
