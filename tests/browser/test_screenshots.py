"""Pictures of the main states, for the README and for eyes: into IPQA_SCREENSHOTS, if that is set.

They show the report that ships, without motion and without a caret, so the same page gives the same
pictures.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from ipqa.settings import Settings
from tests.browser.visiting import visiting
from tests.browser.watching import ask
from tests.parts import records_at
from tests.server.running import running

SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
KEPT = {
    "begin-desktop-light",
    "answer-desktop-light",
    "reader-desktop-light",
    "reader-desktop-dark",
    "table-desktop-light",
    "verify-desktop-light",
    "answer-phone-light",
    "reader-phone-dark",
}
"""Those that stand in docs/images; the others are made in the test alone."""
DRAFT = (
    "日産はASSBを積むEVを2028年度までに発売することを目指す。"
    "日産はASSBを積むEVを2031年度までに発売することを目指す。"
    "社員食堂の献立は毎週変わる。"
)
MOST_BYTES = 150_000
COLOURS = 256


@pytest.fixture
def server(corpus_settings: Settings, tmp_path: Path) -> Iterator[httpx.Client]:
    """A server on the report that ships where nothing was asked before."""
    own = {"database_url": records_at(tmp_path / "records.sqlite3"), "runs": tmp_path / "runs"}
    with running(corpus_settings.model_copy(update=own)) as client:
        yield client


class Album:
    """Takes pictures that are not blank and small enough to be kept."""

    def __init__(self, page: Page, look: str, folder: Path) -> None:
        self._page = page
        self._look = look
        self._folder = folder

    def take(self, state: str) -> None:
        """A picture of what is on the page now."""
        self._page.mouse.move(0, 0)
        taken = self._page.screenshot(animations="disabled", caret="hide")
        picture = Image.open(io.BytesIO(taken)).convert("RGB")
        assert len(picture.getcolors(maxcolors=1 << 24) or []) > 100, f"{state} is blank"
        name = f"{state}-{self._look}"
        wanted = os.environ.get("IPQA_SCREENSHOTS")
        folder = Path(wanted) if wanted and name in KEPT else self._folder
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{name}.png"
        picture.quantize(COLOURS).save(file, optimize=True)
        assert file.stat().st_size < MOST_BYTES


@pytest.mark.parametrize("look", ["desktop-light", "desktop-dark", "phone-light", "phone-dark"])
def test_the_main_states_are_pictures_worth_showing(
    browser: Browser, server: httpx.Client, tmp_path: Path, look: str
) -> None:
    device, scheme = look.split("-")
    with visiting(browser, server, viewport=SIZES[device], color_scheme=scheme) as page:
        album = Album(page, look, tmp_path / "pictures")
        expect(page.locator(".sample").first).to_be_visible()
        album.take("begin")
        turn = ask(page, "日産は全固体電池をいつ実用化する計画ですか")
        album.take("answer")
        turn.locator(".citation-open").first.click()
        expect(page.locator("report-reader mark").first).to_be_in_viewport()
        album.take("reader")
        page.get_by_label("報告書を閉じる").click()
        ask(page, "表2のリスクを教えて")
        album.take("table")
        page.goto("/reports")
        expect(page.locator(".report-entry")).to_have_count(1)
        album.take("reports")
        page.goto("/verify")
        page.get_by_label("確かめる文章").fill(DRAFT)
        page.get_by_role("button", name="照らし合わせる").click()
        expect(page.locator(".sentence")).to_have_count(3)
        album.take("verify")
