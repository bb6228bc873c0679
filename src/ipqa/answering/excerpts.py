"""What the reports say to a question, as much of it as fits: for whoever has room for so many characters and no more.

A passage is retrieved whole, though one sentence of it was looked for. Its paragraphs, list items and table rows
apart, in the order of their best sentences, hold more of what answers within the same length.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ipqa.answering.ranking import Candidate
from ipqa.index.store import Index
from ipqa.reports.model import Span


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A paragraph, a list item or a table row; of a paragraph that several passages share, the part in one.

    Attributes:
        report: its report's id.
        section: titles from the chapter down.
        span: where it stands in the report, in code points.
        score: of its best sentence; compares within one question only.
    """

    report: str
    section: tuple[str, ...]
    span: Span
    score: float


def excerpts_of(index: Index, candidates: Iterable[Candidate], characters: int) -> list[Excerpt]:
    """The excerpts that hold some sentences, in their order, as many as fit.

    Args:
        index: holds the sentences.
        candidates: sentences, best first.
        characters: how long all of them may be, with a line break after each. The first is given even if it is
            longer; of the others those that do not fit are passed over.
    """
    found: list[Excerpt] = []
    for excerpt in _all(index, candidates):
        length = excerpt.span.end - excerpt.span.start + 1
        if length <= characters or not found:
            characters -= length
            found.append(excerpt)
    return found


def _all(index: Index, candidates: Iterable[Candidate]) -> Iterator[Excerpt]:
    """The excerpt around each sentence, once."""
    seen: set[tuple[str, Span]] = set()
    for candidate in candidates:
        passage = index.passages[candidate.sentence.passage]
        block = index.reports[candidate.report].blocks[candidate.sentence.block]
        span = Span(
            max(block.span.start, passage.span.start), min(block.span.end, passage.span.end)
        )
        if (candidate.report, span) not in seen:
            seen.add((candidate.report, span))
            yield Excerpt(candidate.report, passage.section, span, candidate.score)
