"""Scores are what their definitions say, and their intervals hold them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipqa.evaluation.scores import (
    abstention_scores,
    bootstrap,
    calibration_bins,
    calibration_score,
    mean_scores,
    risk_coverage,
)


@pytest.mark.parametrize(
    ("confidences", "answerable", "auroc"),
    [
        ([0.9, 0.8, 0.2, 0.1], [True, True, False, False], 1.0),
        ([0.1, 0.2, 0.8, 0.9], [True, True, False, False], 0.0),
        ([0.5, 0.5, 0.5, 0.5], [True, True, False, False], 0.5),
        ([0.9, 0.4, 0.5, 0.1], [True, True, False, False], 0.75),
    ],
)
def test_auroc_is_the_share_of_pairs_in_the_right_order(
    confidences: list[float], answerable: list[bool], auroc: float
) -> None:
    assert abstention_scores(confidences, answerable)["auroc"].value == auroc


def test_auroc_needs_both_kinds_of_questions() -> None:
    assert abstention_scores([0.1, 0.9], [True, True]) == {}


@pytest.mark.parametrize(
    ("confidences", "right", "ece"),
    [
        ([1.0, 1.0], [True, True], 0.0),
        ([1.0, 1.0], [False, False], 1.0),
        ([0.75, 0.75, 0.75, 0.75], [True, True, True, False], 0.0),
        ([0.95, 0.15], [False, True], 0.9),
    ],
)
def test_ece_is_the_distance_of_confidence_from_the_share_of_right_answers(
    confidences: list[float], right: list[bool], ece: float
) -> None:
    assert calibration_score(confidences, right)["ece"].value == pytest.approx(ece)


def test_a_mean_is_over_the_questions_that_have_the_measure() -> None:
    scores = mean_scores([{"a": 1.0, "b": 0.0}, {"a": 0.0}, {"a": 0.5}])
    assert (scores["a"].value, scores["a"].n) == (0.5, 3)
    assert (scores["b"].value, scores["b"].n) == (0.0, 1)


values = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(values)
def test_an_interval_holds_its_mean_and_is_the_same_each_time(found: list[float]) -> None:
    array = np.asarray(found)
    one, other = (bootstrap("x", array, lambda rows: rows.mean(axis=-1)) for _ in range(2))
    assert one == other
    assert one.low - 1e-3 <= one.value <= one.high + 1e-3
    assert min(found) - 1e-3 <= one.low <= one.high <= max(found) + 1e-3


def test_more_questions_give_a_narrower_interval() -> None:
    few, many = (
        bootstrap("x", np.tile([0.0, 1.0], times), lambda rows: rows.mean(axis=-1))
        for times in (10, 100)
    )
    assert many.high - many.low < 0.5 * (few.high - few.low)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_coverage_rises_to_all_and_risk_ends_at_the_share_of_wrong_answers(
    answers: list[tuple[float, bool]],
) -> None:
    confidences, right = [c for c, _ in answers], [r for _, r in answers]
    curve = risk_coverage(confidences, right)
    assert [coverage for coverage, _ in curve] == sorted(coverage for coverage, _ in curve)
    assert curve[-1][0] == 1.0
    assert curve[-1][1] == pytest.approx(right.count(False) / len(right))
    assert sum(count for *_, count in calibration_bins(confidences, right)) == len(answers)
