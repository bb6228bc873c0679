"""A large index finds nearly what an exact search finds, also among some reports only."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ipqa.index.cells import CellIndex, cells_for, centres_of, nearest_centres, packed
from ipqa.index.dense import DenseIndex, write_faiss
from ipqa.index.sketch import LEVELS, sketched, turned

Vectors = NDArray[np.float32]
DIMENSION = 48


def of_length_one(rows: NDArray[np.float64]) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def clustered(reports: int, rows: int, seed: int, dimension: int = DIMENSION) -> list[Vectors]:
    """The vectors of reports, all of them around the same few subjects."""
    chance = np.random.default_rng(seed)
    subjects = chance.normal(size=(40, dimension))
    return [
        of_length_one(
            subjects[chance.integers(0, 40, rows)] + 0.6 * chance.normal(size=(rows, dimension))
        )
        for _ in range(reports)
    ]


def index_of(parts: Sequence[Vectors]) -> CellIndex:
    centres = centres_of(parts)
    cells = nearest_centres(np.concatenate(parts), centres)
    return CellIndex(packed(centres, cells, [sketched(part) for part in parts]), parts)


@pytest.fixture(scope="module")
def parts() -> list[Vectors]:
    """Of one report there are more than a filter has compared exactly."""
    return [*clustered(8, 2_000, 0), *clustered(1, 25_000, 1)]


@pytest.fixture(scope="module")
def large(parts: Sequence[Vectors]) -> CellIndex:
    return index_of(parts)


def test_the_nearest_are_nearly_those_of_an_exact_search(
    parts: Sequence[Vectors], large: CellIndex
) -> None:
    exact = DenseIndex.of(DIMENSION, parts)
    assert len(large) == len(exact)
    queries = np.concatenate(clustered(1, 50, 0))
    found = sum(
        len({row for row, _ in large.search(q, 10)} & {row for row, _ in exact.search(q, 10)})
        for q in queries
    )
    assert found >= 0.97 * 10 * len(queries)


def test_scores_are_the_products_themselves_and_fall(
    parts: Sequence[Vectors], large: CellIndex
) -> None:
    query = parts[3][7]
    found = large.search(query, 50)
    every = np.concatenate(parts) @ query
    assert found[0][0] == 3 * 2_000 + 7
    assert [score for _, score in found] == pytest.approx(
        [every[row] for row, _ in found], abs=1e-5
    )
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))


@pytest.mark.parametrize("report", [0, 5, 8])
def test_a_filter_by_report_finds_as_many_as_are_asked_for(
    parts: Sequence[Vectors], large: CellIndex, report: int
) -> None:
    first = sum(len(part) for part in parts[:report])
    rows = range(first, first + len(parts[report]))
    found = large.search(parts[2][0], 200, [rows])
    assert len(found) == 200
    assert all(row in rows for row, _ in found)
    best = max(range(len(rows)), key=lambda row: float(parts[report][row] @ parts[2][0]))
    assert found[0][0] == first + best


def test_a_filter_that_leaves_nothing_finds_nothing(large: CellIndex) -> None:
    assert large.search(np.ones(DIMENSION, dtype=np.float32), 10, []) == []


@given(st.lists(st.integers(0, 40_999), max_size=60))
@settings(max_examples=20, deadline=None)
def test_rows_are_those_of_the_reports_in_the_order_asked(
    parts: Sequence[Vectors], large: CellIndex, rows: list[int]
) -> None:
    assert np.array_equal(large.rows(rows), np.concatenate(parts)[rows])


def test_it_survives_saving(parts: Sequence[Vectors], large: CellIndex, tmp_path: Path) -> None:
    centres = centres_of(parts[:8])
    cells = nearest_centres(np.concatenate(parts[:8]), centres)
    made = packed(centres, cells, [sketched(part) for part in parts[:8]])
    write_faiss(made, tmp_path / "sketches")
    again = CellIndex.load(tmp_path / "sketches", parts[:8])
    for query in parts[0][:20]:
        assert again.search(query, 20) == CellIndex(made, parts[:8]).search(query, 20)
    assert again.dimension == large.dimension == DIMENSION


def test_the_same_vectors_get_the_same_centres(parts: Sequence[Vectors]) -> None:
    assert np.array_equal(centres_of(parts[:2]), centres_of(parts[:2]))


def test_the_number_of_cells_grows_with_the_index_and_seldom_changes() -> None:
    numbers = [cells_for(size) for size in range(1, 200_000, 500)]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) < 12


# sketches


def test_a_sketch_tells_its_vector_roughly_and_nothing_of_its_neighbours() -> None:
    (vectors,) = clustered(1, 500, 2)
    sketches = sketched(vectors)
    assert np.array_equal(sketches[7:9], sketched(vectors[7:9]))
    levels = np.stack([sketches >> shift & 3 for shift in (0, 2, 4, 6)], axis=2).reshape(500, -1)
    told = LEVELS[levels] / np.sqrt(DIMENSION)
    errors = (told * turned(vectors)).sum(axis=1) / np.linalg.norm(told, axis=1)
    assert errors.mean() > 0.9


@pytest.mark.parametrize("dimension", [5, 16, 30])
def test_vectors_of_any_length_can_be_sketched(dimension: int) -> None:
    parts = clustered(2, 300, 3, dimension)
    found = index_of(parts).search(parts[1][4], 5)
    assert found[0][0] == 304


def test_turning_keeps_products() -> None:
    (vectors,) = clustered(1, 50, 4)
    assert turned(vectors) @ turned(vectors).T == pytest.approx(vectors @ vectors.T, abs=1e-5)
