"""Gold questions: what is asked, what a right answer holds, and where the report says it.

One JSON object a line; `docs/evaluation.md` explains the fields. Bad gold is refused with its line.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ipqa.errors import BadGold
from ipqa.evaluation.matching import flat
from ipqa.japanese import normalise
from ipqa.reports.model import Report, Span

QuestionType = Literal[
    "factoid",
    "date",
    "number",
    "list",
    "table",
    "why",
    "how",
    "definition",
    "compare",
    "multihop",
    "yesno",
    "variant",
    "english",
    "unanswerable",
    "falsepremise",
    "offtopic",
]


class GoldQuestion(BaseModel):
    """One question with what its answer must hold.

    Attributes:
        facts: each a list of alternatives; a right answer holds one of each.
        evidence: snippets of the report on which a right answer stands.
        answerable: whether the reports answer it; if not, it must be declined.
        section: where the main evidence stands, for reading; not used in measuring.
        report: id of the report that it is asked of, where a set covers several.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    type: QuestionType
    question: str = Field(min_length=1)
    facts: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[str, ...] = ()
    answerable: bool
    section: str = ""
    report: str | None = None


def read_gold(path: Path) -> list[GoldQuestion]:
    """The questions of a file.

    Raises:
        BadGold: the file cannot be read, is empty, or a line is no question, repeats an id, or
            contradicts itself.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, 0, "読み込めません", str(error)) from error
    questions: list[GoldQuestion] = []
    first_lines: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        question = _question(path, number, line)
        if question.id in first_lines:
            earlier = first_lines[question.id]
            raise _bad(
                path,
                number,
                f"ID「{question.id}」は {earlier} 行目と重複しています",
                f"the id “{question.id}” stands on line {earlier} already",
            )
        first_lines[question.id] = number
        questions.append(question)
    if not questions:
        raise _bad(path, 0, "質問がありません", "it holds no questions")
    return questions


def check_against(
    path: Path, questions: Sequence[GoldQuestion], reports: Mapping[str, Report]
) -> None:
    """Make sure that the reports hold every snippet of evidence, and an alternative of every fact.

    Raises:
        BadGold: they do not.
    """
    texts = {name: flat(report.text) for name, report in reports.items()}
    for number, question in enumerate(questions, start=1):
        if question.report is not None and question.report not in texts:
            raise _bad(
                path,
                number,
                f"報告書「{question.report}」が索引にありません",
                f"the index does not hold the report “{question.report}”",
            )
        asked = [texts[question.report]] if question.report else list(texts.values())
        needed = [(snippet,) for snippet in question.evidence] + list(question.facts)
        for alternatives in needed:
            if not any(flat(one) in text for one in alternatives for text in asked):
                said = " / ".join(alternatives)
                raise _bad(
                    path,
                    number,
                    f"「{said}」が報告書にありません(ID {question.id})",
                    f"“{said}” does not stand in the report (id {question.id})",
                )


def evidence_spans(
    question: GoldQuestion, reports: Mapping[str, Report]
) -> Iterator[list[tuple[str, Span]]]:
    """For each snippet, everywhere that it stands: the report's id and the span."""
    for snippet in question.evidence:
        yield [
            (name, span)
            for name, report in reports.items()
            if question.report in {None, name}
            for span in places(snippet, report.text)
        ]


def places(snippet: str, text: str) -> Iterator[Span]:
    """Where a snippet stands in a text, white space and NFKC aside."""
    bare, starts, ends = _bare(text)
    wanted = flat(snippet)
    at = bare.find(wanted)
    while at >= 0:
        yield Span(starts[at], ends[at + len(wanted) - 1])
        at = bare.find(wanted, at + 1)


@lru_cache(maxsize=64)
def _bare(text: str) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """A text in NFKC without white space, and where each character began and ended before."""
    normal = normalise(text)
    kept = [i for i, character in enumerate(normal.text) if not character.isspace()]
    spans = [normal.original_span(i, i + 1) for i in kept]
    return (
        "".join(normal.text[i] for i in kept),
        tuple(start for start, _ in spans),
        tuple(end for _, end in spans),
    )


def _question(path: Path, number: int, line: str) -> GoldQuestion:
    try:
        question = GoldQuestion.model_validate(json.loads(line))
    except json.JSONDecodeError as error:
        raise _bad(
            path, number, f"JSON として読めません({error})", f"it is no JSON ({error})"
        ) from error
    except ValidationError as error:
        reason = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise _bad(
            path, number, f"項目が正しくありません({reason})", f"a field is wrong ({reason})"
        ) from error
    has_answer = bool(question.facts) and bool(question.evidence)
    if question.answerable != has_answer or bool(question.facts) != bool(question.evidence):
        raise _bad(
            path,
            number,
            "answerable が true の質問だけが facts と evidence を持ちます",
            "just the answerable questions have facts and evidence",
        )
    if any(not alternatives or not all(map(flat, alternatives)) for alternatives in question.facts):
        raise _bad(path, number, "空の fact があります", "a fact is empty")
    return question


def _bad(path: Path, line: int, reason_ja: str, reason: str) -> BadGold:
    place_ja, place = (f"の {line} 行目", f", line {line}") if line else ("", "")
    return BadGold(path=path, place_ja=place_ja, place=place, reason_ja=reason_ja, reason=reason)


def by_type(questions: Iterable[GoldQuestion]) -> dict[QuestionType, list[GoldQuestion]]:
    """The questions of each type, in order."""
    groups: dict[QuestionType, list[GoldQuestion]] = {}
    for question in questions:
        groups.setdefault(question.type, []).append(question)
    return groups
