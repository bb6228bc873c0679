"""The tables of any earlier version become those of this one, whole or not at all."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from ipqa.errors import DatabaseUnavailable, RecordsTooNew, RecordsUnavailable
from ipqa.records import migrations
from ipqa.records.conversations import ConversationStore
from ipqa.records.database import Database
from ipqa.records.feedback import Feedback, FeedbackStore
from ipqa.records.keys import KeyStore
from ipqa.records.schema import LAYOUT, bring_up_to_date
from ipqa.records.tables import TABLES
from tests.postgres import PostgresqlFolder
from tests.records.conftest import Opened, Queried

SAID = Feedback(question="投資額は", answer="30億円", answered=True, helpful=True)


@pytest.fixture
def fresh(postgresql: PostgresqlFolder) -> Iterator[str]:
    """The address of a PostgreSQL database in which nothing was ever made."""
    with postgresql.new_database() as url:
        yield url


@pytest.fixture
def only_feedback(tmp_path: Path) -> Path:
    """A file of the first version, which knew feedback alone."""
    path = tmp_path / "records.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE feedback (id INTEGER PRIMARY KEY AUTOINCREMENT, created TEXT NOT NULL, "
            "reviewed INTEGER NOT NULL DEFAULT 0, content TEXT NOT NULL)"
        )
        connection.execute(
            "INSERT INTO feedback (created, content) VALUES ('2025-04-01T00:00:00+00:00', ?)",
            (SAID.model_dump_json(),),
        )
    return path


def test_the_code_reads_the_last_version_that_there_is() -> None:
    folder = Path(migrations.__path__[0])
    versions = ScriptDirectory(str(folder))
    assert versions.get_heads() == [LAYOUT]
    names = [version.revision for version in versions.walk_revisions()]
    assert names == sorted(names, reverse=True)  # which is how a later one is told


def test_what_the_versions_make_is_what_the_code_expects(database: Database) -> None:
    with database.writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, TABLES) == []


def test_a_file_of_the_first_version_takes_all_the_others_brought(only_feedback: Path) -> None:
    database = Database(f"sqlite:///{only_feedback}")
    ConversationStore(database).start("広島工場の増築")
    KeyStore(database).add("田中", "ask")
    FeedbackStore(database).mark_reviewed([1])
    (kept,) = FeedbackStore(database).all()
    assert (kept.question, kept.reviewed) == ("投資額は", True)
    assert [c.title for c in ConversationStore(database).all()] == ["広島工場の増築"]


def test_a_change_that_fails_leaves_everything_as_it_was(
    only_feedback: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables are made, and then the disk is full."""

    def full(connection: Connection) -> None:
        bring_up_to_date(connection)
        connection.execute(text("INSERT INTO feedback (content) VALUES (NULL)"))

    before = only_feedback.read_bytes()
    monkeypatch.setattr("ipqa.records.database.bring_up_to_date", full)
    with pytest.raises(RecordsUnavailable, match="NOT NULL"):
        FeedbackStore(Database(f"sqlite:///{only_feedback}")).all()
    monkeypatch.undo()
    with closing(sqlite3.connect(only_feedback)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        assert {row[0] for row in tables} == {"feedback", "sqlite_sequence"}
        connection.execute("PRAGMA journal_mode = DELETE")
    assert len(only_feedback.read_bytes()) == len(before)
    assert len(FeedbackStore(Database(f"sqlite:///{only_feedback}")).all()) == 1


def test_the_records_of_a_later_version_are_refused_and_left_alone(
    database: Database, opened: Opened, queried: Queried
) -> None:
    queried("UPDATE alembic_version SET version_num = '9999'")
    later = opened()
    try:
        for use in (KeyStore(later).all, later.examine, lambda: FeedbackStore(later).add(SAID)):
            with pytest.raises(RecordsTooNew, match="9999") as told:
                use()
            assert database.place in str(told.value)
        assert queried("SELECT version_num FROM alembic_version") == [("9999",)]
    finally:
        queried(f"UPDATE alembic_version SET version_num = '{LAYOUT}'")  # noqa: S608 - our own


def test_several_servers_may_find_a_new_database_at_once(fresh: str) -> None:
    servers = 6
    together = Barrier(servers)

    def first_add(_: int) -> int:
        with closing(Database(fresh)) as database:
            together.wait()
            return FeedbackStore(database).add(SAID)

    with ThreadPoolExecutor(servers) as pool:
        assert sorted(pool.map(first_add, range(servers))) == [1, 2, 3, 4, 5, 6]


def test_so_may_several_processes(fresh: str) -> None:
    script = (
        "import sys\n"
        "from ipqa.records.database import Database\n"
        "from ipqa.records.keys import KeyStore\n"
        "KeyStore(Database(sys.argv[1])).add(sys.argv[2], 'ask')"
    )
    names = ["甲", "乙", "丙"]
    begun = [subprocess.Popen([sys.executable, "-c", script, fresh, name]) for name in names]
    assert [process.wait(timeout=60) for process in begun] == [0, 0, 0]
    with closing(Database(fresh)) as database:
        assert {key.name for key in KeyStore(database).all()} == set(names)


def test_a_database_of_something_else_is_not_taken_for_records(
    fresh: str, postgresql: PostgresqlFolder
) -> None:
    postgresql.administer("CREATE TABLE feedback (memo TEXT)", database="fresh")
    with closing(Database(fresh)) as database:
        with pytest.raises(DatabaseUnavailable, match=r"feedback.*already exists"):
            FeedbackStore(database).all()
        assert not database.examine()
