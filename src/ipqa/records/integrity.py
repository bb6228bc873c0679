"""Whether the file of records is a whole database, by SQLite's own check."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ipqa.errors import RecordsDamaged

_WAIT = 5.0
"""Seconds that the check waits for others to finish writing."""


def require_whole(path: Path) -> None:
    """Check a file of records, which is only read.

    Raises:
        RecordsDamaged: SQLite finds a fault in it.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_WAIT)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
    except sqlite3.Error as error:
        raise RecordsDamaged(path=path, reason=str(error)) from error
    if found != ["ok"]:
        raise RecordsDamaged(path=path, reason="; ".join(" ".join(str(f).split()) for f in found))
