"""A scripted language model: a real server on loopback that speaks OpenAI's chat completions.

    with scripted(says("出荷量は1,250トンである。[1]")) as server:
        settings = Settings(llm_base_url=server.base_url, llm_model="scripted")
        ...
    assert server.requests[0]["messages"]

A script says, for the body of a request, which steps follow; ready-made ones are below (``says``,
``hangs``, ``status``, ``breaks_off_after``, ``repeats`` …). ``sends`` takes the steps themselves:

- ``str``: a piece of the answer, sent as a chunk of its own
- ``Chunk``: any other chunk, such as a thought, a refusal or the end (``ENDS``)
- ``bytes``: sent as they are; ``DONE`` is the last line of a stream, which must be given where wanted
- ``Head``: status, content type and headers, where they are not those of a stream
- ``Pause``: so many seconds nothing happens; ``HANGS`` is a pause without end
- ``Cut``: the connection is closed in the middle

Nothing, not even the status, is sent before the first step that sends. A request without ``stream``
gets the same text as one JSON object.
"""

import json
import math
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Head:
    """The head of the response."""

    status: int = 200
    content_type: str = "text/event-stream"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chunk:
    """One chunk of the stream, with any delta."""

    delta: Mapping[str, Any] = field(default_factory=dict)
    finish_reason: str | None = None


@dataclass(frozen=True)
class Pause:
    """So many seconds in which nothing is sent."""

    seconds: float


@dataclass(frozen=True)
class Cut:
    """The connection ends here, in the middle of the response."""


Step = str | bytes | Head | Chunk | Pause | Cut
Script = Callable[[dict[str, Any]], Iterable[Step]]

ENDS = Chunk(finish_reason="stop")
DONE = b"data: [DONE]\n\n"
HANGS = Pause(math.inf)


def sends(*steps: Step) -> Script:
    """These steps, whatever is asked."""
    return lambda _: steps


def says(text: str, *, piece: int = 3) -> Script:
    """The text, in pieces of so many characters, and a proper end."""
    return sends(*_pieces(text, piece), ENDS, DONE)


def thinks(thought: str, text: str) -> Script:
    """A thought in the field that reasoning models have for it, and then the text."""
    return sends(Chunk({"reasoning_content": thought}), *_pieces(text, 3), ENDS, DONE)


def hangs() -> Script:
    """No answer at all, not even a status; the connection stays open."""
    return sends(HANGS)


def hangs_after(text: str) -> Script:
    """The text, and then nothing; the connection stays open."""
    return sends(*_pieces(text, 3), HANGS)


def breaks_off_after(text: str) -> Script:
    """The text, and then the connection is cut; before any status where there is no text."""
    return sends(*_pieces(text, 3), Cut())


def trickles(text: str, *, every: float) -> Script:
    """The text a character at a time, with a pause before each."""
    return sends(*(step for character in text for step in (Pause(every), character)), ENDS, DONE)


def repeats(sentence: str) -> Script:
    """The sentence again and again, without end."""
    return lambda _: (sentence for _ in count())


def refuses(text: str) -> Script:
    """A refusal, in the field that the API has for it."""
    return sends(Chunk({"refusal": text}), ENDS, DONE)


def filtered_after(text: str) -> Script:
    """The text, and then the endpoint's content filter."""
    return sends(*_pieces(text, 3), Chunk(finish_reason="content_filter"), DONE)


