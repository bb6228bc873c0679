"""What a question points at: an item of the last list, or what a pronoun stands for."""

import re

from ipqa.answering.dialogue.phrases import phrases, terms
from ipqa.answering.dialogue.question import ABOUT, Question
from ipqa.japanese import words

_LONGEST_ITEM = 60  # characters
_NUMERALS = "一二三四五六七八九十"
_ITEM = r"(?:の(?:項目|もの|やつ|点|一つ|ひとつ))"
ORDINAL = re.compile(
    rf"(?:(?P<number>\d+|[{_NUMERALS}])(?:つ|番|個|点|項|項目)[目め]|(?P<edge>最初|最後)(?={_ITEM})){_ITEM}?"
)
_POINTER = re.compile(
    r"(?P<person>彼女ら?|彼ら?|同氏|その(?:人|方)(?:たち|々)?)(?=[にではがのをへと])"
    r"|(?P<place>[そこ]こ)(?=[にではがのをへと])"
    r"|(?P<group>同(?:社|市|町|村|区|県|国|省|庁|院|校|店|局|大学|病院|法人|団体)|その(?:会社|企業|団体))"
    r"|(?P<owner>(?:[そこ]れら?|[そこ])の)|(?P<thing>[そこ]れら?)(?=[はがをにでともっ])"
)
_MOMENT = re.compile(r"(?:とき|時|際|頃|ころ|後|あと|前)(?=[、にはで]|[^ぁ-ん]|$)")
_KINDS = {"person": {"name/人名"}, "place": {"name/地名"}, "group": {"name/一般", "name/地名"}}


def item(said: str, topic: str, items: list[str]) -> str | None:
    """「二つ目」 as the item of the list, by its label if it has one; None where it has no such item."""

    def named(found: re.Match[str]) -> str:
        number = found["number"] or ("1" if found["edge"] == "最初" else str(len(items)))
        place = _NUMERALS.find(number) if number in _NUMERALS else int(number[:4]) - 1
        if not 0 <= place < len(items):
            return found[0]
        label, colon, _ = items[place].replace("：", ":").partition(":")
        whole = label if colon and len(label) <= _LONGEST_ITEM else items[place]
        return f"「{whole.rstrip('。')[:_LONGEST_ITEM]}」"

    filled = ORDINAL.sub(named, said)
    return f"{topic}{ABOUT}{filled}" if filled != said else None


def pronoun(said: str, earlier: Question, answer: str) -> str | None:
    """「同社」「その計画」「それ」 as what it stands for."""
    found = _POINTER.search(said)
    kinds = [w.part_of_speech[0] for w in words(said, "C") if found and w.start == found.start()]
    if found is None or kinds not in (["代名詞"], ["連体詞"], ["名詞"]):
        return None
    before, after = said[: found.start()], said[found.end() :]
    particles = [phrase.particle.rstrip("、") for phrase in phrases(before)]
    if terms(before) and particles not in (["は"], ["も"]):
        return None
    if found["owner"]:
        return _owned(before, after, earlier)
    group = str(found.lastgroup)
    meant = earlier.subject() if group == "thing" else _referent(group, earlier, answer)
    return f"{before}{meant}{after}"


def _owned(before: str, after: str, earlier: Question) -> str:
    """「その計画」: the plan that was named, or the plan of what was spoken of."""
    about, subject = earlier.about(), earlier.subject()
    if _MOMENT.match(after):
        event = about.removesuffix("こと")
        return f"{before}{event if event != about else f'{about}の'}{after}"
    for following in terms(after)[:1]:
        named = [term for term in earlier.terms if term.surface.endswith(following.surface)]
        if named and following.start == 0:
            return f"{before}{named[-1].surface}{after[following.end :]}"
    if subject.endswith("こと"):
        return f"{subject}{ABOUT}{before}{after}"
    return f"{before}{subject}の{after}"


def _referent(group: str, earlier: Question, answer: str) -> str:
    """The person, place or organisation meant: from the answer where it was asked for."""
    meant = [term for term in reversed(earlier.terms) if term.kind in _KINDS[group]]
    if re.search(r"誰|だれ|どなた|ど[この]|どちら", earlier.text) or earlier.at is None:
        known = {term.surface for term in earlier.terms}
        answered = [term for term in terms(answer) if term.surface not in known]
        said_to_be = [t for t in answered if re.match(r"(?:で(?:ある|す)|だ)", answer[t.end :])]
        meant = [term for term in answered if term.kind in _KINDS[group]] + said_to_be + meant
    if group == "group":
        meant += [term for term in earlier.terms if term.may_be_name]
    return meant[0].surface if meant else earlier.owner()
