"""Collections of Milvus as an index uses them: written once, then searched, and dropped as a whole."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ipqa.index.milvus.address import Address
from ipqa.index.milvus.connection import CollectionLost, CollectionNotLoaded, Connection

Row = Mapping[str, object]
Vector = NDArray[np.float32] | Mapping[int, float]

_ANSWERED = 5.0
"""Seconds in which a server must answer while a question waits."""

_WRITTEN = 600.0
"""Seconds that one step of writing may take, or may wait for a server that is started anew."""

_LOOK = 0.5
"""Seconds between two looks at how far a server is."""

_BATCH = 1_000
"""Rows that are sent at once: one or two megabytes."""

_CONSISTENCY = "Bounded"
"""Of searches, which then see all that is older than a few seconds: a collection in force never changes."""


@dataclass(frozen=True)
class Kind:
    """How a collection is laid out, and how it is searched.

    Attributes:
        dimension: of its vectors; None of sparse ones.
        index: which of Milvus's indexes they have.
        build, search: what that is built and searched with.
        compared: of so many rows that it proposes, those with the largest products are taken; 0 where it
            compares all itself.
    """

    dimension: int | None
    index: Literal["FLAT", "HNSW", "SPARSE_INVERTED_INDEX"]
    build: Mapping[str, int]
    search: Mapping[str, int]
    compared: int = 0


class Collections:
    """The collections at an address; each method raises IndexUnreachable where Milvus cannot be asked."""

    def __init__(self, address: Address) -> None:
        """Remember where they are; nothing is asked yet.

        Raises:
            ExtraMissing: Milvus's client is not installed.
        """
        self._connection = Connection(address)
        self._ask = self._connection.ask

    def write(self, name: str, kind: Kind, rows: Iterable[Row]) -> int:
        """Make a collection, and return once every row of it can be found.

        Args:
            name: of the collection, which is new.
            kind: how it is laid out.
            rows: each with an ``id``, the number of its ``report``, and a ``vector``.

        Returns:
            How many rows there were.
        """
        schema = _schema(kind)
        options = {"schema": schema, "consistency_level": _CONSISTENCY}
        self._ask("create_collection", name, within=_WRITTEN, **options)
        written, left = 0, iter(rows)
        while batch := list(islice(left, _BATCH)):
            self._ask("insert", name, batch, within=_WRITTEN)
            written += len(batch)
        self._ask("flush", name, within=_WRITTEN)
        self._index(name, kind)
        try:
            self.require(name, written)
        except CollectionLost as error:  # such as a batch that was sent twice over a bad connection
            raise self._connection.unreachable(str(error)) from error
        return written

    def require(self, name: str, rows: int) -> None:
        """Have a collection in memory there, where it is not yet.

        Raises:
            CollectionLost: it is not there, or holds another number of rows.
        """
        self._load(name, _WRITTEN)
        counting = {"output_fields": ["count(*)"], "consistency_level": "Strong"}
        (counted,) = self._ask("query", name, "", within=_WRITTEN, **counting)
        if counted["count(*)"] != rows:
            raise CollectionLost(f"{name} holds {counted['count(*)']} rows instead of {rows}")

    def search(
        self, name: str, kind: Kind, vector: Vector, depth: int, reports: Sequence[int] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The rows with the largest inner products, as Milvus finds them, and these products.

        Args:
            name: of the collection.
            kind: how it is laid out.
            vector: what the rows are compared with.
            depth: how many rows at the most.
            reports: only rows of these, by their numbers, where given.
        """
        options = {
            "anns_field": "vector",
            "limit": depth,
            "filter": "" if reports is None else f"report in {list(reports)}",
            "search_params": {"metric_type": "IP", "params": dict(kind.search)},
        }
        try:
            try:
                (hits,) = self._ask("search", name, [vector], within=_ANSWERED, **options)
            except CollectionNotLoaded:  # Milvus was started anew
                self._load(name, _ANSWERED)
                (hits,) = self._ask("search", name, [vector], within=_ANSWERED, **options)
        except (CollectionLost, CollectionNotLoaded) as error:
            raise self._connection.unreachable(str(error)) from error
        return np.array(hits.ids, np.int64), np.array(hits.distances, np.float32)

    def point(self, alias: str, name: str) -> None:
        """Have an alias stand for a collection from now on, in one step."""
        known = self._ask("list_aliases", within=_ANSWERED)["aliases"]
        self._ask(
            "alter_alias" if alias in known else "create_alias", name, alias, within=_ANSWERED
        )

    def names(self, beginning: str) -> list[str]:
        """The collections whose names begin so."""
        found = self._ask("list_collections", within=_ANSWERED)
        return sorted(name for name in found if name.startswith(beginning))

    def drop(self, name: str) -> None:
        """Remove a collection."""
        self._ask("drop_collection", name, within=_WRITTEN)

    def require_reachable(self) -> None:
        """Ask for a sign of life."""
        self._ask("get_server_version", within=_ANSWERED)

    def _index(self, name: str, kind: Kind) -> None:
        """Have a collection indexed, and wait until it is."""
        from pymilvus import MilvusClient  # noqa: PLC0415 - an optional extra

        wanted = MilvusClient.prepare_index_params()
        wanted.add_index("vector", kind.index, "vector", metric_type="IP", params=dict(kind.build))
        wanted.add_index("report", "INVERTED", "report")
        self._ask("create_index", name, wanted, within=_WRITTEN, sync=False)
        for field in ("vector", "report"):
            while (
                state := self._ask("describe_index", name, field, within=_WRITTEN)["state"]
            ) != "Finished":
                if state == "Failed":
                    raise self._connection.unreachable(f"{name} could not be indexed")
                time.sleep(_LOOK)

    def _load(self, name: str, within: float) -> None:
        """Have a collection brought into memory, and wait until it is there."""
        until = time.monotonic() + within
        if not self._is_loaded(name):
            self._ask("load_collection", name, within=within, _async=True)
        while not self._is_loaded(name):
            if time.monotonic() > until:
                raise self._connection.unreachable(f"{name} is still being loaded")
            time.sleep(_LOOK)

    def _is_loaded(self, name: str) -> bool:
        state = self._ask("get_load_state", name, within=_ANSWERED)["state"].name
        if state == "NotExist":
            raise CollectionLost(f"{name} is not there")
        return bool(state == "Loaded")


def _schema(kind: Kind) -> Any:  # noqa: ANN401 - pymilvus has no types
    from pymilvus import DataType, MilvusClient  # noqa: PLC0415 - an optional extra

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("report", DataType.INT32)
    if kind.dimension is None:
        schema.add_field("vector", DataType.SPARSE_FLOAT_VECTOR)
    else:
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=kind.dimension)
    return schema
