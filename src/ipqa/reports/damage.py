"""Places that do not say what their author wrote, because a copy or a PDF has harmed them.

The text stays as it stands. What it probably said is kept beside it, so that a search finds the place
and an answer can say how it reads. Where several readings fit, all of them are given.

- dates that have lost a character: 「202111月」 for 2021年11月
- ranks that have lost their 位, in a file that has lost characters elsewhere
- words with spaces inside: 「特 許」
- kana that a font's character map has turned into rare ideographs: 「䛾」 for の
- characters that only look right: Kangxi radicals (⽇ for 日), compatibility ideographs and forms
"""

import re
import unicodedata
from collections.abc import Iterator

from ipqa.japanese import words
from ipqa.reports.model import Damage, DamageKind, Span

_YEAR = r"(?P<year>(?:19|20)\d{2}|(?:明治|大正|昭和|平成|令和)\d{1,2})"
_PATTERNS = (
    # 年 lost: 202111月, 2025年 kept apart by nothing from 11月5日
    re.compile(rf"(?<![\d,.]){_YEAR}(?P<month>\d{{1,2}})月(?:(?P<day>\d{{1,2}})日)?"),
    # 年 and 月 lost: 2025115日, 平成30123日
    re.compile(rf"(?<![\d,.]){_YEAR}(?P<digits>\d{{2,4}})日"),
    # 月 lost: 2023年26日, 同年726日
    re.compile(
        r"(?<![\d,.])(?P<year>(?:19|20)\d{2}|(?:明治|大正|昭和|平成|令和)\d{1,2}|同)年(?P<digits>\d{2,4})日"
    ),
)
_BARE_DATE = re.compile(r"(?<![\d,.年月約計間])(?P<digits>\d{3,4})日(?![間目以前後分])")
"""726日 for 7月26日: read so only where the file has lost characters elsewhere, for it may be a span."""

_BARE_RANK = re.compile(
    r"(?:世界|国内|業界|全国|件数|順位)[ 　]?(?P<rank>\d{1,2})(?=[)）、。]|$)", re.MULTILINE
)
_ERAS = {"明治": 45, "大正": 15, "昭和": 64, "平成": 31, "令和": 30}
"""Last year of each era; of the present one, as far as reports look ahead."""

_MONTHS = range(1, 13)
_DAYS = range(1, 32)


_FONT_MAPPED = re.compile("[\u46b8\u46b9\u46d1-\u4723\u472f-\u478a]+")
_FONT_MAP = {
    **{chr(code + 0x1690): chr(code) for code in range(0x3041, 0x3094)},
    **{chr(code + 0x168E): chr(code) for code in range(0x30A1, 0x30FD)},
    "\u46b8": "、",
    "\u46b9": "。",
}
"""Kana as some printer fonts without a character map come out: shifted into CJK Extension A."""

_LOOK_ALIKES = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\ufe30-\ufe4f]+")
_RADICALS = dict(
    zip("⺠⺝⺩⻁⻄⻆⻑⻘⻝⻞⻣⻤⻨⻩⻫⻭⻯⻲", "民月王虎西角長青食食骨鬼麦黄斉歯竜亀", strict=True)
)
"""Radicals of the CJK supplement that are whole characters; NFKC knows the others."""

_JAPANESE = r"[\u3041-\u309f\u30a1-\u30ff\u4e00-\u9fff々〆]"
_GAP = r"[ \u00a0\u3000]{1,3}"
_INNER_GAP = re.compile(rf"(?<={_JAPANESE}){_GAP}(?={_JAPANESE})")
_LETTER_SPACED = re.compile(
    rf"(?<!{_JAPANESE})(?<!{_JAPANESE}[ \u00a0\u3000]){_JAPANESE}(?:{_GAP}{_JAPANESE}){{2,}}(?!{_JAPANESE})"
)
_TWO_LETTERS = re.compile(rf"(?<![\w\u3000 ]){_JAPANESE}\u3000+{_JAPANESE}(?![\w\u3000 ])")
"""目　次, a heading that is spaced out."""

_BEFORE = re.compile(rf"{_JAPANESE}*$")
_AFTER = re.compile(rf"{_JAPANESE}*")
_DATE_ENDS = re.compile(r"\d[年月日]$")
_KATAKANA = re.compile(r"[\u30a1-\u30ff]{2}")
_REACH = 8
"""Characters on either side of a gap within which the word that it cuts must lie."""


