"""API keys in real SQLite files."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ipqa.errors import BadKey, KeyExists, RecordsUnavailable, UnknownKey
from ipqa.records.conversations import ConversationStore
from ipqa.records.database import Database
from ipqa.records.keys import ApiKey, KeyStore, Role


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "索引" / "records.sqlite3"


@pytest.fixture
def store(path: Path) -> KeyStore:
    return KeyStore(Database(path))


def owner(store: KeyStore, token: str) -> ApiKey:
    key = store.ring().owner_of(token)
    assert key is not None
    return key


def test_a_key_is_known_again_with_what_it_may_do(store: KeyStore) -> None:
    asker = store.add("田中", "ask", ["plan", "年報"])
    admin = store.add("site-admin", "admin")
    assert (owner(store, asker).name, owner(store, asker).role) == ("田中", "ask")
    assert owner(store, asker).reports == frozenset(["plan", "年報"])
    assert (owner(store, admin).role, owner(store, admin).reports) == ("admin", None)
    assert [key.name for key in store.all()] == ["site-admin", "田中"]


def test_a_limit_to_no_report_is_not_a_key_for_all(store: KeyStore) -> None:
    assert owner(store, store.add("nobody", "ask", [])).reports == frozenset()


def test_keys_are_long_chance_and_never_the_same(store: KeyStore) -> None:
    tokens = [store.add(f"bot-{number}", "ask") for number in range(20)]
    assert len(set(tokens)) == 20
    assert all(token.startswith("ipqa_") and len(token) >= 5 + 43 for token in tokens)


def test_the_file_does_not_hold_the_key(store: KeyStore, path: Path) -> None:
    token = store.add("田中", "ask")
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert "田中".encode() in kept
    assert token.encode() not in kept
    assert token.removeprefix("ipqa_").encode() not in kept


@pytest.mark.parametrize("changed", ["", "x", "ipqa_", "田中", "\ud800"])
def test_anything_else_opens_nothing(store: KeyStore, changed: str) -> None:
    token = store.add("田中", "ask")
    assert store.ring().owner_of(changed) is None
    assert store.ring().owner_of(token + changed) is None or changed == ""
    assert store.ring().owner_of(token[:-1]) is None


def test_the_hash_that_is_kept_is_no_key(store: KeyStore, path: Path) -> None:
    store.add("田中", "ask")
    with closing(sqlite3.connect(path)) as connection:
        (digest,) = connection.execute("SELECT digest FROM api_keys").fetchone()
    assert store.ring().owner_of(digest) is None


def test_a_key_that_was_removed_opens_nothing(store: KeyStore) -> None:
    token = store.add("田中", "ask")
    store.remove("田中")
    assert store.ring().owner_of(token) is None
    assert store.all() == []
    with pytest.raises(UnknownKey, match="田中"):
        store.remove("田中")


def test_a_name_is_given_once_and_again_after_its_removal(store: KeyStore) -> None:
    first = store.add("田中", "ask")
    with pytest.raises(KeyExists, match="田中"):
        store.add("田中", "admin")
    assert owner(store, first).role == "ask"
    store.remove("田中")
    assert store.add("田中", "ask") != first


@pytest.mark.parametrize("name", ["", " ", "-x", "a b", "a\nb", "a" * 101, "../x"])
def test_a_name_is_one_word(store: KeyStore, name: str) -> None:
    with pytest.raises(BadKey):
        store.add(name, "ask")
    assert store.all() == []


def test_an_admin_is_not_limited_to_some_reports(store: KeyStore) -> None:
    with pytest.raises(BadKey, match="admin"):
        store.add("site-admin", "admin", ["plan"])


def test_to_ask_for_the_keys_makes_no_file(store: KeyStore, path: Path) -> None:
    assert store.all() == []
    assert store.ring().owner_of("ipqa_x") is None
    assert not path.parent.exists()


def test_a_file_of_an_earlier_version_takes_keys(store: KeyStore, path: Path) -> None:
    conversation = ConversationStore(Database(path)).start("広島工場の増築")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DROP TABLE api_keys; DROP TABLE conversation_owners;")
    assert store.all() == []
    store.add("田中", "ask")
    assert [key.name for key in store.all()] == ["田中"]
    assert ConversationStore(Database(path)).get(conversation.id).title == "広島工場の増築"


@pytest.mark.parametrize(("column", "value"), [("role", "owner"), ("reports", "plan")])
def test_a_key_that_cannot_be_read_is_not_taken_for_another(
    store: KeyStore, path: Path, column: str, value: str
) -> None:
    role: Role = "ask"
    store.add("田中", role, ["plan"])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE api_keys SET {column} = ?", (value,))  # noqa: S608 - our own
    with pytest.raises(RecordsUnavailable, match="田中"):
        store.ring()


def test_a_file_that_is_none_is_told(store: KeyStore, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 100)
    with pytest.raises(RecordsUnavailable):
        store.ring()
