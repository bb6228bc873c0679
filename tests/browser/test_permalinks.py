"""Addresses of places in reports: copied, opened elsewhere, outlived by their edition, or nonsense."""

import gzip
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, expect

from tests.browser.visiting import own_settings, visiting
from tests.browser.watching import allow, ask
from tests.server.running import ended, running, upload

OTHER_EDITION = "このリンクは、報告書の別の版を指しています"
NO_SUCH_PLACE = "このリンクが指す箇所は、この報告書にはありません"
FOUND_AGAIN = "引用したときから報告書の版が変わっています"
SHIPPED = "/r/nissan-ip-strategy"
FIRST_VIEW_BYTES = 200_000

KILN = """\
# 常滑窯業の年次報告

## 第1章 窯

{preface}常滑窯業は登り窯を三基持ち、薪には赤松だけを使っている。

## 第2章 販売

植木鉢の出荷は年間{pots}個で、半分は輸出である。
"""
WOOD, POTS = "登り窯の薪には何を使っていますか", "植木鉢の出荷は年間何個ですか"


def marks(page: Page) -> Locator:
    return page.locator("report-reader mark")


def marked(page: Page) -> str:
    """What is highlighted, once it is in view."""
    expect(marks(page).first).to_be_in_viewport()
    return str(marks(page).evaluate_all("all => all.map((mark) => mark.textContent).join('')"))


def copied_link(page: Page) -> str:
    """The address that the link button puts on the clipboard."""
    page.get_by_role("button", name="リンクをコピー").click()
    expect(page.locator(".reader-bar [role=status]")).to_have_text("リンクをコピーしました")
    return str(page.evaluate("() => navigator.clipboard.readText()"))


def test_the_link_of_a_citation_opens_it_alone_in_a_window_of_its_own(
    page: Page, context: BrowserContext
) -> None:
    turn = ask(page, "トヨタの公開件数は？")
    turn.locator(".citation-open").first.click()
    quote = marked(page)
    link = copied_link(page)
    assert urlsplit(link).path == SHIPPED
    alone = context.new_page()
    alone.goto(link)
    assert marked(alone) == quote
    expect(alone.locator(".notice")).to_have_count(0)
    expect(alone.locator("conversation-view")).to_be_hidden()
    expect(alone.locator(".tour")).to_be_hidden()
    reader, content = (alone.locator(name).bounding_box() for name in ("report-reader", "main"))
    assert reader is not None
    assert content is not None
    assert reader["width"] == pytest.approx(content["width"], abs=2)
    assert copied_link(alone) == link
    alone.get_by_role("button", name="報告書を閉じる").click()
    expect(alone.locator("#question")).to_be_focused()
    assert urlsplit(alone.url).path == "/"


def test_a_link_of_another_edition_says_so_and_highlights_nothing(page: Page) -> None:
    page.goto(f"{SHIPPED}#s=100-120&e=0000000000000000")
    expect(page.locator(".notice")).to_contain_text(OTHER_EDITION)
    expect(marks(page)).to_have_count(0)
    expect(page.locator(".report-title")).to_be_in_viewport()


@pytest.mark.parametrize(
    "place",
    ["s=9-3", "s=5-5", "s=5-99999999", "s=99999998-99999999", f"s={'9' * 400}-{'9' * 401}"],
)
def test_a_link_to_a_place_that_is_none_says_so_and_shows_the_beginning(
    page: Page, place: str
) -> None:
    page.goto(f"{SHIPPED}#{place}")
    expect(page.locator(".notice")).to_contain_text(NO_SUCH_PLACE)
    expect(marks(page)).to_have_count(0)
    expect(page.locator(".report-title")).to_be_in_viewport()


@pytest.mark.parametrize("place", ["", "#s=", "#s=-3-5", "#s=1e3-2e3", "#s=%ff", "#%ff", "#e=x"])
def test_a_link_without_a_place_shows_the_report_from_its_beginning(page: Page, place: str) -> None:
    page.goto(f"{SHIPPED}{place}")
    expect(page.locator(".report-title")).to_be_in_viewport()
    expect(page.locator(".report-text p").first).to_be_visible()
    expect(page.locator(".notice, report-reader mark")).to_have_count(0)


