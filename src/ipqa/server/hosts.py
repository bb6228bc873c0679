"""The names that a server answers under.

A page elsewhere can have a name of its own made to lead to this machine, and would then be of one origin
with the server; the browser tells by ``Host`` that it asks for that name. No name can be made to stand
for an address, so that addresses are always answered.
"""

import re
from collections.abc import Collection
from ipaddress import ip_address

_LOCAL = "localhost"
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::\d*)?")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens on a host; a name may lead anywhere."""
    return host == _LOCAL or (_is_address(host) and ip_address(host).is_loopback)


def is_answered(host: str, names: Collection[str]) -> bool:
    """Whether a server answers a request with this ``Host``.

    Args:
        host: as it was sent, with or without a port.
        names: what the server is called, besides ``localhost``.
    """
    sent = _HOST.fullmatch(host)
    if sent is None:
        return False
    name = sent["name"].lower().removesuffix(".")
    known = {_LOCAL, *(known.lower() for known in names)}
    return name in known or _is_address(name.strip("[]"))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
