"""The two legs find what they must, filtered inside the search, in a stated order."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipqa.index.dense import DenseIndex
from ipqa.index.lexical import LexicalIndex


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
    allowed = [7, 99, 180, 333]
    found = index.search(unit_rows(1, 16, 1)[0], 10, allowed)
    assert sorted(row for row, _ in found) == allowed


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


def test_a_word_scores_only_where_it_stands() -> None:
    scores = LexicalIndex.of(PASSAGES).scores(["電池"])
    assert scores[0] == scores[3] == 0
    assert scores[2] > scores[1] > 0


def test_unknown_words_and_no_words_score_nothing() -> None:
    index = LexicalIndex.of(PASSAGES)
    assert not index.scores(["天気"]).any()
    assert not index.scores([]).any()


@pytest.mark.parametrize(("word", "count"), [("特許", 2), ("電池", 2), ("工場", 1), ("天気", 0)])
def test_it_is_known_in_how_many_passages_a_word_occurs(word: str, count: int) -> None:
    assert LexicalIndex.of(PASSAGES).passages_with(word) == count


def test_lexical_index_survives_saving(tmp_path: Path) -> None:
    index = LexicalIndex.of(PASSAGES)
    index.save(tmp_path / "lexical")
    again = LexicalIndex.load(tmp_path / "lexical")
    assert len(again) == len(PASSAGES)
    assert again.scores(["電池", "特許"]).tolist() == index.scores(["電池", "特許"]).tolist()
