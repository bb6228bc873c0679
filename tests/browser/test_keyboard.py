"""The whole page without a mouse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.visiting import own_settings, visiting
from tests.browser.watching import allow, ask
from tests.parts import SMALL_REPORT
from tests.server.running import running

WHEN = "ASSBはいつ実用化しますか"
WHO = "知的財産専門支援委員会のメンバーは？"
"""Answered with several citations."""
OTHER_REPORT = "# 塩田の報告\n\n西浜製塩は1998年に塩田を開いた。年産は90トンである。\n"


@pytest.fixture
def own(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The page of a server whose reports and conversations a test may change."""
    settings = own_settings(tmp_path, {"seaweed.md": SMALL_REPORT, "salt.md": OTHER_REPORT})
    with running(settings) as client, visiting(browser, client) as page:
        yield page


def tab_to(page: Page, target: Locator, *, back: bool = False) -> None:
    """Press Tab until the target has the keyboard; each stop on the way can be seen."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        assert page.evaluate("() => document.activeElement !== document.body"), (
            "the keyboard is lost"
        )
        held = page.locator(":focus")
        assert held.evaluate(SHOWS_FOCUS), held.evaluate("node => node.outerHTML.slice(0, 200)")
        if target.evaluate("node => node === document.activeElement"):
            return
    pytest.fail("Tab does not come there")


SHOWS_FOCUS = """(node) => {
  const shown = (one) => {
    const { outlineStyle, boxShadow, opacity } = getComputedStyle(one);
    return opacity !== '0' && (outlineStyle !== 'none' || boxShadow !== 'none');
  };
  const box = node.getBoundingClientRect();
  const onPage = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0;
  return onPage && (shown(node) || (node.id === 'question' && shown(node.parentElement)));
}"""


def holds_the_keyboard(page: Page) -> None:
    """Something that can be seen has it, not the page as a whole."""
    expect(page.locator("body:focus")).to_have_count(0)
    expect(page.locator(":focus")).to_be_visible()


def test_a_question_is_asked_its_citations_are_read_and_the_keyboard_comes_back(page: Page) -> None:
    page.keyboard.type(WHO)  # the box has the keyboard from the start
    page.keyboard.press("Enter")
    turn = page.locator(".turn")
    turn.locator(".actions").wait_for()
    chip = turn.locator(".claims .chip").first
    tab_to(page, chip, back=True)
    page.keyboard.press("Enter")
    reader = page.locator("report-reader")
    expect(reader.locator("mark").first).to_be_focused()
    page.keyboard.press("]")
    count = turn.locator(".citation-open").count()
    expect(reader.get_by_text(f"引用 2/{count}")).to_be_visible()
    page.keyboard.press("[")
    expect(reader.get_by_text(f"引用 1/{count}")).to_be_visible()
    page.keyboard.press("Escape")
    expect(reader).to_be_hidden()
    expect(chip).to_be_focused()


def test_the_button_to_the_last_citation_hands_the_keyboard_on(page: Page) -> None:
    citations = ask(page, WHO).locator(".citation-open")
    citations.nth(citations.count() - 2).click()
    onward = page.get_by_role("button", name="次の引用")
    expect(page.locator("report-reader mark").first).to_be_focused()
    onward.focus()
    page.keyboard.press("Enter")
    expect(onward).to_be_disabled()
    expect(page.get_by_role("button", name="前の引用")).to_be_focused()


@pytest.mark.parametrize("view", ["/", "/reports", "/verify"])
def test_tab_goes_through_all_that_can_be_used_in_the_order_of_the_page(
    page: Page, view: str
) -> None:
    page.goto(view)
    page.locator(".sample, .report-entry, .draft").and_(page.locator(":visible")).first.wait_for()
    page.wait_for_load_state("networkidle")  # the conversations are listed too
    page.evaluate("() => document.activeElement.blur()")
    page.locator(".skip").focus()
    ends = page.locator("a[href], button, input, textarea, summary, [tabindex='0']").and_(
        page.locator(":visible:not(:disabled)")
    )
    expected: list[str] = ends.evaluate_all(
        "nodes => nodes.map((node) => node.outerHTML.slice(0, 120))"
    )
    reached = [page.locator(":focus").evaluate("node => node.outerHTML.slice(0, 120)")]
    for _ in expected[1:]:
        page.keyboard.press("Tab")
        held = page.locator(":focus")
        assert held.evaluate(SHOWS_FOCUS), held.evaluate("node => node.outerHTML.slice(0, 200)")
        reached.append(held.evaluate("node => node.outerHTML.slice(0, 120)"))
    assert reached == expected


def test_the_skip_link_goes_to_the_content_and_leaves_the_report_open(page: Page) -> None:
    ask(page, WHEN).locator(".citation-open").first.click()
    mark = page.locator("report-reader mark").first
    expect(mark).to_be_focused()
    address = page.url
    page.locator(".skip").focus()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    assert page.url == address
    expect(mark).to_be_visible()


def test_each_key_does_what_its_card_says(page: Page) -> None:
    question = page.locator("#question")
    turn = ask(page, WHEN)
    question.blur()
    page.keyboard.press("/")
    expect(question).to_be_focused()
    question.blur()
    page.keyboard.press("c")
    expect(page.get_by_role("searchbox", name="会話を検索")).to_be_focused()
    turn.locator(".citation-open").first.click()
    expect(page.locator("report-reader mark").first).to_be_focused()
    page.keyboard.press("s")
    search = page.get_by_role("searchbox", name="本文を検索")
    expect(search).to_be_focused()
    page.keyboard.press("Escape")  # nothing is searched, so it is the report that closes
    expect(page.locator("report-reader")).to_be_hidden()
    page.keyboard.press("?")
    card = page.get_by_role("dialog", name="キー操作")
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator(".welcome")).to_be_visible()
    expect(question).to_be_focused()


def test_the_question_key_comes_back_from_another_view_to_the_conversation(page: Page) -> None:
    ask(page, WHEN)
    page.get_by_role("link", name="下書きの確認").click()
    page.get_by_role("link", name="報告書", exact=True).click()
    expect(page.get_by_role("heading", name="報告書", level=2)).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#question")).to_be_focused()
    expect(page.locator(".turn")).to_have_count(1)


def test_keys_are_letters_while_something_is_typed_and_can_be_turned_off(page: Page) -> None:
    question = page.locator("#question")
    question.focus()
    page.keyboard.type("/n?c[s]")
    expect(question).to_have_value("/n?c[s]")
    expect(page.get_by_role("dialog")).to_have_count(0)
    question.fill("")
    question.blur()
    page.keyboard.press("?")
    page.get_by_label("キー操作を使う").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    for key in "/?c":
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(question).not_to_be_focused()
    page.reload()
    page.locator("body.ready").wait_for()
    question.blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="キー操作").click()
    expect(page.get_by_label("キー操作を使う")).not_to_be_checked()


def test_an_offered_question_leaves_the_keyboard_in_the_box(page: Page) -> None:
    sample = page.locator(".sample").first
    sample.focus()
    page.keyboard.press("Enter")
    page.locator(".turn .actions").wait_for()
    expect(page.locator("#question")).to_be_focused()


def test_the_send_button_hands_the_keyboard_to_stop_and_on_to_the_box(page: Page) -> None:
    page.locator("#question").fill(WHEN)
    page.get_by_role("button", name="送信").focus()
    page.keyboard.press("Enter")
    page.locator(".turn .actions").wait_for()
    expect(page.locator("#question")).to_be_focused()


def test_a_question_put_anew_keeps_the_keyboard_at_its_turn(page: Page) -> None:
    turn = ask(page, WHEN)
    edit = turn.get_by_label("質問を直す")
    edit.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(edit).to_be_focused()
    page.keyboard.press("Enter")
    turn.get_by_role("textbox").fill("トヨタの公開件数は？")
    tab_to(page, turn.get_by_role("button", name="聞き直す"))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="トヨタの公開件数は？").wait_for()
    expect(page.get_by_role("heading", name="トヨタの公開件数は？")).to_be_focused()
    page.locator(".turn .actions").wait_for()
    holds_the_keyboard(page)


def test_a_failed_question_is_asked_again_from_the_keyboard(page: Page) -> None:
    allow(page, "503")
    page.route("**/api/ask/stream", lambda route: route.fulfill(status=503, body="{}"))
    page.locator("#question").fill(WHEN)
    page.keyboard.press("Enter")
    retry = page.locator(".turn").get_by_role("button", name="もう一度試す")
    retry.wait_for()
    page.unroute("**/api/ask/stream")
    tab_to(page, retry, back=True)
    page.keyboard.press("Enter")
    page.locator(".turn .actions").wait_for()
    expect(page.get_by_role("heading", name=WHEN)).to_be_focused()


def test_feedback_is_sent_and_its_thanks_have_the_keyboard(own: Page) -> None:
    turn = ask(own, "養殖はいつ始まりましたか")
    turn.get_by_role("button", name="役に立った", exact=True).focus()
    own.keyboard.press("Enter")
    expect(turn.get_by_role("textbox")).to_be_focused()
    tab_to(own, turn.get_by_role("button", name="評価を送る"))
    own.keyboard.press("Enter")
    expect(turn.get_by_text("記録しました。")).to_be_focused()


def test_naming_and_deleting_conversations_never_lose_the_keyboard(own: Page) -> None:
    ask(own, "養殖はいつ始まりましたか")
    own.keyboard.press("Escape")
    entry = own.locator(".entry")
    rename = entry.get_by_role("button", name="の名前を変える")
    rename.focus()
    expect(rename).to_have_css("opacity", "1")
    own.keyboard.press("Enter")
    own.keyboard.press("Escape")
    expect(rename).to_be_focused()
    own.keyboard.press("Enter")
    own.keyboard.type("養殖の始まり")
    own.keyboard.press("Enter")
    expect(own.get_by_role("link", name="養殖の始まり")).to_be_visible()
    expect(rename).to_be_focused()
    own.keyboard.press("Tab")
    own.keyboard.press("Enter")
    expect(own.get_by_role("button", name="やめる")).to_be_focused()
    own.keyboard.press("Enter")
    expect(entry.get_by_role("button", name="を削除")).to_be_focused()
    own.keyboard.press("Enter")
    own.keyboard.press("Tab")
    own.keyboard.press("Enter")
    expect(entry).to_have_count(0)
    expect(own.locator("#question")).to_be_focused()  # what stood open is gone, too


def test_taking_a_report_out_never_loses_the_keyboard(own: Page) -> None:
    own.get_by_role("link", name="報告書", exact=True).focus()
    own.keyboard.press("Enter")
    expect(own.get_by_role("heading", name="報告書", level=2)).to_be_focused()
    remove = own.get_by_role("button", name="「塩田の報告」を外す")
    expect(remove).to_be_visible()
    tab_to(own, remove)
    own.keyboard.press("Enter")
    expect(own.get_by_role("button", name="やめる")).to_be_focused()
    own.keyboard.press("Enter")
    expect(remove).to_be_focused()
    own.keyboard.press("Enter")
    own.keyboard.press("Tab")
    own.keyboard.press("Enter")
    expect(own.get_by_text("外しました。")).to_be_visible()
    expect(own.locator(".report-entry")).to_have_count(1)
    holds_the_keyboard(own)


def test_checking_a_draft_keeps_the_keyboard_on_its_button(own: Page) -> None:
    own.goto("/verify")
    expect(own.get_by_label("確かめる文章")).to_be_focused()
    own.keyboard.type("青海水産は2019年4月に海藻の養殖を始めた。")
    own.keyboard.press("Tab")
    own.keyboard.press("Enter")
    expect(own.locator(".sentence")).to_have_count(1)
    expect(own.get_by_role("button", name="照らし合わせる")).to_be_focused()
    tab_to(own, own.locator(".sentence .chip").first)


def test_the_menu_of_a_phone_opens_closes_and_gives_the_keyboard_back(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    menu = page.get_by_role("button", name="メニュー")
    menu.focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="質問", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_have_attribute("aria-expanded", "false")
    expect(menu).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("searchbox", name="会話を検索")).to_be_focused()
    expect(menu).to_have_attribute("aria-expanded", "true")
    page.mouse.click(20, 700)
    expect(menu).to_have_attribute("aria-expanded", "false")
    holds_the_keyboard(page)


def test_on_a_phone_the_question_key_puts_the_report_away(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, WHEN).locator(".citation-open").first.click()
    expect(page.locator("report-reader mark").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("report-reader")).to_be_hidden()
    expect(page.locator("#question")).to_be_focused()
