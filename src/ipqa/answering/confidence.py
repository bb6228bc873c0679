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
from ipqa.answering.weights import Weights
from ipqa.index.store import Index
from ipqa.japanese import holds_japanese

_BEST = 3
"""So many candidates are looked at."""


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


def _years_around(candidate: Candidate, index: Index) -> frozenset[int]:
    """The years that a sentence's section names, with the titles above it."""
    report = index.reports[candidate.report]
    section = report.sections[report.blocks[candidate.sentence.block].section]
    text = "\n".join([report.title, *section.path, section.span.within(report.text)])
    return years_in(unicodedata.normalize("NFKC", text))


def _holds_unit(question: Question, text: str) -> bool:
    read = unicodedata.normalize("NFKC", text)
    return any(unit in read for unit in question.units)
