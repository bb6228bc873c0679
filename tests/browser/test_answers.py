"""What stands on the page while a question is answered, and how each kind of answer looks."""

import re

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.watching import allow, ask, requests_held

ASK = "/api/ask/stream"
COUNT = "トヨタの公開件数は？"
HONDA = "ではホンダは？"
WEATHER = "今日の天気は？"
REVIEW = "2023年の再編で何が変わりましたか"
RISKS = "表2のリスクを教えて"


def type_and_send(page: Page, question: str) -> Locator:
    """Send a question without waiting for what comes of it; the last turn there is now."""
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    return page.locator(".turn").last


def focused_by_keyboard(page: Page, turn: Locator) -> Locator:
    """The first chip of a turn, reached with the Tab key."""
    turn.locator(".edit").focus()
    page.keyboard.press("Tab")
    chip = turn.locator(".claims .chip").first
    expect(chip).to_be_focused()
    return chip


def test_each_stage_of_the_work_is_told_in_japanese(page: Page) -> None:
    page.evaluate(
        """() => {
          window.said = [];
          new MutationObserver((records) => {
            for (const { target, addedNodes } of records) {
              for (const node of [target, ...addedNodes]) {
                for (const stage of node.querySelectorAll?.('.waiting') ?? []) said.push(stage.textContent);
                if (node.matches?.('.waiting')) said.push(...[...addedNodes].map((text) => text.data));
              }
            }
          }).observe(document.querySelector('.turns'), { childList: true, subtree: true });
        }"""
    )
    ask(page, COUNT)
    said = dict.fromkeys(page.evaluate("() => window.said"))
    assert [text for text in said if text] == [
        "質問を読み取っています",
        "報告書を調べています",
        "回答を組み立てています",
        "引用と数値を確かめています",
    ]
    expect(page.locator(".waiting")).to_have_count(0)


def test_while_a_question_is_under_way_it_can_be_stopped_and_nothing_else_sent(page: Page) -> None:
    stop = page.get_by_role("button", name="停止", exact=True)
    send = page.get_by_role("button", name="送信")
    expect(stop).to_be_hidden()
    with requests_held(page, ASK) as held:
        turn = type_and_send(page, COUNT)
        expect(turn.get_by_role("status")).to_have_text("質問を読み取っています")
        expect(turn.locator(".question")).to_have_text(COUNT)
        expect(turn.get_by_role("button", name="質問を直す")).to_be_hidden()
        expect(stop).to_be_visible()
        expect(send).to_be_hidden()
        type_and_send(page, REVIEW)
        expect(page.locator(".turn")).to_have_count(1)
        expect(page.locator("#question")).to_have_value(REVIEW)
        held.first().continue_()
        turn.locator(".actions").wait_for()
    expect(stop).to_be_hidden()
    expect(send).to_be_visible()
    expect(page.locator("#question")).to_have_value(REVIEW)
    assert len(held) == 1


def test_a_stopped_question_says_so_and_can_be_asked_again(page: Page) -> None:
    allow(page, "net::ERR_FAILED")
    with requests_held(page, ASK) as held:
        turn = type_and_send(page, COUNT)
        expect(turn.get_by_role("status")).to_be_visible()
        route = held.first()
        page.get_by_role("button", name="停止", exact=True).click()
        expect(turn).to_contain_text("停止しました。")
        expect(page.get_by_role("button", name="送信")).to_be_visible()
        expect(page.locator("#question")).to_be_focused()
        route.abort()
    turn.get_by_role("button", name="もう一度試す").click()
    expect(page.locator(".turn .claims")).to_contain_text("1位トヨタ5,001件")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.get_by_text("停止しました。")).to_have_count(0)


def test_after_a_stopped_question_the_next_one_is_answered(page: Page) -> None:
    allow(page, "net::ERR_FAILED")
    ask(page, COUNT)
    with requests_held(page, ASK) as held:
        stopped = type_and_send(page, REVIEW)
        route = held.first()
        page.get_by_role("button", name="停止", exact=True).click()
        expect(stopped).to_contain_text("停止しました。")
        route.abort()
    followed = ask(page, HONDA)
    expect(followed.locator(".interpreted")).to_contain_text("ホンダの公開件数は？")
    page.reload()
    expect(page.locator(".question")).to_have_text([COUNT, HONDA])


def test_an_answer_that_breaks_off_can_be_asked_for_again(page: Page) -> None:
    allow(page, "net::ERR")
    told = 'event: stage\ndata: {"stage": "searching"}\n\nevent: claim\ndata: {"cla'
    page.route(f"**{ASK}", lambda route: route.fulfill(content_type="text/event-stream", body=told))
    turn = type_and_send(page, COUNT)
    expect(turn.get_by_role("alert")).to_contain_text("サーバーに接続できません")
    page.unroute(f"**{ASK}")
    turn.get_by_role("button", name="もう一度試す").click()
    expect(page.locator(".turn .claims")).to_contain_text("1位トヨタ5,001件")


