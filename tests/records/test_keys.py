"""API keys, in a real SQLite file and in a real PostgreSQL database."""

import pytest

from ipqa.errors import BadKey, KeyExists, RecordUnreadable, UnknownKey
from ipqa.records.database import Database
from ipqa.records.keys import ApiKey, KeyStore, Role
from tests.records.conftest import Queried


@pytest.fixture
def store(database: Database) -> KeyStore:
    return KeyStore(database)


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


def test_the_records_do_not_hold_the_key(store: KeyStore, queried: Queried) -> None:
    token = store.add("田中", "ask")
    kept = str(queried("SELECT * FROM api_keys"))
    assert "田中" in kept
    assert token.removeprefix("ipqa_") not in kept


@pytest.mark.parametrize("changed", ["", "x", "ipqa_", "田中", "\ud800"])
def test_anything_else_opens_nothing(store: KeyStore, changed: str) -> None:
    token = store.add("田中", "ask")
    assert store.ring().owner_of(changed) is None
    assert store.ring().owner_of(token + changed) is None or changed == ""
    assert store.ring().owner_of(token[:-1]) is None


def test_the_hash_that_is_kept_is_no_key(store: KeyStore, queried: Queried) -> None:
    store.add("田中", "ask")
    ((digest,),) = queried("SELECT digest FROM api_keys")
    assert store.ring().owner_of(str(digest)) is None


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


@pytest.mark.parametrize(("column", "value"), [("role", "owner"), ("reports", "plan")])
def test_a_key_that_cannot_be_read_is_not_taken_for_another(
    store: KeyStore, queried: Queried, column: str, value: str
) -> None:
    role: Role = "ask"
    store.add("田中", role, ["plan"])
    queried(f"UPDATE api_keys SET {column} = '{value}'")  # noqa: S608 - our own
    with pytest.raises(RecordUnreadable, match="田中"):
        store.ring()
