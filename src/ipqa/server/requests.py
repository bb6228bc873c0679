"""Each request told in one line and counted: its id, its address as a template, how it ended, how long it took.

Neither line nor figure holds what was asked, unless the settings say so, nor any key, address or name of a caller.
"""

import logging
import re
import time
import uuid
from typing import Any

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ipqa.answering.answer import Answer
from ipqa.server.metrics import Metrics

HEADER = "X-Request-Id"
"""Names a request, in its response and in the log; one that came with it is kept."""

_ID = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_METHODS = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())
_log = logging.getLogger(__name__)


class RequestLog:
    """A middleware, the outermost, so that refusals are told as well.

    Args:
        app: what it stands before.
        metrics: count the requests.
        questions: whether the line of a request that was answered holds its question.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, *, questions: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._questions = questions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, and tell it before the last of its response is sent: whoever has it finds it told."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(HEADER, "")
        request_id = sent if _ID.fullmatch(sent) else uuid.uuid4().hex
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status = 500  # of what fell before it could respond
        told = False

        async def named(message: Message) -> None:
            nonlocal status, told
            if message["type"] == "http.response.start":
                status = int(message["status"])  # an HTTPStatus would be written with its name
                MutableHeaders(scope=message)[HEADER] = request_id
            elif message["type"] == "http.response.body" and not message.get("more_body", False):
                told = True
                self._tell(scope, status, time.perf_counter() - started)
            await send(message)

        try:
            await self._app(scope, receive, named)
        finally:
            if not told:
                self._tell(scope, status, time.perf_counter() - started)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        path = _template(scope)
        told: dict[str, object] = {
            "method": method,
            "path": path,
            "status": status,
            "ms": round(1000 * seconds, 1),
        }
        state = scope["state"]
        if "problem" in state:
            told["problem"] = state["problem"]
        if self._questions and "question" in state:
            told["question"] = state["question"]
        _log.info("request", extra=told)
        self._metrics.requested(method, path, status, seconds)


def answered(request: Request, answer: Answer) -> None:
    """Note that a request was answered; whatever gives answers calls it once for each."""
    metrics: Metrics = request.state.metrics
    metrics.answered(answer)
    request.state.question = answer.question


def _template(scope: Scope) -> str:
    """The address as the application describes it, so that no id or name is told; else what it is of."""
    template: str | None = getattr(scope.get("route"), "path", None)
    if template is not None:
        return template
    return "page" if "endpoint" in scope else "refused"
