"""A real browser on the real server: what every test of the page starts from.

Whatever a test does, its page must not write an error to the console, ask another origin for anything,
or be stopped by its own content security policy.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ipqa.settings import Settings
from tests.browser.watching import Watch
from tests.parts import records_at
from tests.server.running import running

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser, and comes last: its event loop runs to the end."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: _HERE in item.path.parents)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, headless."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        missing = "no Chromium: install the packages chromium and fonts-noto-cjk"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        # inside a container the sandbox of Chromium cannot be set up; the pages are our own
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(
    corpus_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A server on the report that ships; conversations are kept. Reports are not to be changed."""
    folder = tmp_path_factory.mktemp("served")
    settings = corpus_settings.model_copy(
        update={"database_url": records_at(folder / "records.sqlite3"), "runs": folder / "runs"}
    )
    with running(settings) as client:
        yield client


@pytest.fixture
def context(browser: Browser, served: httpx.Client) -> Iterator[BrowserContext]:
    """A visitor: a Japanese browser window of its own, 1280 by 800, at the server's address."""
    with (
        browser.new_context(
            base_url=str(served.base_url),
            locale="ja-JP",
            viewport={"width": 1280, "height": 800},
            reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
        ) as context,
        Watch(context),
    ):
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """The page, started."""
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/")
    page.locator("body.ready").wait_for()
    return page
