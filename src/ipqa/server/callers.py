"""Who calls: what the key that came with a request lets its owner do."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from ipqa.errors import AdminNeeded
from ipqa.records.keys import ApiKey, Role


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request.

    Attributes:
        name: of the key; None where the server wants none.
        role: what the caller may do.
        reports: ids of the reports that the caller may read; all where None.
    """

    name: str | None
    role: Role
    reports: frozenset[str] | None

    @classmethod
    def with_key(cls, key: ApiKey) -> "Caller":
        """The owner of a key."""
        return cls(key.name, key.role, key.reports)


BEARER = Depends(
    HTTPBearer(auto_error=False, description="An API key, where the server wants one.")
)
"""Shows in the API's description how a key is sent; what it lets in is for ``guard`` to say."""

ANYBODY = Caller(name=None, role="admin", reports=None)
"""Who calls a server that wants no key: a user of the machine, who may do everything."""

NOBODY = Caller(name=None, role="ask", reports=frozenset())
"""Who calls where no key is looked for: the page's files and the health checks, which tell nothing."""


def caller_of(request: Request) -> Caller:
    """Who sent the request, as ``guard`` found out before it came here."""
    caller: Caller = request.state.caller
    return caller


CallerOf = Annotated[Caller, Depends(caller_of)]


def admin_only(caller: CallerOf) -> None:
    """Refuse whoever is no admin; a dependency of the endpoints that are left to admins.

    Raises:
        AdminNeeded: the caller's key has another role.
    """
    if caller.role != "admin":
        raise AdminNeeded


ADMIN_ONLY = Depends(admin_only)
