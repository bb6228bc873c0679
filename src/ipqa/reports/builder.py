"""Puts a report together, block by block, as a reader comes upon them.

Readers say what they see (a heading, a list item, a row); the builder writes the canonical text, keeps
reference marks apart from it, and knows at every moment in which section it stands and what led into a
list. That is all that the formats have in common.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from ipqa.japanese import sentences
from ipqa.reports.damage import find_damage
from ipqa.reports.marks import note_entry, take_marks_out
from ipqa.reports.model import (
    Block,
    BlockKind,
    Damage,
    Mark,
    ReadingWarning,
    Reference,
    Report,
    Section,
    Span,
    Table,
)
from ipqa.reports.warnings import WarningCode

CELL_SEPARATOR = "\t"
"""Between the cells of a row in the canonical text."""

SOURCE_LIST_HEADING = re.compile(
    r"^(?:第?\d*章?の?|当章の|本章の|各章の)?"
    r"(?:参考(?:資料|文献)|引用(?:文献|元)|出典|脚注|注釈|資料出所|References|Sources|Bibliography)"
    r"(?:リスト|一覧)?\s*(?:[(（].*[)）])?$",
    re.IGNORECASE,
)
_CHAPTER_LIST = re.compile(r"当章|本章|各章|この章")
_URL = re.compile(
    r"https?://[^\s<>「」『』（）()、。]+(?:\([^\s<>()]*\)[^\s<>「」『』（）()、。]*)*"
)
_WAY_BACK = re.compile(r"[\s\u21a9\u21b5\u2934\ufe0e\ufe0f]+$")
"""Arrows that lead from a note back to its marks on a page, left over in a print of it."""

_LEAD_LENGTH = 200


class ReportBuilder:
    """Collects what a reader finds and makes the Report of it.

    ``page`` is set by readers of files that have pages, before what stands on the page is told.
    """

    def __init__(self) -> None:
        self.page: int | None = None
        self._lines: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._marks: list[Mark] = []
        self._tables: list[Table] = []
        self._references: list[Reference] = []
        self._warnings: list[ReadingWarning] = []
        self._sections: list[Section] = [Section("", 0, (), Span(0, 0))]
        self._section = 0
        self._open: list[int] = []  # the sections we are inside of, outermost first
        self._list: list[int] = []  # the items we are inside of, outermost first
        self._list_lead: int | None = None

    @property
    def in_source_list(self) -> bool:
        """Whether the current section is a list of sources."""
        return SOURCE_LIST_HEADING.match(self._sections[self._section].title) is not None

    def heading(self, text: str, level: int) -> None:
        """Open a section; ``level`` 1 is a chapter."""
        self._leave_list()
        if not text.strip():
            return
        span = self._write(text, before="\n" if self._blocks else "")
        title = self._lines[-2]
        self._close_sections(level, span.start)
        path = (*(self._sections[parent].title for parent in self._open), title)
        self._sections.append(Section(title, level, path, Span(span.start, -1)))
        self._section = len(self._sections) - 1
        self._open.append(self._section)
        self._blocks.append(Block("heading", span, self._section, page=self.page))

    def paragraph(self, text: str) -> None:
        """Add a paragraph; it may turn out to lead into the list that follows it.

        One that begins as a note does (「※1 …」) is the entry that marks of that name lead to.
        """
        self._leave_list()
        if not text.strip():
            return
        if (note := note_entry(text.strip())) is not None:
            self.note(note.number, note.text, series=note.series)
            return
        span = self._write(text)
        self._blocks.append(Block("paragraph", span, self._section, page=self.page))
        self._list_lead = len(self._blocks) - 1

    def list_item(self, text: str, depth: int = 0, label: str = "") -> None:
        """Add a list item at its depth, 0 for the outermost."""
        del self._list[depth:]
        lead = self._list[-1] if self._list else self._list_lead
        span = self._write(text)
        self._blocks.append(
            Block(
                "list_item",
                span,
                self._section,
                depth=len(self._list),
                label=label,
                lead=lead,
                page=self.page,
            )
        )
        self._list.append(len(self._blocks) - 1)

    def table(
        self, title: str, header: Sequence[str], rows: Sequence[Sequence[str | None]]
    ) -> None:
        """Add a table; a cell that was lost is None, and is told in a warning.

        ``header`` is empty for a table without headings; every row is as long as it otherwise. Rows that say nothing
        are left out.
        """
        self._leave_list()
        header = header if _says_something(header) else ()
        rows = [row for row in rows if _says_something(row)]
        if not (header or rows):
            return
        number = len(self._tables)
        header_spans = self._row("table_header", header, number) if header else ()
        row_spans = []
        for row in rows:
            cells = self._row("table_row", row, number)
            row_spans.append(cells)
            for column, cell in enumerate(row):
                if cell is None:
                    self._warn_of_gap(title, row, header[column] if header else str(column + 1))
        self._tables.append(
            Table(
                title=title,
                section=self._section,
                header=tuple(span for span in header_spans if span is not None),
                rows=tuple(row_spans),
            )
        )

    def reference(self, number: int, text: str) -> None:
        """Add an entry of the source list that the current section is."""
        path = self._sections[self._section].path
        chapter = len(path) > 1 or any(_CHAPTER_LIST.search(part) for part in path)
        self._entry("reference", number, text, "chapter" if chapter else "report")

    def note(self, number: int, text: str, *, series: str = "") -> None:
        """Add a footnote, which serves the whole report wherever it is written down.

        One without an address explains something, so it is kept as text that answers can cite.
        """
        kind: BlockKind = "reference" if _URL.search(text) else "note"
        self._entry(kind, number, text, "report", series)

    def warn(self, code: WarningCode, span: Span | None = None, **details: str | int) -> None:
        """Note something that could not be read for certain, here or at a span."""
        here = Span(self._length, self._length)
        self._warnings.append(ReadingWarning(code, details, span or here, self.page))

    def build(self, *, title: str, digest: str = "") -> Report:
        """The finished report, still without an id."""
        self._close_sections(0, self._length)
        text = "".join(self._lines)
        lists = [block.span for block in self._blocks if block.kind == "reference"]
        damages = [d for d in find_damage(text) if not _within_any(d.span, lists)]
        self._tell(damages, text)
        sections = [replace(self._sections[0], title=title, span=Span(0, self._length))]
        sections += self._sections[1:]
        return Report(
            id="",
            title=title,
            text=text,
            source="",
            digest=digest,
            sections=tuple(sections),
            blocks=tuple(self._blocks),
            tables=tuple(self._tables),
            references=tuple(self._one_whole_list()),
            marks=tuple(self._marks),
            damages=tuple(damages),
            warnings=tuple(sorted(self._warnings, key=lambda warning: warning.span.start)),
        )

    def _tell(self, damages: Sequence[Damage], text: str) -> None:
        """A warning for each damaged place."""
        pages = [(block.span.start, block.page) for block in self._blocks]
        for damage in damages:
            at = bisect_right(pages, damage.span.start, key=lambda pair: pair[0]) - 1
            self.page = pages[at][1]
            self.warn(
                damage.kind, damage.span, found=damage.span.within(text), reading=damage.reading
            )

    def _one_whole_list(self) -> list[Reference]:
        """Where one list says it is for the whole report (全体), others at the end stand back."""
        named = {r.section for r in self._references if "全体" in self._sections[r.section].title}
        if not named:
            return self._references
        return [
            r if r.scope == "chapter" or r.section in named else replace(r, scope="additional")
            for r in self._references
        ]

    def _entry(
        self,
        kind: BlockKind,
        number: int,
        text: str,
        scope: Literal["chapter", "report"],
        series: str = "",
    ) -> None:
        self._leave_list()
        text = _WAY_BACK.sub("", text).strip()
        if not text:
            return  # 「[^2]:」 with nothing after it
        span = self._write(text, marks=False)
        label = f"{series}{number}" if series else f"{number}."
        self._blocks.append(Block(kind, span, self._section, label=label, page=self.page))
        url = _URL.search(text)
        self._references.append(
            Reference(
                number=number,
                title=_URL.sub("", text).strip(" 　<>[]()（）:：,、。\t"),
                url=url.group().rstrip(".,") if url else None,
                section=self._section,
                scope=scope,
                span=span,
                series=series,
            )
        )

    def _write(self, text: str, *, before: str = "", marks: bool = True) -> Span:
        """Write a line of its own, after ``before``."""
        self._append(before)
        span = self._put(text, marks=marks)
        self._append("\n")
        return span

    def _row(
        self, kind: BlockKind, cells: Sequence[str | None], table: int
    ) -> tuple[Span | None, ...]:
        start = self._length
        spans: list[Span | None] = []
        for column, cell in enumerate(cells):
            if column:
                self._append(CELL_SEPARATOR)
            spans.append(None if cell is None else self._put(cell))
        span = Span(start, self._length)
        self._blocks.append(Block(kind, span, self._section, table=table, page=self.page))
        self._append("\n")
        return tuple(spans)

    def _put(self, text: str, *, marks: bool = True) -> Span:
        """Write a text without its marks, and note where those stood."""
        clean, found = take_marks_out(text.strip()) if marks else (text.strip(), ())
        start = self._length
        self._append(clean)
        self._marks.extend(replace(mark, position=start + mark.position) for mark in found)
        return Span(start, self._length)

    def _warn_of_gap(self, title: str, row: Sequence[str | None], column: str) -> None:
        name = take_marks_out(next((cell for cell in row if cell), ""))[0]
        self.warn(
            "lost_cell",
            self._blocks[-1].span,
            table=title or "表",
            row=name,
            column=take_marks_out(column)[0],
        )

    def _append(self, piece: str) -> None:
        self._lines.append(piece)
        self._length += len(piece)

    def _leave_list(self) -> None:
        self._list = []
        self._list_lead = None

    def _close_sections(self, level: int, end: int) -> None:
        """Give an end to every open section at or below a level."""
        for number in [n for n in self._open if self._sections[n].level >= level]:
            section = self._sections[number]
            self._sections[number] = replace(section, span=Span(section.span.start, end))
            self._open.remove(number)


def _says_something(cells: Sequence[str | None]) -> bool:
    """Whether a row of a table has any text, or beside a lost cell another one."""
    return any(cell and cell.strip() for cell in cells) or (None in cells and len(cells) > 1)


def _within_any(span: Span, sorted_spans: Sequence[Span]) -> bool:
    """Whether a span lies in one of several, which are in order and apart."""
    at = bisect_right(sorted_spans, span.start, key=lambda other: other.start) - 1
    return at >= 0 and sorted_spans[at].covers(span)


def lead_span(report: Report, block: Block) -> Span | None:
    """The stretch that introduces a list item: the last sentence before the list, or the item above."""
    if block.lead is None:
        return None
    lead = report.blocks[block.lead]
    if lead.kind == "list_item":
        return lead.span
    found = sentence_spans(report, lead.span)
    if not found or found[-1].end - found[-1].start > _LEAD_LENGTH:
        return None
    return found[-1]


def sentence_spans(report: Report, span: Span) -> list[Span]:
    """The sentences of a stretch of a report, in order."""
    return [
        Span(span.start + start, span.start + end)
        for start, end in sentences(span.within(report.text))
    ]
