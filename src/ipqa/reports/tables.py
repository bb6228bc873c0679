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
from functools import cache, lru_cache

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
    candidates = [
        arrangement
        for columns in _COLUMNS
        if len(cells) >= columns * (_MIN_ROWS + 1) - 1
        and _could_be_header(cells[:columns])
        and (arrangement := _best_rows(tuple(cells), columns)) is not None
    ]
    best = _narrowest(candidates)
    highest = _ANNOUNCED if announced else _UNANNOUNCED
    return best if best is not None and best.cost <= highest else None


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


def _best_rows(cells: tuple[str, ...], columns: int) -> Arrangement | None:
    """The cheapest way to cut the cells after the header into rows, each lacking one cell at most."""
    whole: int | None = None
    lost_choices: tuple[int | None, ...] = (whole, *range(1, columns))

    @cache
    def cheapest(position: int, lost: int | None) -> tuple[float, _Starts]:
        """Cost and rows from the row that starts at a position, given which column it lacks."""
        used = columns if lost is None else columns - 1
        own = 0.0 if lost is None else _GAP
        following = position + used
        if following == len(cells):
            return own, ((position, lost),)
        best: tuple[float, _Starts] = (math.inf, ())
        for next_lost in lost_choices:
            needed = columns if next_lost is None else columns - 1
            if following + needed > len(cells):
                continue
            step = _row_cost(
                _row(cells, position, lost, columns),
                _row(cells, following, next_lost, columns),
            )
            rest, rows = cheapest(following, next_lost)
            if own + step + rest < best[0]:
                best = (own + step + rest, ((position, lost), *rows))
        return best

    cost, starts = min(
        (cheapest(columns, lost) for lost in lost_choices), key=lambda result: result[0]
    )
    if math.isinf(cost) or len(starts) < _MIN_ROWS:
        return None
    pairs = (len(starts) - 1) * columns
    rows = tuple(_row(cells, position, lost, columns) for position, lost in starts)
    uneven = _UNEVEN if any(lost is not None for _, lost in starts) else 0.0
    return Arrangement(cells[:columns], rows, cost / pairs + uneven)


def _row(
    cells: Sequence[str], position: int, lost: int | None, columns: int
) -> tuple[str | None, ...]:
    present = iter(cells[position:])
    return tuple(None if column == lost else next(present) for column in range(columns))


def _row_cost(upper: Sequence[str | None], lower: Sequence[str | None]) -> float:
    return sum(
        _unlike(a, b) for a, b in zip(upper, lower, strict=True) if a is not None and b is not None
    )


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
