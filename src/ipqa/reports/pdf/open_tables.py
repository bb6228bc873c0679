"""Tables with rules across but none down: above and below the headings, and at the end, or below each row.

Their columns are where no line of the table has a character. Where a rule stands below every row, what
is between two rules is a row, however many lines it has; elsewhere each line is one.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

from ipqa.reports.grid import Cell
from ipqa.reports.pdf.glyphs import Box, Glyph
from ipqa.reports.pdf.grids import FoundTable, cell_text, first_row_heads, with_headings
from ipqa.reports.pdf.layout import Words, same_line
from ipqa.reports.pdf.rules import NEAR, Rule
from ipqa.reports.pdf.small_type import words_of

_FEWEST_RULES = 3
_COLUMN_GAP = 0.7
_FEWEST_FILLED = 0.6
_LONGEST_CELL = 20
_TALLEST_ROW = 12


def open_tables(
    rules: Sequence[Rule], shades: Sequence[Box], glyphs: Sequence[Glyph]
) -> Iterator[FoundTable]:
    """The tables that rules across the page draw, which no rule down the page crosses."""
    for group in _groups(rules):
        left, right = group[0].start - NEAR, group[0].end + NEAR
        inside = [g for g in glyphs if g.within(left, group[0].at, right, group[-1].at)]
        if inside and (table := _table(group, inside, shades)) is not None:
            yield table


def _groups(rules: Iterable[Rule]) -> list[list[Rule]]:
    """Rules of one length that stand above each other."""
    groups: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda rule: rule.at):
        for group in groups:
            last = group[-1]
            if abs(rule.start - last.start) <= 2 * NEAR and abs(rule.end - last.end) <= 2 * NEAR:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [group for group in groups if len(group) >= _FEWEST_RULES]


def _table(
    group: Sequence[Rule], glyphs: Sequence[Glyph], shades: Sequence[Box]
) -> FoundTable | None:
    """The table between rules, or None where something else stands there."""
    size = median(glyph.size for glyph in glyphs)
    bands = [
        [g for g in glyphs if upper.at <= (g.top + g.bottom) / 2 < lower.at]
        for upper, lower in pairwise(group)
    ]
    ruled = len(group) > _FEWEST_RULES and all(
        lower.at - upper.at < _TALLEST_ROW * size for upper, lower in pairwise(group)
    )
    lines = [same_line(words_of(band)[0]) for band in bands]
    gaps = _gaps([line for band in lines[1:] for line in band], size)
    if not gaps or not all(bands):
        return None
    headings = [run for line in lines[0] for run in line]
    xs = [group[0].start, *(_edge(gap, headings) for gap in gaps), group[0].end]
    rows = bands if ruled else [bands[0], *_by_line(bands[1:], lines[1:])]
    cells = [_cells(row, xs) for row in rows]
    texts = [cell.text for row in cells for cell in row]
    if sum(map(bool, texts)) < _FEWEST_FILLED * len(texts) or len(rows) < 2:  # noqa: PLR2004
        return None
    if not ruled and median(map(len, texts)) > _LONGEST_CELL:
        return None
    ys = [rule.at for rule in group]
    heads = first_row_heads(cells, xs, ys, shades, glyphs) if ruled else True
    return FoundTable(
        x0=xs[0],
        top=ys[0],
        x1=xs[-1],
        bottom=ys[-1],
        size=size,
        rows=with_headings(cells) if heads else cells,
        columns=xs,
        heads=heads,
    )


def _gaps(lines: Iterable[Sequence[Words]], size: float) -> list[tuple[float, float]]:
    """Where no line has a character, between those that do."""
    spans = sorted((run.x0, run.x1) for line in lines for run in line)
    gaps: list[tuple[float, float]] = []
    reached = spans[0][1] if spans else 0.0
    for x0, x1 in spans:
        if x0 - reached > _COLUMN_GAP * size:
            gaps.append((reached, x0))
        reached = max(reached, x1)
    return gaps


def _edge(gap: tuple[float, float], headings: Iterable[Words]) -> float:
    """Where one column ends and the next begins: in a gap, and between headings if they leave room."""
    start, end = gap
    inside = sorted((run.x0, run.x1) for run in headings if run.x0 < end and run.x1 > start)
    edges = [start, *(x for span in inside for x in span), end]
    free = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]
    start, end = free[-1] if free else gap
    return (start + end) / 2


def _by_line(
    bands: Sequence[Sequence[Glyph]], lines: Sequence[Sequence[Sequence[Words]]]
) -> Iterator[list[Glyph]]:
    """The characters of each line by itself."""
    for band, found in zip(bands, lines, strict=True):
        heights = [line[0].y for line in found]
        edges = [(upper + lower) / 2 for upper, lower in pairwise(heights)]
        for upper, lower in pairwise([float("-inf"), *edges, float("inf")]):
            yield [glyph for glyph in band if upper < glyph.y <= lower]


def _cells(row: Sequence[Glyph], xs: Sequence[float]) -> list[Cell]:
    """A row cut into cells; a run that reaches over several columns is one cell of all of them."""
    found, _ = words_of(row)
    cells: list[Cell] = []
    column = 0
    columns = len(xs) - 1
    while column < columns:
        end = column + 1
        while end < columns and any(
            run.x0 < xs[end] - NEAR < xs[end] + NEAR < run.x1 for run in found
        ):
            end += 1
        inside = [glyph for glyph in row if xs[column] <= (glyph.x0 + glyph.x1) / 2 < xs[end]]
        cells.append(Cell(cell_text(inside, xs[end]), columns=end - column))
        column = end
    return cells
