"""A report from an address on the web, fetched only when the user asks for it.

http and https only; addresses of this machine and of private networks are refused, before the first
request and after every redirect, and the connection is made to the very address that was checked, so
that a name which resolves to another one the next moment gains nothing (DNS rebinding).
"""

import ipaddress
import re
import socket
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote

import httpx

from ipqa.errors import AddressRefused, DownloadFailed, FileTooLarge
from ipqa.reports import ENDINGS, SourceFile

_SECONDS = 60
"""For the whole of it, redirects included."""

_REDIRECTS = 5
_ENDINGS_BY_TYPE = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}


def is_address(source: str) -> bool:
    """Whether what a user named is an address rather than a file."""
    return re.match(r"[a-z][a-z0-9+.-]*://", source, re.IGNORECASE) is not None


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet."""
    parsed = ipaddress.ip_address(address)
    return parsed.is_global and not parsed.is_multicast


def download(
    address: str, *, max_bytes: int, is_allowed: Callable[[str], bool] = is_public
) -> SourceFile:
    """Fetch the file at an address.

    Args:
        address: http or https.
        max_bytes: where the download stops.
        is_allowed: says of an IP address whether it may be asked.

    Raises:
        AddressRefused: the address is not http or https, or leads into a private network.
        DownloadFailed: there is no answer, or no file, within the time.
        FileTooLarge: the file is larger than the limit.
    """
    deadline = time.monotonic() + _SECONDS
    try:
        url = httpx.URL(address)
        with httpx.Client(trust_env=False, timeout=_SECONDS / 3) as client:
            for _ in range(_REDIRECTS + 1):
                request = _request(client, url, is_allowed)
                with closing(client.send(request, stream=True)) as response:
                    if response.is_redirect:
                        url = url.join(response.headers["location"])
                        continue
                    if not response.is_success:
                        raise DownloadFailed(url=url, reason=f"HTTP {response.status_code}")
                    raw = _body(response, url, max_bytes, deadline)
                    return SourceFile(_file_name(url, response.headers.get("content-type")), raw)
    except (httpx.HTTPError, httpx.InvalidURL, KeyError) as error:
        raise DownloadFailed(url=address, reason=str(error) or type(error).__name__) from error
    raise DownloadFailed(url=address, reason="too many redirects")


def _request(
    client: httpx.Client, url: httpx.URL, is_allowed: Callable[[str], bool]
) -> httpx.Request:
    """A request to the address that the name stands for now, once that is known to be allowed."""
    if url.scheme not in {"http", "https"} or not url.host:
        raise AddressRefused(
            url=url, reason_ja="http か https だけ使えます", reason="only http and https are used"
        )
    try:
        found = socket.getaddrinfo(url.host, url.port or url.scheme, type=socket.SOCK_STREAM)
    except OSError as error:
        raise DownloadFailed(url=url, reason=error.strerror or str(error)) from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not addresses or not all(is_allowed(one) for one in addresses):
        raise AddressRefused(
            url=url,
            reason_ja="このコンピューターや社内ネットワークの中を指しています",
            reason="it leads to this machine or a private network",
        )
    return client.build_request(
        "GET",
        url.copy_with(host=addresses[0]),
        headers={"Host": url.netloc.decode(), "User-Agent": "ipqa"},
        extensions={"sni_hostname": url.host},
    )


def _body(response: httpx.Response, url: httpx.URL, max_bytes: int, deadline: float) -> bytes:
    raw = bytearray()
    for piece in response.iter_bytes():
        raw += piece
        if len(raw) > max_bytes:
            raise FileTooLarge(path=url, size=len(raw), limit=max_bytes)
        if time.monotonic() > deadline:
            raise DownloadFailed(url=url, reason=f"it took longer than {_SECONDS} seconds")
    return bytes(raw)


def _file_name(url: httpx.URL, content_type: str | None) -> Path:
    """A name for the file: the last part of the address, with the ending that fits its type."""
    name = unquote(url.path).rstrip("/").rpartition("/")[2] or url.host
    name = re.sub(r"[^\w.-]+", "-", name).strip(".-")[:100] or "page"
    given = Path(name).suffix.lower()
    ending = _ENDINGS_BY_TYPE.get((content_type or "").partition(";")[0].strip().lower())
    if ending is None or given == ending or (given in ENDINGS and ending == ".txt"):
        return Path(name)
    return Path(name).with_suffix(ending) if given in ENDINGS else Path(name + ending)
