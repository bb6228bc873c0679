"""Some reports of an index, as if it had been built of them alone.

To search an index and leave out what one may not read would not be enough: how rare a word is, which
names the reports mention and what one thing is also called would still be learnt from all of them. A part
knows nothing of the rest.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from ipqa.index.generations import damaged, generation_folder
from ipqa.index.legs import Engine
from ipqa.index.lexical import LexicalIndex
from ipqa.index.on_disk import ON_DISK
from ipqa.index.readings import Readings
from ipqa.index.store import Index


def part_of(
    folder: Path, index: Index, reports: Collection[str], engine: Engine = ON_DISK
) -> Index:
    """Those reports of an opened index that are named; at least one of them is in it.

    Args:
        folder: of the index.
        index: the whole, as opened.
        reports: ids; those that the index does not hold are passed over.
        engine: what searches it.

    Raises:
        IndexDamaged: what a report was read as is no longer on the disk.
    """
    records = tuple(record for record in index.manifest.reports if record.id in reports)
    rows = index.contents.sentences_in(reports)
    contents = index.contents.part(reports)
    readings = Readings(folder)
    try:
        source = generation_folder(folder, index.name)
        dense = engine.part(source, index.dense, rows, contents.held)
        lexical = LexicalIndex.of((readings.words(r.reading), r.passages) for r in records)
    except (OSError, ValueError) as error:
        reason = f"cannot be read: {error}"
        raise damaged(folder, reason, "読み込めないファイルがあります") from error
    passages, sentences = contents.counts
    counts = {"reports": len(records), "passages": passages, "sentences": sentences}
    return replace(
        index,
        manifest=index.manifest.model_copy(update={"reports": records, "counts": counts}),
        contents=contents,
        dense=dense,
        lexical=lexical,
    )
