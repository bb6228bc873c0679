"""The file that records are kept in: its tables, and transactions in it.

Each transaction opens a connection of its own and closes it: threads and processes share nothing but
the file, and SQLite's locks order them. What was written is on the disk when the transaction ends. The
tables are those of any SQL database; what is SQLite's own stands in the two listeners at the end.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    URL,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    NullPool,
    Table,
    Text,
    create_engine,
    event,
    false,
    inspect,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ipqa.errors import RecordsUnavailable

_WAIT = 10.0
"""Seconds that a transaction waits for others to finish writing."""

_TABLES = MetaData()

FEEDBACK = Table(
    "feedback",
    _TABLES,
    Column("id", Integer, primary_key=True),
    Column("created", Text, nullable=False),
    Column("reviewed", Boolean, nullable=False, server_default=false()),
    Column("content", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""What people say about answers; ``content`` is the JSON of a ``Feedback``."""

CONVERSATIONS = Table(
    "conversations",
    _TABLES,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("updated", Text, nullable=False),
    Column("folded", Text, nullable=False),
)
"""Conversations; ``folded`` is the title as it is searched."""

TURNS = Table(
    "turns",
    _TABLES,
    Column("conversation", ForeignKey(CONVERSATIONS.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("folded", Text, nullable=False),
)
"""The turns of conversations, which count from 0 without a gap; ``content`` is the JSON of a
``KeptTurn``, ``folded`` its question and the text of its answer as they are searched."""

OWNERS = Table(
    "conversation_owners",
    _TABLES,
    Column("conversation", ForeignKey(CONVERSATIONS.c.id, ondelete="CASCADE"), primary_key=True),
    Column("owner", Text, nullable=False),
)
"""The name of the key that a conversation was made with; those made without one are not here. Beside
``CONVERSATIONS`` rather than in it, so that a file of an earlier version needs no column added."""

KEYS = Table(
    "api_keys",
    _TABLES,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("reports", Text),
    Column("digest", Text, nullable=False, unique=True),
    Column("created", Text, nullable=False),
)
"""API keys; ``digest`` is the SHA-256 of the key, ``reports`` a JSON list of ids, NULL for all."""


class Database:
    """The records in a file, which is made on first use; safe to share between threads.

    Args:
        path: the SQLite file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = create_engine(
            URL.create("sqlite", database=str(path)),
            poolclass=NullPool,
            connect_args={"timeout": _WAIT},
            hide_parameters=True,  # what people wrote does not belong in a log
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees the records as they are at one moment.

        Raises:
            RecordsUnavailable: the file cannot be used.
        """
        with self._opened() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that no other writes in, kept whole or not at all.

        Raises:
            RecordsUnavailable: the file cannot be used.
        """
        with self._opened() as connection, connection.execution_options(writes=True).begin():
            yield connection

    def unreadable(self, row: str) -> RecordsUnavailable:
        """The error for a row whose content this version cannot read; it stays as it is."""
        return RecordsUnavailable(path=self.path, reason=f"{row} is broken")

    @contextmanager
    def _opened(self) -> Iterator[Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._engine.connect() as connection:
                _make_missing_tables(connection)
                yield connection
        except (OSError, SQLAlchemyError) as error:
            # SQLAlchemy's own words hold the statement and an address; the driver's say what is wrong
            reason = error.orig if isinstance(error, DBAPIError) else error
            raise RecordsUnavailable(path=self.path, reason=str(reason)) from error


def _make_missing_tables(connection: Connection) -> None:
    """Make the tables of a new file, and of one that was taken away while the server runs."""
    with connection.begin():
        missing = _TABLES.tables.keys() - set(inspect(connection).get_table_names())
    if missing:
        with connection.engine.execution_options(writes=True).begin() as maker:
            _TABLES.create_all(maker)


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
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
