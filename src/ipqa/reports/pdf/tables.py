"""The tables of a page, found by what is drawn: rules that cross, shaded cells, rules across only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ipqa.reports.pdf.glyphs import Box, Glyph
from ipqa.reports.pdf.grids import FoundTable, ruled_table
from ipqa.reports.pdf.open_tables import open_tables
from ipqa.reports.pdf.rules import NEAR, Lattice, Rule, edges_of, lattices, rules_of

_MOST_CROSSINGS = 1_000_000
_MOST_SHADES = 300
_LIKE_ROWS = 1.5


@dataclass(slots=True)
class TablesOfPage:
    """What a search for tables finds.

    Attributes:
        frames: boxes that are drawn around other text.
        rest: the characters outside of all tables.
    """

    rest: list[Glyph]
    tables: list[FoundTable] = field(default_factory=list)
    frames: list[Box] = field(default_factory=list)


def find_tables(
    rules: Sequence[Box], shades: Sequence[Box], glyphs: Sequence[Glyph]
) -> TablesOfPage:
    """The tables of a page.

    Args:
        rules: thin boxes, the lines that are drawn.
        shades: filled boxes; headings are told by them, and cells where there are no rules.
        glyphs: all characters of the page.
    """
    found = TablesOfPage(list(glyphs))
    across, down = rules_of(rules)
    if len(across) * len(down) > _MOST_CROSSINGS:
        return found
    for lattice in sorted(lattices(across, down), key=_area):
        _take_table(lattice, shades, found, fewest_rows=1)
    met = {id(rule) for lattice in lattices(across, down) for rule in lattice.across}
    for table in open_tables([rule for rule in across if id(rule) not in met], shades, found.rest):
        _take(table, found)
    if 1 < len(shades) <= _MOST_SHADES:
        _take_shaded(shades, found)
    return found


def _take_shaded(shades: Sequence[Box], found: TablesOfPage) -> None:
    """Find tables without rules: each cell is shaded, or every row or other row is."""
    across, down = rules_of([side for shade in shades for side in _sides(shade)])
    for lattice in sorted(lattices(across, down), key=_area):
        _take_table(lattice, shades, found, fewest_rows=2)
    for table in open_tables([*across, *_zebra_ends(across)], shades, found.rest):
        _take(table, found)
    for table in open_tables(across, shades, found.rest):
        _take(table, found)


def _zebra_ends(across: Sequence[Rule]) -> list[Rule]:
    """Where every other row is shaded, the end of the last row if that one is not."""
    ends = []
    for rule in across:
        alike = [r for r in across if abs(r.start - rule.start) + abs(r.end - rule.end) < NEAR]
        steps = [lower.at - upper.at for upper, lower in pairwise(alike)]
        if rule is alike[-1] and len(steps) > 1 and max(steps) < _LIKE_ROWS * min(steps):
            ends.append(Rule(rule.at + median(steps), rule.start, rule.end))
    return ends


def _area(lattice: Lattice) -> float:
    """Small ones first: a table may stand in a box, or in a cell of another one."""
    xs, ys = edges_of(lattice)
    return (xs[-1] - xs[0]) * (ys[-1] - ys[0])


def _take_table(
    lattice: Lattice, shades: Sequence[Box], found: TablesOfPage, fewest_rows: int
) -> None:
    xs, ys = edges_of(lattice)
    box = Box(xs[0], ys[0], xs[-1], ys[-1])
    inside = [glyph for glyph in found.rest if glyph.within(*box[:4])]
    table = ruled_table(lattice, xs, ys, inside, shades)
    if table is None or len(table.rows) < fewest_rows:
        found.frames.append(box)
    else:
        _take(table, found)


def _take(table: FoundTable, found: TablesOfPage) -> None:
    found.tables.append(table)
    box = (table.x0, table.top, table.x1, table.bottom)
    found.rest = [glyph for glyph in found.rest if not glyph.within(*box)]


def _sides(box: Box) -> list[Box]:
    x0, top, x1, bottom, _ = box
    return [
        Box(x0, top, x1, top),
        Box(x0, bottom, x1, bottom),
        Box(x0, top, x0, bottom),
        Box(x1, top, x1, bottom),
    ]
