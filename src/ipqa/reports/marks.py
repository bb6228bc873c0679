"""Reference marks (¹¹, [11], [^11]): taken out of the text, and led to the source list.

A number can mean an entry of the chapter's own list or of the list for the whole report. Where more
than one entry fits, the mark stays ambiguous and says so; it is never guessed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ipqa.reports.model import Mark, Reference, Report, SourceStatus, Span

_SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_TO_DIGITS = str.maketrans(_SUPERSCRIPT, "0123456789")
_ONE = rf"(?:[{_SUPERSCRIPT}]+|\[\^\d{{1,3}}\]|[\[［]\d{{1,3}}(?:[,，、]\s?\d{{1,3}})*[\]］])"
_MARKS = re.compile(rf"[ \u00a0\u3000]*{_ONE}(?:[,，、]?[ \u00a0\u3000]*{_ONE})*")
_EXPONENT = re.compile(
    r"(?<![A-Za-z])(?:[kcmμn]?m|㎞|㎝|㎜)[²³]|(?<!\d)10[²³⁴⁵⁶⁷⁸⁹](?![⁰¹²³⁴⁵⁶⁷⁸⁹])"
)
_NUMBER = re.compile(rf"[{_SUPERSCRIPT}]+|\d+")


@dataclass(frozen=True, slots=True)
class Source:
    """What stands behind a mark: an entry of a source list, or the reason why there is none."""

    mark: str
    title: str
    url: str | None
    status: SourceStatus


def take_marks_out(text: str) -> tuple[str, tuple[Mark, ...]]:
    """The text without its reference marks, and the marks with their offsets in what is left.

    An exponent (m², 10³) is no mark. A text that consists of marks alone, such as a table cell that
    lists sources, is kept as it stands.
    """
    pieces: list[str] = []
    marks: list[Mark] = []
    length = 0
    last = 0
    for match in _MARKS.finditer(_EXPONENT.sub(_hidden, text)):
        before = text[last : match.start()]
        pieces.append(before)
        length += len(before)
        marks.extend(Mark(number, length) for number in _numbers(match.group()))
        last = match.end()
    pieces.append(text[last:])
    clean = "".join(pieces)
    if not clean.strip(" \u00a0\u3000,，、"):
        return text, tuple(Mark(mark.number, len(text), written=True) for mark in marks)
    return clean, tuple(marks)


def consists_of_marks(text: str) -> bool:
    """Whether a text, such as a table cell that lists sources, is nothing but marks."""
    kept, marks = take_marks_out(text)
    return bool(marks) and kept == text


def _numbers(run: str) -> Iterable[int]:
    return (int(number.translate(_TO_DIGITS)) for number in _NUMBER.findall(run))


def _hidden(exponent: re.Match[str]) -> str:
    """As many characters as the exponent has, none of which is a mark."""
    return "x" * len(exponent.group())


class SourceIndex:
    """The source lists of one report, ready to be asked what stands behind a stretch of its text."""

    def __init__(self, report: Report) -> None:
        self._marks = report.marks
        self._blocks = [(block.span.start, block.span.end) for block in report.blocks]
        self._chapters = [section.span for section in report.sections if section.level == 1]
        self._whole = [r for r in report.references if r.scope == "report"]
        self._by_chapter: dict[int | None, list[Reference]] = {}
        for reference in report.references:
            if reference.scope == "chapter":
                chapter = self._chapter_at(reference.span.end)
                self._by_chapter.setdefault(chapter, []).append(reference)
        self._greatest: dict[int | None, int] = {}
        for mark in self._marks:
            chapter = self._chapter_at(mark.position)
            self._greatest[chapter] = max(mark.number, self._greatest.get(chapter, 0))

    def behind(self, span: Span) -> tuple[Source, ...]:
        """The sources behind the marks within a span, each once, in the order of the marks.

        A sentence without a mark stands on the next one of its paragraph: reports set one mark after
        several sentences that it supports.
        """
        marks = [mark for mark in self._marks if span.start < mark.position <= span.end]
        if not marks:
            block_end = next((end for start, end in self._blocks if start <= span.start < end), 0)
            following = [m for m in self._marks if span.end < m.position <= block_end]
            marks = [m for m in following if m.position == following[0].position]
        return tuple(dict.fromkeys(source for mark in marks for source in self.of(mark)))

    def of(self, mark: Mark) -> tuple[Source, ...]:
        """What one mark leads to: one source, several that fit, or one that is missing."""
        chapter = self._chapter_at(mark.position)
        candidates = [r for r in self._whole if r.number == mark.number]
        if self._follows_own_list(chapter):
            candidates += [r for r in self._by_chapter[chapter] if r.number == mark.number]
        distinct = {r.url or r.title: r for r in candidates}.values()
        if not distinct:
            return (Source(str(mark.number), "", None, "missing"),)
        status: SourceStatus = "resolved" if len(distinct) == 1 else "ambiguous"
        return tuple(Source(str(mark.number), r.title, r.url, status) for r in distinct)

    def _follows_own_list(self, chapter: int | None) -> bool:
        """Whether a chapter's marks can follow its own list: none is beyond its last entry."""
        last = max((r.number for r in self._by_chapter.get(chapter, ())), default=0)
        return 0 < self._greatest.get(chapter, 0) <= last

    def _chapter_at(self, position: int) -> int | None:
        """The number of the chapter that an offset lies in; None before the first."""
        for number, span in enumerate(self._chapters):
            if span.start < position <= span.end:
                return number
        return None
