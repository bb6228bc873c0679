"""Characters to lines: what stands beside what, and which word goes with which.

Characters on one base line form runs, parted where the gap is wider than between words; runs on one
height form a line. Nothing here knows of PDF.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from statistics import median

from ipqa.reports.pdf.glyphs import ABOVE, Glyph

JAPANESE = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u30ff\U00020000-\U0003ffff〓]"
)
"""A character that needs no space around it."""

_ABREAST = 40
"""So many words of a line are looked at to tell whether another one stands on it."""

_NEARLY_ALL = 0.9
_SAME_LINE = 0.12
_PART = 0.85
"""A gap of so many character sizes parts a line; columns stand no nearer to each other."""

_FULL_SPACE_PART = 1.25
"""The same where a full-width space has been typed, which is itself one character wide."""

_GAPS: dict[bool | None, float] = {True: 0.6, None: 0.6, False: 0.18}
"""Beyond how they usually stand, two characters so far apart have a space between them, in character
sizes: if both are Japanese, if one of them is, if none is."""

_TYPED_GAPS: dict[bool | None, float] = {True: 0.2, None: 0.1, False: 0.1}
"""The same where the file has a space there, which some programs put between any two characters."""

_TWICE = 0.2
"""A character drawn again so near, in character sizes, is the same one in fake bold type."""

_LONGEST_SPACED = 8
_SPACED_OUT = re.compile(r"[ぁ-んァ-ヶー一-鿿々\u2f00-\u2fd5]+")
"""Single letters with a space after each (以　上) are one word."""


@dataclass(slots=True)
class Run:
    """Characters in a row, each with the space that was typed before it."""

    pieces: list[tuple[str, Glyph]]
    x0: float
    x1: float
    y: float
    size: float

    @property
    def text(self) -> str:
        """What it says, with spaces where there are gaps between words."""
        return _spelled(self.pieces, self.size)

    @property
    def font(self) -> str:
        """The font of most of its characters, the Japanese ones if it has any."""
        count = Counter(g.font for _, g in self.pieces if JAPANESE.match(g.text))
        return (count or Counter(g.font for _, g in self.pieces)).most_common(1)[0][0]

    @property
    def bold(self) -> bool:
        """Whether nearly all of it is bold."""
        return sum(glyph.bold for _, glyph in self.pieces) >= _NEARLY_ALL * len(self.pieces)

    def words(self) -> "Words":
        """What it says and where, without its characters."""
        return Words(
            self.text, self.x0, self.x1, self.y, self.size, self.font, self.bold, len(self.pieces)
        )


@dataclass(slots=True)
class Words:
    """Words in a row: where they stand, in which type, and of how many characters they are."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    font: str
    bold: bool
    count: int

    @property
    def top(self) -> float:
        """The upper edge of the characters' squares."""
        return self.y - ABOVE * self.size

    @property
    def bottom(self) -> float:
        """The lower edge of those."""
        return self.y + (1 - ABOVE) * self.size


def runs(glyphs: Sequence[Glyph]) -> list[Run]:
    """The runs of characters on one base line, small ones by themselves."""
    return [run for row in _rows(glyphs) for run in _parted(row)]


def same_line(items: Iterable[Words]) -> list[list[Words]]:
    """Words in lines from the top down, each from left to right."""
    lines: list[list[Words]] = []
    for words in sorted(items, key=lambda words: (words.y, words.x0)):
        if lines and _on_line(words, lines[-1]):
            lines[-1].append(words)
        else:
            lines.append([words])
    return [sorted(line, key=lambda words: words.x0) for line in lines]


def joined(line: Sequence[Words]) -> str:
    """The text of the words of one line, which stand apart unless single letters were spaced out."""
    if len(line) > 1 and all(words.count == 1 for words in line) and _even(line):
        return "".join(words.text for words in line)
    pieces = [line[0].text]
    for before, words in pairwise(line):
        near = words.x0 - before.x1 < _GAPS[True] * min(words.size, before.size)
        pieces += [join_words(pieces[-1], words.text) if near else " ", words.text]
    return "".join(pieces)


def join_words(before: str, after: str) -> str:
    """What goes between the end of one line and the beginning of the next: a space between words."""
    first, second = before[-1:], after[:1]
    if not first or not second or JAPANESE.match(first) or JAPANESE.match(second):
        return ""
    if first.isdigit() and second.isdigit() and JAPANESE.search(before + after):
        return ""
    return " "


def _even(line: Sequence[Words]) -> bool:
    gaps = [after.x0 - before.x1 for before, after in pairwise(line)]
    size = line[0].size
    return (
        max(gaps) - min(gaps) < size / 2
        and max(gaps) < 4 * size
        and JAPANESE.match(line[0].text) is not None
    )


