"""What a page carries besides its text: running heads, page numbers, the table of contents.

They are told by what they are to the eye: the same words, but for their figures, at the same place at
the edge of most pages; lines that lead by dots to a page number.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from ipqa.reports.pdf.glyphs import Box
from ipqa.reports.pdf.grids import FoundTable
from ipqa.reports.pdf.labels import as_written
from ipqa.reports.pdf.layout import JAPANESE, Words
from ipqa.reports.pdf.text import SENTENCE_END, Line

_MOST_WORDS = 2_000
_EDGE = 0.12
_SIDE = 0.06
_SAME_PLACE = 5.0
_MOST = 0.5
_MOST_OF_ONE_SIDE = 0.6
_FEW_PAGES = 3
_APART = 0.5
_LEADING = 2.0
_LARGER = 1.15
_PAGE_NUMBER = re.compile(
    r"(?:p\.?|page|-|–|―|—|─|・|~)?\s*(?P<number>\d{1,4})\s*(?:(?:[/／]|of)\s*\d{1,4})?\s*(?:ページ|頁|page|-|–|―|—|─|・|~)?",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"[ivx]{1,5}")
_LEADS = re.compile(
    r"(?:[.．・…‥·･_]\s*){4,}\s*[-–(（]?\s*(?:\d{1,4}|[ivxIVX]{1,5})\s*[-–)）]?$|[…‥]{2,}\s*\d{1,4}$"
)
_ENDS_IN_NUMBER = re.compile(r"\D\s+(\d{1,3})$")
_CONTENTS = re.compile(
    r"^(?:目\s*次|もくじ|総目次|図表目次|(?:table of )?contents)$", re.IGNORECASE
)
_FEWEST_ENTRIES = 3
_BETWEEN_ENTRIES = 3


@dataclass(slots=True)
class Sheet:
    """A page, or the part of it whose lines run one way: what stands on it, in no order yet."""

    page: int
    width: float
    height: float
    words: list[Words]
    tables: list[FoundTable]
    boxes: list[Box]


@dataclass(frozen=True, slots=True)
class Style:
    """How the running text of a report is set."""

    size: float
    font: str
    bold: bool


def body_style(sheets: Iterable[Sheet]) -> Style:
    """The size, font and weight of most characters of a report."""
    sizes: Counter[float] = Counter()
    fonts: Counter[tuple[float, str, bool]] = Counter()
    for sheet in sheets:
        for words in sheet.words:
            size = round(words.size * 2) / 2
            sizes[size] += words.count
            font = words.font if JAPANESE.search(words.text) else ""
            fonts[size, font, words.bold] += words.count
    if not sizes:
        return Style(10.0, "", bold=False)
    size = sizes.most_common(1)[0][0]
    own = Counter({key: count for key, count in fonts.items() if key[0] == size})
    _, font, bold = own.most_common(1)[0][0]
    return Style(size, font, bold)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the same words stand on several pages: at one height, at one edge.

    Attributes:
        pattern: the words without their figures.
        pages: on which pages.
        busy: on how many pages anything stands at that place.
    """

    pattern: str
    pages: frozenset[int]
    busy: int


def take_furniture_off(sheets: Sequence[Sheet], body: Style) -> list[str]:
    """Take running heads, feet and page numbers off the pages, and return what they said."""
    pages = sorted({sheet.page for sheet in sheets})
    taken: dict[int, tuple[Sheet, Words]] = {}
    for place, members in _places(sheets):
        everywhere = _repeats(place, pages)
        for sheet, words in members:
            if (
                everywhere
                or _is_number_of(words, sheet)
                or (_is_apart(words, sheet) and _is_running_head(words, body, place, pages))
            ):
                taken[id(words)] = (sheet, words)
    texts = []
    for sheet, words in sorted(taken.values(), key=lambda pair: (pair[0].page, pair[1].y)):
        if all(id(other) in taken for other in _going_on(words, sheet)):
            texts.append(words.text)
            sheet.words = [other for other in sheet.words if other is not words]
    return texts


def _places(sheets: Sequence[Sheet]) -> list[tuple[_Place, list[tuple[Sheet, Words]]]]:
    """What stands at the edges of the pages, the same words at the same place together."""
    found: dict[tuple[str, str], list[tuple[Sheet, Words]]] = {}
    busy: Counter[tuple[str, int]] = Counter()
    for sheet in sheets:
        if len(sheet.words) > _MOST_WORDS:
            continue
        outer = [(zone, words) for words in sheet.words if (zone := _zone(words, sheet))]
        busy.update({(zone, round(words.y / _SAME_PLACE)) for zone, words in outer})
        for zone, words in outer:
            found.setdefault((zone, _pattern(words.text)), []).append((sheet, words))
    places = []
    for (zone, pattern), members in found.items():
        for group in _by_height(members):
            height = round(group[0][1].y / _SAME_PLACE)
            pages = frozenset(sheet.page for sheet, _ in group)
            places.append((_Place(pattern, pages, busy[zone, height]), group))
    return places


def _zone(words: Words, sheet: Sheet) -> str:
    """Which edge of the page words stand at, if at any."""
    if words.bottom < _EDGE * sheet.height:
        return "head"
    if words.top > (1 - _EDGE) * sheet.height:
        return "foot"
    if words.x1 < _SIDE * sheet.width or words.x0 > (1 - _SIDE) * sheet.width:
        return "side"
    return ""


