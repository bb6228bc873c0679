"""What records are kept in, a file or a PostgreSQL database, and transactions in it.

What was written is on the disk when its transaction ends. The tables and statements are those of any SQL database;
what is SQLite's or PostgreSQL's own stands in the modules of these names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, Self

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ipqa.errors import ExtraMissing, RecordsUnavailable, RecordUnreadable
from ipqa.records.schema import LAYOUT, bring_up_to_date, layout_of
from ipqa.settings import Settings

_CHECKED = "layout"
"""Where a connection remembers which version of the tables it was found to lead to."""


class _Kind(Protocol):
    """A kind of database: what is its own."""

    place: str
    engine: Engine
    """Its transactions only read, unless the connection's execution option ``writes`` is set."""

    def is_there(self) -> bool:
        """Whether anything can have been kept yet."""

    def make_room(self) -> None:
        """Do what has to be done before it can be connected to."""

    def lock_schema(self, connection: Connection) -> None:
        """Let no other transaction change the tables until the one of the connection ends."""

    def count_on(self, connection: Connection, table: Table) -> None:
        """Let what is added to a table next come after rows that were put in with their numbers."""

    def require_whole(self) -> None:
        """Raise `RecordsUnavailable` where it is found to be damaged."""

    def unavailable(self, error: Exception) -> RecordsUnavailable:
        """The error to be told for one of the driver."""


class Database:
    """The records at an address; safe to share between threads.

    Args:
        url: as ``IPQA_DATABASE_URL``.

    Raises:
        BadSetting: the address cannot be used.
        ExtraMissing: it is one of PostgreSQL, and the driver is not installed.
    """

    def __init__(self, url: str) -> None:
        self._kind = _kind_of(url)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The records that the settings name; raises as the class does."""
        return cls(settings.database_url.get_secret_value())

    @property
    def place(self) -> str:
        """What people know it by: the file, or host and name of the database, without user and password."""
        return self._kind.place

    def is_there(self) -> bool:
        """Whether anything can have been kept yet: a file is made on first use."""
        return self._kind.is_there()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees the records as they are at one moment.

        Raises:
            RecordsUnavailable: they cannot be used.
        """
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is kept whole or not at all; what it changes no other changes meanwhile.

        Raises:
            RecordsUnavailable: they cannot be used.
        """
        with self._transaction(writes=True) as connection:
            yield connection

    def examine(self) -> bool:
        """Whether records are there; nothing is made or changed by this.

        Raises:
            RecordsUnavailable: they cannot be used, or are damaged.
        """
        if not self._kind.is_there():
            return False
        self._kind.require_whole()
        with self._told(), self._kind.engine.connect() as connection, connection.begin():
            return layout_of(connection, self.place) is not None

    def count_on(self, connection: Connection, table: Table) -> None:
        """Let what is added to a table next come after rows that were put in with their numbers."""
        self._kind.count_on(connection, table)

    def unreadable(self, record: str) -> RecordUnreadable:
        """The error for a record whose content this version cannot read; it stays as it is."""
        return RecordUnreadable(place=self.place, record=f"{record} is broken")

    def close(self) -> None:
        """Give up the connections that are held; a transaction after this opens new ones."""
        self._kind.engine.dispose()

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        with self._told():
            self._kind.make_room()
            with self._kind.engine.connect() as connection:
                self._require_layout(connection)
                with connection.execution_options(writes=writes).begin():
                    yield connection

    def _require_layout(self, connection: Connection) -> None:
        """Bring the tables up to this version, unless this connection has seen that they are.

        A file that is taken away while a server runs is so made anew, and a backup of an earlier version that is
        restored under one is brought up.
        """
        if connection.info.get(_CHECKED) == LAYOUT:
            return
        with connection.begin():
            found = layout_of(connection, self.place)
        if found != LAYOUT:
            with connection.execution_options(writes=True).begin():
                self._kind.lock_schema(connection)
                if layout_of(connection, self.place) != LAYOUT:  # nobody else has meanwhile
                    bring_up_to_date(connection)
        connection.info[_CHECKED] = LAYOUT

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what goes wrong in the words of the driver: SQLAlchemy's hold the statement and an address."""
        try:
            yield
        except DBAPIError as error:
            raise self._kind.unavailable(
                error.orig if isinstance(error.orig, Exception) else error
            ) from error
        except (OSError, SQLAlchemyError) as error:
            raise self._kind.unavailable(error) from error


def _kind_of(url: str) -> _Kind:
    if url.startswith("sqlite:"):
        from ipqa.records.sqlite import SqliteFile  # noqa: PLC0415

        return SqliteFile(url)
    try:
        from ipqa.records.postgresql import PostgresqlServer  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise ExtraMissing(packages="pg8000", extra="postgres") from error
    return PostgresqlServer(url)
