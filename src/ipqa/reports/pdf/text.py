"""Lines to paragraphs: which line goes on with the one above, in a column and from page to page.

A line that reaches the right margin goes on in the next one. One that ends short of it ends its
paragraph, unless the sentence is plainly not over. A number or bullet, an indentation, a gap, another
size or another font begins something new.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ipqa.reports.pdf.columns import Region
from ipqa.reports.pdf.grids import FoundTable
from ipqa.reports.pdf.labels import Label, label_of
from ipqa.reports.pdf.layout import JAPANESE, Words, join_words, joined, same_line
from ipqa.reports.tables import CAPTION

_INDENT = 0.6
"""From so many character sizes on, a line is set in."""

_DEEPEST_INDENT = 4.5
_LARGER_GAP = 1.4
_WIDEST_LEADING = 2.7
_TABULAR_GAP = 1.8
_SAME_SIZE = 0.06
_NEAR_EDGE = 2.0
_WIDE = 0.5
_NEARLY_FULL, _ALL_BUT_FULL = 0.7, 0.85
_FLUSH_RIGHT = 0.4
_NARROW = 14
"""Lines that begin beyond this part of the width, and are no wider than so many characters, are set flush
right or centred, each by itself."""

_LONGEST_OPEN = 300
_LONGEST_END = 20
_ABOVE = 6

SENTENCE_END = re.compile(r"(?:[。．！？!?｡]|[a-z)][.])(?:[」』）)】\]”\"]|\[[\d,]+\])*$")
"""How a sentence ends; a reference mark may follow."""

FIGURE = re.compile(r"^[【\[［(（]?(?:図表?|Fig(?:ure|\.)|写真|グラフ)\s*\d")
_CITED = re.compile(r"^\D{0,6}\d+(?:[-－.]\d+)*(?:[にはのでをがもとや、]|から|および|及び)")
_NEW = re.compile(r"^(?:※|[(（]?(?:注|註|備考|出所|出典|資料)\s?\d{0,2}[)）:：]|\[\d{1,3}\]|【)")
_RUNS_ON = re.compile(r"(?:[、，,・(（「『【~〜はがをにでとのもへや]|[A-Za-z]{2}[-‐])$")
_NEVER_FIRST = re.compile(r"(?:\[\d{1,3}(?::\d+)?\])+(?:$|[。、，．」』）】])|[。、，．」』）】]")
"""A mark by itself, or a character that no line of Japanese begins with."""

_HIRAGANA = re.compile(r"[ぁ-ん]")
_LOWER = re.compile(r"[a-z]{2}|[a-z] ")
_UNIT = re.compile(r"[!-~]+|.[、。，．」』）)】！？ー]*", re.DOTALL)
_URL_END = re.compile(r"https?://[!-~]+$")
_OPENING = "「『（(【"
_CLOSING = "」』）)】"


@dataclass(slots=True)
class Line:
    """A line of text where it stands.

    Attributes:
        edge: where the lines of its region end on the right.
        region: lines of one region have one number.
        tabular: its words stand wide apart, as in a table without rules.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    font: str
    bold: bool
    tabular: bool
    page: int
    region: int = 0
    edge: float = 0.0
    left: float = 0.0


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, and what they say as one."""

    lines: list[Line]
    text: str

    @property
    def first(self) -> Line:
        """The line that it begins with, which stands for its page and style."""
        return self.lines[0]

    @property
    def label(self) -> Label | None:
        """What numbers it."""
        return label_of(self.text)

    @property
    def ends_sentence(self) -> bool:
        """Whether its last sentence is over."""
        return SENTENCE_END.search(self.text[-_LONGEST_END:]) is not None


def lines_of(region: Region, page: int, number: int) -> list[Line | FoundTable]:
    """The lines and tables of a region, from the top down; see ``mend_edges`` for their right margin."""
    rows = same_line([item for item in region.items if isinstance(item, Words)])
    lines = [_line(row, page, number) for row in rows]
    left = min((line.x0 for line in lines), default=0.0)
    for line in lines:
        line.left = left
    tables = [item for item in region.items if isinstance(item, FoundTable)]
    for table in tables:
        table.region = number
    found: list[Line | FoundTable] = [*lines, *tables]
    return sorted(found, key=lambda item: item.y if isinstance(item, Line) else item.top)


def _line(row: Sequence[Words], page: int, region: int) -> Line:
    main = max(row, key=lambda words: words.count)
    text = joined(row)
    return Line(
        text=text,
        x0=row[0].x0,
        x1=max(words.x1 for words in row),
        y=main.y,
        size=main.size,
        font=main.font,
        bold=all(words.bold for words in row),
        tabular=_is_tabular(row, text),
        page=page,
        region=region,
    )


def _is_tabular(line: Sequence[Words], text: str) -> bool:
    """Whether the words of a line stand wide apart, other than after a number."""
    if len(line) < 2 or " " not in text:  # noqa: PLR2004
        return False
    gaps = [after.x0 - before.x1 for before, after in pairwise(line)]
    label = label_of(text)
    if label is not None and len(line[0].text) <= len(label.written):
        gaps = gaps[1:]
    return any(gap > _TABULAR_GAP * line[0].size for gap in gaps)


def mend_edges(lines: Sequence[Line], regions: Sequence[Region]) -> None:
    """Give lines the right margin of their box, or, where one line is the longest, that of others.

    ``regions``: by the number that their lines have.
    """
    common = Counter(round(line.x1) for line in lines if not line.tabular)
    margins = sorted(x for x, count in common.items() if count >= max(3, len(lines) // 50))
    by_region: dict[int, list[Line]] = {}
    for line in lines:
        by_region.setdefault(line.region, []).append(line)
    for region, members in by_region.items():
        edge = _edge(members, regions[region], margins)
        for line in members:
            line.edge = edge


def _edge(members: Sequence[Line], region: Region, margins: Sequence[float]) -> float:
    """Where the lines of a region end: several of its own, or else lines elsewhere in the report."""
    longest = max(line.x1 for line in members)
    if region.edge is not None:
        return max(longest, region.edge)
    ends = sorted((line.x1 for line in members), reverse=True)
    size = members[0].size
    for number, end in enumerate(ends):
        near = sum(other > end - _NEAR_EDGE * size for other in ends[number:])
        if near > (1 if number == 0 else 2):  # a shorter margin needs more to be one
            return end
    return next((x for x in margins if longest - 1 <= x <= region.limit + 1), longest)


def paragraphs(items: Iterable[Line | FoundTable]) -> list[Paragraph | FoundTable]:
    """Lines joined to paragraphs within each region; tables stay where they are."""
    items = list(items)
    leading = _leading([item for item in items if isinstance(item, Line)])
    found: list[Paragraph | FoundTable] = []
    for item in items:
        last = found[-1] if found else None
        if isinstance(item, FoundTable):
            found.append(item)
        elif isinstance(last, Paragraph) and _goes_on(last, item, leading):
            append(last, [item], item.text)
        else:
            found.append(Paragraph([item], item.text))
    return found


def append(paragraph: Paragraph, lines: Sequence[Line], text: str) -> None:
    """Let a paragraph go on with lines, whose text joins its own without a seam."""
    paragraph.text = seamless(paragraph.text, text)
    paragraph.lines.extend(lines)


def seamless(before: str, after: str) -> str:
    """The text of two lines as one: a word that a hyphen parts at the line's end is whole again."""
    if before.endswith("\u00ad"):
        return before[:-1] + after
    if _URL_END.search(before) and re.match(r"[!-~]", after):
        return before + after
    if re.search(r"[A-Za-z]{2}[-‐]$", before) and re.match(r"[a-z]", after):
        return before[:-1] + after
    return before + join_words(before, after) + after


