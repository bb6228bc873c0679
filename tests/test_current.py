"""A server follows the index while it answers, whoever changes it, and says when it cannot."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import httpx
import pytest

from ipqa import japanese
from ipqa.assistant import Assistant
from ipqa.current import CurrentAssistant
from ipqa.errors import CanaryFailed, NotReady, RecordsNotReady, ShippedModelUnavailable
from ipqa.index.build import add_reports, build_index, remove_report
from ipqa.index.files import seal
from ipqa.index.generations import (
    generation_folder,
    manifest_of,
    put_in_force,
    read_pointer,
    write_manifest,
)
from ipqa.index.lexical import LexicalIndex, postings_of
from ipqa.index.rollback import roll_back
from ipqa.network import Network
from ipqa.records.database import Database
from ipqa.records.keys import KeyStore
from ipqa.reports import open_file
from ipqa.settings import Settings
from tests.parts import records_at, shipped_model
from tests.server.running import running

_PATIENCE = 120
"""Seconds that a server may take to follow, on a machine that has much else to do."""

QUESTION = {"question": "青海水産の出荷量は何トンですか"}


def edition(tons: int) -> str:
    return f"# 青海水産の報告\n\n青海水産の出荷量は{tons}トンである。\n\n北浜の水温は12度である。\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An index of one report, to be changed; without the reader, answers come sooner."""
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", reader=False)
    build(settings, 1001)
    return settings


def build(settings: Settings, tons: int) -> None:
    (settings.corpus / "青海.md").write_text(edition(tons), encoding="utf-8")
    build_index(settings, shipped_model(), lambda _: None)


def damage(settings: Settings) -> None:
    """Put a generation in force that cannot be opened, as no command of ipqa would."""
    folder = settings.index
    name = read_pointer(folder).name
    shutil.copytree(generation_folder(folder, name), generation_folder(folder, "000009"))
    (generation_folder(folder, "000009") / "dense" / "vectors.faiss").write_bytes(b"")
    put_in_force(folder, "000009", manifest_of(folder, name))


def speechless(settings: Settings) -> None:
    """Make an index whose files are whole and whose words are none of its reports'."""
    name = read_pointer(settings.index).name
    folder = generation_folder(settings.index, name)
    manifest = manifest_of(settings.index, name)
    passages = manifest.counts["passages"]
    shutil.rmtree(folder / "lexical")
    words = postings_of([["無関係"]] * passages)
    LexicalIndex.of([(words, passages)]).save(folder / "lexical")
    (folder / "manifest.json").unlink()
    wrong = manifest.model_copy(update={"files": seal(folder)}).sealed()
    write_manifest(folder, wrong)
    put_in_force(settings.index, name, wrong)


def health(client: httpx.Client, language: str = "ja", **headers: str) -> tuple[int, str, str]:
    """Whether the server is ready, and what it says of why not."""
    response = client.get("/readyz", headers={"accept-language": language, **headers})
    if response.status_code == 200:
        return 200, "", ""
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    return response.status_code, told["type"].removeprefix("urn:ipqa:problem:"), told["detail"]


