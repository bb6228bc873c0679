"""The gold questions are what they claim to be, and the two sets have nothing in common."""

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from ipqa.evaluation.gold import (
    GoldQuestion,
    check_against,
    evidence_spans,
    read_conversations,
    read_gold,
)
from ipqa.japanese import words
from ipqa.reports import read_report
from ipqa.reports.model import Report, Span
from tests.parts import ROOT

GOLD = ROOT / "eval" / "gold"
SETS = {name: read_gold(GOLD / f"{name}.jsonl") for name in ("dev", "test")}
ALL = [question for questions in SETS.values() for question in questions]
LONGEST_SHARED = 12
NOT_ANSWERABLE = {"unanswerable": 50, "falsepremise": 15, "offtopic": 10}


@pytest.fixture(scope="module")
def report() -> Report:
    return read_report(ROOT / "corpus" / "nissan-ip-strategy.md", max_bytes=10**6)


def turns(name: str) -> list[list[GoldQuestion]]:
    """The turns of each dialogue of a set."""
    return read_conversations(GOLD / f"{name}-dialogues.jsonl")


def test_there_are_enough_of_every_type() -> None:
    counts: Counter[str] = Counter(question.type for question in ALL)
    assert len(ALL) >= 240
    for name, least in NOT_ANSWERABLE.items():
        assert counts[name] >= least
    assert min(count for name, count in counts.items() if name not in NOT_ANSWERABLE) >= 12


def test_ids_and_questions_are_unique() -> None:
    assert len({question.id for question in ALL}) == len(ALL)
    assert len({question.question for question in ALL}) == len(ALL)


@pytest.mark.parametrize("name", SETS)
def test_every_fact_and_snippet_stands_in_the_report(name: str, report: Report) -> None:
    check_against(GOLD / f"{name}.jsonl", SETS[name], {report.id: report})
    for dialogue in turns(name):
        check_against(GOLD / f"{name}-dialogues.jsonl", dialogue, {report.id: report})


def test_there_are_twenty_dialogues_of_two_to_four_turns() -> None:
    dialogues = [dialogue for name in SETS for dialogue in turns(name)]
    assert len(dialogues) >= 20
    assert {len(dialogue) for dialogue in dialogues} <= {2, 3, 4}


def sections_of(questions: list[GoldQuestion], report: Report) -> set[str]:
    """Titles of the sections in which all the evidence of some questions stands."""
    found = set()
    for question in questions:
        for places in evidence_spans(question, {report.id: report}):
            names = {_section(report, span) for _, span in places}
            if len(names) == 1:
                found |= names
    return found


def _section(report: Report, span: Span) -> str:
    holding = [s for s in report.sections if s.span.covers(span)]
    return max(holding, key=lambda s: len(s.path)).title


def test_no_section_gives_evidence_to_both_sets(report: Report) -> None:
    dev, test = (sections_of(SETS[name], report) for name in ("dev", "test"))
    assert dev & test == set()


def test_no_question_repeats_the_wording_of_its_evidence() -> None:
    """Runs of more than twelve characters, those that hold a name aside."""
    for question in ALL:
        for snippet in question.evidence:
            run = _longest_shared(_flat(question.question), _flat(snippet))
            assert len(run) <= LONGEST_SHARED or _names(run), (question.id, run)


def _flat(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _longest_shared(one: str, other: str) -> str:
    runs = (
        one[start:end]
        for start in range(len(one))
        for end in range(start + 1, len(one) + 1)
        if one[start:end] in other
    )
    return max(runs, key=len, default="")


def _names(run: str) -> bool:
    """Whether a run is a name or a term: Latin words, katakana, or one compound of nouns."""
    if re.fullmatch(r"[A-Za-z0-9&.・ァ-ヴー]+", run):
        return True
    parts = [word.part_of_speech[0] for word in words(run)]
    return all(part in {"名詞", "接頭辞", "接尾辞", "補助記号", "記号"} for part in parts)


def test_nothing_but_what_reports_on_it_opens_the_test_set() -> None:
    allowed = {"eval/measure.py", "tests/test_gold.py", "tests/test_docs.py"}
    opening = re.compile(r"gold/test|test\.jsonl|test-dialogues")
    files = [p for folder in ("src", "eval", "tests") for p in (ROOT / folder).rglob("*.py")]
    files += [p for p in (ROOT / "Makefile", ROOT / ".ci" / "run") if p.is_file()]
    found = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if opening.search(path.read_text(encoding="utf-8"))
    }
    assert found - allowed == set()


def test_dialogues_and_questions_of_a_set_are_about_the_same_sections(report: Report) -> None:
    for name, other in pairwise(["dev", "test", "dev"]):
        in_dialogues = sections_of([q for dialogue in turns(name) for q in dialogue], report)
        assert in_dialogues & sections_of(SETS[other], report) == set()


def test_the_files_are_where_they_are_looked_for() -> None:
    assert {path.name for path in Path(GOLD).iterdir()} >= {"dev.jsonl", "test.jsonl"}
