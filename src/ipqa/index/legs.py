"""The dense leg on disk: the vectors themselves, or, of a large index, their sketches sorted into cells.

    dense/vectors.faiss     vectors of the sentences, all of which a question is compared with
    dense/sketches.faiss    or their sketches by cell (see ``cells``)
    dense/centres.npy       what the cells lie around
    dense/cells.npy         the cell of each sentence

A large index takes the centres and cells over from the one in force before it, so that only what is new has to
be sorted, unless it has outgrown them.
"""

from collections.abc import Sequence
from pathlib import Path

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
from ipqa.index.readings import Readings, Recipe

EXACT = 65_536
"""Sentences of an index up to which all are compared with a question."""

DENSE_FOLDER = "dense"
"""Where the leg stands in the folder of a generation."""

VECTORS_FILE = "vectors.faiss"
"""Which file a small index has in the place of those of a large one."""

Dense = DenseIndex | CellIndex
Cells = NDArray[np.int32]

_SKETCHES = "sketches.faiss"
_CENTRES = "centres.npy"
_CELLS = "cells.npy"


def write_dense(
    target: Path, folder: Path, reports: Sequence[ReportRecord], recipe: Recipe, exact: int
) -> None:
    """Write the dense leg of some reports of an index into a new folder.

    Args:
        target: the new folder.
        folder: of the index.
        reports: whose readings are put together.
        recipe: how these were made.
        exact: up to so many sentences, the vectors themselves are written.
    """
    target.mkdir()
    readings = Readings(folder)
    vectors = [readings.vectors(record.reading) for record in reports]
    if sum(map(len, vectors)) <= exact:
        DenseIndex.of(recipe.dimension, vectors).save(target / VECTORS_FILE)
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


def read_dense(source: Path, held: Sequence[HeldReading]) -> Dense:
    """The dense leg of a generation.

    Raises:
        RuntimeError: a file is missing, or not what FAISS wrote.
    """
    if (source / VECTORS_FILE).exists():
        return DenseIndex.load(source / VECTORS_FILE)
    return CellIndex.load(source / _SKETCHES, [reading.vectors() for reading in held])


def part_of_dense(
    folder: Path, name: str, dense: Dense, rows: Sequence[range], held: Sequence[HeldReading]
) -> Dense:
    """The dense leg of some reports of a generation, as it would be without the others.

    A large part keeps the centres of the whole, which tell nothing of what any sentence says.

    Args:
        folder: of the index.
        name: of the generation.
        dense: its dense leg.
        rows: of each of the reports.
        held: their readings.

    Raises:
        OSError, ValueError: a file is gone.
    """
    if sum(map(len, rows)) <= EXACT or isinstance(dense, DenseIndex):
        return DenseIndex.of(dense.dimension, (dense.rows(part) for part in rows))
    source = generation_folder(folder, name) / DENSE_FOLDER
    cells = mapped(source / _CELLS)
    readings = Readings(folder)
    index = packed(
        mapped(source / _CENTRES),
        np.concatenate([cells[part.start : part.stop] for part in rows]),
        (readings.sketches(reading.record.reading) for reading in held),
    )
    return CellIndex(index, [reading.vectors() for reading in held])


def _taken_over(
    folder: Path, recipe: Recipe, reports: Sequence[ReportRecord]
) -> tuple[Vectors | None, dict[str, Cells]]:
    """The centres of the generation in force, and the cells of its readings; none where they do not fit."""
    try:
        pointer = read_pointer(folder)
        before = manifest_in_force(folder, pointer)
        source = generation_folder(folder, pointer.name) / DENSE_FOLDER
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
