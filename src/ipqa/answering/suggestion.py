"""Questions that the report does answer, made of the sentences nearest to one that it does not.

A sentence that says something of a topic (「期末配当は22円とし…」) answers a question about it
(「期末配当はどれくらいですか」). The topic's words are the report's own; what is asked is told by the date or
quantity that the sentence gives of it.
"""

import re
import unicodedata
from collections.abc import Sequence

from ipqa.answering.answer_forms import DATE, QUANTITY
from ipqa.answering.ranking import Candidate
from ipqa.japanese import Word, words

_MOST = 3
_LONGEST_TOPIC = 28
_SHORTEST_TOPIC = 4
_ANNOUNCING = re.compile(r"次の|以下|[:：]$")
_LINKING = frozenset({"接続詞", "感動詞", "副詞"})
_PREDICATE = r"(?:である|であっ|でし|です|だ|で、|とな|とし|に達|に上|にのぼ|を占め|を見込|を予定|を目指|を目標|増|減|。|$)"
_CLAUSE = r"^[^。、]{0,12}?"
_IS_A_DATE = re.compile(_CLAUSE + f"(?:{DATE.pattern})" + _PREDICATE)
_IS_AN_AMOUNT = re.compile(_CLAUSE + f"(?:{QUANTITY.pattern})" + _PREDICATE)
_POINTING = re.compile(
    r"^(?:これ|それ|あれ|この|その|あの|同|当|上記|前述|ここ|そこ|一方|また|なお|ただ)"
)


def suggest(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Up to three questions, the ones nearest to what was asked first."""
    found: dict[str, None] = {}
    for candidate in candidates:
        question = _question(candidate.text)
        if question is not None:
            found.setdefault(question)
        if len(found) == _MOST:
            break
    return tuple(found)


def _question(text: str) -> str | None:
    """The question that a sentence answers, if one can be made of it."""
    topic = _topic(text)
    if topic is None or _ANNOUNCING.search(text):
        return None
    rest = unicodedata.normalize("NFKC", text[len(topic) + 1 :])
    if _IS_A_DATE.match(rest):
        return f"{topic}はいつですか"
    if _IS_AN_AMOUNT.match(rest):
        return f"{topic}はどれくらいですか"
    return f"{topic}について何が書かれていますか"


def _topic(text: str) -> str | None:
    """The noun phrase before the first は of a sentence, where it can stand by itself."""
    read = words(text, "C")
    for position, word in enumerate(read):
        if word.surface == "は" and word.part_of_speech[0] == "助詞":
            topic = text[: word.start]
            return topic if _stands_alone(topic, read[:position]) else None
    return None


def _stands_alone(topic: str, read: Sequence[Word]) -> bool:
    fits = _SHORTEST_TOPIC <= len(topic) <= _LONGEST_TOPIC
    return (
        fits
        and not _POINTING.search(topic)
        and not re.search(r"[、。，,]", topic)
        and read[-1].part_of_speech[0] in {"名詞", "接尾辞"}
        and all(word.part_of_speech[0] not in _LINKING for word in read)
    )
