"""Records from one database to another, such as from the file that was used so far to PostgreSQL."""

from sqlalchemy import exists, insert, select

from ipqa.errors import RecordsMissing, RecordsNotEmpty
from ipqa.records.database import Database
from ipqa.records.tables import JOBS, TABLES

_AT_ONCE = 500
"""So many rows are handed over in one statement."""

_COPIED = [table for table in TABLES.sorted_tables if table is not JOBS]
"""All but jobs, which are of servers that have the index open now."""


def copy_records(source: Database, target: Database) -> dict[str, int]:
    """Copy all conversations, feedback and keys, whole or not at all, and say how many rows of each table.

    The source is left as it is, but for its tables, which become those of this version.

    Raises:
        RecordsMissing: there are none in the source.
        RecordsNotEmpty: there are some in the target already.
        RecordsUnavailable: either cannot be used.
    """
    if not source.is_there():
        raise RecordsMissing(place=source.place)
    counts = {}
    with source.reading() as giving, target.writing() as taking:
        for table in _COPIED:
            if taking.execute(select(exists(select(table)))).scalar_one():
                raise RecordsNotEmpty(place=target.place)
        for table in _COPIED:
            rows = [dict(row) for row in giving.execute(select(table)).mappings()]
            for at in range(0, len(rows), _AT_ONCE):
                taking.execute(insert(table), rows[at : at + _AT_ONCE])
            target.count_on(taking, table)
            counts[table.name] = len(rows)
    return counts