def _pattern(text: str) -> str:
    """What a running head says on every page: without spaces, any figure for another."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if _ROMAN.fullmatch(plain.strip("-–―—─・~")):
        return "#"
    return re.sub(r"\d+", "#", plain)


def _by_height(members: Sequence[tuple[Sheet, Words]]) -> list[list[tuple[Sheet, Words]]]:
    """The same words by the height at which they stand."""
    groups: list[list[tuple[Sheet, Words]]] = []
    for sheet, words in sorted(members, key=lambda member: member[1].y):
        if groups and words.y - groups[-1][-1][1].y <= _SAME_PLACE:
            groups[-1].append((sheet, words))
        else:
            groups.append([(sheet, words)])
    return groups


def _repeats(place: _Place, pages: Sequence[int]) -> bool:
    """Whether words stand at their place on most pages, or on most left or right ones.

    In a report of few pages that could be chance, unless they are a page number.
    """
    if len(pages) <= _FEW_PAGES:
        number = _PAGE_NUMBER.fullmatch(place.pattern.replace("#", "1"))
        return len(place.pages) > 1 and number is not None
    if len(place.pages) >= max(_FEW_PAGES, _MOST * len(pages)):
        return True
    return any(
        len(place.pages.intersection(side)) >= max(_FEW_PAGES, _MOST_OF_ONE_SIDE * len(side))
        for side in (pages[::2], pages[1::2])
    )


def _is_number_of(words: Words, sheet: Sheet) -> bool:
    """Whether words are nothing but the number of their page, with no text beyond it."""
    match = _PAGE_NUMBER.fullmatch(unicodedata.normalize("NFKC", words.text).strip())
    return match is not None and int(match["number"]) == sheet.page and _is_apart(words, sheet)


def _is_running_head(words: Words, body: Style, place: _Place, pages: Sequence[int]) -> bool:
    """Whether words that stand apart from the text name the report or a chapter.

    Such a head may change from chapter to chapter, but some head stands at its place on most pages.
    """
    if SENTENCE_END.search(words.text):
        return False
    if len(place.pages) < 2 or words.size > _LARGER * body.size:  # noqa: PLR2004
        return False
    if len(pages) <= _FEW_PAGES:
        plain = words.size <= body.size and (body.bold or not words.bold)
        return plain and len(place.pages) >= len(pages) - 1
    near = any(later - page <= 2 for page, later in pairwise(sorted(place.pages)))  # noqa: PLR2004 - left or right pages
    return near and place.busy >= _MOST_OF_ONE_SIDE * len(pages)


def _is_apart(words: Words, sheet: Sheet) -> bool:
    """Whether nothing stands between words and the page's edge, and nothing near them either."""
    others = [other for other in sheet.words if abs(other.y - words.y) > words.size / 2]
    if words.y < sheet.height / 2:
        return all(other.top - words.bottom > _APART * words.size for other in others)
    return all(words.top - other.bottom > _APART * words.size for other in others)


def _going_on(words: Words, sheet: Sheet) -> list[Words]:
    """Lines of the same type right below some words, or above them at the foot: text with them."""
    inward = 1 if words.y < sheet.height / 2 else -1
    return [
        other
        for other in sheet.words
        if words.size / 2 < inward * (other.y - words.y) < _LEADING * words.size
        and abs(other.size - words.size) < words.size / 10
    ]


def without_contents(
    items: Sequence[Line | FoundTable],
) -> tuple[list[Line | FoundTable], list[int]]:
    """Lines without those of a table of contents, and the pages on which one begins."""
    numbers = _entries(items)
    dropped: set[int] = set()
    begins: list[int] = []
    for _, group in groupby(_chains(numbers), key=lambda pair: pair[0]):
        chain = [number for _, number in group]
        if len(chain) < _FEWEST_ENTRIES:
            continue
        first = chain[0]
        for before in range(first - 1, max(-1, first - _BETWEEN_ENTRIES - 1), -1):
            item = items[before]
            if isinstance(item, Line) and _CONTENTS.match(as_written(item.text)):
                first = before
                break
        dropped |= set(range(first, chain[-1] + 1))
        item = items[first]
        begins.append(item.page if isinstance(item, Line) else 0)
    return [item for number, item in enumerate(items) if number not in dropped], begins


def _entries(items: Sequence[Line | FoundTable]) -> list[int]:
    """The numbers of the lines that lead to a page number, by dots or below the word for contents."""
    found = []
    listing = False
    last = 0
    for number, item in enumerate(items):
        if not isinstance(item, Line):
            listing = False
            continue
        if _CONTENTS.match(as_written(item.text)):
            listing, last = True, 0
            continue
        ends = _ENDS_IN_NUMBER.search(item.text)
        if _LEADS.search(item.text):
            found.append(number)
        elif listing and ends and item.tabular and int(ends[1]) >= last:
            found.append(number)
            last = int(ends[1])
    return found


def _chains(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers with that of their chain, in which none is far from the one before."""
    chains: list[tuple[int, int]] = []
    chain = 0
    for place, number in enumerate(numbers):
        if place and number - numbers[place - 1] > _BETWEEN_ENTRIES:
            chain += 1
        chains.append((chain, number))
    return chains
