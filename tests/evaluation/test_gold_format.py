"""Bad gold is refused with its line and the reason; texts are compared as they should be."""

import json
from pathlib import Path

import pytest

from ipqa.errors import BadGold
from ipqa.evaluation.gold import check_against, evidence_spans, read_conversations, read_gold
from ipqa.evaluation.matching import character_f1, exact_match, holds
from ipqa.reports.builder import ReportBuilder
from ipqa.reports.model import Report

GOOD = {
    "id": "a",
    "type": "number",
    "question": "出荷は何トンか",
    "facts": [["1,250トン"]],
    "evidence": ["出荷量は1,250トン"],
    "answerable": True,
}


@pytest.fixture
def report() -> Report:
    builder = ReportBuilder()
    builder.paragraph("2024年の出荷量は１,２５０ トンである。")
    return builder.build(title="報告").named("r", "r.md")


def written(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "gold.jsonl"
    said = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(said), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "no JSON"),
        ("[1]", "wrong"),
        (GOOD | {"id": "b", "type": "riddle"}, "type"),
        (GOOD | {"id": "b", "colour": "blue"}, "colour"),
        (GOOD | {"id": "b", "question": ""}, "question"),
        (GOOD | {"id": "b", "facts": []}, "facts and evidence"),
        (GOOD | {"id": "b", "evidence": []}, "facts and evidence"),
        (GOOD | {"id": "b", "answerable": False}, "facts and evidence"),
        (GOOD | {"id": "b", "facts": [[" "]]}, "empty"),
        (GOOD, "line 1 already"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path: Path, line: object, reason: str) -> None:
    with pytest.raises(BadGold, match=rf"line 3.*{reason}"):
        read_gold(written(tmp_path, GOOD, "", line))


def test_a_file_without_questions_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadGold, match="no questions"):
        read_gold(written(tmp_path, ""))
    with pytest.raises(BadGold):
        read_gold(tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize(
    "change", [{"evidence": ["入荷量は1,250トン"]}, {"facts": [["1,251トン"]]}, {"report": "x"}]
)
def test_what_does_not_stand_in_the_report_is_refused(
    tmp_path: Path, report: Report, change: dict[str, object]
) -> None:
    good, bad = (written(tmp_path, one) for one in (GOOD, GOOD | change))
    with pytest.raises(BadGold, match="line 1"):
        check_against(bad, read_gold(bad), {"r": report})
    written(tmp_path, GOOD)
    check_against(good, read_gold(good), {"r": report})


def test_evidence_is_found_in_whatever_notation(tmp_path: Path, report: Report) -> None:
    (question,) = read_gold(written(tmp_path, GOOD))
    ((place,),) = evidence_spans(question, {"r": report})
    assert place[1].within(report.text) == "出荷量は１,２５０ トン"


@pytest.mark.parametrize(
    ("text", "fact", "held"),
    [
        ("出荷は１，２５０トン。", "1,250トン", True),
        ("出荷は1,250 トン[3]。", "1,250トン", True),
        ("出願は421件である。", "1件", False),
        ("比率は1.15倍である。", "15倍", False),
        ("比率は15.5である。", "15", False),
        ("2023年に始めた。", "2023年", True),
        ("A&O Shearman", "A&OShearman", True),
    ],
)
def test_a_fact_is_held_whatever_the_notation_but_no_part_of_a_figure(
    text: str, fact: str, *, held: bool
) -> None:
    assert holds(text, [fact]) is held


def test_short_answers_are_compared_as_jglue_does() -> None:
    facts = [["2028年度", "28年度"]]
    assert exact_match("「２０２８年度」。", facts) == 1.0
    assert exact_match("2028年", facts) == 0.0
    assert character_f1("2028年度", facts) == 1.0
    assert 0.8 < character_f1("2028年", facts) < 1.0
    assert character_f1("", facts) == character_f1("不明", facts) == 0.0


def test_a_line_with_turns_is_a_dialogue_of_which_each_turn_is_a_question(
    tmp_path: Path, report: Report
) -> None:
    turn = {k: GOOD[k] for k in ("question", "facts", "evidence", "answerable")}
    turn["standalone"] = "同じ"
    path = written(tmp_path, GOOD, {"id": "d", "turns": [turn, turn]})
    ids = [[question.id for question in asked] for asked in read_conversations(path)]
    assert ids == [["a"], ["d-1", "d-2"]]
    check_against(path, read_gold(path), {"r": report})
    with pytest.raises(BadGold, match=r"line 1.*turns"):
        read_gold(written(tmp_path, {"id": "d", "turns": [turn]}))
    path = written(tmp_path, GOOD, {"id": "d", "turns": [turn, turn | {"evidence": ["無い"]}]})
    with pytest.raises(BadGold, match=r"line 2.*d-2"):
        check_against(path, read_gold(path), {"r": report})