def test_a_server_that_fails_is_told_of_without_its_innards(page: Page) -> None:
    allow(page, "500 (Internal Server Error)")
    page.route(f"**{ASK}", lambda route: route.fulfill(status=500, body="Traceback: <b>secret</b>"))
    turn = type_and_send(page, COUNT)
    expect(turn.get_by_role("alert")).to_contain_text("サーバーでエラーが起きました（500）")
    expect(turn).not_to_contain_text("secret")
    expect(turn.get_by_role("button", name="もう一度試す")).to_be_visible()


def test_a_follow_up_shows_how_it_was_understood(page: Page) -> None:
    first = ask(page, COUNT)
    expect(first.locator(".interpreted")).to_have_count(0)
    second = ask(page, HONDA)
    expect(second.locator(".question")).to_have_text(HONDA)
    expect(second.locator(".interpreted")).to_have_text(
        "「ホンダの公開件数は？」という質問として調べました"
    )
    third = ask(page, "それはなぜですか")
    expect(third.locator(".interpreted")).to_contain_text("ホンダ")


def test_a_declined_question_offers_others_that_are_answered(page: Page) -> None:
    turn = ask(page, WEATHER)
    expect(turn.locator(".declined")).to_be_visible()
    expect(turn.locator(".claims, .confidence")).to_have_count(0)
    nearest = turn.locator(".evidence")
    expect(nearest.get_by_role("heading")).to_have_text("近い箇所")
    expect(nearest.locator(".citation-open").first).to_be_visible()
    expect(turn.get_by_role("heading", name="答えられる質問")).to_be_visible()
    offered = turn.locator(".sample").all_inner_texts()
    assert offered
    for number, question in enumerate(offered, start=1):
        turn.get_by_role("button", name=question, exact=True).click()
        answered = page.locator(".turn").nth(number)
        answered.locator(".actions").wait_for()
        expect(answered.locator(".question")).to_have_text(question)
        expect(answered.locator(".claim").first).to_be_visible()


def test_pressing_an_offered_question_leaves_what_is_being_typed(page: Page) -> None:
    page.locator("#question").fill("書きかけの質問")
    page.locator(".sample").first.click()
    page.locator(".turn .actions").wait_for()
    expect(page.locator("#question")).to_have_value("書きかけの質問")


def test_the_mouse_on_a_chip_previews_its_quote(page: Page) -> None:
    turn = ask(page, COUNT)
    chip = turn.locator(".claims .chip").first
    quote = turn.locator(".citation .quote").first.inner_text()
    preview = page.locator(".preview")
    chip.hover()
    expect(preview.locator(".quote")).to_have_text(quote)
    preview.hover()
    expect(preview).to_be_visible()
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    page.locator("#question").hover()
    chip.hover()
    expect(preview).to_be_visible()
    page.locator("#question").hover()
    expect(preview).to_be_hidden()


def test_the_preview_stays_while_the_mouse_is_on_it(page: Page) -> None:
    turn = ask(page, COUNT)
    preview = page.locator(".preview")
    page.clock.install()
    turn.locator(".claims .chip").first.hover()
    page.clock.run_for(1000)
    preview.hover()
    page.clock.run_for(10_000)
    expect(preview).to_be_visible()
    page.locator("#question").hover()
    page.clock.run_for(1000)
    expect(preview).to_be_hidden()


def test_the_keyboard_on_a_chip_previews_its_quote_and_escape_keeps_the_report_open(
    page: Page,
) -> None:
    turn = ask(page, COUNT)
    turn.locator(".citation-open").first.click()
    reader = page.locator("report-reader")
    expect(reader.locator("mark").first).to_be_visible()
    chip = focused_by_keyboard(page, turn)
    preview = page.locator(".preview")
    expect(preview).to_be_visible()
    page.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    expect(reader).to_be_visible()
    expect(chip).to_be_focused()
    page.keyboard.press("Escape")
    expect(reader).to_be_hidden()


def test_the_preview_goes_when_the_keyboard_moves_on(page: Page) -> None:
    turn = ask(page, REVIEW)
    focused_by_keyboard(page, turn)
    expect(page.locator(".preview")).to_be_visible()
    page.locator("#question").focus()
    expect(page.locator(".preview")).to_be_hidden()


def test_confidence_is_told_in_words_and_as_a_number_on_demand(page: Page) -> None:
    confidence = ask(page, COUNT).locator(".confidence")
    expect(confidence.locator("summary")).to_have_text(re.compile("^確信度：(高|中|低)$"))
    expect(confidence.locator("p")).to_be_hidden()
    confidence.locator("summary").click()
    expect(confidence.locator("p")).to_have_text(re.compile(r"^0\.\d\d（0から1）。"))


def test_only_what_the_report_only_supposes_is_marked_so(page: Page) -> None:
    claims = ask(page, REVIEW).locator(".claims .claim")
    expect(claims.nth(0)).to_contain_text("整理し直す場でもあったと分析される")
    expect(claims.nth(0).locator(".hedged")).to_have_text("報告書の推察・見通し")
    expect(claims.nth(1).locator(".hedged")).to_have_count(0)


