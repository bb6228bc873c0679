"""Follow-ups in English, which need word order and capitals only."""

import re

_ASKING = re.compile(r"((?:since |until )?(?:why|when|where|who|how))(?: (?:is|was|did|it|that))*")
_OTHER_WORD = re.compile(r"(?i)^(?:when|where|why|how)(?= (?:did|do|does|is|are|was|were)\b)")
_ANOTHER = re.compile(r"(?i)(?:what|how) about (?:in )?(.+)|(in|for|since) (\S+(?: \S+){0,3})")
_OPENING = re.compile(r"(?i)^(?:and|but|so|then|ok(?:ay)?)[ ,]+")
_NAMED = re.compile(r"(?:the )?([A-Z][\w&.-]*(?: [A-Z][\w&.-]*)*)")
_POINTER = re.compile(r"(?i)\b(?:it|they|them|he|she|him|(its|their|his|her))\b")
_CAPITALS = re.compile(r"(?<!^)\b[A-Z][\w&.-]*(?: [A-Z][\w&.-]*)*")


def read(question: str, earlier: str) -> str | None:
    """An English question against the one before it, both without their marks."""
    said = _OPENING.sub("", question)
    if asking := _ASKING.fullmatch(said.lower()):
        swapped, count = _OTHER_WORD.subn(asking[1].capitalize(), earlier)
        return swapped if count and asking[1] != "who" else f"{earlier}, and {asking[1]}"
    names = _CAPITALS.findall(earlier)
    if another := _ANOTHER.fullmatch(said):
        new = another[1] or another[3]
        olds = re.findall(r"\b\d{4}\b", earlier) if new[-4:].isdigit() else names
        return earlier.replace(olds[-1], new) if olds else f"{earlier} {another[2] or 'for'} {new}"
    if names and said != question and (named := _NAMED.fullmatch(said)):
        return earlier.replace(names[-1], named[1])
    if not names or _CAPITALS.search(said) or not _POINTER.search(said):
        return None
    return _POINTER.sub(lambda found: names[-1] + ("'s" if found[1] else ""), said, count=1)
