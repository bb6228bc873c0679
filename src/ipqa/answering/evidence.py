"""How well a stretch of a report speaks to a question.

A term of the question weighs as much as it is rare in the index (inverse document frequency). A stretch
covers a term when it holds its words, read together with the headings and lead-in above it.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ipqa.answering.question import Kind, Question
from ipqa.index.store import Index
from ipqa.japanese import Word, content_words

_DATE = re.compile(
    r"(?:19|20)\d{2}\s*(?:年度?|[-/.]\d{1,2}|\d{1,2}月)|(?:明治|大正|昭和|平成|令和)\s*(?:\d{1,2}|元)年"
    r"|\d{1,2}月\s*\d{1,2}日|FY\d{2}"
)
_QUANTITY = re.compile(
    r"\d+(?:,\d{3})*(?:\.\d+)?\s*(?:%|パーセント|件|名|人|社|台|倍|位|年間|億|万|兆|円|ドル|点|つ|個|割|分の|か国|カ国|回|車種|部門)"
    r"|\d+(?:,\d{3})+|[一二三四五六七八九十百千数]+(?:余)?[件名人社台倍割]"
)
_REASON = re.compile(r"ため|ので|から|により|によって|ことで|背景|狙|目的|理由|目指")
_DEFINING = re.compile(r"とは|である|です|という|指す|定義|特徴|技術")

_EXPECTED: Mapping[Kind, re.Pattern[str]] = {
    "when": _DATE,
    "quantity": _QUANTITY,
    "why": _REASON,
    "definition": _DEFINING,
}

_SUBJECT_SHARE = 0.25
_SCATTERED = 0.5
_SUFFIX_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the question: the forms of its parts, its weight, and whether it is a name."""

    surface: str
    forms: tuple[str, ...]
    weight: float
    is_name: bool


def expected_span(kind: Kind, text: str) -> tuple[int, int] | None:
    """Where a stretch holds the kind of thing asked for (a date, a quantity), if it does."""
    pattern = _EXPECTED.get(kind)
    match = pattern.search(unicodedata.normalize("NFKC", text)) if pattern else None
    if match is None:
        return None
    # NFKC may move offsets; only a text that it leaves alone gives a span to quote
    return match.span() if unicodedata.is_normalized("NFKC", text) else (0, 0)


class Evidence:
    """Weighs stretches of one index's reports."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._titles = self._forms(" ".join(report.title for report in index.reports.values()))

    def terms(self, question: Question) -> tuple[Term, ...]:
        """The question's terms with their weights in this index."""
        return tuple(self._term(word) for word in question.terms)

    def coverage(self, terms: tuple[Term, ...], text: str) -> float:
        """Share of the terms, by weight, that a text holds, 0 to 1."""
        total = sum(term.weight for term in terms)
        if not total:
            return 0.0
        return sum(term.weight * self._held(term, text) for term in terms) / total

    def missing_names(self, terms: tuple[Term, ...], text: str) -> list[Term]:
        """Names in the question that a text does not hold, those of the reports' subject aside."""
        forms = self._forms(text)
        return [
            term
            for term in terms
            if term.is_name
            and not self._is_subject(term)
            and not any(form in forms for form in term.forms)
        ]

    def _term(self, word: Word) -> Term:
        parts = tuple(part.form for part in content_words(word.surface)) or (word.form,)
        weight = max(self._rarity(form) for form in parts)
        if word.part_of_speech[0] == "接尾辞" or len(word.surface) == 1:
            weight *= _SUFFIX_WEIGHT
        return Term(word.surface, parts, weight, word.is_name)

    def _held(self, term: Term, text: str) -> float:
        forms = self._forms(text)
        share = sum(form in forms for form in term.forms) / len(term.forms)
        if len(term.forms) > 1 and _plain(term.surface) not in _plain(text):
            share *= _SCATTERED
        return share

    def _is_subject(self, term: Term) -> bool:
        common = _SUBJECT_SHARE * len(self._index.passages)
        return any(form in self._titles for form in term.forms) or any(
            self._index.lexical.passages_with(form) >= common for form in term.forms
        )

    def _rarity(self, form: str) -> float:
        found = self._index.lexical.passages_with(form)
        return math.log(1 + (len(self._index.passages) - found + 0.5) / (found + 0.5))

    @staticmethod
    @lru_cache(maxsize=20_000)
    def _forms(text: str) -> frozenset[str]:
        return frozenset(word.form for word in content_words(text))


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()
