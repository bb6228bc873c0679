"""The documents of other domains are read without a doubt, and their gold is what it claims to be."""

from pathlib import Path

import pytest

from ipqa.evaluation.gold import GoldQuestion, check_against, read_gold
from ipqa.evaluation.matching import flat
from ipqa.reports import read_report
from ipqa.reports.model import Report
from tests.parts import ROOT

DOCUMENTS = sorted(
    path for path in (ROOT / "eval" / "documents").glob("*.md") if path.stem != "README"
)
LONGEST_SHARED = 12


@pytest.fixture(scope="module", params=DOCUMENTS, ids=lambda path: path.stem)
def document(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture(scope="module")
def report(document: Path) -> Report:
    return read_report(document, max_bytes=10**6)


@pytest.fixture(scope="module")
def questions(document: Path) -> list[GoldQuestion]:
    return read_gold(document.with_suffix(".jsonl"))


def test_there_are_three_documents() -> None:
    assert len(DOCUMENTS) == 3


def test_a_document_is_read_without_warnings(report: Report) -> None:
    assert report.warnings == ()


def test_a_document_has_chapters_sections_and_tables(report: Report) -> None:
    assert {len(section.path) for section in report.sections} >= {1, 2}
    assert report.tables


def test_facts_and_evidence_stand_in_the_document(
    document: Path, questions: list[GoldQuestion], report: Report
) -> None:
    check_against(document.with_suffix(".jsonl"), questions, {report.id: report})


def test_there_are_forty_different_questions_some_without_an_answer(
    questions: list[GoldQuestion],
) -> None:
    assert len({question.question for question in questions}) == 40
    assert 8 <= sum(not question.answerable for question in questions) <= 20


def test_no_question_repeats_the_wording_of_its_document(
    document: Path, questions: list[GoldQuestion]
) -> None:
    text = flat(document.read_text(encoding="utf-8"))
    length = LONGEST_SHARED + 1
    for question in questions:
        asked = flat(question.question)
        runs = [asked[i : i + length] for i in range(len(asked) - length + 1)]
        assert [run for run in runs if run in text] == [], question.id


def test_ids_are_unique_over_the_documents() -> None:
    ids = [q.id for path in DOCUMENTS for q in read_gold(path.with_suffix(".jsonl"))]
    assert len(set(ids)) == len(ids)
