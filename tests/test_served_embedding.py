"""Texts embedded at an OpenAI-compatible server: a small real one on loopback, with the shipped model behind it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from ipqa.assistant import Assistant
from ipqa.embedding import model_of, served
from ipqa.embedding.served import ServedModel
from ipqa.errors import BadSetting, IndexMismatch, ModelUnreachable
from ipqa.index.build import build_index
from ipqa.index.workers import processes
from ipqa.network import Network, tokenizer
from ipqa.records.database import Database
from ipqa.records.keys import KeyStore
from ipqa.server.problems import status_of
from ipqa.settings import Settings
from tests.parts import SMALL_REPORT, shipped_model
from tests.server.running import running

TEXTS = [f"第{number}号の出荷量は{number}トンである。" for number in range(70)]

Answer = Callable[[list[str]], object]
"""What the server makes of texts: an object to be sent as JSON, or a status that is not OK."""


def embedded(texts: list[str]) -> object:
    """Vectors as OpenAI has them, in another order than the texts."""
    ids = [one.ids for one in tokenizer().encode_batch_fast(texts)]
    vectors = [vector.tolist() for (vector,) in _NETWORK.run(ids)]
    data = [{"object": "embedding", "index": n, "embedding": v} for n, v in enumerate(vectors)]
    return {"object": "list", "data": data[::-1], "model": "ipqa-embedder"}


_NETWORK = Network("embedder")


class Server(ThreadingHTTPServer):
    """Embeds, and keeps what it was asked for."""

    def __init__(self, answer: Answer, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer = answer
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.keys.append(self.headers["authorization"])
        self.server.asked.append(body)
        answer = (
            self.server.answer(body["input"])
            if self.path == "/v1/embeddings"
            else HTTPStatus.NOT_FOUND
        )
        status = answer if isinstance(answer, HTTPStatus) else HTTPStatus.OK
        sent = json.dumps({} if isinstance(answer, HTTPStatus) else answer).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""


@contextmanager
def serving(answer: Answer = embedded, port: int = 0) -> Iterator[Server]:
    with Server(answer, port) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "_PAUSES", (0.0, 0.0))


def test_vectors_are_those_of_the_same_model_here_in_the_order_of_the_texts() -> None:
    with serving() as server:
        model = ServedModel(server.url, "ipqa-embedder")
        here = shipped_model()
        assert model.dimension == here.dimension
        assert np.allclose(model.embed_passages(TEXTS), here.embed_passages(TEXTS), atol=1e-5)
        assert np.allclose(model.embed_queries(TEXTS[:2]), here.embed_queries(TEXTS[:2]), atol=1e-5)
        assert model.embed_queries([]).shape == (0, here.dimension)
        assert max(len(body["input"]) for body in server.asked) <= 32


@pytest.mark.parametrize(
    ("name", "prompt"), [("intfloat/multilingual-e5-small", "query: "), ("bge-m3", "")]
)
def test_prompts_are_those_of_e5_models_or_none(name: str, prompt: str) -> None:
    with serving() as server:
        ServedModel(server.url, name).embed_queries(["養殖は？"])
        assert server.asked[-1] == {"model": name, "input": [f"{prompt}養殖は？"]}


def test_vectors_come_out_at_length_one_whatever_the_server_sends() -> None:
    def long(texts: list[str]) -> object:
        return {"data": [{"index": n, "embedding": [3.0, 4.0]} for n in range(len(texts))]}

    with serving(long) as server:
        assert np.allclose(ServedModel(server.url, "m").embed_queries(["a"]), [[0.6, 0.8]])


def test_a_key_is_sent_where_there_is_one() -> None:
    with serving() as server:
        ServedModel(server.url, "m", SecretStr("himitsu"))
        ServedModel(server.url, "m")
        assert server.keys == ["Bearer himitsu", None]


def test_no_proxy_sees_what_is_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving() as server:
        assert ServedModel(server.url, "m").dimension == 384


@pytest.mark.parametrize("status", [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE])
def test_a_server_that_is_busy_is_asked_again(status: HTTPStatus) -> None:
    times = iter([status, status])

    def busy(texts: list[str]) -> object:
        return next(times, None) or embedded(texts)

    with serving(busy) as server:
        assert ServedModel(server.url, "m").dimension == 384
        assert len(server.asked) == 3


def of_another_dimension(texts: list[str]) -> object:
    return {"data": [{"index": n, "embedding": [1.0] * len(texts)} for n in range(len(texts))]}


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: HTTPStatus.INTERNAL_SERVER_ERROR,
        lambda _: HTTPStatus.TOO_MANY_REQUESTS,
        lambda _: HTTPStatus.UNAUTHORIZED,
        lambda _: {"error": "no such model"},
        lambda _: {"data": [{"index": 0, "embedding": ["a"]}]},
        lambda texts: {"data": embedded(texts)["data"][1:]},  # type: ignore[index]
        of_another_dimension,
    ],
)
def test_what_is_no_answer_is_told_with_the_address_and_the_settings(answer: Answer) -> None:
    with serving(answer) as server, pytest.raises(ModelUnreachable) as caught:
        ServedModel(server.url, "m").embed_passages(["一つ目", "二つ目"])
    assert server.url in str(caught.value)
    assert "IPQA_EMBEDDING_BASE_URL" in str(caught.value)
    assert status_of(caught.value) == HTTPStatus.SERVICE_UNAVAILABLE


@pytest.mark.parametrize("url", ["", "127.0.0.1:8080/v1", "ftp://host/v1", "http:///v1"])
def test_what_is_no_address_is_refused_by_the_name_of_the_setting(url: str) -> None:
    with pytest.raises(BadSetting, match="IPQA_EMBEDDING_BASE_URL"):
        model_of(Settings(embedding_base_url=url))


def test_an_index_is_built_and_asked_by_a_server_that_may_go_away_and_come_back(
    tmp_path: Path,
) -> None:
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", reader=False)
    settings.corpus.mkdir()
    (settings.corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    build_index(settings, shipped_model(), lambda _: None)
    question = "海藻の養殖はいつ始まりましたか"
    right = Assistant.open(settings).ask(question)
    with serving() as server:
        elsewhere = settings.model_copy(update={"embedding_base_url": server.url})
        with pytest.raises(IndexMismatch, match="embedding"):
            Assistant.open(elsewhere)
        assert build_index(elsewhere, model_of(elsewhere), lambda _: None, makers=processes(2)).read
        assistant = Assistant.open(elsewhere)
        assert assistant.ask(question).answer == right.answer
        port = server.server_port
    with pytest.raises(ModelUnreachable):
        assistant.ask(question)
    with serving(port=port):
        assert assistant.ask(question).citations == right.citations


def test_where_the_server_is_is_told_to_callers_who_may_read_every_report(tmp_path: Path) -> None:
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", reader=False)
    settings.corpus.mkdir()
    (settings.corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    keys = KeyStore(Database.of(settings))
    with serving() as server:
        settings = settings.model_copy(update={"embedding_base_url": server.url})
        build_index(settings, model_of(settings), lambda _: None)
        headers = [
            {"authorization": f"Bearer {key}"}
            for key in (keys.add("all", "ask"), keys.add("some", "ask", ["seaweed"]))
        ]
        assistant = Assistant.open(settings)
        address = server.url
    chat = {"model": "ipqa", "messages": [{"role": "user", "content": "養殖は？"}]}
    requests = [("/api/ask", {"question": "養殖は？"}), ("/v1/chat/completions", chat)]
    with running(settings, lambda _: assistant) as client:
        for path, body in requests:
            told, hidden = (client.post(path, json=body, headers=one) for one in headers)
            assert (told.status_code, hidden.status_code) == (503, 503)
            assert address in told.text
            assert "127.0.0.1" not in hidden.text
