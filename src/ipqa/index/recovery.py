"""Which reports an index held, also where it is too damaged to say so itself.

What was added exists nowhere else for certain, so a build that mends an index must not lose it: where the
manifest in force cannot be read, the newest that can tells, and the library holds what that does not know.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ipqa.errors import IndexProblem
from ipqa.index.generations import ReportRecord, generation_names, manifest_of
from ipqa.index.library import Entry, Library
from ipqa.index.store import read_manifest


def reports_before(folder: Path) -> tuple[Sequence[ReportRecord], list[Entry]]:
    """The reports of the index in force, and the copies of those that were added; none where there is none.

    From a damaged index a report may come back that was removed by the last change.
    """
    library = Library(folder)
    records: Sequence[ReportRecord]
    nameless: list[Entry] = []
    try:
        records = read_manifest(folder).reports
    except IndexProblem:
        records = _newest_readable(folder)
        nameless = library.nameless(records)
    return records, [*(library.entry(record) for record in records if record.added), *nameless]


def _newest_readable(folder: Path) -> Sequence[ReportRecord]:
    for name in reversed(generation_names(folder)):
        with suppress(IndexProblem):
            return manifest_of(folder, name).reports
    return ()