@pytest.mark.parametrize(
    "address", ["/r/unknown", "/r/%ff", "/r/%", "/#r=unknown&s=1-2", "/#r=%ff"]
)
def test_a_link_to_a_report_that_is_not_there_says_so(page: Page, address: str) -> None:
    allow(page, "404")
    page.goto(address)
    expect(page.locator("report-reader .failure")).to_contain_text("報告書")
    page.get_by_role("button", name="報告書を閉じる").click()
    expect(page.locator("report-reader")).to_be_hidden()
    expect(page.locator("#question")).to_be_focused()


def test_a_path_that_names_a_report_wins_over_its_hash(page: Page) -> None:
    page.goto(f"{SHIPPED}#r=unknown&s=30-40")
    expect(page.locator(".report-title")).to_be_visible()
    assert len(marked(page)) == 10


def test_back_and_forward_go_between_citations(page: Page) -> None:
    turn = ask(page, "知的財産専門支援委員会のメンバーは？")
    expect(turn.locator(".citation-open").nth(1)).to_be_visible()
    said = []
    for number in range(2):
        turn.locator(".citation-open").nth(number).click()
        expect(page.locator(".tour-count").last).to_contain_text(f"{number + 1}/")
        said.append(marked(page))
    assert said[0] != said[1]
    current = turn.locator(".citation-open[aria-current]")
    for go, number in [(page.go_back, 0), (page.go_forward, 1), (page.go_back, 0)]:
        go()
        expect(page.locator(".tour-count").last).to_contain_text(f"{number + 1}/")
        assert marked(page) == said[number]
        expect(current.locator(".chip")).to_have_text(str(number + 1))
    page.go_back()
    expect(page.locator("report-reader")).to_be_hidden()
    expect(turn).to_be_visible()


def test_after_a_report_was_replaced_its_citations_are_found_again_or_said_to_be_of_another_edition(
    browser: Browser, tmp_path: Path
) -> None:
    settings = own_settings(tmp_path, {"注記.md": "# 注記\n\n窯の図面は別に保管する。\n"})
    allowed = ["clipboard-read", "clipboard-write"]
    with running(settings) as client, visiting(browser, client, permissions=allowed) as page:
        first = KILN.format(preface="", pots="1,200")
        (report,) = ended(client, upload(client, "窯業.md", first))["added"]
        page.reload()
        for question in (WOOD, POTS):
            ask(page, question)
        wood, pots = (
            page.locator(".turn").nth(number).locator(".citation-open").first for number in (0, 1)
        )
        wood.click()
        quote = marked(page)
        assert "赤松" in quote
        link = copied_link(page)
        changed = KILN.format(preface="この年は雨が多かった。", pots="1,800")
        assert ended(client, upload(client, "窯業.md", changed))["replaced"] == [report]

        page.goto(urlsplit(page.url).path)  # the kept conversation, opened anew
        wood.click()
        expect(page.locator(".notice")).to_contain_text(FOUND_AGAIN)
        assert marked(page) == quote
        later = copied_link(page)
        assert later != link
        pots.click()
        expect(page.locator(".notice")).to_contain_text(OTHER_EDITION)
        expect(marks(page)).to_have_count(0)
        expect(page.locator(".report-text")).to_contain_text("1,800個")

        page.goto(link)
        expect(page.locator(".notice")).to_contain_text(OTHER_EDITION)
        expect(marks(page)).to_have_count(0)
        page.goto(later)
        assert marked(page) == quote
        expect(page.locator(".notice")).to_have_count(0)

        # a report that was open before is read anew when it is opened from the list
        page.get_by_role("button", name="報告書を閉じる").click()
        again = KILN.format(preface="窯を築き直した。", pots="1,800")
        assert ended(client, upload(client, "窯業.md", again))["replaced"] == [report]
        page.locator("[data-view=reports]").first.click()
        page.get_by_role("link", name="常滑窯業の年次報告").click()
        expect(page.locator(".report-text")).to_contain_text("窯を築き直した。")


def test_the_first_view_is_small(context: BrowserContext) -> None:
    page = context.new_page()
    sizes: dict[str, tuple[int, int]] = {}

    def weigh(response: Response) -> None:
        body = response.body()
        sizes[response.url] = (len(body), len(gzip.compress(body)))

    page.on(
        "requestfinished", lambda request: weigh(found) if (found := request.response()) else None
    )
    page.goto("/")
    page.locator(".samples button").first.wait_for()
    page.wait_for_load_state("networkidle")
    plain, packed = (sum(size[which] for size in sizes.values()) for which in (0, 1))
    print(f"first view: {len(sizes)} requests, {plain:,} bytes, {packed:,} with gzip")  # noqa: T201
    assert plain < FIRST_VIEW_BYTES
