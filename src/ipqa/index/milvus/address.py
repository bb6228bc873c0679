"""Where a Milvus listens, or which file a Milvus Lite keeps."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from ipqa.errors import BadSetting

_PORT = 19530


@dataclass(frozen=True)
class Address:
    """An address as Milvus's client takes it.

    Attributes:
        told: the same for messages and logs, without what may be secret.
        uri: ``http://host:port``, or the path of a file.
        database: at the server; empty for its default.
        token: user and password, where the address has them.
        is_lite: whether Milvus runs inside this process, on a file that no other process may open.
    """

    told: str
    uri: str
    database: str = ""
    token: str = field(default="", repr=False)
    is_lite: bool = False


def address_of(url: str) -> Address:
    """An address from ``milvus://user:password@host:port/database`` or ``milvus-lite:///path/file.db``.

    Raises:
        BadSetting: it is neither.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORT
    except ValueError as error:
        raise BadSetting(names="IPQA_INDEX_URL", reason=str(error)) from error
    return _lite(parts) if parts.scheme == "milvus-lite" else _server(parts, port)


def _lite(parts: SplitResult) -> Address:
    path = Path(unquote(parts.path)).absolute()
    if parts.netloc or path.suffix != ".db":
        reason = (
            "milvus-lite:/// goes with a path that ends in .db: milvus-lite:///srv/ipqa/milvus.db"
        )
        raise BadSetting(names="IPQA_INDEX_URL", reason=reason)
    return Address(f"milvus-lite://{path}", str(path), is_lite=True)


def _server(parts: SplitResult, port: int) -> Address:
    database = parts.path.strip("/")
    if not parts.hostname or "/" in database:
        reason = "milvus:// goes with a host and a database: milvus://host:19530/default"
        raise BadSetting(names="IPQA_INDEX_URL", reason=reason)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    token = ":".join(unquote(part) for part in (parts.username, parts.password) if part)
    told = f"milvus://{host}:{port}/{database}"
    return Address(told, f"http://{host}:{port}", database, token)
