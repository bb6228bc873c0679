"""Tables that a copy from a web page has flattened to one cell after another.

Which cells form a row is not written down any more. It is found again from what does remain: the cells
of one column resemble each other (length, script, numerals, marks). Every number of columns is tried,
rows may have lost a cell, and the arrangement whose columns are most alike wins (dynamic programming
over rows, as in sequence alignment). A lost cell stays open; nothing is shifted in silence.
"""

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice

from ipqa.reports.marks import take_marks_out

CAPTION = re.compile(r"^(?:[\d\-－.．]*\s*)?[【\[［]?(?:表|図表|Table)\s*\d+")
"""How a line that announces a table begins."""

_COLUMNS = range(3, 11)
_MIN_ROWS = 2
_HEADER_LENGTH = 24
_GAP = 0.75
"""Cost of a lost cell, against 0..1 for each pair of cells of a column."""

_UNEVEN = 0.1
"""Added where any row lacks a cell: a table without gaps is the likelier one."""

_SIDE_BY_SIDE = 0.12
"""How much dearer a narrower table without gaps may be than one several times its width."""

_ANNOUNCED = 0.62
_UNANNOUNCED = 0.3
"""Highest average cost of a cell that still passes for a table, with and without a caption above."""

_ONE = 1 << 40
"""The greatest unlikeness as a whole number, so that sums come out the same in any order."""

_Starts = tuple[tuple[int, int | None], ...]
"""Rows, each by the number of its first cell and the column that it lacks."""

