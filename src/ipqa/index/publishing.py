"""Readings put together to a generation, and put in force once what they say is found in it."""

import logging
from collections.abc import Sequence
from pathlib import Path

from ipqa import __version__
from ipqa.embedding import EmbeddingModel
from ipqa.errors import CanaryFailed, IndexProblem
from ipqa.index.canaries import require_canaries
from ipqa.index.generations import Manifest, ReportRecord
from ipqa.index.legs import Engine
from ipqa.index.library import Library
from ipqa.index.readings import Readings, Recipe
from ipqa.index.store import (
    clear_away,
    kept_reports,
    open_generation,
    open_index,
    read_manifest,
    write_generation,
)

_log = logging.getLogger(__name__)


def publish(
    folder: Path,
    model: EmbeddingModel,
    recipe: Recipe,
    records: Sequence[ReportRecord],
    engine: Engine,
) -> tuple[Manifest, bool]:
    """Put the reports in force, unless they are already, and clear away what no generation needs.

    To be called by the one writer.

    Args:
        folder: of the index.
        model: what the sentences are embedded with.
        recipe: how the readings were made.
        records: the reports.
        engine: what is to search them.

    Returns:
        What is in force now, and whether it had to be made.

    Raises:
        CanaryFailed: what a report says is not found in the new generation; the one in force stays.
        OSError, RuntimeError: the folder cannot be written; the one in force stays, too.
    """
    current = _in_force(folder, model, recipe, records, engine)
    try:
        manifest = current or _written(folder, model, recipe, records, engine)
        _clear_away(folder)
    finally:
        engine.clear_away(folder)
    return manifest, current is None


def _clear_away(folder: Path) -> None:
    """Remove what no generation needs; a change that is in force does not fail where that cannot be done."""
    try:
        clear_away(folder)
        kept = kept_reports(folder)
        Readings(folder).keep_only(record.reading for record in kept)
        Library(folder).keep_only(record.digest for record in kept if record.added)
    except OSError as error:
        _log.warning("%s: what is left over goes with the next change (%s)", folder, error)


def _in_force(
    folder: Path,
    model: EmbeddingModel,
    recipe: Recipe,
    records: Sequence[ReportRecord],
    engine: Engine,
) -> Manifest | None:
    """The manifest in force, if it names just these reports made this way and the index is whole."""
    try:
        manifest = read_manifest(folder)
        if manifest.recipe != recipe or manifest.reports != tuple(records):
            return None
        index = open_index(folder, engine)
        require_canaries(folder, index, model)
    except IndexProblem:
        return None
    return index.manifest


def _written(
    folder: Path,
    model: EmbeddingModel,
    recipe: Recipe,
    records: Sequence[ReportRecord],
    engine: Engine,
) -> Manifest:
    """A new generation, in force once what its reports say is found in it.

    The reading of a report that fails is dropped, so that the next build makes it anew.
    """

    def approve(name: str) -> None:
        require_canaries(folder, open_generation(folder, name, engine), model)

    try:
        return write_generation(folder, records, recipe, __version__, approve, engine)
    except CanaryFailed as error:
        needed = {record.reading for record in kept_reports(folder)}
        for record in records:
            if record.id == error.details["report"] and record.reading not in needed:
                Readings(folder).drop(record.reading)
        raise
