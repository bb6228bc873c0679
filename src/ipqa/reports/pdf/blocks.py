"""What a report is put together of, and how blocks are compared: by their words, by their type."""

import re
import unicodedata
from dataclasses import dataclass

from ipqa.reports.marks import take_marks_out
from ipqa.reports.pdf.grids import FoundTable
from ipqa.reports.pdf.text import Paragraph

SAME_SIZE = 0.04
"""Sizes of type that differ by no more than this part are one."""

LETTER = re.compile(r"[A-Za-zぁ-んァ-ヶ\u2e80-\u2fdf一-鿿々]")

NO_HEADING = re.compile(
    r"^[(（]?単位|^(?:\d{4}|[0-9０-９]{4}|令和|平成|昭和).{0,4}年.{1,4}月(?:.{1,3}日)?(?:現在|時点)?$"
    r"|[:：、，]$|^[(（].*[)）]$|https?://|^(?:出所|出典|資料)[:：]|以上$"
)
"""Lines that may be large or stand alone, and yet head nothing: units, dates, addresses."""

MOST_LINES = 3
"""A title or heading has no more."""

_CLOSE = 1.9


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote."""

    number: int
    text: str
    page: int


Block = Paragraph | FoundTable | Note
"""A part of a report as it stands on the page."""


def is_next(block: Paragraph, other: Paragraph) -> bool:
    """Whether one stands right below the other, in the same type."""
    last = block.lines[-1]
    return (
        last.region == other.first.region
        and 0 < other.first.y - last.y <= _CLOSE * last.size
        and abs(last.size - other.first.size) <= SAME_SIZE * last.size
        and last.bold == other.first.bold
    )


def plain(text: str) -> str:
    """Words without spaces and marks, to compare a bookmark with what stands on the page."""
    return re.sub(
        r"[\s.．、・]", "", unicodedata.normalize("NFKC", take_marks_out(text)[0])
    ).lower()
