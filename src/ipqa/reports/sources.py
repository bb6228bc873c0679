"""What stands behind a reference mark: the entry of a source list that it leads to.

A number can mean an entry of the chapter's own list or of the list for the whole report. The mark is
ambiguous, and says so, where more than one entry fits, where the chapter's own list does not name the
page that the other list gives, or where the sentence speaks of what such doubtful uses of the same
number speak of. It is never guessed.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ipqa.reports.builder import lead_span, sentence_spans
from ipqa.reports.model import Mark, Reference, Report, SourceStatus, Span

_SUBJECT = re.compile(r"[A-Za-z][A-Za-z0-9&.-]+|[ァ-ヴー]{3,}|[一-龥]{3,}|\d{4}年度?")
"""What can tell one subject from another: names, technical terms, years."""

_TYPICAL = 1 / 3
_MORE_OFTEN = 2
"""A subject typical of a group of sentences stands in a third of them, twice as often as in all."""


@dataclass(frozen=True, slots=True)
class Source:
    """What stands behind a mark: an entry of a source list, or the reason why there is none."""

    mark: str
    title: str
    url: str | None
    status: SourceStatus


class SourceIndex:
    """The source lists of one report, ready to be asked what stands behind a stretch of its text."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._marks = report.marks
        self._positions = [mark.position for mark in report.marks]
        self._blocks = [(block.span.start, block.span.end) for block in report.blocks]
        self._chapters = [section.span for section in report.sections if section.level == 1]
        self._notes: dict[tuple[str, int], list[Reference]] = {}
        self._whole: dict[int, list[Reference]] = {}
        self._by_chapter: dict[int | None, list[Reference]] = {}
        for reference in report.references:
            if reference.series:
                self._notes.setdefault((reference.series, reference.number), []).append(reference)
            elif reference.scope == "report":
                self._whole.setdefault(reference.number, []).append(reference)
            elif reference.scope == "chapter":
                chapter = self._chapter_at(reference.span.end)
                self._by_chapter.setdefault(chapter, []).append(reference)
        self._subjects: dict[Mark, frozenset[str]] = {}
        self._doubtful: dict[int, tuple[str, ...]] = {}
        self._greatest: dict[int | None, int] = {}
        for mark in self._marks:
            if not mark.series:
                chapter = self._chapter_at(mark.position)
                self._greatest[chapter] = max(mark.number, self._greatest.get(chapter, 0))

    def behind(self, span: Span) -> tuple[Source, ...]:
        """The sources behind the marks within a span, each once, in the order of the marks.

        A sentence without a mark stands on the next one of its paragraph: reports set one mark after
        several sentences that it supports.
        """
        marks = self._between(span.start, span.end)
        if not marks:
            following = self._between(span.end, self._block_end(span.start))
            marks = [m for m in following if m.position == following[0].position]
        return tuple(dict.fromkeys(source for mark in marks for source in self.of(mark)))

    def of(self, mark: Mark) -> tuple[Source, ...]:
        """What one mark leads to: one source, several that may fit, or one that is missing."""
        if mark.series:
            return self._note(mark)
        chapter = self._chapter_at(mark.position)
        candidates = list(self._whole.get(mark.number, ()))
        unlisted = self.is_unlisted(mark)
        if unlisted or self._follows_own_list(chapter):
            own = self._by_chapter.get(chapter, [])
            candidates += [entry for entry in own if entry.number == mark.number]
        distinct = {entry.url or entry.title: entry for entry in candidates}.values()
        if not distinct:
            return (Source(mark.label, "", None, "missing"),)
        sure = len(distinct) == 1 and not unlisted and not self._is_of_doubtful_subject(mark)
        status: SourceStatus = "resolved" if sure else "ambiguous"
        return tuple(Source(mark.label, r.title, r.url, status) for r in distinct)

    def subjects(self, mark: Mark) -> frozenset[str]:
        """The names, technical terms and years of the sentence that a mark stands in."""
        if mark not in self._subjects:
            self._subjects[mark] = frozenset(_SUBJECT.findall(self._said_at(mark)))
        return self._subjects[mark]

    @cached_property
    def _everywhere(self) -> Counter[str]:
        return Counter(subject for mark in self._marks for subject in self.subjects(mark))

    def is_unlisted(self, mark: Mark) -> bool:
        """Whether the mark's chapter has a list, and it does not name the page of the whole list."""
        own = self._by_chapter.get(self._chapter_at(mark.position), [])
        return bool(own) and any(not _listed(e, own) for e in self._whole.get(mark.number, ()))

    def subjects_of(self, number: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What the uses of a number speak of where its page is doubtful, and what they do elsewhere."""
        doubtful = self._doubtful_subjects(number)
        sure = [
            self.subjects(mark)
            for mark in self._marks
            if mark.number == number and not mark.series and self.of(mark)[0].status == "resolved"
        ]
        return tuple(doubtful), self._typical(sure) if doubtful else ()

    def _is_of_doubtful_subject(self, mark: Mark) -> bool:
        """Whether the sentence speaks of what unlisted uses of the same number speak of."""
        return any(s in self.subjects(mark) for s in self._doubtful_subjects(mark.number))

    def _doubtful_subjects(self, number: int) -> tuple[str, ...]:
        if number not in self._doubtful:
            uses = [m for m in self._marks if not m.series and m.number == number]
            unlisted = [self.subjects(mark) for mark in uses if self.is_unlisted(mark)]
            self._doubtful[number] = self._typical(unlisted)
        return self._doubtful[number]

    def _typical(self, group: list[frozenset[str]]) -> tuple[str, ...]:
        """The subjects that many sentences of a group share, far more than all marked sentences do.

        The most frequent come first.
        """
        if len(group) < 2:  # noqa: PLR2004 - one sentence has nothing in common with others
            return ()
        counts = Counter(subject for subjects in group for subject in sorted(subjects))
        return tuple(
            subject
            for subject, count in counts.most_common()
            if count >= max(2, _TYPICAL * len(group))
            and count / len(group) >= _MORE_OFTEN * self._everywhere[subject] / len(self._marks)
        )

    def _said_at(self, mark: Mark) -> str:
        """The sentence or table row that a mark stands in, below what led into its list."""
        number = bisect_left(self._blocks, mark.position, key=lambda block: block[1])
        if number == len(self._blocks):
            return ""
        block = self._report.blocks[number]
        spans = [s for s in sentence_spans(self._report, block.span) if s.end >= mark.position]
        lead = lead_span(self._report, block)
        said = [lead, spans[0] if spans else block.span]
        return "\n".join(span.within(self._report.text) for span in said if span is not None)

    def _note(self, mark: Mark) -> tuple[Source, ...]:
        """The note of that sign and number in the mark's chapter, the next one after the mark first."""
        entries = self._notes.get((mark.series, mark.number), [])
        chapter = self._chapter_at(mark.position)
        near = [e for e in entries if self._chapter_at(e.span.end) == chapter] or entries
        if not near:
            return (Source(mark.label, "", None, "missing"),)
        entry = next((e for e in near if e.span.start >= mark.position), near[-1])
        return (Source(mark.label, entry.title, entry.url, "resolved"),)

    def _follows_own_list(self, chapter: int | None) -> bool:
        """Whether a chapter's marks can follow its own list: none is beyond its last entry."""
        last = max((r.number for r in self._by_chapter.get(chapter, ())), default=0)
        return 0 < self._greatest.get(chapter, 0) <= last

    def _between(self, start: int, end: int) -> list[Mark]:
        """The marks that stand after ``start`` and not after ``end``."""
        first = bisect_right(self._positions, start)
        return list(self._marks[first : bisect_right(self._positions, end)])

    def _block_end(self, position: int) -> int:
        number = bisect_right(self._blocks, position, key=lambda block: block[0]) - 1
        start, end = self._blocks[number] if number >= 0 else (0, 0)
        return end if start <= position < end else 0

    def _chapter_at(self, position: int) -> int | None:
        """The number of the chapter that an offset lies in; None before the first."""
        for number, span in enumerate(self._chapters):
            if span.start < position <= span.end:
                return number
        return None


def _listed(entry: Reference, own: Iterable[Reference]) -> bool:
    """Whether a chapter's own list names the page that an entry of the other list gives."""
    return any((entry.url or entry.title) == (other.url or other.title) for other in own)
