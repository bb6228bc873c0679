"""The order in which one reads what stands on a page: columns one after the other.

A gutter is a place that few things cross. What crosses it parts the page into bands from the top down;
in each band the left column is read before the right one, and each of them in the same way again. Rows
of short words that stand level with each other are a table without rules, and are read row by row, and
so are boxes with text inside (cards), each of which is read as a whole.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Protocol

from ipqa.reports.pdf.glyphs import Box

_GUTTER = 0.8
"""Least width of a gutter, in character sizes."""

_WIDEST_GUTTER = 4.0
_MOST_ITEMS = 2_000
"""On a page; more of them are no text that anyone reads in columns."""

_SHARED_EDGE = 3
"""So many things with one left edge may be a column."""

_MOST_EDGES = 12
_MOST_CARDS = 60
_DEEPEST = 8
_LEVEL = 0.3
_ROW_BY_ROW = 0.7
_FILLED = 0.7
_NARROWEST = 9
"""Width of a column of text, in character sizes; narrower ones are labels."""

_WIDE = 14
"""The same where there are two lines only."""

_SENTENCE = 20
"""No label is as wide as that."""

_PROMINENT = 1.12
_LARGEST_CARD = 0.5
_ITEM = re.compile(r"[・•●○■□◆◇▪–\-*✓➢▶①-⑳]|[(（]?\d{1,2}[.．)）]")


class Placed(Protocol):
    """Something that stands on a page: a run of characters, or a table."""

    @property
    def x0(self) -> float:
        """Its left edge."""

    @property
    def x1(self) -> float:
        """Its right edge."""

    @property
    def top(self) -> float:
        """Its upper edge."""

    @property
    def bottom(self) -> float:
        """Its lower edge."""

    @property
    def size(self) -> float:
        """The size of its type."""

    @property
    def bold(self) -> bool:
        """Whether its type is bold."""

    @property
    def text(self) -> str:
        """What it says."""


@dataclass(slots=True)
class Region:
    """Things that are read together from the top down.

    Attributes:
        limit: how far to the right they could reach at most.
        edge: where their lines end, if a box shows that.
    """

    items: list[Placed]
    limit: float
    edge: float | None = None


@dataclass(slots=True)
class _Card:
    """A box with several lines of text, which are read together."""

    box: Box
    items: list[Placed]

    @property
    def x0(self) -> float:
        return self.box.x0

    @property
    def x1(self) -> float:
        return self.box.x1

    @property
    def top(self) -> float:
        return self.box.top

    @property
    def bottom(self) -> float:
        return self.box.bottom

    @property
    def size(self) -> float:
        return self.items[0].size

    @property
    def bold(self) -> bool:
        return False

    @property
    def text(self) -> str:
        return ""


def reading_order(items: Sequence[Placed], boxes: Sequence[Box], limit: float) -> list[Region]:
    """What stands on a page, or in a column, in regions in the order of reading.

    Args:
        items: in any order.
        boxes: rectangles that are drawn around or behind text.
        limit: how far to the right lines may reach.
    """
    if len(items) > _MOST_ITEMS:
        return [Region(list(items), limit)]
    return list(_read(_with_cards(items, boxes), limit, _DEEPEST))


def _read(items: list[Placed], limit: float, depth: int) -> Iterator[Region]:
    edge = _best_edge(items) if depth else None
    if edge is None:
        yield from _without_cards(sorted(items, key=lambda item: (item.top, item.x0)), limit, depth)
        return
    for left, right in _bands(items, edge):
        if right:
            yield from _read(left, min(item.x0 for item in right), depth - 1)
            yield from _read(right, limit, depth - 1)
        else:
            yield from _read(left, limit, depth - 1)


def _without_cards(items: list[Placed], limit: float, depth: int) -> Iterator[Region]:
    """Things in their order, with what stands in a card in the card's place."""
    for is_card, group in groupby(items, key=lambda item: isinstance(item, _Card)):
        if not is_card:
            yield Region(list(group), limit)
            continue
        for card in group:
            if isinstance(card, _Card):
                edge = card.x1 - (min(item.x0 for item in card.items) - card.x0)
                for region in _read(card.items, card.x1, max(0, depth - 1)):
                    yield Region(region.items, min(region.limit, edge), region.edge or edge)


