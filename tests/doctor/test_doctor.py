"""An examination names every fault with its file and its remedy, and nothing where all is in order."""

import shutil
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from ipqa.doctor import Checkup, examine
from ipqa.index.build import add_reports, build_index
from ipqa.records.conversations import ConversationStore
from ipqa.records.database import Database
from ipqa.reports import open_file
from ipqa.settings import Settings
from tests.parts import SMALL_REPORT, shipped_model
from tests.postgres import PostgresqlFolder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two generations: one of a report of the corpus, and one to which another was added."""
    folder = tmp_path_factory.mktemp("doctor")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "海藻.md").write_text(SMALL_REPORT, encoding="utf-8")
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    build_index(settings, shipped_model(), lambda _: None)
    (folder / "甲社.md").write_text("# 甲社\n\n甲社は米を売る。", encoding="utf-8")
    file = open_file(folder / "甲社.md", max_bytes=10**6)
    add_reports(settings, shipped_model(), [(file, str(folder / "甲社.md"))], lambda _: None)
    ConversationStore(Database.of(settings)).start("設備投資について")
    return settings


@pytest.fixture
def settings(made: Settings, tmp_path: Path) -> Settings:
    """A copy that a test may damage."""
    shutil.copytree(made.index, tmp_path / "index")
    return Settings(corpus=made.corpus, index=tmp_path / "index")


def faults(checkup: Checkup) -> list[tuple[str, str]]:
    return [(Path(fault.file).name, fault.error) for fault in checkup.faults]


def test_where_all_is_in_order_everything_is_told_and_nothing_is_wrong(settings: Settings) -> None:
    checkup = examine(settings)
    assert checkup.faults == ()
    assert checkup.embedding == shipped_model().fingerprint
    assert checkup.dictionary
    assert checkup.settings["IPQA_INDEX"] == str(settings.index)
    assert "IPQA_PORT" not in checkup.settings
    in_force, before = checkup.index.in_force, checkup.index.before
    assert in_force is not None
    assert before is not None
    assert (in_force.name, in_force.reports) == ("000002", 2)
    assert (before.name, before.reports) == ("000001", 1)
    assert all(file.whole for file in in_force.files)
    assert [(r.id, r.reading, r.copied) for r in checkup.index.reports] == [
        ("海藻", True, None),
        ("甲社", True, True),
    ]
    assert checkup.index.reports[1].sentences == 1
    assert checkup.records.there
    assert checkup.endpoint.address is None
    assert checkup.disk.free > checkup.disk.index > 0


def test_a_folder_without_an_index_is_told_and_left_alone(tmp_path: Path) -> None:
    checkup = examine(Settings(index=tmp_path / "none"))
    assert faults(checkup) == [("current", "IndexMissing")]
    assert "ipqa build" in checkup.faults[0].message
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("file", "remedy"),
    [
        ("current", "ipqa build"),
        ("generations/000002/manifest.json", "ipqa build"),
        ("generations/000002/dense/vectors.faiss", "ipqa build"),
        ("generations/000002/lexical/words.npy", "ipqa build"),
        ("generations/000001/manifest.json", "ipqa build"),
        ("generations/000001/lexical/scores.npy", "ipqa build"),
        ("readings/*/reading.json", "ipqa build"),
        ("readings/*/words.npy", "ipqa build"),
        ("readings/*/vectors.npy", "ipqa build"),
        ("readings/*/seal.json", "ipqa build"),
        ("library/*/甲社.md", "ipqa add"),
    ],
)
def test_a_damaged_file_of_the_index_is_named_and_the_remedy_mends_it(
    settings: Settings, made: Settings, file: str, remedy: str
) -> None:
    path = min(settings.index.glob(file))
    path.write_bytes(path.read_bytes()[:-2])
    checkup = examine(settings)
    assert [fault.file for fault in checkup.faults] == [str(path)]
    assert remedy in checkup.faults[0].message
    assert remedy in checkup.faults[0].message_en
    if remedy == "ipqa build":
        build_index(settings, shipped_model(), lambda _: None)
    else:
        added = made.corpus.parent / "甲社.md"
        given = [(open_file(added, max_bytes=10**6), str(added))]
        add_reports(settings, shipped_model(), given, lambda _: None)
    assert examine(settings).faults == ()


def test_a_pointer_to_a_generation_that_is_not_there_is_named(settings: Settings) -> None:
    pointer = settings.index / "current"
    pointer.write_text(pointer.read_text("utf-8").replace("000002", "000006"), encoding="utf-8")
    assert faults(examine(settings)) == [("current", "IndexDamaged")]


def test_an_index_made_with_another_model_is_told(settings: Settings) -> None:
    manifest = settings.index / "generations" / "000002" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    digest = (settings.index / "current").read_text(encoding="utf-8").split()[1]
    manifest.write_text(
        text.replace(shipped_model().fingerprint, "another").replace(digest, ""), encoding="utf-8"
    )
    (settings.index / "current").write_text("000002\n", encoding="utf-8")
    assert faults(examine(settings)) == [("manifest.json", "IndexMismatch")]


def test_damaged_records_are_told(settings: Settings) -> None:
    records = settings.index / "records.sqlite3"
    with closing(sqlite3.connect(records)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = records.read_bytes()
    records.write_bytes(whole[: len(whole) // 2])
    checkup = examine(settings)
    assert faults(checkup) == [("records.sqlite3", "RecordsDamaged")]
    assert records.read_bytes() == whole[: len(whole) // 2]


def test_records_in_a_database_are_examined_and_not_made(
    settings: Settings, postgresql: PostgresqlFolder
) -> None:
    with postgresql.new_database() as url:
        inside = url.replace("postgres@", "postgres:秘密@")
        examined = settings.model_copy(update={"database_url": SecretStr(inside)})
        place = f"127.0.0.1:{postgresql.port}/fresh"
        checkup = examine(examined)
        assert checkup.faults == ()
        assert (checkup.records.place, checkup.records.there) == (place, False)
        with closing(Database.of(examined)) as database:
            ConversationStore(database).start("設備投資について")
        assert examine(examined).records.there
        with postgresql.stopped():
            checkup = examine(examined)
    assert [(fault.file, fault.error) for fault in checkup.faults] == [
        (place, "DatabaseUnavailable")
    ]
    assert checkup.settings["IPQA_DATABASE_URL"] == f"postgresql://{place}"
    assert "秘密" not in checkup.model_dump_json()


def test_a_disk_without_room_for_another_index_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(settings.index)._replace(free=100)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert faults(examine(settings)) == [("index", "DiskNearlyFull")]


# the language model's endpoint


@pytest.fixture
def endpoint() -> Iterator[Callable[[int], str]]:
    """Starts an endpoint that answers everything with one status, and gives its address."""
    servers: list[HTTPServer] = []

    def start(status: int) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://me:hidden@127.0.0.1:{server.server_port}/v1?key=hidden"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "wrong"),
    [(200, []), (404, []), (401, ["EndpointUnreachable"]), (503, ["EndpointUnreachable"])],
)
def test_an_endpoint_is_asked_and_no_secret_is_told(
    settings: Settings, endpoint: Callable[[int], str], status: int, wrong: list[str]
) -> None:
    pytest.importorskip("openai")
    checkup = examine(
        settings.model_copy(
            update={
                "llm_base_url": endpoint(status),
                "llm_model": "local",
                "llm_api_key": SecretStr("hidden"),
            }
        )
    )
    assert [error for _, error in faults(checkup)] == wrong
    assert checkup.endpoint.reachable is not bool(wrong)
    assert "hidden" not in checkup.model_dump_json()


def test_an_endpoint_that_is_not_there_is_told(settings: Settings) -> None:
    pytest.importorskip("openai")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    address = f"http://127.0.0.1:{port}/v1"
    checkup = examine(settings.model_copy(update={"llm_base_url": address, "llm_model": "local"}))
    assert [(fault.file, fault.error) for fault in checkup.faults] == [
        (address, "EndpointUnreachable")
    ]
    assert "IPQA_LLM_BASE_URL" in checkup.faults[0].message
