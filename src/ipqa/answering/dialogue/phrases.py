"""A question cut into phrases, each a body and the particle behind it: 新工場|を, どこ|に, 建てた|."""

import re
from dataclasses import dataclass

from ipqa.japanese import Word, words

NOUNS = frozenset({"名詞", "接尾辞", "代名詞"})
VERBS = frozenset({"動詞", "形容詞", "形状詞"})
_ASKING = re.compile(
    r"(?:何|なに|なん|いつ|どう)$|何|誰|だれ|どなた|どこ|どれ|どの|どんな|どうい|どちら|どっち|なぜ|いく[らつ]|いかが"
)
_TIME = re.compile(r"(?:明治|大正|昭和|平成|令和)?[\d元]+(?:年度?|月期?|日|年代)")


@dataclass(frozen=True)
class Term:
    """A run of nouns: where it stands, and its words in Sudachi's longest units."""

    surface: str
    start: int
    end: int
    words: tuple[Word, ...]

    @property
    def kind(self) -> str:
        """What it may be swapped for: a time, a name of one sort, or any other thing."""
        if _TIME.match(self.surface) or all("副詞可能" in w.part_of_speech for w in self.words):
            return "time"
        proper = [w.part_of_speech[1] == "固有名詞" or w.is_coined for w in self.words]
        sort = self.words[-1].part_of_speech[2] if proper[-1] else "一般"
        return f"name/{sort}" if any(proper) else "thing"

    @property
    def may_be_name(self) -> bool:
        """Whether it names something: a proper noun, or a compound that is no dictionary word."""
        compound = len(self.words) > 1 and len(self.words[-1].surface) > 1
        return self.kind.startswith("name") or (self.kind == "thing" and compound)

    def resembles(self, other: "Term") -> bool:
        """Whether two compounds share a part (小学校 and 中学校, 冷凍そば and 冷凍うどん)."""
        apart = self.surface not in other.surface
        several = apart and len(self.words) > 1 and len(other.words) > 1
        alike = len(self.surface) == len(other.surface) > 1 and other.kind != "time"
        ending = alike and self.surface[-1] == other.surface[-1] > "ん"  # no hiragana
        first, last = (self.words[at].form == other.words[at].form for at in (0, -1))
        return ending or (several and (first or last))


@dataclass(frozen=True)
class Phrase:
    """A stretch of a question: ``asks`` with a question word, ``is_clause`` as in 「特許を開いたの」は."""

    body: str
    particle: str
    start: int
    end: int
    words: tuple[Word, ...]
    asks: bool
    is_clause: bool


def asks(word: Word) -> bool:
    """Whether a word asks, or begins with one that does: なぜ, 何人."""
    return _ASKING.match(word.surface) is not None


def is_counted(word: Word, asking: Word) -> bool:
    """Whether a noun is what 何 counts or どの singles out: 何|件, どの|病院."""
    asked = word.start == asking.end and word.part_of_speech[0] in NOUNS
    return asked and asking.surface.startswith(("何", "なん", "どの", "どんな"))


def terms(text: str) -> tuple[Term, ...]:
    """The runs of nouns in a text, question words and what they count left out."""
    runs: list[list[Word]] = [[]]
    asking: Word | None = None
    for word in words(text, "C"):
        asked = asks(word) or (asking is not None and is_counted(word, asking))
        asking = word if asked else None
        opens_name = word.part_of_speech[0] == "副詞" and re.match(r"[ぁ-ん]{3,}$", word.surface)
        noun = opens_name or word.part_of_speech[0] in {"名詞", "接頭辞", "接尾辞", "形状詞"}
        year = runs[-1] and re.search(r"\d年度?$", text[runs[-1][0].start : runs[-1][-1].end])
        if asked or not noun or (year and not word.is_number):
            runs.append([])
        if noun and not asked:
            runs[-1].append(word)
    return tuple(
        Term(text[run[0].start : run[-1].end], run[0].start, run[-1].end, tuple(run))
        for run in runs
        if any(word.part_of_speech[0] == "名詞" and word.is_content for word in run)
    )


def phrases(text: str) -> tuple[Phrase, ...]:
    """A text cut after its particles; の, と and brackets hold a phrase together."""
    said = words(text, "C")
    found: list[Phrase] = []
    start = depth = 0
    for at, word in enumerate(said):
        depth = max(0, depth + (word.surface in "「『（(") - (word.surface in "」』）)"))
        if at + 1 < len(said) and (depth or not _ends_phrase(word, said[at + 1])):
            continue
        stop = at
        while stop > start and _divides(said[stop]):
            stop -= 1
        first, last, body = said[start].start, said[stop].end, tuple(said[start : stop + 1])
        particle, asking = text[last : word.end], any(asks(part) for part in body)
        clause = body[-1].part_of_speech[1] == "準体助詞"
        found.append(Phrase(text[first:last], particle, first, word.end, body, asking, clause))
        start = at + 1
    return tuple(found)


def _divides(word: Word) -> bool:
    particle = word.part_of_speech[1] in {"格助詞", "係助詞", "副助詞", "読点"}
    return particle and word.surface not in "のか"


def _ends_phrase(word: Word, following: Word) -> bool:
    """Whether it is a particle that binds to nothing behind it, or なぜ or いつ by itself."""
    kind = following.part_of_speech[0]
    if _divides(word):
        listed = word.surface in {"と", "や"} and kind == "名詞"
        return not (listed or _divides(following) or following.surface == "の")
    alone = asks(word) and (word.part_of_speech[0] == "副詞" or word.surface == "いつ")
    return alone and kind not in {"助詞", "助動詞"}
