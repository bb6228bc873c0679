"""The trace that a request belongs to: that of whoever sent it, where it says so (W3C Trace Context)."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ipqa.telemetry import Tracing


class TraceParent:
    """A middleware, within which a question belongs to the trace that its request names.

    Args:
        app: what it stands before.
        tracing: what makes spans of questions.
    """

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with self._tracing.belonging(Headers(scope=scope)):
            await self._app(scope, receive, send)