def until(client: httpx.Client, status: int, generation: str | None = None) -> None:
    """Ask for the server's health until it is that; a server that never gets there is at fault."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        response = client.get("/readyz")
        if response.status_code == status and response.json().get("generation") == generation:
            return
        time.sleep(0.05)
    pytest.fail(f"never {status} {generation}, but {response.status_code} {response.text}")


def answer(client: httpx.Client) -> str:
    response = client.post("/api/ask", json=QUESTION)
    assert response.status_code == 200, response.text
    told: str = response.json()["answer"]
    return told


def test_a_server_takes_up_what_others_put_in_force(settings: Settings) -> None:
    with running(settings) as client:
        assert "1001トン" in answer(client)
        build(settings, 2002)
        until(client, 200, "000002")
        assert "2002トン" in answer(client)
        roll_back(settings, shipped_model())
        until(client, 200, "000001")
        assert "1001トン" in answer(client)


@pytest.mark.slow
def test_no_request_is_lost_while_generations_change(settings: Settings, tmp_path: Path) -> None:
    records = tmp_path / "records.sqlite3"
    settings = settings.model_copy(
        update={"database_url": records_at(records), "questions_per_minute": 100_000}
    )
    keys = KeyStore(Database(f"sqlite:///{records}"))
    whole = {"authorization": f"Bearer {keys.add('管理', 'admin')}"}
    limited = {"authorization": f"Bearer {keys.add('田中', 'ask', ['青海'])}"}
    ended = threading.Event()
    said: list[tuple[int, str]] = []

    def ask(address: str, headers: dict[str, str]) -> None:
        with httpx.Client(base_url=address, timeout=60, headers=headers) as client:
            while not ended.is_set():
                response = client.post("/api/ask", json=QUESTION)
                said.append((response.status_code, response.text))

    with running(settings) as client:
        client.headers.update(whole)
        callers = [
            threading.Thread(target=ask, args=(str(client.base_url), headers))
            for headers in (whole, whole, limited)
        ]
        for caller in callers:
            caller.start()
        (tmp_path / "乙社.md").write_text("# 乙社\n\n乙社は麦を売る。", encoding="utf-8")
        file = open_file(tmp_path / "乙社.md", max_bytes=10**6)
        build(settings, 2002)
        add_reports(settings, shipped_model(), [(file, "乙社.md")], lambda _: None)
        until(client, 200, "000003")
        remove_report(settings, shipped_model(), "乙社")
        build(settings, 3003)
        command = [sys.executable, "-m", "ipqa.cli", "rollback", "--index", str(settings.index)]
        subprocess.run(command, check=True, capture_output=True)
        build(settings, 4004)
        last = read_pointer(settings.index).name
        until(client, 200, last)
        ended.set()
        for caller in callers:
            caller.join()
        after = [client.post("/api/ask", json=QUESTION, headers=h) for h in (whole, limited)]
    assert {status for status, _ in said} == {200}
    assert {tons for _, text in said for tons in ("1001", "4004") if f"{tons}トン" in text}
    assert all("4004トン" in response.json()["answer"] for response in after)


def test_a_new_generation_that_is_damaged_leaves_the_old_one_answering_and_is_told(
    settings: Settings,
) -> None:
    with running(settings) as client:
        damage(settings)
        until(client, 503)
        status, kind, detail = health(client)
        assert (status, kind) == (503, "IndexDamaged")
        assert "generations/000009/dense/vectors.faiss" in detail
        assert "ipqa build" in health(client, "en")[2]
        assert "1001トン" in answer(client)
        build(settings, 2002)
        until(client, 200, read_pointer(settings.index).name)
        assert "2002トン" in answer(client)


def test_an_index_that_finds_nothing_is_not_answered_from(settings: Settings) -> None:
    speechless(settings)
    with running(settings) as client:
        status, kind, detail = health(client)
        assert (status, kind) == (503, "CanaryFailed")
        assert "キーワード検索" in detail
        assert client.post("/api/ask", json=QUESTION).status_code == 503
        build(settings, 1001)
        until(client, 200, read_pointer(settings.index).name)
        assert "1001トン" in answer(client)


def test_an_index_made_in_another_way_is_told(settings: Settings) -> None:
    name = read_pointer(settings.index).name
    manifest = manifest_of(settings.index, name)
    recipe = manifest.recipe.model_copy(update={"tokenizer": "sudachipy-0.1"})
    stale = manifest.model_copy(update={"recipe": recipe}).sealed()
    write_manifest(generation_folder(settings.index, name), stale)
    put_in_force(settings.index, name, stale)
    with running(settings) as client:
        status, kind, detail = health(client)
        assert (status, kind) == (503, "IndexMismatch")
        assert "sudachipy-0.1" in detail


def test_a_server_without_an_index_starts_and_is_ready_once_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", reader=False)
    with running(settings) as client:
        assert health(client)[:2] == (503, "IndexMissing")
        refused = client.post("/api/ask", json=QUESTION)
        assert refused.status_code == 503
        assert refused.json()["type"] == "urn:ipqa:problem:IndexMissing"
        assert client.get("/livez").status_code == 200
        build(settings, 1001)
        until(client, 200, "000001")
        assert "1001トン" in answer(client)


def test_a_model_that_does_not_load_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "reader.json").write_text("{}", encoding="utf-8")
    (tmp_path / "reader.onnx").write_bytes(b"half a model")

    def open_assistant(_: Settings) -> Assistant:
        Network("reader", tmp_path)
        raise AssertionError

    with running(settings, open_assistant) as client:
        status, kind, detail = health(client)
    assert (status, kind) == (503, ShippedModelUnavailable.__name__)
    assert "「reader」" in detail


@pytest.fixture
def no_dictionary(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(japanese, "version", version)
    japanese.tokenizer_fingerprint.cache_clear()
    yield
    monkeypatch.undo()
    japanese.tokenizer_fingerprint.cache_clear()


def test_a_missing_dictionary_is_told(settings: Settings, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("no_dictionary")
    with running(settings) as client:
        status, kind, detail = health(client)
    assert (status, kind) == (503, "DictionaryUnavailable")
    assert "sudachidict-core" in detail


def test_whoever_may_not_read_every_report_is_told_whether_and_not_why(
    settings: Settings, tmp_path: Path
) -> None:
    settings = settings.model_copy(
        update={"database_url": records_at(tmp_path / "records.sqlite3")}
    )
    keys = KeyStore(Database.of(settings))
    known = {"authorization": f"Bearer {keys.add('監視', 'ask')}"}
    limited = {"authorization": f"Bearer {keys.add('田中', 'ask', ['青海'])}"}
    speechless(settings)
    with running(settings) as client:
        for language in ("ja", "en"):
            assert health(client, language, **known)[:2] == (503, CanaryFailed.__name__)
            for headers in ({}, limited, {"authorization": "Bearer wrong"}):
                told = health(client, language, **headers)
                assert told == (503, NotReady.__name__, NotReady().message(language))
        asked = client.post("/api/ask", json=QUESTION, headers=limited)
        assert (asked.status_code, asked.json()["type"]) == (503, "urn:ipqa:problem:NotReady")


def test_where_the_keys_cannot_be_read_nobody_is_told_why(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "records.sqlite3").write_bytes(b"no database at all, but something else" * 100)
    broken = settings.model_copy(update={"database_url": records_at(tmp_path / "records.sqlite3")})
    with running(broken) as client:
        assert health(client)[:2] == (503, RecordsNotReady.__name__)
        assert "records.sqlite3" not in client.get("/readyz").text


def test_a_part_whose_files_went_with_a_change_is_made_of_what_is_in_force_now(
    settings: Settings,
) -> None:
    current = CurrentAssistant(settings, Assistant.open)
    current.catch_up()
    for tons in (2002, 3003, 4004):  # the generation that was opened is cleared away
        build(settings, tons)
    assert "4004トン" in current.limited_to(frozenset({"青海"})).ask(QUESTION["question"]).answer
