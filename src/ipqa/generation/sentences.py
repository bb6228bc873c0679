"""A model's text as it comes, cut into sentences with the numbers that each cites."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_MARK = re.compile(r"\s*[\[［【]\s*(\d{1,3}(?:\s*[,、，]\s*\d{1,3})*)\s*[\]］】]")
_END = re.compile(rf"(?:[。！？\n]|[!?](?![A-Za-z0-9=&/%]))(?:{_MARK.pattern})*\s*(?=[^\s\[［【])")
_OPENING, _CLOSING = "「『（(", "」』）)"
_BULLET = re.compile(r"^\s*(?:[-*・•●■◆○#>]+\s*|\d{1,2}[.)．]\s+)")
_EMPHASIS = re.compile(r"\*\*|__|`")
_BLANKS = re.compile(r"\s{2,}")


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence without its marks, and the numbers that stood in them."""

    text: str
    numbers: tuple[int, ...]


def written_sentences(pieces: Iterable[str]) -> Iterator[WrittenSentence]:
    """The sentences of a text that comes in pieces, each as soon as what follows shows that it has ended."""
    pending = ""
    for piece in pieces:
        # a model that only writes line breaks must not cost more with each of them
        pending = _BLANKS.sub(lambda blanks: "\n" if "\n" in blanks[0] else " ", pending + piece)
        while (end := _first_end(pending)) is not None:
            yield from _sentence(pending[:end])
            pending = pending[end:]
    yield from _sentence(pending)


def _first_end(text: str) -> int | None:
    """Where the first sentence ends; a stop within brackets is none, unless the line ends there too."""
    for match in _END.finditer(text):
        before = text[: match.start()]
        depth = sum(map(before.count, _OPENING)) - sum(map(before.count, _CLOSING))
        if depth <= 0 or "\n" in match[0]:
            return match.end()
    return None


def _sentence(raw: str) -> Iterator[WrittenSentence]:
    numbers = [int(n) for match in _MARK.finditer(raw) for n in re.findall(r"\d+", match[1])]
    text = _EMPHASIS.sub("", _BULLET.sub("", _MARK.sub("", raw))).strip()
    if text:
        yield WrittenSentence(text, tuple(dict.fromkeys(numbers)))
