"""Clients that keep a server waiting, each in its own way; a server ends their connections."""

import json
import socket
import time
from collections.abc import Callable

from tests.load.invented import Invented

Address = tuple[str, int]

_PATIENCE = 180.0
"""Seconds until it is said that a server holds on to a connection for good."""

_QUESTION = json.dumps({"question": Invented(1).question}).encode()


def _request(method: str, path: str, body: bytes = b"") -> bytes:
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _send_slowly(address: Address, start: bytes) -> float:
    """Send a beginning, and then a letter now and then; seconds until the server ended it."""
    with socket.create_connection(address) as connection:
        begun = time.monotonic()
        connection.sendall(start)
        connection.settimeout(0.5)
        while (passed := time.monotonic() - begun) < _PATIENCE:
            try:
                connection.sendall(b"a")
                if connection.recv(65_536) == b"":
                    return passed
            except TimeoutError:
                continue
            except ConnectionError:
                return passed
    raise TimeoutError("the connection is still open")


def trickling_head(address: Address) -> float:
    """Never ends the head of a request."""
    return _send_slowly(address, b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ")


def trickling_body(address: Address) -> float:
    """Never ends the body of a question."""
    whole = _request("POST", "/api/ask", _QUESTION + b" " * 100_000)
    return _send_slowly(address, whole[:200])


def trickling_upload(address: Address) -> float:
    """Never ends a file."""
    head = (
        "POST /api/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
        'Content-Disposition: form-data; name="file"; filename="slow.md"\r\n\r\n'
    )
    return _send_slowly(address, head.encode())


def saying_nothing(address: Address) -> float:
    """Connects, and asks for nothing."""
    with socket.create_connection(address, timeout=_PATIENCE) as connection:
        begun = time.monotonic()
        connection.recv(1)
        return time.monotonic() - begun


def _never_read(address: Address, request: bytes) -> float:
    """Ask again and again and read nothing, until the server ends it."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(_PATIENCE)
        connection.connect(address)
        begun = time.monotonic()
        try:
            while True:
                connection.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            return time.monotonic() - begun


def never_reading_a_stream(address: Address) -> float:
    """Asks for answers as events, and reads none of them."""
    return _never_read(address, _request("POST", "/api/ask/stream", _QUESTION))


def never_reading_reports(address: Address) -> float:
    """Asks for pages, and reads none of them."""
    return _never_read(address, _request("GET", "/api/reports"))


def half_closed(address: Address) -> float:
    """Asks for a stream, and says at once that nothing more will be said."""
    with socket.create_connection(address, timeout=_PATIENCE) as connection:
        begun = time.monotonic()
        connection.sendall(_request("POST", "/api/ask/stream", _QUESTION))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass
        return time.monotonic() - begun


SLOW: tuple[Callable[[Address], float], ...] = (
    saying_nothing,
    trickling_head,
    trickling_body,
    trickling_upload,
    never_reading_a_stream,
    never_reading_reports,
    half_closed,
)
"""Each gives the seconds after which its connection was ended.

Raises:
    TimeoutError: it never was.
"""
