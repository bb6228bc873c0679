"""What is PostgreSQL's own: how it is reached, and what becomes of records when it goes away and comes back."""

import ipaddress
import itertools
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ipqa.errors import BadSetting, DatabaseUnavailable, RecordsUnavailable
from ipqa.records import postgresql as module
from ipqa.records.database import Database
from ipqa.records.feedback import Feedback, FeedbackStore
from ipqa.records.keys import KeyStore
from tests.postgres import PASSWORD, PostgresqlFolder

STOPS: tuple[Literal["fast", "immediate"], ...] = ("fast", "immediate")


@pytest.fixture
def url(postgresql: PostgresqlFolder, shared_database: str) -> str:
    postgresql.empty(shared_database)
    return postgresql.url(shared_database)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with closing(Database(url)) as database:
        yield database


def said(question: str) -> Feedback:
    return Feedback(question=question, answer="30億円", answered=True, helpful=True)


def seconds_of(store: KeyStore) -> float:
    """How long it takes to be told that the keys cannot be read."""
    begun = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        store.ring()
    return time.monotonic() - begun


@pytest.mark.parametrize("mode", STOPS)
def test_while_it_is_away_that_is_told_and_when_it_is_back_nothing_is_missing(
    postgresql: PostgresqlFolder, database: Database, mode: Literal["fast", "immediate"]
) -> None:
    store, keys = FeedbackStore(database), KeyStore(database)
    token = keys.add("田中", "ask")
    store.add(said("投資額は"))
    with postgresql.stopped(mode):
        for use in (store.all, keys.ring, lambda: store.add(said("人員は"))):
            with pytest.raises(DatabaseUnavailable, match="Connection refused") as told:
                use()
            assert f"127.0.0.1:{postgresql.port}/records" in str(told.value)
    time.sleep(module._AGAIN)  # noqa: SLF001 - until it is tried again
    assert [each.question for each in store.all()] == ["投資額は"]
    assert keys.ring().owner_of(token) is not None
    assert store.add(said("人員は")) > 1


