"""The tools: a model's arguments to the assistant, and what comes of them to results."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from ipqa.answering.answer import Answer
from ipqa.answering.verification import Verification
from ipqa.assistant import Assistant
from ipqa.errors import IpqaError
from ipqa.mcp.results import OpenedCitation, ReportEntry, ReportList, SearchHit, SearchHits
from ipqa.reports.builder import sentence_spans
from ipqa.reports.model import Report, Span

_AROUND = 300
"""So many characters before and after a quote are shown, more or less: sentences are not cut."""

_LONGEST_QUOTE = 20_000
"""Longest stretch that is opened at once, in characters."""

ReportIds = Annotated[
    list[str] | None,
    Field(description="Ids of the reports to consult, from list_reports; all reports if left out."),
]


class ReportTools:
    """The tools; what their docstrings say is what the model is told of them.

    Args:
        current: gives the assistant that answers now, and each call of a tool one to the end.
    """

    def __init__(self, current: Callable[[], Assistant]) -> None:
        self._current = current

    def ask(
        self,
        question: Annotated[
            str,
            Field(
                description="One self-contained question, in Japanese if possible, such as "
                "新工場はいつ稼働しますか. Replace それ or その会社 by what is meant."
            ),
        ],
        reports: ReportIds = None,
    ) -> Answer:
        """Answer a question from the reports, each claim with citations that quote them verbatim.

        `claims` name their `citations` by number; `short_answer` is the date, quantity or name alone.
        If `answered` is false, the reports do not say it (資料に記載がありません): `citations` are then
        only the nearest passages, and `suggestions` are questions that can be answered. `notes` tell
        how damaged characters in a quote probably read. A claim that is `hedged` is an inference of
        the report (と推察される), not a fact.
        """
        with _told():
            return self._current().ask(question, reports=reports)

    def search(
        self,
        question: Annotated[
            str,
            Field(
                description="A question or key words, in Japanese if possible: 全社の出荷量 推移."
            ),
        ],
        k: Annotated[int, Field(ge=1, le=50, description="How many passages.")] = 5,
        reports: ReportIds = None,
    ) -> SearchHits:
        """Find the passages nearest to a question, by meaning and by words, best first.

        Use it to read around a topic or where `ask` declines. There is always a nearest passage: that
        it is listed does not mean that it answers the question.
        """
        with _told():
            assistant = self._current()
            hits = assistant.search(question, k, reports)
        return SearchHits(
            hits=tuple(
                SearchHit(
                    citation=assistant.citation(number, hit.passage.report, hit.passage.span),
                    score=hit.score,
                )
                for number, hit in enumerate(hits, start=1)
            )
        )

    def open_citation(
        self,
        report: Annotated[str, Field(description="Id of the report, as in a citation.")],
        start: Annotated[
            int, Field(ge=0, description="Offset of the quote's first character, in code points.")
        ],
        end: Annotated[int, Field(ge=1, description="Offset just behind its last character.")],
        edition: Annotated[
            str | None,
            Field(
                description="The citation's edition, to learn whether the text is still the same."
            ),
        ] = None,
    ) -> OpenedCitation:
        """Open a place of a report (引用箇所): the exact quote, what stands around it, and its sources.

        Take `report`, `start`, `end` and `edition` from a citation. If `same_edition` is false, the
        report has changed since, and the quote must be looked for again with `search`.
        """
        with _told():
            assistant = self._current()
            opened = assistant.report(report)
        span = _span_of(opened, start, end)
        citation = assistant.citation(1, report, span)
        around = _surroundings(opened, span)
        return OpenedCitation(
            citation=citation,
            before=opened.text[around.start : start],
            after=opened.text[end : around.end],
            same_edition=None if edition is None else edition == citation.edition,
        )

    def list_reports(self) -> ReportList:
        """List the reports that can be asked (報告書の一覧), with their ids, titles and chapters."""
        return ReportList(
            reports=tuple(_entry(report) for report in self._current().index.reports.values())
        )

    def verify(
        self,
        text: Annotated[
            str,
            Field(description="The draft, in Japanese: whole sentences, as they are to be read."),
        ],
        reports: ReportIds = None,
    ) -> Verification:
        """Check a draft (下書き) against the reports, sentence by sentence.

        `support` of each sentence: `supported` (quotes say it), `contradicted` (quotes say otherwise:
        correct it), `unsupported` (neither is certain: take it out or show its own source),
        `not_checked` (nothing is stated). `figures` are the figures that no quote holds; `reason` says
        what differs. Offsets count code points of the returned `text`.
        """
        with _told():
            return self._current().verify(text, reports)


@contextmanager
def _told() -> Iterator[None]:
    """Turn an error that a user can mend into a tool error that says how."""
    try:
        yield
    except IpqaError as error:
        raise ToolError(error.message("en")) from error


def _span_of(report: Report, start: int, end: int) -> Span:
    """The stretch that is asked for, if the report has it.

    Raises:
        ToolError: it is empty, ends behind the text, or is too long to be opened at once.
    """
    length = len(report.text)
    if not start < end <= length:
        raise ToolError(
            f"{start} to {end} is no stretch of “{report.id}”, which has {length:,} characters: start "
            f"must be less than end, and end at most {length}. Take both from a citation."
        )
    if end - start > _LONGEST_QUOTE:
        raise ToolError(
            f"{end - start:,} characters are too many to open at once. Ask for at most "
            f"{_LONGEST_QUOTE:,}."
        )
    return Span(start, end)


def _surroundings(report: Report, span: Span) -> Span:
    """A stretch and the whole sentences around it: at least one on either side, if there is any."""
    first, last = span.start - _AROUND, span.end + _AROUND
    near = [
        sentence
        for block in report.blocks
        if block.span.end >= first and block.span.start <= last
        for sentence in (
            [block.span] if block.table is not None else sentence_spans(report, block.span)
        )
    ]
    starts = [sentence.start for sentence in near if sentence.start < span.start]
    ends = [sentence.end for sentence in near if sentence.end > span.end]
    return Span(
        min((start for start in starts if start >= first), default=max(starts, default=span.start)),
        max((end for end in ends if end <= last), default=min(ends, default=span.end)),
    )


def _entry(report: Report) -> ReportEntry:
    return ReportEntry(
        id=report.id,
        title=report.title,
        source=report.source,
        edition=report.edition,
        characters=len(report.text),
        pages=len({block.page for block in report.blocks} - {None}) or None,
        chapters=tuple(s.title for s in report.sections if len(s.path) == 1),
    )
