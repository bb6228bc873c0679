"""Records in PostgreSQL, for several servers on several machines; through pg8000, which is optional.

Connections are kept and shared by the threads of a process. One that has gone (the database was restarted, or is
another machine's now) is found out before it is used, so that nothing needs a restart here.
"""

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import pg8000
from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Table,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DisconnectionError

from ipqa.errors import BadSetting, DatabaseUnavailable

_CONNECTIONS = 10
"""So many connections are held at most, by each process."""

_CONNECTING = 3.0
"""Seconds that a connection may take to come about."""

_WAIT = 10.0
"""Seconds that a statement may take, locks of others included, and that a thread waits for a connection."""

_SILENCE = 15.0
"""Seconds after which a database that says nothing at all is given up: longer than a statement may take."""

_AGAIN = 1.0
"""Seconds until a database that could not be reached is tried again; meanwhile nobody is kept waiting for it."""

_SCHEMA_LOCK = 0x69707161
"""Names the lock under which tables are changed, among all advisory locks of the database."""

_PORT = 5432


class PostgresqlServer:
    """A PostgreSQL database of its own, in UTF-8, in which the tables are made on first use.

    Args:
        url: ``postgresql://USER:PASSWORD@HOST:PORT/DATABASE``, with ``?sslmode=`` where wanted.

    Raises:
        BadSetting: that is not how the address is made up.
    """

    def __init__(self, url: str) -> None:
        given = _parsed(url)
        self._address = (str(given.host), given.port or _PORT)
        self.place = f"{given.host}:{self._address[1]}/{given.database}"
        self.engine = create_engine(
            given.set(drivername="postgresql+pg8000", query={}),
            connect_args={
                "application_name": "ipqa",
                "ssl_context": _encryption(given.query),
                "startup_params": {
                    "statement_timeout": f"{_WAIT:.0f}s",
                    # of a machine that fell: what it had locked is let go
                    "idle_in_transaction_session_timeout": f"{_SILENCE:.0f}s",
                },
            },
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=_WAIT,
            execution_options={"writes": False},
            hide_parameters=True,  # what people wrote does not belong in a log
        )
        self._again = float("-inf")
        self._fault = ""
        event.listen(self.engine, "do_connect", self._connected)
        event.listen(self.engine, "checkout", _require_alive)
        event.listen(self.engine, "begin", _begin)

    def is_there(self) -> bool:
        """Always: whoever names a database has made it."""
        return True

    def make_room(self) -> None:
        """Nothing: the database is there."""

    def lock_schema(self, connection: Connection) -> None:
        """Let no other server change the tables until the transaction of the connection ends."""
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})")

    def count_on(self, connection: Connection, table: Table) -> None:
        """Let what is added to a table next come after rows that were put in with their numbers."""
        column = table.autoincrement_column
        if column is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            connection.execute(
                select(func.setval(sequence, func.max(column))).having(func.count() > 0)
            )

    def require_whole(self) -> None:
        """Nothing: PostgreSQL sees to that itself."""

    def unavailable(self, error: Exception) -> DatabaseUnavailable:
        """The error for a fault of the database, or of the way to it."""
        return DatabaseUnavailable(place=self.place, reason=_reason(error))

    def _connected(
        self, _: Dialect, __: object, ___: object, named: dict[str, Any]
    ) -> pg8000.Connection:
        """A new connection; where there was none to be had a moment ago, no more is tried."""
        if time.monotonic() < self._again:
            raise pg8000.InterfaceError(self._fault)
        try:
            with ExitStack() as undone:
                way = undone.enter_context(socket.create_connection(self._address, _CONNECTING))
                way.settimeout(_SILENCE)
                connection = pg8000.Connection(**named, sock=way)
                undone.pop_all()
        except (OSError, pg8000.Error) as error:
            self._again = time.monotonic() + _AGAIN
            self._fault = _reason(error)
            raise
        encoding = connection.parameter_statuses["server_encoding"]
        if encoding != "UTF8":
            connection.close()
            raise pg8000.InterfaceError(f"the database is in {encoding}, not in UTF8")
        return connection


def _parsed(url: str) -> URL:
    try:
        given = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise _bad("it is no address of a database") from error
    if not (given.username and given.host and given.database):
        raise _bad("user, host and database are needed")
    return given


def _encryption(query: Mapping[str, Any]) -> ssl.SSLContext | bool | None:
    """How the way to the database is encrypted, as pg8000 has it; the names are PostgreSQL's own."""
    given = dict(query)
    mode, authorities = given.pop("sslmode", "prefer"), given.pop("sslrootcert", None)
    if given:
        raise _bad(f"{', '.join(given)} is unknown: only sslmode and sslrootcert may follow")
    if mode == "verify-full":
        try:
            return ssl.create_default_context(cafile=authorities)
        except OSError as error:
            raise _bad(f"sslrootcert cannot be read: {error}") from error
    modes = {"disable": False, "prefer": None, "require": True}
    if mode not in modes or authorities is not None:
        raise _bad("sslmode is disable, prefer, require or verify-full, the last with sslrootcert")
    return modes[mode]


def _bad(reason: str) -> BadSetting:
    return BadSetting(names="IPQA_DATABASE_URL", reason=reason)


def _require_alive(connection: pg8000.Connection, _: object, __: object) -> None:
    """Have a connection that is gone replaced; SQLAlchemy's own way knows some of the signs only."""
    try:
        connection.autocommit = True  # a transaction is still to begin
        connection.cursor().execute("SELECT 1")
        connection.autocommit = False
    except (OSError, pg8000.Error) as error:
        raise DisconnectionError from error


def _begin(connection: Connection) -> None:
    """Let a transaction that reads see the records as they are at one moment."""
    if not connection.get_execution_options()["writes"]:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _reason(error: BaseException) -> str:
    """What is wrong, in the words of the system or of PostgreSQL, without what stands in its rows."""
    while error.__cause__ is not None:
        error = error.__cause__
    told = error.args[0] if error.args else None
    return str(told["M"] if isinstance(told, dict) else error)
