import math
import re

import pytest

from eval import predict_scale
from eval.predict_scale import FIGURES, Figure, kept, table
from tests.parts import ROOT

MEASURED = sorted(kept()["sizes"], key=lambda size: int(size["passages"]))


def test_what_was_measured_is_met_and_more_passages_cost_more() -> None:
    *_, smaller, larger = MEASURED
    for figure in FIGURES:
        for size in (smaller, larger):
            met = figure.predicted(smaller, larger, size["passages"])
            assert met == pytest.approx(figure.of(size))
        costs = [figure.predicted(smaller, larger, size) for size in predict_scale.SIZES]
        assert figure.of(larger) < costs[0] < costs[1] < costs[2]


def test_a_law_that_holds_is_followed_beyond_what_was_measured() -> None:
    sizes = [{"passages": n, "cost": 3 + 2 * math.sqrt(n)} for n in (100, 10_000)]
    figure = Figure("cost", lambda size: float(size["cost"]), math.sqrt, str)
    assert figure.predicted(sizes[0], sizes[1], 1_000_000) == pytest.approx(2003)


def test_the_prediction_in_the_page_is_the_one_that_is_made() -> None:
    page = predict_scale.PAGE.read_text(encoding="utf-8")
    shown = page.partition(predict_scale.BEGIN)[2].partition(predict_scale.END)[0]
    assert shown.strip() == table(kept())


def test_figures_have_two_digits_that_count() -> None:
    cells = [cell for line in table(kept()).splitlines()[2:] for cell in line.split(" | ")[1:]]
    for cell in cells:
        digits = re.sub(r"[^\d]", "", cell).strip("0")
        assert 1 <= len(digits) <= 2, cell


def test_the_table_of_what_was_measured_has_the_measured_sizes() -> None:
    page = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    assert "| | " + " | ".join(f"{size['passages']:,}" for size in MEASURED) + " |" in page
