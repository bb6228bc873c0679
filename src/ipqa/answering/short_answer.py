"""The span that answers by itself: a date, a quantity, a name; or what the reader takes for it.

It is shown large, so it is shown only where it is more likely right than not, by a logistic model that
`training/fit.py` fits on questions whose answers are known.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ipqa.answering.answer_forms import expected_spans
from ipqa.answering.evidence import Term
from ipqa.answering.question import Question
from ipqa.answering.ranking import Candidate, Features, weighed
from ipqa.answering.statement import Statement
from ipqa.answering.weights import Weights
from ipqa.japanese import words

_QUOTED = re.compile(r"[「『]([^「」『』]{2,30})[」』]")
_LIKELY = 0.6
"""Probability of being right from which a short answer is shown."""

_LEAST_SURE = 0.001
"""What a confidence is held away from 0 and 1 by, where its logit is taken."""

_UNRIVALLED = 3.0
"""The most that the best sentence counts as being ahead of the next."""

_NO_SPAN = frozenset({"list", "compare", "yesno"})
_ACCOUNT = re.compile(r"(?:について|に関して)[はをもの]?.{0,12}$")
"""How a question ends that asks for an account: no stretch of a sentence is one."""

_AROUND = " 、。・「」『』（）()"
_OPENING = " (（「『"
_BRACKETS = (("「", "」"), ("『", "』"), ("（", "）"), ("(", ")"))
_NEXT_ENTRY = re.compile("[、；]|; | / ")
_SIDE_BY_SIDE = 3
"""Entries of values that stand side by side, at least."""

_CALLED = re.compile(
    r"名称|名前|何という|なんという|呼び名|呼ば|愛称|キャッチフレーズ|スローガン|タイトル|題名"
)


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """What may answer by itself, and what its being right is told from.

    Attributes:
        text: as a statement says it.
        features: by name, for the weights.
    """

    text: str
    features: Features


def short_answer(
    question: Question,
    terms: Sequence[Term],
    candidates: Sequence[Candidate],
    statements: Sequence[Statement],
    sure: float,
) -> ShortAnswer | None:
    """What may answer by itself, right or not.

    Args:
        question: what is asked.
        terms: its terms.
        candidates: best first, at least one; where the best one was read, the reader tells the span.
        statements: of the answer, best first; one of them must say it.
        sure: confidence of the answer, 0 to 1.
    """
    best = candidates[0]
    if best.reading is None:
        text = told_by_form(question, terms, statements)
        features = _features(candidates, sure)
    else:
        text = told_by_reader(question, terms, best, statements)
        if text is None and _is_reworded(best):
            text = told_by_form(question, terms, statements[:1])
        features = {**_features(candidates, sure), "span": best.reading.answer_score}
    return ShortAnswer(text, features) if text is not None else None


def _features(candidates: Sequence[Candidate], sure: float) -> dict[str, float]:
    """What any short answer's being right is told from: how sure the answer is, and how far ahead its sentence."""
    held = min(max(sure, _LEAST_SURE), 1 - _LEAST_SURE)
    lead = candidates[0].score - candidates[1].score if len(candidates) > 1 else _UNRIVALLED
    return {"sure": math.log(held / (1 - held)), "lead": min(lead, _UNRIVALLED)}


def is_likely(short: ShortAnswer, weights: Weights) -> bool:
    """Whether a short answer is more likely right than not."""
    logit = weights.short_constant + weighed(short.features, weights.short)
    return 1 / (1 + math.exp(-logit)) >= _LIKELY


def told_by_form(
    question: Question, terms: Sequence[Term], statements: Sequence[Statement]
) -> str | None:
    """The date or quantity that is asked for, or the name that something is called by.

    The first of the statements, which come best first, that holds one; where it holds several, the one
    nearest to the names that it shares with the question, or else to all words that it shares. None
    where the question asks for nothing that can be told apart by its form.
    """
    for statement in statements:
        text = statement.text
        found = _spans(question, text)
        if found:
            shared = [term for term in terms if term.surface in text]
            names = [term.surface for term in shared if term.is_name]
            beside = names or [term.surface for term in shared]
            return text[slice(*min(found, key=lambda span: _distance(span, text, beside)))].strip()
    return None