def test_connections_that_were_ended_are_replaced_without_anybody_noticing(
    postgresql: PostgresqlFolder, database: Database
) -> None:
    store = FeedbackStore(database)
    store.add(said("投資額は"))
    postgresql.administer(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ipqa'"
    )
    assert len(store.all()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("mode", STOPS)
def test_what_was_acknowledged_outlives_its_fall(
    postgresql: PostgresqlFolder, database: Database, mode: Literal["fast", "immediate"]
) -> None:
    store = FeedbackStore(database)
    ended = threading.Event()
    acknowledged: list[tuple[int, str]] = []
    refused: list[RecordsUnavailable] = []

    def write(name: int) -> None:
        for number in itertools.count():
            if ended.is_set():
                return
            question = f"{name}の{number}番目は"
            try:
                acknowledged.append((store.add(said(question)), question))
            except RecordsUnavailable as error:
                refused.append(error)
                time.sleep(0.05)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(0.3)
        with postgresql.stopped(mode):
            time.sleep(0.2)
        before = len(acknowledged)
        while len(acknowledged) < before + 20:  # it goes on by itself
            time.sleep(0.05)
    ended.set()
    for thread in threads:
        thread.join()
    kept = {each.id: each.question for each in store.all()}
    assert refused
    assert dict(acknowledged).items() <= kept.items()


def test_a_backup_is_restored_as_the_operations_page_says(
    postgresql: PostgresqlFolder, database: Database
) -> None:
    token = KeyStore(database).add("田中", "ask")
    FeedbackStore(database).add(said("投資額は"))
    dump = str(postgresql.folder / "records.dump")
    postgresql.run("pg_dump", "--format=custom", f"--file={dump}", "records")
    with postgresql.new_database() as url, closing(Database(url)) as restored:
        postgresql.run("pg_restore", "--dbname=fresh", "--no-owner", dump)
        assert KeyStore(restored).ring().owner_of(token) is not None
        assert FeedbackStore(restored).add(said("人員は")) == 2


def test_a_database_that_does_not_answer_keeps_one_waiting_and_not_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_SILENCE", 0.5)
    with (
        socket.create_server(("127.0.0.1", 0)) as mute,  # takes connections and says nothing
        closing(Database(f"postgresql://u@127.0.0.1:{mute.getsockname()[1]}/d")) as database,
    ):
        store = KeyStore(database)
        assert seconds_of(store) >= 0.5
        assert sum(seconds_of(store) for _ in range(20)) < 0.5


def test_a_database_in_another_encoding_is_refused(postgresql: PostgresqlFolder) -> None:
    """It could not hold every question."""
    with (
        postgresql.new_database("ENCODING 'EUC_JP' LOCALE 'C'") as url,
        closing(Database(url)) as database,
        pytest.raises(DatabaseUnavailable, match="EUC_JP"),
    ):
        FeedbackStore(database).all()


@pytest.fixture
def guarded(postgresql: PostgresqlFolder, shared_database: str) -> Iterator[str]:
    """The address of records for a user that needs a password, but for that."""
    postgresql.empty(shared_database)
    escaped = PASSWORD.replace("'", "''")
    postgresql.administer(f"CREATE USER guarded SUPERUSER PASSWORD '{escaped}'")
    yield postgresql.url(shared_database, "guarded:{}")
    postgresql.administer("DROP USER guarded")


def test_a_password_may_hold_any_sign(guarded: str) -> None:
    with closing(Database(guarded.format(quote(PASSWORD, safe="")))) as database:
        assert FeedbackStore(database).all() == []


def test_a_wrong_password_is_told_without_it(guarded: str) -> None:
    with (
        closing(Database(guarded.format("hunter2"))) as database,
        pytest.raises(DatabaseUnavailable, match="password authentication failed") as told,
    ):
        FeedbackStore(database).all()
    assert "hunter2" not in str(told.value) + told.value.message("ja")
    assert "guarded" not in database.place


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://db/ipqa", "user"),
        ("postgresql:///ipqa", "user"),
        ("postgresql://u:p@db/", "database"),
        ("postgresql://u@db:http/ipqa", "address"),
        ("postgresql://u@db/ipqa?sslmode=allow", "sslmode"),
        ("postgresql://u@db/ipqa?sslrootcert=ca.pem", "sslmode"),
        ("postgresql://u@db/ipqa?sslmode=verify-full&sslrootcert=missing.pem", "sslrootcert"),
        ("postgresql://u@db/ipqa?timeout=3", "timeout"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(url: str, reason: str) -> None:
    with pytest.raises(BadSetting, match=reason) as told:
        Database(url)
    assert "IPQA_DATABASE_URL" in str(told.value)


@pytest.fixture
def certificate(postgresql: PostgresqlFolder, tmp_path: Path) -> Iterator[Path]:
    """A certificate for 127.0.0.1, with which the server encrypts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    for path, content in (("server.crt", pem), ("server.key", secret)):
        file = postgresql.folder / "data" / path
        file.write_bytes(content)
        file.chmod(0o600)
        with suppress(PermissionError):
            shutil.chown(file, postgresql.folder.owner())
    (tmp_path / "ca.pem").write_bytes(pem)
    postgresql.administer("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()")
    time.sleep(0.5)
    yield tmp_path / "ca.pem"
    postgresql.administer("ALTER SYSTEM RESET ssl", "SELECT pg_reload_conf()")


def encrypted(url: str) -> bool:
    """Whether the way to a database is."""
    with closing(Database(url)) as database, database.reading() as connection:
        asked = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        return bool(connection.exec_driver_sql(asked).scalar_one())


def test_the_way_to_it_is_encrypted_as_far_as_asked_for(url: str, certificate: Path) -> None:
    assert encrypted(url)
    assert not encrypted(f"{url}?sslmode=disable")
    assert encrypted(f"{url}?sslmode=require")
    assert encrypted(f"{url}?sslmode=verify-full&sslrootcert={certificate}")


def test_one_that_cannot_show_who_it_is_is_not_talked_to(url: str, certificate: Path) -> None:
    assert certificate.exists()
    with pytest.raises(DatabaseUnavailable, match=r"[Cc]ertificate"):
        encrypted(f"{url}?sslmode=verify-full")


def test_one_that_does_not_encrypt_is_not_talked_to_where_that_is_wanted(url: str) -> None:
    assert not encrypted(url)
    with pytest.raises(DatabaseUnavailable, match="SSL"):
        encrypted(f"{url}?sslmode=require")
