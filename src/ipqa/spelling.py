"""One name in several spellings: トヨタ, とよた and Toyota.

They sound alike, and Sudachi tells how a name sounds. The names of each report are learnt when it is read, so
that whoever asks with one spelling finds what is written with another.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from ipqa.japanese import Word, holds_japanese, words

Spoken = tuple[tuple[str, str], ...]
"""How each name of one report sounds, and how it is written."""

_LETTERS = 4
"""Letters of a sound at least: shorter ones are those of too many words."""

_LATIN = re.compile(r"[A-Za-z]{3,}")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]{3,}")

_SMALL_VOWELS = frozenset("aiueo")
_SILENT = frozenset("ーっッ")
_HEPBURN = (
    *(("shi", "si"), ("chi", "ti"), ("tsu", "tu"), ("sh", "sy"), ("ch", "ty")),
    *(("ji", "zi"), ("jy", "zy"), ("j", "zy"), ("f", "h"), ("v", "b"), ("ou", "o")),
)
"""How Hepburn's romanisation writes what the names of Unicode's characters write otherwise, and long vowels."""


def names_of(text: str) -> Spoken:
    """The names in a report's text; of two that sound alike, the one that stands there more often."""
    seen: dict[str, Counter[str]] = {}
    for word in words(text):
        if word.part_of_speech[1] == "固有名詞" and len(sound := sound_of(word)) >= _LETTERS:
            seen.setdefault(sound, Counter())[word.surface] += 1
    return tuple((sound, spelt.most_common(1)[0][0]) for sound, spelt in seen.items())


def sound_of(word: Word) -> str:
    """How a word sounds, in Latin letters: as 訓令式 has it, long vowels and consonants short."""
    spelt = ""
    for character in unicodedata.normalize("NFKC", word.reading).lower():
        spelt = _spelt_on(spelt, character)
    for hepburn, kunrei in _HEPBURN:
        spelt = spelt.replace(hepburn, kunrei)
    spelt = re.sub(r"m(?=[bmp])", "n", spelt)
    return re.sub(r"(.)\1+", r"\1", spelt)


def _spelt_on(spelt: str, character: str) -> str:
    """What is spelt so far with one more character, a kana by its name in Unicode: KATAKANA LETTER SMALL YA."""
    if character in _SILENT:
        return spelt
    kind, _, kana = unicodedata.name(character, "").lower().partition(" letter ")
    if kind not in {"hiragana", "katakana"}:
        return spelt + character
    size, _, small = kana.partition(" ")
    if size != "small" or not spelt:
        return spelt + (small or kana)
    if small in _SMALL_VOWELS and spelt[-2:] in {"", "u"}:
        return f"{spelt[:-1]}w{small}"  # ウェ
    return spelt[:-1] + small  # ファ, シャ


class Spelling:
    """How some reports spell the names in them.

    Args:
        reports: the names of each.
        is_written: whether one of them holds a word as it is.
    """

    def __init__(self, reports: Iterable[Spoken], is_written: Callable[[str], bool]) -> None:
        self._reports = reports
        self._is_written = is_written

    def of_reports(self, question: str) -> str:
        """A Japanese question with its names as the reports spell what sounds so.

        What they hold as it is stays, unless it is in Latin letters: these stand in addresses of sources too.
        """
        if not holds_japanese(question):
            return question
        spelt, end = "", 0
        for word in words(question):
            if _LATIN.fullmatch(word.surface) or (
                _KANA.fullmatch(word.surface) and not self._is_written(word.surface)
            ):
                name = self._names.get(sound_of(word), question[word.start : word.end])
                spelt += question[end : word.start] + name
                end = word.end
        return spelt + question[end:]

    @cached_property
    def _names(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for names in self._reports:
            for sound, name in names:
                found.setdefault(sound, name)
        return found
