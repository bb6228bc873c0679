"""Two editions of one report, sentence by sentence: what was kept, moved, changed or is gone.

Sentences that are the same but for notation (NFKC, white space) are matched first; of the others, those
that resemble each other most are taken for one that was changed. Likeness is the share of characters
that remain in an alignment (Indel similarity, by rapidfuzz).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import BaseModel

from ipqa.reports.builder import sentence_spans
from ipqa.reports.model import Report, Span

Fate = Literal["kept", "moved", "changed", "gone"]

_LIKE = 60.0
"""Likeness, of 100, from which two sentences are taken for two wordings of one."""


class SentenceFate(BaseModel):
    """What became of a sentence of the older edition; ``new`` fields are null where it is gone."""

    fate: Fate
    section: tuple[str, ...]
    start: int
    end: int
    text: str
    new_section: tuple[str, ...] | None
    new_start: int | None
    new_end: int | None
    new_text: str | None


class Comparison(BaseModel):
    """The fates of sentences of the older edition, and how many sentences are new in the other."""

    old: str
    new: str
    sentences: list[SentenceFate]
    only_new: int

    def counts(self) -> dict[Fate, int]:
        """How many sentences met each fate."""
        fates = [sentence.fate for sentence in self.sentences]
        return {fate: fates.count(fate) for fate in ("kept", "moved", "changed", "gone")}


@dataclass(frozen=True, slots=True)
class _Sentence:
    span: Span
    section: tuple[str, ...]
    plain: str


def compare(old: Report, new: Report, cited: Sequence[Span] | None = None) -> Comparison:
    """Say what became of the older edition's sentences.

    Args:
        old: the older edition.
        new: the newer one.
        cited: only the sentences that these stretches of the older one touch; all where None.
    """
    before, after = list(_sentences(old)), list(_sentences(new))
    same = _same(before, after)
    alike = _alike(before, after, same)
    partners = same | alike
    return Comparison(
        old=old.id,
        new=new.id,
        sentences=[
            _fate(old, new, one, after[partners[number]] if number in partners else None)
            for number, one in enumerate(before)
            if cited is None or any(_touch(one.span, span) for span in cited)
        ],
        only_new=len(after) - len(partners),
    )


def _sentences(report: Report) -> Iterator[_Sentence]:
    for block in report.blocks:
        if block.kind in {"heading", "reference", "table_header"}:
            continue
        whole = block.kind == "table_row"
        for span in [block.span] if whole else sentence_spans(report, block.span):
            plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", span.within(report.text)))
            if plain:
                yield _Sentence(span, report.section_path(block.section), plain)


def _same(before: Sequence[_Sentence], after: Sequence[_Sentence]) -> dict[int, int]:
    """Sentences that say the same, each with its partner: one of the same section if there is any."""
    places: dict[str, list[int]] = {}
    for number, sentence in enumerate(after):
        places.setdefault(sentence.plain, []).append(number)
    partners: dict[int, int] = {}
    for number, sentence in enumerate(before):
        free = places.get(sentence.plain)
        if free:
            best = next((n for n in free if after[n].section == sentence.section), free[0])
            free.remove(best)
            partners[number] = best
    return partners


def _alike(
    before: Sequence[_Sentence], after: Sequence[_Sentence], same: dict[int, int]
) -> dict[int, int]:
    """Sentences without a partner, each with the one that it resembles most, the likest pairs first."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only comparing needs it

    taken = set(same.values())
    old = [number for number in range(len(before)) if number not in same]
    new = [number for number in range(len(after)) if number not in taken]
    likeness = process.cdist(
        [before[n].plain for n in old],
        [after[n].plain for n in new],
        scorer=fuzz.ratio,
        score_cutoff=_LIKE,
        dtype=np.uint8,
    )
    rows, columns = likeness.nonzero()
    pairs = sorted(
        zip(rows.tolist(), columns.tolist(), strict=True), key=lambda p: (-int(likeness[p]), p)
    )
    partners: dict[int, int] = {}
    for row, column in pairs:
        if old[row] not in partners and new[column] not in taken:
            partners[old[row]] = new[column]
            taken.add(new[column])
    return partners


def _fate(old: Report, new: Report, one: _Sentence, partner: _Sentence | None) -> SentenceFate:
    if partner is None:
        fate: Fate = "gone"
    elif partner.plain != one.plain:
        fate = "changed"
    else:
        fate = "kept" if partner.section == one.section else "moved"
    return SentenceFate(
        fate=fate,
        section=one.section,
        start=one.span.start,
        end=one.span.end,
        text=one.span.within(old.text),
        new_section=partner.section if partner else None,
        new_start=partner.span.start if partner else None,
        new_end=partner.span.end if partner else None,
        new_text=partner.span.within(new.text) if partner else None,
    )


def _touch(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def quoted_spans(report: Report, quotes: Iterable[tuple[str, int, int]]) -> list[Span]:
    """Where quotes of past answers stand in a report: at their offsets, or wherever the text is found.

    Args:
        report: the edition that was quoted.
        quotes: text, start and end of each.
    """
    spans = []
    for quote, start, end in quotes:
        at = start if report.text[start:end] == quote else report.text.find(quote)
        if at >= 0:
            spans.append(Span(at, at + len(quote)))
    return spans
