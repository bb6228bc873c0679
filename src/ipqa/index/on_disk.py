"""The engine that needs no other program: FAISS and BM25 in the folder of each generation.

    dense/vectors.faiss     vectors of the sentences, all of which a question is compared with
    dense/sketches.faiss    or, of a large index, their sketches by cell (see ``cells``)
    dense/centres.npy       what the cells lie around
    dense/cells.npy         the cell of each sentence
    lexical/                the scores of words (see ``lexical``)

A large index takes the centres and cells over from the one in force before it, so that only what is new has to
be sorted, unless it has outgrown them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ipqa.embedding import Vectors
from ipqa.errors import IndexProblem
from ipqa.index.arrays import mapped, write_array
from ipqa.index.cells import CellIndex, cells_for, centres_of, nearest_centres, packed
from ipqa.index.dense import DenseIndex, write_faiss
from ipqa.index.generations import (
    ReportRecord,
    generation_folder,
    manifest_in_force,
    read_pointer,
)
from ipqa.index.held import HeldReading
from ipqa.index.legs import EXACT, Dense, Legs
from ipqa.index.lexical import LexicalIndex
from ipqa.index.readings import Readings, Recipe

VECTORS_FILE = "dense/vectors.faiss"
"""Which file of a generation a small index has in the place of those of a large one."""

Cells = NDArray[np.int32]

_DENSE = "dense"
_LEXICAL = "lexical"
_SKETCHES = "sketches.faiss"
_CENTRES = "centres.npy"
_CELLS = "cells.npy"


@dataclass(frozen=True)
class OnDisk:
    """Keeps both legs as files of the generation, and searches them in this process.

    Attributes:
        exact: up to so many sentences, a question is compared with all of them.
    """

    mark: ClassVar[str] = f"{_LEXICAL}/scores.npy"

    exact: int = EXACT

    def write(
        self,
        target: Path,
        folder: Path,
        reports: Sequence[ReportRecord],
        recipe: Recipe,
    ) -> None:
        """Write both legs; as ``Engine``."""
        readings = Readings(folder)
        words = ((readings.words(r.reading), r.passages) for r in reports)
        LexicalIndex.of(words).save(target / _LEXICAL)
        _write_dense(target / _DENSE, folder, reports, recipe, self.exact)

    def read(self, source: Path, held: Sequence[HeldReading], *, whole: bool) -> Legs:
        """Open both legs; as ``Engine``."""
        dense: Dense
        if (source / VECTORS_FILE).exists():
            dense = DenseIndex.load(source / VECTORS_FILE)
        else:
            vectors = [reading.vectors() for reading in held]
            dense = CellIndex.load(source / _DENSE / _SKETCHES, vectors)
        return Legs(dense, LexicalIndex.load(source / _LEXICAL, whole=whole))

    def part(
        self, source: Path, dense: Dense, rows: Sequence[range], held: Sequence[HeldReading]
    ) -> Dense:
        """Some reports alone; of a large part the centres are those of the whole. As ``Engine``."""
        if sum(map(len, rows)) <= self.exact or isinstance(dense, DenseIndex):
            return DenseIndex.of(dense.dimension, (dense.rows(part) for part in rows))
        cells = mapped(source / _DENSE / _CELLS)
        readings = Readings(source.parents[1])
        index = packed(
            mapped(source / _DENSE / _CENTRES),
            np.concatenate([cells[part.start : part.stop] for part in rows]),
            (readings.sketches(reading.record.reading) for reading in held),
        )
        return CellIndex(index, [reading.vectors() for reading in held])

    def put_in_force(self, source: Path) -> None:
        """Do nothing: all is in the folder."""

    def clear_away(self, folder: Path) -> None:
        """Do nothing: all is in the folder."""

    def require_reachable(self) -> None:
        """Do nothing: all is in the folder."""


ON_DISK = OnDisk()


def _write_dense(
    target: Path, folder: Path, reports: Sequence[ReportRecord], recipe: Recipe, exact: int
) -> None:
    target.mkdir()
    readings = Readings(folder)
    vectors = [readings.vectors(record.reading) for record in reports]
    if sum(map(len, vectors)) <= exact:
        DenseIndex.of(recipe.dimension, vectors).save(target.parent / VECTORS_FILE)
        return
    centres, known = _taken_over(folder, recipe, reports)
    if centres is None:
        centres = centres_of(vectors)
    cells = np.concatenate(
        [
            known[record.reading] if record.reading in known else nearest_centres(part, centres)
            for record, part in zip(reports, vectors, strict=True)
        ]
    )
    sketches = (readings.sketches(record.reading) for record in reports)
    write_faiss(packed(centres, cells, sketches), target / _SKETCHES)
    write_array(target / _CENTRES, centres)
    write_array(target / _CELLS, cells)


def _taken_over(
    folder: Path, recipe: Recipe, reports: Sequence[ReportRecord]
) -> tuple[Vectors | None, dict[str, Cells]]:
    """The centres of the generation in force, and the cells of its readings; none where they do not fit."""
    try:
        pointer = read_pointer(folder)
        before = manifest_in_force(folder, pointer)
        source = generation_folder(folder, pointer.name) / _DENSE
        centres, cells = mapped(source / _CENTRES), mapped(source / _CELLS)
    except (IndexProblem, OSError, ValueError):
        return None, {}
    kept = {record.reading for record in before.reports} & {record.reading for record in reports}
    same = sum(record.sentences for record in reports if record.reading in kept)
    total = sum(record.sentences for record in reports)
    if before.recipe != recipe or cells_for(total) != len(centres) or 2 * same < total:
        return None, {}
    found: dict[str, Cells] = {}
    first = 0
    for record in before.reports:
        found[record.reading] = cells[first : first + record.sentences]
        first += record.sentences
    return centres, found
