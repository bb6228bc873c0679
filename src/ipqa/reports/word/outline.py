"""The title and the headings of a Word file, also of one whose author used no styles.

Many documents are headed by hand: bold numbered lines under a large centred title. Where no paragraph
has the style of a heading, numbering and look take its place; where one has, they are not asked.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from ipqa.reports.builder import SOURCE_LIST_HEADING
from ipqa.reports.marks import take_marks_out
from ipqa.reports.office.text import one_line, useful_title
from ipqa.reports.tables import CAPTION
from ipqa.reports.word.body import Block, Paragraph

_TITLE_LENGTH = 80
_HEADING_LENGTH = 50
_COVER = 15
_CONFIRMED_WITHIN = 20
_LINE_END = 40
_LONG = 60
_TITLE_LINES = 3
_SENTENCE_END = re.compile(r"(?:[。！？!?｡、]|ます|ました|です|でした|ません|である|した)$")
_NOT_A_TITLE = re.compile(
    r"^(?:(?:令和|平成|昭和|西暦)?[0-9元]{1,4}[年./-].*|(?:資料|別紙|別添|参考|様式)[-0-9]*|第[0-9]+[版号]?|[（(].*[)）]|.*(?:各位|御中|殿|様)"
    r"|(?:株式会社|一般社団法人|独立行政法人).*|.*(?:株式会社|有限会社)|.*(?:部|課|室|省|庁)|目次|社外秘|取扱注意|案|以上|記)$"
)
_CONTENTS_HEADING = re.compile(
    r"(?:もくじ|目次|contents|tableofcontents|図表?目次|表目次)", re.IGNORECASE
)
_CONTENTS_LINE = re.compile(r"(?:[\t…‥･・.．]{2,}|[\t…‥]) *[-－]?\s*[0-9０-９ivx]{1,4}\s*[-－]?$")

_NUMERAL = "[0-9一二三四五六七八九十]+"
_SHAPES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"第 ?{_NUMERAL} ?[部編]",
        rf"第 ?{_NUMERAL} ?章",
        r"(?:[IVX]+|[ivx]+)[. ]+\S",
        rf"第 ?{_NUMERAL} ?節",
        r"\d{1,2}(?:[.,] ?| )(?=[^\d\s])",
        r"\d{1,2}[-.]\d{1,2}(?:[.,]? |[.,](?=\D))",
        r"\d{1,2}[-.]\d{1,2}[-.]\d{1,2}(?:[.,]? |[.,](?=\D))",
        r"\d{1,2}(?:[-.]\d{1,2}){3}(?:[.,]? |[.,](?=\D))",
        r"\(\d{1,2}\)",
    )
)
"""From the greatest to the least; matched against the text in NFKC."""

_PLAIN = len(_SHAPES)
_SOURCES = _PLAIN + 1
_CERTAIN = frozenset({0, 1, 3, _SOURCES})
_OWN_NAME = re.compile(
    r"(?:はじめに|序文|序章|まえがき|おわりに|終わりに|むすび|結び|まとめ|結論|あとがき|要旨|要約|概要|謝辞|付録.{0,12}|総括)"
)


_Placed: TypeAlias = Sequence[tuple[int, Paragraph]]
"""Paragraphs, and their places among the blocks."""

_Found: TypeAlias = tuple[str, frozenset[int]]
"""A title, and the places of the blocks that it was taken from: they are not told again."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A file's title, and what it holds besides; headings from level 1."""

    title: str
    blocks: tuple[Block, ...]


def outline(blocks: Sequence[Block], property_title: str) -> Outline:
    """Find the title and the headings among the blocks of a file.

    Args:
        blocks: what the file holds, in order.
        property_title: the title in the file's properties.
    """
    body = _contents_marked(blocks)
    title, used = _title(body, property_title)
    rest = [block for at, block in enumerate(body) if at not in used]
    rest = [_misused_title(block) for block in rest]
    if not any(_is_heading(block) for block in rest) and not any(
        _is_heading(body[at]) for at in used
    ):
        rest = _headed_by_hand(rest)
    top = min((b.level for b in rest if isinstance(b, Paragraph) and b.level), default=1)
    return Outline(
        take_marks_out(title)[0][:_TITLE_LENGTH],
        tuple(
            replace(b, level=b.level - top + 1) if isinstance(b, Paragraph) and b.level else b
            for b in rest
        ),
    )


