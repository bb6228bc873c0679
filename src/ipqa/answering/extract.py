"""The extractive answer: the sentences, list items or table cells that answer, word for word."""

from collections.abc import Sequence
from dataclasses import dataclass

from ipqa.answering.evidence import Evidence, Term, expected_spans
from ipqa.answering.question import Question
from ipqa.answering.statement import Statement
from ipqa.answering.tables import is_row_of, named_table, table_statements
from ipqa.index.store import Index
from ipqa.passages import Sentence
from ipqa.reports.builder import sentence_spans
from ipqa.reports.model import Block, Report, Span
from ipqa.retrieval import Hit

PASSAGES = 8
"""How many of the best passages an answer is looked for in."""

_MOST_SENTENCES = 3
_NEAR = 0.35
"""A further sentence is said if its score is this near to the best one's."""

_BRINGS_MORE = 0.25
"""How much more of the question the sentence that goes on must hold to be said."""

_COSINE = 12.0
_COVERAGE = 1.6
_OWN_COVERAGE = 0.5
_EXPECTED = 0.5
_PASSAGE = 0.25
_EMPTY = 1.0
"""Weights of a sentence's score: cosine, words of the question held with and without context, the kind of
thing asked for, the passage's fused score; and what saying nothing new costs."""

_NO_COSINE = 0.02
_TELLING_WORDS = 3
"""Words besides the question's own that a sentence needs to say anything."""

