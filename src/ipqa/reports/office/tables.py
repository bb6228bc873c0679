"""The cells of a table in Word or PowerPoint with their spans, and which rows hold headings.

Word marks headings only where a row is to be repeated on every page. Elsewhere they are told by their
look, or by their words: short, each different, and above figures.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from ipqa.reports.grid import Cell

_HEADING_LENGTH = 30
_HEADING_ROWS = 3
_PAIR = 2
_WIDEST = 200
_FIGURE = re.compile(
    r"[△▲+\-−(（]*[¥￥$]?[0-9０-９][0-9０-９,，.．]*\s?(?:[%％]|[^\d\s年月期Q]{0,4})[)）]?|[-－―‐—]"
)
_USUAL = re.compile(
    r"(?:項目|区分|内容|名称|氏名|年度|年月日?|日付|時期|期間|担当\w*|備考|指標|地域|種別|種類|分類|部門|部署|番号|[Nn][Oo]\.?|企業名?|会社名|数値|金額|概要|説明|用語|意味|課題|対策|施策|目標|実績)"
)


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell as it is written in its row.

    Attributes:
        begins: it is not the continuation of the cell above.
        merged: it is merged with cells above or below.
        stands_out: it is shaded, or all of its text is bold.
    """

    text: str
    columns: int = 1
    begins: bool = True
    merged: bool = False
    stands_out: bool = False


def heading_rows(rows: Sequence[Sequence[RawCell]], repeated: int) -> int:
    """How many rows at the top hold headings.

    Args:
        rows: the rows as they are written.
        repeated: how many are marked as repeated on every page.
    """
    if len(rows) <= 1:
        return 0
    if 0 < repeated < len(rows):
        return repeated
    first, *others = rows
    if _is_form(rows) or not first_row_heads(
        [cell.text for cell in first],
        [[cell.text for cell in row] for row in others],
        stands_out=_stands_out(first) and not all(_stands_out(row) for row in others),
    ):
        return 0
    placed = [_placed(row) for row in rows]
    deepest = max(_reach(placed, column) for column in placed[0])
    wide = any(cell.columns > 1 for cell in first)
    return deepest if wide and deepest < len(rows) and deepest <= _HEADING_ROWS else 1


def first_row_heads(
    first: Sequence[str], others: Sequence[Sequence[str]], *, stands_out: bool
) -> bool:
    """Whether the cells of a first row look like headings of the columns below them."""
    filled = [text for text in first if text]
    if (
        len(filled) < max(1, len(first) - 1)
        or any(len(text) > _HEADING_LENGTH or text.endswith("。") for text in filled)
        or any(_FIGURE.fullmatch(text) for text in filled[1:])
    ):
        return False
    if stands_out:
        return True
    if len(first) == _PAIR:
        return _USUAL.fullmatch(filled[0]) is not None or _is_series(
            first[-1], [row[-1] for row in others if row]
        )
    return len(set(filled)) == len(filled)


def _is_series(first: str, below: Sequence[str]) -> bool:
    """Whether a column holds figures of one kind below a first cell that is none."""
    units = {re.sub(r"[\d０-９,，.．△▲+\-−\s]", "", text) for text in below}
    return (
        len(units) == 1
        and not re.search(r"[\d０-９]", first)
        and all(_FIGURE.fullmatch(text) for text in below)
    )


def _is_form(rows: Sequence[Sequence[RawCell]]) -> bool:
    """Whether names stand beside their values, in columns that stand out from top to bottom."""
    width = min(len(row) for row in rows)
    names = {
        column
        for column in range(width)
        if all(row[column].stands_out and row[column].text for row in rows)
    }
    return 0 in names and width // 2 <= len(names) < width


def cell_spans(rows: Sequence[Sequence[RawCell]], headings: int) -> list[tuple[Cell, ...]]:
    """The cells with the rows and columns that they cover, without those that another one covers."""
    placed = [_placed(row) for row in rows]
    return [
        tuple(
            Cell(
                text=cell.text,
                rows=_reach(placed[number:], column),
                columns=min(cell.columns, _WIDEST),
                heading=number < headings,
            )
            for column, cell in row.items()
            if cell.begins or number == 0 or not _is_merged(placed[number - 1].get(column))
        )
        for number, row in enumerate(placed)
    ]


def _stands_out(row: Sequence[RawCell]) -> bool:
    return all(cell.stands_out for cell in row if cell.text)


def _placed(row: Sequence[RawCell]) -> dict[int, RawCell]:
    """The cells of a row by the columns where they begin."""
    placed: dict[int, RawCell] = {}
    column = 0
    for cell in row:
        placed[column] = cell
        column += cell.columns
    return placed


def _is_merged(cell: RawCell | None) -> bool:
    return cell is not None and cell.merged


def _reach(rows: Sequence[dict[int, RawCell]], column: int) -> int:
    """How many rows the cell at a column of the first row covers, from its own down."""
    if not rows[0][column].merged:
        return 1
    below = (row.get(column) for row in rows[1:])
    return 1 + sum(1 for _ in takewhile(lambda c: c is not None and not c.begins, below))
