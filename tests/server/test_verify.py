"""Drafts over HTTP, on a real server on loopback."""

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from ipqa.answering.verification import Verification
from ipqa.assistant import Assistant
from ipqa.current import CurrentAssistant
from ipqa.server.app import create_app
from ipqa.settings import Settings
from tests.parts import records_at

DRAFT = "2024年の出荷量は1,250トンだった。青海水産は2018年4月に海藻の養殖を始めた。"


@pytest.fixture(scope="module")
def client(
    small_settings: Settings, small_assistant: Assistant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    listener = socket.create_server(("127.0.0.1", 0))
    records = tmp_path_factory.mktemp("server") / "records.sqlite3"
    settings = small_settings.model_copy(update={"database_url": records_at(records)})
    app = create_app(settings, CurrentAssistant(settings, lambda _: small_assistant))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
        yield client
    server.should_exit = True
    thread.join(timeout=10)


def test_a_verification_over_http_is_the_assistants(
    client: httpx.Client, small_assistant: Assistant
) -> None:
    response = client.post("/api/verify", json={"text": DRAFT, "reports": ["seaweed"]})
    assert response.status_code == 200
    verification = Verification.model_validate(response.json())
    assert verification == small_assistant.verify(DRAFT, ["seaweed"])
    assert [s.support for s in verification.sentences] == ["supported", "contradicted"]


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"text": " \n"}, 422, "EmptyDraft"),
        ({"text": "あ" * 20_001}, 413, "DraftTooLong"),
        ({"text": DRAFT, "reports": ["無い"]}, 404, "UnknownReport"),
        ({"text": DRAFT, "extra": 1}, 422, "InvalidRequest"),
        ({}, 422, "InvalidRequest"),
    ],
)
def test_a_draft_that_cannot_be_verified_is_a_problem_document(
    client: httpx.Client, body: dict[str, object], status: int, kind: str
) -> None:
    response = client.post("/api/verify", json=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"].endswith(kind)
