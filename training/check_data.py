"""Checks the reports and questions that were written to train on: `python training/check_data.py`.

A folder of `training/data` holds short reports and the questions about them. A check is a function that
takes a folder and yields its problems, one line each; no line means that all is well.
"""

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz import fuzz

from ipqa.evaluation.gold import GoldQuestion
from ipqa.evaluation.matching import flat, holds
from ipqa.japanese import words

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "training" / "data"
HELD_OUT = DATA / "held-out.txt"
CORPUS = ROOT / "corpus" / "nissan-ip-strategy.md"

SHORTEST, LONGEST = 450, 5200
"""Characters of a report, white space aside."""
LONGEST_SHARED = 12
"""Characters in a row that a question may have in common with its report."""
NEAR_DUPLICATE = 88
"""How alike two questions about a report may be, of 100 (Indel similarity)."""
UNANSWERABLE = (0.30, 0.37)
"""The share of the questions of a folder that its reports do not answer: about a third."""

_ADDRESS = re.compile(r"https?://\S+")
_LATIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{2,}")
_NO_NAMES = {"Electronics", "Japan", "PCT", "平成", "昭和"}


class WrittenQuestion(GoldQuestion):
    """A gold question as it stands in the training data.

    Attributes:
        scope: "library" where the question tells which report it means, "report" where it can only be
            asked of that one.
    """

    report: str
    scope: Literal["report", "library"]


class WrittenClaims(BaseModel):
    """Two sentences as a language model might write them: one that the evidence supports, one that it does not.

    Attributes:
        evidence: whole sentences, list items or rows of the report, as they stand in its file.
        kind: what is wrong with the wrong one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    report: str
    kind: Literal[
        "addition", "attribute", "cause", "certainty", "comparison", "condition", "direction",
        "negation", "number", "scope", "subject", "swap", "time",
    ]  # fmt: skip
    evidence: tuple[str, ...] = Field(min_length=1)
    supported: str
    wrong: str


class WrittenContrast(BaseModel):
    """Two questions that look alike: one that the evidence answers, one that nothing in the report answers.

    Attributes:
        evidence: whole sentences, list items or rows of the report, as they stand in its file.
        answer: the shortest stretch of the evidence that answers.
        kind: what the unanswered one asks for instead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    report: str
    kind: Literal[
        "attribute", "comparison", "detail", "entity", "means", "premise", "reason", "scope",
        "sequel", "year",
    ]  # fmt: skip
    evidence: tuple[str, ...] = Field(min_length=1)
    answered: str
    answer: str
    unanswered: str


@dataclass(frozen=True)
class Folder:
    """The reports of a folder by id, as they stand in their files, and what was written about them."""

    name: str
    reports: dict[str, str]
    questions: tuple[WrittenQuestion, ...]
    claims: tuple[WrittenClaims, ...] = ()
    contrasts: tuple[WrittenContrast, ...] = ()


Written = TypeVar("Written", bound=BaseModel)


class BadLineError(ValueError):
    """A line is not what its file is to hold."""


def folders_of_data() -> list[Path]:
    """The folders of `training/data`."""
    return sorted(path.parent for path in DATA.glob("*/questions.jsonl"))


def read_folder(path: Path) -> Folder:
    """The reports of a folder, and its questions, claims and contrasts.

    Raises:
        BadLineError: a line is not JSON, or lacks a field, or has one that it should not have.
    """
    reports = {file.stem: file.read_text(encoding="utf-8") for file in sorted(path.glob("*.md"))}
    questions = _lines(path / "questions.jsonl", WrittenQuestion)
    claims = _lines(path / "claims.jsonl", WrittenClaims)
    contrasts = _lines(path / "contrasts.jsonl", WrittenContrast)
    return Folder(path.name, reports, tuple(questions), tuple(claims), tuple(contrasts))


