"""A visitor of a server that a test starts for itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page

from ipqa.settings import Settings
from tests.browser.watching import Watch
from tests.parts import build_small_index, records_at


@contextmanager
def visiting(
    browser: Browser, client: httpx.Client, path: str = "/", **how: object
) -> Iterator[Page]:
    """The page in a window of its own, started at a path; watched as every page of a test is."""
    window: dict[str, Any] = {
        "base_url": str(client.base_url),
        "locale": "ja-JP",
        "viewport": {"width": 1280, "height": 800},
        "reduced_motion": "reduce",
        **how,
    }
    with browser.new_context(**window) as context, Watch(context):
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(path)
        page.locator("body.ready").wait_for()
        yield page


def own_settings(folder: Path, reports: dict[str, str]) -> Settings:
    """Settings of an index that no other test sees, of reports by the names of their files."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for name, text in reports.items():
        (corpus / name).write_text(text, encoding="utf-8")
    settings = build_small_index(corpus, folder / "index")
    own = {"database_url": records_at(folder / "records.sqlite3"), "runs": folder / "runs"}
    return settings.model_copy(update=own)
