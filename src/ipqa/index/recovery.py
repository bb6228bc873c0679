"""Which reports an index held, also where it is too damaged to say so itself.

What was added exists nowhere else for certain, so a build that mends an index must not lose it: where the
manifest in force cannot be read, the newest that can tells, and the library holds what that does not know.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ipqa.errors import IndexDamaged, IndexMissing
from ipqa.index.generations import ReportSource, generation_names, sources_in_force, sources_of
from ipqa.index.library import Entry, Library


def reports_before(folder: Path) -> tuple[Sequence[ReportSource], list[Entry]]:
    """The reports of the index in force, and the copies of those that were added; none where there is none.

    From a damaged index a report may come back that was removed by the last change.

    Raises:
        IndexTooNew: a later version of ipqa wrote the index, which is not this one's to change.
    """
    library = Library(folder)
    records: Sequence[ReportSource]
    nameless: list[Entry] = []
    try:
        records = sources_in_force(folder)
    except (IndexMissing, IndexDamaged):
        records = _newest_readable(folder)
        nameless = library.nameless(records)
    return records, [*(library.entry(record) for record in records if record.added), *nameless]


def _newest_readable(folder: Path) -> Sequence[ReportSource]:
    for name in reversed(generation_names(folder)):
        with suppress(IndexDamaged):
            return sources_of(folder, name)
    return ()
