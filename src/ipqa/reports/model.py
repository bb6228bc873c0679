"""What a report is once it has been read.

Every ``start`` and ``end`` is an offset in Unicode code points into ``Report.text``, half open like a
slice, so that ``report.text[start:end]`` is what stands there.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from ipqa.errors import Language
from ipqa.reports.warnings import WarningCode, warning_text

BlockKind = Literal[
    "heading", "paragraph", "list_item", "table_header", "table_row", "note", "reference"
]
_EDITION = 12
"""Hexadecimal digits that name an edition."""

SourceStatus = Literal["resolved", "ambiguous", "missing"]
DamageKind = Literal["damaged_date", "damaged_rank", "split_word", "font_map", "look_alike"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the report's text."""

    start: int
    end: int

    def within(self, text: str) -> str:
        """What stands there."""
        return text[self.start : self.end]

    def covers(self, other: "Span") -> bool:
        """Whether the other span lies inside this one."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the outline: its span runs from its heading to the end of its last subsection.

    ``path`` holds the titles from the chapter down to this section; that of the first section, which
    stands for the whole report, is empty.
    """

    title: str
    level: int
    path: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item, table row, note or source list entry.

    Attributes:
        section: index into ``Report.sections``.
        depth: nesting of a list item, 0 for the outermost.
        label: what numbered a list item (``1.``, ``①``), empty for a bullet.
        lead: index of the block that introduces this one: the sentence before a list, the item above a
            nested item.
        table: index into ``Report.tables`` for its header and rows.
        page: number of the page or slide, from 1, where the file has pages.
    """

    kind: BlockKind
    span: Span
    section: int
    depth: int = 0
    label: str = ""
    lead: int | None = None
    table: int | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the spans of its header cells and, row by row, of its cells.

    A cell that the file has lost is ``None``. Cells of one row stand on one line, tabs between them;
    what stood in merged cells is repeated in each. A table without headings has an empty header.
    """

    title: str
    section: int
    header: tuple[Span, ...]
    rows: tuple[tuple[Span | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of a source list.

    ``section`` is the index of the section whose heading opens the list; ``scope`` says whether the
    list serves one chapter, the whole report, or stands beside a list for the whole report. ``series``
    is the sign before the number of a note (注, ※, *), empty for plain numbers.
    """

    number: int
    title: str
    url: str | None
    section: int
    scope: Literal["chapter", "report", "additional"]
    span: Span
    series: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A reference mark that stood in the text (¹¹, [11], 注1, ※2), which is kept without it.

    ``position`` is the offset before which the mark stood. ``written``: the text shows the mark all the
    same, as in a table cell that holds nothing but source numbers. ``series`` is as in ``Reference``.
    """

    number: int
    position: int
    written: bool = False
    series: str = ""

    @property
    def label(self) -> str:
        """The mark as a reader would name it: 11, 注1, ※2."""
        return f"{self.series}{self.number}"


@dataclass(frozen=True, slots=True)
class Damage:
    """A place that does not say what its author wrote: where it stands, and what it probably said."""

    kind: DamageKind
    span: Span
    readings: tuple[str, ...]

    @property
    def reading(self) -> str:
        """Everything that it may have said, as one phrase."""
        return "または".join(self.readings)


@dataclass(frozen=True, slots=True)
class ReadingWarning:
    """Something in the file that could not be read for certain, and where; ``page`` as in Block."""

    code: WarningCode
    details: dict[str, str | int]
    span: Span
    page: int | None = None

    def message(self, language: Language) -> str:
        """What a person should know of it, as a sentence."""
        return warning_text(self.code, self.details, language)


@dataclass(frozen=True, slots=True)
class Report:
    """One document as read.

    Attributes:
        id: names the report among others; empty until it is ``named``.
        source: the file's name as given; empty until then.
        digest: SHA-256 of the file's bytes, in hexadecimal.
    """

    id: str
    title: str
    text: str
    source: str
    digest: str
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...] = ()
    references: tuple[Reference, ...] = ()
    marks: tuple[Mark, ...] = ()
    damages: tuple[Damage, ...] = ()
    warnings: tuple[ReadingWarning, ...] = ()

    def named(self, report_id: str, source: str) -> "Report":
        """The report under an id, and under its file's name where it has no title of its own."""
        title = titled(self.title, source)
        sections = (replace(self.sections[0], title=title), *self.sections[1:])
        return replace(self, id=report_id, source=source, title=title, sections=sections)

    @property
    def edition(self) -> str:
        """Names this text, whatever its file is called: offsets hold for as long as it stays the same."""
        return sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:_EDITION]

    def damages_within(self, span: Span) -> tuple[Damage, ...]:
        """The damaged places in a stretch of the text, in order."""
        first = bisect_left(self.damages, span.start, key=lambda damage: damage.span.start)
        beyond = bisect_left(self.damages, span.end, key=lambda damage: damage.span.start)
        return tuple(d for d in self.damages[first:beyond] if span.covers(d.span))

    def mended(self, span: Span) -> str:
        """A stretch of the text with what its damaged places probably said, for searching only."""
        pieces: list[str] = []
        position = span.start
        for damage in self.damages_within(span):
            pieces += [self.text[position : damage.span.start], damage.reading]
            position = damage.span.end
        return "".join([*pieces, self.text[position : span.end]])

    def section_path(self, section: int) -> tuple[str, ...]:
        """Titles from the chapter down to the section."""
        return self.sections[section].path


def titled(title: str, source: str) -> str:
    """The title of a report, for which its file's name stands where it has none."""
    return title or source.rpartition(".")[0] or source