def find_damage(text: str) -> list[Damage]:
    """The damaged places of a text, in order, none of which overlap."""
    dates = damaged_dates(text)
    found = [*dates, *_font_mapped(text), *_look_alikes(text), *_split_words(text)]
    if dates:
        found += [*_bare_dates(text), *_bare_ranks(text)]
    found.sort(key=lambda damage: (damage.span.start, -damage.span.end))
    apart: list[Damage] = []
    for damage in found:
        if not apart or apart[-1].span.end <= damage.span.start:
            apart.append(damage)
    return apart


def damaged_dates(text: str) -> list[Damage]:
    """The damaged dates of a text, in order, with every date that each may have been."""
    found = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            readings = tuple(dict.fromkeys(_readings(match)))
            if readings:
                found.append(_damage("damaged_date", match, *readings))
    return sorted(found, key=lambda damage: damage.span.start)


def _bare_dates(text: str) -> Iterator[Damage]:
    for match in _BARE_DATE.finditer(text):
        digits = match["digits"]
        readings = [f"{digits[:cut]}月{digits[cut:]}日" for cut in (2, 1) if _is_day(digits, cut)]
        if readings:
            yield _damage("damaged_date", match, *readings)


def _bare_ranks(text: str) -> Iterator[Damage]:
    for match in _BARE_RANK.finditer(text):
        rank = match["rank"]
        if rank != "0":
            yield Damage("damaged_rank", Span(*match.span("rank")), (f"{rank}位",))


def _font_mapped(text: str) -> Iterator[Damage]:
    for match in _FONT_MAPPED.finditer(text):
        reading = "".join(_FONT_MAP.get(character, character) for character in match.group())
        if reading != match.group():
            yield _damage("font_map", match, reading)


def _look_alikes(text: str) -> Iterator[Damage]:
    for match in _LOOK_ALIKES.finditer(text):
        reading = "".join(
            _RADICALS.get(character) or unicodedata.normalize("NFKC", character)
            for character in match.group()
        )
        if reading != match.group():
            yield _damage("look_alike", match, reading)


def _split_words(text: str) -> Iterator[Damage]:
    """Words that a space cuts: letter-spaced runs, and those of which the dictionary knows the whole."""
    for match in _LETTER_SPACED.finditer(text):
        joined = re.sub(_GAP, "", match.group())
        if all(len(word.surface) > 1 or not word.is_content for word in words(joined, "C")):
            yield _damage("split_word", match, joined)
    for gap in _INNER_GAP.finditer(text):
        before = _BEFORE.search(text[max(0, gap.start() - _REACH) : gap.start()])
        after = _AFTER.match(text, gap.end(), gap.end() + _REACH)
        left, right = before.group() if before else "", after.group() if after else ""
        if _KATAKANA.fullmatch(left[-1:] + right[:1]):
            continue  # compounds of katakana words are written with or without a space
        if _DATE_ENDS.search(text, max(0, gap.start() - 2), gap.start()):
            continue  # 「11月8日 新契約」 are two things
        if "\u3000" in gap.group() and not _TWO_LETTERS.match(text, gap.start() - 1):
            continue  # a wide space is set on purpose
        for word in words(left + right):
            if word.start < len(left) < word.end:
                start = gap.start() - len(left) + word.start
                end = gap.end() + word.end - len(left)
                yield Damage("split_word", Span(start, end), (word.surface,))


def _damage(kind: DamageKind, match: re.Match[str], *readings: str) -> Damage:
    return Damage(kind, Span(*match.span()), readings)


def _readings(match: re.Match[str]) -> Iterator[str]:
    parts = match.groupdict()
    for year, rest in _years(parts["year"], parts.get("digits") or ""):
        if "month" in parts:
            day = f"{parts['day']}日" if parts["day"] else ""
            if _is_in(_MONTHS, parts["month"]) and (not day or _is_in(_DAYS, parts["day"])):
                yield f"{year}年{parts['month']}月{day}"
            continue
        for cut in (2, 1):
            if _is_day(rest, cut):
                yield f"{year}年{rest[:cut]}月{rest[cut:]}日"


def _years(year: str, digits: str) -> Iterator[tuple[str, str]]:
    """The year with the digits after it; a year of an era may have one digit or two."""
    last = _ERAS.get(year[:2])
    if last is None or int(year[2:]) <= last:
        yield year, digits
    if last is not None and digits and len(year) == len("令和10"):
        yield year[:-1], year[-1] + digits


def _is_day(digits: str, cut: int) -> bool:
    """Whether digits, cut there, are a month and a day."""
    return _is_in(_MONTHS, digits[:cut]) and _is_in(_DAYS, digits[cut:])


def _is_in(numbers: range, digits: str) -> bool:
    """Whether digits without a leading zero are one of the numbers."""
    return digits.isdigit() and not digits.startswith("0") and int(digits) in numbers
