"""How a report was read, as data: for ``ipqa inspect`` and for the page that shows a report."""

from typing import Literal

from pydantic import BaseModel

from ipqa.reports.model import BlockKind, Report, SourceStatus, Span
from ipqa.reports.sources import SourceIndex
from ipqa.reports.warnings import WarningCode


class DescribedSection(BaseModel):
    """A section of the outline."""

    title: str
    level: int
    path: tuple[str, ...]
    start: int
    end: int


class DescribedBlock(BaseModel):
    """A block of the text; ``cells`` holds the spans of a table row's cells, null for a lost one."""

    kind: BlockKind
    start: int
    end: int
    depth: int
    label: str
    page: int | None
    table: int | None
    cells: list[tuple[int, int] | None] | None


class DescribedTable(BaseModel):
    """A table, cell by cell; null marks a cell that the file has lost."""

    title: str
    section: tuple[str, ...]
    header: list[str]
    rows: list[list[str | None]]


class DescribedReference(BaseModel):
    """An entry of a source list."""

    series: str
    number: int
    title: str
    url: str | None
    scope: Literal["chapter", "report", "additional"]
    section: tuple[str, ...]


class DescribedSource(BaseModel):
    """An entry that a mark may lead to."""

    title: str
    url: str | None


class DescribedMark(BaseModel):
    """A reference mark, where it stood, and what it leads to."""

    series: str
    number: int
    position: int
    written: bool
    status: SourceStatus
    sources: list[DescribedSource]


class DescribedWarning(BaseModel):
    """Something that could not be read for certain, told in Japanese and in English."""

    code: WarningCode
    message: str
    message_en: str
    start: int
    end: int
    page: int | None


class Outline(BaseModel):
    """A report as read, without its text."""

    id: str
    edition: str
    title: str
    source: str
    characters: int
    sections: list[DescribedSection]
    blocks: list[DescribedBlock]
    tables: list[DescribedTable]
    references: list[DescribedReference]
    marks: list[DescribedMark]
    warnings: list[DescribedWarning]


def describe(report: Report) -> Outline:
    """Everything that was read in a report but its text."""
    return Outline(
        id=report.id,
        edition=report.edition,
        title=report.title,
        source=report.source,
        characters=len(report.text),
        sections=[
            DescribedSection(
                title=s.title, level=s.level, path=s.path, start=s.span.start, end=s.span.end
            )
            for s in report.sections[1:]
        ],
        blocks=_blocks(report),
        tables=[
            DescribedTable(
                title=table.title,
                section=report.section_path(table.section),
                header=[cell.within(report.text) for cell in table.header],
                rows=[[cell and cell.within(report.text) for cell in row] for row in table.rows],
            )
            for table in report.tables
        ],
        references=[
            DescribedReference(
                series=r.series,
                number=r.number,
                title=r.title,
                url=r.url,
                scope=r.scope,
                section=report.section_path(r.section),
            )
            for r in report.references
        ],
        marks=_marks(report),
        warnings=[
            DescribedWarning(
                code=w.code,
                message=w.message("ja"),
                message_en=w.message("en"),
                start=w.span.start,
                end=w.span.end,
                page=w.page,
            )
            for w in report.warnings
        ],
    )


def _blocks(report: Report) -> list[DescribedBlock]:
    rows = iter(
        row
        for table in report.tables
        for row in (*((table.header,) if table.header else ()), *table.rows)
    )
    described = []
    for block in report.blocks:
        cells: list[tuple[int, int] | None] | None = None
        if block.kind in {"table_header", "table_row"}:
            cells = [_pair(cell) for cell in next(rows)]
        described.append(
            DescribedBlock(
                kind=block.kind,
                start=block.span.start,
                end=block.span.end,
                depth=block.depth,
                label=block.label,
                page=block.page,
                table=block.table,
                cells=cells,
            )
        )
    return described


def _pair(cell: Span | None) -> tuple[int, int] | None:
    return (cell.start, cell.end) if cell is not None else None


def _marks(report: Report) -> list[DescribedMark]:
    sources = SourceIndex(report)
    described = []
    for mark in report.marks:
        found = sources.of(mark)
        described.append(
            DescribedMark(
                series=mark.series,
                number=mark.number,
                position=mark.position,
                written=mark.written,
                status=found[0].status,
                sources=[
                    DescribedSource(title=source.title, url=source.url)
                    for source in found
                    if source.status != "missing"
                ],
            )
        )
    return described
