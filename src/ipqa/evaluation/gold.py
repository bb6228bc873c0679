"""Gold questions: what is asked, what a right answer holds, and where the report says it.

One JSON object a line; `docs/evaluation.md` explains the fields. Bad gold is refused with its line.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    "dialogue",
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


class GoldTurn(BaseModel):
    """One question of a dialogue; ``standalone`` is what it asks, with what it points back to filled in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str = Field(min_length=1)
    standalone: str
    facts: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[str, ...] = ()
    answerable: bool


class GoldDialogue(BaseModel):
    """Questions that are asked one after the other, the later ones leaning on the earlier."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    section: str = ""
    turns: tuple[GoldTurn, ...] = Field(min_length=2)

    def questions(self) -> list[GoldQuestion]:
        """Its turns as questions of the type dialogue, named by their place."""
        return [
            GoldQuestion(
                id=f"{self.id}-{number}",
                type="dialogue",
                question=turn.question,
                facts=turn.facts,
                evidence=turn.evidence,
                answerable=turn.answerable,
                section=self.section,
            )
            for number, turn in enumerate(self.turns, start=1)
        ]


def read_conversations(path: Path) -> list[list[GoldQuestion]]:
    """The questions of a file in the order in which they are asked together.

    A line that holds ``turns`` is a dialogue; any other is a question by itself.

    Raises:
        BadGold: as ``read_gold`` does.
    """
    conversations = []
    seen: dict[str, int] = {}
    for number, line in _lines(path):
        dialogue = _dialogue(path, number, line)
        questions = dialogue or [_question(path, number, line)]
        for question in questions:
            _require_new(path, number, question.id, seen)
            _require_sound(path, number, question)
        conversations.append(questions)
    if not conversations:
        raise _bad(path, 0, "質問がありません", "it holds no questions")
    return conversations


def read_gold(path: Path) -> list[GoldQuestion]:
    """The questions of a file, those of dialogues among them.

    Raises:
        BadGold: the file cannot be read, is empty, or a line is no question, repeats an id, or
            contradicts itself.
    """
    return [question for questions in read_conversations(path) for question in questions]


def check_against(
    path: Path, questions: Sequence[GoldQuestion], reports: Mapping[str, Report]
) -> None:
    """Make sure that the reports hold every snippet of evidence, and an alternative of every fact.

    Raises:
        BadGold: they do not.
    """
    texts = {name: flat(report.text) for name, report in reports.items()}
    for question in questions:
        if question.report is not None and question.report not in texts:
            raise _bad(
                path,
                _line_of(path, question),
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
                    _line_of(path, question),
                    f"「{said}」が報告書にありません(ID {question.id})",
                    f"“{said}” does not stand in the report (id {question.id})",
                )


def _line_of(path: Path, question: GoldQuestion) -> int:
    """The line that a question, or the dialogue that it is a turn of, stands on."""
    for number, line in _lines(path):
        given = json.loads(line)
        name = given["id"] if "turns" not in given else f"{given['id']}-"
        if question.id == name or ("turns" in given and question.id.startswith(name)):
            return number
    return 0


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
    at = bare.find(wanted) if wanted else -1
    while at >= 0:
        yield Span(starts[at], ends[at + len(wanted) - 1])
        at = bare.find(wanted, at + 1)


@lru_cache(maxsize=4096)
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


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that hold something, with their numbers."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, 0, "読み込めません", str(error)) from error
    return ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _dialogue(path: Path, number: int, line: str) -> list[GoldQuestion] | None:
    """The questions of a line that holds a dialogue."""
    given = _parsed(path, number, line)
    if not isinstance(given, dict) or "turns" not in given:
        return None
    with _told(path, number):
        return GoldDialogue.model_validate(given).questions()


def _question(path: Path, number: int, line: str) -> GoldQuestion:
    with _told(path, number):
        return GoldQuestion.model_validate(_parsed(path, number, line))


def _parsed(path: Path, number: int, line: str) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise _bad(
            path, number, f"JSON として読めません({error})", f"it is no JSON ({error})"
        ) from error


@contextmanager
def _told(path: Path, number: int) -> Iterator[None]:
    """Tell which fields of a line are wrong."""
    try:
        yield
    except ValidationError as error:
        reason = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise _bad(
            path, number, f"項目が正しくありません({reason})", f"a field is wrong ({reason})"
        ) from error


def _require_new(path: Path, number: int, name: str, seen: dict[str, int]) -> None:
    if name in seen:
        raise _bad(
            path,
            number,
            f"ID「{name}」は {seen[name]} 行目と重複しています",
            f"the id “{name}” stands on line {seen[name]} already",
        )
    seen[name] = number


def _require_sound(path: Path, number: int, question: GoldQuestion) -> None:
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


def _bad(path: Path, line: int, reason_ja: str, reason: str) -> BadGold:
    place_ja, place = (f"の {line} 行目", f", line {line}") if line else ("", "")
    return BadGold(path=path, place_ja=place_ja, place=place, reason_ja=reason_ja, reason=reason)
