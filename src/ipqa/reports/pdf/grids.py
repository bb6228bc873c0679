"""A table where it stands on a page, and how one is made of the rules that cross.

A cell that reaches over several rows or columns is found by the rules that it lacks. Rules that form one
box only (a frame, a column of boxes) are no table, nor is a grid with hardly any text in it (a chart).
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ipqa.reports.grid import Cell, Grid, unfold
from ipqa.reports.pdf.glyphs import Box, Glyph
from ipqa.reports.pdf.layout import join_words, joined, same_line
from ipqa.reports.pdf.rules import NEAR, Lattice, merged_places
from ipqa.reports.pdf.small_type import words_of

_MOST_CELLS = 4_000
_FEWEST_FILLED = 0.3
_LONGEST_LAYOUT = 400
_LAYOUT_CELLS = 4
_MOST_HEADING_ROWS = 3
_HEADING_LENGTH = 24
_NUMBER = re.compile(
    r"[△▲\-−+]?[\d,，.．]+\s*[%％円年月日名件社万億千百兆倍位人台時間ポイント]*|[-‐－―–]"
)
_HEADING_WORD = re.compile(
    r"項目|内容|区分|名称|概要|備考|分類|指標|説明|担当|施策|課題|対象|種別|年度"
)


@dataclass(slots=True)
class FoundTable:
    """A table where it stands: cells row by row, the edges of its columns, whether a heading row opens it."""

    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    rows: list[list[Cell]]
    columns: list[float]
    heads: bool
    page: int = 0
    region: int = 0
    bold: bool = False
    text: str = ""
    parts: list["FoundTable"] = field(default_factory=list)

    def grid(self) -> Grid | None:
        """Its headings and rows, every cell with its text; headings that its parts repeat stand once."""
        whole = unfold(self.rows, first_row_heads=self.heads)
        if whole is None:
            return None
        rows = list(whole.rows)
        for part in self.parts:
            found = unfold(part.rows, first_row_heads=part.heads)
            if found is not None and found.header != whole.header:
                found = unfold(_without_headings(part.rows), first_row_heads=False)
            rows += found.rows if found is not None else ()
        return Grid(whole.header, tuple(rows))

    def takes_up(self, other: "FoundTable") -> bool:
        """Whether it goes on with a table of an earlier page, by its columns."""
        return len(self.columns) == len(other.columns) and all(
            abs((a - self.x0) - (b - other.x0)) <= 2 * NEAR
            for a, b in zip(self.columns, other.columns, strict=True)
        )


def ruled_table(
    lattice: Lattice,
    xs: Sequence[float],
    ys: Sequence[float],
    glyphs: Sequence[Glyph],
    shades: Sequence[Box],
) -> FoundTable | None:
    """The table that rules draw, or None where they draw something else.

    Args:
        lattice: the rules.
        xs: where its columns begin and end.
        ys: where its rows begin and end.
        glyphs: the characters inside.
        shades: filled boxes, by which a row of headings is told.
    """
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 2 or not glyphs or columns * rows > _MOST_CELLS:  # noqa: PLR2004
        return None
    owner = merged_places(lattice, xs, ys)
    covered: dict[int, list[int]] = {}
    for number, first in enumerate(owner):
        covered.setdefault(first, []).append(number)
    contents: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        column = _place((glyph.x0 + glyph.x1) / 2, xs)
        row = _place((glyph.top + glyph.bottom) / 2, ys)
        contents.setdefault(owner[row * columns + column], []).append(glyph)
    cells: list[list[Cell]] = [[] for _ in range(rows)]
    for number, places in sorted(covered.items()):
        row, column = divmod(number, columns)
        last_row, last_column = divmod(places[-1], columns)
        text = cell_text(contents.get(number, ()), xs[last_column + 1])
        cells[row].append(Cell(text, last_row - row + 1, last_column - column + 1))
    texts = [cell.text for line in cells for cell in line]
    if not _is_table(texts, rows) or len(texts) == 1:
        return None
    heads = first_row_heads(cells, xs, ys, shades, glyphs)
    return FoundTable(
        xs[0],
        ys[0],
        xs[-1],
        ys[-1],
        sorted(glyph.size for glyph in glyphs)[len(glyphs) // 2],
        with_headings(cells) if heads else cells,
        list(xs),
        heads,
    )


def _place(middle: float, edges: Sequence[float]) -> int:
    """The number of the column or row that a place lies in."""
    return min(max(bisect_right(edges, middle) - 1, 0), len(edges) - 2)


def cell_text(glyphs: Sequence[Glyph], right: float) -> str:
    """What stands in a cell; a line that ends well before the edge ends a word."""
    found, _ = words_of(glyphs)
    text = ""
    reached = True
    for line in same_line(found):
        piece = joined(line)
        between = join_words(text, piece) if reached else " "
        text = f"{text}{between}{piece}" if text else piece
        reached = right - line[-1].x1 < 2 * line[-1].size
    return text


def _is_table(texts: Sequence[str], rows: int) -> bool:
    """Whether cells say enough for a table, and are not the frames of a page's layout."""
    filled = sum(bool(text) for text in texts)
    if filled < 2 or filled < _FEWEST_FILLED * len(texts):  # noqa: PLR2004
        return False
    return not (
        len(texts) <= _LAYOUT_CELLS and rows <= 2 and max(map(len, texts)) > _LONGEST_LAYOUT  # noqa: PLR2004
    )


