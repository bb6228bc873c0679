"""The dense leg of a large index: a search looks into the cells near the query, and compares the best exactly.

The vectors are sorted into cells around centres that are learnt from a sample of them, and stand there as
sketches (see ``sketch``). Of the cells nearest to a query, the best by sketch are compared by the products
with the vectors themselves, which stay in the readings; only those are read from there.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from ipqa.embedding import Vectors
from ipqa.index.dense import Found, MappedVectors, Numbers, best_of, numbers_in
from ipqa.index.sketch import LEVELS, Sketches, turned

_PROBED = 256
"""Cells that are looked into."""

_COMPARED = 600
"""Vectors that are compared exactly."""

_FEW = 20_000
"""A filter that leaves no more vectors than these has all of them compared exactly."""

_SAMPLE = 40
_ROUNDS = 8
_SEED = 20261123


class CellIndex:
    """Approximate search by inner product among the vectors of many reports, one after the other."""

    def __init__(self, index: faiss.IndexIVFPQFastScan, vectors: Sequence[Vectors]) -> None:
        """Take an index over sketches, as ``packed`` makes it, and the vectors of each report."""
        self._index = index
        self._vectors = MappedVectors(vectors)

    @classmethod
    def load(cls, path: Path, vectors: Sequence[Vectors]) -> "CellIndex":
        """Read an index back; raises RuntimeError or ValueError where the file is not one."""
        index = faiss.read_index(str(path))
        if not isinstance(index, faiss.IndexIVFPQFastScan):
            raise ValueError(f"{path.name} holds no sketches")  # noqa: TRY004 - the file is wrong
        return cls(index, vectors)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._vectors.dimension

    def rows(self, numbers: Numbers) -> Vectors:
        """The vectors in some rows, in their order."""
        return self._vectors.rows(numbers)

    def products(self, query: NDArray[np.float32], rows: Numbers) -> NDArray[np.float32]:
        """The products of a query with some rows, in their order."""
        return self._vectors.products(query, rows)

    def search(
        self, query: NDArray[np.float32], depth: int, allowed: Sequence[range] | None = None
    ) -> Found:
        """The nearest rows with their cosine, best first, equal ones by row.

        Args:
            query: one vector.
            depth: how many rows at the most.
            allowed: only the rows in these ranges, where given; as many come back as are asked for and
                there are.
        """
        rows = self._worth_comparing(query, max(_COMPARED, depth), allowed)
        return best_of(rows, self.products(query, rows), depth)

    def _worth_comparing(
        self, query: NDArray[np.float32], count: int, allowed: Sequence[range] | None
    ) -> NDArray[np.int64]:
        parameters = faiss.IVFSearchParameters()
        parameters.nprobe = min(_PROBED, self._index.nlist)
        if allowed is not None:
            rows = numbers_in(allowed)
            if len(rows) <= max(_FEW, count):
                return rows
            kept = np.zeros(-(-len(self) // 8) * 8, dtype=bool)
            kept[rows] = True
            bits = np.packbits(kept, bitorder="little")
            parameters.sel = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
        _, found = self._index.search(turned(query.reshape(1, -1)), count, params=parameters)
        near: NDArray[np.int64] = found[found >= 0]
        return near


def cells_for(vectors: int) -> int:
    """How many cells an index of so many vectors has: more with its size, and seldom another number."""
    return int(2 ** max(0, round(np.log2(1.3 * np.sqrt(max(1, vectors))))))


def centres_of(parts: Sequence[Vectors]) -> Vectors:
    """The centres that the vectors of some reports are sorted around; the same for the same vectors."""
    firsts = np.array([0, *accumulate(map(len, parts))])
    cells = cells_for(int(firsts[-1]))
    drawn = np.random.RandomState(_SEED).permutation(firsts[-1])[: _SAMPLE * cells]
    drawn.sort()
    edges = np.searchsorted(drawn, firsts)
    sample = np.concatenate(
        [
            part[drawn[start:end] - first]
            for part, first, start, end in zip(parts, firsts, edges, edges[1:], strict=False)
        ]
    )
    clusters = faiss.Kmeans(
        sample.shape[1], cells, niter=_ROUNDS, seed=_SEED, spherical=True, min_points_per_centroid=1
    )
    clusters.train(sample)
    return np.asarray(clusters.centroids, dtype=np.float32)


def nearest_centres(vectors: Vectors, centres: Vectors) -> NDArray[np.int32]:
    """The cell that each vector belongs to."""
    around = faiss.IndexFlatIP(centres.shape[1])
    around.add(centres)
    return np.asarray(around.search(np.ascontiguousarray(vectors), 1)[1][:, 0], dtype=np.int32)


def packed(
    centres: Vectors, cells: NDArray[np.int32], sketches: Iterable[Sketches]
) -> faiss.IndexIVFPQFastScan:
    """Sketches, report after report, sorted into their cells as FAISS searches them."""
    codes = np.concatenate(list(sketches))
    rows = np.argsort(cells, kind="stable")
    codes = codes[rows]
    starts = np.searchsorted(cells[rows], np.arange(len(centres) + 1))
    across = turned(centres)
    around = faiss.IndexFlatIP(across.shape[1])
    around.add(across)
    index = faiss.IndexIVFPQ(
        around, around.d, len(centres), around.d // 2, 4, faiss.METRIC_INNER_PRODUCT
    )
    index.by_residual = False
    index.is_trained = True
    _set_levels(index.pq, centres.shape[1])
    for cell, (start, end) in enumerate(pairwise(starts)):
        index.invlists.add_entries(  # type: ignore[union-attr] # it has some from the start
            cell,
            int(end - start),
            faiss.swig_ptr(rows[start:end]),
            faiss.swig_ptr(codes[start:end]),
        )
    index.ntotal = len(rows)
    fast = faiss.IndexIVFPQFastScan(index)
    fast.referenced_objects = [around]  # type: ignore[attr-defined] # FAISS does not keep it
    return fast


def _set_levels(quantizer: faiss.ProductQuantizer, dimension: int) -> None:
    """Have a quantizer take codes for what ``sketch`` makes: two coordinates in four bits."""
    pairs = np.array([(LEVELS[code & 3], LEVELS[code >> 2]) for code in range(16)])
    table = np.tile(pairs / np.sqrt(dimension), (quantizer.M, 1, 1)).astype(np.float32)
    faiss.copy_array_to_vector(table.reshape(-1), quantizer.centroids)
