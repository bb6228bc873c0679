"""Two names for one thing, as the reports themselves give them: 「全固体電池(ASSB)」.

Learnt of each report when it is read, so that whoever asks with one name finds what is written under the
other.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

_JAPANESE = r"[一-龥々ァ-ヺー・]"
_LATIN = r"[A-Za-z][A-Za-z0-9&/.\-]*"
_ABBREVIATED = re.compile(rf"({_JAPANESE}{{3,25}})\(({_LATIN})\)")
_SPELT_OUT = re.compile(rf"(?<![A-Za-z0-9\-])([A-Z][A-Z&/]{{1,7}})\(({_JAPANESE}{{5,30}})\)")
_CAPITALS = 2

Names = Mapping[tuple[str, str], int]
"""How often each full name and its abbreviation stand side by side in one report."""


class Glossary:
    """Pairs of a full name and its abbreviation, usable in both directions.

    An abbreviation belongs to the name that it stands beside most often, and only where that name has
    no abbreviation that is more frequent still: 「ハード(ASSB)」 said once in passing makes no pair. What
    is said only once must be the first mention of the abbreviation, as a definition is.
    """

    def __init__(self, reports: Iterable[Names]) -> None:
        seen: Counter[tuple[str, str]] = Counter()
        for names in reports:
            seen.update(names)
        ranked = sorted(seen, key=lambda pair: (-seen[pair], -len(pair[0]), pair))
        self._other: dict[str, str] = {}
        for name, short in ranked:
            if name.lower() not in self._other and short.lower() not in self._other:
                self._other[name.lower()] = short
                self._other[short.lower()] = name

    def expand(self, text: str) -> str:
        """The text, with the other name of each name in it that has one and stands there alone."""
        normal = unicodedata.normalize("NFKC", text).lower()
        added = [
            other
            for name, other in self._other.items()
            if _holds(normal, name) and not _holds(normal, other.lower())
        ]
        return " ".join([text, *added])


def names_in(report: str) -> Names:
    """The names in a report's text that stand beside an abbreviation."""
    text = unicodedata.normalize("NFKC", report)
    pairs = Counter(
        (name, short)
        for name, short in _ABBREVIATED.findall(text)
        if sum(c.isupper() for c in short) >= _CAPITALS
    )
    pairs.update((name, short) for short, name in _SPELT_OUT.findall(text))
    once = [pair for pair, count in pairs.items() if count == 1]
    for pair in once:
        if not _introduced(text, pair[1]):
            del pairs[pair]
    return pairs


def _introduced(text: str, short: str) -> bool:
    """Whether an abbreviation stands in brackets, or before them, where it is first mentioned."""
    first = re.search(rf"(?<![A-Za-z0-9]){re.escape(short)}(?![A-Za-z0-9])", text)
    if first is None:
        return False
    return text[: first.start()].endswith("(") or text[first.end() :].startswith("(")


def _holds(text: str, name: str) -> bool:
    """Whether a name stands in a text; a Latin one not as a part of a longer word."""
    if name not in text or not name.isascii():
        return name in text
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text) is not None
