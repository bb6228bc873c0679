"""Two runs over the same questions: what changed, and whether it could be chance.

Differences are paired by question. The interval is a percentile bootstrap of the mean difference; the
p-value is that of a sign-flip permutation test (Fisher), both with fixed seeds.
"""

import zlib
from collections.abc import Sequence

import numpy as np
from pydantic import BaseModel

from ipqa.evaluation.run import Record
from ipqa.evaluation.scores import Values, bootstrap

_FLIPS = 5000


class Difference(BaseModel):
    """A measure in both runs, over the questions that both have it for.

    Attributes:
        change: the second less the first, between ``low`` and ``high`` at 95 %.
        p: how often chance alone would give a change of this size or more.
    """

    before: float
    after: float
    change: float
    low: float
    high: float
    p: float
    n: int


class Flip(BaseModel):
    """A question that one run has right and the other wrong."""

    id: str
    question: str
    right_before: bool
    before: str
    after: str


class RunComparison(BaseModel):
    """What changed from one run to another."""

    questions: int
    only_before: list[str]
    only_after: list[str]
    differences: dict[str, Difference]
    flips: list[Flip]


def compare_runs(before: Sequence[Record], after: Sequence[Record]) -> RunComparison:
    """Compare two runs by the ids of their questions."""
    old, new = ({r.gold.id: r for r in run} for run in (before, after))
    shared = [name for name in old if name in new]
    pairs = [(old[name], new[name]) for name in shared]
    names = dict.fromkeys(name for one, _ in pairs for name in one.all_measures)
    differences = {}
    for name in names:
        both = [
            (one.all_measures[name], other.all_measures[name])
            for one, other in pairs
            if name in one.all_measures and name in other.all_measures
        ]
        if both:
            differences[name] = _difference(name, np.asarray(both))
    return RunComparison(
        questions=len(shared),
        only_before=[name for name in old if name not in new],
        only_after=[name for name in new if name not in old],
        differences=differences,
        flips=[
            Flip(
                id=one.gold.id,
                question=one.gold.question,
                right_before=one.right,
                before=one.answer.answer,
                after=other.answer.answer,
            )
            for one, other in pairs
            if one.right != other.right
        ],
    )


def _difference(name: str, both: Values) -> Difference:
    change = both[:, 1] - both[:, 0]
    interval = bootstrap(name, change, lambda rows: rows.mean(axis=-1))
    return Difference(
        before=round(float(both[:, 0].mean()), 4),
        after=round(float(both[:, 1].mean()), 4),
        change=interval.value,
        low=interval.low,
        high=interval.high,
        p=_p_value(name, change),
        n=len(change),
    )


def _p_value(name: str, change: Values) -> float:
    """Two-sided; the observed order is one of the draws, so it is never zero."""
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    signs = generator.choice([-1.0, 1.0], size=(_FLIPS, len(change)))
    drawn = np.abs((signs * change).mean(axis=1))
    as_far = int((drawn >= abs(change.mean()) - 1e-12).sum())
    return round((as_far + 1) / (_FLIPS + 1), 4)
