"""Reference marks (¹¹, [11], [^11], 注1, ※2), taken out of the text; ``sources`` says where they lead."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ipqa.reports.model import Mark

_SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_TO_DIGITS = str.maketrans(_SUPERSCRIPT, "0123456789")
_NOTE = r"(?:注|註|※|[*＊])"
_ONE = (
    rf"(?:[{_SUPERSCRIPT}]{{1,9}}|\[\^\d{{1,3}}\]|[\[［]\d{{1,3}}(?::\d{{1,2}}|(?:[,，、]\s?\d{{1,3}})*)[\]］]"
    rf"|[(（\[［]{_NOTE}\s?\d{{1,2}}[)）\]］]|※\s?\d{{1,2}}(?!\d)|(?<![\d*＊])[*＊]\d{{1,2}}(?![\d*＊])"
    r"|(?<![\w])注\s?\d{1,2}[)）]|(?<=[。、」』）)])注\s?\d{1,2}(?=[。、)）\s]|$))"
)
_MARKS = re.compile(
    rf"(?<![ \u00a0\u3000])[ \u00a0\u3000]*{_ONE}(?:[,，、]?[ \u00a0\u3000]*{_ONE})*"
)
_EXPONENT = re.compile(
    r"(?<![A-Za-z])(?:[kcmμn]?m|㎞|㎝|㎜)[²³]|(?<!\d)10[²³⁴⁵⁶⁷⁸⁹](?![⁰¹²³⁴⁵⁶⁷⁸⁹])"
    r"|(?<![A-Za-z])[A-Za-z][²³](?![⁰¹²³⁴⁵⁶⁷⁸⁹])"
)
_NUMBER = re.compile(
    rf"(?P<series>{_NOTE})?\s?(?P<number>[{_SUPERSCRIPT}]{{1,9}}|\d{{1,9}})(?::\d+)?"
)
_ENTRY = re.compile(
    rf"^(?:[(（\[［](?P<bracketed>{_NOTE})\s?(?P<inside>\d{{1,2}})[)）\]］]"
    rf"|(?P<series>{_NOTE})\s?(?P<number>\d{{1,2}})(?!\d))[)）.．:：、]?[ \u00a0\u3000\t]*(?P<text>\S.*)$",
    re.DOTALL,
)
_SERIES = {"註": "注", "＊": "*"}


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
        marks.extend(
            Mark(number, length, series=series) for series, number in _numbers(match.group())
        )
        last = match.end()
    pieces.append(text[last:])
    clean = "".join(pieces)
    if not clean.strip(" \u00a0\u3000,，、"):
        return text, tuple(replace(mark, position=len(text), written=True) for mark in marks)
    return clean, tuple(marks)


def consists_of_marks(text: str) -> bool:
    """Whether a text, such as a table cell that lists sources, is nothing but marks."""
    kept, marks = take_marks_out(text)
    return bool(marks) and kept == text


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """A line that explains a mark: 「※1 2024年3月末現在」."""

    series: str
    number: int
    text: str


def note_entry(text: str) -> NoteEntry | None:
    """The note that a text is, if it begins with the sign and number of one."""
    match = _ENTRY.match(text)
    if match is None:
        return None
    series = match["bracketed"] or match["series"]
    number = int(match["inside"] or match["number"])
    return NoteEntry(_SERIES.get(series, series), number, match["text"])


def _numbers(run: str) -> Iterable[tuple[str, int]]:
    """The series and number of each mark of a run; 「[注1, 2]」 is two of one series."""
    for match in _NUMBER.finditer(run):
        series = match["series"] or ""
        yield _SERIES.get(series, series), int(match["number"].translate(_TO_DIGITS))


def _hidden(exponent: re.Match[str]) -> str:
    """As many characters as the exponent has, none of which is a mark."""
    return "x" * len(exponent.group())