def first_row_heads(
    cells: Sequence[Sequence[Cell]],
    xs: Sequence[float],
    ys: Sequence[float],
    shades: Sequence[Box],
    glyphs: Sequence[Glyph],
) -> bool:
    """Whether the first row of a table looks unlike those below: shaded, bold, or words above figures."""
    if len(cells) < 2:  # noqa: PLR2004
        return False
    last = (xs[-2] + xs[-1]) / 2
    shade = [_shade_at(shades, last, (top + bottom) / 2) for top, bottom in pairwise(ys)]
    if shade[0] != shade[-1]:
        return bool(shade[0])
    bold = [_all_bold(glyphs, xs[-2], top, xs[-1], bottom) for top, bottom in pairwise(ys)]
    if bold[0] != bold[-1]:
        return bold[0]
    first = [cell.text for cell in cells[0]]
    if any(len(text) > _HEADING_LENGTH or text.endswith("。") for text in first):
        return False
    figures = [_NUMBER.fullmatch(row[-1].text) is not None for row in cells[1:] if row]
    if _NUMBER.fullmatch(first[-1]) is None and sum(figures) * 2 > len(figures):
        return True
    return len(xs) > 3 or any(_HEADING_WORD.fullmatch(text) for text in first)  # noqa: PLR2004


def _shade_at(shades: Sequence[Box], x: float, y: float) -> tuple[float, ...]:
    """The colour of the last box painted at a place that is not white."""
    colours = [s.colour for s in shades if s.x0 <= x <= s.x1 and s.top <= y <= s.bottom]
    return colours[-1] if colours and colours[-1] and min(colours[-1]) < 1 else ()


def _all_bold(glyphs: Sequence[Glyph], x0: float, top: float, x1: float, bottom: float) -> bool:
    found = [glyph.bold for glyph in glyphs if glyph.within(x0, top, x1, bottom)]
    return bool(found) and all(found)


def with_headings(cells: list[list[Cell]]) -> list[list[Cell]]:
    """Rows with the cells of the first ones marked as headings, as deep as the first row's cells reach."""
    depth = max(cell.rows for cell in cells[0])
    if depth > min(_MOST_HEADING_ROWS, len(cells) - 1):
        depth = 1
    heading = [[replace(cell, heading=True) for cell in row] for row in cells[:depth]]
    return heading + cells[depth:]


def _without_headings(cells: list[list[Cell]]) -> list[list[Cell]]:
    return [[replace(cell, heading=False) for cell in row] for row in cells]
