"""The order in which a reader goes through the shapes of a slide.

Shapes side by side form rows, which are read from the top down. Where rows stand in the same columns,
such as two columns of text or a heading above each of three boxes, each column is read by itself.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ipqa.reports.slides.shapes import Box, Shape

_SHRINK = 0.15
"""Share of a shape's height or width by which it may reach into the next row or column."""

_ALIKE = 2.0
_PAIR = 2
_HEAD = 0.6
_CLOSE = 0.5
_FILLED = 0.6
_MOST = 300
"""Shapes that are put in order by their places; a map or a drawing may have thousands."""


@dataclass(frozen=True, slots=True)
class _Placed:
    shape: Shape
    box: Box


def in_reading_order(shapes: Sequence[Shape]) -> list[Shape]:
    """The shapes as they are read; those without a place come last."""
    placed = [_Placed(shape, shape.box) for shape in shapes if shape.box is not None]
    return [*(p.shape for p in _ordered(placed)), *(s for s in shapes if s.box is None)]


def _ordered(shapes: Sequence[_Placed]) -> list[_Placed]:
    if len(shapes) <= 1 or len(shapes) > _MOST:
        return sorted(shapes, key=lambda shape: (shape.box.top, shape.box.left))
    rows = _rows(shapes)
    groups = _joined(rows)
    if len(groups) > 1:
        return [shape for group in groups for shape in _ordered(group)]
    columns = _columns(shapes)
    if len(columns) > 1:
        return [shape for column in columns for shape in _ordered(column)]
    if len(rows) > 1:
        return [shape for row in rows for shape in _ordered(row)]
    return _overlapping(shapes)


def _overlapping(shapes: Sequence[_Placed]) -> list[_Placed]:
    """Shapes that cannot be parted: first the one on which the others lie, if there is one."""
    for below in shapes:
        others = [shape for shape in shapes if shape is not below]
        if all(below.box.covers(shape.box) for shape in others):
            return [below, *_ordered(others)]
    return sorted(shapes, key=lambda shape: (shape.box.top, shape.box.left))


def _rows(shapes: Sequence[_Placed]) -> list[list[_Placed]]:
    return _parted(shapes, lambda box: (box.top, box.bottom))


def _columns(shapes: Sequence[_Placed]) -> list[list[_Placed]]:
    return _parted(shapes, lambda box: (box.left, box.right))


def _parted(
    shapes: Sequence[_Placed], extent: Callable[[Box], tuple[float, float]]
) -> list[list[_Placed]]:
    """Shapes in groups between which there is a line that hardly any of them crosses."""
    groups: list[list[_Placed]] = []
    reached = 0.0
    for shape in sorted(shapes, key=lambda shape: extent(shape.box)):
        start, end = extent(shape.box)
        slack = (end - start) * _SHRINK
        if groups and start + slack < reached:
            groups[-1].append(shape)
            reached = max(reached, end - slack)
        else:
            groups.append([shape])
            reached = end - slack
    return groups


def _joined(rows: Sequence[list[_Placed]]) -> list[list[_Placed]]:
    """Rows joined with those below that stand in the same columns."""
    groups: list[list[_Placed]] = []
    last: list[_Placed] = []
    for row in rows:
        if groups and _same_columns(groups[-1], last, row):
            groups[-1] = [*groups[-1], *row]
        else:
            groups.append(row)
        last = row
    return groups


def _same_columns(
    above: Sequence[_Placed], last: Sequence[_Placed], row: Sequence[_Placed]
) -> bool:
    """Whether a row goes on with the columns above it, rather than with a line of its own.

    Of two columns of like width each is read down. More of them may as well be cards in rows, unless
    what stands above is the heading of what stands below, or is closer to it than to its neighbour.
    """
    columns = _columns([*above, *row])
    count = len(columns)
    if count < _PAIR or len(_columns(above)) != count:
        return False
    widths = [max(s.box.right for s in c) - min(s.box.left for s in c) for c in columns]
    if len(_columns(row)) < count and min(s.box.width for s in row) < _FILLED * min(widths):
        return False
    if max(widths) > _ALIKE * min(widths):
        return False
    if count == _PAIR:
        return True
    gap = min(shape.box.top for shape in row) - max(shape.box.bottom for shape in last)
    beside = min(
        min(s.box.left for s in right) - max(s.box.right for s in left)
        for left, right in itertools.pairwise(columns)
    )
    tallest = max(shape.box.height for shape in last)
    return gap < _CLOSE * beside or tallest < _HEAD * max(shape.box.height for shape in row)
