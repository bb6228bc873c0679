"""Both legs of a generation as Milvus searches them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ipqa.embedding import Vectors
from ipqa.index.dense import Found, MappedVectors, Numbers, best_of
from ipqa.index.milvus.collections import Collections, Kind
from ipqa.index.milvus.terms import Vocabulary, asked


def starts_of(counts: Sequence[int]) -> NDArray[np.int64]:
    """Where each report begins, from how much each has; and the end."""
    return np.cumsum([0, *counts], dtype=np.int64)


def _reports_in(ranges: Sequence[range], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The reports that some ranges are of."""
    firsts = [part.start for part in ranges if part]
    return np.asarray(np.searchsorted(starts, firsts, side="right") - 1, dtype=np.int64)


class MilvusDense:
    """The sentences of a collection, or those of some of its reports as if there were no others.

    Milvus proposes rows, by whatever index it has; which of them are nearest is told by the vectors themselves.
    """

    def __init__(
        self,
        collections: Collections,
        name: str,
        kind: Kind,
        vectors: Sequence[Vectors],
        places: NDArray[np.int64] | None = None,
    ) -> None:
        """Take a collection that is ready to be searched.

        Args:
            collections: where it is.
            name: of it.
            kind: how it is laid out.
            vectors: of each report, which stay in their readings until they are wanted.
            places: where in the collection the report stands that each of ``vectors`` is of, and the reports'
                numbers there: two rows; all of them in their order where not given.
        """
        self._collections = collections
        self._name = name
        self._kind = kind
        self._vectors = MappedVectors(vectors)
        self._starts = starts_of([len(part) for part in vectors])
        self._places = places

    def part(self, rows: Sequence[range], vectors: Sequence[Vectors]) -> "MilvusDense":
        """Some reports alone, given by their rows and vectors."""
        firsts = [part.start for part in rows]
        numbers = np.searchsorted(self._starts, firsts, side="right") - 1
        places = np.array([firsts, numbers], dtype=np.int64)
        return MilvusDense(self._collections, self._name, self._kind, vectors, places)

    def __len__(self) -> int:
        return len(self._vectors)

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
        """The nearest rows with their cosine, best first, equal ones by row; as ``Dense``.

        Raises:
            IndexUnreachable: Milvus cannot be asked.
        """
        reports = None if allowed is None else _reports_in(allowed, self._starts)
        if reports is not None and not len(reports):
            return []
        wanted = self._numbers(reports)
        most = max(depth, self._kind.compared)
        found, _ = self._collections.search(self._name, self._kind, query, most, wanted)
        rows = self._own(found)
        return best_of(rows, self.products(query, rows), depth)

    def _numbers(self, reports: NDArray[np.int64] | None) -> list[int] | None:
        """The numbers of reports in the collection; None for all that it has."""
        if self._places is None:
            return None if reports is None else list(map(int, reports))
        chosen = self._places[1] if reports is None else self._places[1][reports]
        return list(map(int, chosen))

    def _own(self, found: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of the collection as rows of these reports."""
        if self._places is None:
            return found
        firsts = self._places[0]
        report = np.searchsorted(firsts, found, side="right") - 1
        rows: NDArray[np.int64] = found - firsts[report] + self._starts[report]
        return rows


class MilvusLexical:
    """The passages of a collection, whose words are weighed by BM25."""

    def __init__(
        self,
        collections: Collections,
        name: str,
        kind: Kind,
        vocabulary: Vocabulary,
        passages: Sequence[int],
    ) -> None:
        """Take a collection that is ready to be searched, its words, and how many passages each report has."""
        self._collections = collections
        self._name = name
        self._kind = kind
        self._vocabulary = vocabulary
        self._starts = starts_of(passages)

    def __len__(self) -> int:
        return int(self._starts[-1])

    def best(
        self, words: Sequence[str], depth: int, allowed: Sequence[range] | None = None
    ) -> Found:
        """The passages with the highest scores for the words of a question; as ``Lexical``.

        Raises:
            IndexUnreachable: Milvus cannot be asked.
        """
        vector = asked(self._vocabulary, words)
        reports = None if allowed is None else _reports_in(allowed, self._starts).tolist()
        if not vector or reports == []:
            return []
        found = self._collections.search(self._name, self._kind, vector, depth, reports)
        return best_of(*found, depth)

    def passages_with(self, word: str) -> int:
        """In how many passages a word occurs."""
        place = self._vocabulary.place(word)
        return 0 if place is None else int(self._vocabulary.found[place])
