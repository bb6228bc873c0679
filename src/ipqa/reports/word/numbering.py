"""The numbers that Word sets before headings and list items, which the file does not write down.

A paragraph names a list and a level; the list says how each level counts and what stands around its
number (``第%1章``, ``%1-%2.``). So the numbers are counted here as Word counts them: a level goes on
until a level above it does, and lists of one design go on counting together unless one starts anew.
"""

import re
from dataclasses import dataclass

from ipqa.reports.office.counting import counted
from ipqa.reports.office.xml import Element, child, full, integer, is_on, value
from ipqa.reports.word.styles import Styles

_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_LONGEST = 40
"""Characters of what stands around a number; more is a fault or an attack."""

_LINKS = 5
_CHARACTER = 210


@dataclass(frozen=True, slots=True)
class Number:
    """The number of a paragraph.

    Attributes:
        label: as it is shown (``第2章``, ``(1)``); empty for a bullet.
        gap: what stands between it and the text.
        value: the number of its own level.
        depth: its level, from 0.
        bullet: whether a sign stands in its place.
        series: the list that it belongs to.
        indent: how far the paragraph is set in, in twentieths of a point.
    """

    label: str
    gap: str
    value: int
    depth: int
    bullet: bool
    series: str
    indent: int


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list counts."""

    start: int = 1
    way: str = "decimal"
    text: str = ""
    gap: str = " "
    figures: bool = False  # all numbers in figures, whatever their levels say
    indent: int | None = None
    restarts: int | None = None  # the level, from 1, above which this one does not look; 0: never


class Numbering:
    """The lists of one file, and how far each has counted; paragraphs are to be told in order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._root = root
        self._styles = styles
        self._designs: dict[str, Element] = {}
        self._lists: dict[str, Element] = {}
        for element in root if root is not None else ():
            if element.tag == full("w:abstractNum"):
                self._designs[value(element, "w:abstractNumId") or ""] = element
            elif element.tag == full("w:num"):
                self._lists[value(element, "w:numId") or ""] = element
        self._levels: dict[str, tuple[str, tuple[_Level, ...]]] = {}
        self._counters: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def next(self, paragraph: Element) -> Number | None:
        """Count a paragraph, and say its number; None for one that has none."""
        place = self._place(paragraph)
        if place is None:
            return None
        name, depth = place
        design, levels = self._design(name)
        level = levels[depth]
        counter = self._counters.setdefault(design, [None] * _LEVELS)
        self._begin(name, depth, counter)
        before = counter[depth]
        counter[depth] = level.start if before is None else before + 1
        for deeper in range(depth + 1, _LEVELS):
            restarts = levels[deeper].restarts
            if restarts is None or depth < restarts:
                counter[deeper] = None
        label = "" if level.way == "bullet" else _label(level, levels, counter)
        if not label and level.way != "bullet":
            return None
        indent = self._indent(paragraph, level)
        bullet = level.way == "bullet"
        return Number(label, level.gap, counter[depth] or 0, depth, bullet, name, indent)

    def _indent(self, paragraph: Element, level: _Level) -> int:
        own = indent_of(child(paragraph, "w:pPr", "w:ind"))
        if own is None:
            own = level.indent
        if own is None:
            own = indent_of(self._styles.of_paragraph(paragraph, "w:ind"))
        return own or 0

    def _place(self, paragraph: Element) -> tuple[str, int] | None:
        """The list that a paragraph belongs to, and its level there."""
        own = child(paragraph, "w:pPr", "w:numPr")
        inherited = self._styles.of_paragraph(paragraph, "w:numPr") if own is None else own
        name = value(child(inherited, "w:numId"))
        if name is None and own is not None:
            style = (self._styles.numbering_of(s) for s in self._styles.names(paragraph))
            name = next((value(child(n, "w:numId")) for n in style if n is not None), None)
        if name is None or name not in self._lists:
            return None
        depth = integer(value(child(inherited, "w:ilvl")))
        if depth is None:
            depth = self._level_of_style(name, paragraph)
        return name, min(max(depth, 0), _LEVELS - 1)

    def _level_of_style(self, name: str, paragraph: Element) -> int:
        """The level that a list keeps for a paragraph's style."""
        design = self._designs.get(value(child(self._lists[name], "w:abstractNumId")) or "")
        styles = self._styles.names(paragraph)
        for level in design if design is not None else ():
            if value(child(level, "w:pStyle")) in styles:
                return integer(value(level, "w:ilvl")) or 0
        return 0

    def _design(self, name: str) -> tuple[str, tuple[_Level, ...]]:
        """What a list counts with, and its levels with the changes that this list makes to them."""
        if name not in self._levels:
            design = self._origin(name)
            levels = [_Level()] * _LEVELS
            overrides = self._lists[name].findall(full("w:lvlOverride"))
            elements = (
                self._designs[design].findall(full("w:lvl")) if design in self._designs else []
            )
            changed = [found for o in overrides if (found := child(o, "w:lvl")) is not None]
            for element in (*elements, *changed):
                depth = integer(value(element, "w:ilvl"))
                if depth is not None and 0 <= depth < _LEVELS:
                    levels[depth] = _level(element)
            self._levels[name] = (design, tuple(levels))
        return self._levels[name]

    def _origin(self, name: str) -> str:
        """The design of a list, where necessary through the style that the design stands for."""
        design = ""
        for _ in range(_LINKS):
            design = value(child(self._lists.get(name), "w:abstractNumId")) or ""
            link = value(child(self._designs.get(design), "w:numStyleLink"))
            through = value(child(self._styles.numbering_of(link), "w:numId")) if link else None
            if through is None:
                break
            name = through
        return design

    def _begin(self, name: str, depth: int, counter: list[int | None]) -> None:
        """Where a list starts counting anew, let it do so at its first paragraph of a level."""
        if (name, depth) in self._begun:
            return
        self._begun.add((name, depth))
        for override in self._lists[name].findall(full("w:lvlOverride")):
            start = integer(value(child(override, "w:startOverride")))
            if start is not None and integer(value(override, "w:ilvl")) == depth:
                counter[depth] = start - 1


def indent_of(element: Element | None) -> int | None:
    """How far a paragraph is set in, in twentieths of a point; None where nothing says so."""
    written = value(element, "w:left") or value(element, "w:start")
    characters = integer(value(element, "w:leftChars") or value(element, "w:startChars"))
    if integer(written) is None and characters is not None:
        return characters * _CHARACTER // 100
    return integer(written)


def _level(element: Element) -> _Level:
    restarts = integer(value(child(element, "w:lvlRestart")))
    start = integer(value(child(element, "w:start")))
    return _Level(
        start=1 if start is None else start,
        way=value(child(element, "w:numFmt")) or "decimal",
        text=(value(child(element, "w:lvlText")) or "")[:_LONGEST],
        gap="" if value(child(element, "w:suff")) == "nothing" else " ",
        figures=is_on(child(element, "w:isLgl")),
        indent=indent_of(child(element, "w:pPr", "w:ind")),
        restarts=restarts,
    )


def _label(level: _Level, levels: tuple[_Level, ...], counter: list[int | None]) -> str:
    """What stands before the text; a level above that has not been counted yet shows its start."""

    def number(place: re.Match[str]) -> str:
        depth = int(place[1]) - 1
        shown = levels[depth]
        reached = counter[depth]
        if shown.way == "none":
            return ""
        if level.figures:
            return str(shown.start if reached is None else reached)
        return counted(shown.start if reached is None else reached, shown.way)

    return _PLACE.sub(number, level.text).strip()
