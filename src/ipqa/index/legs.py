"""What an index is searched by, and the seam to what searches it.

Of a generation, the texts and what is learnt of them always stand in the folder of the index. What an
engine keeps are the two legs that find them: the vectors of its sentences and the words of its passages,
both by their numbers in the generation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from ipqa.embedding import Vectors
from ipqa.index.dense import Found
from ipqa.index.generations import ReportRecord
from ipqa.index.held import HeldReading
from ipqa.index.readings import Recipe

EXACT = 65_536
"""Sentences of an index up to which all are compared with a question."""


class Dense(Protocol):
    """The dense leg: the vectors of sentences, which are its rows."""

    def __len__(self) -> int: ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def rows(self, numbers: Sequence[int]) -> Vectors:
        """The vectors in some rows, in their order."""
        ...

    def products(self, query: NDArray[np.float32], rows: Sequence[int]) -> NDArray[np.float32]:
        """The products of a query with some rows, in their order."""
        ...

    def search(
        self, query: NDArray[np.float32], depth: int, allowed: Sequence[range] | None = None
    ) -> Found:
        """The nearest rows with their cosine, best first, equal ones by row.

        Args:
            query: one vector.
            depth: how many rows at the most.
            allowed: only the rows in these ranges, each those of one report, where given; the filter
                works inside the search.
        """
        ...


class Lexical(Protocol):
    """The lexical leg: BM25 over the words of passages."""

    def __len__(self) -> int: ...

    def best(
        self, words: Sequence[str], depth: int, allowed: Sequence[range] | None = None
    ) -> Found:
        """The passages with the highest scores for the words of a question, equal ones by number.

        Args:
            words: of the question; one that is given twice counts twice.
            depth: how many passages at the most; those that hold no word are never among them.
            allowed: only passages in these ranges, each those of one report, where given.
        """
        ...

    def passages_with(self, word: str) -> int:
        """In how many passages a word occurs."""
        ...


@dataclass(frozen=True)
class Legs:
    """Both legs of a generation."""

    dense: Dense
    lexical: Lexical


class Engine(Protocol):
    """What keeps the legs of generations and searches them.

    Attributes:
        mark: a file that each generation of this engine has, and none of another.
    """

    mark: ClassVar[str]

    def write(
        self,
        target: Path,
        folder: Path,
        reports: Sequence[ReportRecord],
        recipe: Recipe,
    ) -> None:
        """Write the legs of a generation.

        Args:
            target: the folder of its draft, for what is opened from files.
            folder: of the index.
            reports: whose readings are put together.
            recipe: how these were made.

        Raises:
            OSError, RuntimeError: a file cannot be written.
            IndexUnreachable: the engine cannot be asked.
        """
        ...

    def read(self, source: Path, held: Sequence[HeldReading], *, whole: bool) -> Legs:
        """Open the legs of a generation.

        Args:
            source: its folder.
            held: its reports.
            whole: whether to read files into memory, rather than where they are looked into.

        Raises:
            OSError, ValueError, RuntimeError: a file is missing, or not what was written.
            IndexProblem: the engine cannot be asked, has lost the generation, or never had it.
        """
        ...

    def part(
        self, source: Path, dense: Dense, rows: Sequence[range], held: Sequence[HeldReading]
    ) -> Dense:
        """The dense leg of some reports of a generation, as it would be without the others.

        Args:
            source: the folder of the generation.
            dense: its dense leg.
            rows: of each of the reports.
            held: these reports.

        Raises:
            OSError, ValueError: a file is gone.
        """
        ...

    def put_in_force(self, source: Path) -> None:
        """Be told which generation is about to be in force.

        Raises:
            IndexUnreachable: the engine cannot be asked.
        """
        ...

    def clear_away(self, folder: Path) -> None:
        """Forget every generation of an index that is no longer in its folder."""
        ...

    def require_reachable(self) -> None:
        """Raise where questions cannot be answered now for want of the engine.

        Raises:
            IndexUnreachable: it cannot be asked.
        """
        ...
