"""The dense leg: FAISS over the vectors of sentences, each leading to its passage."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from ipqa.embedding import Vectors
from ipqa.index.arrays import let_go

faiss.omp_set_num_threads(1)  # one thread pool in the process, and that is the model's

Found = list[tuple[int, float]]
"""Rows with their cosines, best first."""

Numbers = Sequence[int] | NDArray[np.int64]


class DenseIndex:
    """Exact search by inner product; rows are numbered in the order they were given."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def of(cls, dimension: int, parts: Iterable[Vectors]) -> "DenseIndex":
        """An index of vectors, one row each, as a build makes them of sentences."""
        index = faiss.IndexFlatIP(dimension)
        for vectors in parts:
            index.add(vectors)
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> "DenseIndex":
        """Read an index back; raises RuntimeError where the file is not one."""
        return cls(faiss.read_index(str(path)))

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        write_faiss(self._index, path)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def products(self, query: NDArray[np.float32], rows: Sequence[int]) -> NDArray[np.float32]:
        """The products of a query with some rows, in their order."""
        found: NDArray[np.float32] = self.rows(rows) @ query
        return found

    def rows(self, numbers: Sequence[int]) -> Vectors:
        """The vectors in some rows, in their order."""
        vectors: Vectors = self._index.reconstruct_batch(np.asarray(numbers, dtype=np.int64))
        return vectors

    def search(
        self, query: NDArray[np.float32], depth: int, allowed: Sequence[range] | None = None
    ) -> Found:
        """The nearest rows with their cosine, best first, equal ones by row.

        Args:
            query: one vector.
            depth: how many rows at the most.
            allowed: only the rows in these ranges, where given; the filter works inside the search,
                so that ``depth`` rows come back where so many are allowed.
        """
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(numbers_in(allowed))
            parameters = faiss.SearchParameters()
            parameters.sel = selector
        scores, rows = self._index.search(
            query.reshape(1, -1), min(depth, len(self)), params=parameters
        )
        there = rows[0] >= 0
        return best_of(rows[0][there], scores[0][there], depth)


_LOOKED_AT = 32_768
"""Rows after which what was read of the files is let go: around each Linux maps 64 KB, so two gigabytes at the most."""


class MappedVectors:
    """The vectors of many reports, one after the other, which stay in their readings until they are wanted."""

    def __init__(self, vectors: Sequence[Vectors]) -> None:
        """Take the vectors of each report."""
        self._vectors = vectors
        self._firsts = np.array([0, *accumulate(len(part) for part in vectors)], dtype=np.int64)
        self._looked_at = 0

    def __len__(self) -> int:
        return int(self._firsts[-1])

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._vectors[0].shape[1])

    def rows(self, numbers: Numbers) -> Vectors:
        """The vectors in some rows, in their order."""
        wanted = np.asarray(numbers, dtype=np.int64)
        report = np.searchsorted(self._firsts, wanted, side="right") - 1
        order = np.argsort(report, kind="stable")
        edges = np.flatnonzero(np.diff(report[order])) + 1
        found = np.empty((len(wanted), self.dimension), dtype=np.float32)
        for places in np.split(order, edges) if len(order) else ():
            part = int(report[places[0]])
            found[places] = self._vectors[part][wanted[places] - self._firsts[part]]
        self._looked_at += len(wanted)
        if self._looked_at >= _LOOKED_AT:
            self._looked_at = 0
            for vectors in self._vectors:
                let_go(vectors)
        return found

    def products(self, query: NDArray[np.float32], rows: Numbers) -> NDArray[np.float32]:
        """The products of a query with some rows, in their order."""
        found: NDArray[np.float32] = self.rows(rows) @ query
        return found


def best_of(rows: NDArray[np.int64], scores: NDArray[np.float32], depth: int) -> Found:
    """The rows with the highest scores, best first, equal ones by row."""
    order = np.lexsort((rows, -scores))[:depth]
    return list(zip(rows[order].tolist(), scores[order].tolist(), strict=True))


def numbers_in(ranges: Sequence[range]) -> NDArray[np.int64]:
    """The numbers in some ranges, one range after the other."""
    return np.concatenate(
        [np.empty(0, dtype=np.int64), *(np.arange(r.start, r.stop) for r in ranges)]
    )


def write_faiss(index: faiss.Index, path: Path) -> None:
    """Write an index of FAISS to a file; where it opens that itself, it loses the last bytes unnoticed."""
    with path.open("wb") as file:
        writer = faiss.PyCallbackIOWriter(file.write)  # type: ignore[attr-defined] # not in its stubs
        faiss.write_index(index, writer)
