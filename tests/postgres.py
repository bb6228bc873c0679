"""A real PostgreSQL server on loopback, from Debian's package, in a folder of its own."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import create_engine, text

from ipqa.records.tables import TABLES

_PROGRAMS = Path("/usr/lib/postgresql")
_USER = "postgres"
"""PostgreSQL does not run as root; Debian's package makes a user for it."""

_ACCESS = """\
local all all trust
host all guarded 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""
PASSWORD = "päss:w@rd/秘密"  # noqa: S105 - of a server of the tests
"""Of the user ``guarded``, with signs that mean something in an address."""


@dataclass(frozen=True)
class PostgresqlFolder:
    """A server that can be stopped and started; it keeps what it has, and its port.

    Attributes:
        folder: with its data, its log and its socket.
        port: on loopback.
    """

    folder: Path
    port: int

    def url(self, database: str, user: str = _USER) -> str:
        """The address of a database, for ``IPQA_DATABASE_URL``."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "fsync": "off",  # processes are killed here, not machines: what was written is kept
        }
        told = " ".join(f"-c {name}={value}" for name, value in options.items())
        self._control("start", "-w", "-l", str(self.folder / "log"), "-o", told)

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """Stop it; ``immediate`` as if it had fallen: nothing is brought in order before."""
        self._control("stop", "-w", "-m", mode)

    @contextmanager
    def stopped(self, mode: Literal["fast", "immediate"] = "fast") -> Iterator[None]:
        """It is not there for as long as this lasts."""
        self.stop(mode)
        try:
            yield
        finally:
            self.start()

    def administer(self, *statements: str, database: str = "postgres") -> None:
        """Carry out statements, each in a transaction of its own or in none."""
        url = self.url(database).replace("postgresql:", "postgresql+pg8000:")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    @contextmanager
    def new_database(self, options: str = "") -> Iterator[str]:
        """The address of a database with nothing in it, which is gone afterwards."""
        self.administer(f"CREATE DATABASE fresh TEMPLATE template0 {options}")
        try:
            yield self.url("fresh")
        finally:
            self.administer("DROP DATABASE fresh WITH (FORCE)")

    def run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL's against the server, to its end."""
        _run(program, "-h", "127.0.0.1", "-p", str(self.port), "-U", _USER, *arguments)

    def empty(self, database: str) -> None:
        """Delete all records of a database, as if there had never been any."""
        names = ", ".join(TABLES.tables)
        self.administer(f"TRUNCATE {names} RESTART IDENTITY", database=database)

    def _control(self, *arguments: str) -> None:
        _run("pg_ctl", "-D", str(self.folder / "data"), *arguments)


@contextmanager
def postgresql_server() -> Iterator[PostgresqlFolder]:
    """A new server, which runs until this ends; the test is skipped where PostgreSQL is not installed."""
    if not list(_PROGRAMS.glob("*/bin/initdb")):
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="ipqa-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _USER)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = PostgresqlFolder(folder, port)
    try:
        _run("initdb", "-D", str(folder / "data"), "-U", _USER, "-E", "UTF8", "--no-locale", "-N")
        (folder / "data" / "pg_hba.conf").write_text(_ACCESS, encoding="utf-8")
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder)


def _run(program: str, *arguments: str) -> None:
    path = max(_PROGRAMS.glob(f"*/bin/{program}"))
    as_another = ("runuser", "-u", _USER, "--") if os.geteuid() == 0 else ()
    done = subprocess.run(
        [*as_another, str(path), *arguments],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