def _lines(path: Path, kind: type[Written]) -> Iterator[Written]:
    """What stands in the lines of a file; nothing where there is none."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        try:
            yield kind.model_validate_json(line)
        except ValidationError as error:
            raise BadLineError(f"{path.parent.name}/{path.name}, line {number}: {error}") from error


def family_of(report_id: str) -> str:
    """The family of a report: what stands before the first hyphen of its id."""
    return report_id.partition("-")[0]


def held_out_families() -> frozenset[str]:
    """The families that are kept out of training."""
    lines = HELD_OUT.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def lengths(folder: Folder) -> Iterator[str]:
    """Reports are not too short to be asked of, and not too long to be known by heart."""
    for name, text in folder.reports.items():
        length = len(re.sub(r"\s", "", text))
        if not SHORTEST <= length <= LONGEST:
            yield f"{name}: {length} characters, not {SHORTEST} to {LONGEST}"


def names_of_the_corpus(folder: Folder) -> Iterator[str]:
    """The report that ships must stay unseen: nothing may be about those whom it names."""
    texts = folder.reports | {q.id: q.question for q in folder.questions}
    for name, text in texts.items():
        for found in corpus_names().findall(text):
            yield f"{name}: {found} is named in {CORPUS.name}"


@cache
def corpus_names() -> re.Pattern[str]:
    """What is named in the report that ships: Latin words and names other than places."""
    text = _ADDRESS.sub("", CORPUS.read_text(encoding="utf-8"))
    latin = set(_LATIN_NAME.findall(text))
    named = {w.surface for w in words(text) if w.part_of_speech[1:3] == ("固有名詞", "一般")}
    wanted = sorted(re.escape(name) for name in (latin | named | {"全固体"}) - _NO_NAMES)
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(wanted)})(?![A-Za-z0-9])")


def evidence(folder: Folder) -> Iterator[str]:
    """Evidence stands in its report, word for word."""
    texts = {name: flat(text) for name, text in folder.reports.items()}
    for question in folder.questions:
        if question.report not in texts:
            yield f"{question.id}: there is no report {question.report}"
            continue
        for snippet in question.evidence:
            if flat(snippet) not in texts[question.report]:
                yield f"{question.id}: not in its report: {snippet}"


def facts(folder: Folder) -> Iterator[str]:
    """An alternative of each fact stands in the evidence, figures whole."""
    for question in folder.questions:
        for alternatives in question.facts:
            held = any(holds(snippet, alternatives) for snippet in question.evidence)
            if not (held and all(alternatives)):
                yield f"{question.id}: not in its evidence: {' / '.join(alternatives)}"


def answerable(folder: Folder) -> Iterator[str]:
    """Just what can be answered has facts and evidence."""
    for question in folder.questions:
        given = {bool(question.facts), bool(question.evidence)}
        if given != {question.answerable}:
            yield f"{question.id}: facts, evidence and answerable do not agree"
        if question.type == "unanswerable" and question.answerable:
            yield f"{question.id}: an unanswerable question that is answerable"


def wording(folder: Folder) -> Iterator[str]:
    """A question has words of its own, not a run of characters of its report."""
    for question in folder.questions:
        if shared := shared_run(question.question, folder.reports.get(question.report, "")):
            yield f"{question.id}: words of its report: {shared}"


def shared_run(question: str, report: str) -> str:
    """The first run of characters that is too long to be shared by a question and its report; mostly none."""
    asked, text, length = flat(question).lower(), flat(report).lower(), LONGEST_SHARED + 1
    runs = (asked[start : start + length] for start in range(len(asked) - length + 1))
    return next((run for run in runs if run in text), "")


def near_duplicates(folder: Folder) -> Iterator[str]:
    """No two questions about a report are nearly the same."""
    asked = defaultdict(list)
    for question in folder.questions:
        asked[question.report].append((question.id, flat(question.question).lower()))
    for questions in asked.values():
        for (one, text), (other, near) in combinations(questions, 2):
            if fuzz.ratio(text, near) > NEAR_DUPLICATE:
                yield f"{other}: nearly the same as {one}"


def share_of_unanswerable(folder: Folder) -> Iterator[str]:
    """About a third cannot be answered."""
    share = sum(not q.answerable for q in folder.questions) / max(1, len(folder.questions))
    least, most = UNANSWERABLE
    if not least <= share <= most:
        yield f"{folder.name}: {share:.0%} of the questions cannot be answered, not a third"


def claims(folder: Folder) -> Iterator[str]:
    """Claims stand on what their report says word for word, and none is made twice."""
    said = Counter(text for one in folder.claims for text in (one.supported, one.wrong))
    for one in folder.claims:
        if one.report not in folder.reports:
            yield f"{one.supported}: no report {one.report}"
            continue
        for snippet in one.evidence:
            if snippet not in folder.reports[one.report]:
                yield f"{one.supported}: not in {one.report}: {snippet}"
    yield from (f"{text}: made {times} times" for text, times in said.items() if times > 1)


def contrasts(folder: Folder) -> Iterator[str]:
    """Contrasts stand on their report, say which of its words answer, and none is asked twice."""
    asked = Counter(flat(q.question).lower() for q in folder.questions)
    asked.update(
        flat(q).lower() for one in folder.contrasts for q in (one.answered, one.unanswered)
    )
    for one in folder.contrasts:
        report = folder.reports.get(one.report, "")
        for snippet in one.evidence:
            if snippet not in report:
                yield f"{one.answered}: not in {one.report}: {snippet}"
        if not (one.answer and any(one.answer in snippet for snippet in one.evidence)):
            yield f"{one.answered}: not in its evidence: {one.answer}"
        for question in (one.answered, one.unanswered):
            if shared := shared_run(question, report):
                yield f"{question}: words of its report: {shared}"
    yield from (
        f"{question}: asked {times} times" for question, times in asked.items() if times > 1
    )


CHECKS = (
    lengths,
    names_of_the_corpus,
    evidence,
    facts,
    answerable,
    wording,
    near_duplicates,
    share_of_unanswerable,
    claims,
    contrasts,
)


def repeated_ids(folders: Iterable[Folder]) -> Iterator[str]:
    """No id names two reports or two questions, in whichever folders they stand."""
    seen: Counter[str] = Counter()
    for folder in folders:
        seen.update([*folder.reports, *(question.id for question in folder.questions)])
    yield from (
        f"{name}: this id stands {times} times" for name, times in seen.items() if times > 1
    )


def counts(folders: Sequence[Folder]) -> str:
    """How much there is, and how many questions of each type."""
    types = Counter(question.type for folder in folders for question in folder.questions)
    reports = sum(len(folder.reports) for folder in folders)
    lines = [f"{count:6} {name}" for name, count in types.most_common()]
    made = 2 * sum(len(folder.claims) for folder in folders)
    contrasting = 2 * sum(len(folder.contrasts) for folder in folders)
    total = f"{types.total():6} questions about {reports} reports, {contrasting} contrasting ones, {made} claims"
    return "\n".join([*lines, total])


def main() -> int:
    """Print problems and counts; 1 where there are problems, else 0."""
    parser = argparse.ArgumentParser(description="Checks the data that is trained on.")
    parser.add_argument(
        "folders", nargs="*", type=Path, help="all of training/data if none is given"
    )
    try:
        folders = [read_folder(path) for path in parser.parse_args().folders or folders_of_data()]
    except BadLineError as error:
        print(error)
        return 1
    problems = [problem for folder in folders for check in CHECKS for problem in check(folder)]
    problems += repeated_ids(folders)
    print(*problems, f"{len(problems)} problems", counts(folders), sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
