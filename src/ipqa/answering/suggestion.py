"""Questions that the reports do answer, made of their sentences: to begin with, or after a refusal.

A sentence that says something of a topic (「期末配当は22円とし…」) answers a question about it
(「期末配当はどれくらいですか」). The topic's words are the report's own; what is asked is told by the date or
quantity that the sentence gives of it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from ipqa.answering.answer_forms import DATE, QUANTITY
from ipqa.answering.ranking import Candidate
from ipqa.index.store import Index
from ipqa.japanese import Word, content_words, words

_MOST = 3
_OPEN = "について何が書かれていますか"
_SPREAD = 4
_LOOKED_AT = 10_000
_LONGEST_TOPIC = 28
_SHORTEST_TOPIC = 4
_ANNOUNCING = re.compile(r"次の|以下|[:：]$")
_HOLLOW = frozenset(["もの", "こと", "ところ", "点", "ため", "よう", "の", "今後"])
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
        question = question_answered_by(candidate.text)
        if question is not None:
            found.setdefault(question)
        if len(found) == _MOST:
            break
    return tuple(found)


def openings(index: Index, reports: Sequence[str] | None) -> Iterator[tuple[str, int]]:
    """Questions to begin with, each with the number of the sentence that it was made of.

    One of each section, of its paragraphs: about what the section's titles name if possible, and then
    rather for a date or an amount. They come from all over the reports, not from the first pages.
    """
    sections: dict[tuple[str, ...], list[_Opening]] = {}
    for number in _looked_at(index, index.reports if reports is None else reports):
        sentence = index.sentences[number]
        passage = index.passages[sentence.passage]
        report = index.reports[passage.report]
        if report.blocks[sentence.block].kind != "paragraph":
            continue
        question = question_answered_by(sentence.span.within(report.text))
        if question is not None:
            titles = "\n".join([report.title, *passage.section])
            opening = _Opening(question, number, _names_a_topic_of(titles, question))
            sections.setdefault((passage.report, *passage.section), []).append(opening)
    firsts = [min(found, key=_Opening.rank) for found in sections.values()]
    central = [opening for opening in firsts if opening.is_central]
    step = max(1, len(central) // _SPREAD)  # not all from the first pages
    others = [opening for opening in firsts if not opening.is_central]
    for opening in [o for start in range(step) for o in central[start::step]] + others:
        yield opening.question, opening.number


def _looked_at(index: Index, reports: Collection[str]) -> Iterator[int]:
    """The sentences of some reports; of very many, those of every second or third report, and so on."""
    ranges = index.contents.sentences_in(reports)
    step = -(-sum(map(len, ranges)) // _LOOKED_AT) or 1
    return chain.from_iterable(numbers[:_LOOKED_AT] for numbers in ranges[::step])


@dataclass(frozen=True, slots=True)
class _Opening:
    question: str
    number: int
    is_central: bool

    def rank(self) -> tuple[bool, bool]:
        return not self.is_central, self.question.endswith(_OPEN)


def _names_a_topic_of(titles: str, question: str) -> bool:
    asked = content_words(question.removesuffix(_OPEN))
    named = {word.form for word in content_words(titles)}
    return sum(word.form in named for word in asked) > len(asked) / 2


def question_answered_by(text: str) -> str | None:
    """The question that a sentence answers, if one can be made of it."""
    topic = _topic(text)
    if topic is None or _ANNOUNCING.search(text):
        return None
    rest = unicodedata.normalize("NFKC", text[len(topic) + 1 :])
    if _IS_A_DATE.match(rest):
        return f"{topic}はいつですか"
    if _IS_AN_AMOUNT.match(rest):
        return f"{topic}はどれくらいですか"
    return topic + _OPEN


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
        and not re.search(r"[、。，,:：]", topic)
        and read[-1].part_of_speech[0] in {"名詞", "接尾辞"}
        and read[-1].surface not in _HOLLOW
        and all(word.part_of_speech[0] not in _LINKING for word in read)
    )
