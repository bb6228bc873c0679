"""The one check that every answer passes: quotes stand in the report, figures stand in the quotes.

For every citation ``report.text[start:end] == quote``, and every number, date and percentage of a claim
occurs in one of its quotes. A claim that fails is not said.

``figures`` tells numbers apart by value alone; ``figures_in`` also reads what they count and whether they
are bounds, for texts that others wrote.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

from ipqa.answering.answer import Citation, Claim
from ipqa.japanese import ERAS, normalise
from ipqa.reports.model import Report

_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
_FIGURE = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和)(?P<year>\d{1,2}|元)(?=年)"
    r"|(?P<whole>[1-9]\d*|[一二三四五六七八九十]+)分の(?P<part>\d+|[一二三四五六七八九十]+)"
    rf"|(?P<minus>[△▲])?(?P<large>(?:{_DIGITS}[兆億万])+(?:{_DIGITS})?|{_DIGITS}(?:百万|千)(?=[円株人台件個tト米ドユ]))"
    rf"|(?P<sign>[△▲])?(?P<plain>{_DIGITS})"
    r"|(?P<kanji>(?=[〇一二三四五六七八九十百千万億兆]{2})(?:[〇一二三四五六七八九]*[十百千][〇一二三四五六七八九十百千万億兆]*"
    r"|[一二三四五六七八九]+[万億兆][〇一二三四五六七八九十百千万億兆]*|[〇一二三四五六七八九]{2,}))"
)
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"": 1, "千": 10**3, "万": 10**4, "百万": 10**6, "億": 10**8, "兆": 10**12}
_PART = re.compile(rf"({_DIGITS})(百万|千|[兆億万]?)")
_PLACES = Decimal("0.000001")
"""Of a fraction as a decimal."""

EXACT = Context(prec=1_000_000)
"""Keeps every digit: a number in a text may have as many as the text is long."""

_KANJI_DIGITS = "〇一二三四五六七八九"


def figures(text: str) -> set[str]:
    """The numbers of a text in one form, whatever they were written in.

    Half width, without thousands separators; 億 and 万 multiplied out; kanji as digits; △ as a minus; a
    year of an era as that of the common era (令和7年 is 2025); 3分の1 as 1/3.
    """
    normal = unicodedata.normalize("NFKC", text)
    return {_canonical(match) for match in _FIGURE.finditer(normal)}


def _canonical(match: re.Match[str]) -> str:
    if match["era"]:
        year = 1 if match["year"] == "元" else int(match["year"])
        return str(ERAS[match["era"]] + year - 1)
    if match["whole"]:
        return f"{_whole_number(match['part']):f}/{_whole_number(match['whole']):f}"
    if match["kanji"]:
        return f"{_of_kanji(match['kanji']):f}"
    minus = "-" if match["minus"] or match["sign"] else ""
    if match["plain"]:
        return minus + match["plain"].replace(",", "")
    parts = _PART.findall(match["large"])
    total = Decimal(0)
    for digits, unit in parts:
        total = EXACT.add(total, EXACT.multiply(Decimal(digits.replace(",", "")), _LARGE[unit]))
    return f"{minus}{EXACT.normalize(total):f}"


def _whole_number(written: str) -> Decimal:
    return Decimal(written) if written.isdecimal() else _of_kanji(written)


def _of_kanji(written: str) -> Decimal:
    """The value of a number in kanji, by place (二〇二四) or by unit (五千一, 三億二千万)."""
    if not set(written) & (_UNITS.keys() | _LARGE.keys()):
        return Decimal("".join(str(_KANJI_DIGITS.index(character)) for character in written))
    total = part = digit = 0
    for character in written:
        if character in _UNITS:
            part += (digit or 1) * _UNITS[character]
            digit = 0
        elif character in _LARGE:
            total += (part + digit or 1) * _LARGE[character]
            part = digit = 0
        else:
            digit = _KANJI_DIGITS.index(character)
    return Decimal(total + part + digit)


Bound = Literal["least", "above", "most", "below"]

_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?![\d%])")
_COUNTED = re.compile(
    r"(?<![〇一二三四五六七八九十百千万億兆数第人\d])"
    r"(?:[二三四五六七八九十](?=[つ社件人名割倍位回台点者種個校本年月期%ァ-ヴ]|[かカヶヵケ箇](?:所|国|月))"
    r"|一(?=[社件名割倍位年期](?!一)|回(?!り)|[かカヶヵケ箇](?:所|国|月)))"
)
"""A single numeral in kanji, where it counts something; 一 also begins words that count nothing (一部, 一つの)."""

_ORDINAL = re.compile(r"\s*\d{1,2}(?:[.．-]\d{1,2})*[.．)）]\s*(?=[^\d\s])")
"""The number that a heading or an item of a list begins with: it counts nothing."""

_UNIT = re.compile(
    r"\s?(年度|年間|年|月期|月|日間|日|[かカヶヵケ箇](?:月間?|所|国|年間?)|週間|時間|分の"
    r"|[ァ-ヶー]{2,8}|%|[A-Za-z]{1,4}(?![A-Za-z])|[一-龥々つ])"
)
_SAME_UNIT = {
    "パーセント": "%",
    "名": "人",
    "年間": "年",
    "キログラム": "kg",
    "キロメートル": "km",
    "トン": "t",
    "メートル": "m",
    "グラム": "g",
    "リットル": "l",
}
_RATE = re.compile(
    r"(?<![今昨前翌来同本半数去元末初毎\d〇一二三四五六七八九十])毎?([年月週日])[間に]?\s?約?$"
)
_ROUGH_BEFORE = re.compile(r"(?:約|およそ|おおよそ|ほぼ|概ね)\s?$")
_ROUGH_AFTER = re.compile(r"程度|前後|ほど|余|あまり|[強弱](?![い化ま])|台(?=[にをの])")
_BOUNDS: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    ("least", re.compile(r"以上|以降|以後")),
    ("above", re.compile(r"超(?!え)")),
    ("most", re.compile(r"以下|以内|以前|まで(?!に?[増減伸上下縮広拡高])")),
    ("below", re.compile(r"未満")),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it counts.

    Attributes:
        value: without its sign.
        unit: the same for 名 and 人, % and パーセント; 割 are tenfold %; empty where nothing follows.
        bound: 以上, 超, 以下 or 未満, where one follows.
        rough: whether it is said to be about so much (約, 程度).
        negative: whether △ or ▲ stands before it.
        start: offset into the text as given; so is ``end``.
        rate: 年, 月, 週 or 日 where it is so much in each (月2回); None where nothing says so.
    """

    value: Decimal
    unit: str
    bound: Bound | None
    rough: bool
    negative: bool
    start: int
    end: int
    rate: str | None = None


