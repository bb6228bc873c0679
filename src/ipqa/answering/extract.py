"""The extractive answer: the sentences, list items or table cells that answer, word for word."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ipqa.answering.evidence import Evidence, Term, expected_span
from ipqa.answering.question import Question
from ipqa.index.store import Index
from ipqa.passages import Sentence, row_of
from ipqa.reports.model import Block, Report, Span
from ipqa.retrieval import Hit

_MOST_SENTENCES = 3
_NEAR = 0.35
"""A further sentence is said if its score is this near to the best one's."""

_WEIGHTS = {"cosine": 12.0, "coverage": 1.6, "expected": 0.5, "passage": 0.25}
_NO_COSINE = 0.02
_LEADING = re.compile(r"[:：]$|(?:以下|次)の.{0,30}|(?:です|ある|れる|います|ます)[。.]?$")
_LONGEST_LIST = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with how well it does."""

    number: int
    sentence: Sentence
    score: float
    cosine: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing to say: its text, and the stretches of a report that it is taken from."""

    report: str
    text: str
    spans: tuple[Span, ...]
    list_item: bool = False


def rank(
    question: Question, terms: tuple[Term, ...], hits: Sequence[Hit], index: Index, evidence: Evidence
) -> list[Candidate]:
    """The sentences of the retrieved passages, best first, equal ones in report order."""
    wanted = {hit.number: hit for hit in hits}
    best = max((hit.dense for hit in hits), default=0.0)
    candidates = []
    for number, sentence in enumerate(index.sentences):
        hit = wanted.get(sentence.passage)
        if hit is None:
            continue
        text = sentence.span.within(index.reports[hit.passage.report].text)
        if text[-1] in ":：":
            continue  # announces, says nothing
        cosine = hit.cosines.get(number, min([*hit.cosines.values(), hit.dense]) - _NO_COSINE)
        coverage = evidence.coverage(terms, sentence.indexed_text)
        score = (
            _WEIGHTS["cosine"] * (cosine - best)
            + _WEIGHTS["coverage"] * coverage
            + _WEIGHTS["expected"] * (expected_span(question.kind, text) is not None)
            + _WEIGHTS["passage"] * hit.score
        )
        candidates.append(Candidate(number, sentence, score, cosine, coverage))
    return sorted(candidates, key=lambda c: (-c.score, c.number))


def compose(
    question: Question,
    terms: tuple[Term, ...],
    candidates: Sequence[Candidate],
    index: Index,
    evidence: Evidence,
) -> list[Statement]:
    """What to say: a table's cells, a whole list, or the best sentences in report order."""
    best = candidates[0].sentence
    report = index.reports[index.passages[best.passage].report]
    block = report.blocks[best.block]
    if block.kind == "table_row":
        return _cells(report, block, terms, evidence)
    if listed := _list(report, best, question):
        return listed
    chosen = [
        c
        for c in candidates[:_MOST_SENTENCES]
        if candidates[0].score - c.score <= _NEAR
        and report.blocks[c.sentence.block].kind != "table_row"
        and index.passages[c.sentence.passage].report == report.id
    ]
    return [
        _sentence(report, candidate.sentence)
        for candidate in sorted(chosen, key=lambda c: c.sentence.span.start)
    ]


def short_answer(question: Question, statements: Sequence[Statement]) -> str | None:
    """The words that answer a question for a date or a quantity, where they can be told apart."""
    if question.kind not in {"when", "quantity"}:
        return None
    for statement in statements:
        span = expected_span(question.kind, statement.text)
        if span is not None and span[1] > span[0]:
            return statement.text[slice(*span)].strip()
    return None


def _sentence(report: Report, sentence: Sentence) -> Statement:
    return Statement(
        report.id,
        sentence.span.within(report.text),
        (sentence.span,),
        list_item=report.blocks[sentence.block].kind == "list_item",
    )


def _list(report: Report, best: Sentence, question: Question) -> list[Statement]:
    """The list that a sentence leads into, or that a list item asked for as a list belongs to."""
    block = report.blocks[best.block]
    lead: int | None = None
    if any(other.lead == best.block for other in report.blocks):
        lead = best.block
    elif question.kind == "list" and block.kind == "list_item":
        lead = block.lead
    if lead is None:
        return []
    items = [b for b in report.blocks if b.lead == lead and b.kind == "list_item"][:_LONGEST_LIST]
    opening = report.blocks[lead]
    statements = [_block(report, item) for item in items]
    if opening.kind == "list_item" or lead == best.block:
        span = best.span if lead == best.block else opening.span
        statements.insert(0, Statement(report.id, span.within(report.text), (span,)))
    return statements


def _block(report: Report, block: Block) -> Statement:
    return Statement(report.id, block.span.within(report.text), (block.span,), list_item=True)


def _cells(
    report: Report, block: Block, terms: tuple[Term, ...], evidence: Evidence
) -> list[Statement]:
    """The cells asked for: of the columns that the question names, or of the whole row."""
    table, row = row_of(report, block)
    columns = range(1, len(table.header))
    named = [c for c in columns if _names(terms, table.header[c].within(report.text), evidence)]
    if not named or len(named) == len(columns):
        return _row_statements(report, table.header, row, list(columns))
    labels = [cells[0].within(report.text) if cells[0] else "" for cells in table.rows]
    asked = [i for i, label in enumerate(labels) if _names(terms, label, evidence)]
    statements = []
    for i in asked or range(len(table.rows)):
        statements += _row_statements(report, table.header, table.rows[i], named)
    return statements


def _names(terms: tuple[Term, ...], heading: str, evidence: Evidence) -> bool:
    """Whether the question names a row or column heading, in whole or by its rarest word."""
    return any(evidence.coverage((term,), heading) == 1.0 for term in terms)


def _row_statements(
    report: Report,
    header: tuple[Span, ...],
    row: tuple[Span | None, ...],
    columns: Sequence[int],
) -> list[Statement]:
    label = row[0]
    statements = []
    for column in columns:
        cell = row[column]
        if cell is None or not cell.within(report.text).strip("-－— "):
            continue
        heading = header[column].within(report.text)
        name = f"{heading}・{label.within(report.text)}" if label else heading
        spans = [cell, header[column], *([label] if label else [])]
        # the headings are cited only where their figures need support
        needed = [span for span in spans[1:] if re.search(r"\d", span.within(report.text))]
        statements.append(
            Statement(
                report.id,
                f"{name}: {cell.within(report.text)}",
                (cell, *needed),
                list_item=True,
            )
        )
    return statements
