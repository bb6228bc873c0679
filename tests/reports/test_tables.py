import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipqa.reports.tables import CAPTION, Arrangement, arrange

HEADER = ("地域", "開始時期", "出荷量", "評価", "主な用途と備考", "出所")


def table(columns: int, rows: int, seed: int = 1) -> tuple[tuple[str, ...], list[list[str]]]:
    """A table whose columns differ in kind, as those of reports do."""
    chance = random.Random(seed)

    def cells() -> list[str]:
        return [
            chance.choice(["関東", "関西", "九州", "東北", "四国"]),
            f"20{chance.randint(10, 30)}年{chance.randint(1, 9)}月",
            f"{chance.randint(1, 9)},{chance.randint(100, 999)}トン",
            chance.choice(["甚大", "軽微", "中位"]),
            f"{chance.choice(['乾燥', '冷凍', '加工'])}した海藻を{chance.choice(['売る', '送る'])}ための倉庫",
            chance.choice(["¹¹", "²⁷", "⁴, ¹⁰"]),
        ]

    return HEADER[:columns], [cells()[:columns] for _ in range(rows)]


def flat(header: tuple[str, ...], rows: list[list[str]]) -> list[str]:
    return [*header, *(cell for row in rows for cell in row)]


def found(cells: list[str], *, announced: bool = True) -> Arrangement:
    arrangement = arrange(cells, announced=announced)
    assert arrangement is not None
    return arrangement


@pytest.mark.parametrize("columns", [3, 4, 5, 6])
@pytest.mark.parametrize("rows", [2, 3, 4, 6])
def test_a_whole_table_is_put_back_cell_for_cell(columns: int, rows: int) -> None:
    for seed in range(10):
        header, body = table(columns, rows, seed)
        arrangement = found(flat(header, body))
        assert arrangement.header == header
        assert [list(row) for row in arrangement.rows] == body


@pytest.mark.parametrize("columns", [3, 4, 5])
@pytest.mark.parametrize("rows", [5, 7])
def test_two_rows_are_not_taken_for_one_of_twice_the_width(columns: int, rows: int) -> None:
    for seed in range(10):
        header, body = table(columns, rows, seed)
        arrangement = found(flat(header, body))
        assert arrangement.header == header
        assert [list(row) for row in arrangement.rows] == body


def without_cell(columns: int, rows: int, seed: int, row: int, column: int) -> None:
    """Lose one cell of a table, and see that it alone is left open."""
    header, body = table(columns, rows, seed)
    cells = flat(header, body)
    del cells[columns + row * columns + column]
    expected: list[list[str | None]] = [list(cells) for cells in body]
    expected[row][column] = None
    arrangement = found(cells)
    assert arrangement.header == header
    assert [list(row) for row in arrangement.rows] == expected


@pytest.mark.parametrize("columns", [4, 5, 6])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_lost_cell_is_left_open_where_it_was(columns: int, seed: int) -> None:
    rows = 4
    for place in range(rows * columns - 1):  # the very last cell has a test of its own
        row, column = divmod(place, columns)
        if column:
            without_cell(columns, rows, seed, row, column)


@pytest.mark.parametrize("seed", range(8))
def test_the_last_cell_may_be_the_lost_one(seed: int) -> None:
    """Columns that are turned by one cost exactly the same: whole rows first."""
    without_cell(columns=4, rows=6, seed=seed, row=5, column=3)


@settings(max_examples=100, deadline=None)
@given(
    cells=st.lists(st.text("電池売るアAb12年%,。¹", min_size=1, max_size=12), max_size=24),
    announced=st.booleans(),
)
def test_no_cell_is_dropped_moved_or_made_up(cells: list[str], announced: bool) -> None:  # noqa: FBT001
    arrangement = arrange(cells, announced=announced)
    if arrangement is None:
        return
    kept = [cell for row in arrangement.rows for cell in row if cell is not None]
    assert [*arrangement.header, *kept] == cells
    assert all(len(row) == len(arrangement.header) for row in arrangement.rows)


@settings(max_examples=50, deadline=None)
@given(cells=st.lists(st.text("電池売るアAb12年%", min_size=1, max_size=8), max_size=24))
def test_a_row_keeps_its_name_and_lacks_one_cell_at_most(cells: list[str]) -> None:
    arrangement = arrange(cells, announced=True)
    for row in arrangement.rows if arrangement else ():
        assert row[0] is not None
        assert row.count(None) <= 1


def test_the_same_cells_are_always_arranged_the_same_way() -> None:
    header, body = table(5, 5)
    cells = flat(header, body)
    assert arrange(cells, announced=True) == arrange(list(cells), announced=True)


def test_a_table_without_gaps_is_preferred() -> None:
    header, body = table(4, 3)
    assert all(None not in row for row in found(flat(header, body)).rows)


def test_cells_that_resemble_each_other_need_no_caption() -> None:
    cells = ["年", "出荷", "在庫", "2021年", "40トン", "15%", "2022年", "42トン", "18%", "2023年"]
    cells += ["45トン", "11%"]
    assert found(cells, announced=False).rows[0] == ("2021年", "40トン", "15%")


def test_without_a_caption_unlike_lines_are_no_table() -> None:
    lines = ["方針", "Background", "2024", "出荷が伸びる見込み", "A-1", "ガバナンス"]
    lines += ["次の年に向けた準備と課題の整理", "12%", "x", "まとめ", "用語", "Appendix B"]
    assert arrange(lines, announced=False) is None


@pytest.mark.parametrize("count", range(8))
def test_fewer_cells_than_a_header_and_two_rows_are_no_table(count: int) -> None:
    assert arrange([f"欄{number}" for number in range(count)], announced=True) is None


@pytest.mark.parametrize(
    "header", [["区分", "区分", "区分"], ["売れた。", "残った。", "送った。"], ["あ" * 25] * 3]
)
def test_a_header_names_each_column_once_and_shortly(header: list[str]) -> None:
    cells = [*header, "2021年", "40トン", "15%", "2022年", "42トン", "18%"]
    arrangement = arrange(cells, announced=True)
    assert arrangement is None or list(arrangement.header) != header


@pytest.mark.parametrize(
    "line",
    [
        "表1 地域別の出荷",
        "【表2】用途",
        "6-4. 【表1】比較",
        "図表 3",
        "[表１] 用途",
        "Table 2: Use",
    ],
)
def test_a_caption_announces_a_table(line: str) -> None:
    assert CAPTION.match(line)


@pytest.mark.parametrize("line", ["表の見方", "図1 工場", "前の表1に示す", "表紙", "発表1回目"])
def test_other_lines_announce_none(line: str) -> None:
    assert not CAPTION.match(line)
