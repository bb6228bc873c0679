"""How sure it is that the best candidates answer the question.

A logistic model of what can be told without understanding either: how near the best sentence is, how much
of the question it holds, and whether the years, units and names asked for are there; and, where there is a
reader, of what it says.
`training/fit.py` fits it on questions with and without an answer, off-topic ones among them.
"""

import math
import unicodedata
from collections.abc import Sequence

from ipqa.answering.evidence import Evidence, Term
from ipqa.answering.question import Question, years_in
from ipqa.answering.ranking import Candidate, Features
from ipqa.answering.tables import is_row_of, named_table
from ipqa.answering.weights import Weights
from ipqa.index.store import Index
from ipqa.japanese import holds_japanese

_BEST = 3
"""So many candidates are looked at."""

_STRANGE = 0.1
"""Confidence at the most where the question is about something that no report treats."""

_TERMS = 3
_FAR = 0.38
_MOSTLY = 0.5
_FARTHEST = 0.26
"""So many terms or more, and none known, make a question that is about something else; or fewer, where no sentence
is as near as the first of these (cosine); or that share of the terms unknown, where none is as near as the last. Of
1,250 held-out questions that are answered, 20 are so far off, of everyday ones (今日の天気は) nearly all."""


def confidence_features(
    question: Question,
    terms: tuple[Term, ...],
    candidates: Sequence[Candidate],
    index: Index,
    evidence: Evidence,
) -> Features:
    """What the confidence of a question with at least one candidate is told from."""
    best = candidates[:_BEST]
    first = best[0]
    passage = index.passages[first.sentence.passage].indexed_text
    around = evidence.with_subject(first.report, f"{first.sentence.indexed_text}\n{passage}")
    said = "\n".join(candidate.text for candidate in best)
    return {
        "cosine": max(candidate.features["cosine"] for candidate in candidates),
        "best_cosine": first.features["cosine"],
        "coverage": first.features["coverage"],
        "expected_first": first.features["expected"],
        "unit_missing": float(bool(question.units) and not _holds_unit(question, said)),
        "year_missing": float(not question.years <= _years_around(first, index)),
        "name_missing": float(bool(evidence.missing_names(terms, around))),
        "foreign": float(not holds_japanese(question.text)),
        **_as_read(candidates),
    }


def _as_read(candidates: Sequence[Candidate]) -> Features:
    """What the reader says of the candidates, if there is one: logits of the best and of the first answering."""
    read = [c.reading.answers for c in candidates if c.reading is not None]
    if not read:
        return {}
    first = candidates[0].reading
    return {
        "answers": max(read),
        "first_answers": first.answers if first is not None else min(read),
    }


def confidence(features: Features, weights: Weights) -> float:
    """The probability that a question with these features is answered, 0 to 1."""
    logit = weights.constant + sum(
        weight * features[name] for name, weight in weights.confidence.items()
    )
    return round(1 / (1 + math.exp(-logit)), 3)


class Judge:
    """Says how sure answers from one index are."""

    def __init__(self, index: Index, evidence: Evidence, weights: Weights) -> None:
        self._index = index
        self._evidence = evidence
        self._weights = weights

    def sure(
        self, question: Question, terms: tuple[Term, ...], candidates: Sequence[Candidate]
    ) -> float:
        """How sure it is that the best candidates answer, 0 to 1.

        At most a little where the question names what no report mentions, or is about something else; enough
        to answer where it names a table by its number, and that is among the candidates.
        """
        if not candidates:
            return 0.0
        features = confidence_features(question, terms, candidates, self._index, self._evidence)
        sure = confidence(features, self._weights)
        if self._evidence.strange_names(question, terms):
            return min(sure, _STRANGE)
        if _hold_named_table(question, candidates, self._index):
            return max(sure, self._weights.threshold)
        if _is_elsewhere(terms, features["cosine"], self._evidence):
            return min(sure, _STRANGE)
        return sure


def _is_elsewhere(terms: tuple[Term, ...], cosine: float, evidence: Evidence) -> bool:
    """Whether a question seems to be about something that the reports do not treat, by its words and nearness."""
    strange = evidence.strange_words(terms)
    if len(strange) == len(terms):
        return len(terms) >= _TERMS or cosine < _FAR
    unknown = sum(term.weight for term in terms if term.surface in strange)
    return unknown >= _MOSTLY * sum(term.weight for term in terms) and cosine < _FARTHEST


def _hold_named_table(question: Question, candidates: Sequence[Candidate], index: Index) -> bool:
    """Whether the table that a question names by its number is among what was found."""
    number = named_table(question)
    return any(is_row_of(number, index.reports[c.report], c.sentence.block) for c in candidates)


def _years_around(candidate: Candidate, index: Index) -> frozenset[int]:
    """The years that a sentence's section names, with the titles above it."""
    report = index.reports[candidate.report]
    section = report.sections[report.blocks[candidate.sentence.block].section]
    text = "\n".join([report.title, *section.path, section.span.within(report.text)])
    return years_in(unicodedata.normalize("NFKC", text))


def _holds_unit(question: Question, text: str) -> bool:
    read = unicodedata.normalize("NFKC", text)
    return any(unit in read for unit in question.units)
