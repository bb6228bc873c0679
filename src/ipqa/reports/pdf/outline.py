"""Which paragraphs of a report are headings, and of which level.

A heading is short, does not end like a sentence, and is larger, bolder or of another font than the
running text, or numbered as only headings are. Its level follows from its size first and from its kind
of numbering second, as far as the report's own bookmarks do not say otherwise.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from ipqa.reports.builder import SOURCE_LIST_HEADING
from ipqa.reports.marks import take_marks_out
from ipqa.reports.pdf.blocks import (
    LETTER,
    MOST_LINES,
    NO_HEADING,
    SAME_SIZE,
    Block,
    is_next,
    plain,
)
from ipqa.reports.pdf.furniture import Style
from ipqa.reports.pdf.grids import FoundTable
from ipqa.reports.pdf.labels import HEADING_KINDS, as_written
from ipqa.reports.pdf.layout import JAPANESE
from ipqa.reports.pdf.text import Paragraph, is_caption, seamless

_LARGER = 1.08
_MUCH_LARGER = 1.25
_SMALLER = 0.95
_LONGEST = 80
_LONGEST_SENTENCE = 40
_LONGEST_NUMBERED = 45
_RARE = 0.3
_DEEPEST = 6
_COVER_BLOCKS = 14
_MOST_WIDTH = 0.5

_PLAIN_SENTENCE = re.compile(
    r"(?:ます|ました|です|でした|ません|である|であった|した|ている|れる)$"
)
_BRACKETED = re.compile(r"^【[^】]{1,40}】$|^＜[^＞]{1,40}＞$")
_NUMBER_ALONE = re.compile(
    r"第\s?[0-9０-９一二三四五六七八九十]{1,3}\s?[部章編節]|(?:Chapter|Section)?\s?\d{1,2}|[Ⅰ-Ⅻ]",
    re.IGNORECASE,
)


def heading_levels(
    blocks: list[Block], body: Style, bookmarks: Mapping[str, int]
) -> dict[int, int]:
    """The levels of those blocks that are headings, by their number.

    Headings over two lines, and numbers that stand above their headings, become one block.

    Args:
        blocks: all of the report but its title.
        body: how its running text is set.
        bookmarks: the levels of the report's own bookmarks by their words, from 1.
    """
    cover = _cover_page(blocks)
    styles = _Styles(blocks, body)
    _put_together(blocks, styles, cover)
    marked = {plain(title): level for title, level in bookmarks.items()}
    found = [
        number
        for number, block in enumerate(blocks)
        if isinstance(block, Paragraph)
        and block.first.page != cover
        and (
            (plain(block.text) in marked and len(block.lines) <= MOST_LINES)
            or styles.emphasises(block)
        )
    ]
    found = sorted({*found, *_numbered(blocks, found, cover)})
    headings = {n: block for n in found if isinstance(block := blocks[n], Paragraph)}
    levels = _levels(headings)
    return _as_bookmarked(levels, {n: marked.get(plain(b.text)) for n, b in headings.items()})


def _cover_page(blocks: Sequence[Block]) -> int | None:
    """The number of the first page if no sentence stands on it, but names and dates."""
    first = next((block.first.page for block in blocks if isinstance(block, Paragraph)), None)
    on_page = [b for b in blocks if isinstance(b, Paragraph) and b.first.page == first]
    more = any(isinstance(b, Paragraph) and b.first.page != first for b in blocks)
    sentences = any(block.ends_sentence or len(block.lines) >= MOST_LINES for block in on_page)
    return first if more and not sentences and len(on_page) < _COVER_BLOCKS else None


class _Styles:
    """How much of a report is set in which type, and what stands out of it."""

    def __init__(self, blocks: Iterable[Block], body: Style) -> None:
        self._body = body
        self._fonts: Counter[str] = Counter()
        self._bold = 0
        for block in blocks:
            if isinstance(block, Paragraph):
                for line in block.lines:
                    self._fonts[line.font] += len(line.text)
                    self._bold += len(line.text) if line.bold else 0
        self._all = max(1, self._fonts.total())

    def emphasises(self, block: Paragraph) -> bool:
        """Whether a paragraph is a heading by its looks and words."""
        if not _could_head(block):
            return False
        line, text = block.first, block.text
        size = line.size / self._body.size
        ends = block.ends_sentence or _PLAIN_SENTENCE.search(text) is not None
        if size >= _LARGER:
            asks = text.endswith(("？", "?", "！", "!"))
            short = len(text) <= _LONGEST_SENTENCE and size >= _MUCH_LARGER
            return (not ends or asks or short) and (not line.tabular or size >= _MUCH_LARGER)
        if size < _SMALLER or ends or line.tabular:
            return False
        if _BRACKETED.match(text) or SOURCE_LIST_HEADING.match(as_written(text)):
            return True
        if block.label is not None and block.label.kind == "bare" and len(block.label.text) < 2:  # noqa: PLR2004
            return False
        bold = line.bold and not self._body.bold and self._bold < _RARE * self._all
        other = (
            line.font != self._body.font
            and JAPANESE.search(text) is not None
            and self._fonts[line.font] < _RARE * self._all
        )
        return (bold or other) and len(block.lines) < MOST_LINES


def _could_head(block: Paragraph) -> bool:
    if len(block.lines) > MOST_LINES:
        return False
    text = as_written(take_marks_out(block.text)[0])
    return (
        len(text) <= _LONGEST
        and len(LETTER.findall(text)) > 1
        and not is_caption(text)
        and not NO_HEADING.search(text)
        and not text.startswith(("※", "・", "•", "注", "(注", "（注"))
    )


def _put_together(blocks: list[Block], styles: _Styles, cover: int | None) -> None:
    """Join the lines of one heading, and a number with the heading that it stands above."""
    number = 1
    while number < len(blocks):
        above, block = blocks[number - 1], blocks[number]
        if (
            isinstance(above, Paragraph)
            and isinstance(block, Paragraph)
            and above.first.page != cover
        ):
            alone = _NUMBER_ALONE.fullmatch(as_written(above.text)) is not None
            if alone and above.first.page == block.first.page and styles.emphasises(block):
                block.text = f"{above.text} {block.text}"
                block.lines[:0] = above.lines
                del blocks[number - 1]
                continue
            if _is_one_heading(above, block, styles):
                above.text = seamless(above.text, block.text)
                above.lines += block.lines
                del blocks[number]
                continue
        number += 1


def _is_one_heading(above: Paragraph, block: Paragraph, styles: _Styles) -> bool:
    """Whether a heading goes on below: same large type, no gap, and the first line long enough."""
    if not is_next(above, block) or block.label is not None:
        return False
    if not (styles.emphasises(above) and styles.emphasises(block)):
        return False
    last = above.lines[-1]
    wide = last.x1 - last.left >= _MOST_WIDTH * (last.edge - last.left)
    hanging = above.label is not None and block.first.x0 > above.first.x0 + last.size / 2
    return wide or hanging


def _numbered(blocks: Sequence[Block], found: Sequence[int], cover: int | None) -> list[int]:
    """Plain lines that are headings by their number: of a kind for headings, or right above text."""
    kinds = {b.label.kind for n in found if isinstance(b := blocks[n], Paragraph) and b.label}
    more = []
    taken = set(found)
    for number, block in enumerate(blocks):
        if not isinstance(block, Paragraph) or block.first.page == cover or number in taken:
            continue
        label = block.label
        if label is None or label.kind in {"bullet", "bare"} or not _could_head(block):
            continue
        if block.first.tabular or block.ends_sentence or _PLAIN_SENTENCE.search(block.text):
            continue
        if label.kind in HEADING_KINDS or (
            label.kind not in kinds
            and len(block.text) <= _LONGEST_NUMBERED
            and _heads_text(blocks, number, label.kind)
        ):
            more.append(number)
    return more


def _heads_text(blocks: Sequence[Block], number: int, kind: str) -> bool:
    """Whether sentences or a table follow, and no other item of the list stands before or after."""
    around = [blocks[n] for n in (number - 1, number + 1) if 0 <= n < len(blocks)]
    if any(
        isinstance(b, Paragraph) and b.label is not None and b.label.kind == kind for b in around
    ):
        return False
    following = blocks[number + 1] if number + 1 < len(blocks) else None
    if isinstance(following, Paragraph):
        return following.label is None and following.ends_sentence
    return isinstance(following, FoundTable)


def _levels(headings: Mapping[int, Paragraph]) -> dict[int, int]:
    """Levels from 1 by size, and among headings of one size by the kind of numbering."""
    sizes = _typical_sizes(headings)
    classes = _classes(sizes.values())
    keys: dict[int, tuple[int, float]] = {}
    for number, block in headings.items():
        label = block.label
        numbered = label is not None and label.kind != "bullet"
        size = classes[sizes[number]]
        keys[number] = (size, label.depth if numbered and label is not None else -1.0)
    shallowest: dict[int, float] = {}
    for size, depth in sorted(keys.values()):
        if depth >= 0:
            shallowest.setdefault(size, depth)
    keys = {
        n: (size, depth if depth >= 0 else shallowest.get(size, 0.0))
        for n, (size, depth) in keys.items()
    }
    order = sorted(set(keys.values()))
    return {n: min(_DEEPEST, order.index(key) + 1) for n, key in keys.items()}


def _typical_sizes(headings: Mapping[int, Paragraph]) -> dict[int, float]:
    """The size of each heading; those numbered in one way share the size that is usual among them."""
    groups: dict[float, list[float]] = {}
    for block in headings.values():
        if block.label is not None:
            groups.setdefault(block.label.depth, []).append(block.first.size)
    return {
        number: median(groups[block.label.depth]) if block.label is not None else block.first.size
        for number, block in headings.items()
    }


def _classes(sizes: Iterable[float]) -> dict[float, int]:
    """Sizes from the largest down, those that are as good as the same under one number."""
    classes: dict[float, int] = {}
    last: float | None = None
    number = -1
    for size in sorted(set(sizes), reverse=True):
        if last is None or last - size > SAME_SIZE * last:
            number += 1
            last = size
        classes[size] = number
    return classes


def _as_bookmarked(levels: dict[int, int], bookmarked: Mapping[int, int | None]) -> dict[int, int]:
    """Levels as the bookmarks have them; a kind of heading that they leave out goes below the last."""
    known: dict[int, Counter[int]] = {}
    for number, level in bookmarked.items():
        if level is not None:
            known.setdefault(levels[number], Counter())[level] += 1
    if not known:
        return levels
    deeper = 0
    mapped: dict[int, int] = {}
    for level in sorted(set(levels.values())):
        if level in known:
            mapped[level] = deeper = known[level].most_common(1)[0][0]
        else:
            mapped[level] = deeper = deeper + 1
    return {n: min(_DEEPEST, bookmarked[n] or mapped[level]) for n, level in levels.items()}
