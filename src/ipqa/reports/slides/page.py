"""One slide read: its title, and what stands on it in reading order, apart from what cannot be seen."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ipqa.reports.office.text import one_line, typed_item
from ipqa.reports.office.xml import child, full, name_of
from ipqa.reports.slides.backdrop import Backdrop
from ipqa.reports.slides.file import SlidesFile, SlideSource
from ipqa.reports.slides.graphics import Graphic, LeftOut, SlideTable, read_graphic
from ipqa.reports.slides.order import in_reading_order
from ipqa.reports.slides.shapes import Box, Shape, shapes_of
from ipqa.reports.slides.text import Hidden, Line, ShapeText, text_of

PageKind = Literal["cover", "section", "plain"]

_MARGINAL = {"ftr", "dt", "sldNum", "hdr"}
_TITLES = {"title", "ctrTitle"}
_TITLE_LENGTH = 60
_UPPER = 0.25
_LARGER = 1.15
_FEW_WORDS = 120
_FEW_TEXTS = 6
_SECTION_LAYOUT = re.compile(r"セクション|section|中扉|章扉|区切り", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"(?:社外秘|取扱注意|機密|confidential|draft).{0,8}|[(（]?案[)）]?|(?:資料|別紙)\s*[\d\-－]*|[△▲+\-約]?[\d,.]+\s*[%％兆億万千百円人名件社倍台個店ポイント]*|\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one shape; ``box`` is where it stands."""

    lines: tuple[Line, ...]
    box: Box | None = None

    @property
    def words(self) -> str:
        """All of it on one line."""
        return one_line("\n".join(line.text for line in self.lines))


Item = Text | Graphic


@dataclass(frozen=True, slots=True)
class Page:
    """A slide as it was read.

    Attributes:
        kind: the cover of the file, the heading of a section, or any other.
        title: empty where nothing on it can be taken for one.
        hidden: what a reader of the slide cannot see.
        notes: what the speaker is to say.
    """

    number: int
    kind: PageKind
    title: str
    items: tuple[Item, ...]
    hidden: tuple[Hidden, ...]
    notes: tuple[Line, ...]
    is_hidden: bool

    def with_items(self, items: Sequence[Item]) -> "Page":
        """The same slide with other things on it."""
        return replace(self, items=tuple(items))


def read_page(source: SlideSource, file: SlidesFile) -> Page:
    """Read a slide."""
    shapes = [
        shape
        for shape in shapes_of(source.element, source.behind)
        if shape.placeholder not in _MARGINAL
    ]
    reading = _Reading(source, file, shapes)
    titles = [shape for shape in shapes if shape.placeholder in _TITLES]
    title = " ".join(filter(None, (reading.text(shape).words for shape in titles[:1])))
    others = [shape for shape in shapes if shape not in titles[:1] or not title]
    items = [
        item for shape in in_reading_order(others) if (item := reading.item(shape)) is not None
    ]
    notes = (
        text_of(source.notes, addresses={}, on_white=False).lines
        if source.notes is not None
        else ()
    )
    kind = _kind(source, titles, items)
    hidden = tuple(reading.hidden)
    return Page(source.number, kind, title, tuple(items), hidden, notes, source.is_hidden)


def with_title(page: Page, height: int) -> Page:
    """A slide whose title fills no placeholder, with that title; ``height``: of the slide."""
    found = None if page.title else _largest(page.items, None if page.kind == "cover" else height)
    if found is None:
        return page
    items = tuple(item for item in page.items if item is not found)
    return replace(page, title=found.words, items=items)


