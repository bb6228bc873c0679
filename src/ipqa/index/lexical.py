"""The lexical leg: BM25 over Sudachi's words, by bm25s.

The default variant and its k1 and b are Lucene's; see Kamphuis et al., "Which BM25 do you mean?", 2020.
"""

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray


class LexicalIndex:
    """BM25 scores of passages, numbered in the order they were given."""

    def __init__(self, index: bm25s.BM25) -> None:
        self._index = index

    @classmethod
    def of(cls, passages: Sequence[Sequence[str]]) -> "LexicalIndex":
        """An index of passages, each given as its words."""
        index = bm25s.BM25(method="lucene")
        # bm25s needs a vocabulary even where no passage has a word
        index.index([list(words) or [""] for words in passages], show_progress=False)
        return cls(index)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Read an index back from its folder."""
        return cls(bm25s.BM25.load(folder, load_corpus=False))

    def save(self, folder: Path) -> None:
        """Write the index to a folder."""
        self._index.save(folder, show_progress=False)

    def __len__(self) -> int:
        return int(self._index.scores["num_docs"])

    def scores(self, words: Sequence[str]) -> NDArray[np.float32]:
        """The score of every passage for the words of a question; zero where it has none of them."""
        known = [word for word in words if word in self._index.vocab_dict]
        if not known:
            return np.zeros(len(self), dtype=np.float32)
        return np.asarray(self._index.get_scores(known), dtype=np.float32)

    def passages_with(self, word: str) -> int:
        """In how many passages a word occurs."""
        number = self._index.vocab_dict.get(word)
        if number is None:
            return 0
        edges = self._index.scores["indptr"]
        return int(edges[number + 1] - edges[number])
