"""Answers from tables: rows, columns and cells, named by their headings."""

import re
import unicodedata
from collections.abc import Sequence

from ipqa.answering.evidence import Evidence, Term
from ipqa.answering.grounding import figures
from ipqa.answering.question import Question
from ipqa.answering.statement import Statement
from ipqa.passages import row_of
from ipqa.reports.marks import consists_of_marks
from ipqa.reports.model import Report, Span, Table

_TABLE_NUMBER = re.compile(r"表\s*(\d+)")


def named_table(question: Question) -> str | None:
    """The number of the table that the question names, if it names one."""
    return _number_in(question.text)


def is_row_of(number: str | None, report: Report, block: int) -> bool:
    """Whether a block is a row of the report's table of that number."""
    table = report.blocks[block].table
    return (
        number is not None
        and table is not None
        and _number_in(report.tables[table].title) == number
    )


def _number_in(text: str) -> str | None:
    match = _TABLE_NUMBER.search(unicodedata.normalize("NFKC", text))
    return match[1] if match else None


def table_statements(
    question: Question,
    report: Report,
    block: int,
    terms: tuple[Term, ...],
    evidence: Evidence,
) -> list[Statement]:
    """What a table says: the rows whose cells the question names, or the cells it asks for."""
    table, row = row_of(report, report.blocks[block])

    def named(heading: Span | None) -> bool:
        return heading is not None and any(
            evidence.coverage((term,), heading.within(report.text)) == 1.0 for term in terms
        )

    def is_said(cell: Span | None) -> bool:
        """Whether the question gives a cell's value (影響度が甚大), not just a word of it."""
        if cell is None:
            return False
        text = cell.within(report.text)
        return any(term.surface in text and 2 * len(term.surface) >= len(text) for term in terms)

    columns = [c for c in range(1, len(table.header)) if named(table.header[c])]
    matching = [r for r in table.rows if any(is_said(r[column]) for column in columns)]
    if matching:
        return [_whole_row(report, table, r) for r in matching]
    labelled = [r for r in table.rows if named(r[0])]
    if not columns:
        whole = is_row_of(named_table(question), report, block)
        return [_whole_row(report, table, r) for r in labelled or (table.rows if whole else [row])]
    asked = labelled or table.rows
    return [
        _cell(report, table, r, column)
        for r in asked
        for column in columns
        if _says(report, r[column])
    ]


def _whole_row(report: Report, table: Table, row: tuple[Span | None, ...]) -> Statement:
    """A row as 「行見出し: 列見出し 値、…」."""
    present = [cell for cell in row if cell is not None]
    label = row[0].within(report.text) if row[0] else ""
    headings = [f"{heading.within(report.text)} " for heading in table.header] or [""] * len(row)
    values = "、".join(
        f"{heading}{cell.within(report.text)}"
        for heading, cell in zip(headings[1:], row[1:], strict=True)
        if cell is not None and _says(report, cell)
    )
    span = Span(present[0].start, present[-1].end)
    return Statement(
        report.id,
        f"{label}: {values}" if label else values,
        (span, *_with_figures(report, table.header)),
        list_item=True,
    )


def _cell(report: Report, table: Table, row: tuple[Span | None, ...], column: int) -> Statement:
    """A cell as 「列見出し・行見出し: 値」."""
    cell, label, heading = row[column], row[0], table.header[column]
    if cell is None:
        raise ValueError("a lost cell says nothing")
    name = "・".join(part.within(report.text) for part in (heading, label) if part)
    needed = _with_figures(report, [heading, *([label] if label else [])])
    return Statement(
        report.id, f"{name}: {cell.within(report.text)}", (cell, *needed), list_item=True
    )


def _says(report: Report, cell: Span | None) -> bool:
    """Whether a cell holds anything to say: no dash, and no list of source numbers."""
    if cell is None:
        return False
    text = cell.within(report.text)
    return bool(text.strip("-－— ")) and not consists_of_marks(text)


def _with_figures(report: Report, headings: Sequence[Span]) -> tuple[Span, ...]:
    """The headings that hold figures, which must be cited for a claim that repeats them."""
    return tuple(h for h in headings if figures(h.within(report.text)))
