"""Follow-ups in Japanese that lack phrases, which they take over from the question before."""

import re

from ipqa.answering.dialogue.phrases import VERBS, Term, asks, is_counted, terms
from ipqa.answering.dialogue.question import ABOUT, Question
from ipqa.japanese import Word, words

_FILLERS = frozenset("其れ 此れ 其の 此の そう こう こと 遣る".split())
_BEING = frozenset({"有る", "居る"})
_CLOSING = re.compile(
    r"(?P<contrast>(?:の(?:ほう|方|場合))?(?:について|に関して|に対して|だと|だったら|なら|では|でも|にも|も)*)"
    r"(?:には|って|は|が|を)?[、\s]*(?:(?:どう|いかが)(?:です|でしょう)?か?)?$"
)


def elliptical(said: str, earlier: Question) -> str | None:
    """「なぜ？」「青空病院は何床？」: the question before with this question word, and of this other."""
    cut = words(said, "C")
    at = next((number for number, word in enumerate(cut) if asks(word)), None)
    if at is None:
        return None
    end = at + 1
    while end < len(cut) and _goes_with_asking(cut[end], cut[at]):
        end += 1
    chunk = "".join(word.surface for word in cut[at:end])
    rest = cut[:at] + cut[end:]
    content = [word for word in rest if word.is_content and word.form not in _FILLERS]
    if not content:
        return None if any(word.form in _BEING for word in rest) else earlier.asking(chunk)
    other = Question(said).phrases[0]
    if (
        content[-1].end > other.end
        or other.particle != "は"
        or chunk.startswith(("どう", "いかが"))
    ):
        return None
    new = next((term for term in terms(other.body) if term.surface == other.body), None)
    old = _partner(new, earlier.terms) if new else None
    if not new or not old or "thing" in {term.kind for term in (new, old) if not term.may_be_name}:
        return None
    swapped = _with_swaps(earlier, [(old, other.body)])
    return swapped if chunk in swapped else Question(swapped).asking(chunk)


def _goes_with_asking(word: Word, asking: Word) -> bool:
    """Whether a word belongs to the question word before it: 何|人, いつ|から, どう|やっ|て."""
    if asking.surface == "どう":
        return word.form in {"為る", "遣る", "て"}
    particle = word.part_of_speech[1] in {"格助詞", "副助詞"}
    return (particle and word.surface not in {"の", "って", "か"}) or is_counted(word, asking)


def read(said: str, topic: str, earlier: Question, *, contrasts: bool) -> str | None:
    """「では青空病院は？」: the term is put in the place of one of its kind, or added."""
    closing = _CLOSING.search(said)
    new = Question(said[: closing.start()] if closing else said)
    if not new.terms or new.text != "の".join(term.surface for term in new.terms):
        return _incomplete(said, topic, earlier, contrasts=contrasts)
    contrasts = contrasts or bool(closing and closing["contrast"])
    if topic and _partner(new.terms[-1], earlier.terms) is None:
        topic, earlier = "", Question(f"{topic}は")
    swaps = _swaps(new, earlier)
    taken = _with_swaps(earlier, swaps) if swaps else _added(new, earlier, contrasts=contrasts)
    return f"{topic}{ABOUT}{taken}" if topic and taken else taken


def _added(new: Question, earlier: Question, *, contrasts: bool) -> str | None:
    """The earlier question with a term that none of its kind gives way to, or its subject with it."""
    if len(new.terms) > 1 and not contrasts:
        return None
    last = new.terms[-1]
    if last.kind == "time":
        return f"{new.text}の場合、{earlier.text}{earlier.request}"
    things = [term for term in earlier.terms if term.kind == "thing"]
    if last.kind != "thing" or (last.may_be_name and not (contrasts and len(things) > 1)):
        return f"{new.text}{'では' if earlier.phrases[0].asks else 'の'}{earlier.text}{earlier.request}"
    if not contrasts or not things:
        return _attribute(new, earlier.owner())
    others = [term for term in things[:-1] if last.may_be_name or not term.may_be_name]
    if earlier.is_nominal and not others:
        return f"{earlier.text[: things[-1].start]}{new.text}は"
    return _with_swaps(earlier, [(others[-1] if earlier.is_nominal else things[-1], new.text)])


