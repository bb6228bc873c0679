"""What is trained on is what its README says, and the checks that say so can fail."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ipqa.evaluation.matching import flat
from ipqa.reports import read_report
from tests.parts import ROOT
from training import check_data
from training.check_data import Folder, family_of, held_out_families, read_folder

FOLDERS = [read_folder(path) for path in check_data.folders_of_data()]
REPORTS = {name: text for folder in FOLDERS for name, text in folder.reports.items()}
QUESTIONS = [question for folder in FOLDERS for question in folder.questions]
LONGEST_BETWEEN_FAMILIES = 20

REPORT = f"""\
# 汐入製麺 2024年度の概況

汐入製麺の2024年度の売上高は48億円で、前年度より3億円増えた。{"増えたのは業務用の注文による。" * 30}
"""
ANSWERABLE = {
    "id": "shioiri-1",
    "report": "shioiri",
    "scope": "library",
    "type": "number",
    "question": "汐入の昨年度の売り上げは",
    "facts": [["48億円"]],
    "evidence": ["売上高は48億円で"],
    "answerable": True,
}
UNANSWERABLE = {
    **ANSWERABLE,
    "id": "shioiri-2",
    "type": "unanswerable",
    "question": "工場はいくつある?",
    "facts": [],
    "evidence": [],
    "answerable": False,
}
SOUND = [
    ANSWERABLE,
    {**ANSWERABLE, "id": "shioiri-3", "question": "一年でどれだけ稼いだのか知りたい"},
    UNANSWERABLE,
]

Check = Callable[[Folder], Iterator[str]]


def write_folder(path: Path, questions: list[dict[str, object]], report: str = REPORT) -> Path:
    (path / "shioiri.md").write_text(report, encoding="utf-8")
    lines = [json.dumps(question, ensure_ascii=False) for question in questions]
    (path / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return path


def check_in_a_shell(*folders: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [sys.executable, ROOT / "training" / "check_data.py", *folders]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("check", check_data.CHECKS, ids=lambda check: check.__name__)
def test_the_data_passes_every_check(check: Check) -> None:
    assert [problem for folder in FOLDERS for problem in check(folder)] == []


def test_ids_are_unique_over_all_folders() -> None:
    assert list(check_data.repeated_ids(FOLDERS)) == []
    assert len({question.question for question in QUESTIONS}) == len(QUESTIONS)


def test_there_is_enough_to_train_on() -> None:
    kept = [name for name in REPORTS if family_of(name) not in held_out_families()]
    assert len(REPORTS) >= 80
    assert len(QUESTIONS) >= 4_000
    assert len(kept) >= len(REPORTS) / 2


def test_every_report_is_asked_about() -> None:
    assert {question.report for question in QUESTIONS} == set(REPORTS)


def test_every_snippet_that_is_no_row_of_a_table_stands_in_the_report_as_read() -> None:
    texts = {
        path.stem: flat(read_report(path, max_bytes=10**6).text)
        for path in check_data.DATA.glob("*/*.md")
    }
    assert [
        (question.id, snippet)
        for question in QUESTIONS
        for snippet in question.evidence
        if "|" not in snippet and flat(snippet) not in texts[question.report]
    ] == []


def test_every_held_out_family_has_reports() -> None:
    assert held_out_families() <= {family_of(name) for name in REPORTS}


def prose(text: str) -> str:
    """A report without its tables, of which the headers are alike everywhere."""
    return flat(re.sub(r"(?m)^\|.*$", "", text))


def test_held_out_families_share_no_sentence_with_the_rest() -> None:
    runs: dict[bool, set[str]] = {True: set(), False: set()}
    length = LONGEST_BETWEEN_FAMILIES + 1
    for name, text in REPORTS.items():
        bare = prose(text)
        held_out = family_of(name) in held_out_families()
        runs[held_out] |= {bare[i : i + length] for i in range(len(bare) - length + 1)}
    assert runs[True] & runs[False] == set()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"evidence": ["売上高は49億円で"]}, "not in shioiri"),
        ({"report": "another"}, "no report another"),
        ({"wrong": "売上は48億円に達しました。"}, "made 2 times"),
    ],
)
def test_claims_that_stand_on_nothing_are_found(
    tmp_path: Path, change: dict[str, object], problem: str
) -> None:
    claims = {
        "report": "shioiri",
        "kind": "cause",
        "evidence": ["増えたのは業務用の注文による。"],
        "supported": "売上は48億円に達しました。",
        "wrong": "値上げによって売上が増えました。",
    }
    write_folder(tmp_path, SOUND)
    line = json.dumps(claims | change, ensure_ascii=False)
    (tmp_path / "claims.jsonl").write_text(line, encoding="utf-8")
    assert problem in "\n".join(check_data.claims(read_folder(tmp_path)))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"evidence": ["売上高は49億円で"]}, "not in shioiri"),
        ({"answer": "48億円"}, "not in its evidence: 48億円"),
        ({"unanswered": "売れゆきが伸びたのはなぜ?"}, "asked 2 times"),
        ({"unanswered": "増えたのは業務用の注文によるのは去年か"}, "words of its report"),
    ],
)
def test_contrasts_that_stand_on_nothing_are_found(
    tmp_path: Path, change: dict[str, object], problem: str
) -> None:
    contrast = {
        "report": "shioiri",
        "kind": "reason",
        "evidence": ["増えたのは業務用の注文による。"],
        "answered": "売れゆきが伸びたのはなぜ?",
        "answer": "業務用の注文",
        "unanswered": "業務用の客が増えたのはなぜ?",
    }
    write_folder(tmp_path, SOUND)
    line = json.dumps(contrast | change, ensure_ascii=False)
    (tmp_path / "contrasts.jsonl").write_text(line, encoding="utf-8")
    assert problem in "\n".join(check_data.contrasts(read_folder(tmp_path)))


def test_a_sound_folder_passes(tmp_path: Path) -> None:
    done = check_in_a_shell(write_folder(tmp_path, SOUND))
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 questions about 1 reports" in done.stdout


SPOILT: list[tuple[Check, dict[str, object], str]] = [
    (check_data.evidence, {"evidence": ["売上高は49億円で"]}, "not in its report"),
    (check_data.evidence, {"report": "another"}, "there is no report"),
    (check_data.facts, {"facts": [["8億円"]]}, "not in its evidence"),
    (check_data.facts, {"facts": [["48億円", ""]]}, "not in its evidence"),
    (check_data.answerable, {"facts": []}, "do not agree"),
    (check_data.answerable, {"answerable": False}, "do not agree"),
    (check_data.answerable, {"type": "unanswerable"}, "that is answerable"),
    (check_data.wording, {"question": "2024年度の売上高は48億円か"}, "words of its report"),
    (check_data.near_duplicates, {"question": "一年でどれだけ稼いだか知りたい"}, "nearly the same"),
    (check_data.names_of_the_corpus, {"question": "日産との取引は"}, "日産"),
    (check_data.names_of_the_corpus, {"question": "ProPILOT 供給先"}, "ProPILOT"),
]


@pytest.mark.parametrize(("check", "change", "told"), SPOILT)
def test_a_spoilt_question_is_told(
    check: Check, change: dict[str, object], told: str, tmp_path: Path
) -> None:
    folder = read_folder(write_folder(tmp_path, [ANSWERABLE | change, *SOUND[1:]]))
    assert any(told in problem for problem in check(folder))
    assert list(check(read_folder(write_folder(tmp_path, SOUND)))) == []


def test_a_report_of_another_length_or_about_the_corpus_is_told(tmp_path: Path) -> None:
    long = read_folder(write_folder(tmp_path, SOUND, REPORT * 20))
    named = read_folder(write_folder(tmp_path, SOUND, REPORT.replace("業務用", "ルノー")))
    assert len(list(check_data.lengths(long))) == 1
    assert any("ルノー" in problem for problem in check_data.names_of_the_corpus(named))


def test_too_few_unanswerable_questions_are_told(tmp_path: Path) -> None:
    folder = read_folder(write_folder(tmp_path, SOUND[:2]))
    assert len(list(check_data.share_of_unanswerable(folder))) == 1


def test_an_id_that_stands_in_two_folders_is_told(tmp_path: Path) -> None:
    folder = read_folder(write_folder(tmp_path, SOUND))
    assert len(list(check_data.repeated_ids([folder, folder]))) == len(SOUND) + 1


@pytest.mark.parametrize("change", [{"scope": "world"}, {"note": "x"}, {"type": "riddle"}])
def test_a_line_that_is_no_question_is_refused_with_its_number(
    change: dict[str, object], tmp_path: Path
) -> None:
    write_folder(tmp_path, [*SOUND, UNANSWERABLE | change])
    with pytest.raises(check_data.BadLineError, match=r"questions\.jsonl, line 4"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("added", "told"), [(UNANSWERABLE, "stands 2 times"), ({"id": "shioiri-4"}, "line 4")]
)
def test_problems_are_printed_and_end_with_exit_code_1(
    added: dict[str, object], told: str, tmp_path: Path
) -> None:
    done = check_in_a_shell(write_folder(tmp_path, [*SOUND, added]))
    assert (done.returncode, done.stderr) == (1, "")
    assert told in done.stdout
