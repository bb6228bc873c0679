"""Lines as their author wrote them, from a text that was broken to a fixed width and cut into pages.

E-mails, old text files and copies from a PDF break every paragraph into lines of about one width; pages
leave their numbers and running titles between them.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_DASHED_NUMBER = re.compile(r"^[-‐–—−ー]\s*\d{1,4}\s*[-‐–—−ー]$")
_PAGE_NUMBER = re.compile(
    r"^(?:[-‐–—−ー]\s*\d{1,4}\s*[-‐–—−ー]|\d{1,4}|\d{1,4}\s*/\s*\d{1,4}|(?:Page|p\.?)\s*\d{1,4}(?:\s*of\s*\d{1,4})?"
    r"|\d{1,4}\s*ページ)$",
    re.IGNORECASE,
)
_NEW_BLOCK = re.compile(
    r"^(?:[ \u3000\t]+|[•・◦○●▪■□◆◇‣–＊*※\-]|[(（\[［]?\d{1,3}[.．)）\]］:：]|\d{1,2}[-－.．]\d|[①-⑳]"
    r"|第\s*[0-9０-９一二三四五六七八九十]+\s*[章節部編項条]|[一二三四五六七八九十]{1,3}[、．.]|【|[(（]?注)"
)
_SENTENCE_END = re.compile(r"[。！？!?｡][」』）)]*$")
_JAPANESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
_PAGES, _PAGE_LINES = 3, 10
"""So many numbers in order, so many lines apart, are those of pages and not of a table."""

_NARROWEST, _WIDEST = 30, 130
_FULL = 0.85
"""Columns of a broken line (a kanji takes two), and the share of the width that a full line fills."""

_BROKEN = 0.5
"""Share of the lines with a successor that are full, that end in
the middle of a sentence, from which a text counts as broken to a width."""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A text with whole lines; ``furniture`` are the lines that pages had left in it."""

    text: str
    furniture: tuple[str, ...]


def unwrap(text: str) -> Unwrapped:
    """Take page numbers and running titles out, and join lines that were broken to a width."""
    lines, furniture = _without_furniture(text.replace("\f", "\n").split("\n"))
    width = _width(lines)
    return Unwrapped("\n".join(_joined(lines, width) if width else lines), tuple(furniture))


def join(first: str, second: str) -> str:
    """Two parts of a line that was broken: nothing between Japanese, a space between Latin words."""
    if re.search(r"[A-Za-z]-$", first[-2:]) and second[:1].islower():
        return first[:-1] + second
    if not first or not second:
        return first + second
    japanese = _JAPANESE.match(first[-1]) or _JAPANESE.match(second[0])
    return first + second if japanese else f"{first} {second}"


def _without_furniture(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines without page numbers, and without what stands beside nearly all of those."""
    numbers = [i for i, line in enumerate(lines) if _PAGE_NUMBER.match(line.strip())]
    pages = [int(re.findall(r"\d+", lines[i])[0]) for i in numbers]
    in_order = all(two - one == 1 for one, two in pairwise(pages))
    apart = all(two - one >= _PAGE_LINES for one, two in pairwise(numbers))
    if len(numbers) < _PAGES or not (in_order and apart):
        dashed = [line.strip() for line in lines if _DASHED_NUMBER.match(line.strip())]
        return [line for line in lines if not _DASHED_NUMBER.match(line.strip())], dashed
    beside = [{_neighbour(lines, i, step) for step in (-1, 1)} - {None} for i in numbers]
    often = Counter(_shape(lines[j]) for near in beside for j in near if j is not None)
    titles = {shape for shape, count in often.items() if count >= max(_PAGES, _BROKEN * len(pages))}
    dropped = set(numbers)
    dropped |= {j for near in beside for j in near if j is not None and _shape(lines[j]) in titles}
    kept = [line for i, line in enumerate(lines) if i not in dropped]
    return kept, [lines[i].strip() for i in sorted(dropped)]


def _neighbour(lines: Sequence[str], position: int, step: int) -> int | None:
    """The nearest line before or after a position that is not empty, unless it is a sentence."""
    position += step
    while 0 <= position < len(lines) and not lines[position].strip():
        position += step
    found = 0 <= position < len(lines) and not _SENTENCE_END.search(lines[position].strip())
    return position if found else None


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line.strip())


def _width(lines: Sequence[str]) -> int | None:
    """The width that the text was broken to, None where it was not."""
    pairs = pairwise(lines)
    inner = [one for one, other in pairs if one.strip() and other.strip()]
    width = max(map(_columns, inner), default=0)
    if not _NARROWEST <= width <= _WIDEST:
        return None
    full = sum(
        1 for line in inner if _columns(line) >= _FULL * width and not _SENTENCE_END.search(line)
    )
    return width if full >= max(_PAGES, _BROKEN * len(inner)) else None


def _joined(lines: Sequence[str], width: int) -> list[str]:
    joined: list[str] = []
    last = ""  # the line as broken that the one at hand may continue
    for line in lines:
        if _is_rest_of_line(last, line, width) or _is_rest_of_item(last, line, joined):
            joined[-1] = join(joined[-1], line.strip())
        else:
            joined.append(line.rstrip())
        last = line
    return joined


def _is_rest_of_line(last: str, line: str, width: int) -> bool:
    """Whether a line goes on with the one before, which is full."""
    there = bool(last.strip()) and bool(line.strip())
    return there and _columns(last) >= _FULL * width and _NEW_BLOCK.match(line) is None


def _is_rest_of_item(last: str, line: str, joined: Sequence[str]) -> bool:
    """Whether an indented line goes on with a list item whose sentence has not ended."""
    return (
        bool(last.strip())
        and re.match(r"[ \u3000\t]+\S", line) is not None
        and _NEW_BLOCK.match(line.strip()) is None
        and _NEW_BLOCK.match(joined[-1].strip()) is not None
        and _SENTENCE_END.search(joined[-1]) is None
    )


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line.rstrip())
