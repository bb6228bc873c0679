"""What the kinds of answers look like in a text: dates, quantities, reasons, enumerations."""

import re
from collections.abc import Mapping
from functools import lru_cache

from ipqa.answering.question import Kind, Question
from ipqa.japanese import Normalised, normalise
from ipqa.reports.damage import damaged_dates

DATE = re.compile(
    r"(?:(?:19|20)\d{2}|(?:明治|大正|昭和|平成|令和)\s*(?:\d{1,2}|元))\s*年(?:度|\s*\d{1,2}月(?:\s*\d{1,2}日)?)?"
    r"|(?:19|20)\d{2}(?:[-/.]\d{1,2}){1,2}|\d{1,2}月\s*\d{1,2}日|FY\d{2}"
)
"""Dates in NFKC, from a year on, in either calendar."""

_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
QUANTITY = re.compile(
    r"(?<!\d)(?:約?\d+分の\d+"
    rf"|(?:約|およそ)?(?:{_NUMBER}[兆億万千]+)*(?:{_NUMBER}(?!\d))?(?<=[\d兆億万千])\s?"
    r"(?!年(?!間)|月(?!間)|日(?!間))"
    r"(?:[ァ-ヶー]{2,6}|[a-zA-Z%]{1,4}(?![a-zA-Z])|[かカヶ箇][一-龥]間?|[一-龥]{2}(?![一-龥])|[一-龥つ]間?)"
    rf"|{_NUMBER}[兆億万]|\d+(?:,\d{{3}})+)|[一二三四五六七八九十百千数]{{1,6}}余?[件名人社台倍割]"
)
"""Numbers in NFKC with what they count."""

_REASON = re.compile(r"ため|ので|から|により|によって|ことで|背景|狙|目的|理由|目指")
_ENUMERATION = re.compile(r"[^、・。]{1,20}(?:[・、][^、・。]{1,20}){2,}")
_DEFINING = re.compile(r"とは|である|です|という|指す|定義|特徴|技術")

_EXPECTED: Mapping[Kind, re.Pattern[str]] = {
    "when": DATE,
    "quantity": QUANTITY,
    "why": _REASON,
    "definition": _DEFINING,
    "list": _ENUMERATION,
}


def expected_spans(question: Question, text: str) -> list[tuple[int, int]]:
    """Where a text holds the kind of thing asked for; offsets into the text as it is written."""
    pattern = _EXPECTED.get(question.kind)
    if pattern is None:
        return []
    normal = _normalised(text)
    spans = [
        normal.original_span(*match.span())
        for match in pattern.finditer(normal.text)
        if question.kind != "quantity" or _fits(question, match.group())
    ]
    if question.kind != "when":
        return spans
    damaged = [(damage.span.start, damage.span.end) for damage in damaged_dates(text)]
    whole = [span for span in spans if all(span[1] <= s or e <= span[0] for s, e in damaged)]
    return sorted(whole + damaged)


@lru_cache(maxsize=20_000)
def _normalised(text: str) -> Normalised:
    """A sentence in NFKC, kept: every question looks at the same ones."""
    return normalise(text)


def _fits(question: Question, quantity: str) -> bool:
    """Whether a quantity has a unit that is asked for; a rank only answers where a rank is asked for."""
    if question.units:
        return any(unit in quantity for unit in question.units)
    return not quantity.endswith("位")
