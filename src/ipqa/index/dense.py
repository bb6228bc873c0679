"""The dense leg: FAISS over the vectors of sentences, each leading to its passage."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from ipqa.embedding import Vectors

faiss.omp_set_num_threads(1)  # one thread pool in the process, and that is the model's


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
        with path.open("wb") as file:  # where FAISS writes it, it loses the last bytes unnoticed
            writer = faiss.PyCallbackIOWriter(file.write)  # type: ignore[attr-defined] # not in its stubs
            faiss.write_index(self._index, writer)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def products(self, query: NDArray[np.float32], rows: Sequence[int]) -> NDArray[np.float32]:
        """The products of a query with some rows, in their order."""
        vectors = self._index.reconstruct_batch(np.asarray(rows, dtype=np.int64))
        found: NDArray[np.float32] = vectors @ query
        return found

    def search(
        self, query: NDArray[np.float32], depth: int, allowed: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """The nearest rows with their cosine, best first, equal ones by row.

        Args:
            query: one vector.
            depth: how many rows at the most.
            allowed: only these rows, where given; the filter works inside the search, so that
                ``depth`` rows come back where so many are allowed.
        """
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(np.asarray(allowed, dtype=np.int64))
            parameters = faiss.SearchParameters()
            parameters.sel = selector
        scores, rows = self._index.search(
            query.reshape(1, -1), min(depth, len(self)), params=parameters
        )
        found = [
            (int(row), float(score))
            for row, score in zip(rows[0], scores[0], strict=True)
            if row >= 0
        ]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))
