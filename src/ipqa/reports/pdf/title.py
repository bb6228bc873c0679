"""The title of a report: the largest words on its first page, or what the file says of itself."""

import re
from collections.abc import Sequence
from itertools import pairwise

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
from ipqa.reports.pdf.labels import as_written
from ipqa.reports.pdf.text import Paragraph, seamless

_LARGER = 1.15
"""The size of a title against that of the running text, at least."""

_FEWEST_LETTERS = 3
_MOST_OF_WIDTH = 0.85
_PARTICLE = re.compile(r"[はがをにでとのもへやるた、・～〜―—–-]$")


def find_title(blocks: list[Block], body: Style, named: str) -> str:
    """The report's title, taken out of the blocks of its first page where it stands there.

    Args:
        blocks: all of the report; those of the title are removed.
        body: how its running text is set.
        named: the title that the file carries with it, empty where that means nothing.
    """
    paragraphs = [block for block in blocks if isinstance(block, Paragraph)]
    if not paragraphs:
        return named
    first = [b for b in paragraphs if b.first.page == paragraphs[0].first.page]
    for block in first:
        if named and plain(block.text) == plain(named):
            blocks.remove(block)
            return block.text
    title = _largest(first, body, named)
    if not title:
        return named
    for block in title:
        blocks.remove(block)
    lines = [line for block in paragraphs for line in block.lines]
    width = max(line.edge for line in lines) - min(line.left for line in lines)
    text = title[0].text
    for above, block in pairwise(title):
        last = above.lines[-1]
        broken = last.x1 - last.x0 < _MOST_OF_WIDTH * width and not _PARTICLE.search(text)
        text = f"{text} {block.text}" if broken else seamless(text, block.text)
    return take_marks_out(text)[0].strip()


def _largest(first: Sequence[Paragraph], body: Style, named: str) -> list[Paragraph]:
    """The largest lines of the first page that follow each other; none where they are no title.

    Large lines here and there are headings, if the file knows its title.
    """
    large = [b for b in first if b.first.size >= _LARGER * body.size and _could_be_title(b)]
    size = max((block.first.size for block in large), default=0.0)
    largest = [block for block in large if block.first.size >= size * (1 - SAME_SIZE)]
    if not largest:
        return []
    start = next(number for number, block in enumerate(first) if block is largest[0])
    title = [first[start]]
    for block in first[start + 1 :]:
        if not is_next(title[-1], block):
            break
        title.append(block)
    apart = any(all(block is not part for part in title) for block in largest)
    return [] if apart and named else title


def _could_be_title(block: Paragraph) -> bool:
    numbered = block.label is not None and block.label.kind != "bullet"
    return (
        len(LETTER.findall(block.text)) >= _FEWEST_LETTERS
        and len(block.lines) <= MOST_LINES
        and not numbered
        and not NO_HEADING.search(as_written(block.text))
    )
