"""A Milvus that goes away and comes back: told at once and clearly, and gone on with by itself."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ipqa.assistant import Assistant
from ipqa.doctor import examine
from ipqa.errors import ExtraMissing, IndexUnreachable
from ipqa.index.build import build_index
from ipqa.index.engines import engine_of, index_of
from ipqa.index.milvus import MilvusEngine, address_of
from ipqa.records.database import Database
from ipqa.records.keys import KeyStore
from ipqa.settings import Settings
from tests.index.milvus.served import MilvusServer, served
from tests.index.test_engines import MADE, QUERIES, require_right, settings_for
from tests.parts import SMALL_REPORT, shipped_model
from tests.server.running import running

QUESTION = {"question": "海藻の養殖はいつ始まりましたか"}
_PATIENCE = 60
"""Seconds that ipqa may take to notice that Milvus is back, on a machine that has much else to do."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MilvusServer]:
    with served(tmp_path) as server:
        yield server


@pytest.fixture
def settings(server: MilvusServer, tmp_path: Path) -> Settings:
    return Settings(
        corpus=tmp_path / "corpus", index=tmp_path / "index", index_url=server.url, reader=False
    )


def test_an_open_index_is_gone_on_with_once_milvus_is_back(
    server: MilvusServer, settings: Settings
) -> None:
    index = MADE.put(settings, [0, 1])
    server.kill()
    with pytest.raises(IndexUnreachable, match=server.url):
        index.dense.search(QUERIES[0], 3)
    with pytest.raises(IndexUnreachable, match=server.url):
        index.lexical.best(["特許"], 3)
    with pytest.raises(IndexUnreachable):
        engine_of(settings).require_reachable()
    server.start()
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            require_right(index, [0, 1])
        except IndexUnreachable:
            assert time.monotonic() < until
            time.sleep(0.2)
        else:
            break
    engine_of(settings).require_reachable()


@pytest.mark.slow
def test_a_milvus_that_says_nothing_any_more_is_given_up_after_seconds(
    server: MilvusServer, settings: Settings
) -> None:
    index = MADE.put(settings, [0, 1])
    server.freeze()
    begun = time.monotonic()
    with pytest.raises(IndexUnreachable, match="Deadline"):
        index.dense.search(QUERIES[0], 3)
    assert time.monotonic() - begun < 15
    server.thaw()
    require_right(index, [0, 1])


def test_nobody_waits_in_a_queue_for_what_is_away(settings: Settings, server: MilvusServer) -> None:
    index = MADE.put(settings, [0])
    server.kill()
    refused: list[IndexUnreachable] = []

    def ask() -> None:
        try:
            index.dense.search(QUERIES[0], 3)
        except IndexUnreachable as error:
            refused.append(error)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == len(threads)
    assert time.monotonic() - begun < 20


def test_a_build_that_milvus_leaves_alone_keeps_the_index_and_goes_on_later(
    server: MilvusServer, settings: Settings
) -> None:
    settings.corpus.mkdir()
    (settings.corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    before = build_index(settings, shipped_model(), lambda _: None).manifest
    (settings.corpus / "other.md").write_text("# 山吹電機\n\n受注は312件だった。", encoding="utf-8")
    server.kill()
    with pytest.raises(IndexUnreachable):
        build_index(settings, shipped_model(), lambda _: None)
    secret = settings.model_copy(update={"index_url": server.url.replace("//", "//ipqa:himitsu@")})
    checkup = examine(secret)
    assert "IndexUnreachable" in {fault.error for fault in checkup.faults}
    assert "himitsu" not in checkup.model_dump_json()
    server.start()
    time.sleep(1.1)  # for so long, what was away is not asked again
    assert index_of(settings).manifest == before
    assert build_index(settings, shipped_model(), lambda _: None).read == ()
    assert set(index_of(settings).reports) == {"seaweed", "other"}


def test_callers_are_told_of_it_as_a_problem_and_served_again_without_a_restart(
    server: MilvusServer, settings: Settings
) -> None:
    settings.corpus.mkdir()
    (settings.corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    build_index(settings, shipped_model(), lambda _: None)
    with running(settings, Assistant.open) as client:
        assert client.post("/api/ask", json=QUESTION).json()["answered"]
        assert client.get("/readyz").status_code == 200
        server.kill()
        for path in ("/api/ask", "/api/ask/stream"):
            response = client.post(path, json=QUESTION)
            assert response.status_code == 503
            assert response.headers["content-type"] == "application/problem+json"
            problem = response.json()
            assert problem["type"] == "urn:ipqa:problem:IndexUnreachable"
            assert f"milvus://127.0.0.1:{server.port}" in problem["detail"]
        chat = {
            "model": "ipqa",
            "stream": True,
            "messages": [{"role": "user", "content": "養殖は？"}],
        }
        assert client.post("/v1/chat/completions", json=chat).status_code == 503
        assert client.get("/readyz").status_code == 503
        keys = KeyStore(Database.of(settings))
        keys.add("admin", role="admin")
        limited = {"authorization": f"Bearer {keys.add('sales', 'ask', ['seaweed'])}"}
        few = client.post("/api/ask", json=QUESTION, headers=limited)
        assert few.json()["answered"]  # what few reports say is in memory here
        for name in ("sales", "admin"):
            keys.remove(name)
        assert client.get("/livez").status_code == 200
        assert client.get("/api/reports").status_code == 200  # needs no search
        server.start()
        until = time.monotonic() + _PATIENCE
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < until
            time.sleep(0.2)
        assert answered_again(client)["answered"]


def answered_again(client: httpx.Client) -> dict[str, object]:
    response = client.post("/api/ask", json=QUESTION)
    assert response.status_code == 200, response.text
    told: dict[str, object] = response.json()
    return told


def test_a_file_that_another_process_has_open_is_told_so(tmp_path: Path) -> None:
    settings = settings_for("milvus-lite", tmp_path)
    script = (
        "import sys; from pymilvus import MilvusClient\n"
        "client = MilvusClient(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "engine.db")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(IndexUnreachable, match="another process"):
            MADE.put(settings, [0])
        assert other.stdin is not None
        other.stdin.close()
    time.sleep(1.1)
    require_right(MADE.put(settings, [0, 1]), [0, 1])


def test_without_the_client_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(ExtraMissing, match=r"pip install 'ipqa\[milvus\]'"):
        MilvusEngine(address_of("milvus://localhost"))
