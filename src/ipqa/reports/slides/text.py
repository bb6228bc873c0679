"""The text of a shape, paragraph by paragraph: what a reader sees of it, and what is hidden."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ipqa.reports.office.counting import counted
from ipqa.reports.office.formula import formula_text
from ipqa.reports.office.text import Piece, put_together
from ipqa.reports.office.xml import Element, child, chosen, full, integer, name_of, value

_TINY = 100
"""Hundredths of a point."""

_USUAL_SIZE = 1800
_OPAQUE = 5000
_FOUND = 60
_DEEPEST = 8
_BACKGROUND_COLOURS = {"bg1", "lt1"}
_WAYS = (
    (re.compile(r"circleNum"), "decimalEnclosedCircle"),
    (re.compile(r"alphaLc"), "lowerLetter"),
    (re.compile(r"alphaUc"), "upperLetter"),
    (re.compile(r"romanLc"), "lowerRoman"),
    (re.compile(r"romanUc"), "upperRoman"),
    (re.compile(r"arabicDb"), "decimalFullWidth"),
    (re.compile(r"ea1(?:Jpn|Chs|Cht)"), "japaneseCounting"),
)
_AROUND = (("ParenBoth", "({})"), ("ParenR", "{})"), ("Period", "{}."), ("Minus", "{}-"))


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of a shape; ``bullet``: it has a sign or a number, ``label``, before it."""

    text: str
    depth: int = 0
    bullet: bool = False
    label: str = ""
    size: int = _USUAL_SIZE
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hidden:
    """Text that a reader cannot see, and why."""

    reason: str
    found: str


@dataclass(frozen=True, slots=True)
class ShapeText:
    """What a shape says, and what it hides."""

    lines: tuple[Line, ...]
    hidden: tuple[Hidden, ...]


def text_of(
    body: Element, defaults: Sequence[Element] = (), *, addresses: dict[str, str], on_white: bool
) -> ShapeText:
    """The text of a shape or a cell.

    Args:
        body: its paragraphs (p:txBody, a:txBody).
        defaults: how paragraphs of each depth look, if they do not say themselves, nearest first.
        addresses: where the hyperlinks of the slide lead.
        on_white: whether white text could not be seen there.
    """
    counter: dict[int, tuple[str, int]] = {}
    lines: list[Line] = []
    hidden: list[Hidden] = []
    for paragraph in body.iterfind(full("a:p")):
        reading = _Reading(paragraph, addresses, on_white=on_white)
        hidden += reading.hidden
        text = put_together(reading.pieces)
        if not text.strip():
            continue
        own = child(paragraph, "a:pPr")
        depth = min(max(integer(value(own, "lvl")) or 0, 0), _DEEPEST)
        looks = [own, *(child(look, f"a:lvl{depth + 1}pPr") for look in defaults)]
        sign = _sign([look for look in looks if look is not None])
        label = _counted(sign, depth, counter)
        bullet = sign is not None and name_of(sign) != "a:buNone"
        lines.append(Line(text, depth, bullet, label, reading.size, tuple(reading.links)))
    return ShapeText(tuple(lines), tuple(hidden))


def _sign(looks: Sequence[Element]) -> Element | None:
    """The bullet or numbering (or that there is none) of a paragraph that looks so, nearest first."""
    names = {"a:buNone", "a:buChar", "a:buAutoNum", "a:buBlip"}
    return next((part for look in looks for part in look if name_of(part) in names), None)


def _counted(sign: Element | None, depth: int, counter: dict[int, tuple[str, int]]) -> str:
    """The number of a paragraph, as PowerPoint counts: on while the kind of numbering is the same."""
    for deeper in [level for level in counter if level > depth]:
        del counter[deeper]
    if sign is None or name_of(sign) != "a:buAutoNum":
        counter.pop(depth, None)
        return ""
    kind = value(sign, "type") or "arabicPeriod"
    before, number = counter.get(depth, ("", 0))
    number = number + 1 if before == kind else integer(value(sign, "startAt")) or 1
    counter[depth] = (kind, number)
    way = next((name for pattern, name in _WAYS if pattern.match(kind)), "decimal")
    around = next((form for end, form in _AROUND if kind.endswith(end)), "{}")
    return around.format(counted(number, way))


class _Reading:
    """One paragraph read: its visible pieces, its hidden ones, its links, its largest characters."""

    def __init__(self, paragraph: Element, addresses: dict[str, str], *, on_white: bool) -> None:
        self.pieces: list[Piece] = []
        self.hidden: list[Hidden] = []
        self.links: list[str] = []
        self.size = 0
        self._addresses = addresses
        self._on_white = on_white
        for part in _parts(paragraph):
            self._read(part)
        self.size = self.size or _USUAL_SIZE

    def _read(self, part: Element) -> None:
        match name_of(part):
            case "a:r":
                self._run(part)
            case "a:br":
                self.pieces.append(Piece("\n"))
            case "a:fld" if not (value(part, "type") or "").startswith("slidenum"):
                self._run(part)
            case "m:oMath" | "m:oMathPara":
                self.pieces.append(Piece(formula_text(part)))
            case _:
                pass

    def _run(self, run: Element) -> None:
        words = child(run, "a:t")
        text = (words.text or "" if words is not None else "").replace("\v", "\n")
        look = child(run, "a:rPr")
        reason = _hidden_by(look, on_white=self._on_white) if text.strip() else None
        if reason is not None:
            self.hidden.append(Hidden(reason, " ".join(text.split())[:_FOUND]))
            return
        raised = (integer(value(look, "baseline")) or 0) > 0
        self.pieces.append(Piece(text, raised))
        if text.strip():
            self.size = max(self.size, integer(value(look, "sz")) or 0)
        link = self._addresses.get(value(child(look, "a:hlinkClick"), "r:id") or "")
        if link is not None:
            self.links.append(link)


def _parts(paragraph: Element) -> Iterator[Element]:
    """What a paragraph is made of; formulas stand in wrappings of several kinds."""
    for part in paragraph:
        name = name_of(part)
        if name == "mc:AlternateContent":
            rendering = chosen(part)
            yield from _parts(rendering) if rendering is not None else ()
        elif name == ":m":
            yield from part
        else:
            yield part


def _hidden_by(look: Element | None, *, on_white: bool) -> str | None:
    """Why a reader cannot see a run, or None where nothing hides it."""
    size = integer(value(look, "sz"))
    if size is not None and size <= _TINY:
        return "極小の文字"
    colour = child(look, "a:solidFill")
    for inner in colour if colour is not None else ():
        opaque = integer(value(child(inner, "a:alpha")))
        if opaque is not None and opaque <= _OPAQUE:
            return "透明な文字"
        white = (value(inner, "val") or "").upper() == "FFFFFF" or (
            value(inner, "val") in _BACKGROUND_COLOURS and not len(inner)
        )
        if white and on_white:
            return "白い文字"
    return None
