"""How well a stretch of a report speaks to a question.

A term of the question weighs as much as it is rare in the index (inverse document frequency). A stretch
covers a term when it holds its words, read together with the headings and lead-in above it.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from ipqa.answering.question import GENERIC_FORMS, Question
from ipqa.glossary import Glossary
from ipqa.index.store import Index
from ipqa.japanese import ERAS, Word, content_words, holds_japanese, plain

_NO_NAME = re.compile(r"(?:[ぁ-んー]+|.|[A-Za-z&]{1,4})$")
_COMMON_SHARE = 0.25
_SCATTERED = 0.5

_LIGHTER: Mapping[str, float] = {
    "動詞": 0.4,
    "形容詞": 0.4,
    "接尾辞": 0.3,
    "接頭辞": 0.3,
    "副詞": 0.3,
}
"""Weight of parts of speech that askers reword more freely than nouns."""

_GENERIC_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the question: the forms of its parts, its weight, and whether it is a name."""

    surface: str
    forms: tuple[str, ...]
    weight: float
    is_name: bool


class Evidence:
    """Weighs stretches of one index's reports."""

    def __init__(self, index: Index, glossary: Glossary) -> None:
        self._index = index
        self._glossary = glossary
        self._read = lru_cache(maxsize=20_000)(self._read_text)
        self._subject = cache(index.contents.subject)
        self._is_written = lru_cache(maxsize=20_000)(index.contents.is_written)

    def with_subject(self, report: str, text: str) -> str:
        """A stretch of a report with the names of what the report is about, which it may leave out."""
        return f"{text}\n{self._subject(report)}"

    def terms(self, question: Question) -> tuple[Term, ...]:
        """The question's terms with their weights in this index.

        Of a question that is not in Japanese only words that tell passages of the reports apart can be
        looked for; the rest is left to the embedding.
        """
        terms = tuple(self._term(word) for word in question.terms)
        if holds_japanese(question.text):
            return terms
        return tuple(t for t in terms if self._known(t) and not self._is_everywhere(t))

    def coverage(self, terms: tuple[Term, ...], text: str) -> float:
        """Share of the terms, by weight, that a text holds, 0 to 1."""
        total = sum(term.weight for term in terms)
        if not total:
            return 0.0
        read = self._read(text)
        return sum(term.weight * _held(term, read) for term in terms) / total

    def new_words(self, terms: tuple[Term, ...], text: str) -> int:
        """How many words a text has that the question has not."""
        asked = {form for term in terms for form in term.forms}
        return len(self._read(text).forms - asked)

    def strange_words(self, terms: tuple[Term, ...]) -> tuple[str, ...]:
        """The terms, as asked, of which no report holds any part; eras aside, whose years have other names too."""
        return tuple(
            term.surface
            for term in terms
            if term.surface not in ERAS and not self._partly_known(term)
        )

    def strange_names(self, question: Question, terms: tuple[Term, ...]) -> tuple[str, ...]:
        """The names in a Japanese question of which no report holds any part.

        Hiragana, single characters and short Latin abbreviations are left aside: most of what passes for
        a name there is a word that was cut wrongly, or is not written out.
        """
        if not holds_japanese(question.text):
            return ()
        names = [t.surface for t in terms if t.is_name and not self._partly_known(t)]
        names += [name for name in question.organisations if not self._is_written(name)]
        return tuple(dict.fromkeys(name for name in names if not _NO_NAME.match(name)))

    def missing_names(self, terms: tuple[Term, ...], text: str) -> list[Term]:
        """Names in the question that a text does not hold, those that stand everywhere aside."""
        names = [term for term in terms if term.is_name and not self._is_everywhere(term)]
        if not names:
            return []  # most questions: the text need not be read
        read = self._read(text)
        return [
            name
            for name in names
            if self._telling(name) not in read.forms and not read.shows(name.surface)
        ]

    def _term(self, word: Word) -> Term:
        parts = tuple(part.form for part in content_words(word.surface)) or (word.form,)
        weight = max(self._rarity(form) for form in parts)
        weight *= _LIGHTER.get(word.part_of_speech[0], 1.0)
        if word.form in GENERIC_FORMS or len(word.surface) == 1:
            weight *= _GENERIC_WEIGHT
        return Term(word.surface, parts, weight, word.is_name)

    def _partly_known(self, term: Term) -> bool:
        if any(self._index.lexical.passages_with(form) for form in term.forms):
            return True
        # as it is written, too: Sudachi cuts a word differently in other company
        return len(term.surface) > 1 and self._is_written(term.surface)

    def _known(self, term: Term) -> bool:
        return all(self._index.lexical.passages_with(form) for form in term.forms)

    def _is_everywhere(self, term: Term) -> bool:
        common = _COMMON_SHARE * len(self._index.passages)
        return self._index.lexical.passages_with(self._telling(term)) >= common

    def _telling(self, term: Term) -> str:
        """The rarest part of a name: 三菱 of 三菱自動車."""
        return max(term.forms, key=self._rarity)

    def _rarity(self, form: str) -> float:
        found = self._index.lexical.passages_with(form)
        return math.log(1 + (len(self._index.passages) - found + 0.5) / (found + 0.5))

    def _read_text(self, text: str) -> "_Read":
        """A text with both names of whatever the reports name twice."""
        expanded = self._glossary.expand(text)
        forms = frozenset(word.form for word in content_words(expanded))
        return _Read(forms, plain(expanded))


@dataclass(frozen=True, slots=True)
class _Read:
    """The words of a text, and the text without white space."""

    forms: frozenset[str]
    plain: str

    def shows(self, surface: str) -> bool:
        """Whether a Japanese word of two characters or more stands in the text as it is written.

        Sudachi reads one word differently in different company (あおば水産, 株式会社あおば水産).
        """
        return len(surface) > 1 and not surface.isascii() and _plain_word(surface) in self.plain


def _held(term: Term, read: _Read) -> float:
    """How much of a term a text holds, 0 to 1."""
    if read.shows(term.surface):
        return 1.0
    share = sum(form in read.forms for form in term.forms) / len(term.forms)
    if len(term.forms) > 1 and _plain_word(term.surface) not in read.plain:
        share *= _SCATTERED
    return share


@lru_cache(maxsize=2_000)
def _plain_word(word: str) -> str:
    return plain(word)
