"""What stands before every request: whose it is, whether it may come in, and how often.

One rule decides whether a key is wanted: as soon as there is a key, or where the server listens beyond this
machine. The keys are read anew for each request, so that one that is made or removed counts at once.
"""

import logging
from collections.abc import Sequence
from contextlib import closing
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from starlette.middleware.base import RequestResponseEndpoint

from ipqa.errors import (
    AccessError,
    EveryReportNeeded,
    HostRefused,
    IpqaError,
    KeyNeeded,
    KeyRefused,
    NoKeys,
    RecordsNotReady,
    RecordsUnavailable,
    RequestTooLarge,
    TooManyConnections,
    TooManyRequests,
)
from ipqa.records.database import Database
from ipqa.records.keys import KeyRing, KeyStore
from ipqa.server import openai_api, openai_failures, page, problems
from ipqa.server.callers import ANYBODY, NOBODY, Caller
from ipqa.server.hosts import is_answered, is_loopback
from ipqa.server.rates import Buckets
from ipqa.server.serving import connected_on_top
from ipqa.settings import Settings

API = ("/api", "/v1", "/metrics")
"""Addresses below these tell or change something, and are for callers that the server knows."""

_HEALTH = "/readyz"
"""Answers anybody, and tells those more whom the server knows."""

_LIFE = ("/livez", _HEALTH)
"""Answered however many are connected: a server that is full is not to be taken for one that has died."""

_AGAIN = 5
"""Seconds after which whoever finds too many connected may come again."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})

LARGEST_BODY = 10_000_000
"""Bytes that a request other than a file may have: hundreds of answers that are to be exported."""

_FILES = "/api/reports"
"""Takes files, within a limit of its own."""

_LOOK_UPS = 4
"""So many requests look their key up at a time, in threads that questions do not wait for or take up."""

_DOCS_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Swagger's page starts itself with an inline script."""

_log = logging.getLogger(__name__)


class Guard:
    """Lets requests in, or tells why not, and sends responses with headers that keep them to themselves.

    Args:
        settings: of the server.
        records: among which the keys are.
        keyed: beginnings of the addresses that are for callers whom the server knows.
    """

    def __init__(self, settings: Settings, records: Database, keyed: Sequence[str] = API) -> None:
        self._keyed = tuple(keyed)
        self._names = (settings.host, *settings.allowed_hosts)
        self._listens_beyond = not is_loopback(settings.host)
        self._keys = KeyStore(records)
        self._fault: str | None = None
        self._look_ups = CapacityLimiter(_LOOK_UPS)
        self._of_key = Buckets(settings.questions_per_minute)
        self._of_address = Buckets(settings.requests_per_minute)

    async def __call__(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """The response of the application, or a refusal; a middleware of it."""
        try:
            await self._let_in(request)
        except IpqaError as error:
            response: Response = _refusal(request, error)
        else:
            response = problems.from_elsewhere(request) or await call_next(request)
        _set_headers(request, response)
        return response

    async def _let_in(self, request: Request) -> None:
        path = request.scope["path"]
        if connected_on_top(request.scope) and path not in _LIFE:
            raise TooManyConnections(seconds=_AGAIN)
        host = request.headers.get("host", "")
        if not is_answered(host, self._names):
            raise HostRefused(host=host)
        request.state.caller = NOBODY
        declared = int(request.headers.get("content-length", 0))
        if declared > LARGEST_BODY and path != _FILES:
            raise RequestTooLarge(limit=LARGEST_BODY)
        if _is_below(path, self._keyed):
            request.state.caller = await self._caller(request)
        elif path == _HEALTH:
            try:
                request.state.caller = await self._caller(request)
            except AccessError:
                pass  # whether it is ready is for anybody to know
            except RecordsUnavailable as error:
                raise RecordsNotReady from error  # why is for callers to know, of whom it knows none

    async def _caller(self, request: Request) -> Caller:
        ring = await self._ring()
        if not ring.keys and not self._listens_beyond:
            return ANYBODY
        _take(self._of_address, _address_of(request))
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise KeyNeeded
        key = ring.owner_of(token.strip())
        if key is None:
            raise KeyRefused
        if request.method not in _READING:
            _take(self._of_key, key.name)
        return Caller.with_key(key)

    async def _ring(self) -> KeyRing:
        """The keys as they are now.

        Raises:
            RecordsUnavailable: they cannot be read.
            RecordsNotReady: likewise, on a server that others than users of its machine reach.
        """
        try:
            ring = await to_thread.run_sync(self._keys.ring, limiter=self._look_ups)
        except RecordsUnavailable as error:
            self._note(str(error))
            if self._listens_beyond:
                raise RecordsNotReady from error
            raise
        self._note(None)
        return ring

    def _note(self, fault: str | None) -> None:
        """Log where the records can no longer be used, or can be used again."""
        before, self._fault = self._fault, fault
        if fault is not None and fault != before:
            _log.error("%s", fault)
        elif fault is None and before is not None:
            _log.info("the records can be used again")


async def whole_index_only(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Refuse callers who may read some reports only; a middleware of faces that answer from all."""
    caller: Caller = request.state.caller
    if caller.reports is not None:
        return problems.of_error(request, EveryReportNeeded(what="MCP"))
    return await call_next(request)


def require_key(settings: Settings) -> None:
    """Refuse to listen beyond this machine before there is a key.

    Raises:
        NoKeys: the settings name another host than this machine's own, and there is no key.
        RecordsUnavailable: the keys cannot be read.
    """
    with closing(Database.of(settings)) as records:
        if is_loopback(settings.host) or KeyStore(records).all():
            return
    remedy = "ipqa keys add admin --role admin"
    if settings.index != Path("index"):
        remedy += f" --index {settings.index}"
    raise NoKeys(host=settings.host, remedy=remedy)


def _is_below(path: str, folders: Sequence[str]) -> bool:
    """Whether an address is one of these or below one; ``/api.js`` is a file of the page."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


def _take(buckets: Buckets, name: str) -> None:
    seconds = buckets.take(name)
    if seconds:
        raise TooManyRequests(seconds=seconds)


def _address_of(request: Request) -> str:
    """Where a request came from; of IPv6 the network, as one who asks has all addresses of it."""
    sent_from = request.client.host if request.client else ""
    try:
        address = ip_address(sent_from)
    except ValueError:
        return sent_from
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return sent_from


def _refusal(request: Request, error: IpqaError) -> Response:
    """An error as the clients of that address read it."""
    if request.scope["path"].startswith(openai_api.router.prefix):
        return openai_failures.failure(error, problems.language_of(request))
    return problems.of_error(request, error)


def _set_headers(request: Request, response: Response) -> None:
    """Headers that keep the page, and what the API tells, to themselves, and no connection too many."""
    path = request.scope["path"]
    if connected_on_top(request.scope):
        response.headers["Connection"] = "close"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    policy = _DOCS_POLICY if path == "/docs" else page.POLICY
    response.headers.setdefault("Content-Security-Policy", policy)
    if _is_below(path, API):
        response.headers["Cache-Control"] = "no-store"
