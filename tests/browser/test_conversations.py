"""Conversations on the page: kept, found, renamed, deleted, gone back to, and put anew."""

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from ipqa.assistant import Assistant
from ipqa.current import CurrentAssistant
from ipqa.server.app import create_app
from ipqa.settings import Settings
from tests.browser.visiting import visiting
from tests.browser.watching import allow, ask, requests_held
from tests.parts import records_at
from tests.server.running import running

COUNT = "トヨタの公開件数は？"
HONDA = "ではホンダは？"
REVIEW = "2023年の再編で何が変わりましたか"
RISKS = "表2のリスクを教えて"

STARTED = "海藻の養殖はいつ始まりましたか"
GREW = "2024年の出荷量は増えましたか"
WHY = "それはなぜですか"
WHY_IT_GREW = "2024年の出荷量はなぜ増えましたか？"


@pytest.fixture(scope="module")
def assistant(small_settings: Settings) -> Assistant:
    """One assistant for all the servers of this file."""
    return Assistant.open(small_settings)


@pytest.fixture
def own(
    browser: Browser, small_settings: Settings, assistant: Assistant, tmp_path: Path
) -> Iterator[Page]:
    """The page on a server of its own that answers from the small report, its list empty."""
    settings = small_settings.model_copy(
        update={"database_url": records_at(tmp_path / "records.sqlite3")}
    )
    with running(settings, lambda _: assistant) as client, visiting(browser, client) as page:
        yield page


def entries(page: Page) -> Locator:
    return page.locator(".entry-open")


def begin(page: Page) -> None:
    """Start a new conversation with the link that is there for it."""
    page.get_by_role("link", name="質問", exact=True).click()
    expect(page.locator(".welcome")).to_be_visible()


def address(page: Page) -> str:
    return str(page.evaluate("() => location.pathname"))


def test_conversations_stand_in_the_list_by_their_first_question_the_latest_first(
    own: Page,
) -> None:
    expect(own.get_by_text("質問すると、ここに残ります。")).to_be_visible()
    ask(own, STARTED)
    ask(own, GREW)
    expect(entries(own)).to_have_text([STARTED])
    expect(own.get_by_text("質問すると、ここに残ります。")).to_have_count(0)
    begin(own)
    expect(own.locator(".turn")).to_have_count(0)
    expect(own.locator(".conversation-head")).to_be_hidden()
    expect(own.locator("#question")).to_be_focused()
    ask(own, GREW)
    expect(entries(own)).to_have_text([GREW, STARTED])
    expect(own.locator("[aria-current=page].entry-open")).to_have_text(GREW)
    entries(own).filter(has_text=STARTED).click()
    expect(own.locator(".question")).to_have_text([STARTED, GREW])
    ask(own, WHY)
    expect(entries(own)).to_have_text([STARTED, GREW])


def test_a_new_conversation_knows_nothing_of_the_one_before(own: Page) -> None:
    ask(own, GREW)
    begin(own)
    expect(ask(own, WHY).locator(".interpreted")).to_have_count(0)


def test_conversations_are_found_by_words_of_either_width(own: Page) -> None:
    ask(own, "乾燥機(DRY-2)は一時間にどれだけ乾かせますか")
    begin(own)
    ask(own, GREW)
    search = own.get_by_role("searchbox", name="会話を検索")
    for words in ("ｄｒｙ－２", "５０キログラム", "dry-2 乾燥機"):
        search.fill(words)
        expect(entries(own)).to_have_text([re.compile("DRY-2")])
    search.fill("100%_'\"")
    expect(own.get_by_text("当てはまる会話はありません。")).to_be_visible()
    expect(entries(own)).to_have_count(0)
    search.fill("")
    expect(entries(own)).to_have_count(2)


def test_a_conversation_is_renamed_and_keeps_its_name(own: Page) -> None:
    ask(own, STARTED)
    own.locator(".entry").hover()
    own.get_by_role("button", name=f"「{STARTED}」の名前を変える").click()
    field = own.get_by_role("textbox", name="新しい名前")
    expect(field).to_be_focused()
    expect(field).to_have_value(STARTED)
    field.fill("書きかけ")
    field.press("Escape")
    expect(entries(own)).to_have_text([STARTED])
    own.get_by_role("button", name=f"「{STARTED}」の名前を変える").click()
    field.fill("養殖の<b>年表</b>")
    field.press("Enter")
    expect(entries(own)).to_have_text(["養殖の<b>年表</b>"])
    with own.expect_download() as saved:
        own.get_by_role("button", name="会話をコピー・保存").click()
        own.get_by_role("button", name="Markdownファイルで保存").first.click()
    assert saved.value.suggested_filename.startswith("養殖の")
    own.reload()
    expect(entries(own)).to_have_text(["養殖の<b>年表</b>"])


