"""The time that one answer of a language model may take, held whatever the endpoint does."""

import contextlib
import socket
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import httpx2


class TimeLimit:
    """The time for one answer; when it is over, the connection is shut, whatever is awaited from it.

    The client's own timeouts begin anew with every byte that comes, so an endpoint that sends a little
    now and then would never meet them.

    Args:
        seconds: from the making of the limit on.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()

    def left(self) -> float:
        """Seconds that are left; 0 or less when time is over."""
        return self._end - time.monotonic()

    def end_within(self, seconds: float) -> None:
        """Let at most so many seconds more go by, if as many are left."""
        self._timer.cancel()
        self._end = min(self._end, time.monotonic() + seconds)
        self._timer = threading.Timer(max(self.left(), 0.0), self._shut)
        self._timer.daemon = True
        self._timer.start()

    def guard(self, request: "httpx2.Request") -> None:
        """Hold the connection of a request to the limit."""
        request.extensions["trace"] = self._learn

    def _learn(self, event: str, told: Mapping[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = told["return_value"].get_extra_info("socket")
            if self.left() <= 0:
                self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            # OSError: the other side has closed it already
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
