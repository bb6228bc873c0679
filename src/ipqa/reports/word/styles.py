"""What the styles of a Word file say: which paragraphs are headings, and how text looks.

A property that a paragraph or a run does not have itself comes from its style, or from the style that
this one is based on. Built-in styles have English names in every language version of Word; what other
programs write may be named in Japanese.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ipqa.reports.office.xml import Element, child, full, integer, is_on, value

Role = Literal["title", "subtitle", "heading", "contents", "caption", "body"]
"""``contents``: a line of a table of contents."""

_BODY_SIZE = 20
_NO_OUTLINE = 9
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("title", re.compile(r"(?:title|表題|タイトル)")),
    ("subtitle", re.compile(r"(?:subtitle|副題|サブタイトル)")),
    (
        "contents",
        re.compile(
            r"(?:(?:toc|目次|contents?) ?(?:\d|heading|の?見出し)?|table of figures|図表目次)"
        ),
    ),
    ("caption", re.compile(r"(?:caption|図表番号|図表タイトル|表タイトル)")),
)
_HEADING = re.compile(r"(?:heading|見出し) ?([1-9])")
_LIST = re.compile(r"list (?P<kind>bullet|number) ?(?P<depth>\d?)")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a paragraph is to the report; ``level`` for a heading, from 1."""

    role: Role
    level: int | None = None


@dataclass(frozen=True, slots=True)
class _Style:
    """A style; one that the file uses without writing it out is known by its name alone."""

    identity: str
    name: str
    base: str | None = None
    element: Element | None = None


class Styles:
    """The styles of one file; ``root`` is None where it has none."""

    def __init__(self, root: Element | None) -> None:
        self._root = root
        self._styles: dict[str, _Style] = {}
        self._defaults: dict[str, str] = {}
        for element in root.iterfind(full("w:style")) if root is not None else ():
            identity = value(element, "w:styleId") or ""
            name = unicodedata.normalize("NFKC", value(child(element, "w:name")) or identity)
            base = value(child(element, "w:basedOn"))
            self._styles[identity] = _Style(identity, name.lower(), base, element)
            if value(element, "w:default") in {"1", "true", "on"}:
                self._defaults[value(element, "w:type") or ""] = identity
        self._chains: dict[tuple[str | None, str], tuple[_Style, ...]] = {}
        self._inherited: dict[tuple[str | None, tuple[str, ...]], Element | None] = {}

    def standing(self, paragraph: Element) -> Standing:
        """What its style and its outline level make of a paragraph."""
        outline = integer(value(child(paragraph, "w:pPr", "w:outlineLvl")))
        for style in self._chain(_style_of(paragraph)):
            role = next((r for r, pattern in _ROLES if pattern.fullmatch(style.name)), None)
            if role is not None:
                return Standing(role)
            if outline is None:
                outline = _outline_level(style)
        if outline is not None and outline < _NO_OUTLINE:
            return Standing("heading", outline + 1)
        return Standing("body")

    def list_depth(self, paragraph: Element) -> int | None:
        """The depth of an item by a style such as List Bullet 2; None for any other."""
        for style in self._chain(_style_of(paragraph)):
            if match := _LIST.fullmatch(style.name):
                return int(match["depth"] or 1) - 1
        return None

    def of_paragraph(self, paragraph: Element, name: str) -> Element | None:
        """A property (``w:numPr``) of a paragraph or its styles."""
        own = child(paragraph, "w:pPr", name)
        return own if own is not None else self._from(_style_of(paragraph), "w:pPr", name)

    def of_run(self, run: Element, paragraph: Element, name: str) -> Element | None:
        """A property (``w:sz``) of a run, its style, its paragraph's styles, or of all text."""
        found = child(run, "w:rPr", name)
        character = value(child(run, "w:rPr", "w:rStyle"))
        if found is None and character is not None:
            found = self._from(character, "w:rPr", name)
        if found is None:
            found = self._from(_style_of(paragraph), "w:rPr", name)
        if found is None:
            found = child(self._root, "w:docDefaults", "w:rPrDefault", "w:rPr", name)
        return found

    def size(self, run: Element, paragraph: Element) -> int:
        """The size of a run's characters in half points."""
        found = integer(value(self.of_run(run, paragraph, "w:sz")))
        return self.body_size if found is None else found

    def is_bold(self, run: Element, paragraph: Element) -> bool:
        """Whether a run is set in bold."""
        return is_on(self.of_run(run, paragraph, "w:b"))

    @cached_property
    def body_size(self) -> int:
        """The size of text that no one has set, in half points."""
        usual = self._from(None, "w:rPr", "w:sz")
        if usual is None:
            usual = child(self._root, "w:docDefaults", "w:rPrDefault", "w:rPr", "w:sz")
        return integer(value(usual)) or _BODY_SIZE

    def names(self, paragraph: Element) -> tuple[str, ...]:
        """The identities of a paragraph's styles, nearest first, by which numbering knows them."""
        return tuple(style.identity for style in self._chain(_style_of(paragraph)))

    def numbering_of(self, style: str) -> Element | None:
        """The numbering that a style for lists stands for."""
        return self._from(style, "w:pPr", "w:numPr")

    def may_fill(self, table: Element) -> bool:
        """Whether a table or its style may colour its cells."""
        chain = self._chain(value(child(table, "w:tblPr", "w:tblStyle")), "table")
        elements = [style.element for style in chain if style.element is not None]
        shades = [shade for element in elements for shade in element.iter(full("w:shd"))]
        return any(is_fill(shade) for shade in (*shades, child(table, "w:tblPr", "w:shd")))

    def _from(self, style: str | None, *names: str) -> Element | None:
        """What a style or the nearest of those that it is based on has at a path."""
        key = (style, names)
        if key not in self._inherited:
            found = (child(link.element, *names) for link in self._chain(style))
            self._inherited[key] = next((one for one in found if one is not None), None)
        return self._inherited[key]

    def _chain(self, style: str | None, kind: str = "paragraph") -> tuple[_Style, ...]:
        """A style (None: the usual one of its kind) and those that it is based on, each once."""
        key = (style, kind)
        if key not in self._chains:
            seen: dict[str, _Style] = {}
            following = self._defaults.get(kind) if style is None else style
            while following is not None and following not in seen:
                found = self._styles.get(following) or _Style(following, following.lower())
                seen[following] = found
                following = found.base
            self._chains[key] = tuple(seen.values())
        return self._chains[key]


def is_fill(shade: Element | None) -> bool:
    """Whether a shading puts a colour other than white behind the text."""
    if shade is None or value(shade) == "nil":
        return False
    pattern = value(shade) not in {None, "clear"}
    fill = (value(shade, "w:fill") or "auto").upper()
    return pattern or fill not in {"AUTO", "FFFFFF"}


def _style_of(paragraph: Element) -> str | None:
    return value(child(paragraph, "w:pPr", "w:pStyle"))


def _outline_level(style: _Style) -> int | None:
    """The outline level, from 0, that a style gives by itself; 9 is body text."""
    outline = integer(value(child(style.element, "w:pPr", "w:outlineLvl")))
    if outline is not None:
        return outline
    heading = _HEADING.fullmatch(style.name)
    return int(heading[1]) - 1 if heading else None
