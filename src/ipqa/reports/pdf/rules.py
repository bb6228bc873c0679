"""The rules on a page: pieces of lines put together, lines that cross, and the cells between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from ipqa.reports.pdf.glyphs import Box

NEAR = 2.5
"""Rules no further apart than this, in points, are one rule, or meet."""

_SHORTEST = 5.0


@dataclass(slots=True)
class Rule:
    """A straight line: ``at`` is its place across, from ``start`` to ``end`` its length."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class Lattice:
    """Rules that hang together."""

    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)


def rules_of(boxes: Iterable[Box]) -> tuple[list[Rule], list[Rule]]:
    """The rules across and down the page, pieces of one line put together."""
    across: list[Rule] = []
    down: list[Rule] = []
    for box in boxes:
        width, height = box.x1 - box.x0, box.bottom - box.top
        if width >= height:
            across.append(Rule((box.top + box.bottom) / 2, box.x0, box.x1))
        else:
            down.append(Rule((box.x0 + box.x1) / 2, box.top, box.bottom))
    return _whole(across), _whole(down)


def _whole(pieces: list[Rule]) -> list[Rule]:
    """Rules on one line put together where they touch; dashes are pieces of one, too."""
    lines: list[list[Rule]] = []
    for rule in sorted(pieces, key=attrgetter("at")):
        if lines and rule.at - lines[-1][0].at <= NEAR:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    found: list[Rule] = []
    for line in lines:
        at = sum(rule.at for rule in line) / len(line)
        whole: list[Rule] = []
        for rule in sorted(line, key=attrgetter("start")):
            if whole and rule.start <= whole[-1].end + NEAR:
                whole[-1].end = max(whole[-1].end, rule.end)
            else:
                whole.append(Rule(at, rule.start, rule.end))
        found += [rule for rule in whole if rule.end - rule.start >= _SHORTEST]
    return found


def lattices(across: Sequence[Rule], down: Sequence[Rule]) -> list[Lattice]:
    """Rules grouped by what they touch; those that touch nothing are left out."""
    owner: dict[int, int] = {}
    groups: dict[int, Lattice] = {}
    for h in across:
        met = [v for v in down if _meet(h, v)]
        if not met:
            continue
        lattice = Lattice([h], [])
        for name in {owner[id(v)] for v in met if id(v) in owner}:
            other = groups.pop(name)
            lattice.across += other.across
            lattice.down += other.down
        lattice.down += [v for v in met if id(v) not in owner]
        groups[id(h)] = lattice
        owner |= {id(v): id(h) for v in lattice.down}
    return [lattice for lattice in groups.values() if len(lattice.across) > 1]


def _meet(h: Rule, v: Rule) -> bool:
    return h.start - NEAR <= v.at <= h.end + NEAR and v.start - NEAR <= h.at <= v.end + NEAR


def edges_of(lattice: Lattice) -> tuple[list[float], list[float]]:
    """Where columns and rows begin and end; a table may be open at its sides."""
    left = min(rule.start for rule in lattice.across)
    right = max(rule.end for rule in lattice.across)
    top = min(rule.start for rule in lattice.down)
    bottom = max(rule.end for rule in lattice.down)
    xs = _apart([left, *(rule.at for rule in lattice.down), right])
    ys = _apart([top, *(rule.at for rule in lattice.across), bottom])
    return xs, ys


def _apart(places: Iterable[float]) -> list[float]:
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > 2 * NEAR:
            found.append(place)
    return found


def merged_places(lattice: Lattice, xs: Sequence[float], ys: Sequence[float]) -> list[int]:
    """For each place of the grid, the first place of the cell that it belongs to.

    Cells that no rule parts are one, as long as they form a rectangle together.
    """
    columns, rows = len(xs) - 1, len(ys) - 1
    owner = list(range(columns * rows))
    for row in range(rows):
        middle = (ys[row] + ys[row + 1]) / 2
        for column in range(1, columns):
            if not _ruled(lattice.down, xs[column], middle):
                owner[row * columns + column] = owner[row * columns + column - 1]
    for row in range(1, rows):
        column = 0
        while column < columns:
            end = column + 1
            while end < columns and owner[row * columns + end] == row * columns + column:
                end += 1
            above = owner[(row - 1) * columns + column]
            open_above = all(
                owner[(row - 1) * columns + place] == above
                and not _ruled(lattice.across, ys[row], (xs[place] + xs[place + 1]) / 2)
                for place in range(column, end)
            )
            same_width = above % columns == column and (
                end == columns or owner[(row - 1) * columns + end] != above
            )
            if open_above and same_width:
                for place in range(column, end):
                    owner[row * columns + place] = above
            column = end
    return owner


def _ruled(rules: Iterable[Rule], at: float, middle: float) -> bool:
    """Whether a rule stands at a place and passes the middle of a side."""
    return any(abs(rule.at - at) <= 2 * NEAR and rule.start <= middle <= rule.end for rule in rules)
