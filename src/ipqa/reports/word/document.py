"""Word (DOCX) to a Report.

python-docx opens the package; ``body`` makes paragraphs and tables of its XML, ``outline``
finds the title and the headings among them; this module tells the builder what each of them is.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from ipqa.reports.builder import ReportBuilder
from ipqa.reports.grid import unfold
from ipqa.reports.office.text import (
    TypedSigns,
    flowing,
    is_unit,
    one_line,
    typed_entry,
    typed_item,
)
from ipqa.reports.tables import CAPTION
from ipqa.reports.warnings import WarningCode
from ipqa.reports.word.body import Block, BodyReader, Paragraph, WordChart, WordTable, line_of
from ipqa.reports.word.content import Finding
from ipqa.reports.word.file import Notes, PartWithLinks, open_word
from ipqa.reports.word.inline import InlineReader
from ipqa.reports.word.numbering import Number, Numbering
from ipqa.reports.word.outline import heading_text, is_sentence, outline
from ipqa.reports.word.styles import Styles

_CAPTION_LENGTH = 80
_LABEL = re.compile(r"[^※*(（【].{1,29}(?<![：:、,])")
_FIGURE_CAPTION = re.compile(r"^[【\[［]?図\s*[-－0-9０-９一二三四五六七八九]")


def read_word(raw: bytes, builder: ReportBuilder, path: Path) -> str:
    """Hand the blocks of a Word file to the builder, and return the report's title.

    Footnotes and endnotes are numbered together in the order in which the text refers to them, and
    told at the end under a heading of their own: within the last chapter, where Word would have them,
    every footnote of the report would seem to belong to that chapter.

    Args:
        raw: the file.
        builder: is told what the file holds.
        path: names the file in messages.

    Raises:
        ReadError: the file is broken, encrypted or would unpack to too much.
    """
    file = open_word(raw, path)
    styles = Styles(file.styles)
    numbering = Numbering(file.numbering, styles)
    notes = Notes(file.notes, file.body)

    def reader_of(part: PartWithLinks) -> tuple[BodyReader, InlineReader]:
        inline = InlineReader(styles, part, notes.mark, white_may_show=file.white_may_show)
        return BodyReader(styles, numbering, inline), inline

    body, inline = reader_of(file.main)
    blocks = list(body.blocks(file.body))
    found = outline(blocks, file.title)
    paged = inline.pages.rendered and inline.pages.current == file.pages
    telling = _Telling(builder, paged=paged)
    telling.blocks(found.blocks)
    readers = {kind: reader_of(part)[0] for kind, part in file.notes.items()}
    for number, kind, note in notes.referred():
        telling.note(number, list(readers[kind].blocks(note)), series=notes.series)
    builder.page = None
    for what, count in inline.left_out.items():
        builder.warn("left_out", what=f"{what}{count}点")
    return found.title


class _Telling:
    """Tells the builder block by block; knows what it told before."""

    def __init__(self, builder: ReportBuilder, *, paged: bool) -> None:
        self._builder = builder
        self._paged = paged
        self._caption = ""
        self._label = ""  # a short line that may name the table below it, if nothing else does
        self._unit = ""
        self._signs = TypedSigns()
        # the lists that we are inside of, and how far they are set in
        self._lists: list[tuple[str, int]] = []
        self._numbered_depth = -1  # of the last item that Word itself has numbered
        self._taken: Paragraph | None = None  # the caption below a table, once it is its title
        self._told: set[tuple[str, ...]] = set()
        self._noted = False

    def blocks(self, blocks: Sequence[Block]) -> None:
        """Tell all blocks of the body."""
        for at, block in enumerate(blocks):
            self._builder.page = block.page if self._paged else None
            self._findings(block.findings)
            if isinstance(block, WordTable):
                self._table(block, blocks[at + 1 : at + 3])
            elif isinstance(block, WordChart):
                self._chart(block, blocks[at + 1 : at + 2])
            else:
                self._paragraph(block)

    def note(self, number: int, blocks: Sequence[Block], *, series: str) -> None:
        """Tell a footnote or endnote, the addresses of its links after its text."""
        text = " ".join(filter(None, (line_of(block) for block in blocks)))
        addresses = [a for b in blocks if isinstance(b, Paragraph) for a in b.addresses]
        self._builder.page = None
        for block in blocks:
            self._findings(block.findings)
        if not text:
            return
        if not self._noted:
            self._builder.heading("脚注", 1)
            self._noted = True
        self._builder.note(number, _with_addresses(text, addresses), series=series)

    def _paragraph(self, paragraph: Paragraph) -> None:
        if paragraph.role == "contents":
            self._once("left_out", what="目次")
            return
        text = one_line(paragraph.text)
        if not text:
            return
        if paragraph.level is not None:
            self._leave()
            self._builder.heading(heading_text(paragraph), paragraph.level)
        elif self._builder.in_source_list and self._entry(paragraph, text):
            self._leave()
        elif not self._item(paragraph):
            self._running(paragraph, text)

    def _running(self, paragraph: Paragraph, text: str) -> None:
        """A paragraph that is no item; it may announce the table that comes next."""
        if paragraph is self._taken:
            self._leave()
        elif is_unit(text):
            self._leave(caption=self._caption, label=self._label)
            self._unit = text
        elif is_caption(paragraph):
            self._leave(caption=heading_text(paragraph))
            text = self._caption
        else:
            self._leave(label=text if _could_name(text) else "")
        if self._builder.in_source_list:
            text = _with_addresses(text, paragraph.addresses)
            self._builder.paragraph(text)
        else:
            self._builder.paragraph(text if self._caption == text else flowing(paragraph.text))

    def _entry(self, paragraph: Paragraph, text: str) -> bool:
        """Tell an entry of a source list by the number that was typed or that Word sets before it."""
        number = paragraph.number
        typed = typed_entry(text)
        if number is not None and not number.bullet:
            self._builder.reference(number.value, _with_addresses(text, paragraph.addresses))
        elif typed is not None:
            self._builder.reference(typed[0], _with_addresses(typed[1], paragraph.addresses))
        else:
            return False
        return True

    def _item(self, paragraph: Paragraph) -> bool:
        """Tell an item of a list, whether Word knows it as one or its sign was typed."""
        number = paragraph.number
        text = flowing(paragraph.text).strip()
        if number is not None or paragraph.list_depth is not None:
            depth = self._depth(number) if number is not None else paragraph.list_depth or 0
            lists = self._lists
            self._leave()
            self._numbered_depth, self._lists = depth, lists
            self._builder.list_item(text, depth=depth, label=number.label if number else "")
            return True
        typed = typed_item(text)
        if typed is None:
            return False
        depth = self._numbered_depth + 1 + self._signs.depth(typed)
        self._builder.list_item(typed.text, depth=depth, label=typed.label)
        self._caption = self._label = self._unit = ""
        return True

    def _depth(self, number: Number) -> int:
        """The depth of an item; another list that is set in further lies within the one before."""
        names = [name for name, _ in self._lists]
        if number.series in names:
            del self._lists[names.index(number.series) + 1 :]
        else:
            while self._lists and self._lists[-1][1] >= number.indent:
                self._lists.pop()
            self._lists.append((number.series, number.indent))
        return len(self._lists) - 1 + number.depth

    def _table(self, table: WordTable, following: Sequence[Block]) -> None:
        """Tell a table; its caption stands above it, or below where no other table follows that one."""
        grid = unfold(table.rows, first_row_heads=table.first_row_heads)
        if grid is None:
            return
        below, beyond = (*following, None, None)[:2]
        title = self._caption
        if (
            not title
            and isinstance(below, Paragraph)
            and is_caption(below)
            and not isinstance(beyond, WordTable)
        ):
            title = heading_text(below)
            self._taken = below
        title = title or self._label
        if title and self._unit not in title:
            title += self._unit
        self._leave()
        self._builder.table(title, grid.header, grid.rows)

    def _chart(self, shown: WordChart, following: Sequence[Block]) -> None:
        """Tell a chart by its own title, or by the caption of the figure, which stands below it."""
        captions = [
            heading_text(below)
            for below in following
            if isinstance(below, Paragraph)
            and (below.role == "caption" or _FIGURE_CAPTION.match(heading_text(below)))
        ]
        title = shown.chart.title or next(iter(captions), self._caption) or "グラフ"
        self._leave()
        self._builder.table(title, shown.chart.grid.header, shown.chart.grid.rows)

    def _leave(self, *, caption: str = "", label: str = "") -> None:
        """Lists end here; what was last announced does too, unless it is this."""
        self._signs = TypedSigns()
        self._lists = []
        self._numbered_depth = -1
        self._caption = caption
        self._label = label
        self._unit = ""

    def _findings(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            if finding.code == "ruby":
                self._once(finding.code, **finding.details)
            else:
                self._builder.warn(finding.code, None, **finding.details)

    def _once(self, code: WarningCode, **details: str | int) -> None:
        """Warn of what a file may hold hundreds of times, once."""
        key = (code, *map(str, details.values()))
        if key not in self._told:
            self._told.add(key)
            self._builder.warn(code, None, **details)


def is_caption(paragraph: Paragraph) -> bool:
    """Whether a paragraph announces a table: by its style or by how it begins."""
    text = heading_text(paragraph)
    if paragraph.level is not None or len(text) > _CAPTION_LENGTH or _FIGURE_CAPTION.match(text):
        return False
    return paragraph.role == "caption" or (
        CAPTION.match(text) is not None and not is_sentence(text)
    )


def _could_name(text: str) -> bool:
    """Whether a line may name the table below it: it is short, no sentence, and names no figure."""
    return (
        _LABEL.fullmatch(text) is not None
        and not is_sentence(text)
        and not _FIGURE_CAPTION.match(text)
    )


def _with_addresses(text: str, addresses: Sequence[str]) -> str:
    """A text and where its links lead, unless it says so."""
    return " ".join([text, *(a for a in dict.fromkeys(addresses) if a not in text)])
