"""The reader: judges a question, or a claim, together with a text, and finds the shortest answer in it.

A cross-encoder (`models/reader.md` tells how it was taught): slower than a cosine, as it reads each pair anew, but
it sees which year, which company and which measure a question asks for and a sentence speaks of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ipqa.index.store import Index
from ipqa.network import Network, tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_QUERY, _CONTEXT, _SAID = 64, 64, 160
"""Tokens that are read of each part."""

_TITLE, _ABOVE, _BEFORE = 24, 40, 24
"""Characters that are read of the report's title, from its beginning, of the headings and what led into a list, and of
the sentence before, from their ends: what is nearest says most, and every token costs time."""

_LONGEST_ANSWER = 24
"""Tokens of a short answer at most."""

_REMEMBERED = 64
"""Questions whose readings are kept: what is asked is also searched for, and asked again."""

_START, _END = 0, 2
"""The tokens that stand around the parts."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is judged, and what a reader has seen above it.

    Attributes:
        context: titles from the report's own down, what led into a list, the end of the sentence before.
        said: the sentence or row itself, as it is indexed.
    """

    context: str
    said: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """A query and a text as the model reads them.

    Attributes:
        ids: numbers of the tokens.
        first: which of them is the first of what is said.
        offsets: where the tokens of what is said stand in it, in code points.
    """

    ids: list[int]
    first: int
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of a query and a text.

    Attributes:
        relevance: how well the text would answer, in comparison with other texts for the same question.
        answers: logit of the text answering the question.
        supports: logit of the text bearing out the claim.
        answer: where in what is said the likeliest short answer stands, in code points.
        answer_score: its logit, in comparison with other stretches.
    """

    relevance: float
    answers: float
    supports: float
    answer: tuple[int, int]
    answer_score: float


class Reader:
    """The model that is installed with ipqa."""

    def __init__(self) -> None:
        self._network = Network("reader")
        self._tokenizer = tokenizer()
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._read)

    def read(self, query: str, texts: Sequence[Text]) -> list[Reading]:
        """A question or a claim beside each of some texts."""
        return list(self._remembered(query, tuple(texts)))

    def _read(self, query: str, texts: tuple[Text, ...]) -> list[Reading]:
        rows = [tokens_of(self._tokenizer, query, text) for text in texts]
        found = self._network.run([row.ids for row in rows])
        return [
            reading_of(judged, sides, row) for row, (judged, sides) in zip(rows, found, strict=True)
        ]


def text_of(index: Index, number: int) -> Text:
    """A sentence of an index with its context."""
    sentence = index.sentences[number]
    title = index.reports[index.passages[sentence.passage].report].title
    above = sentence.indexed_text.partition("\n")[0]
    context = f"{title[:_TITLE]} {above[-_ABOVE:]}"
    if number - 1 in index.sentences_of(sentence.passage):
        context += f" {index.sentences[number - 1].alone[-_BEFORE:]}"
    return Text(context, sentence.alone)


def joined(texts: Sequence[Text]) -> Text:
    """Several sentences as one text, below the context of the first."""
    return Text(texts[0].context if texts else "", " ".join(text.said for text in texts))


def tokens_of(tokenizer: "Tokenizer", query: str, text: Text) -> Tokens:
    """The tokens of a query, a context and what is said, parted by the token that ends a text."""
    asked, above, said = (
        tokenizer.encode(part, add_special_tokens=False)
        for part in (query, text.context, text.said)
    )
    head = [_START, *asked.ids[:_QUERY], _END, _END, *above.ids[:_CONTEXT], _END]
    return Tokens([*head, *said.ids[:_SAID], _END], len(head), said.offsets[:_SAID])


def reading_of(judged: NDArray[np.float32], sides: NDArray[np.float32], tokens: Tokens) -> Reading:
    """What the network's outputs say.

    Args:
        judged: relevance, answers and supports.
        sides: for each token how likely an answer starts and ends with it, of shape (tokens, 2).
        tokens: what the network has read.
    """
    relevance, answers, supports = map(float, judged)
    said = sides[tokens.first : tokens.first + len(tokens.offsets)]
    if not len(said):
        return Reading(relevance, answers, supports, (0, 0), 0.0)
    both = said[:, :1] + said[:, 1]
    allowed = np.triu(np.tri(len(said), k=_LONGEST_ANSWER - 1)) > 0
    start, end = np.unravel_index(np.where(allowed, both, -np.inf).argmax(), both.shape)
    answer = (tokens.offsets[start][0], tokens.offsets[end][1])
    return Reading(relevance, answers, supports, answer, float(both[start, end]))