def goes_over(paragraph: Paragraph, line: Line) -> bool:
    """Whether a paragraph goes on at the top of another column or page."""
    last = paragraph.lines[-1]
    if _begins_new(line) or last.tabular or line.tabular or not _same_style(last, line):
        return False
    if line.x0 > line.left + _INDENT * line.size:
        return False
    if paragraph.ends_sentence:
        return _is_full(last, line) and _is_set_in(paragraph)
    return _is_full(last, line) or _runs_on(paragraph, line)


def _is_set_in(paragraph: Paragraph) -> bool:
    """Whether the first line alone is indented, as it is where paragraphs are told by that."""
    first, *others = paragraph.lines
    return first.x0 > first.left + _INDENT * first.size and any(
        line.x0 <= line.left + _INDENT * line.size for line in others
    )


def _leading(lines: Sequence[Line]) -> dict[int, float]:
    """How far apart the lines of each region stand as a rule, in character sizes."""
    steps: dict[int, list[float]] = {}
    for above, line in pairwise(lines):
        if above.region == line.region and _alike(above.size, line.size):
            step = (line.y - above.y) / line.size
            if 0.5 < step < _WIDEST_LEADING:  # noqa: PLR2004
                steps.setdefault(line.region, []).append(step)
    whole = median([step for found in steps.values() for step in found] or [1.5])
    return {
        region: median(found) if len(found) > 3 else min(whole, *found)  # noqa: PLR2004
        for region, found in steps.items()
    }


def _goes_on(paragraph: Paragraph, line: Line, leading: dict[int, float]) -> bool:
    """Whether the next line of a region belongs to the paragraph above it."""
    last = paragraph.lines[-1]
    if last.region != line.region or last.tabular or line.tabular:
        return False
    if _NEVER_FIRST.match(line.text) and abs(line.y - last.y) < _WIDEST_LEADING * last.size:
        return True
    if not _same_style(last, line) or not _follows_closely(
        last, line, leading.get(line.region, 1.5)
    ):
        return False
    ended = paragraph.ends_sentence
    full = _is_full(last, line) or (not ended and _fills_as_before(paragraph))
    if _begins_new(line) and not (full and not ended and _cites(paragraph, line)):
        return False
    if not _keeps_indent(paragraph, line, over=full and not ended):
        return False
    return full or (not ended and _runs_on(paragraph, line))


