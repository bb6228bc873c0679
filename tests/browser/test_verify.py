"""A draft of someone else, held against the reports."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from ipqa.settings import Settings
from tests.browser.visiting import visiting
from tests.browser.watching import allow
from tests.parts import records_at
from tests.server.running import running

DRAFT = (
    "お世話になっております。"
    "2024年の出荷量は1,250トンで、前年より8%増えた。"
    "青海水産は2018年4月に海藻の養殖を始めた。"
    "青海水産は来年、宇宙事業に参入する。"
)
LABELS = ["対象外", "根拠あり", "食い違い", "根拠なし"]


@pytest.fixture(scope="module")
def server(
    small_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    records = tmp_path_factory.mktemp("verify") / "records.sqlite3"
    with running(small_settings.model_copy(update={"database_url": records_at(records)})) as client:
        yield client


@pytest.fixture
def page(browser: Browser, server: httpx.Client) -> Iterator[Page]:
    with visiting(browser, server, "/verify") as page:
        yield page


def check(page: Page, draft: str) -> Locator:
    """Paste a draft and have it checked; returns where the outcome comes to stand."""
    page.get_by_label("確かめる文章").fill(draft)
    page.get_by_role("button", name="照らし合わせる").click()
    expect(page.locator(".verification .waiting")).to_have_count(0)
    return page.locator(".verification")


def test_each_sentence_is_told_apart_counted_and_explained(page: Page) -> None:
    found = check(page, DRAFT)
    sentences = found.locator(".sentence")
    expect(sentences.locator(".verdict .tag")).to_have_text(LABELS)
    assert "".join(found.locator(".sentence bdi").all_text_contents()) == DRAFT
    expect(found.locator(".health .tag")).to_have_text(
        ["根拠あり 1文", "食い違い 1文", "根拠なし 1文", "対象外 1文"]
    )
    wrong = sentences.nth(2)
    expect(wrong.locator(".note")).to_have_text("数値が資料と違います")
    expect(wrong.locator(".figures")).to_have_text("2018年")
    expect(sentences.nth(3).locator(".note")).to_be_visible()
    expect(sentences.nth(3).locator(".chip")).to_have_count(0)
    for plain in (sentences.nth(0), sentences.nth(1)):
        expect(plain.locator(".figures, .note")).to_have_count(0)


def test_chips_open_the_sentence_that_stands_for_or_against_the_draft(page: Page) -> None:
    found = check(page, DRAFT)
    for number, quoted in (
        (1, "2024年の出荷量は1,250トンで、前年より8%増えた"),
        (2, "青海水産は2019年4月に海藻の養殖を始めた"),
    ):
        found.locator(".sentence").nth(number).locator(".chip").first.click()
        marks = page.locator("report-reader mark")
        expect(marks.first).to_be_in_viewport()
        expect(marks.first).to_contain_text(quoted)
    page.get_by_role("button", name="前の引用").click()
    expect(page.locator("report-reader mark").first).to_contain_text("1,250トン")
    expect(page.get_by_label("確かめる文章")).to_have_value(DRAFT)


def test_the_draft_and_its_outcome_stay_while_another_view_is_looked_at(page: Page) -> None:
    found = check(page, DRAFT)
    page.get_by_role("link", name="報告書", exact=True).click()
    page.go_back()
    expect(page.get_by_label("確かめる文章")).to_have_value(DRAFT)
    expect(found.locator(".verdict .tag")).to_have_text(LABELS)


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (" \n　", "下書きを貼り付けてください"),
        ("長い文章です。" * 3000, "長すぎます"),
    ],
)
def test_a_draft_that_cannot_be_checked_is_left_as_it_is_and_the_reason_told(
    page: Page, draft: str, said: str
) -> None:
    allow(page, "413", "422")
    found = check(page, draft)
    expect(found.get_by_role("alert")).to_contain_text(said)
    expect(found.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("button", name="照らし合わせる")).to_be_enabled()
    expect(page.get_by_label("確かめる文章")).to_have_value(draft)


def test_the_markup_of_a_draft_is_text_and_cannot_turn_its_verdict_around(page: Page) -> None:
    hostile = (
        '<img src=x onerror="window.ran=1"><script>window.ran=1</script>'
        "2024年の出荷量は\u202e1,250トンだった。"
        "\u2066青海水産は2018年4月に海藻の養殖を始めた。"
    )
    found = check(page, hostile)
    expect(found).to_contain_text('<img src=x onerror="window.ran=1">')
    assert "".join(found.locator(".sentence bdi").all_text_contents()) == hostile.replace(
        "\u202e", ""
    ).replace("\u2066", "")
    expect(found.locator("img, script")).to_have_count(0)
    assert page.locator("html").evaluate("() => window.ran === undefined")
    assert page.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")
    for sentence in found.locator(".sentence").all():
        for chip in sentence.locator(".chip").all():
            said = sentence.locator("bdi").bounding_box()
            at = chip.bounding_box()
            assert said is not None
            assert at is not None
            assert at["y"] > said["y"] or at["x"] >= said["x"] + said["width"] - 1


def test_a_server_that_fails_is_told_and_asked_again_with_a_click(page: Page) -> None:
    allow(page, "500")
    page.route("**/api/verify", lambda route: route.fulfill(status=500, body="{"))
    found = check(page, DRAFT)
    expect(found.get_by_role("alert")).to_contain_text("（500）")
    page.unroute("**/api/verify")
    found.get_by_role("button", name="もう一度試す").click()
    expect(found.locator(".verdict .tag")).to_have_text(LABELS)
