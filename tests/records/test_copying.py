"""Records that were kept in a file go on in another file, or in PostgreSQL."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from ipqa.errors import RecordsMissing, RecordsNotEmpty
from ipqa.records.conversations import ConversationStore
from ipqa.records.copying import copy_records
from ipqa.records.database import Database
from ipqa.records.feedback import Feedback, FeedbackStore
from ipqa.records.jobs import Job, JobStore, KeptJob
from ipqa.records.keys import KeyStore
from ipqa.records.tables import JOBS, TABLES
from tests.parts import ROOT

SAID = Feedback(question="投資額は", answer="30億円", answered=True, helpful=True)
OWNERS = (None, "tanaka", "admin")


@pytest.fixture
def source(tmp_path: Path) -> Database:
    """What an earlier version kept, and a job of today."""
    for file in (ROOT / "tests" / "fixtures" / "format-4").glob("records.sqlite3*"):
        shutil.copy(file, tmp_path)
    database = Database(f"sqlite:///{tmp_path}/records.sqlite3")
    JobStore(database).add(KeptJob(job=Job(id="甲", kind="add", file="甲.pdf")))
    return database


def held(database: Database) -> list[object]:
    """All that the stores give of some records."""
    stores = [ConversationStore(database, owner) for owner in OWNERS]
    conversations = [store.get(each.id) for store in stores for each in store.all()]
    return [*conversations, *FeedbackStore(database).all(), KeyStore(database).ring()]


def test_all_of_them_are_there_afterwards_and_still_where_they_were(
    source: Database, database: Database
) -> None:
    before = held(source)
    assert len(before) == 4
    counts = copy_records(source, database)
    assert held(database) == held(source) == before
    assert counts.keys() == TABLES.tables.keys() - {JOBS.name}
    assert counts["conversations"] == counts["api_keys"] == 2
    assert JobStore(database).all() == []


def test_what_comes_after_them_is_numbered_on(source: Database, database: Database) -> None:
    last = [FeedbackStore(source).add(SAID) for _ in range(3)][-1]
    copy_records(source, database)
    assert FeedbackStore(database).add(SAID) == last + 1


def test_nothing_is_copied_over_other_records(source: Database, database: Database) -> None:
    KeyStore(database).add("佐藤", "ask")
    with pytest.raises(RecordsNotEmpty) as told:
        copy_records(source, database)
    assert database.place in str(told.value)
    assert ConversationStore(database).all() == []
    assert [key.name for key in KeyStore(database).all()] == ["佐藤"]


def test_records_that_hold_nothing_are_copied_as_such(tmp_path: Path, database: Database) -> None:
    empty = Database(f"sqlite:///{tmp_path}/empty.sqlite3")
    assert FeedbackStore(empty).all() == []
    assert set(copy_records(empty, database).values()) == {0}
    assert FeedbackStore(database).add(SAID) == 1


def test_where_there_are_none_that_is_told_and_none_are_made(
    tmp_path: Path, database: Database
) -> None:
    with (
        closing(Database(f"sqlite:///{tmp_path}/none.sqlite3")) as none,
        pytest.raises(RecordsMissing, match=r"none\.sqlite3"),
    ):
        copy_records(none, database)
    assert not (tmp_path / "none.sqlite3").exists()