def test_an_answer_that_comes_meanwhile_leaves_a_name_that_is_being_typed(own: Page) -> None:
    ask(own, STARTED)
    with requests_held(own, "/api/ask/stream") as held:
        own.locator("#question").fill(GREW)
        own.locator("#question").press("Enter")
        expect(own.locator(".waiting")).to_be_visible()
        own.locator(".entry").hover()
        own.get_by_role("button", name=f"「{STARTED}」の名前を変える").click()
        field = own.get_by_role("textbox", name="新しい名前")
        field.fill("養殖の年")
        held.first().continue_()
    own.locator(".turn .actions").nth(1).wait_for()
    expect(field).to_have_value("養殖の年")
    field.press("Enter")
    expect(entries(own)).to_have_text(["養殖の年"])


def test_a_conversation_is_deleted_only_once_that_is_confirmed(own: Page) -> None:
    for question in (STARTED, GREW):
        ask(own, question)
        expect(entries(own).filter(has_text=question)).to_be_visible()
        begin(own)
    entries(own).filter(has_text=STARTED).click()
    expect(own.locator(".turn")).to_have_count(1)
    own.get_by_role("button", name=f"「{GREW}」を削除").click()
    expect(own.get_by_text(f"「{GREW}」を削除しますか。元に戻せません。")).to_be_visible()
    keep = own.get_by_role("button", name="やめる")
    expect(keep).to_be_focused()
    keep.click()
    expect(entries(own)).to_have_count(2)
    own.get_by_role("button", name=f"「{GREW}」を削除").click()
    own.get_by_role("button", name="削除する").click()
    expect(entries(own)).to_have_text([STARTED])
    expect(own.locator(".question")).to_have_text([STARTED])


def test_deleting_the_conversation_that_stands_open_leaves_a_new_one(own: Page) -> None:
    ask(own, STARTED)
    deleted = address(own)
    own.get_by_role("button", name=f"「{STARTED}」を削除").click()
    own.get_by_role("button", name="削除する").click()
    expect(own.locator(".welcome")).to_be_visible()
    expect(own.locator(".turn, .entry")).to_have_count(0)
    assert address(own) == "/"
    ask(own, GREW)
    expect(entries(own)).to_have_text([GREW])
    assert address(own) not in {"/", deleted}


def test_a_conversation_that_is_not_there_is_told_of_and_a_question_begins_another(
    page: Page,
) -> None:
    allow(page, "404 (Not Found)")
    for path in ("/c/nonesuch", "/c/%E5%B9%BB"):
        page.goto(path)
        expect(page.locator(".notice-place .failure")).to_contain_text(
            "見つかりません。削除された可能性があります。"
        )
        expect(page.locator(".turn")).to_have_count(0)
    ask(page, COUNT)
    expect(page.locator(".notice-place .failure")).to_have_count(0)
    expect(page.locator("[aria-current=page].entry-open")).to_have_text(COUNT)
    page.reload()
    expect(page.locator(".question")).to_have_text([COUNT])


def test_a_conversation_comes_back_whole_and_is_gone_on_with(page: Page) -> None:
    first = ask(page, COUNT)
    ask(page, RISKS)
    told = first.locator(".claims").inner_text()
    page.reload()
    expect(page.locator(".question")).to_have_text([COUNT, RISKS])
    assert first.locator(".claims").inner_text() == told
    expect(page.locator(".turn table")).to_have_count(1)
    first.locator(".claims .chip").first.click()
    expect(page.locator("report-reader mark").first).to_be_in_viewport()
    page.keyboard.press("Escape")
    ask(page, COUNT)
    expect(ask(page, HONDA).locator(".interpreted")).to_contain_text("ホンダの公開件数は？")


def test_back_and_forward_go_from_conversation_to_conversation(page: Page) -> None:
    ask(page, COUNT)
    begin(page)
    ask(page, REVIEW)
    page.go_back()
    expect(page.locator(".question")).to_have_text([COUNT])
    expect(page.locator("[aria-current=page].entry-open")).to_have_text(COUNT)
    page.go_forward()
    expect(page.locator(".question")).to_have_text([REVIEW])
    page.get_by_role("link", name="報告書", exact=True).click()
    expect(page.locator("reports-view")).to_be_visible()
    page.go_back()
    expect(page.locator(".question")).to_have_text([REVIEW])


def test_a_question_put_anew_replaces_what_follows_it_for_good(page: Page) -> None:
    first = ask(page, REVIEW)
    ask(page, RISKS)
    first.get_by_role("button", name="質問を直す").click()
    field = first.get_by_role("textbox")
    expect(field).to_be_focused()
    expect(field).to_have_value(REVIEW)
    expect(first).to_contain_text("これより後のやり取りは、新しい回答に置き換わります。")
    first.get_by_role("button", name="やめる").click()
    expect(page.locator(".question")).to_have_text([REVIEW, RISKS])
    first.get_by_role("button", name="質問を直す").click()
    field.fill(COUNT)
    first.get_by_role("button", name="聞き直す").click()
    expect(page.locator(".question")).to_have_text([COUNT])
    expect(page.locator(".turn .claims")).to_contain_text("1位トヨタ5,001件")
    page.reload()
    expect(page.locator(".question")).to_have_text([COUNT])
    expect(ask(page, HONDA).locator(".interpreted")).to_contain_text("ホンダの公開件数は？")


