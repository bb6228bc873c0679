"""What no page may ever do, watched for in every test, and steps that many tests take."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Route

ARRIVES_WITHIN = 10_000
"""Milliseconds that a request of the page may take to reach the browser's network."""


class Watch:
    """Fails a test whose pages write errors or ask another origin.

    Violations of the content security policy and requests that fail are written to the console by the
    browser; those that a test brings about on purpose it allows by their wording.
    """

    allowed: tuple[str, ...] = ()

    def __init__(self, context: BrowserContext) -> None:
        self._found: list[str] = []
        self._context = context
        self._origin = ""
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self._found.append(str(error.error)))
        context.on("request", self._on_request)

    def __enter__(self) -> Self:
        self._context.watch = self  # type: ignore[attr-defined]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            found = [one for one in self._found if not any(a in one for a in self.allowed)]
            assert found == []

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._found.append(message.text)

    def _on_request(self, request: Request) -> None:
        if request.url.startswith(("data:", "blob:")):
            return
        origin = "/".join(request.url.split("/")[:3])
        self._origin = self._origin or origin
        if origin != self._origin:
            self._found.append(f"another origin: {request.url}")


def allow(page: Page, *wordings: str) -> None:
    """Errors whose text holds one of these are what the test is about."""
    watch: Watch = page.context.watch  # type: ignore[attr-defined]
    watch.allowed += wordings


def ask(page: Page, question: str) -> Locator:
    """Type a question, send it with Enter, and wait for the turn that answers it."""
    turns = page.locator(".turn")
    before = turns.count()
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    turn = turns.nth(before)
    turn.locator(".actions").wait_for()
    return turn


class Held:
    """Requests of a page that wait on their way to the server until the test lets them go on."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._routes: list[Route] = []

    def __len__(self) -> int:
        return len(self._routes)

    def add(self, route: Route) -> None:
        """What `Page.route` calls for each request."""
        self._routes.append(route)

    def first(self) -> Route:
        """The first of them; the page shows what it does before the browser has sent the request."""
        waited = 0
        while not self._routes:
            assert waited < ARRIVES_WITHIN, "the page sent no request"
            self._page.wait_for_timeout(20)
            waited += 20
        return self._routes[0]


@contextmanager
def requests_held(page: Page, path: str) -> Iterator[Held]:
    """Requests of addresses that end in this path are held while the test is in here."""
    address = re.compile(f"{re.escape(path)}$")
    held = Held(page)
    page.route(address, held.add)
    yield held
    page.unroute(address)
