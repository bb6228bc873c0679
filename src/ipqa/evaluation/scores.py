"""From values for single questions to scores: a mean with its interval, the same on every machine.

Intervals are percentile bootstrap intervals (Efron, 1979) at 95 %: questions are drawn with replacement,
by a generator that is seeded with the name of the measure.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from ipqa.evaluation.measures import Measures

_DRAWS = 2000
_LOW, _HIGH = 2.5, 97.5
_BINS = 10

Values = NDArray[np.float64]


class Score(BaseModel):
    """A measure over questions: its value, the interval that holds it, and how many questions counted."""

    model_config = ConfigDict(frozen=True)

    value: float
    low: float
    high: float
    n: int


def mean_scores(measured: Sequence[Measures]) -> dict[str, Score]:
    """The mean of every measure over the questions that it applies to."""
    names = dict.fromkeys(name for measures in measured for name in measures)
    return {
        name: bootstrap(
            name,
            np.array([m[name] for m in measured if name in m]),
            lambda rows: rows.mean(axis=-1),
        )
        for name in names
    }


def bootstrap(name: str, values: Values, statistic: Callable[[Values], Values]) -> Score:
    """A statistic of values with its interval.

    Args:
        name: seeds the draws.
        values: one row for each question.
        statistic: takes draws × questions (and what a row holds) to one value for each draw.
    """
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    drawn = generator.integers(0, len(values), size=(_DRAWS, len(values)))
    spread = statistic(values[drawn])
    low, high = np.nanpercentile(spread, [_LOW, _HIGH])
    return Score(
        value=_rounded(float(statistic(values[None])[0])),
        low=_rounded(float(low)),
        high=_rounded(float(high)),
        n=len(values),
    )


def abstention_scores(confidences: Sequence[float], answerable: Sequence[bool]) -> dict[str, Score]:
    """How well confidence tells the answerable questions: AUROC, where both kinds are there."""
    if len(set(answerable)) < 2:  # noqa: PLR2004 - both kinds
        return {}
    rows = np.column_stack([confidences, np.asarray(answerable, dtype=np.float64)])
    return {"auroc": bootstrap("auroc", rows, _auroc)}


def calibration_score(confidences: Sequence[float], right: Sequence[bool]) -> dict[str, Score]:
    """Expected calibration error over ten bins of confidence (Guo et al., 2017)."""
    if not confidences:
        return {}
    rows = np.column_stack([confidences, np.asarray(right, dtype=np.float64)])
    return {"ece": bootstrap("ece", rows, _ece)}


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """Share of questions answered, and share of wrong ones among them, as the threshold falls."""
    order = sorted(range(len(confidences)), key=lambda i: -confidences[i])
    wrong = np.cumsum([not right[i] for i in order])
    return [
        ((rank + 1) / len(order), float(wrong[rank]) / (rank + 1)) for rank in range(len(order))
    ]


def calibration_bins(
    confidences: Sequence[float], right: Sequence[bool]
) -> list[tuple[float, float, int]]:
    """For each bin of confidence: mean confidence, share of right answers, and how many."""
    bins = []
    numbers = _bin_of(np.asarray(confidences))
    for number in range(_BINS):
        inside = numbers == number
        if inside.any():
            mean = float(np.asarray(confidences)[inside].mean())
            bins.append((mean, float(np.asarray(right)[inside].mean()), int(inside.sum())))
    return bins


def _auroc(rows: Values) -> Values:
    """Area under the ROC curve of each draw, as the share of pairs in the right order."""
    areas = np.full(len(rows), np.nan)
    for number, draw in enumerate(rows):
        yes, no = draw[draw[:, 1] == 1, 0], draw[draw[:, 1] == 0, 0]
        if len(yes) and len(no):
            below = np.searchsorted(np.sort(no), yes, side="left")
            not_above = np.searchsorted(np.sort(no), yes, side="right")
            areas[number] = (below + not_above).mean() / 2 / len(no)
    return areas


def _ece(rows: Values) -> Values:
    errors = np.zeros(len(rows))
    numbers = _bin_of(rows[..., 0])
    for number in range(_BINS):
        inside = numbers == number
        gap = np.where(inside, rows[..., 0] - rows[..., 1], 0.0).sum(axis=-1)
        errors += np.abs(gap) / rows.shape[1]
    return errors


def _bin_of(confidences: Values) -> NDArray[np.int64]:
    return np.minimum((confidences * _BINS).astype(np.int64), _BINS - 1)


def _rounded(value: float) -> float:
    return round(value, 4)


def grouped(measured: Sequence[Measures], types: Sequence[str]) -> Mapping[str, dict[str, Score]]:
    """Mean scores of the questions of each type."""
    return {
        kind: mean_scores([m for m, t in zip(measured, types, strict=True) if t == kind])
        for kind in dict.fromkeys(types)
    }
