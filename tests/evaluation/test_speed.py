"""How fast a user's own index answers: what is asked, and what is told."""

from pathlib import Path

import pytest

from ipqa.errors import NothingToAsk
from ipqa.evaluation.speed import measure_speed, timing_scores
from ipqa.settings import Settings
from tests.parts import build_small_index


def test_questions_are_made_of_the_reports_and_their_answers_are_timed(
    small_settings: Settings,
) -> None:
    done: list[int] = []
    found = measure_speed(small_settings.model_copy(update={"reader": False}), 2, done.append)
    assert found.questions == len(done) == 2
    assert 0 < found.scores["ms_p50"].value <= found.scores["ms_p95"].value
    assert found.scores["ms_cold_start"].value > found.scores["ms_p50"].value
    assert found.memory_mb > 50


def test_reports_of_which_no_question_can_be_made_are_said_to_be_such(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# 一覧\n\n- 甲\n- 乙\n", encoding="utf-8")
    settings = build_small_index(tmp_path / "a.md", tmp_path / "index")
    with pytest.raises(NothingToAsk):
        measure_speed(settings, 5)


def test_each_stage_has_its_middle_and_its_slow() -> None:
    scores = timing_scores([{"total": float(n), "retrieval": n / 2} for n in range(101)])
    assert scores["ms_p50"].value == 50
    assert scores["ms_p95"].value == 95
    assert scores["ms_retrieval_p50"].value == 25
    assert timing_scores([]) == {}
