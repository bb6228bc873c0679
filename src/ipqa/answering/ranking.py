"""The sentences of the retrieved passages, ranked by how well each answers.

A linear model of a few features, fitted listwise on questions that were written for it (`training/`): the
probability of the right sentence among its rivals is to be high (Cao et al., "Learning to Rank: From
Pairwise Approach to Listwise Approach", 2007). Where there is a reader, it reads the best of them again.
"""

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from threading import BoundedSemaphore

from ipqa.answering.answer_forms import expected_spans
from ipqa.answering.evidence import Evidence, Term
from ipqa.answering.question import Question, years_in
from ipqa.answering.tables import is_row_of, named_table
from ipqa.answering.weights import Weights
from ipqa.index.store import Index
from ipqa.passages import Sentence
from ipqa.reader import Reader, Reading, text_of
from ipqa.reports.model import Block
from ipqa.retrieval import Hit

PASSAGES = 16
"""How many of the best passages an answer is looked for in."""

READ = 8
"""How many of the best sentences the reader reads."""

_TELLING_WORDS = 3
"""Words besides the question's own that a sentence needs to say anything."""

_ALONE = 0.02
"""How much less than its own cosine a sentence without neighbours counts as having beside it."""

_LABEL = 40
_STOPS = "。．.！？!?」）)"

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with how well it does and what that was told from."""

    number: int
    sentence: Sentence
    report: str
    text: str
    score: float
    features: Features = field(compare=False)
    reading: Reading | None = field(default=None, compare=False)


class Ranker:
    """Ranks the sentences of one index."""

    def __init__(
        self, index: Index, evidence: Evidence, weights: Weights, reader: Reader | None = None
    ) -> None:
        self._index = index
        self._evidence = evidence
        self._weights = weights
        self._reader = reader
        self._cores = BoundedSemaphore(os.cpu_count() or 1)

    def rank(
        self, question: Question, terms: tuple[Term, ...], hits: Sequence[Hit]
    ) -> list[Candidate]:
        """The sentences of the hits that may answer, best first, equal ones in report order."""
        with self._cores:  # more questions than cores only get in each other's way
            ranked = in_order(self._candidates(question, terms, hits))
            return ranked if self._reader is None else self._read(self._reader, question, ranked)

    def _candidates(
        self, question: Question, terms: tuple[Term, ...], hits: Sequence[Hit]
    ) -> Iterator[Candidate]:
        """The sentences of the hits that may answer."""
        for hit, number in self._pool(question, hits):
            sentence = self._index.sentences[number]
            text = sentence.span.within(self._index.reports[hit.passage.report].text)
            if text[-1] in ":：":
                continue  # announces, says nothing
            features = self._features(question, terms, hit, number)
            score = weighed(features, self._weights.ranking)
            yield Candidate(number, sentence, hit.passage.report, text, score, features)

    def _read(
        self, reader: Reader, question: Question, ranked: Sequence[Candidate]
    ) -> list[Candidate]:
        """The candidates in the order of what the reader makes of the best of them."""
        texts = [text_of(self._index, candidate.number) for candidate in ranked[:READ]]
        readings = reader.read(question.text, texts)
        read = [replace(c, reading=r) for c, r in zip_longest(ranked, readings)]
        return in_order(reweighed(read, self._weights.reading))

    def _pool(self, question: Question, hits: Sequence[Hit]) -> list[tuple[Hit, int]]:
        """The sentences that may answer: those of the passages, or the rows of the table that is named."""
        number = named_table(question)
        rows = [
            (hit, row)
            for hit in (hits if number is not None else ())
            for row in self._index.sentences_of(hit.number)
            if is_row_of(
                number,
                self._index.reports[hit.passage.report],
                self._index.sentences[row].block,
            )
        ]
        return rows or [
            (hit, sentence)
            for hit in hits[:PASSAGES]
            for sentence in self._index.sentences_of(hit.number)
        ]

    def _features(
        self, question: Question, terms: tuple[Term, ...], hit: Hit, number: int
    ) -> Features:
        """What a sentence is weighed by.

        Cosines to the question of the sentence and of the nearer of its neighbours in the passage, the
        passage's fused score, the share of the question's words held in its context, whether the kind
        of thing asked for is there, the share of the years asked about that the passage names, and
        whether nothing new is said.
        """
        sentence = self._index.sentences[number]
        neighbours = [hit.cosines[n] for n in (number - 1, number + 1) if n in hit.cosines]
        block = self._index.reports[hit.passage.report].blocks[sentence.block]
        in_context = self._evidence.with_subject(hit.passage.report, sentence.indexed_text)
        alone = sentence.alone
        new_words = self._evidence.new_words(terms, alone)
        return {
            "cosine": hit.cosines[number],
            "neighbour_cosine": max(neighbours, default=hit.cosines[number] - _ALONE),
            "passage_score": hit.fused,
            "coverage": self._evidence.coverage(terms, in_context),
            "expected": float(bool(expected_spans(question, alone))),
            "year": _share_of_years(question, f"{in_context}\n{hit.passage.indexed_text}"),
            "empty": float(_is_label(block, alone) or new_words < _TELLING_WORDS),
        }


def passages_in_order(hits: Sequence[Hit], candidates: Sequence[Candidate]) -> list[Hit]:
    """The passages in the order of their best sentences; those of which none may answer follow as they were."""
    best: dict[int, float] = {}
    for candidate in candidates:
        best.setdefault(candidate.sentence.passage, candidate.score)
    least = min(best.values(), default=0.0)
    others = [hit for hit in hits if hit.number not in best]
    followed = [replace(hit, score=least + hit.fused - others[0].fused) for hit in others]
    ranked = [replace(hit, score=best[hit.number]) for hit in hits if hit.number in best]
    return sorted(ranked, key=lambda hit: (-hit.score, hit.number)) + followed


def weighed(features: Features, weights: Mapping[str, float]) -> float:
    """The sum of some features by their weights."""
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def reweighed(read: Sequence[Candidate], weights: Mapping[str, float]) -> Iterator[Candidate]:
    """Candidates with the score that they have once the best of them were read.

    The others count as no more relevant than the least of those.
    """
    told = [c.reading.relevance for c in read if c.reading is not None]
    least = min(told, default=0.0)
    for candidate in read:
        relevance = candidate.reading.relevance if candidate.reading is not None else least
        score = weighed({"score": candidate.score, "relevance": relevance}, weights)
        yield replace(candidate, score=score)


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Best first, equal ones in report order."""
    return sorted(candidates, key=lambda c: (-c.score, c.number))


def _share_of_years(question: Question, text: str) -> float:
    """Share of the years in the question that a text names, in either calendar; 0 where there is none."""
    if not question.years:
        return 0.0
    named = years_in(unicodedata.normalize("NFKC", text))
    return len(question.years & named) / len(question.years)


def _is_label(block: Block, text: str) -> bool:
    """Whether a short line of its own is no sentence: a byline, what stands above a list."""
    return block.kind == "paragraph" and len(text) <= _LABEL and text[-1] not in _STOPS
