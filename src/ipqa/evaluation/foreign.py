"""Answers of another system, and gold questions of other projects.

Answers come as JSON lines: ``{"id": …, "answer": …, "citations": […]}``, each citation a quote or
``{"report", "quote", "start", "end"}``; optional ``answered``, ``short_answer``, ``confidence``. Where
offsets are missing, the quote is looked for in the reports; one that stands nowhere is no verbatim quote.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from ipqa.answering.answer import Answer, Citation, Claim
from ipqa.errors import BadAnswers
from ipqa.evaluation.gold import GoldQuestion
from ipqa.reports.model import Report

_DECLINING = ("記載がありません", "記載はありません", "見つかりません", "not in the report")


class _Quote(BaseModel):
    model_config = ConfigDict(frozen=True)

    quote: str
    report: str | None = None
    start: int | None = None
    end: int | None = None


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    answer: str
    citations: tuple[_Quote | str, ...] = ()
    answered: bool | None = None
    short_answer: str | None = None
    confidence: float | None = None


def read_answers(
    path: Path, questions: Sequence[GoldQuestion], reports: Mapping[str, Report]
) -> dict[str, Answer]:
    """The answers of a file by the id of their question; a question without one counts as declined.

    Raises:
        BadAnswers: the file cannot be read, or a line is no answer or answers no question.
    """
    asked = {question.id: question for question in questions}
    answers = {name: _answer(_Line(id=name, answer=""), reports) for name in asked}
    for number, line in _lines(path):
        try:
            given = _Line.model_validate(line)
        except ValidationError as error:
            reason = "; ".join(
                f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()
            )
            raise BadAnswers(path=path, line=number, reason=reason) from error
        if given.id not in asked:
            raise BadAnswers(path=path, line=number, reason=f"no question has the id {given.id}")
        answers[given.id] = _answer(given, reports)
    return answers


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadAnswers(path=path, line=0, reason=str(error)) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except json.JSONDecodeError as error:
                raise BadAnswers(path=path, line=number, reason=str(error)) from error


def _answer(given: _Line, reports: Mapping[str, Report]) -> Answer:
    text = given.answer.strip()
    answered = given.answered
    if answered is None:
        answered = bool(text) and not any(words in text for words in _DECLINING)
    citations = tuple(
        _citation(number, quote if isinstance(quote, _Quote) else _Quote(quote=quote), reports)
        for number, quote in enumerate(given.citations, start=1)
    )
    claim = Claim(text=text, citations=tuple(c.number for c in citations))
    return Answer(
        question="",
        answered=answered,
        answer=text,
        short_answer=given.short_answer,
        claims=(claim,) if answered else (),
        citations=citations,
        notes=(),
        confidence=given.confidence if given.confidence is not None else float(answered),
        reason=None if answered else "not_in_reports",
        mode="extractive",
        timings_ms={},
    )


def _citation(number: int, given: _Quote, reports: Mapping[str, Report]) -> Citation:
    report, start = given.report or "", given.start
    if start is None:
        found = (
            (name, text.text.find(given.quote))
            for name, text in reports.items()
            if given.report in {None, name}
        )
        report, start = next(((name, at) for name, at in found if at >= 0), (report, 0))
    return Citation(
        number=number,
        report=report,
        edition=reports[report].edition if report in reports else "",
        title="",
        section=(),
        quote=given.quote,
        start=start,
        end=given.end if given.end is not None else start + len(given.quote),
        page=None,
        sources=(),
    )
