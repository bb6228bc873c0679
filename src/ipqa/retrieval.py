"""Hybrid search: passages by meaning and by words, the two scores brought to one scale.

Each leg proposes candidates; every candidate gets both scores; each score is standardised over the
candidates and the two are added with weights. Score fusion did better than reciprocal rank fusion on
JSQuAD (R@1 .910 against .891). Equal scores fall to the passage that stands earlier.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ipqa.embedding import EmbeddingModel
from ipqa.glossary import Glossary
from ipqa.index.store import Index
from ipqa.japanese import content_words
from ipqa.passages import Passage

DENSE_WEIGHT = 0.6
"""Share of the dense leg in the fused score."""

_DEPTH = 200
"""How many sentences the dense leg proposes, and how many passages the lexical leg."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage.

    Attributes:
        number: its position in the index.
        dense: the cosine of its nearest sentence.
        lexical: its BM25 score.
        score: the two fused; comparable within one search only.
        cosines: cosine of each of its sentences that the search came upon, by sentence number.
    """

    number: int
    passage: Passage
    dense: float
    lexical: float
    score: float
    cosines: dict[int, float]


class Retriever:
    """Searches one index with one embedding model."""

    def __init__(
        self,
        index: Index,
        model: EmbeddingModel,
        glossary: Glossary,
        dense_weight: float = DENSE_WEIGHT,
    ) -> None:
        self._index = index
        self._dense_weight = dense_weight
        self._model = model
        self._glossary = glossary

    def search(self, question: str, k: int, reports: Collection[str] | None = None) -> list[Hit]:
        """The ``k`` passages nearest to a question, best first, from the named reports or all."""
        expanded = self._glossary.expand(question)
        query = self._model.embed_queries([expanded])[0]
        words = [word.form for word in content_words(expanded)]
        cosines = self._dense(query, reports)
        lexical = self._lexical(words, reports)
        dense = {passage: max(found.values()) for passage, found in cosines.items()}
        candidates = sorted(dense.keys() | lexical.keys())
        if not candidates:
            return []
        nearest_missed = min(dense.values(), default=0.0)
        by_meaning = _standardised([dense.get(number, nearest_missed) for number in candidates])
        by_words = _standardised([lexical.get(number, 0.0) for number in candidates])
        fused = self._dense_weight * by_meaning + (1 - self._dense_weight) * by_words
        order = sorted(range(len(candidates)), key=lambda i: (-fused[i], candidates[i]))
        return [
            Hit(
                number=candidates[i],
                passage=self._index.passages[candidates[i]],
                dense=dense.get(candidates[i], nearest_missed),
                lexical=lexical.get(candidates[i], 0.0),
                score=float(fused[i]),
                cosines=cosines.get(candidates[i], {}),
            )
            for i in order[:k]
        ]

    def _dense(
        self, query: NDArray[np.float32], reports: Collection[str] | None
    ) -> dict[int, dict[int, float]]:
        """Cosines of the nearest sentences, by passage."""
        allowed = None
        if reports is not None:
            allowed = [
                number
                for number, sentence in enumerate(self._index.sentences)
                if self._index.passages[sentence.passage].report in reports
            ]
        found: dict[int, dict[int, float]] = {}
        for number, cosine in self._index.dense.search(query, _DEPTH, allowed):
            found.setdefault(self._index.sentences[number].passage, {})[number] = cosine
        return found

    def _lexical(self, words: Sequence[str], reports: Collection[str] | None) -> dict[int, float]:
        """Scores of the best passages that hold a word of the question."""
        scores = self._index.lexical.scores(words)
        numbers = [
            int(number)
            for number in np.flatnonzero(scores > 0)
            if reports is None or self._index.passages[number].report in reports
        ]
        numbers.sort(key=lambda number: (-float(scores[number]), number))
        return {number: float(scores[number]) for number in numbers[:_DEPTH]}


def _standardised(values: Sequence[float]) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    spread = float(array.std())
    return (array - array.mean()) / spread if spread > 0 else np.zeros_like(array)
