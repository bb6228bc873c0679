"""What names look like in a question: those of companies, towns and the like that no dictionary lists as names."""

import re
from collections.abc import Iterator

from ipqa.japanese import holds_japanese, words

_ORGANISATIONS = frozenset(
    "株式会社 ホールディングス 銀行 信用金庫 信金 証券 生命 損保 大学 病院 市 県 町 村 水産 食品 飲料 酒造 乳業 製菓 電機 電器 電子 工業 "
    "重工 製鋼 製紙 化学 化成 製薬 薬品 建設 商事 商会 商店 物産 興業 興産 運輸 海運 鉄道 電鉄 航空 電力 造船 精機 自動車".split()
)

_NO_NAMES = frozenset({"副詞可能", "助数詞可能"})
"""Nouns of time and measure, with which no name begins."""

_CAPITALISED = re.compile(
    r"(?<![A-Za-z0-9&.\-])(?<![A-Za-z]\s)[A-Z][A-Za-z]+(?![A-Za-z0-9&.\-]|\s[A-Za-z])"
)
"""A Latin word that begins like a name, without another beside it: several would be a phrase in English."""

_COUNTERPART = re.compile(
    r"(?<![ァ-ヺー・])([ァ-ヺー]{3,})(?:社|さん)?と(?:比べ|くらべ|比較|違|異な|どちら|どっち"
    r"|の(?:提携|共同|協業|契約|取引|合弁|訴訟|紛争|係争|裁判|関係|比較|違い|差))"
)
"""Whom something is compared with, or done together with."""


def names_by_form(text: str) -> tuple[str, ...]:
    """What is named in a Japanese question, NFKC: 白波 of 白波水産, Waymo, リビアン of リビアンとの提携."""
    if not holds_japanese(text):
        return ()
    return tuple(dict.fromkeys([*_before_endings(text), *_coined(text), *_counterparts(text)]))


def _before_endings(text: str) -> Iterator[str]:
    """The nouns before what ends the names of companies, towns and the like."""
    name = ""
    for word in words(text):
        if word.surface in _ORGANISATIONS and len(name) > 1:
            yield name
            name = ""
        elif word.part_of_speech[0] == "名詞" and word.part_of_speech[2] not in _NO_NAMES:
            name += word.surface
        else:
            name = ""


def _coined(text: str) -> Iterator[str]:
    """The capitalised words that the dictionary does not know."""
    for match in _CAPITALISED.finditer(text):
        (word, *others) = words(match.group())
        if not others and word.is_coined:
            yield word.surface


def _counterparts(text: str) -> Iterator[str]:
    """The words in katakana that stand where a counterpart does."""
    return (match[1] for match in _COUNTERPART.finditer(text) if len(words(match[1])) == 1)
