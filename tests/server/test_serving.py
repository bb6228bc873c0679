"""Clients that keep a server waiting, on real sockets: each is dropped, and nobody else is."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from starlette.responses import PlainTextResponse

from ipqa.assistant import Assistant
from ipqa.server.guard import LARGEST_BODY
from ipqa.server.serving import server_of
from ipqa.settings import Settings
from tests.load.slow_clients import SLOW, Address
from tests.server.running import running


@pytest.fixture
def client(small_settings: Settings, small_assistant: Assistant) -> Iterator[httpx.Client]:
    settings = small_settings.model_copy(update={"client_seconds": 1})
    with running(settings, lambda _: small_assistant) as client:
        yield client


def address_of(client: httpx.Client) -> Address:
    return client.base_url.host, client.base_url.port or 80


@pytest.mark.slow
@pytest.mark.parametrize("keeps_waiting", SLOW, ids=lambda client: client.__name__)
def test_a_client_that_keeps_the_server_waiting_is_dropped(
    client: httpx.Client, keeps_waiting: Callable[[Address], float]
) -> None:
    keeps_waiting(address_of(client))  # returns once it is
    assert client.post("/api/ask", json={"question": "出荷量は"}).json()["answered"]


def test_a_client_that_sends_bit_by_bit_but_goes_on_is_served(client: httpx.Client) -> None:
    def parts() -> Iterator[bytes]:
        yield b'{"question": "'
        for letter in "出荷量は":
            yield letter.encode()
        yield b'"}'

    json = {"content-type": "application/json"}
    assert client.post("/api/ask", content=parts(), headers=json).json()["answered"]


def test_one_that_reads_in_time_gets_all_of_what_does_not_go_at_once(
    client: httpx.Client,
) -> None:
    """Over one connection, and with a small window: so the server has to hold answers back."""
    page = client.get("/api/reports/seaweed/inspection").content
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(address_of(client))
        request = b"GET /api/reports/seaweed/inspection HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        last = request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        connection.sendall(request * 30 + last)
        taken = b""
        while part := connection.recv(65_536):
            taken += part
    assert taken.count(b"HTTP/1.1 200 OK") == 31
    assert taken.endswith(page)


@pytest.mark.parametrize("address", ["/api/ask", "/api/exports", "/v1/chat/completions"])
def test_a_body_that_says_that_it_is_beyond_all_use_is_not_even_read(
    client: httpx.Client, address: str
) -> None:
    fields = f"Host: 127.0.0.1\r\nConnection: close\r\nContent-Length: {LARGEST_BODY + 1}"
    with socket.create_connection(address_of(client), timeout=60) as connection:
        connection.sendall(f"POST {address} HTTP/1.1\r\n{fields}\r\n\r\n".encode())
        told = connection.makefile(encoding="utf-8").read()
    assert told.startswith(f"HTTP/1.1 {400 if address.startswith('/v1') else 413} ")
    assert "リクエストが大きすぎます" in told


@pytest.mark.parametrize("address", ["/api/ask", "/api/exports", "/v1/chat/completions"])
def test_a_body_that_turns_out_to_be_beyond_all_use_is_not_kept(
    client: httpx.Client, address: str
) -> None:
    parts = (b" " * 65_536 for _ in range(LARGEST_BODY // 65_536 + 1))
    json = {"content-type": "application/json"}
    response = client.post(address, content=parts, headers=json)
    assert response.status_code == (400 if address.startswith("/v1") else 413)
    assert response.headers["content-type"] in {"application/problem+json", "application/json"}


@pytest.fixture
def crowded(
    small_settings: Settings, small_assistant: Assistant
) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """A client that came in time to a server of two connections, and one that comes on top."""
    settings = small_settings.model_copy(update={"max_connections": 2})
    with running(settings, lambda _: small_assistant) as client:
        assert client.get("/livez").is_success  # and stays connected
        with (
            socket.create_connection(address_of(client)),
            httpx.Client(base_url=client.base_url, headers={"accept-language": "ja"}) as late,
        ):
            yield client, late


@pytest.mark.parametrize("address", ["/", "/api/reports", "/v1/models"])
def test_whoever_connects_on_top_is_told_when_to_come_again(
    crowded: tuple[httpx.Client, httpx.Client], address: str
) -> None:
    client, late = crowded
    refused = late.get(address)
    assert (refused.status_code, refused.headers["connection"]) == (429, "close")
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["x-request-id"]
    told = refused.json()
    if address.startswith("/v1"):
        assert told["error"]["code"] == "rate_limit_exceeded"
    else:
        assert refused.headers["content-type"] == "application/problem+json"
        assert told["type"] == "urn:ipqa:problem:TooManyConnections"
        assert "接続が多すぎます" in told["detail"]
    assert client.get(address).is_success


def test_health_is_told_on_top_too(crowded: tuple[httpx.Client, httpx.Client]) -> None:
    for address in ("/livez", "/readyz"):
        told = crowded[1].get(address)
        assert (told.status_code, told.headers["connection"]) == (200, "close")


def test_when_others_have_left_there_is_room_again(
    crowded: tuple[httpx.Client, httpx.Client],
) -> None:
    client, late = crowded
    assert late.get("/api/reports").status_code == 429
    client.close()
    deadline = time.monotonic() + 60  # until the server has seen it
    while late.get("/api/reports").status_code == 429 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert late.get("/api/reports").status_code == 200


@pytest.mark.parametrize("patience", [0.0, 0.3], ids=["sends at once", "sends a little later"])
def test_who_has_connected_before_the_server_stops_is_answered(patience: float) -> None:
    """Also those whom it had no time to look at: it is busy until the moment in which it stops."""
    busy, connected = threading.Event(), threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    server = server_of(PlainTextResponse("ok"), Settings())

    async def keep_busy_and_stop() -> None:
        busy.set()
        assert connected.wait(10)
        server.should_exit = True

    server.config.timeout_notify = 0
    server.config.callback_notify = keep_busy_and_stop
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    with ExitStack() as open_ones:
        thread.start()
        assert busy.wait(10)
        asking = [
            open_ones.enter_context(socket.create_connection(address, timeout=10)) for _ in range(5)
        ]
        connected.set()
        time.sleep(patience)
        for each in asking:
            each.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answers = [each.makefile("rb").read() for each in asking]
    assert [answer.partition(b"\r\n")[0] for answer in answers] == [b"HTTP/1.1 200 OK"] * 5
    thread.join(timeout=10)
    assert not thread.is_alive()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=10)


def test_a_response_does_not_wait_for_its_head_to_be_acknowledged() -> None:
    """Head and body are sent one after the other; a system that waits in between costs a client 40 ms."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = server_of(PlainTextResponse("ok"), Settings())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    with socket.create_connection(listener.getsockname(), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(4096)
        (held,) = server.server_state.connections
        at_once = held.transport.get_extra_info("socket").getsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY
        )
    server.should_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert at_once
