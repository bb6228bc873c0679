"""What is a file's own: when it is made, and what is told where it is none."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from ipqa.errors import RecordsUnavailable
from ipqa.records.conversations import ConversationStore
from ipqa.records.database import Database
from ipqa.records.feedback import Feedback, FeedbackStore
from ipqa.records.keys import KeyStore

SAID = Feedback(question="投資額は", answer="30億円", answered=True, helpful=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "索引 100%?" / "records.sqlite3"


@pytest.fixture
def database(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


def test_the_file_is_made_on_first_use_whatever_its_folder_is_called(
    database: Database, path: Path
) -> None:
    assert not path.parent.exists()
    assert ConversationStore(database).all() == []
    assert path.is_file()
    assert database.place == str(path)


def test_to_ask_for_the_keys_or_to_examine_makes_no_file(database: Database, path: Path) -> None:
    store = KeyStore(database)
    assert store.all() == []
    assert store.ring().owner_of("ipqa_x") is None
    assert not database.examine()
    assert not path.parent.exists()


def test_a_file_that_was_taken_away_is_made_anew(database: Database, path: Path) -> None:
    store = ConversationStore(database)
    store.start("広島工場の増築")
    path.unlink()
    assert store.all() == []
    assert store.start("人員の計画").turns == 0


def test_a_file_may_be_made_by_several_threads_at_once(tmp_path: Path) -> None:
    threads = 8
    together = Barrier(threads)

    def first_add(path: Path) -> int:
        together.wait()
        return FeedbackStore(Database(f"sqlite:///{path}")).add(SAID)

    with ThreadPoolExecutor(threads) as pool:
        for path in (tmp_path / f"{number}.sqlite3" for number in range(15)):
            ids = sorted(pool.map(first_add, [path] * threads))
            kept = FeedbackStore(Database(f"sqlite:///{path}")).all()
            assert [each.id for each in kept] == ids


def _no_database(path: Path) -> None:
    path.write_text("これはデータベースではありません。" * 100, encoding="utf-8")


def _other_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE feedback (memo TEXT)")


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("spoil", [_no_database, _other_table, _folder])
def test_a_file_that_holds_no_records_is_told_by_its_name(
    database: Database, path: Path, spoil: Callable[[Path], None]
) -> None:
    path.parent.mkdir()
    spoil(path)
    for use in (lambda: FeedbackStore(database).add(SAID), FeedbackStore(database).all):
        with pytest.raises(RecordsUnavailable, match=r"records\.sqlite3"):
            use()


def test_a_file_that_is_none_holds_no_keys(database: Database, path: Path) -> None:
    path.parent.mkdir()
    _no_database(path)
    with pytest.raises(RecordsUnavailable):
        KeyStore(database).ring()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("ファイル", encoding="utf-8")
    database = Database(f"sqlite:///{tmp_path}/index/records.sqlite3")
    with pytest.raises(RecordsUnavailable, match=r"records\.sqlite3"):
        FeedbackStore(database).add(SAID)
