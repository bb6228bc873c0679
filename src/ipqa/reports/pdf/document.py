"""PDF with text in it to a Report.

A page of a PDF is characters at places, nothing else. Page by page they become lines; what repeats at
the edge of every page goes; the lines become columns, columns become paragraphs, and what a paragraph
is follows from how it is set compared with the rest. The modules named ``page_…`` do this without PDF.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ipqa.errors import FileBroken, NoTextLayer
from ipqa.reports.builder import SOURCE_LIST_HEADING, ReportBuilder
from ipqa.reports.pdf.blocks import Block, Note
from ipqa.reports.pdf.columns import Placed, Region, reading_order
from ipqa.reports.pdf.furniture import (
    Sheet,
    Style,
    body_style,
    take_furniture_off,
    without_contents,
)
from ipqa.reports.pdf.glyphs import PageContent, Turn, faces
from ipqa.reports.pdf.grids import FoundTable
from ipqa.reports.pdf.labels import DEPTHS, HEADING_KINDS, Label, as_written
from ipqa.reports.pdf.notes import take_notes
from ipqa.reports.pdf.outline import heading_levels
from ipqa.reports.pdf.small_type import Ruby, words_of
from ipqa.reports.pdf.tables import find_tables
from ipqa.reports.pdf.text import (
    Line,
    Paragraph,
    append,
    goes_over,
    is_caption,
    lines_of,
    mend_edges,
    paragraphs,
)
from ipqa.reports.pdf.title import find_title
from ipqa.reports.tables import CAPTION
from ipqa.reports.warnings import WarningCode

_FOUND_LENGTH = 60
_MOST_FURNITURE = 200
_SAME_INDENT = 0.5
_BETWEEN_HALVES = 8
_LARGER = 1.08
"""Larger type than this, against the running text, is a heading, which does not go on elsewhere."""

_ASIDE = 0.93
"""Smaller type than this, against that of a paragraph, is not part of the running text."""

_UNIT = re.compile(r"^[(（\[［]?\s*単位")
_SPEAKER = re.compile(r"^[QAＱＡ][.．:：]?[ \u3000]*.*[。？?！!]$", re.DOTALL)
_CONTINUED = re.compile(r"(?:続き|つづき|続)\s*[)）]?$")
_ENTRY = re.compile(r"^[\[［【(（]?(?P<number>\d{1,3})[\]］】)）.．:：][ \u3000]*(?P<text>\S.*)$")


@dataclass(slots=True)
class _Reading:
    """What has been taken in of the pages, and what is to be said of each."""

    sheets: list[Sheet] = field(default_factory=list)
    remarks: dict[int, list[tuple[WarningCode, dict[str, str | int]]]] = field(default_factory=dict)
    furniture: list[str] = field(default_factory=list)
    pictured: set[int] = field(default_factory=set)
    rubies: set[Ruby] = field(default_factory=set)

    def remark(self, page: int, code: WarningCode, /, **details: str | int) -> None:
        """Something to be said of a page."""
        self.remarks.setdefault(page, []).append((code, details))


def read_pdf(raw: bytes, builder: ReportBuilder, path: Path) -> str:
    """Hand what a PDF holds to the builder, and return the report's title.

    Args:
        raw: the file's bytes.
        builder: is told everything, page by page.
        path: what errors call the file.

    Raises:
        PasswordNeeded: it cannot be opened without a password.
        FileBroken: it is no PDF, or a broken one.
        UnpacksTooLarge: it would unpack to too much.
        NoTextLayer: there is no text on any page.
    """
    from ipqa.reports.pdf.file import PdfFile  # noqa: PLC0415 - pdfminer takes long to import

    file = PdfFile(raw, path)
    reading = _Reading()
    broken = 0
    for number, content in enumerate(file.pages(), start=1):
        if content is None:
            broken += 1
            reading.remark(number, "left_out", what=f"{number}ページ(壊れていて読めない)")
        else:
            _take_in(content, number, reading)
    if broken == file.page_count:
        raise FileBroken(
            path=path, format="PDF", reason="no readable page", reason_ja="読めるページがない"
        )
    body = body_style(reading.sheets)
    furniture = [*reading.furniture, *take_furniture_off(reading.sheets, body)]
    with_text = {sheet.page for sheet in reading.sheets if sheet.words or sheet.tables}
    if not with_text:
        raise NoTextLayer(path=path, pages=file.page_count)
    for page in reading.pictured - with_text:
        reading.remark(page, "page_without_text", page=page)
    if furniture:
        example = max(furniture, key=len)[:_FOUND_LENGTH]
        builder.warn("page_furniture", count=len(furniture), found=example)
    blocks = _blocks(reading, body)
    title = find_title(blocks, body, file.title())
    levels = heading_levels(blocks, body, file.bookmarks())
    _Teller(builder, reading).tell(blocks, levels)
    return title


def _take_in(content: PageContent, number: int, reading: _Reading) -> None:
    """Find the tables and words of a page."""
    _remark_on(content, number, reading)
    if content.crowded:
        content.rules, content.shades = [], []
    if len(content.furniture) > max(_MOST_FURNITURE, len(content.glyphs)):
        content.glyphs += content.furniture  # a part that was never closed, or marked in error
    else:
        reading.furniture += [words.text for words in words_of(content.furniture)[0]]
    for face in faces(content):
        found = find_tables(face.rules, face.shades, face.glyphs)
        words, rubies = words_of(found.rest, face.dots)
        for table in found.tables:
            table.page = number
        if face.turn is Turn.VERTICAL:
            reading.remark(number, "vertical_text", page=number)
        for ruby in rubies:
            if ruby not in reading.rubies:
                reading.rubies.add(ruby)
                reading.remark(number, "ruby", base=ruby.base, ruby=ruby.reading)
        boxes = [*found.frames, *face.shades]
        reading.sheets.append(Sheet(number, face.width, face.height, words, found.tables, boxes))


def _remark_on(content: PageContent, number: int, reading: _Reading) -> None:
    """Say what is not read of a page."""
    for reason, hidden in content.hidden.items():
        if text := hidden.strip():
            reading.remark(number, "hidden_text", reason=reason, found=text[:_FOUND_LENGTH])
    if content.pictures:
        reading.pictured.add(number)
    left_out = [content.cut] if content.cut else []
    if content.undecoded:
        left_out.append(f"文字として読めない字形{content.undecoded}字(〓で示す)")
    if content.crowded:
        left_out.append("表(罫線が多すぎるため、文字だけを読む)")
    if slanted := "".join(g.text for g in content.glyphs if g.turn is Turn.SLANTED).strip():
        left_out.append(f"斜めの文字「{slanted[:_FOUND_LENGTH]}」")
    for what in left_out:
        reading.remark(number, "left_out", what=f"{number}ページの{what}")


def _blocks(reading: _Reading, body: Style) -> list[Block]:
    """Everything that is left on the pages in the order of reading, put together to blocks."""
    items: list[Line | FoundTable] = []
    regions: list[Region] = []
    right = max((words.x1 for sheet in reading.sheets for words in sheet.words), default=0.0)
    for sheet in reading.sheets:
        placed: list[Placed] = [*sheet.words, *sheet.tables]
        for region in reading_order(placed, sheet.boxes, min(right, sheet.width)):
            items += lines_of(region, sheet.page, len(regions))
            regions.append(Region([], region.limit, region.edge))
        sheet.words, sheet.tables = [], []
    items, contents = without_contents(items)
    for page in contents:
        reading.remark(page, "left_out", what="目次")
    mend_edges([item for item in items if isinstance(item, Line)], regions)
    items, notes = take_notes(items, body)
    return _with_notes(_joined_over(paragraphs(items), body), notes)


def _joined_over(
    blocks: Sequence[Paragraph | FoundTable], body: Style
) -> list[Paragraph | FoundTable]:
    """Paragraphs and tables that go on in another column or on the next page, joined.

    What stands between the halves of a paragraph (a table, the words of a picture) follows it.
    """
    joined: list[Paragraph | FoundTable] = []
    taken: set[int] = set()
    for number, block in enumerate(blocks):
        if number in taken:
            continue
        if isinstance(block, FoundTable):
            taken |= _continue_table(block, blocks, number)
        elif block.first.size <= _LARGER * body.size:
            other = number
            while (next_one := _other_half(block, blocks, other)) is not None:
                other, half = next_one
                append(block, half.lines, half.text)
                taken.add(other)
        joined.append(block)
    return joined


def _other_half(
    paragraph: Paragraph, blocks: Sequence[Paragraph | FoundTable], number: int
) -> tuple[int, Paragraph] | None:
    """The paragraph that goes on with one, and its number, across what may stand in between."""
    for other in range(number + 1, min(len(blocks), number + _BETWEEN_HALVES)):
        block = blocks[other]
        if isinstance(block, FoundTable):
            continue
        if block.first.region != paragraph.lines[-1].region and goes_over(paragraph, block.first):
            return other, block
        aside = is_caption(block.text) or _UNIT.match(block.text) is not None
        if not aside and block.first.size > _ASIDE * paragraph.first.size:
            return None
    return None


def _continue_table(
    table: FoundTable, blocks: Sequence[Paragraph | FoundTable], number: int
) -> set[int]:
    """Let a table go on with those that follow it at the top of the next pages."""
    taken: set[int] = set()
    page = table.page
    for other in range(number + 1, len(blocks)):
        block = blocks[other]
        if isinstance(block, Paragraph) and _CONTINUED.search(block.text):
            continue
        if not isinstance(block, FoundTable) or block.page != page + 1 or not block.takes_up(table):
            break
        table.parts.append(block)
        taken |= set(range(number + 1, other + 1))
        page = block.page
    return taken


def _with_notes(
    blocks: Sequence[Paragraph | FoundTable], notes: dict[int, list[Note]]
) -> list[Block]:
    """Footnotes where their column ends, or the paragraph that goes on beyond it."""
    found: list[Block] = []
    waiting = sorted(notes.items())
    for block in blocks:
        region = block.region if isinstance(block, FoundTable) else block.first.region
        while waiting and waiting[0][0] < region:
            found += waiting.pop(0)[1]
        found.append(block)
    return found + [note for _, rest in waiting for note in rest]


class _Teller:
    """Goes through the blocks once and tells the builder."""

    def __init__(self, builder: ReportBuilder, reading: _Reading) -> None:
        self._builder = builder
        self._remarks = sorted(reading.remarks.items())
        self._indents: list[tuple[float, str]] = []  # of the list items that we are inside of
        self._before: list[Paragraph] = []  # the last paragraphs, of which one may be a caption

    def tell(self, blocks: Sequence[Block], levels: dict[int, int]) -> None:
        """Tell everything in order; ``levels``: of those blocks that are headings."""
        for number, block in enumerate(blocks):
            self._turn_to(block.first.page if isinstance(block, Paragraph) else block.page)
            match block:
                case Note():
                    self._builder.note(block.number, block.text)
                case FoundTable():
                    self._table(block)
                case _:
                    self._paragraph(block, levels.get(number))
        self._turn_to(max((page for page, _ in self._remarks), default=0))

    def _turn_to(self, page: int) -> None:
        """Make the remarks on the pages up to one, and go on there."""
        while self._remarks and self._remarks[0][0] <= page:
            self._builder.page, remarks = self._remarks.pop(0)
            for code, details in remarks:
                self._builder.warn(code, None, **details)
        self._builder.page = page

    def _table(self, table: FoundTable) -> None:
        grid, title = table.grid(), self._caption()
        self._before, self._indents = [], []
        if grid is not None:
            self._builder.table(title, grid.header, grid.rows)

    def _caption(self) -> str:
        """The line that announces a table, right above it or above the unit of its figures."""
        for paragraph in reversed(self._before):
            if CAPTION.match(paragraph.text):
                return paragraph.text
            if not _UNIT.match(paragraph.text):
                break
        return ""

    def _paragraph(self, block: Paragraph, level: int | None) -> None:
        text, label = block.text.strip(), block.label
        self._before = [*self._before[-1:], block]
        if level is not None:
            self._indents = []
            decorated = label is not None and label.kind == "bullet"
            words = label.text if decorated and label is not None else text
            sources = SOURCE_LIST_HEADING.match(as_written(words)) is not None
            self._builder.heading(as_written(words) if sources else words, level)
            return
        entry = _ENTRY.match(text)
        if self._builder.in_source_list and entry is not None:
            self._builder.reference(int(entry["number"]), entry["text"])
        elif (
            label is not None
            and label.kind not in {"bare", *HEADING_KINDS}
            and not _SPEAKER.match(text)
        ):
            written = "" if label.kind == "bullet" else label.written
            self._builder.list_item(label.text, self._depth(block, label), written)
        else:
            self._indents = []
            self._builder.paragraph(text)

    def _depth(self, block: Paragraph, label: Label) -> int:
        """How deep a list item is nested, by its indentation; bullets below numbers are theirs."""
        size = block.first.size
        indent = block.first.x0 - block.first.left
        while self._indents and self._indents[-1][0] > indent + _SAME_INDENT * size:
            self._indents.pop()
        beside = indent - _SAME_INDENT * size
        while self._indents and self._indents[-1][0] > beside:
            if DEPTHS[self._indents[-1][1]] < DEPTHS[label.kind]:
                break
            self._indents.pop()
        self._indents.append((indent, label.kind))
        return len(self._indents) - 1