def test_two_windows_add_to_one_conversation_and_lose_nothing(
    page: Page, context: BrowserContext
) -> None:
    ask(page, COUNT)
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator(".question")).to_have_text([COUNT])
    ask(page, REVIEW)
    ask(other, RISKS)
    for window in (page, other):
        window.reload()
        expect(window.locator(".question")).to_have_text([COUNT, REVIEW, RISKS])


def test_a_conversation_begun_while_a_question_is_under_way_stays_empty(page: Page) -> None:
    allow(page, "net::ERR_FAILED")
    with requests_held(page, "/api/conversations") as held:
        page.locator("#question").fill("電池の費用はどうなりますか")
        page.locator("#question").press("Enter")
        expect(page.locator(".waiting")).to_be_visible()
        begin(page)
        with page.expect_response(re.compile("/api/conversations$")):
            held.first().continue_()
    expect(page.get_by_role("button", name="送信")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(0)
    assert address(page) == "/"
    ask(page, COUNT)
    expect(page.locator(".question")).to_have_text([COUNT])
    expect(page.locator("[aria-current=page].entry-open")).to_have_text(COUNT)
    expect(entries(page).filter(has_text="電池の費用")).to_have_count(0)


def test_where_nothing_is_kept_there_is_no_list_and_follow_ups_still_work(
    browser: Browser, small_settings: Settings, assistant: Assistant, tmp_path: Path
) -> None:
    update = {"database_url": records_at(tmp_path / "records.sqlite3"), "keep_conversations": False}
    settings = small_settings.model_copy(update=update)
    with running(settings, lambda _: assistant) as client, visiting(browser, client) as page:
        expect(page.locator("conversation-list")).to_be_hidden()
        ask(page, GREW)
        expect(ask(page, WHY).locator(".interpreted")).to_contain_text(WHY_IT_GREW)
        assert address(page) == "/"
        page.get_by_role("link", name="報告書", exact=True).click()
        page.get_by_role("link", name="質問", exact=True).click()
        expect(page.locator(".question")).to_have_text([GREW, WHY])
        page.get_by_role("link", name="報告書", exact=True).click()
        page.go_back()
        expect(page.locator(".question")).to_have_text([GREW, WHY])
        begin(page)
        expect(page.locator(".turn")).to_have_count(0)
        ask(page, GREW)
        page.reload()
        expect(page.locator(".welcome")).to_be_visible()
        expect(page.locator(".turn")).to_have_count(0)


class Restarted:
    """A server that can be stopped, and started again at the same address."""

    def __init__(self, settings: Settings, assistant: Assistant) -> None:
        self._settings = settings
        self._assistant = assistant
        self._port = 0

    def start(self) -> None:
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        app = create_app(
            self._settings, CurrentAssistant(self._settings, lambda _: self._assistant)
        )
        # connections that browsers keep open are not waited for
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]})
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=60)
        assert not self._thread.is_alive()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"


@contextmanager
def restarted(settings: Settings, assistant: Assistant) -> Iterator[Restarted]:
    server = Restarted(settings, assistant)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_a_conversation_goes_on_after_the_server_was_away(
    browser: Browser, small_settings: Settings, assistant: Assistant, tmp_path: Path
) -> None:
    settings = small_settings.model_copy(
        update={"database_url": records_at(tmp_path / "records.sqlite3")}
    )
    with (
        restarted(settings, assistant) as server,
        httpx.Client(base_url=server.address) as client,
        visiting(browser, client) as page,
    ):
        allow(page, "net::ERR_CONNECTION_REFUSED")
        ask(page, STARTED)
        ask(page, GREW)
        server.stop()
        banner = page.get_by_text("サーバーにつながりません。")
        expect(banner).to_be_hidden()
        page.locator("#question").fill(WHY)
        page.locator("#question").press("Enter")
        turn = page.locator(".turn").nth(2)
        expect(turn.get_by_role("alert")).to_contain_text("サーバーに接続できません。")
        expect(banner).to_be_visible()
        page.locator("#question").fill("書きかけの質問")
        turn.get_by_role("button", name="もう一度試す").click()
        expect(page.locator(".turn").nth(2).get_by_role("alert")).to_be_visible()
        expect(page.locator(".question")).to_have_text([STARTED, GREW, WHY])
        server.start()
        expect(banner).to_be_hidden()
        page.get_by_role("button", name="もう一度試す").click()
        expect(page.locator(".turn .interpreted")).to_contain_text(WHY_IT_GREW)
        expect(page.locator("#question")).to_have_value("書きかけの質問")
        page.reload()
        expect(page.locator(".question")).to_have_text([STARTED, GREW, WHY])
        expect(entries(page)).to_have_text([STARTED])
