"""Dates that have lost a character on the way out of a page: 「202111月」 for 2021年11月.

The text stays as it stands. What it probably said is kept beside it, so that a search for the date
finds the place and an answer can say how it reads. Where several dates fit, all of them are given.
"""

import re
from collections.abc import Iterator

from ipqa.reports.model import Damage, Span

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
_ERAS = {"明治": 45, "大正": 15, "昭和": 64, "平成": 31, "令和": 30}
"""Last year of each era; of the present one, as far as reports look ahead."""

_MONTHS = range(1, 13)
_DAYS = range(1, 32)


def damaged_dates(text: str) -> list[Damage]:
    """The damaged dates of a text, in order, with every date that each may have been."""
    found = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            readings = tuple(dict.fromkeys(_readings(match)))
            if readings:
                found.append(Damage(Span(*match.span()), readings))
    return sorted(found, key=lambda damage: damage.span.start)


def _readings(match: re.Match[str]) -> Iterator[str]:
    parts = match.groupdict()
    for year, rest in _years(parts["year"], parts.get("digits") or ""):
        if "month" in parts:
            day = f"{parts['day']}日" if parts["day"] else ""
            if _is_in(_MONTHS, parts["month"]) and (not day or _is_in(_DAYS, parts["day"])):
                yield f"{year}年{parts['month']}月{day}"
            continue
        for cut in (2, 1):
            month, day = rest[:cut], rest[cut:]
            if _is_in(_MONTHS, month) and _is_in(_DAYS, day):
                yield f"{year}年{month}月{day}日"


def _years(year: str, digits: str) -> Iterator[tuple[str, str]]:
    """The year with the digits after it; a year of an era may have one digit or two."""
    last = _ERAS.get(year[:2])
    if last is None or int(year[2:]) <= last:
        yield year, digits
    if last is not None and digits and len(year) == len("令和10"):
        yield year[:-1], year[-1] + digits


def _is_in(numbers: range, digits: str) -> bool:
    """Whether digits without a leading zero are one of the numbers."""
    return digits.isdigit() and not digits.startswith("0") and int(digits) in numbers
