"""Which sentences of a draft state anything, and what is left of them without marks and signs."""

import re

from ipqa.answering.verification.reading import read
from ipqa.japanese import holds_japanese

_MARK = re.compile(r"(?:\s*(?:\[\d+(?:[,、\-]\d+)*\]|\[\^\w+\]|[¹²³⁰⁴-⁹]+))+(?=\s*[。．.！!]?\s*$)")
_LEADING = re.compile(r"^\s*(?:[-*・•●■◆○>]+\s+|\d{1,2}[.)．]\s+|[・•●■◆○])")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|第[\d一二三四五六七八九十]+[章節])")
_QUESTION = re.compile(
    r"[?？]\s*[」』)）]?$|(?:です|ます|でしょう|だろう|のだろう|ません)か[。．]?$"
)
_GREETING = re.compile(
    r"お世話になって|お疲れ(?:様|さま)|よろしく(?:お願い|御願い)|拝啓|敬具|前略|ご(?:査収|確認|検討)(?:の(?:ほど|程))?"
    r"|ありがとうございま|お待ちして|失礼(?:いた|致)?しま|^(?:dear|hello|hi|thank you|best regards)\b",
    re.IGNORECASE,
)
_PREDICATE = frozenset({"動詞", "形容詞", "助動詞"})
_PARTICLES = frozenset({"は", "が", "を", "も"})
_ENGLISH_HEADING = 8


def stated_by(sentence: str) -> str:
    """A sentence without the sign before it and the reference marks at its end."""
    return _MARK.sub("", _LEADING.sub("", sentence)).strip()


def states_something(sentence: str) -> bool:
    """Whether a sentence states anything: it is no heading, question or greeting, and has words."""
    if _HEADING.match(sentence) or _QUESTION.search(sentence) or _GREETING.search(sentence):
        return False
    found = read(sentence).words
    if not any(word.is_content for word in found):
        return False
    if not holds_japanese(sentence):
        return sentence.endswith((".", "!")) or len(sentence.split()) > _ENGLISH_HEADING
    return any(
        word.part_of_speech[0] in _PREDICATE
        or (word.surface in _PARTICLES and word.part_of_speech[0] == "助詞")
        for word in found
    )
