"""Merged cells are unfolded so that every row can be read by itself."""

from hypothesis import given
from hypothesis import strategies as st

from ipqa.reports.grid import Cell, Grid, unfold


def plain(*rows: str) -> list[list[Cell]]:
    return [[Cell(text) for text in row.split("|")] for row in rows]


def test_the_first_row_heads_where_it_is_said_to() -> None:
    rows = plain("地域|量", "関東|3", "関西|5")
    assert unfold(rows, first_row_heads=True) == Grid(
        ("地域", "量"), (("関東", "3"), ("関西", "5"))
    )
    assert unfold(rows, first_row_heads=False) == Grid(
        (), (("地域", "量"), ("関東", "3"), ("関西", "5"))
    )


def test_a_cell_over_several_rows_stands_in_each() -> None:
    rows = [
        *plain("地域|県|量"),
        [Cell("関東", rows=2), Cell("千葉"), Cell("3")],
        [Cell("茨城"), Cell("5")],
    ]
    grid = unfold(rows, first_row_heads=True)
    assert grid is not None
    assert grid.rows == (("関東", "千葉", "3"), ("関東", "茨城", "5"))


def test_two_rows_of_headings_become_one() -> None:
    rows = [
        [Cell("地域", rows=2, heading=True), Cell("出荷", columns=2, heading=True)],
        [Cell("2023年", heading=True), Cell("2024年", heading=True)],
        *plain("関東|3|5"),
    ]
    assert unfold(rows, first_row_heads=True) == Grid(
        ("地域", "出荷 2023年", "出荷 2024年"), (("関東", "3", "5"),)
    )


def test_headings_in_the_first_column_are_no_header() -> None:
    rows = [
        [Cell("社名", heading=True), Cell("甲社")],
        [Cell("設立", heading=True), Cell("2019年")],
    ]
    assert unfold(rows, first_row_heads=True) == Grid((), (("社名", "甲社"), ("設立", "2019年")))


def test_a_row_that_one_cell_fills_says_it_once() -> None:
    rows = [*plain("地域|量"), [Cell("国内", columns=2)], *plain("関東|3")]
    grid = unfold(rows, first_row_heads=True)
    assert grid is not None
    assert grid.rows == (("国内", ""), ("関東", "3"))


def test_short_rows_are_filled_and_empty_ones_left_out() -> None:
    grid = unfold(plain("地域|量|比", "関東|3", "||"), first_row_heads=True)
    assert grid == Grid(("地域", "量", "比"), (("関東", "3", ""),))
    assert unfold(plain("|", "|"), first_row_heads=True) is None
    assert unfold([], first_row_heads=True) is None


def test_a_row_that_cells_from_above_cover_whole_is_none() -> None:
    rows = [*plain("地域|量"), [Cell("関東", rows=2), Cell("3", rows=2)], [], *plain("関西|5")]
    grid = unfold(rows, first_row_heads=True)
    assert grid is not None
    assert grid.rows == (("関東", "3"), ("関西", "5"))


def test_a_span_without_end_is_cut() -> None:
    grid = unfold([[Cell("甲", columns=10**9, rows=10**9)], [Cell("乙")]], first_row_heads=False)
    assert grid is not None
    assert len(grid.rows[0]) < 1000
    assert len(grid.rows) <= 2


cells = st.builds(
    Cell, st.sampled_from(["甲", "乙", ""]), st.integers(1, 4), st.integers(1, 4), st.booleans()
)


@given(st.lists(st.lists(cells, max_size=5), max_size=6), st.booleans())
def test_every_row_is_as_long_as_the_others(rows: list[list[Cell]], first: bool) -> None:  # noqa: FBT001
    grid = unfold(rows, first_row_heads=first)
    if grid is None:
        return
    widths = {len(row) for row in grid.rows} | ({len(grid.header)} if grid.header else set())
    assert len(widths) == 1
