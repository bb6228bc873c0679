"""The two legs find what they must, filtered inside the search, in a stated order."""

from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipqa.index.dense import DenseIndex
from ipqa.index.lexical import LexicalIndex, postings_of


def unit_rows(
    count: int, dimension: int, seed: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rows = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@given(st.integers(1, 60), st.integers(1, 80), st.integers(0, 1000))
@settings(max_examples=50, deadline=None)
def test_dense_search_is_exact_and_ordered(count: int, depth: int, seed: int) -> None:
    vectors = unit_rows(count, 16, seed)
    query = unit_rows(1, 16, seed + 1)[0]
    found = DenseIndex.of(vectors.shape[1], [vectors]).search(query, depth)
    cosines = vectors @ query
    assert len(found) == min(count, depth)
    assert [row for row, _ in found] == sorted(
        (row for row, _ in found), key=lambda row: (-cosines[row], row)
    )
    assert min(score for _, score in found) >= sorted(cosines)[-len(found)] - 1e-5


def test_a_filter_returns_as_many_rows_as_there_are() -> None:
    index = DenseIndex.of(16, [unit_rows(400, 16, 0)])
    found = index.search(unit_rows(1, 16, 1)[0], 10, [range(7, 9), range(180, 182)])
    assert sorted(row for row, _ in found) == [7, 8, 180, 181]


def test_equal_vectors_come_in_row_order() -> None:
    vectors = np.repeat(unit_rows(1, 16, 3), 5, axis=0)
    found = DenseIndex.of(vectors.shape[1], [vectors]).search(vectors[0], 5)
    assert [row for row, _ in found] == [0, 1, 2, 3, 4]


def test_dense_index_survives_saving(tmp_path: Path) -> None:
    index = DenseIndex.of(16, [unit_rows(20, 16, 5)])
    index.save(tmp_path / "dense")
    again = DenseIndex.load(tmp_path / "dense")
    query = unit_rows(1, 16, 6)[0]
    assert again.search(query, 20) == index.search(query, 20)
    assert (len(again), again.dimension) == (20, 16)


PASSAGES = [["特許", "出願", "件数"], ["特許", "電池"], ["電池", "電池", "工場"], []]


def lexical(*reports: list[list[str]]) -> LexicalIndex:
    return LexicalIndex.of((postings_of(passages), len(passages)) for passages in reports)


def test_only_passages_that_hold_a_word_are_found_the_best_first() -> None:
    (first, most), (second, less) = lexical(PASSAGES).best(["電池"], 10)
    assert (first, second) == (2, 1)
    assert most > less > 0


def test_unknown_words_and_no_words_find_nothing() -> None:
    assert lexical(PASSAGES).best(["天気"], 10) == []
    assert lexical(PASSAGES).best([], 10) == []


words = st.sampled_from(["特許", "電池", "工場", "出願", "件数", "売上", "水産"])
passages = st.lists(st.lists(words, max_size=9), min_size=1, max_size=30)


@given(passages, st.lists(words, min_size=1, max_size=6), st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_scores_are_those_of_bm25s_to_the_bit(
    held: list[list[str]], asked: list[str], depth: int
) -> None:
    peer = bm25s.BM25(method="lucene")
    peer.index([one or [""] for one in held], show_progress=False)
    known = [word for word in asked if word in peer.vocab_dict]
    scores = peer.get_scores(known) if known else np.zeros(len(held))
    right = sorted(
        ((n, float(score)) for n, score in enumerate(scores) if score),
        key=lambda found: (-found[1], found[0]),
    )
    assert lexical(held).best(asked, depth) == right[:depth]


@given(st.lists(passages, min_size=1, max_size=4), st.lists(words, min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_reports_joined_are_as_one(reports: list[list[list[str]]], asked: list[str]) -> None:
    together = [passage for report in reports for passage in report]
    assert lexical(*reports).best(asked, 99) == lexical(together).best(asked, 99)


def test_only_passages_that_are_allowed_are_found() -> None:
    index = lexical(PASSAGES, PASSAGES)
    found = dict(index.best(["電池"], 10))
    assert set(found) == {1, 2, 5, 6}
    assert dict(index.best(["電池"], 10, [range(2, 5), range(6, 7)])) == {
        number: found[number] for number in (2, 6)
    }


@pytest.mark.parametrize(("word", "count"), [("特許", 2), ("電池", 2), ("工場", 1), ("天気", 0)])
def test_it_is_known_in_how_many_passages_a_word_occurs(word: str, count: int) -> None:
    assert lexical(PASSAGES).passages_with(word) == count


@pytest.mark.parametrize("whole", [True, False])
def test_lexical_index_survives_saving(tmp_path: Path, *, whole: bool) -> None:
    index = lexical(PASSAGES)
    index.save(tmp_path / "lexical")
    again = LexicalIndex.load(tmp_path / "lexical", whole=whole)
    assert len(again) == len(PASSAGES)
    assert again.best(["電池", "特許"], 10) == index.best(["電池", "特許"], 10)
