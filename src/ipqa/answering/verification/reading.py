"""What a sentence commits itself to besides its words: figures, names, negation, direction, certainty."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ipqa.answering.grounding import Figure, figures_in
from ipqa.japanese import Word, holds_japanese, plain, words

_MORE = (
    r"増(?![資設])|伸び|伸長|伸ば|拡大|上昇|上回|上が[っりる]|高|引き?上げ|プラス|\+(?=\d)|多[いくかす]|多数|超え|長[いくか]"
    r"|increas|\brose\b|\bgrew\b"
)
_LESS = (
    r"減(?![価免税災衰額速])|縮小|縮ま|短縮|低|下落|下回|下が[っりる]|落ち込|引き?下げ|値下がり|削減|抑え|マイナス|[△▲](?=\d)|少な"
    r"|少数|短[いくか]|decreas|\bfell\b|declin"
)
_OPPOSITES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(one, re.IGNORECASE), re.compile(other, re.IGNORECASE))
    for one, other in (
        (_MORE, _LESS),
        (r"以上", r"未満|以下|以内"),
        (r"黒字", r"赤字"),
        (r"改善|好転", r"悪化"),
        (r"増額", r"減額"),
        (r"増収", r"減収"),
        (r"増益", r"減益"),
        (r"早い|早く|早か|早め|前倒し", r"遅い|遅く|遅か|遅れ|先送り|後ろ倒し"),
        (r"国内", r"国外|海外"),
        (r"輸出", r"輸入"),
        (r"公開(?<!非公開)", r"非公開"),
        (r"有償|有料", r"無償|無料"),
        (r"可能(?<!不可能)(?!性)", r"不可能"),
        (r"可決|(?<!不)承認|(?<!不)採択", r"否決|不承認|却下|不採択"),
        (r"賛成", r"反対"),
        (r"取得|買収|購入", r"売却|譲渡"),
        (r"開始|開設|始め|始ま|着手", r"終了|廃止|停止|打ち切|終え"),
        (r"継続", r"中止|中断"),
        (r"最大|最多|最高", r"最小|最少|最低"),
        (r"成功|(?<!不)合格", r"失敗|不合格"),
        (r"強み|強化", r"弱み|弱体化"),
        (r"上半期|上期", r"下半期|下期"),
        (r"午前", r"午後"),
        (r"(?<!不)十分", r"不十分"),
    )
)
"""Words of which a statement cannot hold one where its source holds the other."""

CHANGE = 0
"""The pair of which figures show the side: more and less."""

_NO_NEGATION = re.compile(
    r"だけで(?:は)?な[いく]|ばかりで(?:は)?な[いく]|のみならず|にとどまらず|に留まらず|かもしれない|かもしれません|にほかならない"
    r"|ざるを得ない|なければならな[いか]|なければなりません|ねばならない|なくてはならない|を?問わず|(?:に|も)?(?:かか|拘|関)わらず|に過ぎない|に限らず"
)
_NEGATIONS = frozenset({"ない", "ず", "無い"})
_AFFIXES = frozenset("不未非無外")
"""Prefixes and a suffix that negate the noun that they stand with (未承認, 対象外)."""

_NEGATED_IN_ENGLISH = re.compile(r"\b(?:not|never|no)\b|n't\b", re.IGNORECASE)
NOT = "not"
"""Stands among what is negated for any negation in English."""

_NAME = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9&\-]*[A-Za-z0-9](?![A-Za-z0-9])|[ァ-ヺー]{3,}"
)
_KATAKANA = re.compile(r"[ァ-ヺー]{3,}")
_QUOTED = re.compile(r"[「『]([^「」『』]{2,20})[」』]")
_WRITES_NAMES = re.compile(r"[一-龥々ヶケノ]")
_NAMES_IN_ENGLISH = re.compile(r"\b(?=\w*[A-Z0-9]\w*[A-Z0-9])[A-Za-z][A-Za-z0-9\-]+\b")
_TOPIC = frozenset({"は", "が", "も"})
_INFERRED = re.compile(
    r"推察|推測|推定|示唆|予想|予測|と(?:も)?(?:みられ|見られ|考えられ|思われ|期待され|分析)|可能性|[おそ恐]れが|公算|だろう|でしょう"
    r"|かもしれ|見通し|見込|らしい|よう(?:だ|です|であ)|はずだ|うかがえ|解釈でき|\b(?:may|might|likely|probably)\b"
)
_PLANNED = re.compile(
    r"予定|計画|目指|めざ|目標|方針|検討|見込|構想|したい|する考え|狙う|\b(?:will|plan|aim|intend)"
)


@dataclass(frozen=True, slots=True)
class Direction:
    """A word that has an opposite: which pair, which side, and the word or figure that it stands with."""

    pair: int
    side: bool
    anchor: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence as read; ``plain`` is its NFKC form in lower case without white space.

    ``affirmed`` and ``negated`` are the content words that no negation follows, and those that one does.
    ``topic`` is what stands before the first は, が or も.
    """

    text: str
    plain: str
    figures: tuple[Figure, ...]
    words: tuple[Word, ...]
    affirmed: frozenset[str]
    negated: frozenset[str]
    directions: frozenset[Direction]
    names: tuple[str, ...]
    topic: str

    def certainty_after(self, position: int) -> tuple[bool, bool]:
        """Whether the clause around a position infers, and whether it plans."""
        end = next((m.end() for m in re.finditer(r"[、。]", self.text) if m.end() > position), None)
        clause = self.text[position:end]
        return bool(_INFERRED.search(clause)), bool(_PLANNED.search(clause))


