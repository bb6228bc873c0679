"""Records in a file: SQLite, set up for the disk and for several processes at once.

Each transaction opens a connection of its own and closes it: threads and processes share nothing but the file, and
SQLite's locks order them.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, Table, create_engine, event

from ipqa.errors import RecordsDamaged, RecordsUnavailable

_WAIT = 10.0
"""Seconds that a transaction waits for others to finish writing."""


class SqliteFile:
    """A file of records, which is made on first use.

    Args:
        url: ``sqlite:///`` and the path, to the letter.
    """

    def __init__(self, url: str) -> None:
        self._path = Path(url.removeprefix("sqlite:///"))
        self.place = str(self._path)
        self.engine = create_engine(
            URL.create("sqlite", database=self.place),
            poolclass=NullPool,
            connect_args={"timeout": _WAIT},
            execution_options={"writes": False},
            hide_parameters=True,  # what people wrote does not belong in a log
        )
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)

    def is_there(self) -> bool:
        """Whether the file was made yet."""
        return self._path.exists()

    def make_room(self) -> None:
        """Make the folder that the file lies in."""
        self._path.parent.mkdir(parents=True, exist_ok=True)

    def lock_schema(self, connection: Connection) -> None:
        """Nothing more: no two transactions write in a file at once."""

    def count_on(self, connection: Connection, table: Table) -> None:
        """Nothing: SQLite goes by the rows that are there."""

    def require_whole(self) -> None:
        """Check the file, which is only read.

        Raises:
            RecordsDamaged: SQLite finds a fault in it.
        """
        address = f"{self._path.absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=_WAIT)) as connection:
                found = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
        except sqlite3.Error as error:
            raise RecordsDamaged(path=self.place, reason=str(error)) from error
        if found != ["ok"]:
            reason = "; ".join(" ".join(str(fault).split()) for fault in found)
            raise RecordsDamaged(path=self.place, reason=reason)

    def unavailable(self, error: Exception) -> RecordsUnavailable:
        """The error for a fault of the file, or of the way to it."""
        return RecordsUnavailable(path=self.place, reason=str(error))


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    """Set a new connection up for the disk, for foreign keys and for transactions by ``_begin``."""
    connection.isolation_level = None
    try:
        # the write-ahead log lets readers read while others write
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        # on first use another connection may be switching to it, for which SQLite does not wait;
        # the file is as safe either way, and what follows waits its turn
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    """Begin a transaction; one that writes waits here, as SQLite refuses a reader that turns writer."""
    writes = connection.get_execution_options()["writes"]
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