_LABEL = 40
_LONGEST_LIST = 12


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with how well it does."""

    number: int
    sentence: Sentence
    score: float
    cosine: float
    coverage: float


def rank(
    question: Question,
    terms: tuple[Term, ...],
    hits: Sequence[Hit],
    index: Index,
    evidence: Evidence,
) -> list[Candidate]:
    """The sentences of the retrieved passages, best first, equal ones in report order."""
    best = max((hit.dense for hit in hits), default=0.0)
    candidates = []
    for hit, number in _pool(question, hits, index):
        sentence = index.sentences[number]
        text = sentence.span.within(index.reports[hit.passage.report].text)
        if text[-1] in ":：":
            continue  # announces, says nothing
        cosine = hit.cosines.get(number, min([*hit.cosines.values(), hit.dense]) - _NO_COSINE)
        context = evidence.with_subject(hit.passage.report, sentence.indexed_text)
        coverage = evidence.coverage(terms, context)
        own = evidence.coverage(terms, text)
        block = index.reports[hit.passage.report].blocks[sentence.block]
        says_nothing = _is_label(block, text) or evidence.new_words(terms, text) < _TELLING_WORDS
        score = (
            _COSINE * (cosine - best)
            + _COVERAGE * coverage
            + _OWN_COVERAGE * own
            - _EMPTY * says_nothing
            + _EXPECTED * (bool(expected_spans(question, text)))
            + _PASSAGE * hit.score
        )
        candidates.append(Candidate(number, sentence, score, cosine, coverage))
    return sorted(candidates, key=lambda c: (-c.score, c.number))


def _is_label(block: Block, text: str) -> bool:
    """Whether a short line of its own is no sentence: a byline, what stands above a list."""
    return block.kind == "paragraph" and len(text) <= _LABEL and text[-1] not in "。．.！？!?」）)"


def _pool(question: Question, hits: Sequence[Hit], index: Index) -> list[tuple[Hit, int]]:
    """The sentences that may answer: those of the passages, or the rows of the table that is named."""
    number = named_table(question)
    rows = [
        (hit, row)
        for hit in (hits if number is not None else ())
        for row in index.sentences_of(hit.number)
        if is_row_of(number, index.reports[hit.passage.report], index.sentences[row].block)
    ]
    return rows or [
        (hit, sentence) for hit in hits[:PASSAGES] for sentence in index.sentences_of(hit.number)
    ]


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
        return table_statements(question, report, best.block, terms, evidence)
    chosen = _best_few(question, terms, candidates, index, evidence)
    lead = _lead_of_list(question, report, best, chosen)
    if lead is not None:
        return _list(report, lead, best)
    return _with_subjects(report, chosen)


def _with_subjects(report: Report, chosen: Sequence[Sentence]) -> list[Statement]:
    """The sentences, each from within a list below what says whom it is about.

    That is the item's first sentence for a later one, and the item above for a nested one.
    """
    said: dict[Span, Block] = {}
    for sentence in chosen:
        block = report.blocks[sentence.block]
        if block.kind == "list_item":
            for subject in (_item_above(report, block), block):
                if subject is not None:
                    said[sentence_spans(report, subject.span)[0]] = subject
        said[sentence.span] = block
    return [
        Statement(report.id, span.within(report.text), (span,), list_item=block.kind == "list_item")
        for span, block in said.items()
    ]


def _item_above(report: Report, block: Block) -> Block | None:
    """The item that a nested one stands under, unless it only announces."""
    above = report.blocks[block.lead] if block.lead is not None else None
    if above is None or above.kind != "list_item":
        return None
    return None if above.span.within(report.text).endswith((":", "：")) else above


def _best_few(
    question: Question,
    terms: tuple[Term, ...],
    candidates: Sequence[Candidate],
    index: Index,
    evidence: Evidence,
) -> list[Sentence]:
    """The best sentence and those near it in score, of one report, in its order.

    The sentence that goes on from the best one is said too where it brings what that one lacks: the
    kind of thing asked for, or a word of the question.
    """
    best = candidates[0]
    report = index.reports[index.passages[best.sentence.passage].report]

    def text_of(candidate: Candidate) -> str:
        return candidate.sentence.span.within(report.text)

    def completes(candidate: Candidate) -> bool:
        goes_on = (
            candidate.number == best.number + 1 and candidate.sentence.block == best.sentence.block
        )
        if not goes_on:
            return False
        if expected_spans(question, text_of(candidate)) and not expected_spans(
            question, text_of(best)
        ):
            return True
        together = f"{best.sentence.indexed_text}{text_of(candidate)}"
        return evidence.coverage(terms, together) - best.coverage >= _BRINGS_MORE

    chosen = [
        candidate.sentence
        for candidate in candidates
        if index.passages[candidate.sentence.passage].report == report.id
        and report.blocks[candidate.sentence.block].kind != "table_row"
        and (best.score - candidate.score <= _NEAR or completes(candidate))
    ]
    return sorted(chosen[:_MOST_SENTENCES], key=lambda sentence: sentence.span.start)


def short_answer(
    question: Question, terms: Sequence[Term], statements: Sequence[Statement]
) -> str | None:
    """The date or quantity that is asked for: the one nearest to a name that the question names."""
    if question.kind not in {"when", "quantity"}:
        return None
    for statement in statements:
        text = statement.text
        names = [
            (at, at + len(term.surface))
            for term in terms
            if term.is_name and (at := text.find(term.surface)) >= 0
        ]

        def distance(span: tuple[int, int], names: list[tuple[int, int]] = names) -> int:
            return min((max(span[0] - end, start - span[1]) for start, end in names), default=0)

        if found := expected_spans(question, text):
            return text[slice(*min(found, key=distance))].strip()
    return None


def _lead_of_list(
    question: Question, report: Report, best: Sentence, chosen: Sequence[Sentence]
) -> int | None:
    """The block whose whole list is the answer, if one is.

    That is so where the best sentence leads into a list, where a chosen one does and a list is asked for
    or items of it are chosen too, and where a list is asked for and the best sentence is an item of one.
    """
    leads = {block.lead for block in report.blocks if block.kind == "list_item"}

    def leads_on(sentence: Sentence) -> bool:
        last = sentence.span.end == report.blocks[sentence.block].span.end
        return last and sentence.block in leads

    if leads_on(best):
        return best.block
    picked = {lead for sentence in chosen for lead in _leads_above(report, sentence.block)}
    for sentence in chosen:
        if leads_on(sentence) and (question.kind == "list" or sentence.block in picked):
            return sentence.block
    block = report.blocks[best.block]
    return block.lead if question.kind == "list" and block.kind == "list_item" else None


def _leads_above(report: Report, block: int) -> list[int]:
    """The blocks that lead to a list item, the nearest first."""
    lead = report.blocks[block].lead
    return [] if lead is None else [lead, *_leads_above(report, lead)]


def _list(report: Report, lead: int, best: Sentence) -> list[Statement]:
    """A list with the sentence or item that leads into it."""
    opening = report.blocks[lead]
    span = best.span if lead == best.block else sentence_spans(report, opening.span)[-1]
    items = _items_below(report, lead)[:_LONGEST_LIST]
    return [
        Statement(report.id, span.within(report.text), (span,)),
        *(_block(report, item) for item in items),
    ]


def _items_below(report: Report, lead: int) -> list[Block]:
    """The items that a block leads into, each followed by the items below it."""
    items: list[Block] = []
    for number, block in enumerate(report.blocks):
        if block.lead == lead and block.kind == "list_item":
            items += [block, *_items_below(report, number)]
    return items


def _block(report: Report, block: Block) -> Statement:
    return Statement(report.id, block.span.within(report.text), (block.span,), list_item=True)
