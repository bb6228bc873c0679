"""Tables of a web page: which of them only arrange the page, and what the rows of the others say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ipqa.reports.grid import Cell, Grid, unfold
from ipqa.reports.marks import note_entry
from ipqa.reports.web.main_content import Tour

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th"})
_LONG_CELL = 60
_DOMINANT = 0.5
"""The share of a table's letters that no cell holds where rows and columns say something."""

_LONG_HEADING = 40
_MOST_COLUMNS = 200
_MOST_CELLS = 2_000_000
_MOST_REPEATED = 2_000_000
"""Letters that merged cells may repeat."""

_FIGURE = re.compile(
    r"(?!(?:19|20)\d\d年?$)[約△▲+＋\-−¥￥$]*[\d０-９][\d０-９,，.．]*\s?"
    r"(?:%|％|[百千十]?[万億兆]?[円人件社台個名本基校店]|トン|倍|ポイント|pt|[百千万億兆])?"
)
_HEADS_OF_VALUES = frozenset("内容 概要 説明 値 詳細 金額 人数 件数 備考 回答 結果 数値".split())


@dataclass(slots=True)
class OpenTable:
    """A table while it is being read.

    Attributes:
        caption: what the page calls it.
        rows: its cells as the page gives them.
        in_head: whether the row being read is one of headings.
    """

    caption: str = ""
    rows: list[list[Cell]] = field(default_factory=list)
    in_head: bool = False


@dataclass(frozen=True, slots=True)
class ReadTable:
    """What a table says.

    Attributes:
        title: its caption, or the row above its headings that one cell fills.
        grid: its headings and rows; None where there are none, or far too many.
        lines: what is told as paragraphs below it: its notes, and its rows where there is no grid.
    """

    title: str
    grid: Grid | None
    lines: tuple[str, ...]


def read_table(table: OpenTable) -> ReadTable:
    """Tell the title, headings, rows and notes of a table apart, and unfold its merged cells."""
    rows, notes = _without_notes(table.rows)
    title = table.caption
    if not title and len(rows) > 1 and len(rows[0]) == 1 and rows[0][0].columns > 1:
        title = rows[0][0].text
        rows = rows[1:]
    rows = _with_bounded_spans(rows)
    if _unfolds_too_far(rows):
        lines = ["\u3000".join(cell.text for cell in row if cell.text) for row in rows]
        return ReadTable(title, None, (*lines, *notes))
    return ReadTable(title, unfold(rows, first_row_heads=_first_row_heads(rows)), tuple(notes))


def positions_only(table: "LexborNode") -> bool:
    """Whether a table only arranges content on the page.

    It holds headings or tables, or it names no rows and columns and most of it is in one cell.
    """
    if (table.attributes.get("role") or "").lower() in {"presentation", "none"}:
        return True
    rows = 0
    titled = in_heading_cell = False
    letters, parts = [0], [0]  # of each cell, and of what stands before them
    for node, entered in Tour(table):
        tag = node.tag or ""
        if tag == "th":
            in_heading_cell = entered
        if not entered:
            continue
        if (tag == "table" and len(letters) > 1) or (tag in _HEADINGS and not in_heading_cell):
            return True
        if tag in _CELLS:
            letters.append(0)
            parts.append(0)
        rows += tag == "tr"
        titled = titled or tag in {"th", "caption", "thead"}
        parts[-1] += tag in {"p", "br", "div", "li"}
        if tag == "-text":
            letters[-1] += len((node.text_content or "").strip())
    cells = len(letters) - 1
    if titled and cells > 1:
        return False
    largest = max(range(len(letters)), key=letters.__getitem__)
    dominant = letters[largest] > max(_LONG_CELL, _DOMINANT * sum(letters)) and parts[largest] > 1
    return cells <= max(1, rows) or dominant


def _without_notes(rows: list[list[Cell]]) -> tuple[list[list[Cell]], list[str]]:
    """The rows of a table, and the notes that stand below them in a row of their own."""
    end = len(rows)
    while end and len(rows[end - 1]) == 1 and note_entry(rows[end - 1][0].text):
        end -= 1
    return rows[:end], [row[0].text for row in rows[end:]]


def _with_bounded_spans(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """The rows with no cell wider than the table, nor one reaching below it."""
    wide = [[c.columns if c.columns <= _MOST_COLUMNS else 1 for c in row] for row in rows]
    widest = min(max(map(sum, wide), default=1), _MOST_COLUMNS)

    def bounded(cell: Cell, rows_left: int) -> Cell:
        if cell.rows == cell.columns == 1:
            return cell
        return replace(cell, rows=min(cell.rows, rows_left), columns=min(cell.columns, widest))

    return [[bounded(cell, len(rows) - number) for cell in row] for number, row in enumerate(rows)]


def _unfolds_too_far(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether merged cells or one long row would make far more of a table than stands in the page."""
    width = max((sum(cell.columns for cell in row) for row in rows), default=0)
    spanned = [cell for row in rows for cell in row if cell.columns > 1 or cell.rows > 1]
    letters = sum(len(cell.text) * cell.columns * cell.rows for cell in spanned)
    return width * len(rows) > _MOST_CELLS or letters > _MOST_REPEATED


def _first_row_heads(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the first row of a table without marked headings is headings, by the looks of it."""
    if not rows or len(rows[0]) <= 1:
        return False
    first = [cell.text for cell in rows[0]]
    if any(_FIGURE.fullmatch(text) or len(text) > _LONG_HEADING for text in first):
        return False
    if len(first) > 2:  # noqa: PLR2004 - two columns may as well be names and values
        return True
    below = [[cell.text for cell in row] for row in rows[1:] if len(row) == len(first)]
    if first[1] in _HEADS_OF_VALUES or len(below) <= 1:
        return first[1] in _HEADS_OF_VALUES
    return all(re.match(r"[\d０-９]", row[0]) for row in below) or all(
        _FIGURE.fullmatch(row[1]) for row in below
    )
