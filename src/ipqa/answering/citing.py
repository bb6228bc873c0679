"""From stretches of the reports to numbered citations, with where they stand and what is behind them."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from ipqa.answering.answer import Citation, CitedSource, Claim
from ipqa.answering.statement import Statement
from ipqa.index.store import Index
from ipqa.reports.model import Block, Damage, Report, Span
from ipqa.reports.sources import SourceIndex

_REMEMBERED = 100
"""Reports whose sources stay at hand."""


class Citer:
    """Makes the citations of answers from the reports of an index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._edition = lru_cache(maxsize=_REMEMBERED)(lambda name: index.reports[name].edition)
        self._sources = lru_cache(maxsize=_REMEMBERED)(
            lambda name: SourceIndex(index.reports[name])
        )

    def cite(
        self, statements: Sequence[Statement]
    ) -> tuple[tuple[Citation, ...], tuple[Claim, ...]]:
        """Number each stretch once, in order of first use, and make a claim of each statement."""
        numbers: dict[tuple[str, Span], int] = {}
        claims = []
        for statement in statements:
            used = [
                numbers.setdefault((statement.report, span), len(numbers) + 1)
                for span in statement.spans
            ]
            claims.append(
                Claim(text=statement.text, citations=tuple(used), hedged=statement.hedged)
            )
        citations = tuple(
            self.citation(number, report, span) for (report, span), number in numbers.items()
        )
        return citations, tuple(claims)

    def citation(self, number: int, report_id: str, span: Span) -> Citation:
        """The citation of a stretch of a report, under a number."""
        report = self._index.reports[report_id]
        return Citation(
            number=number,
            report=report_id,
            edition=self._edition(report_id),
            title=report.title,
            section=_section_at(report, span),
            quote=span.within(report.text),
            start=span.start,
            end=span.end,
            page=_block_at(report, span).page,
            columns=_columns_at(report, span),
            sources=tuple(
                CitedSource(mark=s.mark, title=s.title, url=s.url, status=s.status)
                for s in self._sources(report_id).behind(span)
            ),
        )

    def damages(self, citations: Sequence[Citation]) -> dict[str | None, Damage]:
        """The damaged places in the quotes, by how they stand there."""
        return {
            damage.span.within(report.text): damage
            for citation in citations
            for report in [self._index.reports[citation.report]]
            for damage in report.damages_within(Span(citation.start, citation.end))
        }


def _section_at(report: Report, span: Span) -> tuple[str, ...]:
    """Path of the innermost section that holds a span."""
    holding = [section for section in report.sections if section.span.covers(span)]
    return max(holding, key=lambda section: len(section.path)).path if holding else ()


def _block_at(report: Report, span: Span) -> Block:
    """The block in which a span begins."""
    return report.blocks[bisect_right(report.blocks, span.start, key=lambda b: b.span.start) - 1]


def _columns_at(report: Report, span: Span) -> tuple[str, ...]:
    """The headings over a table row, where a span is just that."""
    block = _block_at(report, span)
    if block.kind != "table_row" or block.span != span or block.table is None:
        return ()
    return tuple(cell.within(report.text) for cell in report.tables[block.table].header)