def told_by_reader(
    question: Question,
    terms: Sequence[Term],
    best: Candidate,
    statements: Sequence[Statement],
) -> str | None:
    """What the reader takes for the short answer in the best sentence.

    Where just one date or quantity of the kind asked for stands in it, that; of several side by side, the one
    beside what the question names; else without the particles at its end. None where no statement says it, and
    where several things, a yes or no, or an account are asked for.
    """
    asks_for_an_account = question.kind == "other" and _ACCOUNT.search(question.text)
    if best.reading is None or question.kind in _NO_SPAN or asks_for_an_account:
        return None
    text = best.sentence.alone
    start, end = best.reading.answer
    spans = _spans(question, text)
    within = [span for span in spans if start < span[1] and span[0] < end]
    asked = _of_entry(spans, text, terms)
    if asked or len(within) == 1:
        found = text[slice(*(asked or within[0]))].strip(_AROUND)
    else:
        found = _closed(_without_particles(text[start:end]).strip(_AROUND), text)
    said = any(found in statement.text for statement in statements)
    return found if len(found) > 1 and said else None


def _of_entry(
    spans: Sequence[tuple[int, int]], text: str, terms: Sequence[Term]
) -> tuple[int, int] | None:
    """Of values in one unit side by side (1位甲31件、2位乙(28件)、3位丙9件) the only one beside a word of the question."""
    edges = [0, *(match.end() for match in _NEXT_ENTRY.finditer(text)), len(text)]
    entries = ([s for s in spans if start <= s[0] < end] for start, end in pairwise(edges))
    held = [values for values in entries if values]
    units = {text[end - 1] for values in held for _, end in values}
    if len(held) < _SIDE_BY_SIDE or any(len(values) > 1 for values in held) or len(units) > 1:
        return None
    named = [
        span
        for (span,) in held
        if any(
            text[: span[0]].rstrip(_OPENING).endswith(term.surface)
            or text[span[1] :].startswith(term.surface)
            for term in terms
        )
    ]
    return named[0] if len(named) == 1 else None


def _closed(found: str, text: str) -> str:
    """A stretch of a sentence, and what of it lies between it and the other half of its brackets."""
    for opening, closing in _BRACKETS:
        start = text.index(found)
        end = start + len(found)
        if found.count(opening) > found.count(closing):
            found = text[start : text.find(closing, end) + 1] or found
        elif found.count(opening) < found.count(closing):
            found = text[max(text.rfind(opening, 0, start), 0) : end]
    return found


def _is_reworded(candidate: Candidate) -> bool:
    """Whether a sentence was read in other words than it is quoted in: a date that was mended, a table's row."""
    return candidate.sentence.alone != candidate.text


def _without_particles(text: str) -> str:
    """A stretch of a sentence without the particles that lead on from it (2024年に, 北浜乾燥と)."""
    read = words(text)
    while read and read[-1].part_of_speech[0] == "助詞":
        read.pop()
    return text[: read[-1].end] if read else text


def best_first(statements: Sequence[Statement], candidates: Sequence[Candidate]) -> list[Statement]:
    """The statements in the order of the candidates that they say; those that say none, last."""

    def place(statement: Statement) -> int:
        return next(
            (
                number
                for number, candidate in enumerate(candidates)
                if candidate.report == statement.report
                and any(
                    span.covers(candidate.sentence.span) or candidate.sentence.span.covers(span)
                    for span in statement.spans
                )
            ),
            len(candidates),
        )

    return sorted(statements, key=place)


def _spans(question: Question, text: str) -> list[tuple[int, int]]:
    if question.kind in {"when", "quantity"}:
        return expected_spans(question, text)
    if _CALLED.search(question.text):
        return [match.span(1) for match in _QUOTED.finditer(text)]
    return []


def _distance(span: tuple[int, int], text: str, words: Sequence[str]) -> int:
    """Characters between a span and the words nearest to it, over all words; one before it is nearer."""
    return sum(
        min(
            span[0] - match.end() if match.end() <= span[0] else 2 * abs(match.start() - span[1])
            for match in re.finditer(re.escape(word), text)
        )
        for word in words
    )
