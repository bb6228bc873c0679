"""The inner product of sparse vectors is BM25, to the bit of each weight."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipqa.index.lexical import LexicalIndex, postings_of
from ipqa.index.milvus import terms
from ipqa.index.milvus.terms import Vocabulary, Weights, asked

words = st.sampled_from(["特許", "電池", "工場", "出願", "件数", "売上", "水産"])
reports = st.lists(
    st.lists(st.lists(words, max_size=9), min_size=1, max_size=9), min_size=1, max_size=5
).filter(lambda held: any(word for report in held for passage in report for word in passage))


@given(reports, st.lists(words, min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_every_passage_has_the_score_that_the_lexical_index_gives_it(
    held: list[list[list[str]]], question: list[str]
) -> None:
    postings = [(postings_of(report), len(report)) for report in held]
    weights = Weights.of(postings)
    vector = asked(weights.vocabulary, question)
    found: dict[int, np.float32] = {}
    first = 0
    for report, passages in postings:
        for number, row in weights.rows(report, passages):
            score = np.float32(0)
            for word in question:  # in the order in which LexicalIndex adds them up
                place = weights.vocabulary.place(word)
                score += np.float32(row.get(-1 if place is None else place, 0.0))
            assert score == pytest.approx(sum(row.get(p, 0.0) * n for p, n in vector.items()))
            found[first + number] = score
        first += passages
    right = dict(LexicalIndex.of(postings).best(question, 999))
    assert {number: float(score) for number, score in found.items() if score} == right


@given(reports)
@settings(max_examples=50, deadline=None)
def test_words_are_counted_alike_however_often_they_are_merged(held: list[list[list[str]]]) -> None:
    postings = [(postings_of(report), len(report)) for report in held]
    index = LexicalIndex.of(postings)
    at_once = Weights.of(postings).vocabulary
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(terms, "_MERGED", 1)
        again = Weights.of(postings).vocabulary
    assert np.array_equal(at_once.words, again.words)
    assert np.array_equal(at_once.found, again.found)
    for word in ("特許", "電池", "天気"):
        place = at_once.place(word)
        assert index.passages_with(word) == (0 if place is None else at_once.found[place])


def test_a_word_that_is_given_twice_counts_twice() -> None:
    vocabulary = Weights.of([(postings_of([["特許", "電池"]]), 1)]).vocabulary
    places = {word: vocabulary.place(word) for word in ("特許", "電池")}
    assert asked(vocabulary, ["特許", "天気", "特許", "電池"]) == {
        places["特許"]: 2.0,
        places["電池"]: 1.0,
    }
    assert asked(Vocabulary(np.empty(0, np.uint64), np.empty(0, np.int64)), ["特許"]) == {}