def has_opposite(word: str) -> bool:
    """Whether a word is one of those that have an opposite here."""
    return any(one.search(word) or other.search(word) for one, other in _OPPOSITES)


@lru_cache(maxsize=10_000)
def read(text: str) -> Reading:
    """Read a sentence, of a draft or of a report."""
    found = tuple(words(text))
    figures = figures_in(text)
    affirmed, negated = _polarities(text, found)
    return Reading(
        text=text,
        plain=plain(text),
        figures=figures,
        words=found,
        affirmed=affirmed,
        negated=negated,
        directions=frozenset(_directions(text, found, figures)),
        names=_names(text, found),
        topic=_topic(text, found),
    )


def _polarities(text: str, found: tuple[Word, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The content words that are affirmed, and those that are negated."""
    no_negations = [match.span() for match in _NO_NEGATION.finditer(text)]
    affirmed: set[str] = set()
    negated: set[str] = set()
    last = ""
    negates_next = False
    for word in found:
        set_phrase = any(start <= word.start < end for start, end in no_negations)
        if word.form in _NEGATIONS and word.part_of_speech[0] in {"助動詞", "形容詞"}:
            if last and not set_phrase:
                negated.add(last)
                affirmed.discard(last)
        elif word.surface in _AFFIXES and word.part_of_speech[0] == "接頭辞":
            negates_next = True
        elif word.surface in _AFFIXES and word.part_of_speech[0] == "接尾辞":
            negated.add(last)
            affirmed.discard(last)
        elif word.is_content and not set_phrase:
            last = word.form
            (negated if negates_next else affirmed).add(last)
            negates_next = False
    if not holds_japanese(text) and _NEGATED_IN_ENGLISH.search(text):
        negated.add(NOT)
    return frozenset(affirmed), frozenset(negated)


def _directions(text: str, found: tuple[Word, ...], figures: tuple[Figure, ...]) -> list[Direction]:
    directions = []
    for pair, sides in enumerate(_OPPOSITES):
        for side, pattern in zip((True, False), sides, strict=True):
            directions += [
                Direction(pair, side, _anchor(match.start(), found, figures))
                for match in pattern.finditer(text)
            ]
    return directions


def _anchor(position: int, found: tuple[Word, ...], figures: tuple[Figure, ...]) -> str:
    """The nearest figure or noun before a position, or the figure that follows at once (△3%)."""
    following = [f for f in figures if f.start <= position < f.end or f.start == position + 1]
    if following:
        return f"{following[0].value}{following[0].unit}"
    nouns = [w for w in found if w.end <= position and w.is_content and not w.is_number]
    before = [f for f in figures if f.end <= position]
    if before and (not nouns or before[-1].end >= nouns[-1].end):
        return f"{before[-1].value}{before[-1].unit}"
    return nouns[-1].form if nouns else ""


def _names(text: str, found: tuple[Word, ...]) -> tuple[str, ...]:
    """Proper nouns, words in katakana and in Latin letters, units aside."""
    normal = unicodedata.normalize("NFKC", text)
    if not holds_japanese(text):
        return tuple(dict.fromkeys(_NAMES_IN_ENGLISH.findall(normal)))
    written = [match.group() for match in _NAME.finditer(normal)]
    figures = figures_in(text)
    proper = [
        word.surface
        for word in found
        if word.part_of_speech[1] == "固有名詞"
        and len(word.surface) > 1
        and not any(f.start <= word.start < f.end for f in figures)
    ]
    units = {plain(text[f.start : f.end]).lstrip("0123456789.,") for f in figures}
    named = [*written, *proper, *_joined_names(text, found), *_QUOTED.findall(normal)]
    return tuple(name for name in dict.fromkeys(named) if plain(name) not in units)


def _joined_names(text: str, found: tuple[Word, ...]) -> Iterator[str]:
    """Names with the single characters that belong to them (桐ヶ坂キャピタル, 久世川聡子)."""
    start: int | None = None
    for word, following in zip(found, [*found[1:], None], strict=True):
        if _is_name(word) or (len(word.surface) == 1 and _WRITES_NAMES.fullmatch(word.surface)):
            start = word.start if start is None else start
            if following is not None and following.start == word.end:
                continue
            end = word.end
        else:
            end = word.start
        if start is not None:
            inside = [w for w in found if start <= w.start < end]
            if len(inside) > 1 and any(map(_is_name, inside)):
                yield text[start:end]
        start = None


def _is_name(word: Word) -> bool:
    return word.part_of_speech[1] == "固有名詞" or (
        word.part_of_speech[0] == "名詞" and _KATAKANA.fullmatch(word.surface) is not None
    )


def _topic(text: str, found: tuple[Word, ...]) -> str:
    for word in found:
        if word.surface in _TOPIC and word.part_of_speech[0] == "助詞":
            return text[: word.start]
    return ""