class _Reading:
    """Reads the shapes of one slide, and keeps what cannot be seen."""

    def __init__(self, source: SlideSource, file: SlidesFile, shapes: Sequence[Shape]) -> None:
        self.hidden: list[Hidden] = []
        self._source = source
        self._slide = Box(0, 0, file.width, file.height)
        self._backdrop = Backdrop(source.element, source.behind, source.theme, shapes)

    def item(self, shape: Shape) -> Item | None:
        """What a shape says; None where it says nothing that can be seen."""
        reason = self._hidden_by(shape)
        if name_of(shape.element) != "p:graphicFrame":
            text = self.text(shape)
            return text if text.lines else None
        graphic = read_graphic(shape.element, self._source.related.get)
        if graphic is None or isinstance(graphic, LeftOut) or reason is None:
            if isinstance(graphic, SlideTable):
                self.hidden += graphic.hidden
            return graphic
        words = " ".join(t.text or "" for t in shape.element.iter(full("a:t")))
        self._hide(reason, words)
        return None

    def text(self, shape: Shape) -> Text:
        """The text of a shape that can be seen."""
        body = child(shape.element, "p:txBody")
        if body is None:
            return Text(())
        found = self._text(shape)
        reason = self._hidden_by(shape)
        if reason is not None:
            self._hide(reason, " ".join(line.text for line in found.lines))
            return Text(())
        self.hidden += found.hidden
        return Text(found.lines, shape.box)

    def _text(self, shape: Shape) -> ShapeText:
        body = child(shape.element, "p:txBody")
        looks = [child(body, "a:lstStyle")]
        looks += [child(holder, "p:txBody", "a:lstStyle") for holder in shape.holders]
        if shape.placeholder in {"body", "obj"}:
            looks.append(child(self._source.behind[-1], "p:txStyles", "p:bodyStyle"))
        coloured = body is not None and next(body.iter(full("a:solidFill")), None) is not None
        return (
            text_of(
                body,
                [look for look in looks if look is not None],
                addresses=self._source.addresses,
                on_white=coloured and self._backdrop.is_white(shape),
            )
            if body is not None
            else ShapeText((), ())
        )

    def _hidden_by(self, shape: Shape) -> str | None:
        if shape.is_hidden:
            return "非表示の図形"
        if shape.box is not None and not shape.box.overlaps(self._slide):
            return "スライドの外"
        return None

    def _hide(self, reason: str, words: str) -> None:
        found = " ".join(words.split())[:_TITLE_LENGTH]
        if found:
            self.hidden.append(Hidden(reason, found))


def _kind(source: SlideSource, titles: Sequence[Shape], items: Sequence[Item]) -> PageKind:
    kind, name = source.layout
    centred = any(shape.placeholder == "ctrTitle" for shape in titles)
    if source.number == 1 and (kind == "title" or centred or _could_be_cover(items)):
        return "cover"
    return "section" if kind == "secHead" or _SECTION_LAYOUT.search(name) else "plain"


def _could_be_cover(items: Sequence[Item]) -> bool:
    """Whether a slide holds a few words and nothing else, such as a date and names."""
    texts = [item for item in items if isinstance(item, Text)]
    return (
        0 < len(items) == len(texts) <= _FEW_TEXTS
        and sum(len(text.words) for text in texts) <= _FEW_WORDS
        and not any(line.bullet or typed_item(line.text) for text in texts for line in text.lines)
    )


def _largest(items: Sequence[Item], height: int | None) -> Text | None:
    """The text that stands as a title: large, short, and, below a given height, at the top."""
    texts = [item for item in items if isinstance(item, Text)]
    candidates = [
        text
        for text in texts
        if len(text.words) <= _TITLE_LENGTH
        and not text.words.endswith("。")
        and not _NO_TITLE.fullmatch(text.words)
        and (height is None or (text.box is not None and text.box.top < _UPPER * height))
    ]
    if not candidates:
        return None
    usual = statistics.median(_size(text) for text in texts)
    large = [text for text in candidates if _size(text) >= _LARGER * usual]
    if height is None and large:
        return max(large, key=_size)
    return min(large or candidates, key=lambda text: text.box.top if text.box else 0)


def _size(text: Text) -> int:
    return max(line.size for line in text.lines)
