"""Tables with merged cells to plain rows and columns, in which every row can be read by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

_WIDEST = 200
"""Columns; a span that reaches further is a fault or an attack."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as a file gives it: its text, how many rows and columns it covers, and if it is a heading."""

    text: str
    rows: int = 1
    columns: int = 1
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's headings, one for each column or none at all, and its rows, all of one length."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def unfold(rows: Sequence[Sequence[Cell]], *, first_row_heads: bool) -> Grid | None:
    """Repeat what stands in merged cells, and tell the headings from the rows.

    Several rows of headings become one, from the top down (売上高 2024年). A row that one cell fills
    from end to end has its text in the first column only.

    Args:
        rows: the cells of each row; those that a cell from above covers are left out.
        first_row_heads: whether the first row holds headings where no cell is marked as one.

    Returns:
        None where there is nothing in the table.
    """
    laid = _without_rows_of_no_own(_lay_out(rows))
    width = max((len(row) for row in laid), default=0)
    full = [[*row, *[Cell("")] * (width - len(row))] for row in laid]
    full = [row for row in full if any(cell.text.strip() for cell in row)]
    if not full:
        return None
    depth = 0
    while depth < len(full) - 1 and all(c.heading or not c.text.strip() for c in full[depth]):
        depth += 1
    if depth == 0 and first_row_heads and len(full) > 1 and not any(c.heading for c in full[0]):
        depth = 1
    header = tuple(_heading([row[column].text for row in full[:depth]]) for column in range(width))
    return Grid(header if depth else (), tuple(_row(row) for row in full[depth:]))


def _lay_out(rows: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    """Every cell at every place that it covers."""
    laid: list[list[Cell]] = []
    below: dict[int, tuple[Cell, int]] = {}  # column: the cell that reaches down there, rows left
    for row in rows:
        cells = iter(row)
        line: list[Cell] = []
        pending = next(cells, None)
        while len(line) < _WIDEST and (pending is not None or any(c >= len(line) for c in below)):
            column = len(line)
            if column in below:
                cell, left = below.pop(column)
                line.append(cell)
                if left > 1:
                    below[column] = (cell, left - 1)
            elif pending is None:
                line.append(Cell(""))
            else:
                for covered in range(column, min(column + max(1, pending.columns), _WIDEST)):
                    line.append(pending)
                    if pending.rows > 1:
                        below[covered] = (pending, pending.rows - 1)
                pending = next(cells, None)
        laid.append(line)
    return laid


def _without_rows_of_no_own(laid: list[list[Cell]]) -> list[list[Cell]]:
    """The rows but those that cells from above cover from end to end, which say nothing again."""
    kept = laid[:1]
    for row in laid[1:]:
        same = len(row) == len(kept[-1]) and all(
            one is other for one, other in zip(row, kept[-1], strict=True)
        )
        if not same:
            kept.append(row)
    return kept


def _heading(parts: Sequence[str]) -> str:
    return " ".join(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _row(cells: Sequence[Cell]) -> tuple[str, ...]:
    if len(cells) > 1 and all(cell is cells[0] for cell in cells):
        return (cells[0].text, *[""] * (len(cells) - 1))
    return tuple(cell.text for cell in cells)
