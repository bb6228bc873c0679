"""Whether a statement and its quotes are about the same names."""

from collections.abc import Iterator, Sequence

from ipqa.answering.verification.comparison import Difference, holds
from ipqa.answering.verification.reading import Reading
from ipqa.japanese import plain


def names_differ(
    said: Reading, quotes: Sequence[Reading], context: str, first_context: str
) -> Difference | None:
    """A name that neither the quotes nor what stands above them holds, or that they say other things of.

    What the statement is about must be named in or above the first quote, or be what a further quote is
    about that brings a figure of its own.
    """
    missing = Difference("names_missing", certain=False)
    everything = plain(context) + "".join(quote.plain for quote in quotes)
    if any(plain(name) not in everything for name in said.names):
        return missing
    first = plain(first_context) + quotes[0].plain
    bringing = [
        quote
        for quote in quotes[1:]
        if any(holds(quote, f) and not holds(quotes[0], f) for f in said.figures)
    ]
    mine, theirs = _names_of_topic(said), _names_of_topic(quotes[0])
    for name in mine:
        if name not in first and not any(name in plain(quote.topic) for quote in bringing):
            return missing
    if not bringing and mine and theirs and not any(a in b or b in a for a in mine for b in theirs):
        return missing
    return missing if _are_swapped(said, quotes[0]) else None


def _are_swapped(said: Reading, quote: Reading) -> bool:
    """Whether what is said beside one name stands beside another one in the quote."""
    ours, theirs = _clauses(said), _clauses(quote)
    for words, names in ours:
        for name in names:
            beside = [words & w for w, n in theirs if name in n]
            elsewhere = [words & w for w, n in theirs if n - names and name not in n]
            if beside and elsewhere:
                mine, other = max(beside, key=len), max(elsewhere, key=len)
                if other - mine and not mine - other:
                    return True
    return False


def _clauses(reading: Reading) -> list[tuple[frozenset[str], frozenset[str]]]:
    """The words and the names of each stretch between commas."""
    clauses = []
    start = 0
    names = {plain(name) for name in reading.names}
    for end in [i for i, c in enumerate(reading.text) if c in "、。"] + [len(reading.text)]:
        stretch = plain(reading.text[start:end])
        here = frozenset(name for name in names if name in stretch)
        words = frozenset(
            w.form
            for w in reading.words
            if w.is_content
            and start <= w.start < end
            and not any(plain(w.surface) in name for name in names)
        )
        clauses.append((words, here))
        start = end + 1
    return clauses


def _names_of_topic(reading: Reading) -> list[str]:
    topic = plain(reading.topic)
    return list(_within(topic, reading.names))


def _within(topic: str, names: Sequence[str]) -> Iterator[str]:
    return (plain(name) for name in names if plain(name) in topic)
