"""What a question is about, and how it reads with another question word."""

import re

from ipqa.answering.dialogue.phrases import NOUNS, VERBS, Phrase, asks, phrases, terms
from ipqa.japanese import Word

ABOUT = "について、"
"""Between the topic of a conversation and what is asked about it."""

REQUEST = re.compile(
    r"(?:を|について|に関して)?(?:もう?少し|もっと|詳しく)*"
    r"(?:教え|説明し|挙げ|あげ|示し|述べ|まとめ|知りた|聞きた|お願い).{0,8}$"
)
_VALUE = re.compile(r"何(?!$|[かをがでの])|いく[らつ]|いつ|どの?れ?(?:くらい|ぐらい|ほど)")
_PAST = {"ラ": "った", "タ": "った", "ワ": "った", "カ": "いた", "ガ": "いだ", "サ": "した"}
_PRESENT = str.maketrans("りちいきぎしみびに", "るつうくぐすむぶぬ")
"""Endings of 五段 verbs instead of ました (んだ for the rows not named) and ます."""


def bare(text: str) -> str:
    """A question without its mark."""
    return text.strip().rstrip("?？。.!！ \u3000")


class Question:
    """A question cut into phrases, with what it is about."""

    def __init__(self, raw: str) -> None:
        whole = bare(raw)
        self.text = REQUEST.sub("", whole) or whole
        self.request = whole[len(self.text) :]
        self.phrases = phrases(self.text)
        self.terms = terms(self.text)
        self.at = next((n for n, phrase in enumerate(self.phrases) if phrase.asks), None)
        self.asked = "" if self.at is None else self.text[self.phrases[self.at].start :]
        after = [] if self.at is None else self.phrases[self.at + 1 :]
        self._does_something = any(phrase.words[0].form == "為る" for phrase in after)

    @property
    def is_nominal(self) -> bool:
        """Whether no verb says what happens: 「病床数は何床ですか」「取得の件数」."""
        if self.at is None:
            kinds = [word.part_of_speech[0] for word in self.phrases[-1].words]
            return next((k for k in reversed(kinds) if k in NOUNS | VERBS), "") in NOUNS
        said = [word for phrase in self.phrases[self.at + 1 :] for word in phrase.words]
        said += [w for w in self.phrases[self.at].words if w.part_of_speech[0] == "動詞"]
        return not self._does_something and not any(word.is_content for word in said)

    def about(self) -> str:
        """What it is about as a noun phrase: 青空病院の病床数, 青空病院が移転したこと."""
        if not self.is_nominal:
            return self._event()
        before = self.phrases[: self.at] or self.phrases
        marked = [n for n, phrase in enumerate(before) if phrase.particle[:1] in {*"はがも、"}]
        last = marked[-1] if marked and self.at is not None else len(before) - 1
        topic = self.text[: before[last].start] + before[last].body
        if before[last].is_clause:
            topic = topic[:-1] + ("もの" if re.match(r"何(?:$|[かで])", self.asked) else "こと")
        return "".join(f"{phrase.body}の" for phrase in before[last + 1 :]) + topic

    def subject(self) -> str:
        """What more may be asked about: the only other phrase of an event, else what it is about."""
        others = [phrase for phrase in self.phrases[:-1] if not phrase.asks]
        return others[0].body if len(others) == 1 and not self.is_nominal else self.about()

    def owner(self) -> str:
        """The same without a value that was asked for: 青空病院 of 青空病院の病床数."""
        subject = self.subject()
        *_, owner, value = [None, None, *terms(subject)]
        if owner and value and owner.may_be_name and self.is_nominal and _VALUE.search(self.asked):
            return subject[: owner.end]
        return subject

    def asking(self, chunk: str) -> str:
        """The same question with another question word: 「どこに」 becomes 「なぜ」."""
        if self.is_nominal:
            if self.at and self.phrases[self.at - 1].is_clause:
                return f"{self.text[: self.phrases[self.at].start]}{chunk}ですか"
            why = chunk.startswith(("なぜ", "なんで", "何故", "どうして"))
            return f"{self.about()}は{chunk}{'そうなのか' if why else ''}"
        if any(word.form in {"れる", "られる"} for word in self.phrases[-1].words):
            chunk = re.sub("が$", "によって", chunk)
        if self.at is None:
            start = self.phrases[-1].start
            return f"{self.text[:start]}{chunk}{self.text[start:]}"
        old = self.phrases[self.at]
        return f"{self.text[: old.start]}{_besides_asking(old)}{chunk}{self.text[old.end :]}"

    def _event(self) -> str:
        said = ""
        for phrase in self.phrases[:-1]:
            particle = "が" if phrase.particle == "は" else phrase.particle.removesuffix("は")
            said += _besides_asking(phrase) if phrase.asks else phrase.body + particle
        thing = "もの" if self.asked.startswith("何を") and not self._does_something else "こと"
        return f"{said}{_plain(self.phrases[-1].words)}{thing}"


def _besides_asking(phrase: Phrase) -> str:
    """What a phrase holds besides its question word: 医師が of 何人の医師が."""
    asking = [word for word in phrase.words if asks(word)][-1]
    rest = phrase.body[asking.end - phrase.start :]
    kept = rest.startswith("の") or asking.part_of_speech[0] == "連体詞"
    return rest.removeprefix("の") + phrase.particle if kept else ""


def _plain(predicate: tuple[Word, ...]) -> str:
    """A predicate in the plain form that can stand before a noun: 建てましたか → 建てた."""
    said = list(predicate)
    while said and (said[-1].form == "です" or said[-1].part_of_speech[1].endswith("助詞")):
        said.pop()
    polite = next((n for n, word in enumerate(said) if word.form == "ます"), 0)
    stem = "".join(word.surface for word in said[:polite])
    after = "".join(word.surface for word in said[polite + 1 :])
    if not polite or after not in {"", "た"}:
        return "".join(word.surface for word in said)
    conjugation = said[polite - 1].part_of_speech[4]
    if conjugation.startswith("五段"):
        past = "った" if said[polite - 1].form == "行く" else _PAST.get(conjugation[3], "んだ")
        return stem[:-1] + (past if after else stem[-1].translate(_PRESENT))
    return f"{stem[:-1]}する" if conjugation[0] == "サ" and not after else stem + (after or "る")