def _swaps(new: Question, earlier: Question) -> list[tuple[Term, str]]:
    """Which terms of the earlier question give way to which new ones, by their kind."""
    partners = [_partner(term, earlier.terms) for term in new.terms]
    paired = [(old, term.surface) for old, term in zip(partners, new.terms, strict=True) if old]
    if len(paired) == len(partners) > 1:
        return [(old, old.surface if old.surface.endswith(term) else term) for old, term in paired]
    kept = f"の{new.terms[-1].surface}"
    if not (old := partners[-1]) or old.surface != kept[1:]:
        return [(old, new.text)] if old else []
    owners = [term for term in earlier.terms if earlier.text.startswith(kept, term.end)]
    return [(owner, new.text.removesuffix(kept)) for owner in owners[:1]]


def _partner(new: Term, candidates: tuple[Term, ...]) -> Term | None:
    """The term of the earlier question that is of the same kind."""
    if new.kind == "time":
        return next((old for old in reversed(candidates) if old.kind == "time"), None)
    alike = [old for old in candidates if new.resembles(old)]
    if not alike and new.kind.startswith("name"):
        alike = [old for old in candidates if old.kind.startswith("name")]
        alike.sort(key=lambda old: old.kind != new.kind)
    alike += [old for old in candidates if old.surface.endswith(new.surface)]
    alike += [old for old in candidates if old.surface in new.surface and new.may_be_name]
    return alike[0] if alike else None


def _with_swaps(earlier: Question, swaps: list[tuple[Term, str]]) -> str:
    text = earlier.text
    for old, new in sorted(swaps, key=lambda swap: -swap[0].start):
        text = text[: old.start] + new + text[old.end :]
    old, new = swaps[-1]
    counted = earlier.is_nominal and re.match(r"何(?!$|[かをがでの])", earlier.asked)
    if counted and old.kind == "thing" and old == earlier.terms[-1]:
        return f"{text[: text.rindex(new)]}{new}は"  # has another unit, perhaps
    return text + earlier.request


def _incomplete(said: str, topic: str, earlier: Question, *, contrasts: bool) -> str | None:
    """「院長は誰？」「何が争われた？」: what has one plain word only is asked of the earlier subject."""
    if re.search(r"(?<![とに])(?:同じ|同様)", said):
        return f"{topic or earlier.about()}{ABOUT}{said}"
    new, cut = Question(said), words(said, "C")
    verbs = [word for word in cut if word.is_content and word.part_of_speech[0] in VERBS]
    named = any(term.may_be_name or term.kind == "time" for term in new.terms)
    topical = bool(new.terms) and new.phrases[0].particle == "は" and not new.phrases[0].is_clause
    predicate = cut[-1].surface != "の" and cut[-1].part_of_speech[0] in {*VERBS, "助動詞", "助詞"}
    # 薬剤師は何人いますか stands alone, 対象は何件だったの explains what was said.
    complete = topical and predicate and not contrasts
    several = len(new.terms) + len(verbs) > 1 or re.search("とは|って何", said)
    alone = new.at is None or named or several or complete
    return None if alone else _attribute(new, topic or earlier.owner())


def _attribute(new: Question, subject: str) -> str:
    """What is asked of the subject of an earlier question."""
    said = new.text if new.at is not None else f"{new.text}は"
    first = new.phrases[0]
    begins = new.terms[0].surface if new.terms and new.terms[0].start == 0 else ""
    if (known := terms(subject)) and begins.startswith(known[-1].surface):
        subject = subject[: known[-1].start].removesuffix("の") or subject
    if first.is_clause and not subject.endswith("こと"):
        return f"{subject}が{said}"
    if subject.endswith("こと") or (first.asks and first.particle in {"が", "を"}):
        return f"{subject}{ABOUT}{said}"
    return f"{subject}{'の' if first.body == begins else 'は'}{said}"
