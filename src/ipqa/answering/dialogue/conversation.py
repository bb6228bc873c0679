"""A conversation read turn by turn, each question against the one before it and its answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ipqa.answering.answer import Turn
from ipqa.answering.dialogue import english, japanese, pointing
from ipqa.answering.dialogue.question import ABOUT, REQUEST, Question, bare
from ipqa.japanese import holds_japanese

_TURNS = 6
_LONGEST = 300
"""How many turns back the conversation is read, and how many characters of a question."""

_CONTRAST = re.compile(r"^(?:(?:それ)?(?:では|じゃあ?|なら)|だったら|一方で?|逆に)[、,\s]*")
_OPENING = re.compile(r"^(?:それと|それから|あと|ちなみに|で(?=、)|また(?=、))[、,\s]*")
_OF_THE_ANSWER = {
    r"(?:[そこ]の|[そこ]れの|今の|上の)*(?:答え|回答|情報)?の?(?:出典|根拠|ソース|引用元|情報源|出所)(?:[はをっ].{0,10})?"
    r"|(?:それは)?(?:どこ|何ページ|どの(?:資料|ページ|章))に(?:書いて|載って|記載されて).{1,8}": "「{asked}」の答えの出典は何ですか？",
    r"(?:(?:[そこ]れ|[そこ]の(?:答え|回答|情報|話))(?:は|って)?)?"
    r"(?:本当|ほんとう?|確か|正しい)(?:に|なん|な|です|でしょう|の|か)*": "「{asked}」の答えは正しいですか？",
    r"それで|(?:[そこ]れ|[そこ]の点|について|を|もっと|もう少し|さらに|より|、)*(?:詳しく|具体的に)(?:[はをに教説知聞お].{0,10})?"
    r"|[その]*詳細[はを]?|続き[はを]?": "{about}について、もっと詳しく教えてください。",
    r"(?:その)?(?:他|ほか|それ以外)に?[はも]?(?:何か?が?)?(?:あ[るり].{0,4})?": "{about}について、ほかに何がありますか？",
    r"(?i)(?:what(?:'s| is| are) )?(?:the |your )?(?:source|reference)s?": "What is the source for: {asked}?",
}
"""What asks for the answer's source, doubts it or wants more: the same question is asked again."""


@dataclass(frozen=True)
class Resolved:
    """A question with what it takes from the conversation filled in: ``text`` is to be searched.

    ``interpreted_as`` is the question as understood, to be shown; None where it stands alone.
    """

    text: str
    interpreted_as: str | None


def resolve(question: str, history: Sequence[Turn]) -> Resolved:
    """Read a question against the conversation, oldest turn first.

    Each of the last few turns is itself read against those before it, so that a follow-up of a
    follow-up is understood. A question that stands alone comes back as it is.
    """
    meaning, answer = "", ""
    items: list[str] = []
    for turn in history[-_TURNS:]:
        if not any(character.isalnum() for character in turn.question):
            continue  # nothing was asked
        meaning = _against(turn.question[:_LONGEST], meaning, answer[:_LONGEST], items).text
        answer = re.sub(r"\[\d+\]", "", turn.answer)
        items = [line[1:].strip() for line in answer.splitlines() if line.startswith("・")] or items
    return _against(question, meaning, answer[:_LONGEST], items)


def _against(question: str, meaning: str, answer: str, items: list[str]) -> Resolved:
    """Read a question against the one before it, the answer to that, and the list last given."""
    opened = _OPENING.sub("", bare(question))
    said = _CONTRAST.sub("", opened)
    topic, _, core = meaning.rpartition(ABOUT)
    earlier = Question(core)
    if not said or not earlier.phrases or len(question) > _LONGEST:
        return Resolved(question, None)
    for pattern, again in _OF_THE_ANSWER.items():
        if re.fullmatch(pattern, said):
            return Resolved(meaning, again.format(asked=bare(meaning), about=earlier.about()))
    if not holds_japanese(question):
        understood = english.read(opened, bare(meaning))
    elif not holds_japanese(meaning):
        understood = None
    elif pointing.ORDINAL.search(said):
        understood = pointing.item(said, topic or earlier.subject(), items)
    elif found := japanese.elliptical(said, earlier) or pointing.pronoun(said, earlier, answer):
        understood = f"{topic}{ABOUT}{found.rpartition(ABOUT)[2]}" if topic else found
    else:
        understood = japanese.read(said, topic, earlier, contrasts=said != opened)
    if understood is None or len(understood) > _LONGEST:
        return Resolved(question, None)
    understood = _ended(bare(understood))
    if bare(understood) == bare(question):
        return Resolved(question, None)
    return Resolved(understood, understood)


def _ended(text: str) -> str:
    """A question with its mark, a request with what makes it one."""
    if REQUEST.search(text) or text.endswith("詳しく"):
        return f"{text}{'教えてください' if text.endswith('詳しく') else ''}。"
    return f"{text}{'？' if holds_japanese(text) else '?'}"
