"""PowerPoint (PPTX) to a Report: a slide is a section.

python-pptx opens the package; ``page`` reads the slides one by one; this module tells the
builder what they are to the whole.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ipqa.reports.builder import SOURCE_LIST_HEADING, ReportBuilder
from ipqa.reports.grid import unfold
from ipqa.reports.marks import take_marks_out
from ipqa.reports.office.charts import Chart
from ipqa.reports.office.text import (
    TypedSigns,
    is_unit,
    one_line,
    typed_entry,
    typed_item,
    useful_title,
)
from ipqa.reports.slides.file import open_slides
from ipqa.reports.slides.graphics import LeftOut, SlideTable
from ipqa.reports.slides.page import Item, Page, Text, read_page, with_title
from ipqa.reports.slides.text import Line
from ipqa.reports.tables import CAPTION

_NOTE = "ノート: "
_FOUND = 60
_CAPTION_LENGTH = 60
_SENTENCE_LENGTH = 40
_LONGEST_NAME = 100
_OFTEN = 3
_MARGIN = 0.15
_OWNER = re.compile(r"©|\(c\)|copyright|all rights reserved|confidential|社外秘", re.IGNORECASE)
_REMARK = re.compile(r"※|[(（\[]?(?:注|出典|出所|資料)[)）\]\s:：0-9０-９]")
_CONTINUED = re.compile(
    r"[（(](?:続き|つづき|承前|cont(?:inued|\.)?|\d+\s*[/／]\s*\d+)[)）]\s*$", re.IGNORECASE
)
_CONTENTS = re.compile(
    r"(?:本日の)?(?:目次|もくじ|contents|アジェンダ|agenda|内容|構成|議題)", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?:p\.?|-|－)?\s*[0-9０-９]{1,3}(?:\s*[/／]\s*[0-9０-９]{1,3})?\s*[-－]?", re.IGNORECASE
)
_NUMBERING = re.compile(r"^(?:第?\d{1,2}[章部.．)]?|[ivx]+\.|[・…\d]+)|[…・.\t]*p?\d{1,3}$")


def read_slides(raw: bytes, builder: ReportBuilder, path: Path) -> str:
    """Hand the slides of a PowerPoint file to the builder, and return the report's title.

    What the speaker is to say is told at the end of its slide, each paragraph after 「ノート: 」: it
    often holds the reasons and sources that the slide leaves out, but its readers have not seen it.
    Hidden slides, notes and all, are left out with a warning.

    Args:
        raw: the file.
        builder: is told what the file holds.
        path: names the file in messages.

    Raises:
        ReadError: the file is broken, encrypted or would unpack to too much.
    """
    file = open_slides(raw, path)
    pages = [read_page(source, file) for source in file.slides]
    shown = [page for page in pages if not page.is_hidden]
    shown, furniture = _without_furniture(shown, file.height)
    shown = [with_title(page, file.height) for page in shown]
    telling = _Telling(builder, shown)
    at = {page.number: page for page in shown}
    for page in pages:
        builder.page = page.number
        if page.is_hidden:
            found = page.title or f"スライド{page.number}"
            builder.warn("hidden_text", reason="非表示のスライド", found=found[:_FOUND])
        else:
            telling.page(at[page.number])
    for words, count in furniture.items():
        builder.page = None
        builder.warn("page_furniture", count=count, found=words[:_FOUND])
    return _title(shown, file.title)


def _title(pages: Sequence[Page], property_title: str) -> str:
    """The title of the cover; without a cover that of the file's properties, or the first slide's."""
    proposed = useful_title(property_title)
    titled = [page for page in pages if page.title]
    if titled and (titled[0].kind == "cover" or not proposed):
        return take_marks_out(titled[0].title)[0]
    return proposed


def _without_furniture(pages: Sequence[Page], height: int) -> tuple[list[Page], Counter[str]]:
    """The pages without what stands in the margin of most of them, and how often each of that did."""
    places = Counter(
        (item.words, item.box)
        for page in pages
        for item in page.items
        if isinstance(item, Text) and _is_marginal(item, height)
    )
    repeated = {
        (words, box): count
        for (words, box), count in places.items()
        if (count >= _OFTEN and 2 * count >= len(pages)) or (count > 1 and _OWNER.search(words))
    }
    kept = [
        page.with_items(
            [
                item
                for item in page.items
                if not isinstance(item, Text)
                or ((item.words, item.box) not in repeated and not _is_number(item, height))
            ]
        )
        for page in pages
    ]
    found: Counter[str] = Counter()
    for (words, _), count in repeated.items():
        found[words] += count
    return kept, found


def _is_marginal(text: Text, height: int) -> bool:
    box = text.box
    return box is not None and (box.bottom <= _MARGIN * height or box.top >= (1 - _MARGIN) * height)


def _is_number(text: Text, height: int) -> bool:
    """Whether a text is the number of its slide, typed in the margin."""
    return _is_marginal(text, height) and _NUMBER.fullmatch(text.words) is not None


class _Telling:
    """Tells the builder slide by slide; knows which came before, and which there are."""

    def __init__(self, builder: ReportBuilder, pages: Sequence[Page]) -> None:
        self._builder = builder
        self._titles = {_plain(page.title) for page in pages if page.title}
        self._level = 1
        self._last = ""
        self._title = ""
        self._caption = ""
        self._unit = ""
        self._told_contents = False

    def page(self, page: Page) -> None:
        """Tell a slide."""
        if self._lists_contents(page):
            if not self._told_contents:
                self._builder.warn("left_out", what="目次")
            self._told_contents = True
            return
        self._caption = self._unit = ""
        self._heading(page)
        for hidden in page.hidden:
            self._builder.warn("hidden_text", reason=hidden.reason, found=hidden.found)
        for item in page.items:
            self._item(item, apart=page.kind == "cover")
        for line in page.notes:
            self._builder.paragraph(f"{_NOTE}{one_line(line.text)}")

    def _heading(self, page: Page) -> None:
        """Open a section, unless the slide goes on with the one before it; the cover opens none."""
        self._title = _CONTINUED.sub("", page.title).rstrip() or f"スライド{page.number}"
        if page.kind == "cover" and page.title:
            return
        if page.kind == "section" or SOURCE_LIST_HEADING.match(self._title):
            self._builder.heading(self._title, 1)
            self._level = 2 if page.kind == "section" else 1
        elif _plain(self._title) != self._last:
            self._builder.heading(self._title, self._level)
        self._last = _plain(self._title)

    def _lists_contents(self, page: Page) -> bool:
        """Whether a slide does nothing but name those that follow."""
        if page.kind != "plain" or not _CONTENTS.fullmatch(_plain(page.title)):
            return False
        lines = [
            name
            for item in page.items
            if isinstance(item, Text)
            for line in item.lines
            if (name := _NUMBERING.sub("", _plain(line.text)[:_LONGEST_NAME]))
        ]
        named = sum(any(line in title or title in line for title in self._titles) for line in lines)
        return 2 * named >= len(lines)

    def _item(self, item: Item, *, apart: bool) -> None:
        match item:
            case Text():
                self._text(item, apart=apart)
            case SlideTable():
                grid = unfold(item.rows, first_row_heads=item.first_row_heads)
                if grid is not None:
                    title = self._caption and self._caption + self._unit
                    self._builder.table(title, grid.header, grid.rows)
            case Chart():
                title = item.title or f"{self._title}のグラフ"
                self._builder.table(title, item.grid.header, item.grid.rows)
            case LeftOut():
                self._builder.warn("left_out", what=item.what)
            case _:
                for line in item:
                    self._builder.list_item(one_line(line.text), depth=line.depth)
        if not isinstance(item, Text):
            self._caption = self._unit = ""

    def _text(self, text: Text, *, apart: bool) -> None:
        """Tell the text of a shape; ``apart``: its lines have nothing to do with each other."""
        if is_unit(text.words):
            self._unit = text.words
        else:
            captioned = CAPTION.match(text.words) and len(text.words) <= _CAPTION_LENGTH
            self._caption = text.words if captioned else ""
            self._unit = ""
        signs = TypedSigns()
        for at, line in enumerate(text.lines):
            following = text.lines[at + 1] if at + 1 < len(text.lines) else None
            self._line(line, following, signs, alone=apart or len(text.lines) == 1)

    def _line(self, line: Line, following: Line | None, signs: TypedSigns, *, alone: bool) -> None:
        """Tell one paragraph; ``alone``: it has nothing to do with those beside it."""
        text = one_line(line.text).strip()
        if self._builder.in_source_list:
            self._source(line, text)
            return
        typed = None if line.bullet else typed_item(text)
        if typed is not None:
            depth = line.depth + signs.depth(typed)
            self._builder.list_item(typed.text, depth=depth, label=typed.label)
        elif (alone and not line.label) or (not line.bullet and _runs(line, text, following)):
            self._builder.paragraph(text)
        else:
            self._builder.list_item(text, depth=line.depth, label=line.label)

    def _source(self, line: Line, text: str) -> None:
        """Tell a line of a list of sources."""
        entry = typed_entry(f"{line.label} {text}" if line.label else text)
        addresses = [address for address in line.addresses if address not in text]
        if entry is not None:
            self._builder.reference(entry[0], " ".join([entry[1], *addresses]))
        else:
            self._builder.paragraph(" ".join([text, *addresses]))


def _runs(line: Line, text: str, following: Line | None) -> bool:
    """Whether a line without a bullet is running text, or leads into the lines that follow it."""
    leads = following is not None and (
        following.bullet or following.depth > line.depth or typed_item(following.text) is not None
    )
    remark = _REMARK.match(text) is not None
    return leads or remark or text.endswith("。") or len(text) > _SENTENCE_LENGTH


def _plain(title: str) -> str:
    """A title for comparing: in NFKC, without white space and the sign that it is continued."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", _CONTINUED.sub("", title))).lower()
