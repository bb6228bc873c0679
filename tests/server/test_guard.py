"""What stands before every request: the names that are answered, headers, rates."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ipqa.assistant import Assistant
from ipqa.records.database import Database
from ipqa.records.keys import KeyStore
from ipqa.settings import Settings
from tests.parts import records_at
from tests.server.running import running

PATHS = ["/", "/livez", "/api/reports", "/api/nowhere", "/v1/models", "/docs", "/openapi.json"]


@pytest.fixture(scope="module")
def client(
    small_settings: Settings, small_assistant: Assistant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    own = {
        "database_url": records_at(tmp_path_factory.mktemp("guard") / "records.sqlite3"),
        "allowed_hosts": ("bunko.example.jp",),
    }
    with running(small_settings.model_copy(update=own), lambda _: small_assistant) as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
def test_a_name_that_somebody_made_to_lead_here_is_not_answered(
    client: httpx.Client, path: str
) -> None:
    for host in ("evil.example", "evil.example:8000", "localhost.evil.example"):
        refused = client.get(path, headers={"host": host})
        assert refused.status_code == 421
        assert "IPQA_ALLOWED_HOSTS" in refused.text
    assert client.post("/api/ask", json={"question": "水温は？"}, headers={"host": "evil"}).is_error


@pytest.mark.parametrize("path", PATHS)
def test_known_names_and_addresses_are_answered(client: httpx.Client, path: str) -> None:
    answered = client.get(path).status_code
    for host in ("localhost:8000", "127.0.0.1", "192.168.1.5", "bunko.example.jp"):
        assert client.get(path, headers={"host": host}).status_code == answered


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["127.0.0.1", "evil.example"])
def test_every_response_keeps_itself_to_itself(client: httpx.Client, path: str, host: str) -> None:
    headers = client.get(path, headers={"host": host, "origin": "https://evil.example"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert not any(name.startswith("access-control") for name in headers)
    if path.startswith(("/api", "/v1")):
        assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/api/ask", "/api/reports", "/v1/chat/completions"])
def test_no_other_origin_is_let_in(client: httpx.Client, path: str) -> None:
    asked = {
        "origin": "https://evil.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
    }
    preflight = client.options(path, headers=asked)
    assert preflight.is_error
    assert not any(name.startswith("access-control") for name in preflight.headers)


def test_a_key_asks_only_so_often_and_is_told_when_to_come_again(
    small_settings: Settings, small_assistant: Assistant, tmp_path: Path
) -> None:
    own = {"database_url": records_at(tmp_path / "records.sqlite3"), "questions_per_minute": 3}
    settings = small_settings.model_copy(update=own)
    store = KeyStore(Database.of(settings))
    tanaka, sato = ({"authorization": f"Bearer {store.add(n, 'ask')}"} for n in ("田中", "佐藤"))
    body = {"question": "南浜の水温は何度ですか", "k": 1}
    with running(settings, lambda _: small_assistant) as client:
        served = [client.post("/api/search", json=body, headers=tanaka) for _ in range(4)]
        assert [response.status_code for response in served] == [200, 200, 200, 429]
        refused = served[-1]
        assert refused.headers["content-type"] == "application/problem+json"
        assert 1 <= int(refused.headers["retry-after"]) <= 20
        assert refused.headers["retry-after"] in refused.json()["detail"]
        openai = client.post("/v1/chat/completions", json={}, headers=tanaka)
        assert openai.json()["error"]["code"] == "rate_limit_exceeded"
        assert "retry-after" in openai.headers
        assert client.get("/api/reports", headers=tanaka).status_code == 200
        assert client.post("/api/search", json=body, headers=sato).status_code == 200


def test_an_address_sends_only_so_much_with_whatever_keys(
    small_settings: Settings, small_assistant: Assistant, tmp_path: Path
) -> None:
    own = {"database_url": records_at(tmp_path / "records.sqlite3"), "requests_per_minute": 5}
    settings = small_settings.model_copy(update=own)
    token = KeyStore(Database.of(settings)).add("田中", "ask")
    with running(settings, lambda _: small_assistant) as client:
        for number in range(4):
            tried = {"authorization": f"Bearer guess-{number}"}
            assert client.get("/api/reports", headers=tried).status_code == 401
        right = {"authorization": f"Bearer {token}"}
        assert client.get("/api/reports", headers=right).status_code == 200
        assert client.get("/api/reports", headers=right).status_code == 429
        assert client.get("/livez").status_code == 200


def test_without_keys_nobody_is_held_to_a_rate(
    small_settings: Settings, small_assistant: Assistant, tmp_path: Path
) -> None:
    own = {
        "database_url": records_at(tmp_path / "records.sqlite3"),
        "requests_per_minute": 1,
        "questions_per_minute": 1,
    }
    settings = small_settings.model_copy(update=own)
    with running(settings, lambda _: small_assistant) as client:
        body = {"question": "南浜の水温は何度ですか", "k": 1}
        for _ in range(5):
            assert client.post("/api/search", json=body).status_code == 200
