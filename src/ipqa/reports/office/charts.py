"""The figures behind a chart, as a table: categories down, series across.

A chart keeps a copy of the cells that it draws. Its parts say how many points they have; only those
that are written out are read, for a file may promise any number of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ipqa.reports.grid import Grid
from ipqa.reports.office.text import one_line
from ipqa.reports.office.xml import Element, child, descendants, full, integer, value

_MOST_POINTS = 2000
_MOST_SERIES = 100
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
_DECIMALS = re.compile(r"0\.(0+)")


@dataclass(frozen=True, slots=True)
class _Series:
    name: str
    labels: dict[int, str]
    values: dict[int, str]
    across: bool  # the labels are figures too: points of a scatter chart


@dataclass(frozen=True, slots=True)
class Chart:
    """What a chart says: its title, empty where it has none, and its figures."""

    title: str
    grid: Grid


def read_chart(root: Element) -> Chart | None:
    """The chart of a part (c:chartSpace), or None where it holds no figures."""
    series = [_series(element) for element in _all_series(root)][:_MOST_SERIES]
    series = [one for one in series if one.values]
    if not series:
        return None
    title = child(root, "c:chart", "c:title")
    grid = _points(series) if any(one.across for one in series) else _by_category(series)
    return Chart(_text(title) if title is not None else "", grid)


def _all_series(root: Element) -> Iterator[Element]:
    area = child(root, "c:chart", "c:plotArea")
    for plot in area if area is not None else ():
        yield from plot.iterfind(full("c:ser"))


def _series(element: Element) -> _Series:
    name = child(element, "c:tx")
    across = child(element, "c:xVal")
    labels = child(element, "c:cat") if across is None else across
    values = child(element, "c:val") if across is None else child(element, "c:yVal")
    return _Series(
        name=one_line(
            " ".join(v.text or "" for v in descendants(name, "c:v")) if name is not None else ""
        ),
        labels=_points_of(labels),
        values=_points_of(values),
        across=across is not None,
    )


def _points_of(holder: Element | None) -> dict[int, str]:
    """The points that are written out, by their places; of several levels of categories all."""
    if holder is None:
        return {}
    levels = list(holder.iter(full("c:lvl")))
    if levels:
        return _nested([_level(level) for level in levels])
    return _level(holder)


def _level(holder: Element) -> dict[int, str]:
    pattern = next((code.text or "" for code in holder.iter(full("c:formatCode"))), "")
    points: dict[int, str] = {}
    for point in holder.iter(full("c:pt")):
        place = integer(value(point, "idx"))
        text = child(point, "c:v")
        if place is not None and text is not None and len(points) < _MOST_POINTS:
            points[place] = _written(one_line(text.text or ""), pattern)
    return points


def _nested(levels: Sequence[dict[int, str]]) -> dict[int, str]:
    """Categories of several levels, the innermost first: each with those above that cover it."""
    inner, *outer = levels
    joined: dict[int, str] = {}
    for place, label in sorted(inner.items()):
        above = [
            level[max(covering)]
            for level in reversed(outer)
            if (covering := [start for start in level if start <= place])
        ]
        joined[place] = " ".join([*above, label])
    return joined


def _written(text: str, pattern: str) -> str:
    """A figure as its cell shows it: as a percentage, or with as many decimals as it has."""
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    decimals = _DECIMALS.search(pattern)
    places = len(decimals[1]) if decimals else 0
    if "%" in pattern:
        return f"{number * 100:.{min(places, 6)}f}%"
    if "yy" in pattern or "m" in pattern:
        return text  # the number of a day
    if pattern not in {"", "General"} and decimals is not None:
        return f"{number:,.{min(places, 6)}f}"
    plain = f"{number:.10g}"
    whole = plain.lstrip("-").isdigit()
    return f"{int(plain):,}" if whole and "," in pattern else plain


def _by_category(series: Sequence[_Series]) -> Grid:
    labels: dict[int, str] = {}
    for one in series:
        labels = {**one.labels, **labels}
    places = sorted({place for one in series for place in one.values} | labels.keys())
    header = ("", *(one.name or f"系列{number}" for number, one in enumerate(series, start=1)))
    rows = tuple(
        (labels.get(place, str(place + 1)), *(one.values.get(place, "") for one in series))
        for place in places
    )
    return Grid(header, rows)


def _points(series: Sequence[_Series]) -> Grid:
    """A scatter chart: one row for each point."""
    rows = [
        (one.name, one.labels.get(place, ""), figure)
        for one in series
        for place, figure in sorted(one.values.items())
    ]
    return Grid(("", "X", "Y"), tuple(rows))


def _text(title: Element) -> str:
    """The words of a title, or the cell that it shows."""
    words = [t.text or "" for t in title.iter(full("a:t"))]
    return one_line("".join(words or [v.text or "" for v in title.iter(full("c:v"))]))
