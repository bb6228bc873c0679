"""Footnotes: small lines at the foot of a column, which begin with a number."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from ipqa.reports.pdf.blocks import Note
from ipqa.reports.pdf.furniture import Style
from ipqa.reports.pdf.grids import FoundTable
from ipqa.reports.pdf.text import Line, seamless

_NOTE_SIZE = 0.93
"""The size of a footnote against that of the running text, at most."""

_NOTE_START = re.compile(
    r"^(?:\[(?P<mark>\d{1,3})\]|[(（]?(?P<number>\d{1,3})[)）.．]?(?=[ \u3000]|\D))[ \u3000]*(?P<text>\S.*)$"
)
_MARK = re.compile(r"\[([\d,]+)\]")


def take_notes(
    items: Sequence[Line | FoundTable], body: Style
) -> tuple[list[Line | FoundTable], dict[int, list[Note]]]:
    """Take the footnotes off the foot of each region, and return them by its number.

    They are smaller than the running text and begin with a number, raised or one that a mark up to there
    has; what follows them in the region is theirs.
    """
    marks = _first_pages(items)
    kept: list[Line | FoundTable] = []
    notes: dict[int, list[Note]] = {}
    for region, group in groupby(items, key=attrgetter("region")):
        members = list(group)
        start = _first_note(members, body, marks)
        kept += members[:start]
        if start < len(members):
            notes[region] = _notes([m for m in members[start:] if isinstance(m, Line)])
    return kept, notes


def _first_pages(items: Iterable[Line | FoundTable]) -> dict[int, int]:
    """The page on which each reference mark stands first."""
    pages: dict[int, int] = {}
    for item in items:
        if isinstance(item, Line):
            for found in _MARK.findall(item.text):
                for number in filter(None, found.split(",")):
                    pages.setdefault(int(number), item.page)
    return pages


def _first_note(members: Sequence[Line | FoundTable], body: Style, marks: Mapping[int, int]) -> int:
    """Where the footnotes of a region begin; its length where it has none."""
    start = len(members)
    for number in range(len(members) - 1, -1, -1):
        line = members[number]
        if not isinstance(line, Line) or line.size > _NOTE_SIZE * body.size:
            break
        match = _NOTE_START.match(line.text)
        if match and (match["mark"] or marks.get(int(match["number"]), line.page + 1) <= line.page):
            start = number
    return start


def _notes(lines: Sequence[Line]) -> list[Note]:
    found: list[Note] = []
    for line in lines:
        match = _NOTE_START.match(line.text)
        number = int(match["mark"] or match["number"]) if match else 0
        if match and (not found or number == found[-1].number + 1 or match["mark"]):
            found.append(Note(number, match["text"], line.page))
        else:
            last = found[-1]
            found[-1] = Note(last.number, seamless(last.text, line.text), last.page)
    return found