def _on_line(words: Words, line: Sequence[Words]) -> bool:
    """Whether words stand on the line of others, a little higher or lower at most."""
    nearest = min(
        line[-_ABREAST:], key=lambda other: min(abs(words.x0 - other.x1), abs(other.x0 - words.x1))
    )
    return abs(words.y - nearest.y) <= 0.4 * min(words.size, nearest.size)


def _rows(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Characters whose base lines are as good as the same, from left to right."""
    row: list[Glyph] = []
    for glyph in sorted(glyphs, key=lambda glyph: glyph.y):
        if row and glyph.y - row[0].y > max(0.5, _SAME_LINE * row[0].size):
            yield sorted(row, key=lambda glyph: glyph.x0)
            row = []
        row.append(glyph)
    if row:
        yield sorted(row, key=lambda glyph: glyph.x0)


def _parted(row: Sequence[Glyph]) -> Iterator[Run]:
    """The runs of a row; what is drawn twice counts once, and stands for bold type."""
    pieces: list[tuple[str, Glyph]] = []
    space = ""
    for glyph in row:
        if glyph.text in {" ", "\u3000", ""}:
            space = space or glyph.text
            continue
        if (again := _drawn_before(glyph, pieces)) is not None:
            pieces[again] = (pieces[again][0], pieces[again][1]._replace(bold=True))
            continue
        part = _FULL_SPACE_PART if space == "\u3000" else _PART
        if pieces and glyph.x0 - pieces[-1][1].x1 > part * min(glyph.size, pieces[-1][1].size):
            yield _run(pieces)
            pieces = []
        pieces.append((space if pieces else "", glyph))
        space = ""
    if pieces:
        yield _run(pieces)


def _drawn_before(glyph: Glyph, pieces: Sequence[tuple[str, Glyph]]) -> int | None:
    for number in range(len(pieces) - 1, max(-1, len(pieces) - 4), -1):
        other = pieces[number][1]
        if other.text == glyph.text and abs(other.x0 - glyph.x0) < _TWICE * glyph.size:
            return number
    return None


def _run(pieces: list[tuple[str, Glyph]]) -> Run:
    size = Counter(round(glyph.size, 1) for _, glyph in pieces).most_common(1)[0][0]
    y = next(glyph.y for _, glyph in pieces if round(glyph.size, 1) == size)
    return Run(pieces, min(g.x0 for _, g in pieces), max(g.x1 for _, g in pieces), y, size)


def _spelled(pieces: Sequence[tuple[str, Glyph]], size: float) -> str:
    """The text of a run; letters that are spaced out evenly are no words of their own."""
    if len(pieces) <= _LONGEST_SPACED and all(space for space, _ in pieces[1:]):
        letters = "".join(glyph.text for _, glyph in pieces)
        if len(letters) == len(pieces) and _SPACED_OUT.fullmatch(letters):
            return letters
    kinds = _kinds(pieces)
    gaps = [(after.x0 - before.x1) / size for (_, before), (_, after) in pairwise(pieces)]
    usual = _usual_gaps(pieces, gaps, kinds)
    text = [pieces[0][1].text]
    for (space, glyph), gap, kind in zip(pieces[1:], gaps, kinds, strict=True):
        if gap > usual[kind] + (_TYPED_GAPS if space else _GAPS)[kind]:
            text.append(space or " ")
        text.append(glyph.text)
    return "".join(text)


def _kinds(pieces: Sequence[tuple[str, Glyph]]) -> list[bool | None]:
    """Of each pair of neighbours, whether they are both Japanese, neither, or (None) one of them."""
    japanese = [_is_japanese(glyph.text[:1]) for _, glyph in pieces]
    ends = [
        own if len(glyph.text) == 1 else _is_japanese(glyph.text[-1:])
        for own, (_, glyph) in zip(japanese, pieces, strict=True)
    ]
    return [
        first if first == second else None
        for first, second in zip(ends, japanese[1:], strict=False)
    ]


@cache
def _is_japanese(character: str) -> bool:
    return JAPANESE.match(character) is not None


def _usual_gaps(
    pieces: Sequence[tuple[str, Glyph]], gaps: Sequence[float], kinds: Sequence[bool | None]
) -> dict[bool | None, float]:
    """How far apart letters stand, in character sizes: Japanese ones, others, and one of each."""
    found: dict[bool | None, list[float]] = {True: [], False: [], None: []}
    for (space, _), gap, kind in zip(pieces[1:], gaps, kinds, strict=True):
        if not space:
            found[kind].append(gap)
    usual = {kind: max(0.0, median(some)) if len(some) > 1 else 0.0 for kind, some in found.items()}
    if len(found[True]) == 1 and len(pieces) == 2:  # noqa: PLR2004 - 「目 次」
        usual[True] = found[True][0]
    usual[None] = max(usual[None], usual[True])  # a justified line is spread everywhere
    return usual
