"""The records in a file and in PostgreSQL: a test that asks for ``url``, or what is made of it, runs on both."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from ipqa.records.database import Database
from tests.postgres import PostgresqlFolder

Opened = Callable[[], Database]
Queried = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture(scope="session")
def shared_database(postgresql: PostgresqlFolder) -> str:
    """The name of a database of which each test finds the records empty."""
    postgresql.administer("CREATE DATABASE records")
    with closing(Database(postgresql.url("records"))) as database, database.reading():
        return "records"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of records that hold nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/索引/records.sqlite3"
    server: PostgresqlFolder = request.getfixturevalue("postgresql")
    shared: str = request.getfixturevalue("shared_database")
    server.empty(shared)
    return server.url(shared)


@pytest.fixture
def opened(url: str) -> Iterator[Opened]:
    """Opens the records anew, as another process would."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(Database(url)))


@pytest.fixture
def database(opened: Opened) -> Database:
    """The records."""
    return opened()


@pytest.fixture
def queried(database: Database, url: str) -> Iterator[Queried]:
    """Carries a statement out in the records, past ipqa, and gives the rows that it returns."""
    with database.reading():
        engine = create_engine(url.replace("postgresql:", "postgresql+pg8000:"))

    def query(statement: str) -> list[tuple[object, ...]]:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []

    yield query
    engine.dispose()
