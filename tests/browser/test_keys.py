"""The page of a server that wants an API key."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ipqa.records.database import Database
from ipqa.records.keys import KeyStore
from ipqa.settings import Settings
from tests.browser.test_accessibility import check
from tests.browser.visiting import own_settings
from tests.browser.watching import Watch, ask
from tests.parts import SMALL_REPORT
from tests.server.running import running

REFUSED = "the server responded with a status of 401"
"""What the browser writes to the console when the page learns that a key is wanted."""


@dataclass(frozen=True)
class Keyed:
    """Settings of a server that wants a key, and the keys of two who have one."""

    settings: Settings
    asker: str
    admin: str


@pytest.fixture
def keyed(tmp_path: Path) -> Keyed:
    settings = own_settings(tmp_path, {"seaweed.md": SMALL_REPORT})
    store = KeyStore(Database.of(settings))
    return Keyed(settings, store.add("田中", "ask"), store.add("site-admin", "admin"))


@contextmanager
def visitor(browser: Browser, settings: Settings, locale: str = "ja-JP") -> Iterator[Page]:
    """Somebody who has just opened the page, and has given no key yet."""
    with (
        running(settings) as client,
        browser.new_context(
            base_url=str(client.base_url),
            locale=locale,
            viewport={"width": 1280, "height": 800},
            reduced_motion="reduce",
        ) as context,
        Watch(context) as watch,
    ):
        watch.allowed = (REFUSED,)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto("/")
        yield page


def give(page: Page, key: str) -> None:
    page.get_by_label("APIキー", exact=True).fill(key)
    page.keyboard.press("Enter")


def test_a_key_is_asked_for_once_and_goes_with_every_request(
    browser: Browser, keyed: Keyed
) -> None:
    with visitor(browser, keyed.settings) as page:
        form = page.get_by_role("dialog", name="APIキーの入力")
        expect(form).to_be_visible()
        expect(page.get_by_label("APIキー", exact=True)).to_be_focused()
        give(page, f" {keyed.asker} ")
        page.locator("body.ready").wait_for()
        expect(form).to_have_count(0)
        turn = ask(page, "南浜の水温は何度ですか")
        expect(turn).to_contain_text("14度")
        turn.locator(".citation-open").first.click()
        expect(page.locator("report-reader mark").first).to_be_in_viewport()
        turn.get_by_role("button", name="コピー・保存").click()
        with page.expect_download() as saved:
            page.get_by_role("button", name="Markdownファイルで保存").click()
        assert "14度" in saved.value.path().read_text(encoding="utf-8")
        page.reload()
        page.locator("body.ready").wait_for()
        expect(page.locator(".turn")).to_contain_text("14度")
        expect(page.locator("dialog.key")).to_have_count(0)


def test_a_wrong_key_is_told_and_another_may_be_given(browser: Browser, keyed: Keyed) -> None:
    with visitor(browser, keyed.settings) as page:
        field = page.get_by_label("APIキー", exact=True)
        for wrong in ("ipqa_wrong", "鍵", ""):
            give(page, wrong)
            expect(
                page.get_by_role("alert").filter(has_text="このキーは使えません")
            ).to_be_visible()
            expect(field).to_have_attribute("aria-invalid", "true")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(field).to_be_visible()
        give(page, keyed.asker)
        page.locator("body.ready").wait_for()
        expect(page.locator(".sample").first).to_be_visible()


def test_the_form_speaks_english_too_and_is_accessible(browser: Browser, keyed: Keyed) -> None:
    with visitor(browser, keyed.settings, "en-US") as page:
        expect(page.get_by_role("dialog", name="API key")).to_be_visible()
        check(page, "a key is wanted")
        page.get_by_label("API key", exact=True).fill("ipqa_wrong")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("alert").filter(has_text="not accepted")).to_be_visible()
        check(page, "a key was refused")


def test_who_may_only_ask_is_not_offered_what_admins_do(browser: Browser, keyed: Keyed) -> None:
    with visitor(browser, keyed.settings) as page:
        give(page, keyed.asker)
        page.locator("body.ready").wait_for()
        expect(page.get_by_role("link", name="評価")).to_have_count(0)
        page.get_by_role("link", name="報告書", exact=True).click()
        expect(page.locator(".report-entry")).to_have_count(1)
        expect(page.get_by_role("button", name="外す")).to_have_count(0)
        expect(page.get_by_role("button", name="ファイルを選ぶ")).to_have_count(0)


def test_an_admin_uploads_and_saves_how_a_report_was_read(browser: Browser, keyed: Keyed) -> None:
    with visitor(browser, keyed.settings) as page:
        give(page, keyed.admin)
        page.locator("body.ready").wait_for()
        page.get_by_role("link", name="報告書", exact=True).click()
        with page.expect_download() as saved:
            page.get_by_role("link", name="読み取りの確認").click()
        assert saved.value.suggested_filename == "seaweed.html"
        assert "海藻事業の報告" in saved.value.path().read_text(encoding="utf-8")
        report = {
            "name": "計画.md",
            "mimeType": "text/markdown",
            "buffer": "# 計画\n\n若葉物流は倉庫を二棟増やす。\n".encode(),
        }
        page.locator("#report-file").set_input_files(report)  # type: ignore[arg-type]
        expect(page.locator(".report-entry")).to_have_count(2)


def test_a_key_that_is_taken_away_is_asked_for_where_one_stands(
    browser: Browser, keyed: Keyed
) -> None:
    with visitor(browser, keyed.settings) as page:
        give(page, keyed.asker)
        # What the page fetches at its start would else be refused, and asked for before the question is.
        expect(page.locator(".sample").first).to_be_visible()
        KeyStore(Database.of(keyed.settings)).remove("田中")
        page.locator("#question").fill("南浜の水温は何度ですか")
        page.locator("#question").press("Enter")
        give(page, keyed.admin)
        expect(page.locator(".turn")).to_contain_text("14度")


def test_the_key_can_be_changed(browser: Browser, keyed: Keyed) -> None:
    with visitor(browser, keyed.settings) as page:
        give(page, keyed.asker)
        page.locator("body.ready").wait_for()
        page.get_by_role("button", name="APIキーを変える").click()
        expect(page.get_by_role("dialog", name="APIキーの入力")).to_be_visible()
        give(page, keyed.admin)
        page.locator("body.ready").wait_for()
        expect(page.get_by_role("link", name="評価")).to_be_visible()