def figures_in(text: str) -> tuple[Figure, ...]:
    """The numbers of a text in order, with what they count; dates are a year, a month and a day."""
    normal = normalise(text)
    dates = [(m.span(), m.groups()) for m in _DATE.finditer(normal.text)]
    found = [
        Figure(Decimal(part), unit, None, False, False, *normal.original_span(*span))  # noqa: FBT003 - a date is neither rough nor negative
        for span, parts in dates
        for part, unit in zip(parts, "年月日", strict=True)
        if part
    ]
    ordinal = _ORDINAL.match(normal.text)
    body = ordinal.end() if ordinal else 0
    matches = [*_FIGURE.finditer(normal.text, body), *_COUNTED.finditer(normal.text, body)]
    for match in matches:
        if any(start <= match.start() < end for (start, end), _ in dates):
            continue
        counted = match.re is _COUNTED
        value = _value(_canonical(match)) if not counted else _of_kanji(match[0])
        fraction = not counted and match["whole"] is not None
        unit, end = ("", match.end()) if fraction else _unit_after(normal.text, match.end())
        if normal.text[: match.start()].endswith("第"):
            unit = f"第{unit}"
        if unit == "割":
            value, unit = EXACT.multiply(value, 10), "%"
        following = normal.text[end:]
        rough_after = _ROUGH_AFTER.match(following)
        following = following[rough_after.end() :] if rough_after else following
        bound = next((name for name, pattern in _BOUNDS if pattern.match(following)), None)
        rough = rough_after is not None or bool(_ROUGH_BEFORE.search(normal.text[: match.start()]))
        place = normal.original_span(match.start(), end)
        rate = _RATE.search(normal.text[: match.start()])
        found.append(
            Figure(
                value.copy_abs(), unit, bound, rough, value < 0, *place, rate[1] if rate else None
            )
        )
    return tuple(sorted(found, key=lambda figure: figure.start))


def _value(canonical: str) -> Decimal:
    part, _, whole = canonical.partition("/")
    return EXACT.quantize(Decimal(part) / Decimal(whole), _PLACES) if whole else Decimal(part)


def _unit_after(text: str, position: int) -> tuple[str, int]:
    """The unit that stands at a position, in one form, and where it ends."""
    match = _UNIT.match(text, position)
    if match is None:
        return "", position
    unit = re.sub(r"^[カヶヵケ箇](?=[月所国年])", "か", match[1])
    return _SAME_UNIT.get(unit, unit).removesuffix("間"), match.end()


def is_verbatim(citation: Citation, reports: Mapping[str, Report]) -> bool:
    """Whether the quote is what stands in the report at the citation's offsets."""
    report = reports.get(citation.report)
    return (
        report is not None
        and 0 <= citation.start < citation.end <= len(report.text)
        and report.text[citation.start : citation.end] == citation.quote
    )


def grounded(
    claims: Sequence[Claim], citations: Sequence[Citation], reports: Mapping[str, Report]
) -> tuple[Claim, ...]:
    """The claims that their citations support, in order."""
    quotes = {c.number: c.quote for c in citations if is_verbatim(c, reports)}
    return tuple(
        claim
        for claim in claims
        if claim.citations
        and all(number in quotes for number in claim.citations)
        and figures(claim.text)
        <= set().union(*(figures(quotes[number]) for number in claim.citations))
    )