def heading_text(paragraph: Paragraph) -> str:
    """A heading on one line, with the number that Word sets before it."""
    text = one_line(paragraph.text)
    number = paragraph.number
    return f"{number.label}{number.gap}{text}" if number is not None and number.label else text


def is_sentence(text: str) -> bool:
    """Whether a line ends as a sentence does."""
    return _SENTENCE_END.search(text) is not None


def _is_heading(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.level is not None


def _misused_title(block: Block) -> Block:
    """A second title in the midst of a text heads a chapter."""
    if isinstance(block, Paragraph) and block.role == "title":
        return replace(block, role="heading", level=1)
    return block


def _contents_marked(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with what belongs to a table of contents that was typed by hand marked so."""
    marked: list[Block] = []
    within = False
    for block in blocks:
        if isinstance(block, Paragraph) and block.text.strip():
            headed = _CONTENTS_HEADING.fullmatch(re.sub(r"\s", "", block.text)) is not None
            within = headed or (
                within and _CONTENTS_LINE.search(block.text.strip()[-_LINE_END:]) is not None
            )
            marked.append(replace(block, role="contents", level=None) if within else block)
        else:
            marked.append(block)
    return marked


def _title(blocks: Sequence[Block], property_title: str) -> _Found:
    """The title: where several things may be it, what the author is likeliest to have meant."""
    paragraphs = [
        (at, block)
        for at, block in enumerate(blocks)
        if isinstance(block, Paragraph) and block.text.strip() and block.role != "contents"
    ]
    proposed = useful_title(property_title)
    return (
        _run_of([(at, p) for at, p in paragraphs if p.role == "title"])
        or _confirmed(proposed, paragraphs)
        or _on_cover(paragraphs)
        or _only_chapter(paragraphs)
        or ((proposed, frozenset()) if proposed else None)
        or _first_line(paragraphs)
    )


def _confirmed(proposed: str, paragraphs: _Placed) -> _Found | None:
    """A title that the properties give, if the beginning of the text gives it as well.

    Otherwise it may be that of the file from which this one was copied.
    """
    wanted = _bare(proposed)
    for at, paragraph in paragraphs[:_CONFIRMED_WITHIN] if wanted else ():
        if _bare(paragraph.text) == wanted:
            return one_line(paragraph.text), frozenset({at})
        if wanted in _bare(paragraph.text):
            return proposed, frozenset()
    return None


def _first_line(paragraphs: _Placed) -> _Found:
    """The first line; what is a sentence or a heading remains where it is."""
    for at, paragraph in paragraphs[:1]:
        text = one_line(paragraph.text)
        stays = is_sentence(text) or len(text) > _LONG or paragraph.level is not None
        return text, frozenset() if stays else frozenset({at})
    return "", frozenset()


def _run_of(found: _Placed) -> _Found | None:
    """Paragraphs that follow each other, as one text."""
    run = [
        pair for place, pair in enumerate(found[:_TITLE_LINES]) if pair[0] == found[0][0] + place
    ]
    return (
        (" ".join(one_line(p.text) for _, p in run), frozenset(at for at, _ in run))
        if run
        else None
    )


def _on_cover(paragraphs: _Placed) -> _Found | None:
    """The largest text before the first chapter, or else what is set in the middle."""
    cover: list[tuple[int, Paragraph]] = []
    for at, paragraph in paragraphs[:_COVER]:
        text = one_line(paragraph.text)
        if paragraph.level is not None or len(text) > _LONG or _shape(text) is not None:
            break
        named_otherwise = _NOT_A_TITLE.match(unicodedata.normalize("NFKC", text))
        if not is_sentence(text) and not named_otherwise and not paragraph.number:
            cover.append((at, paragraph))
    largest = max((p.size for _, p in cover if p.large), default=0)
    if largest:
        return _run_of([(at, p) for at, p in cover if p.size == largest])
    return _run_of([(at, p) for at, p in cover if p.centred][:1])


def _only_chapter(paragraphs: _Placed) -> _Found | None:
    """The first heading, if it is the only one of its level and none stands above it."""
    headings = [(at, p) for at, p in paragraphs if p.level is not None]
    if not headings:
        return None
    at, first = headings[0]
    if any(p.level is not None and p.level <= (first.level or 0) for _, p in headings[1:]):
        return None
    return heading_text(first), frozenset({at})


def _bare(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()


def _headed_by_hand(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, headings among them by their numbering and look."""
    shapes = [_hand_shape(block, following) for block, following in _with_next(blocks)]
    elected = _CERTAIN | {
        shape
        for shape in set(shapes) - {None, _PLAIN, _SOURCES}
        if _heads_text(shape, blocks, shapes)
    }
    kept = [
        shape if shape is not None and (shape in elected or _stands_out(block)) else None
        for block, shape in zip(blocks, shapes, strict=True)
    ]
    ranks = sorted({shape for shape in kept if shape is not None})
    numbered = any(shape < _PLAIN for shape in ranks)
    headed: list[Block] = []
    for block, shape in zip(blocks, kept, strict=True):
        if shape is None or not isinstance(block, Paragraph):
            headed.append(block)
            continue
        named = shape == _SOURCES or _OWN_NAME.fullmatch(one_line(block.text))
        level = 1 if named or not numbered else ranks.index(shape) + 1
        headed.append(replace(block, role="heading", level=level))
    return headed


def _with_next(blocks: Sequence[Block]) -> list[tuple[Block, Block | None]]:
    return list(zip(blocks, [*blocks, None][1:], strict=True))


def _shape(text: str) -> int | None:
    """The kind of numbering that a line begins with; ① numbers items, and heads nothing."""
    if unicodedata.category(text[:1] or " ") == "No":
        return None
    plain = unicodedata.normalize("NFKC", text)
    return next((at for at, shape in enumerate(_SHAPES) if shape.match(plain)), None)


def _hand_shape(block: Block, following: Block | None) -> int | None:
    """The kind of heading that a paragraph may be, by its words alone."""
    if not isinstance(block, Paragraph) or block.role != "body":
        return None
    text = heading_text(block)
    if not text or len(text) > _HEADING_LENGTH or is_sentence(text) or CAPTION.match(text):
        return None
    shape = _shape(text)
    if shape is not None:
        return shape
    if SOURCE_LIST_HEADING.match(text):
        return _SOURCES
    if block.number is not None or text[-1] in ":：、,":
        return None
    leads = not isinstance(following, Paragraph) or _is_running(following)
    alone = following is not None and leads and not _stands_out(following)
    return _PLAIN if alone or _OWN_NAME.fullmatch(text) else None


def _is_running(paragraph: Paragraph) -> bool:
    """Whether a paragraph is text that may stand below a heading, rather than another short line."""
    text = paragraph.text.strip()
    return paragraph.number is not None or len(text) > _HEADING_LENGTH or is_sentence(text)


def _heads_text(shape: int | None, blocks: Sequence[Block], shapes: Sequence[int | None]) -> bool:
    """Whether lines of a kind of numbering mostly stand above what they head, no other line of it."""
    members = [at for at, found in enumerate(shapes) if found == shape]
    below = [shapes[at + 1] for at in members if at + 1 < len(blocks)]
    heading = [found for found in below if found is None or found > (shape or 0)]
    long = sum(1 for b in blocks if isinstance(b, Paragraph) and _is_long_member(b, shape))
    return len(members) > 1 and 2 * len(heading) > len(members) > 4 * long


def _is_long_member(paragraph: Paragraph, shape: int | None) -> bool:
    """Whether a paragraph is numbered that way and yet no heading: it is a sentence, or long."""
    text = heading_text(paragraph)
    return (len(text) > _HEADING_LENGTH or is_sentence(text)) and _shape(text) == shape


def _stands_out(block: Block) -> bool:
    return isinstance(block, Paragraph) and (block.bold or block.large)
