"""How applications are served: by uvicorn, with little patience for clients that keep a server waiting.

Uvicorn ends idle connections, but waits for ever for a request that trickles in, and for a client that does not
read what it is sent; each holds memory, and a stream its turn. Where there are too many connections it says so in
plain text; here those on top are marked, so that the application refuses them in its own words. And where it is told
to stop, it hangs up on those who have connected and not asked yet: behind a proxy, whose requests come right after,
these are requests that fail.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

import h11
import uvicorn
from starlette.types import ASGIApp, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from ipqa.settings import Settings

_SLOWEST = 4096
"""Bytes in a second that a request comes in at the least."""

_UNSENT = 131_072
"""Bytes that the system holds for a client to read; in steps of its size is seen whether one does."""

_ON_TOP = "connected_on_top"
"""In the state of requests that come over a connection of which there are too many already."""
_JUST_COME = 1.0
"""Seconds in which whoever has connected before a server stops can still send a request."""

_RECEIVED = frozenset({h11.DONE, h11.MUST_CLOSE, h11.CLOSED})


class _Patience:
    """Ends something, unless there is progress.

    Args:
        loop: of the connection.
        seconds: how long it waits without any.
        end: is called where there was none.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, seconds: float, end: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._seconds = seconds
        self._end = end
        self._until = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Wait from now on, if not already."""
        if self._timer is None:
            self._until = self._loop.time() + self._seconds
            self._timer = self._loop.call_at(self._until, self._look)

    def extend(self, seconds: float) -> None:
        """Wait longer by some seconds, but never longer from now than at the start."""
        self._until = min(self._until + seconds, self._loop.time() + self._seconds)

    def stop(self) -> None:
        """Wait no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._loop.time() < self._until:
            self._timer = self._loop.call_at(self._until, self._look)
        else:
            self._end()


class PatientProtocol(H11Protocol):
    """Uvicorn's protocol, which ends connections that do not go on for as long as idle ones are kept."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request, which is marked if there are more connections than there may be."""
        super().connection_made(transport)
        most, self.limit_concurrency = self.limit_concurrency, None  # uvicorn is not to refuse any
        if most is not None and len(self.connections) > most:
            self.app_state = {**self.app_state, _ON_TOP: True}
        sending = transport.get_extra_info("socket")
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNSENT)
        # asyncio does so for sockets that it has made; else a body waits 40 ms for its head to be acknowledged
        sending.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.set_write_buffer_limits(high=0)  # to be told whenever something stays unsent
        self._coming = _Patience(self.loop, self.timeout_keep_alive, transport.abort)
        self._going = _Patience(self.loop, self.timeout_keep_alive, self._see_whether_it_goes)
        self._coming.start()

    def data_received(self, data: bytes) -> None:
        """Take in a part of a request; the rest may take so much longer."""
        self._coming.start()
        self._coming.extend(len(data) / _SLOWEST)
        super().data_received(data)
        if self.conn.their_state in _RECEIVED:
            self._coming.stop()

    def pause_writing(self) -> None:
        """Expect that what is unsent will be read."""
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._going.start()

    def resume_writing(self) -> None:
        """All is sent."""
        super().resume_writing()
        self._going.stop()

    def shutdown(self) -> None:
        """End the connection once what was asked is answered; who has just come may still ask."""
        if self.cycle is None:
            self.loop.call_later(_JUST_COME, self._shut_down_late)
        else:
            super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        self._coming.stop()
        self._going.stop()
        super().connection_lost(exc)

    def _shut_down_late(self) -> None:
        if not self.transport.is_closing():
            super().shutdown()

    def _see_whether_it_goes(self) -> None:
        before, self._unsent = self._unsent, self.transport.get_write_buffer_size()
        if self._unsent < before:
            self._going.start()
        else:
            self.transport.abort()


class _LastComer(PatientProtocol):
    """The protocol of those who come while the server stops: each may ask once."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect a request, and none after it."""
        super().connection_made(transport)
        self.shutdown()


class _Server(uvicorn.Server):
    """Stops without turning anybody away whom the system has let connect before."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in who waits to be, then listen no more, and answer what was asked."""
        loop = asyncio.get_running_loop()
        late = []
        for listening in sockets or ():
            with suppress(BlockingIOError):
                while True:
                    connection, _ = listening.accept()
                    late.append(
                        loop.create_task(loop.connect_accepted_socket(self._last, connection))
                    )
        await super().shutdown(sockets)
        await asyncio.gather(*late, return_exceptions=True)

    def _last(self) -> _LastComer:
        return _LastComer(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )


def connected_on_top(scope: Scope) -> bool:
    """Whether a request came over a connection beyond the limit: it is to be refused and closed."""
    return _ON_TOP in scope.get("state", ())


def server_of(app: ASGIApp, settings: Settings) -> uvicorn.Server:
    """A server that serves an application; what is logged, and where it listens, is not its business."""
    return _Server(
        uvicorn.Config(
            app,
            http=PatientProtocol,
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            limit_concurrency=settings.max_connections,
            timeout_keep_alive=settings.client_seconds,
        )
    )


def serve(app: ASGIApp, settings: Settings, listener: socket.socket) -> None:
    """Serve an application where one listens, until the process is interrupted or told to end.

    Uvicorn ends what is under way, and then lets the signal do what it does: ``SIGTERM`` would end the process
    before what waits for its end (traces that are not sent yet, the worker that reads files) has had its turn.
    """
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    server_of(app, settings).run(sockets=[listener])
