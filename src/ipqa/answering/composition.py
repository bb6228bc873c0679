"""What is said: the sentences, lists and table cells that together answer, word for word."""

from collections.abc import Iterator, Sequence

from ipqa.answering.evidence import Evidence, Term
from ipqa.answering.question import Question
from ipqa.answering.ranking import Candidate
from ipqa.answering.statement import Statement
from ipqa.answering.tables import named_table, table_statements
from ipqa.index.store import Index
from ipqa.passages import Sentence
from ipqa.reports.builder import sentence_spans
from ipqa.reports.model import Block, Report, Span

_CHARACTERS = 260
"""As long as the sentences of an answer may be together, the first aside."""

_MOST_SENTENCES = 6
_NEAR = 2.5
_NEAR_A_FIGURE = 1.5
"""A further sentence is said if its score, with what follows, is this near to the best one's; nearer where
a date or quantity is asked for and the best one has it."""

_NEXT_TO = 0.7
_SAME_LIST = 0.7
"""What it adds to a sentence's score to stand next to one that is said, or in the same list."""

_CONSIDERED = 40
_LONGEST_LIST = 12


def compose(
    question: Question,
    terms: tuple[Term, ...],
    candidates: Sequence[Candidate],
    index: Index,
    evidence: Evidence,
) -> list[Statement]:
    """The statements of the answer, in the order of the report."""
    best = candidates[0].sentence
    report = index.reports[candidates[0].report]
    if report.blocks[best.block].kind == "table_row" and named_table(question) is not None:
        return table_statements(question, report, best.block, terms, evidence)
    chosen = _chosen(question, candidates, report)
    lead = _lead_of_list(question, report, best, chosen)
    listed = [] if lead is None else _list(report, lead, best)
    if listed and question.kind == "list":
        return listed
    rows = {report.blocks[s.block].table: s.block for s in reversed(chosen)}
    told = [
        *listed,
        *_with_subjects(report, [s for s in chosen if report.blocks[s.block].table is None]),
        *(
            statement
            for table, block in rows.items()
            if table is not None
            for statement in table_statements(question, report, block, terms, evidence)
        ),
    ]
    return _in_order(told)


def _in_order(statements: Sequence[Statement]) -> list[Statement]:
    """Each statement once, in the order of the report, those within another one left out."""
    kept: list[Statement] = []
    for statement in statements:
        if not any(other.spans[0].covers(statement.spans[0]) for other in kept):
            kept.append(statement)
    return sorted(kept, key=lambda statement: statement.spans[0].start)


def _chosen(question: Question, candidates: Sequence[Candidate], report: Report) -> list[Sentence]:
    """The best sentence, and those of its report that add most, while there is room for them."""
    best, *others = [c for c in candidates if c.report == report.id][:_CONSIDERED]
    has_figure = question.kind in {"when", "quantity"} and best.features["expected"]
    near = _NEAR_A_FIGURE if has_figure else _NEAR
    chosen = [best]
    while len(chosen) < _MOST_SENTENCES:
        room = _CHARACTERS - sum(len(candidate.text) for candidate in chosen)
        others = [candidate for candidate in others if len(candidate.text) <= room]
        worth = [c.score + _bond(report, c, chosen) for c in others]
        places = range(len(others))
        place = max(places, key=lambda i: (worth[i], -others[i].number), default=None)
        if place is None or worth[place] < best.score - near:
            break
        chosen.append(others.pop(place))
    return sorted((c.sentence for c in chosen), key=lambda sentence: sentence.span.start)


def _bond(report: Report, candidate: Candidate, chosen: Sequence[Candidate]) -> float:
    """What a sentence gains by belonging to those that are said already."""
    block = candidate.sentence.block
    lead = report.blocks[block].lead
    beside = any(
        abs(candidate.number - c.number) == 1 and block == c.sentence.block for c in chosen
    )
    listed = any(
        lead == c.sentence.block
        or report.blocks[c.sentence.block].lead == block
        or (lead is not None and lead == report.blocks[c.sentence.block].lead)
        for c in chosen
    )
    return _NEXT_TO * beside + _SAME_LIST * listed


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


def _leads_above(report: Report, block: int) -> Iterator[int]:
    """The blocks that lead to a list item, the nearest first."""
    lead = report.blocks[block].lead
    while lead is not None:
        yield lead
        lead = report.blocks[lead].lead


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