_SCRIPTS = ("kanji", "hiragana", "katakana", "latin", "digit", "mark", "other")


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Cells in rows and columns; a lost cell is None."""

    header: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    cost: float


def arrange(cells: Sequence[str], *, announced: bool) -> Arrangement | None:
    """Find the rows and columns of flattened cells, the header among them, or None for no table.

    Without a caption that announces a table, the cells must resemble each other more.
    """
    return FlattenedCells(cells).arrange(0, "".join(cells[:1]), announced=announced)


class FlattenedCells:
    """Cells one after the other, which may be a table from any of them on to the last.

    What is found out for one beginning serves the others: long lists of short lines are common.
    """

    def __init__(self, cells: Sequence[str]) -> None:
        self._cells = tuple(cells)
        self._plans: dict[int, _Plan] = {}
        self._likeness = _Likeness(self._cells)

    def count_from(self, start: int) -> int:
        """How many cells there are from one on."""
        return len(self._cells) - start

    def arrange(self, start: int, first: str, *, announced: bool) -> Arrangement | None:
        """The rows and columns of the cells from one on, as ``arrange`` finds them.

        Args:
            start: the number of the cell that the table would begin with.
            first: what that cell says, which may be but the end of it.
            announced: whether a caption stands above.
        """
        candidates = [
            arrangement
            for columns in _COLUMNS
            if self.count_from(start) >= columns * (_MIN_ROWS + 1) - 1
            and _could_be_header(header := (first, *self._cells[start + 1 : start + columns]))
            and (arrangement := self._best_rows(header, start + columns)) is not None
        ]
        best = _narrowest(candidates)
        highest = _ANNOUNCED if announced else _UNANNOUNCED
        return best if best is not None and best.cost <= highest else None

    def _best_rows(self, header: tuple[str, ...], start: int) -> Arrangement | None:
        """The cheapest way to cut the cells after the header into rows, each lacking one cell at most."""
        columns = len(header)
        if columns not in self._plans:
            self._plans[columns] = _Plan(self._likeness, len(self._cells), columns)
        found = self._plans[columns].cheapest(start)
        if found is None or len(found[1]) < _MIN_ROWS:
            return None
        cost, starts = found
        pairs = (len(starts) - 1) * columns
        rows = tuple(_row(self._cells, position, lost, columns) for position, lost in starts)
        uneven = _UNEVEN if any(lost is not None for _, lost in starts) else 0.0
        return Arrangement(header, rows, cost / _ONE / pairs + uneven)


def _narrowest(candidates: Sequence[Arrangement]) -> Arrangement | None:
    """The arrangement that costs least, unless its rows are just several whole rows side by side."""
    best = min(candidates, key=lambda arrangement: arrangement.cost, default=None)
    if best is None:
        return None
    width = len(best.header)
    parts = [
        arrangement
        for arrangement in candidates
        if width % len(arrangement.header) == 0
        and arrangement.cost <= best.cost + _SIDE_BY_SIDE
        and all(cell is not None for row in arrangement.rows for cell in row)
    ]
    return min(parts, key=lambda arrangement: len(arrangement.header), default=best)


def _could_be_header(cells: Sequence[str]) -> bool:
    plain = [take_marks_out(cell)[0] for cell in cells]
    return len(set(plain)) == len(plain) and all(
        0 < len(cell) <= _HEADER_LENGTH and not cell.endswith("。") for cell in plain
    )


class _Likeness:
    """How unlike cells are that stand so far apart, summed up from the first on, in whole numbers."""

    def __init__(self, cells: Sequence[str]) -> None:
        self._cells = cells
        self._sums: dict[int, list[int]] = {}

    def sums(self, apart: int) -> list[int]:
        """Up to each cell, the sum of how unlike the cells before it and those so far after them are."""
        if apart not in self._sums:
            pairs = zip(self._cells, self._cells[apart:], strict=False)
            unlike = (round(_ONE * _unlike(one, other)) for one, other in pairs)
            self._sums[apart] = list(accumulate(unlike, initial=0))
        return self._sums[apart]


class _Plan:
    """The cheapest rows of a number of columns from each cell to the last, found from the end on."""

    def __init__(self, likeness: _Likeness, length: int, columns: int) -> None:
        self._columns = columns
        self._length = length
        self._choices = (
            columns,
            *range(1, columns),
        )  # the column that is lost; none where past the last
        self._sums = {k: likeness.sums(k) for k in range(columns - 2, columns + 2)}
        self._found: list[dict[int, tuple[int, int | None]]] = [{} for _ in range(length + 1)]
        for position in range(length - 1, -1, -1):
            for lost in self._choices:
                self._look(position, lost)

    def cheapest(self, position: int) -> tuple[int, _Starts] | None:
        """Cost and rows from the row that starts at a position; None where the cells do not come out even."""
        found = self._found[position]
        if not found:
            return None
        lost: int | None = min(found, key=lambda lost: found[lost][0])
        cost = found[lost][0] if lost is not None else 0
        starts: list[tuple[int, int | None]] = []
        while lost is not None:
            whole = lost == self._columns
            starts.append((position, None if whole else lost))
            following = self._found[position][lost][1]
            position += self._columns if whole else self._columns - 1
            lost = following
        return cost, tuple(starts)

    def _look(self, position: int, lost: int) -> None:
        """Note the cost from a row on, given which column it lacks, and what the row after it lacks."""
        whole = lost == self._columns
        following = position + (self._columns if whole else self._columns - 1)
        if following > self._length:
            return
        own = 0 if whole else round(_ONE * _GAP)
        if following == self._length:
            self._found[position][lost] = (own, None)
            return
        after = self._found[following]
        best = min(
            (
                (self._step(position, lost, following, next_lost) + after[next_lost][0], next_lost)
                for next_lost in self._choices
                if next_lost in after
            ),
            key=lambda found: found[0],
            default=None,
        )
        if best is not None:
            self._found[position][lost] = (own + best[0], best[1])

    def _step(self, upper: int, lost: int, lower: int, next_lost: int) -> int:
        """How unlike two rows are, column by column, that start at two cells and lack a column each."""
        apart = lower - upper
        first, last = min(lost, next_lost), max(lost, next_lost)
        same = self._sums[apart]
        cost = same[upper + first] - same[upper]
        if last < self._columns:
            cost += same[upper + self._columns - 1] - same[upper + last]
        if lost < next_lost:
            cost += self._sums[apart + 1][upper + last - 1] - self._sums[apart + 1][upper + first]
        elif next_lost < lost:
            cost += self._sums[apart - 1][upper + last] - self._sums[apart - 1][upper + first + 1]
        return cost


def _row(
    cells: Sequence[str], position: int, lost: int | None, columns: int
) -> tuple[str | None, ...]:
    present = islice(cells, position, position + columns)
    return tuple(None if column == lost else next(present) for column in range(columns))


@lru_cache(maxsize=4096)
def _unlike(a: str, b: str) -> float:
    """How little two cells look like members of one column, 0 (the same) to 1."""
    if a == b:
        return 0.0
    lengths = min(1.0, abs(math.log(len(a) / len(b))) / math.log(8))
    scripts = sum(abs(x - y) for x, y in zip(_profile(a), _profile(b), strict=True)) / 2
    shared = len(set(a) & set(b)) / min(len(set(a)), len(set(b)))
    return 0.3 * lengths + 0.4 * scripts + 0.3 * (1 - shared)


@lru_cache(maxsize=4096)
def _profile(cell: str) -> tuple[float, ...]:
    counts = dict.fromkeys(_SCRIPTS, 0)
    for character in cell:
        counts[_script(character)] += 1
    return tuple(counts[script] / len(cell) for script in _SCRIPTS)


def _script(character: str) -> str:
    if unicodedata.category(character) == "No":
        return "mark"
    if character.isdigit():
        return "digit"
    name = unicodedata.name(character, "")
    for script, start in (
        ("kanji", "CJK UNIFIED"),
        ("hiragana", "HIRAGANA"),
        ("katakana", "KATAKANA"),
        ("latin", "LATIN"),
    ):
        if name.startswith(start):
            return script
    return "other"
