"""A report cut into what is indexed: passages to retrieve, and within them sentences to cite.

A passage never leaves its section and never cuts a list item or a table row. It is indexed together
with what a reader would have seen above it (section titles, the sentence that led into a list, column
headings), and quoted without them.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ipqa.reports.builder import lead_span, sentence_spans
from ipqa.reports.model import Block, Report, Span, Table

SEPARATORS = ["\n", r"(?<=[。！？])(?![」』）)])", r"(?<=、)", r"(?<=[ 　])", ""]
"""Where a paragraph that is too long is cut, best first; each is a regular expression."""

_LEADS = 2


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is retrieved: a stretch of one section of one report.

    Attributes:
        id: made of the report's id and the span, so the same file gives the same id.
        section: titles from the chapter down.
        indexed_text: what is embedded and searched: the passage below its context.
    """

    id: str
    report: str
    section: tuple[str, ...]
    span: Span
    indexed_text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit that is cited: a sentence, a list item that is one, or a table row.

    Attributes:
        passage: position of its passage in the list of passages.
        block: index into the report's blocks.
        indexed_text: what is embedded: its context on the first line, the sentence below.
    """

    passage: int
    block: int
    span: Span
    indexed_text: str

    @property
    def alone(self) -> str:
        """What is indexed of it, without its context."""
        return self.indexed_text.partition("\n")[2]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch that must stay whole: some sentences of a paragraph, a list item, a row."""

    span: Span
    block: int


def split_report(report: Report, length: int) -> tuple[list[Passage], list[Sentence]]:
    """Cut a report into passages of at most ``length`` characters, longer items aside."""
    passages: list[Passage] = []
    found: list[Sentence] = []
    for pieces in _groups(report, length):
        number = len(passages)
        span = Span(pieces[0].span.start, pieces[-1].span.end)
        path = report.section_path(report.blocks[pieces[0].block].section)
        passages.append(
            Passage(
                id=f"{report.id}:{span.start}-{span.end}",
                report=report.id,
                section=path,
                span=span,
                indexed_text=_passage_text(report, pieces),
            )
        )
        found.extend(_sentences(report, pieces, number))
    return passages, found


def describe_row(report: Report, block: Block) -> str:
    """A table row as 「行見出し 列見出し: 値」, the way it is indexed; empty and lost cells say nothing."""
    table, cells = row_of(report, block)
    headings = [heading.within(report.text) for heading in table.header] or [""] * len(cells)
    values = [cell.within(report.text) if cell else "" for cell in cells]
    said = [
        f"{heading}: {value}" if heading else value
        for heading, value in zip(headings[1:], values[1:], strict=True)
        if value
    ]
    label = f"{headings[0]}: {values[0]}" if headings[0] else values[0]
    return f"{table.title} {label} " + " / ".join(said)


def row_of(report: Report, block: Block) -> tuple[Table, tuple[Span | None, ...]]:
    """The table that a row belongs to, and the spans of the row's cells."""
    if block.table is None:
        raise ValueError("the block is no table row")
    number = block.table
    at = bisect_left(report.blocks, block.span.start, key=lambda other: other.span.start)
    first = bisect_left(report.blocks, x=True, hi=at, key=lambda other: other.table == number)
    table = report.tables[number]
    return table, table.rows[at - first - bool(table.header)]


def context_of(report: Report, block: Block) -> str:
    """What a reader has seen above a block: section titles, and what led into its list."""
    parts = list(report.section_path(block.section))
    leads: list[str] = []
    current = block
    while len(leads) < _LEADS and (span := lead_span(report, current)) is not None:
        leads.append(span.within(report.text))
        current = report.blocks[current.lead] if current.lead is not None else current
    return " ".join([*parts, *reversed(leads)])


def _groups(report: Report, length: int) -> Iterator[list[_Piece]]:
    """Neighbouring pieces of one section, as many as fit; a table row always stands alone."""
    group: list[_Piece] = []
    for piece in _pieces(report, length):
        block = report.blocks[piece.block]
        last = report.blocks[group[-1].block] if group else None
        if last is not None and (
            block.section != last.section
            or piece.block - group[-1].block > 1
            or "table_row" in (block.kind, last.kind)
            or piece.span.end - group[0].span.start > length
        ):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _pieces(report: Report, length: int) -> Iterator[_Piece]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: PLC0415 - only builds need it

    splitter = RecursiveCharacterTextSplitter(
        separators=SEPARATORS,
        is_separator_regex=True,
        chunk_size=length,
        chunk_overlap=0,
        strip_whitespace=False,
    )
    for number, block in enumerate(report.blocks):
        if block.kind in {"list_item", "table_row"}:
            yield _Piece(block.span, number)
        elif block.kind in {"paragraph", "note"}:
            start = block.span.start
            for chunk in splitter.split_text(block.span.within(report.text)):
                yield _Piece(Span(start, start + len(chunk)), number)
                start += len(chunk)


def _passage_text(report: Report, pieces: list[_Piece]) -> str:
    block = report.blocks[pieces[0].block]
    if block.kind == "table_row":
        return f"{context_of(report, block)}\n{describe_row(report, block)}"
    span = Span(pieces[0].span.start, pieces[-1].span.end)
    return f"{context_of(report, block)}\n{report.mended(span)}"


def _sentences(report: Report, pieces: Iterable[_Piece], passage: int) -> Iterator[Sentence]:
    for piece in pieces:
        block = report.blocks[piece.block]
        context = context_of(report, block)
        if block.kind == "table_row":
            yield Sentence(
                passage, piece.block, piece.span, f"{context}\n{describe_row(report, block)}"
            )
            continue
        for span in sentence_spans(report, piece.span):
            if re.search(r"\w", span.within(report.text)):
                yield Sentence(passage, piece.block, span, f"{context}\n{report.mended(span)}")
