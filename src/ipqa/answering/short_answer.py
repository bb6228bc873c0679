"""The span that answers by itself: a date, a quantity, a name; or what the reader takes for it."""

import re
from collections.abc import Sequence

from ipqa.answering.answer_forms import expected_spans
from ipqa.answering.evidence import Term
from ipqa.answering.question import Question
from ipqa.answering.ranking import Candidate
from ipqa.answering.statement import Statement

_QUOTED = re.compile(r"[「『]([^「」『』]{2,30})[」』]")
_SURE = 0.0
"""Logit of the best sentence answering, from which the reader's span is taken."""

_NO_SPAN = frozenset({"list", "compare", "yesno"})
_AROUND = " 、。・「」『』（）()"

_CALLED = re.compile(
    r"名称|名前|何という|なんという|呼び名|呼ば|愛称|キャッチフレーズ|スローガン|タイトル|題名"
)


def short_answer(
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
            words = names or [term.surface for term in shared]
            return text[slice(*min(found, key=lambda span: _distance(span, text, words)))].strip()
    return None


def read_answer(question: Question, best: Candidate, statements: Sequence[Statement]) -> str | None:
    """What the reader takes for the short answer in the best sentence, if it is sure that there is one.

    None where the statements do not say it, and where several things or a yes or no are asked for.
    """
    if best.reading is None or best.reading.answers < _SURE or question.kind in _NO_SPAN:
        return None
    start, end = best.reading.answer
    found = best.sentence.alone[start:end].strip(_AROUND)
    said = any(found in statement.text for statement in statements)
    return found if len(found) > 1 and said else None


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
