"""A real server on loopback, and what tests ask of it again and again."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from ipqa.assistant import Assistant
from ipqa.current import CurrentAssistant
from ipqa.server.app import create_app
from ipqa.server.serving import server_of
from ipqa.settings import Settings


@contextmanager
def running(
    settings: Settings, open_assistant: Callable[[Settings], Assistant] = Assistant.open
) -> Iterator[httpx.Client]:
    """A client of a server that answers from the index of the settings."""
    listener = socket.create_server(("127.0.0.1", 0))
    current = CurrentAssistant(settings, open_assistant)
    server = server_of(create_app(settings, current), settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with httpx.Client(
            base_url=address, timeout=60, headers={"accept-language": "ja"}
        ) as client:
            yield client
    finally:  # a test that fails must not leave a thread behind, which pytest would wait for
        server.should_exit = True
        thread.join(timeout=60)
    assert not thread.is_alive()


def upload(client: httpx.Client, name: str, content: str | bytes) -> httpx.Response:
    """Send a file as a browser does."""
    return client.post("/api/reports", files={"file": (name, content)})


def ended(client: httpx.Client, response: httpx.Response) -> dict[str, Any]:
    """The job that a request began, once it has ended."""
    assert response.status_code == 202, response.text
    job: dict[str, Any] = response.json()
    while job["state"] not in {"done", "failed"}:
        time.sleep(0.05)
        job = client.get(response.headers["location"]).json()
    return job


def told_events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The server-sent events in the lines of a stream."""
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)
