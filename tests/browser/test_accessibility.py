"""What assistive technology finds on the page: every view, light and dark, judged by axe-core.

The script of axe-core goes to the page through the protocol of the browser, which the content security
policy of the page does not stand in the way of.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import httpx
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from ipqa.assistant import Assistant
from ipqa.evaluation.gold import GoldQuestion
from ipqa.evaluation.run import ask_all, scores_of, write_run
from tests.browser.visiting import own_settings, visiting
from tests.browser.watching import allow, ask
from tests.parts import SMALL_REPORT
from tests.server.running import running

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
WHEN = "ASSBはいつ実用化しますか"
TABLE = "表2のリスクを教えて"
UNKNOWN = "社員食堂の献立を教えて"
DRAFT = (
    "日産はASSBを積むEVを2028年度までに発売することを目指す。"
    "日産はASSBを積むEVを2031年度までに発売することを目指す。"
    "社員食堂の献立は毎週変わる。"
)
AXE = Axe()


def check(page: Page, state: str) -> None:
    """No violation of any rule, in light and in dark."""
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        found = AXE.run(page, options=RULES).response["violations"]
        told = [
            f"{state}, {scheme}: {one['id']}: {node['html'][:160]} {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]
        assert told == []


def test_asking_and_every_kind_of_answer(page: Page) -> None:
    expect(page.locator(".sample").first).to_be_visible()
    check(page, "nothing asked")
    turn = ask(page, WHEN)
    ask(page, TABLE)
    ask(page, TABLE)
    ask(page, UNKNOWN)
    check(page, "answered, with a table, declined")
    turn.locator(".chip").first.scroll_into_view_if_needed()
    turn.locator(".chip").first.hover()
    expect(page.locator(".preview")).to_be_visible()
    check(page, "preview")
    turn.get_by_role("button", name="コピー・保存").click()
    expect(turn.locator(".menu")).to_be_visible()
    check(page, "menu")
    page.keyboard.press("Escape")
    turn.get_by_role("button", name="役に立たなかった").click()
    turn.get_by_label("質問を直す").click()
    expect(turn.get_by_role("button", name="聞き直す")).to_be_visible()
    page.locator(".entry").first.hover()
    page.locator(".entry-act").last.click()
    check(page, "feedback, editor, removal of a conversation")


def test_the_report_and_what_opens_on_top_of_it(page: Page) -> None:
    turn = ask(page, WHEN)
    turn.locator(".citation-open").first.click()
    reader = page.locator("report-reader")
    expect(reader.locator("mark").first).to_be_visible()
    check(page, "report")
    for panel in ("目次", "注意"):
        reader.locator("summary", has_text=panel).click()
        expect(reader.locator("details[open]")).to_have_count(1)
        check(page, panel)
        page.keyboard.press("Escape")
    reader.get_by_role("searchbox").fill("特許")
    expect(reader.get_by_text("1 / ")).to_be_visible()
    check(page, "search")
    reader.locator(".mark button").first.click()
    expect(reader.locator(".source-card")).to_be_visible()
    check(page, "card of a mark")


def test_the_other_views(page: Page) -> None:
    page.goto("/reports")
    expect(page.locator(".report-entry")).to_have_count(1)
    check(page, "reports")
    page.get_by_role("button", name="を外す").click()
    expect(page.get_by_role("button", name="やめる")).to_be_focused()
    check(page, "removal")
    page.goto("/verify")
    page.get_by_label("確かめる文章").fill(DRAFT)
    page.get_by_role("button", name="照らし合わせる").click()
    expect(page.locator(".sentence")).to_have_count(3)
    check(page, "draft checked")
    page.get_by_role("button", name="キー操作").click()
    expect(page.get_by_role("dialog", name="キー操作")).to_be_visible()
    check(page, "shortcuts")


def test_the_scores_and_that_there_are_none(page: Page, browser: Browser, tmp_path: Path) -> None:
    allow(page, "404")
    page.goto("/evaluation")
    expect(page.locator("evaluation-view .failure")).to_be_visible()
    check(page, "no scores")
    with scored(tmp_path) as client, visiting(browser, client, "/evaluation") as other:
        expect(other.get_by_role("table")).to_be_visible()
        check(other, "scores")


@contextmanager
def scored(folder: Path) -> Iterator[httpx.Client]:
    """A server of the small report with one evaluation."""
    settings = own_settings(folder, {"seaweed.md": SMALL_REPORT})
    question = GoldQuestion(
        id="start",
        type="factoid",
        question="海藻の養殖はいつ始まりましたか",
        facts=(("2019年4月",),),
        evidence=("青海水産は2019年4月に海藻の養殖を始めた",),
        answerable=True,
    )
    records = ask_all(Assistant.open(settings), [[question]])
    write_run(folder / "runs" / "first", records, scores_of(records))
    os.utime(folder / "runs" / "first" / "scores.json", (1_750_000_000, 1_750_000_000))
    with running(settings) as client:
        yield client


def test_on_a_phone_with_the_menu_and_with_a_report(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    turn = ask(page, WHEN)
    page.get_by_role("button", name="メニュー").click()
    expect(page.get_by_role("navigation", name="画面の切り替え")).to_be_visible()
    check(page, "menu of the phone")
    page.keyboard.press("Escape")
    turn.locator(".citation-open").first.click()
    expect(page.locator("report-reader mark").first).to_be_visible()
    check(page, "report on a phone")


def test_failures(page: Page) -> None:
    allow(page, "503", "ERR_FAILED")
    page.route("**/api/ask/stream", lambda route: route.fulfill(status=503, body="{}"))
    page.locator("#question").fill(WHEN)
    page.locator("#question").press("Enter")
    expect(page.locator(".turn .failure")).to_be_visible()
    page.route("**/api/ask/stream", lambda route: route.abort())
    page.route("**/livez", lambda route: route.abort())
    page.locator("#question").fill(WHEN)
    page.locator("#question").press("Enter")
    expect(page.locator(".banner")).to_be_visible()
    check(page, "server away")


HEARD = """() => {
  window.heard = [];
  const quiet = (node) => {
    const live = node.closest('[aria-live], [role=status], [role=alert], [role=log]');
    return !live || live.ariaLive === 'off' || node.closest('[aria-busy=true]');
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const added of addedNodes) {
        const walker = document.createTreeWalker(added, NodeFilter.SHOW_TEXT);
        for (let text = walker.currentNode; text; text = walker.nextNode()) {
          if (text.nodeType === Node.TEXT_NODE && text.parentElement && !quiet(text.parentElement)) {
            window.heard.push(text.data);
          }
        }
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
}"""


def test_stages_are_told_and_the_answer_is_told_once(
    page: Page, corpus_assistant: Assistant
) -> None:
    answer = corpus_assistant.ask(WHEN)
    page.evaluate(HEARD)
    ask(page, WHEN)
    heard: list[str] = page.evaluate("() => window.heard")
    assert "報告書を調べています" in heard
    for claim in answer.claims:
        assert heard.count(claim.text) == 1
    assert not any("コピー・保存" in text for text in heard)


def test_headings_go_down_step_by_step(page: Page) -> None:
    turn = ask(page, WHEN)
    turn.locator(".citation-open").first.click()
    expect(page.locator("report-reader mark").first).to_be_visible()
    levels: list[int] = page.get_by_role("heading").evaluate_all(
        "headings => headings.map((heading) => Number(heading.localName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_parts_of_the_page_have_their_roles_and_names(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    turn = ask(page, WHEN)
    turn.locator(".citation-open").first.click()
    for role, name in [
        ("navigation", "画面の切り替え"),
        ("region", "質問と回答"),
        ("region", "報告書の本文"),
        ("log", "これまでの質問と回答"),
        ("textbox", "質問"),
        ("group", "この回答の評価"),
        ("group", "引用の移動"),
        ("searchbox", "本文を検索"),
    ]:
        found: Any = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
        expect(found).to_have_count(1)
    page.keyboard.press("Escape")
    chip = turn.locator(".claims .chip").first
    page.keyboard.press("Tab")  # the keyboard is in use
    chip.focus()
    expect(chip).to_have_accessible_name("引用1を報告書で開く")
    quote = turn.locator(".citation .quote").first.inner_text()
    expect(chip).to_have_accessible_description(re.compile(re.escape(quote)))
