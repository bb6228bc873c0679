"""What a report is once it has been read.

Every ``start`` and ``end`` is an offset in Unicode code points into ``Report.text``, half open like a
slice, so that ``report.text[start:end]`` is what stands there.
"""

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "list_item", "table_header", "table_row", "reference"]
SourceStatus = Literal["resolved", "ambiguous", "missing"]


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
    """A heading, paragraph, list item, table row or source list entry.

    Attributes:
        section: index into ``Report.sections``.
        depth: nesting of a list item, 0 for the outermost.
        label: what numbered a list item (``1.``, ``①``), empty for a bullet.
        lead: index of the block that introduces this one: the sentence before a list, the item above a
            nested item.
        table: index into ``Report.tables`` for its header and rows.
    """

    kind: BlockKind
    span: Span
    section: int
    depth: int = 0
    label: str = ""
    lead: int | None = None
    table: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the spans of its header cells and, row by row, of its cells.

    A cell that the file has lost is ``None``. Cells of one row stand on one line, tabs between them.
    """

    title: str
    section: int
    header: tuple[Span, ...]
    rows: tuple[tuple[Span | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of a source list.

    ``section`` is the index of the section whose heading opens the list; ``scope`` says whether the
    list serves one chapter, the whole report, or stands beside a list for the whole report.
    """

    number: int
    title: str
    url: str | None
    section: int
    scope: Literal["chapter", "report", "additional"]
    span: Span


@dataclass(frozen=True, slots=True)
class Mark:
    """A reference mark that stood in the text (¹¹, [11], [^11]), which is kept without it.

    ``position`` is the offset before which the mark stood. ``written``: the text shows the mark all the
    same, as in a table cell that holds nothing but source numbers.
    """

    number: int
    position: int
    written: bool = False


@dataclass(frozen=True, slots=True)
class Damage:
    """A date that has lost a character: where it stands, and what it probably said."""

    span: Span
    readings: tuple[str, ...]

    @property
    def reading(self) -> str:
        """Every date that it may have been, as one phrase."""
        return "または".join(self.readings)

    def explained(self, text: str) -> str:
        """What stands in the report's text, and what it probably said, as a sentence."""
        return f"「{self.span.within(text)}」は{self.reading}とみられます。"


@dataclass(frozen=True, slots=True)
class ReadingWarning:
    """Something in the file that could not be read for certain."""

    code: str
    message: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One document as read.

    Attributes:
        id: made from the file's name, stable from one reading to the next.
        source: the file's name as given.
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

    def damages_within(self, span: Span) -> tuple[Damage, ...]:
        """The damaged dates that stand in a stretch of the text."""
        return tuple(damage for damage in self.damages if span.covers(damage.span))

    def section_path(self, section: int) -> tuple[str, ...]:
        """Titles from the chapter down to the section."""
        return self.sections[section].path
