"""Dense search is measured by the place of the first right text."""

from collections.abc import Sequence

import numpy as np

from ipqa.embedding import Vectors
from training.measure_embedder import Searched, figures, interval


class Letters:
    """Embeds a text as which of a few letters it holds."""

    fingerprint = "letters"
    dimension = 4

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return np.array([[float(c in text) for c in "abcd"] for text in texts], dtype=np.float32)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self.embed_queries(texts)


TEXTS = ("a", "b", "ab", "c")


def test_the_nearest_right_text_counts_and_equal_ones_are_not_held_against_it() -> None:
    searched = Searched(TEXTS, ("ab", "a", "d"), (frozenset({2}), frozenset({1}), frozenset({3})))
    expected = np.array([[1.0, 1.0, 1.0], [0.0, 1.0, 1 / 3], [1.0, 1.0, 1.0]])
    np.testing.assert_allclose(figures(Letters(), [searched]), expected)


def test_a_text_beyond_the_tenth_place_has_no_reciprocal_rank() -> None:
    searched = Searched((*("a",) * 10, "b"), ("a",), (frozenset({10}),))
    np.testing.assert_array_equal(figures(Letters(), [searched]), [[0, 0, 0]])


def test_an_interval_holds_the_mean_and_is_a_point_where_all_agree() -> None:
    assert interval(np.ones(9)) == "+1.000 [+1.000, +1.000]"
    assert interval(np.array([0.0, 1.0] * 50)).startswith("+0.500 [+0.4")