def test_rows_of_a_table_are_answered_as_a_table(page: Page) -> None:
    turn = ask(page, RISKS)
    table = turn.get_by_role("group", name="回答の表").get_by_role("table")
    heads = ["リスク分類", "内容", "時期", "影響度", "出典"]
    expect(table.get_by_role("columnheader")).to_have_text(heads)
    expect(table.get_by_role("row")).to_have_count(6)
    row = table.get_by_role("row").filter(has_text="外部（市場）")
    expect(row.get_by_role("cell")).to_contain_text(["BYDとHuawei", "中期", "甚大"])
    row.locator(".chip").click()
    expect(page.locator("report-reader mark").first).to_be_in_viewport()


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ("", "質問が空です"),
        ("  　\n ", "質問が空です"),
        ("？！…", "質問に言葉が見つかりません"),
        ("日産の戦略を" + "とても" * 700 + "詳しく", "2,000"),
    ],
    ids=["empty", "blank", "symbols", "too long"],
)
def test_a_question_at_fault_comes_back_with_the_problem_beside_it(
    page: Page, question: str, problem: str
) -> None:
    allow(page, "422", "413")
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    box = page.locator("#question")
    expect(page.locator(".ask-error")).to_contain_text(problem)
    expect(box).to_have_value(question.strip())
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_be_focused()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".failure")).to_have_count(0)
    expect(page.locator(".welcome")).to_be_visible()
    assert page.evaluate("() => location.pathname") == "/"
    box.fill(COUNT)
    expect(page.locator(".ask-error")).to_be_hidden()
    box.press("Enter")
    expect(page.locator(".turn .claims")).to_contain_text("1位トヨタ5,001件")
    expect(page.locator(".entry-open[aria-current]")).to_have_text(COUNT)


def test_a_fault_in_an_edited_question_puts_back_what_stood_there(page: Page) -> None:
    allow(page, "422")
    first = ask(page, COUNT)
    ask(page, HONDA)
    first.get_by_role("button", name="質問を直す").click()
    first.get_by_role("textbox").fill("？？？")
    first.get_by_role("button", name="聞き直す").click()
    expect(page.locator(".ask-error")).to_contain_text("質問に言葉が見つかりません")
    expect(page.locator("#question")).to_have_value("？？？")
    expect(page.locator(".question")).to_have_text([COUNT, HONDA])
    expect(first.locator(".claims")).to_contain_text("1位トヨタ5,001件")
    page.reload()
    expect(page.locator(".question")).to_have_text([COUNT, HONDA])


def composing(page: Page, text: str) -> CDPSession:
    """An input method has put text into the question box that is still to be confirmed."""
    page.locator("#question").focus()
    devtools = page.context.new_cdp_session(page)
    devtools.send(
        "Input.imeSetComposition",
        {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
    )
    expect(page.locator("#question")).to_have_value(text)
    return devtools


def test_enter_confirms_a_conversion_and_only_the_next_one_sends(page: Page) -> None:
    devtools = composing(page, "ほんだのこうかいけんすう")
    # the input method takes the key for itself: the page is told of it, and nothing is typed
    taken = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    devtools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **taken})
    devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **taken})
    expect(page.locator(".turn")).to_have_count(0)
    devtools.send("Input.insertText", {"text": "ホンダの公開件数は？"})
    expect(page.locator("#question")).to_have_value("ホンダの公開件数は？")
    expect(page.locator(".turn")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.locator(".question")).to_have_text("ホンダの公開件数は？")


def test_keys_of_a_conversion_are_no_shortcuts(page: Page) -> None:
    turn = ask(page, COUNT)
    turn.locator(".citation-open").first.click()
    expect(page.locator("report-reader")).to_be_visible()
    composing(page, "ほんだ")
    page.keyboard.press("Escape")
    expect(page.locator("report-reader")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(1)


def test_the_enter_that_ends_a_conversion_in_safari_does_not_send(page: Page) -> None:
    box = page.locator("#question")
    box.fill(COUNT)
    box.evaluate(
        """(field) => field.dispatchEvent(new KeyboardEvent('keydown',
          { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }))"""
    )
    expect(page.locator(".turn")).to_have_count(0)
    expect(box).to_have_value(COUNT)
    box.press("Enter")
    expect(page.locator(".turn")).to_have_count(1)


def test_shift_and_enter_break_the_line(page: Page) -> None:
    box = page.locator("#question")
    box.press_sequentially("トヨタの")
    height = box.evaluate("(field) => field.clientHeight")
    box.press("Shift+Enter")
    box.press_sequentially("公開件数は？")
    expect(box).to_have_value("トヨタの\n公開件数は？")
    assert box.evaluate("(field) => field.clientHeight") > height
    expect(page.locator(".turn")).to_have_count(0)
    box.press("Enter")
    expect(page.locator(".turn .claims")).to_contain_text("1位トヨタ5,001件")
