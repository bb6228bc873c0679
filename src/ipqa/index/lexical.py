"""The lexical leg: BM25 over Sudachi's words.

The variant and its k1 and b are Lucene's; see Kamphuis et al., "Which BM25 do you mean?", 2020. Scores are
computed when the index is made, as bm25s does (Lù, 2024), and to the bit as it does. It is not used itself:
it makes an index word by word in Python, and reads all words of a vocabulary to look one up.

    words.npy       the words that occur, as 64 bits of their BLAKE2b each, in order
    starts.npy      where the postings of each begin
    passages.npy    the passages of each word, in order
    scores.npy      the score of the word in that passage
    lengths.npy     one number: how many passages there are
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ipqa.index.arrays import read_array, write_array

Postings = NDArray[np.void]
"""The words of some passages: fields ``word``, ``passage`` and ``count``, in the order of the first two."""

_POSTING = np.dtype([("word", "<u8"), ("passage", "<i4"), ("count", "<i4")])
_K1 = 1.5
_B = 0.75


def postings_of(passages: Sequence[Sequence[str]]) -> Postings:
    """The postings of passages that are given as their words, numbered from 0."""
    numbers: dict[str, int] = {}
    found = np.array(
        [
            (numbers.setdefault(word, number_of(word)), passage, count)
            for passage, words in enumerate(passages)
            for word, count in Counter(words).items()
        ],
        dtype=_POSTING,
    )
    return found[np.lexsort((found["passage"], found["word"]))]


class _Arrays(NamedTuple):
    words: NDArray[np.uint64]
    starts: NDArray[np.int64]
    passages: NDArray[np.int32]
    scores: NDArray[np.float32]
    lengths: NDArray[np.int64]


class LexicalIndex:
    """BM25 scores of passages, numbered in the order they were given."""

    def __init__(self, arrays: _Arrays) -> None:
        self._arrays = arrays

    @classmethod
    def of(cls, reports: Iterable[tuple[Postings, int]]) -> "LexicalIndex":
        """An index of reports one after the other, each as its postings and how many passages it has."""
        parts: list[Postings] = []
        count = 0
        for postings, passages in reports:
            moved = postings.copy()
            moved["passage"] += count
            parts.append(moved)
            count += passages
        joined = np.concatenate(parts)
        joined = joined[np.argsort(joined["word"], kind="stable")]
        words, passage = (np.ascontiguousarray(joined[field]) for field in ("word", "passage"))
        first = np.flatnonzero(np.diff(words)) + 1
        starts = np.concatenate([[0], first, [len(words)]]) if len(words) else np.zeros(1, np.int64)
        scores = _scores(passage, joined["count"], np.diff(starts), count)
        return cls(_Arrays(words[starts[:-1]], starts, passage, scores, np.array([count])))

    @classmethod
    def load(cls, folder: Path, *, whole: bool) -> "LexicalIndex":
        """Open an index in its folder; unless it is read as a whole, only what is looked up is read.

        Raises:
            OSError, ValueError: a file is missing, or is none of these.
        """
        return cls(
            _Arrays(*(read_array(folder / f"{name}.npy", whole=whole) for name in _Arrays._fields))
        )

    def save(self, folder: Path) -> None:
        """Write the index to a folder."""
        folder.mkdir()
        for name, array in self._arrays._asdict().items():
            write_array(folder / f"{name}.npy", array)

    def __len__(self) -> int:
        return int(self._arrays.lengths[0])

    def best(
        self, words: Sequence[str], depth: int, allowed: Sequence[range] | None = None
    ) -> list[tuple[int, float]]:
        """The passages with the highest scores for the words of a question, equal ones by number.

        Args:
            words: of the question; one that is given twice counts twice.
            depth: how many passages at the most; those that hold no word are never among them.
            allowed: only passages in these ranges, where given.
        """
        lists = [slice(*edges) for edges in map(self._edges, words) if edges[0] < edges[1]]
        if not lists:
            return []
        scores = np.zeros(len(self), dtype=np.float32)
        for one in lists:
            scores[self._arrays.passages[one]] += self._arrays.scores[one]
        if allowed is not None:
            kept = np.zeros(len(self), dtype=bool)
            for passages in allowed:
                kept[passages.start : passages.stop] = True
            scores[~kept] = 0
        found = np.flatnonzero(scores)
        found_scores = scores[found]
        if len(found) > depth:
            least = np.partition(found_scores, -depth)[-depth]
            found = found[found_scores >= least]
            found_scores = scores[found]
        order = np.lexsort((found, -found_scores))[:depth]
        return list(zip(found[order].tolist(), found_scores[order].tolist(), strict=True))

    def passages_with(self, word: str) -> int:
        """In how many passages a word occurs."""
        start, end = self._edges(word)
        return end - start

    def _edges(self, word: str) -> tuple[int, int]:
        """Where the postings of a word begin and end."""
        number = np.uint64(number_of(word))
        place = int(np.searchsorted(self._arrays.words, number))
        if place == len(self._arrays.words) or self._arrays.words[place] != number:
            return 0, 0
        return int(self._arrays.starts[place]), int(self._arrays.starts[place + 1])


def _scores(
    passage: NDArray[np.int32], count: NDArray[np.int32], found: NDArray[np.int64], passages: int
) -> NDArray[np.float32]:
    """The score of every posting, word after word; ``found`` says how many postings each word has."""
    lengths = lengths_of(passage, count, passages)
    rarity = np.repeat(rarities(found, passages), found)
    return weighed(rarity, count, lengths[passage], float(lengths.mean()))


def lengths_of(
    passage: NDArray[np.int32], count: NDArray[np.int32], passages: int
) -> NDArray[np.float64]:
    """How many words each passage has; one without any counts as one word, as bm25s has it."""
    lengths = np.bincount(passage, weights=count, minlength=passages)
    return np.maximum(lengths, 1, dtype=np.float64)


def rarities(found: NDArray[np.int64], passages: int) -> NDArray[np.float32]:
    """What words weigh that so many of the passages hold (inverse document frequency)."""
    frequencies, places = np.unique(found, return_inverse=True)
    rarity = [math.log(1 + (passages - n + 0.5) / (n + 0.5)) for n in frequencies.tolist()]
    return np.array(rarity, dtype=np.float32)[places]


def weighed(
    rarity: NDArray[np.float32], count: NDArray[np.int32], length: NDArray[np.float64], mean: float
) -> NDArray[np.float32]:
    """The scores of postings: of each the rarity and count of its word, and its passage's length beside the mean."""
    damping = _K1 * ((1 - _B) + _B * length / mean)
    counts = count.astype(np.float32)
    scores: NDArray[np.float32] = (rarity * (counts / (damping + counts))).astype(np.float32)
    return scores


def number_of(word: str) -> int:
    """What stands for a word; that two of a million words have the same happens once in 37 million indexes."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
