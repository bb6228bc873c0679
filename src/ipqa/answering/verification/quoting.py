"""What a sentence of a report says to a statement: of a table row, the cells that are asked for."""

import re

from ipqa.answering.verification.reading import Reading
from ipqa.japanese import content_words
from ipqa.passages import Sentence, row_of
from ipqa.reports.model import Report, Span


def as_said(said: Reading, report: Report, sentence: Sentence) -> tuple[str, tuple[Span, ...]]:
    """What a sentence says, and where; of a table row only the cells whose headings the statement names."""
    block = report.blocks[sentence.block]
    if block.kind != "table_row":
        return sentence.span.within(report.text), (sentence.span,)
    table, row = row_of(report, block)
    if not table.header:
        return sentence.span.within(report.text), (sentence.span,)
    asked = {word.form for word in said.words if word.is_content}
    headings = [heading.within(report.text) for heading in table.header]
    named = [
        column
        for column in range(1, len(row))
        if {word.form for word in content_words(headings[column])} & asked
    ]
    cells = [
        (column, cell)
        for column in named or range(1, len(row))
        if (cell := row[column]) is not None
    ]
    label = row[0].within(report.text) if row[0] else ""
    text = "、".join(f"{headings[column]} {cell.within(report.text)}" for column, cell in cells)
    with_figures = [table.header[c] for c, _ in cells if re.search(r"\d", headings[c])]
    return f"{label} {text}", (sentence.span, *with_figures)