def _follows_closely(last: Line, line: Line, usual: float) -> bool:
    """Whether a line stands below another as lines of a paragraph do; ``usual`` in character sizes."""
    step = (line.y - last.y) / line.size
    return 0 < step <= min(_LARGER_GAP * usual, _WIDEST_LEADING)


def _keeps_indent(paragraph: Paragraph, line: Line, *, over: bool) -> bool:
    """Whether a line begins where the next line of a paragraph does.

    ``over``: the sentence above is not over, so that the line may be set in as well.
    """
    last = paragraph.lines[-1]
    shift = (line.x0 - last.x0) / line.size
    first = len(paragraph.lines) == 1
    narrow = last.x1 - last.x0 < _NARROW * last.size
    if narrow and last.x0 > last.left + _FLUSH_RIGHT * (last.edge - last.left):
        return False
    if abs(shift) <= _INDENT:
        both_set_in = last.x0 > last.left + _INDENT * last.size
        return over or not first or not both_set_in or not SENTENCE_END.search(last.text)
    if shift < 0:
        at_margin = paragraph.label is None and line.x0 <= line.left + _INDENT * line.size
        return first and shift >= -_DEEPEST_INDENT and (over or at_margin)
    hanging = first and (paragraph.label is not None or _NEW.match(paragraph.text) is not None)
    return shift <= _DEEPEST_INDENT and (over or hanging)


def _same_style(line: Line, other: Line) -> bool:
    """Whether two lines could be of one paragraph by their type."""
    if not _alike(line.size, other.size) or line.bold != other.bold:
        return False
    japanese = JAPANESE.search(line.text) is not None, JAPANESE.search(other.text) is not None
    return line.font == other.font or japanese[0] != japanese[1]


def _alike(size: float, other: float) -> bool:
    return abs(size - other) <= _SAME_SIZE * max(size, other)


def _is_full(line: Line, following: Line) -> bool:
    """Whether the next line's first word had no room at the end of a line."""
    match = _UNIT.match(following.text)
    unit = match.group() if match else ""
    wide = sum(1.0 if JAPANESE.match(character) else 0.55 for character in unit[:40])
    if unit[:1] and not JAPANESE.match(unit[0]):
        wide += 0.3
    return line.edge - line.x1 < (wide + 0.4) * line.size


def _fills_as_before(paragraph: Paragraph) -> bool:
    """Whether the last line is as long as those above it, in a paragraph set in on the right, too."""
    *above, last = paragraph.lines[-_ABOVE:]
    return len(above) > 1 and last.x1 > max(line.x1 for line in above) - last.size / 2


def _begins_new(line: Line) -> bool:
    label = label_of(line.text)
    return (
        (label is not None and label.kind != "bare")
        or _NEW.match(line.text) is not None
        or is_caption(line.text)
    )


def is_caption(text: str) -> bool:
    """Whether a text names a table or a figure, rather than speaking of one (図1に示す)."""
    named = CAPTION.match(text) or FIGURE.match(text)
    return named is not None and _CITED.match(text) is None


def _cites(paragraph: Paragraph, line: Line) -> bool:
    """Whether a number at the beginning of a line belongs to the sentence above: no item precedes it."""
    label, own = label_of(line.text), paragraph.label
    if label is not None and label.kind == "bullet":
        return False
    aligned = abs(line.x0 - paragraph.lines[-1].x0) <= _INDENT * line.size
    continued = len(paragraph.lines) > 1 or line.x0 < paragraph.first.x0 or own is None
    return (
        continued
        and (aligned or len(paragraph.lines) == 1)
        and (own is None or label is None or own.kind != label.kind)
    )


def _runs_on(paragraph: Paragraph, line: Line) -> bool:
    """Whether a text that stops short of the margin cannot be over, or the next line cannot be new."""
    text, last = paragraph.text, paragraph.lines[-1]
    if len(text) < _LONGEST_OPEN:
        opened = sum(text.count(sign) for sign in _OPENING)
        if opened > sum(text.count(sign) for sign in _CLOSING):
            return True
    share = (last.x1 - last.x0) / max(last.edge - last.left, 1.0)
    if (JAPANESE.match(text[-1]) or text[-1].isdigit()) and JAPANESE.match(line.text):
        # a quotation is set in on the right, so that its lines are all but full
        return share >= (_NEARLY_FULL if _HIRAGANA.match(line.text) else _ALL_BUT_FULL) or (
            share >= _WIDE and _RUNS_ON.search(text[-_LONGEST_END:]) is not None
        )
    return share >= _WIDE and (
        _RUNS_ON.search(text[-_LONGEST_END:]) is not None or _LOWER.match(line.text) is not None
    )
