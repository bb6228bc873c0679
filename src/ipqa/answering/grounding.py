"""The one check that every answer passes: quotes stand in the report, figures stand in the quotes.

For every citation ``report.text[start:end] == quote``, and every number, date and percentage of a claim
occurs in one of its quotes. A claim that fails is not said.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal

from ipqa.answering.answer import Citation, Claim
from ipqa.japanese import ERAS
from ipqa.reports.model import Report

_DIGITS = r"\d+(?:,\d{3})*(?:\.\d+)?"
_FIGURE = re.compile(
    r"(?P<era>明治|大正|昭和|平成|令和)(?P<year>\d{1,2}|元)(?=年)"
    rf"|(?P<minus>[△▲])?(?P<large>(?:{_DIGITS}[兆億万])+(?:{_DIGITS})?)"
    rf"|(?P<sign>[△▲])?(?P<plain>{_DIGITS})"
    r"|(?P<kanji>(?=[〇一二三四五六七八九十百千万億兆]{2})(?:[〇一二三四五六七八九]*[十百千][〇一二三四五六七八九十百千万億兆]*"
    r"|[一二三四五六七八九]+[万億兆][〇一二三四五六七八九十百千万億兆]*|[〇一二三四五六七八九]{2,}))"
)
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
_PART = re.compile(rf"({_DIGITS})([兆億万]?)")
_KANJI_DIGITS = "〇一二三四五六七八九"


def figures(text: str) -> set[str]:
    """The numbers of a text in one form, whatever they were written in.

    Half width, without thousands separators; 億 and 万 multiplied out; kanji as digits; △ as a minus; a
    year of an era as that of the common era (令和7年 is 2025).
    """
    normal = unicodedata.normalize("NFKC", text)
    return {_canonical(match) for match in _FIGURE.finditer(normal)}


def _canonical(match: re.Match[str]) -> str:
    if match["era"]:
        year = 1 if match["year"] == "元" else int(match["year"])
        return str(ERAS[match["era"]] + year - 1)
    if match["kanji"]:
        return str(_of_kanji(match["kanji"]))
    minus = "-" if match["minus"] or match["sign"] else ""
    if match["plain"]:
        return minus + match["plain"].replace(",", "")
    parts = _PART.findall(match["large"])
    total = sum(Decimal(digits.replace(",", "")) * _LARGE.get(unit, 1) for digits, unit in parts)
    return minus + str(int(total) if total == int(total) else total)


def _of_kanji(written: str) -> int:
    """The value of a number in kanji, by place (二〇二四) or by unit (五千一, 三億二千万)."""
    if not set(written) & (_UNITS.keys() | _LARGE.keys()):
        return int("".join(str(_KANJI_DIGITS.index(character)) for character in written))
    total = part = digit = 0
    for character in written:
        if character in _LARGE:
            total += (part + digit or 1) * _LARGE[character]
            part = digit = 0
        elif character in _UNITS:
            part += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            digit = _KANJI_DIGITS.index(character)
    return total + part + digit


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
