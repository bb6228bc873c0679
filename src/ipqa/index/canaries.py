"""Questions whose answers are known: each report is asked for a sentence of its own before it is relied on.

Hashes tell that files are as they were written. They do not tell that what was written can be found: words that were
cut in another way, vectors of a model that has lost its weights. A canary does: a sentence of the report with rare
words in it must be found again by its words and by its meaning, and must stand in the report where the index says.
"""

from collections.abc import Iterator, Sequence
from math import log
from pathlib import Path
from typing import TypeVar

from ipqa.embedding import EmbeddingModel
from ipqa.errors import CanaryFailed
from ipqa.index.generations import rebuild_command
from ipqa.index.store import Index
from ipqa.japanese import content_words, require_dictionary
from ipqa.passages import Sentence, describe_row

_T = TypeVar("_T")
_Reason = tuple[str, str]
"""Why a sentence was not found, in English and Japanese."""

_REPORTS = 50
"""So many reports are asked at the most, spread evenly over all."""

_CONSIDERED = 12
"""Sentences of a report, spread evenly over it, among which those with the rarest words are chosen."""

_TRIES = 3
"""So many sentences are asked for until one is found: a report may repeat itself."""

_NEAREST = 5
"""Among so many passages or sentences it must be found, and at the most among half of those that there are."""

_LONGEST = 200
"""Characters of a sentence that is asked for, where the report has one so short."""

_QUOTE = ("its text is not what the index says of it", "本文と索引の位置が合いません")
_WORDS = ("a sentence is not found by its words", "文をキーワード検索で見つけられません")
_VECTORS = ("a sentence is not found by its vector", "文をベクトル検索で見つけられません")


def require_canaries(folder: Path, index: Index, model: EmbeddingModel) -> None:
    """Ask the reports for sentences of their own; those of a part of them where there are many.

    Args:
        folder: of the index, for the error.
        index: an opened generation.
        model: what questions are embedded with.

    Raises:
        CanaryFailed: of a report no such sentence was found.
        DictionaryUnavailable: Japanese cannot be cut into words.
    """
    require_dictionary()
    for report, sentences in _sample(index):
        failed = _failure(index, model, sentences)
        if failed is not None:
            reason, reason_ja = failed
            raise CanaryFailed(
                folder=folder,
                report=report,
                reason=reason,
                reason_ja=reason_ja,
                remedy=rebuild_command(folder),
            )


def _sample(index: Index) -> Iterator[tuple[str, range]]:
    """The reports to ask, each with the numbers of its sentences; no other is looked into."""
    for report in _spread(list(index.reports), _REPORTS):
        for sentences in index.contents.sentences_in([report]):
            if sentences:
                yield report, sentences


def _failure(index: Index, model: EmbeddingModel, sentences: range) -> _Reason | None:
    """Why the first sentence of a report that was asked for is not found; None where one is, or there is none."""
    first: _Reason | None = None
    for number in _rarest(index, sentences):
        failed = _fault(index, model, sentences, number)
        if failed is None:
            return None
        first = first or failed
    return first


def _rarest(index: Index, sentences: range) -> list[int]:
    """The sentences of a report that hold the rarest words, of some that are spread over it."""
    short = [n for n in sentences if len(index.sentences[n].alone) <= _LONGEST]
    rarity = {n: _rarity(index, n) for n in _spread(short or sentences, _CONSIDERED)}
    return sorted(rarity, key=lambda number: (-rarity[number], number))[:_TRIES]


def _rarity(index: Index, number: int) -> float:
    """How far the words of a sentence set it apart from others."""
    words = {word.form for word in content_words(index.sentences[number].alone)}
    occurrences = [index.lexical.passages_with(word) for word in words]
    return sum(log(1 + len(index.passages) / count) for count in occurrences if count)


def _fault(index: Index, model: EmbeddingModel, sentences: range, number: int) -> _Reason | None:
    sentence = index.sentences[number]
    if not _stands_in_its_report(index, sentence):
        return _QUOTE
    if not _is_found_by_words(index, sentences, sentence):
        return _WORDS
    return None if _is_found_by_vector(index, model, sentences, sentence) else _VECTORS


def _stands_in_its_report(index: Index, sentence: Sentence) -> bool:
    report = index.reports[index.passages[sentence.passage].report]
    block = report.blocks[sentence.block]
    is_row = block.kind == "table_row"
    said = describe_row(report, block) if is_row else report.mended(sentence.span)
    return bool(said.strip()) and sentence.indexed_text.endswith(f"\n{said}")


def _is_found_by_words(index: Index, sentences: range, sentence: Sentence) -> bool:
    passage = index.passages[sentence.passage].indexed_text
    # cut with what stands around them, as they were indexed: alone Sudachi may cut them in another way
    words = [word.form for word in content_words(passage) if word.surface in sentence.alone]
    if not words:
        return True  # nothing that a question could be asked with
    first, last = (index.sentences[number].passage for number in (sentences[0], sentences[-1]))
    passages = range(first, last + 1)
    best = index.lexical.best(words, _most(len(passages)), [passages])
    # a report that repeats itself says the same in other passages too, of which some are found before this one
    return any(sentence.alone in index.passages[number].indexed_text for number, _ in best)


def _is_found_by_vector(
    index: Index, model: EmbeddingModel, sentences: range, sentence: Sentence
) -> bool:
    query = model.embed_queries([sentence.alone])[0]
    nearest = index.dense.search(query, _most(len(sentences)), [sentences])
    return any(index.sentences[row].alone == sentence.alone for row, _ in nearest)


def _most(count: int) -> int:
    """Among how many it must be found, of so many that there are."""
    return min(_NEAREST, (count + 1) // 2)


def _spread(items: Sequence[_T], most: int) -> list[_T]:
    """At most so many items, evenly from the first to the last."""
    if len(items) <= most:
        return list(items)
    return [items[round(n * (len(items) - 1) / (most - 1))] for n in range(most)]
