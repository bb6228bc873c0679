"""The page: its files, the addresses of its views, and the policy that keeps it to itself."""

import re
from pathlib import Path

from starlette.responses import Response
from starlette.routing import Match, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""The Content-Security-Policy of everything that has no other."""

_VIEW = re.compile(r"(?:reports|verify|evaluation|c/[\w-]+|r/[^/]+)/?")
"""Addresses that the page itself shows something at."""


class Page(Mount):
    """The page's files, which leave the API's addresses to the API, wrong methods included."""

    def __init__(self, folder: Path) -> None:
        super().__init__("/", _Files(directory=folder, html=True))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match everything but the API."""
        if scope["path"].startswith("/api/"):
            return Match.NONE, {}
        return super().matches(scope)


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(
            "index.html" if _VIEW.fullmatch(path) else path, scope
        )
        response.headers["Cache-Control"] = "no-cache"  # ask each time whether it is still the same
        return response