def _with_cards(items: Sequence[Placed], boxes: Sequence[Box]) -> list[Placed]:
    """The same with all that stands in one box as one thing, where that is several lines."""
    free = list(items)
    cards: list[Placed] = []
    whole = _extent([*free, *(_Card(box, []) for box in boxes)])
    for box in sorted(boxes, key=_area, reverse=True)[:_MOST_CARDS]:
        if whole is None or _area(box) > _LARGEST_CARD * _area(whole):
            continue
        inside = [item for item in free if _holds(box, item)]
        if len(_rows(inside)) > 1 and len(inside) < len(items):
            inner = [other for other in boxes if other != box and _area(other) < _area(box)]
            cards.append(_Card(box, _with_cards(inside, inner)))
            free = [item for item in free if not _holds(box, item)]
    return free + cards


def _holds(box: Box, item: Placed) -> bool:
    middle = (item.top + item.bottom) / 2
    return box.x0 - 1 <= item.x0 and item.x1 <= box.x1 + 1 and box.top <= middle <= box.bottom


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.bottom - box.top)


def _extent(items: Iterable[Placed]) -> Box | None:
    found = list(items)
    if not found:
        return None
    return Box(
        min(item.x0 for item in found),
        min(item.top for item in found),
        max(item.x1 for item in found),
        max(item.bottom for item in found),
    )


def _best_edge(items: Sequence[Placed]) -> float | None:
    """Where the right-hand columns begin, if there are any.

    The edge that parts the most lines by the widest gutter: two pages side by side before their columns.
    """
    best: tuple[float, float] | None = None
    for edge in _edges(items):
        bands = [(left, right) for left, right in _bands(items, edge) if right]
        parted = sum(
            min(_lines(left), _lines(right)) * _gutter(left, right) for left, right in bands
        )
        if bands and (best is None or parted > best[0]):
            best = (parted, edge)
    return best[1] if best else None


def _gutter(left: Sequence[Placed], right: Sequence[Placed]) -> float:
    """How wide the room between two columns is, in character sizes, as far as that matters."""
    gap = min(item.x0 for item in right) - max(item.x1 for item in left)
    return min(gap / median(item.size for item in right), _WIDEST_GUTTER)


def _edges(items: Sequence[Placed]) -> list[float]:
    """Left edges that several things share, or that have something else to their left."""
    if not items:
        return []
    first = min(item.x0 for item in items) + 4 * median(item.size for item in items)
    shared: dict[int, list[float]] = {}
    weight: Counter[int] = Counter()
    level = _neighbours(items)
    for number, item in enumerate(items):
        if item.x0 > first:
            key = round(item.x0 / 3)
            shared.setdefault(key, []).append(item.x0)
            weight[key] += (
                _SHARED_EDGE if number in level or item.bottom - item.top > 4 * item.size else 1
            )
    keys = [key for key, count in weight.most_common(_MOST_EDGES) if count >= _SHARED_EDGE]
    return sorted(min(shared[key]) for key in keys)


def _neighbours(items: Sequence[Placed]) -> set[int]:
    """The numbers of the things that stand on one line with something to their left."""
    order = sorted(range(len(items)), key=lambda number: items[number].bottom)
    found: set[int] = set()
    for place, number in enumerate(order):
        item = items[number]
        for other in order[place + 1 :]:
            if items[other].bottom - item.bottom > _LEVEL * item.size:
                break
            found.add(number if items[other].x1 < item.x0 else other)
    return found


def _bands(items: Sequence[Placed], edge: float) -> list[tuple[list[Placed], list[Placed]]]:
    """The page from the top down: columns left and right of an edge, or (no right) what has none."""
    crossing = _crossing(items, edge)
    bands: list[tuple[list[Placed], list[Placed]]] = []
    numbers = sorted(range(len(items)), key=lambda n: (items[n].top, items[n].x0))
    for crosses, group in groupby(numbers, key=lambda number: number in crossing):
        members = [items[number] for number in group]
        left = [item for item in members if item.x0 < edge - 1]
        right = [item for item in members if item.x0 >= edge - 1]
        if not crosses and _are_columns(left, right):
            bands.append((left, right))
        elif bands and not bands[-1][1]:
            bands[-1][0].extend(members)
        else:
            bands.append((members, []))
    return bands


