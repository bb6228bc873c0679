"""The blocks of a web page, made of its text as it comes.

The walk through a page says where lines, headings, items and cells begin and end; ``Scribe`` gathers the
text in between and writes the blocks.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from ipqa.reports.builder import SOURCE_LIST_HEADING
from ipqa.reports.grid import Cell, Grid
from ipqa.reports.tables import CAPTION
from ipqa.reports.warnings import WarningCode
from ipqa.reports.web.tables import OpenTable, read_table
from ipqa.reports.web.text import BREAK, paragraphs, plain

Finding = tuple[WarningCode, dict[str, str | int]]
"""What a warning will say."""

UNIT = re.compile(r"^[(（]?単位")
"""How a line between the caption of a table and the table begins."""

_MOSTLY = 1.1
_NO_LETTER = re.compile(r"\W+")
_ONLY_NUMBER = re.compile(r"[\[［【(（]?(\d{1,3})[\]］】)）.．]?")


@dataclass(slots=True)
class Count:
    """Of how many letters a text consists, and how many of these stand in links.

    Attributes:
        links: how many links there are.
        linked: letters in links; ``jumping``: in links to a place of the same page.
        bold: letters in bold type.
    """

    links: int = 0
    letters: int = 0
    linked: int = 0
    jumping: int = 0
    bold: int = 0

    @property
    def only_links(self) -> bool:
        """Whether there is nothing worth mentioning but links."""
        return 0 < self.letters <= self.linked * _MOSTLY

    @property
    def only_jumps(self) -> bool:
        """Whether there is nothing worth mentioning but links within the page."""
        return 0 < self.letters <= self.jumping * _MOSTLY


@dataclass(slots=True)
class WebBlock:
    """A heading, paragraph, item or table of a page.

    Attributes:
        text: what a person reads; of a table, its title.
        raw: the same with signs; empty where there are none.
        level: of a heading, 1 to 6; the depth of an item.
        label: the number of an item.
        note: the mark, sign and number, that links here.
        is_source: whether it stands in a source list or marks link to it.
        end: of a heading, the index of the first block beyond the element that it heads; 0 for none.
        findings: what to warn of once it is told.
    """

    kind: Literal["heading", "paragraph", "item", "table", "nothing"]
    text: str = ""
    raw: str = ""
    level: int = 0
    label: str = ""
    note: tuple[str, int] | None = None
    is_source: bool = False
    count: Count = field(default_factory=Count)
    grid: Grid | None = None
    end: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Holder:
    """An element whose text is one block whatever elements are in it, but for a ``paragraph``."""

    kind: Literal["heading", "item", "paragraph"]
    level: int = 0
    label: str = ""


class Scribe:
    """Gathers text and writes blocks.

    Attributes:
        blocks: those written, in order.
        findings: what to warn of with the next block.
        pieces: the text gathered for it, with signs; ``count`` counts that.
        picture: what stands for it if no text comes.
        note: the mark that the next paragraph or item explains.
        table: the table being read.
    """

    def __init__(self) -> None:
        self.blocks: list[WebBlock] = []
        self.findings: list[Finding] = []
        self.pieces: list[str] = []
        self.count = Count()
        self.picture = ""
        self.note: tuple[str, int] | None = None
        self.table: OpenTable | None = None
        self._holders: list[Holder] = []
        self._in_sources = False

    @property
    def in_heading(self) -> bool:
        """Whether the text being gathered is a heading."""
        return self.table is None and bool(self._holders) and self._holders[-1].kind == "heading"

    @property
    def depth(self) -> int:
        """How deep an item would lie that began here."""
        return next((h.level + 1 for h in reversed(self._holders) if h.kind == "item"), 0)

    def write(self, text: str, *, letters_of: str) -> None:
        """Go on with a text; ``letters_of`` is that in it which counts as words."""
        self.pieces.append(text)
        self.count.letters += len(_NO_LETTER.sub("", letters_of))

    def stand_apart(self) -> None:
        """What follows does not continue the line."""
        if self.table is not None or (self._holders and self._holders[-1].kind != "paragraph"):
            self.pieces.append(BREAK)
        else:
            self.flush()

    def hold(self, holder: Holder) -> bool:
        """Gather the text of an element, whatever is in it, for one block; not within a table, whose cells hold it."""
        if self.table is not None:
            self.pieces.append(BREAK)
            return False
        self.flush()
        if holder.kind == "heading":  # an item with a heading in it only positions what it holds
            for outer in self._holders:
                outer.kind = "paragraph"
        self._holders.append(holder)
        return True

    def release(self) -> None:
        """The element ends whose text was held."""
        self.flush()
        self._holders.pop()

    def end_unclosed_heading(self) -> None:
        """A heading with text and then a paragraph, list or table in it was not closed."""
        if self.in_heading and self.count.letters:
            self.flush()
            self._holders[-1].kind = "paragraph"

    def flush(self) -> None:
        """Make blocks of the text gathered."""
        raw = "".join(self.pieces) if self.count.letters or not self.picture else self.picture
        count = self.count
        self._clear()
        holder = self._holders[-1] if self._holders else Holder("paragraph")
        for part in paragraphs(raw) if holder.kind == "paragraph" else [raw]:
            if text := plain(part, line_break="\n" if holder.kind == "heading" else BREAK):
                block = WebBlock(holder.kind, text, part, holder.level, holder.label, count=count)
                self.add(block)
                holder.label = ""

    def add(self, block: WebBlock) -> None:
        """Write a block; the number of a note or entry goes with the text that follows it."""
        if block.kind == "heading":
            self.note = None
            self._in_sources = SOURCE_LIST_HEADING.match(block.text) is not None
        elif block.kind != "table":
            if self._in_sources and (number := _ONLY_NUMBER.fullmatch(block.text)):
                self.note = self.note or ("", int(number[1]))
                return
            if self.note is not None and not without_label(block.text, self.note):
                return
            block.note, self.note = self.note, None
        block.is_source = self._in_sources or block.note is not None
        block.findings, self.findings = self.findings, []
        self.blocks.append(block)

    def end_cell(self, rows: int, columns: int, *, heading: bool) -> None:
        """A cell of the table being read ends; links of a source list keep their addresses."""
        if self.table is not None and self.table.rows:
            text = plain("".join(self.pieces), line_break=" ", addresses=self._in_sources)
            self.table.rows[-1].append(Cell(text, rows, columns, heading))
        self._clear()

    def end_caption(self) -> None:
        """The caption of the table being read ends."""
        if self.table is not None:
            self.table.caption = plain("".join(self.pieces), line_break=" ")
        self._clear()

    def end_table(self) -> None:
        """Write the table that was being read, and the lines above and below it."""
        table = read_table(self.table or OpenTable())
        self.table = None
        self._clear()
        if table.title:
            self._add_line(table.title)
        if table.grid is not None:
            title = "" if UNIT.match(table.title) else table.title
            self.add(WebBlock("table", title, grid=table.grid))
        for line in filter(None, table.lines):
            self._add_line(line)

    def title_table_above(self) -> None:
        """A caption below a table is its title."""
        if len(self.blocks) > 1:
            table, caption = self.blocks[-2:]
            if table.kind == "table" and not table.text and CAPTION.match(caption.text):
                table.text = caption.text

    def add_line(self, text: str) -> None:
        """Write a paragraph of a text without signs."""
        self.flush()
        self._add_line(text)

    def _add_line(self, text: str) -> None:
        letters = len(_NO_LETTER.sub("", text))
        self.add(WebBlock("paragraph", text, count=Count(letters=letters)))

    def _clear(self) -> None:
        self.pieces = []
        self.count = Count()
        self.picture = ""


def without_label(text: str, note: tuple[str, int]) -> str:
    """The text of a note without its number."""
    series, number = note
    own = rf"(?:{re.escape(series)})?\s?{number}"
    sign = rf"{re.escape(series)}\s?{number}(?!\d)" if series else rf"{number}(?=\s|$)"
    label = rf"(?:[\[［(（]\s?{own}[\]］)）]+|{own}[.．:：、)）]+(?!\d)|{sign})[.．:：、]?\s*"
    return re.sub(rf"^(?:\^\s*)?(?:{label})?", "", text).strip()
