"""A connection to Milvus, asked in bounded time.

It is made when it is first needed, and again after Milvus was away: nobody has to start ipqa anew. What goes wrong
leaves here as one of a few errors, without what may be secret in an address.
"""

import logging
import time
from pathlib import Path
from threading import Lock
from typing import Any

from ipqa.errors import ExtraMissing, IndexUnreachable
from ipqa.index.milvus.address import Address

_Client = Any
"""A ``MilvusClient``, or None: pymilvus has no types."""

_CONNECTED, _OPENED = 3.0, 300.0
"""Seconds in which a server must accept a connection, and in which a file must be open."""

_AWAY = 1.0
"""Seconds after which a server that was away is asked again; until then, no queue of questions waits for it."""

_NOT_THERE, _NOT_LOADED = 100, 101
"""Codes of Milvus's errors: no such collection, a collection that is not in memory."""

_NOT_OPENED = "Open local milvus failed"
_LOCKED = "another process may have it open: Milvus Lite serves one at a time"


class CollectionLost(ValueError):
    """Milvus no longer holds a collection, or not all of it."""


class CollectionNotLoaded(Exception):
    """Milvus holds a collection, but not in memory."""


class Connection:
    """Asks the Milvus at an address."""

    def __init__(self, address: Address) -> None:
        """Remember where it is; nothing is asked yet.

        Raises:
            ExtraMissing: the client is not installed.
        """
        try:
            import grpc  # noqa: PLC0415 - an optional extra
            import pymilvus  # noqa: PLC0415 - and seconds to import
        except ImportError as error:
            raise ExtraMissing(packages="pymilvus", extra="milvus") from error
        for name in ("pymilvus", "milvus_lite"):  # they log what they raise, with tracebacks
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self.address = address
        self._milvus = pymilvus
        self._faults = (pymilvus.MilvusException, grpc.RpcError)
        self._client: _Client = None
        self._connecting = Lock()
        self._away = (float("-inf"), "")

    def ask(self, call: str, *given: object, within: float, **options: object) -> Any:  # noqa: ANN401 - as it answers
        """What Milvus answers to a call of its client.

        Args:
            call: the method of ``MilvusClient``.
            given: its arguments.
            within: seconds in which a server must answer; nothing is away that runs in this process.
            options: named arguments.

        Raises:
            CollectionLost: there is no such collection.
            CollectionNotLoaded: the collection is not in memory.
            IndexUnreachable: Milvus cannot be asked, or refuses.
        """
        client = self._connected()
        seconds = None if self.address.is_lite else within
        try:
            return getattr(client, call)(*given, timeout=seconds, **options)
        except self._faults as error:
            code = error.code() if callable(error.code) else error.code
            if code == _NOT_THERE:
                raise CollectionLost(_told(error)) from error
            if code == _NOT_LOADED:
                raise CollectionNotLoaded(_told(error)) from error
            raise self.unreachable(_told(error)) from error

    def unreachable(self, reason: str) -> IndexUnreachable:
        """The error for whoever waits for an answer."""
        return IndexUnreachable(address=self.address.told, reason=reason)

    def _connected(self) -> _Client:
        """A connection that is there, or is made now."""
        with self._connecting:
            since, reason = self._away
            if self._client is None and time.monotonic() - since < _AWAY:
                raise self.unreachable(reason)
            if self._client is None:
                try:
                    self._client = self._connect()
                except self._faults as error:
                    self._away = (time.monotonic(), _told(error))
                    raise self.unreachable(_told(error)) from error
            return self._client

    def _connect(self) -> _Client:
        address = self.address
        if address.is_lite:
            Path(address.uri).parent.mkdir(parents=True, exist_ok=True)
        return self._milvus.MilvusClient(
            address.uri,
            db_name=address.database,
            token=address.token,
            timeout=_OPENED if address.is_lite else _CONNECTED,
            dedicated=True,  # the connections that pymilvus shares do not outlive a server that was away
            grpc_options={"grpc.max_reconnect_backoff_ms": round(1000 * _AWAY)},
        )


def _told(error: Exception) -> str:
    """What Milvus says of an error, in one line."""
    told = getattr(error, "message", "") or getattr(error, "details", lambda: "")() or str(error)
    said = str(told).strip().partition("\n")[0]
    return _LOCKED if said == _NOT_OPENED else said
