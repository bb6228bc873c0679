"""Puts a report together, block by block, as a reader comes upon them.

Readers say what they see (a heading, a list item, a row); the builder writes the canonical text, keeps
reference marks apart from it, and knows at every moment in which section it stands and what led into a
list. That is all that Markdown and pasted text have in common.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from ipqa.japanese import sentences
from ipqa.reports.damage import damaged_dates
from ipqa.reports.marks import take_marks_out
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
_LEAD_LENGTH = 200


class ReportBuilder:
    """Collects what a reader finds and makes the Report of it."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._marks: list[Mark] = []
        self._tables: list[Table] = []
        self._references: list[Reference] = []
        self._warnings: list[ReadingWarning] = []
        self._sections: list[Section] = [Section("", 0, (), Span(0, 0))]
        self._section = 0
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
        parents = [s for s in self._sections[1:] if s.level < level and s.span.end < 0]
        self._close_sections(level, span.start)
        path = (*(parent.title for parent in parents), title)
        self._sections.append(Section(title, level, path, Span(span.start, -1)))
        self._section = len(self._sections) - 1
        self._blocks.append(Block("heading", span, self._section))

    def paragraph(self, text: str) -> None:
        """Add a paragraph; it may turn out to lead into the list that follows it."""
        self._leave_list()
        if not text.strip():
            return
        span = self._write(text)
        self._blocks.append(Block("paragraph", span, self._section))
        self._list_lead = len(self._blocks) - 1

    def list_item(self, text: str, depth: int = 0, label: str = "") -> None:
        """Add a list item at its depth, 0 for the outermost."""
        del self._list[depth:]
        lead = self._list[-1] if self._list else self._list_lead
        span = self._write(text)
        self._blocks.append(
            Block("list_item", span, self._section, depth=len(self._list), label=label, lead=lead)
        )
        self._list.append(len(self._blocks) - 1)

    def table(
        self, title: str, header: Sequence[str], rows: Sequence[Sequence[str | None]]
    ) -> None:
        """Add a table; a cell that was lost is None, and is told in a warning."""
        self._leave_list()
        number = len(self._tables)
        header_spans = self._row("table_header", header, number)
        row_spans = []
        for row in rows:
            cells = self._row("table_row", row, number)
            row_spans.append(cells)
            for column, cell in enumerate(row):
                if cell is None:
                    self._warn_of_gap(title, row, header[column])
        self._tables.append(
            Table(
                title=title,
                section=self._section,
                header=tuple(span for span in header_spans if span is not None),
                rows=tuple(row_spans),
            )
        )

    def reference(self, number: int, text: str, *, footnote: bool = False) -> None:
        """Add an entry of the source list that the current section is.

        A footnote serves the whole report wherever it is written down.
        """
        self._leave_list()
        span = self._write(text, marks=False)
        self._blocks.append(Block("reference", span, self._section, label=f"{number}."))
        url = _URL.search(text)
        title = _URL.sub("", text).strip(" 　<>[]()（）:：,、。\t")
        path = self._sections[self._section].path
        chapter = len(path) > 1 or any(_CHAPTER_LIST.search(part) for part in path)
        self._references.append(
            Reference(
                number=number,
                title=title,
                url=url.group().rstrip(".,") if url else None,
                section=self._section,
                scope="chapter" if chapter and not footnote else "report",
                span=span,
            )
        )

    def warn(self, code: str, message: str, span: Span | None = None) -> None:
        """Note something that could not be read for certain."""
        self._warnings.append(ReadingWarning(code, message, span))

    def build(self, *, report_id: str, title: str, source: str, digest: str) -> Report:
        """The finished report."""
        self._close_sections(0, self._length)
        damages = self._damages()
        sections = [replace(self._sections[0], title=title, span=Span(0, self._length))]
        sections += self._sections[1:]
        return Report(
            id=report_id,
            title=title,
            text="".join(self._lines),
            source=source,
            digest=digest,
            sections=tuple(sections),
            blocks=tuple(self._blocks),
            tables=tuple(self._tables),
            references=tuple(self._one_whole_list()),
            marks=tuple(self._marks),
            damages=damages,
            warnings=tuple(self._warnings),
        )

    def _damages(self) -> tuple[Damage, ...]:
        """Damaged dates in what the report says, its source lists aside, each told in a warning."""
        text = "".join(self._lines)
        damages = []
        for block in self._blocks:
            if block.kind == "reference":
                continue
            for damage in damaged_dates(block.span.within(text)):
                start = block.span.start + damage.span.start
                span = Span(start, block.span.start + damage.span.end)
                damages.append(Damage(span, damage.readings))
                self.warn("damaged_date", damages[-1].explained(text), span)
        return tuple(damages)

    def _one_whole_list(self) -> list[Reference]:
        """Where one list says it is for the whole report (全体), others at the end stand back."""
        named = {r.section for r in self._references if "全体" in self._sections[r.section].title}
        if not named:
            return self._references
        return [
            r if r.scope == "chapter" or r.section in named else replace(r, scope="additional")
            for r in self._references
        ]

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
        self._blocks.append(Block(kind, Span(start, self._length), self._section, table=table))
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
            f"{title or '表'}の行「{name}」で「{take_marks_out(column)[0]}」の欄が失われています。",
            self._blocks[-1].span,
        )

    def _append(self, piece: str) -> None:
        self._lines.append(piece)
        self._length += len(piece)

    def _leave_list(self) -> None:
        self._list = []
        self._list_lead = None

    def _close_sections(self, level: int, end: int) -> None:
        """Give an end to every open section at or below a level."""
        for index, section in enumerate(self._sections):
            if index and section.span.end < 0 and section.level >= level:
                self._sections[index] = replace(section, span=Span(section.span.start, end))


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
