"""Weights under which what was seen is most likely."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ipqa.answering.ranking import Features

PENALTY = 0.001
_NONE = 0.001
"""A weight that is smaller is left out."""

Matrix = NDArray[np.float64]


def fit_listwise(rows: Sequence[Sequence[Features]], right: Sequence[Sequence[bool]]) -> dict[str, float]:  # fmt: skip
    """Weights under which the right one of several rivals is most probable.

    Args:
        rows: for each question the features of each rival.
        right: for each question which of them are right.
    """
    names = sorted(rows[0][0])
    examples = [
        (np.array([[told[name] for name in names] for told in rivals]), np.array(truth))
        for rivals, truth in zip(rows, right, strict=True)
        if any(truth)
    ]
    scale = np.concatenate([rivals for rivals, _ in examples]).std(axis=0)
    examples = [(rivals / scale, truth) for rivals, truth in examples]

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, slope = 0.0, np.zeros_like(weights)
        for rivals, truth in examples:
            scores = rivals @ weights
            odds = np.exp(scores - scores.max())
            share, wanted = odds / odds.sum(), odds * truth / (odds * truth).sum()
            total -= float(np.log((odds * truth).sum() / odds.sum()))
            slope -= rivals.T @ (wanted - share)
        count = len(examples)
        penalised = total / count + PENALTY * float(weights @ weights)
        return penalised, slope / count + 2 * PENALTY * weights

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x / scale
    return {name: round(float(weight), 3) for name, weight in zip(names, found, strict=True)}


def fit_logistic(
    rows: Sequence[Features],
    truth: Sequence[bool],
    rising: Collection[str] = (),
    falling: Collection[str] = (),
) -> tuple[dict[str, float], float]:
    """Weights of a logistic model, with its constant.

    Args:
        rows: for each example its features.
        truth: for each example what is to be told.
        rising: features that can only add.
        falling: features that can only take away.
    """
    names = sorted(rows[0])
    table = np.array([[row[name] for name in names] for row in rows])
    seen = np.array(truth, dtype=float)
    centre, scale = table.mean(axis=0), table.std(axis=0) + 1e-9
    table = (table - centre) / scale

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        chance = 1 / (1 + np.exp(-(table @ weights[1:] + weights[0])))
        gap = chance - seen
        likelihood = seen * np.log(chance) + (1 - seen) * np.log(1 - chance)
        slope = np.concatenate([[gap.mean()], table.T @ gap / len(table)])
        return float(-likelihood.mean()), slope

    bounds = [(None, None)] + [
        (0 if name in rising else None, 0 if name in falling else None) for name in names
    ]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, bounds=bounds, method="L-BFGS-B").x
    weights = found[1:] / scale
    constant = round(float(found[0] - weights @ centre), 3)
    told = zip(names, weights, strict=True)
    return {name: round(float(w), 3) for name, w in told if abs(w) > _NONE}, constant
