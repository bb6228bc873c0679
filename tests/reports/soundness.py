"""What holds of every report, whatever file it was read from."""

from bisect import bisect_right

from ipqa.passages import split_report
from ipqa.reports.describe import describe
from ipqa.reports.model import Report, Span


def assert_sound(report: Report) -> None:
    """Its offsets hold, it can be described, and each of its sentences can be found and cited."""
    _assert_blocks(report)
    _assert_tables(report)
    whole = Span(0, len(report.text))
    assert all(whole.covers(section.span) for section in report.sections)
    assert all(whole.covers(reference.span) for reference in report.references)
    assert all(whole.covers(damage.span) for damage in report.damages)
    assert all(whole.covers(warning.span) for warning in report.warnings)
    assert all(0 <= mark.position <= len(report.text) for mark in report.marks)
    report.text.encode("utf-8")  # no lone surrogate, which no index and no answer could hold
    describe(report)
    _assert_passages(report)


def _assert_blocks(report: Report) -> None:
    last = 0
    for number, block in enumerate(report.blocks):
        assert last <= block.span.start < block.span.end <= len(report.text)
        assert report.sections[block.section].span.covers(block.span)
        assert block.lead is None or block.lead < number
        last = block.span.end


def _assert_tables(report: Report) -> None:
    rows = [block.span for block in report.blocks if block.kind == "table_row"]
    for cell in (cell for table in report.tables for row in table.rows for cell in row):
        assert cell is None or _row_of(cell, rows).covers(cell)


def _row_of(cell: Span, rows: list[Span]) -> Span:
    """The row that a cell stands in, if it stands in one: rows are in order and apart."""
    return rows[bisect_right(rows, cell.start, key=lambda row: row.start) - 1]


def _assert_passages(report: Report) -> None:
    passages, sentences = split_report(report, 80)
    for sentence in sentences:
        assert passages[sentence.passage].span.covers(sentence.span)
        assert report.blocks[sentence.block].span.covers(sentence.span)