def status(
    code: int, *, retry_after: float | str | None = None, code_in_body: str = "error"
) -> Script:
    """An HTTP error, as OpenAI words them."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    body = {"error": {"message": "scripted", "type": "error", "code": code_in_body}}
    return sends(Head(code, "application/json", headers), json.dumps(body).encode())


def in_turn(*scripts: Script) -> Script:
    """One script for each request, and the last for all that follow."""
    left = list(scripts)

    def next_one(body: dict[str, Any]) -> Iterable[Step]:
        script = left.pop(0) if len(left) > 1 else left[0]
        return script(body)

    return next_one


class Server:
    """What a test sees of the running server.

    Attributes:
        base_url: for ``IPQA_LLM_BASE_URL``.
        requests: the bodies of the chat requests so far.
        paths: where they were sent, as sent.
        headers: their headers, by names in lower case.
        connected: is set when a first connection has come.
        disconnected: is set when a client has gone before the script was over.
    """

    def __init__(self, script: Script) -> None:
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.connected = threading.Event()
        self.disconnected = threading.Event()
        self.stopping = threading.Event()
        self.script = script
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self.base_url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def serve(self) -> None:
        """Answer until stopped."""
        self._http.serve_forever(poll_interval=0.02)

    def stop(self) -> None:
        """End every script that is still under way, and wait for it."""
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()


@contextmanager
def scripted(script: Script) -> Iterator[Server]:
    """A server that follows the script, as long as the block lasts."""
    server = Server(script)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(timeout=10)


def _pieces(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)]


class _Gone(Exception):
    """The client has gone, the script says so, or the server stops."""


class _Http(ThreadingHTTPServer):
    owner: Server
    daemon_threads = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay silent: what the client did wrong is what the test is about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.owner.connected.set()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Stay silent."""

    def do_GET(self) -> None:
        if urlsplit(self.path).path == "/v1/models":
            self._send_json({"object": "list", "data": [{"id": "scripted", "object": "model"}]})
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if urlsplit(self.path).path != "/v1/chat/completions":
            self.send_error(404)
            return
        self.server.owner.requests.append(body)
        self.server.owner.paths.append(self.path)
        self.server.owner.headers.append({k.lower(): v for k, v in self.headers.items()})
        self.close_connection = True
        try:
            self._follow(self.server.owner.script(body), streaming=body.get("stream") is True)
        except (ConnectionError, TimeoutError):
            self.server.owner.disconnected.set()
        except _Gone:
            pass  # the script is over

    def _follow(self, steps: Iterable[Step], *, streaming: bool) -> None:
        said, reason, headed = "", "stop", False
        for step in steps:
            self._wait(step.seconds if isinstance(step, Pause) else 0)
            if isinstance(step, Cut):
                raise _Gone
            if isinstance(step, str | Chunk) and not streaming:
                chunk = Chunk({"content": step}) if isinstance(step, str) else step
                said += chunk.delta.get("content") or ""
                reason = chunk.finish_reason or reason
            elif not isinstance(step, Pause) and not (step == DONE and not streaming):
                if not headed:
                    self._send_head(step if isinstance(step, Head) else Head())
                    headed = True
                self._send(_encoded(step))
        if headed:
            self.wfile.write(b"0\r\n\r\n")
        elif not streaming:
            message = {"role": "assistant", "content": said}
            choice = {"index": 0, "message": message, "finish_reason": reason}
            self._send_json({"id": "1", "object": "chat.completion", "choices": [choice]})

    def _wait(self, seconds: float) -> None:
        """Let time pass, and notice who goes meanwhile."""
        end = time.monotonic() + seconds
        while True:
            if self.server.owner.stopping.is_set():
                raise _Gone
            left = max(0.0, min(0.02, end - time.monotonic()))
            readable, _, _ = select.select([self.connection], [], [], left)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise ConnectionResetError
            if time.monotonic() >= end:
                return

    def _send_head(self, head: Head) -> None:
        self.send_response(head.status)
        for name, value in head.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", head.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()

    def _send(self, content: bytes) -> None:
        if content:
            self.connection.settimeout(5)
            self.wfile.write(b"%x\r\n%b\r\n" % (len(content), content))

    def _send_json(self, content: object) -> None:
        self._send_head(Head(content_type="application/json"))
        self._send(json.dumps(content).encode())
        self.wfile.write(b"0\r\n\r\n")


def _encoded(step: str | bytes | Head | Chunk) -> bytes:
    if isinstance(step, bytes):
        return step
    if isinstance(step, Head):
        return b""
    chunk = Chunk({"content": step}) if isinstance(step, str) else step
    choice = {"index": 0, "delta": chunk.delta, "finish_reason": chunk.finish_reason}
    content = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "scripted"}
    text = json.dumps({**content, "choices": [choice]}, ensure_ascii=False)
    return f"data: {text}\n\n".encode()
