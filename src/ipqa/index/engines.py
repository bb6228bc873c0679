"""Which index the settings name, and which engine searches it."""

from functools import lru_cache

from ipqa.errors import BadSetting
from ipqa.index.legs import Engine
from ipqa.index.on_disk import ON_DISK
from ipqa.index.store import Index, open_index
from ipqa.settings import Settings

_ON_DISK = "faiss:"


def engine_of(settings: Settings) -> Engine:
    """What searches the index; one of a kind in a process, not asked anything yet.

    Raises:
        BadSetting: the address is none.
        ExtraMissing: its client is not installed.
    """
    return _engine(settings.index_url)


def index_of(settings: Settings) -> Index:
    """The index that the settings name, opened; raises as ``open_index`` and ``engine_of`` do."""
    return open_index(settings.index, engine_of(settings))


@lru_cache(maxsize=8)
def _engine(url: str) -> Engine:
    if url == _ON_DISK:
        return ON_DISK
    scheme = url.partition(":")[0]
    if scheme not in {"milvus", "milvus-lite"}:
        reason = "neither faiss: (whose folder IPQA_INDEX names) nor milvus:// nor milvus-lite:///"
        raise BadSetting(names="IPQA_INDEX_URL", reason=reason)
    from ipqa.index.milvus import MilvusEngine, address_of  # noqa: PLC0415 - an optional extra

    return MilvusEngine(address_of(url))