def _crossing(items: Sequence[Placed], edge: float) -> set[int]:
    """The numbers of the things that reach over the gutter, or head all that follows."""
    size = median(item.size for item in items)
    found = {
        number
        for number, item in enumerate(items)
        if item.x0 < edge - 1 and item.x1 > edge - _GUTTER * min(size, item.size)
    }
    lines = [items[number] for number in found]
    found |= {
        number for number, item in enumerate(items) if any(_level(item, line) for line in lines)
    }
    plain = Counter(item.bold for item in items).most_common(1)[0][0]
    for number, item in enumerate(items):
        prominent = item.size > _PROMINENT * size or (item.bold and not plain)
        others = [items[n] for n in range(len(items)) if n not in found] if prominent else []
        if item in others and item.x0 < edge - 1 and _heads_both(item, others, lines, edge):
            found.add(number)
    return found


def _heads_both(
    item: Placed, others: Sequence[Placed], crossing: Sequence[Placed], edge: float
) -> bool:
    """Whether nothing stands beside a heading, and the right column goes on below it or has ended."""
    right = [other for other in others if other.x0 >= edge - 1]
    reach = 0.4 * item.size
    if any(other.top < item.bottom + reach and other.bottom > item.top - reach for other in right):
        return False
    below = [other for other in right if other.top > item.bottom]
    return bool(below) or any(other.top > item.bottom for other in crossing)


def _level(item: Placed, other: Placed) -> bool:
    """Whether a thing stands beside another, by half its height at least."""
    together = min(item.bottom, other.bottom) - max(item.top, other.top)
    return item is not other and together > (item.bottom - item.top) / 2


def _are_columns(left: Sequence[Placed], right: Sequence[Placed]) -> bool:
    """Whether what stands left and right of a gutter is read one after the other."""
    first, second = _extent(left), _extent(right)
    if first is None or second is None:
        return False
    size = median(item.size for item in (*left, *right))
    together = min(first.bottom, second.bottom) - max(first.top, second.top)
    shorter = min(first.bottom - first.top, second.bottom - second.top)
    if second.x0 - first.x1 < _GUTTER * size or together < _LEVEL * shorter:
        return False
    if _lines(left) < 2 or _lines(right) < 2:  # noqa: PLR2004 - one line is no column
        return False
    rows, beside = _rows(left), _rows(right)
    paired = [row for row in rows if any(_on_one_line(row[0], b[0], size) for b in beside)]
    if len(paired) < _ROW_BY_ROW * min(len(rows), len(beside)):
        return True
    if all(isinstance(item, _Card) for item in (*left, *right)):
        return False
    return _is_text(paired, size) or _lists_both(rows, beside)


def _on_one_line(item: Placed, other: Placed, size: float) -> bool:
    near = _LEVEL * size
    return abs(item.bottom - other.bottom) < near or abs(item.top - other.top) < near


def _is_text(rows: Sequence[Sequence[Placed]], size: float) -> bool:
    """Whether rows fill a column as running text does, or columns in turn."""
    if sum(len(row) > 1 for row in rows) * 3 > len(rows):
        return median(item.x1 - item.x0 for row in rows for item in row) >= _NARROWEST * size
    widths = [max(i.x1 for i in row) - min(i.x0 for i in row) for row in rows]
    widest = max(widths)
    if widest >= _SENTENCE * size:
        return True
    least = _NARROWEST if len(rows) > 2 else _WIDE  # noqa: PLR2004
    return widest >= least * size and median(widths) >= _FILLED * widest


def _lists_both(rows: Sequence[Sequence[Placed]], beside: Sequence[Sequence[Placed]]) -> bool:
    """Whether list items stand on both sides."""
    return all(
        sum(_ITEM.match(row[0].text) is not None for row in side) > 1 for side in (rows, beside)
    )


def _lines(items: Sequence[Placed]) -> float:
    """How many lines things fill; a table or a card counts as its height."""
    return sum(max(1.0, (row[0].bottom - row[0].top) / (1.8 * row[0].size)) for row in _rows(items))


def _rows(items: Sequence[Placed]) -> list[list[Placed]]:
    """Things by the line that they stand on, each from left to right."""
    rows: list[list[Placed]] = []
    for item in sorted(items, key=lambda item: item.bottom):
        if rows and item.bottom - rows[-1][0].bottom < _LEVEL * item.size:
            rows[-1].append(item)
        else:
            rows.append([item])
    return [sorted(row, key=lambda item: item.x0) for row in rows]
