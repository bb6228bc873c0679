"""What others wrote stays what it is: text. Reports, answers, questions and names that mean harm."""

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from ipqa.reports import read_report
from ipqa.reports.describe import describe
from tests.browser.visiting import own_settings, visiting
from tests.browser.watching import allow, ask
from tests.parts import SMALL_REPORT
from tests.server.running import ended, running, upload

SCRIPT = "<script>window.ran='script'</script>"
IMAGE = "<img src=x onerror=\"window.ran='image'\">"
MARKUP = f"{SCRIPT}{IMAGE}"
TURNED = "\u202e逆さ\u2066囲み\u200b無幅\u202b"
NAME = "<img src=x onerror=window.ran=1>&amp;\u202e\u2066『報告』.md"
TALLY = "岬灯台の見学者は2024年度に3,415名だった"
PHONE = {"width": 375, "height": 700}


def harmful(*, length: int, rows: int) -> str:
    """A report that means harm, with a line of that length and a table of so many rows."""
    lines = "\n".join(
        "| "
        + " | ".join(MARKUP if column == row == 1 else str(row * column) for column in range(40))
        + " |"
        for row in range(rows)
    )
    return f"""\
# 岬灯台 {escape(MARKUP)} &lt;b&gt;年報&lt;/b&gt; {TURNED}

## 見学 {escape(IMAGE)}

{TALLY}[^1]。{escape(MARKUP)}{MARKUP}この数は前の年より{TURNED}多い。

- 案内板の数 {IMAGE} は{TURNED}12枚である
- [押してください](javascript:window.ran='link')と書いた紙が{SCRIPT}3枚ある
- 記録の様式はdata:text/html,{SCRIPT}という

## 長いもの

{"波" * length}

{"🚢🌊" * (length // 10)}

制御\x01文字\x07と\x1b記号、\ufffd、\ufeffそして終わり。{"W" * (length // 7)}

**【表1】 {IMAGE} 毎日の記録**

| {" | ".join(f"列{column}{TURNED if column == 3 else ''}" for column in range(40))} |
|{"---|" * 40}
{lines}

## 出典

[^1]: 岬灯台「{IMAGE}{TURNED}見学簿」 javascript:window.ran='source'
[^2]: 岬灯台「様式」 data:text/html,<script>window.ran=2</script>
[^3]: 岬灯台「日誌」 https://example.com/?a=1&b="><script>window.ran=3</script>
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    settings = own_settings(tmp_path_factory.mktemp("hostile"), {"seaweed.md": SMALL_REPORT})
    with running(settings) as client:
        assert ended(client, upload(client, NAME, harmful(length=500, rows=3)))["state"] == "done"
        yield client


@pytest.fixture
def report(server: httpx.Client) -> dict[str, Any]:
    """The entry of the report that means harm."""
    entries: list[dict[str, Any]] = server.get("/api/reports").json()["reports"]
    return next(entry for entry in entries if entry["title"].startswith("岬灯台"))


@pytest.fixture
def page(browser: Browser, server: httpx.Client) -> Iterator[Page]:
    with visiting(browser, server) as page:
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
        yield page


def assert_harmless(page: Page) -> None:
    """Nothing ran, nothing became markup, no link leads anywhere but to the web or to this page."""
    everything = page.locator("html")
    assert everything.evaluate("() => window.ran === undefined")
    expect(page.locator("body :is(img, script, iframe, object, embed)")).to_have_count(0)
    addresses = everything.evaluate("() => Array.from(document.links, (link) => link.protocol)")
    assert set(addresses) <= {"http:", "https:"}


def assert_fits(pane: Locator) -> None:
    """A pane holds nothing that is wider than it; tables scroll in frames of their own."""
    beyond = pane.evaluate(
        """pane => {
          if (pane.scrollWidth <= pane.clientWidth) return [];
          const { left } = pane.getBoundingClientRect();
          const wide = [...pane.querySelectorAll('*')].filter(
            (node) => node.getBoundingClientRect().right > left + pane.clientWidth + 1
              || node.scrollWidth > pane.clientWidth);
          return [pane.scrollWidth, ...wide.map((node) => `${node.localName}.${node.className}`)];
        }"""
    )
    assert beyond == []


def assert_no_sideways(page: Page) -> None:
    """The page does not scroll sideways, on a desk or on a phone."""
    for size in (PHONE, {"width": 1280, "height": 800}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert_fits(page.locator("html"))
        for pane in page.locator(".scroll:visible, .reader-scroll:visible").all():
            assert_fits(pane)


def assert_stays_after(chip: Locator, text: Locator) -> None:
    """What follows a text on the page was not drawn into the text's own direction."""
    said, at = text.bounding_box(), chip.bounding_box()
    assert said is not None
    assert at is not None
    assert at["y"] >= said["y"] + said["height"] or at["x"] >= text.evaluate(
        """node => {
          const boxes = [...node.getClientRects()];
          return boxes.at(-1).right - 1;
        }"""
    )


def test_a_report_that_means_harm_is_listed_as_text(page: Page, report: dict[str, Any]) -> None:
    page.get_by_role("link", name="報告書", exact=True).click()
    names = page.locator(".report-name")
    expect(names).to_have_count(2)
    assert report["title"] in names.all_text_contents()
    assert MARKUP in report["title"]
    assert_harmless(page)
    assert_no_sideways(page)
    hostile = page.locator(".report-entry").filter(has_text="岬灯台")
    hostile.get_by_role("button").click()
    hostile.get_by_role("button", name="やめる").click()
    assert_harmless(page)


def test_a_report_that_means_harm_is_read_as_text_to_the_character(
    page: Page, server: httpx.Client, report: dict[str, Any]
) -> None:
    page.goto(f"/r/{report['id']}")
    text = page.locator(".report-text")
    expect(text).to_be_visible()
    assert text.evaluate("node => node.textContent") == server.get(
        f"/api/reports/{report['id']}/text"
    ).content.decode("utf-8")
    assert_harmless(page)
    assert_no_sideways(page)
    page.get_by_text("目次", exact=True).click()
    assert_harmless(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="出典1を表示").first.click()
    card = page.locator(".source-card")
    expect(card).to_contain_text("見学簿")
    expect(card.get_by_role("link")).to_have_count(0)
    assert_harmless(page)
    assert_no_sideways(page)


def test_a_report_of_huge_tables_and_endless_lines_is_read_without_going_sideways(
    page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "長大.md"
    path.write_text(harmful(length=20_000, rows=200), encoding="utf-8")
    report = read_report(path, max_bytes=10_000_000)  # to index it would take minutes

    def fulfil(route: Route) -> None:
        if route.request.url.endswith("/text"):
            route.fulfill(content_type="text/plain; charset=utf-8", body=report.text.encode())
        else:
            route.fulfill(content_type="application/json", body=describe(report).model_dump_json())

    page.route("**/api/reports/long*", fulfil)
    page.route("**/api/reports/long/text", fulfil)
    page.goto("/r/long")
    text = page.locator(".report-text")
    expect(text.locator("tbody tr")).to_have_count(200)
    assert text.evaluate("node => node.textContent") == report.text
    assert_harmless(page)
    assert_no_sideways(page)


def test_its_reading_view_stays_text_too(page: Page, report: dict[str, Any]) -> None:
    page.goto(f"/api/reports/{report['id']}/inspection")
    assert_harmless(page)
    wide, room = page.locator("html").evaluate("html => [html.scrollWidth, html.clientWidth]")
    assert wide <= room


def test_an_answer_from_a_report_that_means_harm_quotes_it_as_text(
    page: Page, report: dict[str, Any]
) -> None:
    turn = ask(page, "岬灯台の見学者は2024年度に何名でしたか")
    expect(turn).to_contain_text("3,415名")
    assert_harmless(page)
    turn.locator(".citation-open").first.click()
    expect(page.locator("report-reader mark").first).to_be_in_viewport()
    assert_harmless(page)
    assert_no_sideways(page)
    assert report["id"]


def test_questions_and_names_of_conversations_with_markup_stay_text(page: Page) -> None:
    question = f"{MARKUP}{TURNED}水温は？"
    turn = ask(page, question)
    assert turn.locator(".question").text_content() == question
    entry = page.locator(".entry").first
    expect(entry).to_contain_text("<script>")
    assert_harmless(page)
    entry.get_by_role("button").first.click()
    name = f"{IMAGE}{TURNED}&lt;名前&gt;{'長' * 60}"
    page.locator(".entry-form input").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator(".entry").first).to_contain_text("&lt;名前&gt;")
    label = page.locator(".entry").first.get_by_role("button").first.get_attribute("aria-label")
    assert label is not None
    assert "\u202e" not in label
    assert_no_sideways(page)
    page.locator(".entry").first.get_by_role("button").nth(1).click()
    expect(page.locator(".entry-form")).to_contain_text("元に戻せません。")
    assert_harmless(page)
    assert_no_sideways(page)
    page.reload()
    expect(page.locator(".question")).to_have_text(question)
    assert_harmless(page)


def citation(number: int, **more: object) -> dict[str, Any]:
    sources = [
        {"mark": MARKUP, "title": IMAGE, "url": "javascript:window.ran=1", "status": "resolved"},
        {"mark": "2", "title": "", "url": f"data:text/html,{SCRIPT}", "status": "ambiguous"},
        {"mark": "3", "title": TURNED, "url": "https://example.com/", "status": "resolved"},
        {"mark": "4", "title": "x", "url": " java\tscript:window.ran=4", "status": MARKUP},
    ]
    return {
        "number": number,
        "report": f"../{IMAGE}",
        "edition": MARKUP,
        "title": f"{TURNED}{MARKUP}",
        "section": [TURNED, MARKUP],
        "quote": f"{TURNED}{MARKUP}" + "長" * 3_000,
        "start": 0,
        "end": 10**9,
        "page": None,
        "columns": [],
        "sources": sources,
        **more,
    }


def answer_of_a_hostile_model(**more: object) -> dict[str, Any]:
    texts = [f"{MARKUP}", f"前\u202e逆さの文字列{TURNED}", "無" * 5_000, "🚢" * 3_000]
    return {
        "question": MARKUP,
        "interpreted_as": f"{TURNED}{MARKUP}",
        "answered": True,
        "answer": "\n".join(texts),
        "short_answer": f"{IMAGE}{TURNED}{'短' * 500}",
        "claims": [{"text": text, "citations": [1, 2], "hedged": True} for text in texts],
        "citations": [citation(1), citation(2)],
        "notes": [f"{MARKUP}{TURNED}"],
        "suggestions": [MARKUP, TURNED],
        "confidence": 7e99,
        **more,
    }


def event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def answering(page: Page, stream: str) -> None:
    """Questions are answered with a stream that somebody else wrote."""

    def fulfil(route: Route) -> None:
        route.fulfill(content_type="text/event-stream", body=stream.encode())

    page.unroute_all()
    page.route("**/api/ask/stream", fulfil)


def test_an_answer_of_a_model_that_means_harm_stays_text(page: Page) -> None:
    stages = event("stage", {"stage": MARKUP}) + event(
        "claim",
        {"claim": {"text": MARKUP, "citations": [1], "hedged": False}, "citations": [citation(1)]},
    )
    answering(page, stages + event("answer", answer_of_a_hostile_model()))
    turn = ask(page, "水温は？")
    expect(turn.locator(".claim").first).to_contain_text(MARKUP)
    turned = turn.locator(".claim").nth(1)
    expect(turned.locator(".chip")).to_have_count(2)
    assert_stays_after(turned.locator(".chip").first, turned.locator("bdi"))
    assert_stays_after(turned.locator(".chip").nth(1), turned.locator(".chip").first)
    expect(turn.get_by_role("link")).to_have_count(2)  # the honest source, of each citation
    turned.locator(".chip").first.scroll_into_view_if_needed()  # scrolling closes previews
    turned.locator(".chip").first.hover()
    expect(page.locator(".preview")).to_be_visible()
    assert_harmless(page)
    assert_no_sideways(page)

    refusal = answer_of_a_hostile_model(answered=False, answer=f"{MARKUP}{TURNED}")
    answering(page, event("answer", refusal))
    declined = ask(page, "次は？")
    expect(declined.locator(".samples button")).to_have_count(2)
    allow(page, "404")  # there is no such report
    declined.locator(".citation-open").first.click()
    expect(page.locator("report-reader").get_by_role("alert")).to_be_visible()
    assert_harmless(page)
    assert_no_sideways(page)


def test_a_quote_or_a_title_cannot_turn_around_what_stands_beside_it(page: Page) -> None:
    title = "左\u202eABC"
    answering(
        page,
        event(
            "answer",
            answer_of_a_hostile_model(
                interpreted_as=title,
                claims=[{"text": title, "citations": [1], "hedged": False}],
                citations=[citation(1, title=title, section=[title], quote=title)],
            ),
        ),
    )
    turn = ask(page, "水温は？")
    for beside in turn.locator(".interpreted, .crumb, .claim").all():
        said = beside.locator("bdi").first.bounding_box()
        assert said is not None
        after = beside.evaluate(
            """node => {
              const range = document.createRange();
              const next = node.querySelector('bdi').nextSibling;
              if (next === null) return null;
              range.selectNode(next);
              return range.getBoundingClientRect().left;
            }"""
        )
        assert after is None or after >= said["x"] + said["width"] - 1
    expect(turn.locator(".crumb bdi").first).to_have_text("左ABC")


BROKEN = {
    "no JSON": "event: answer\ndata: {\n\n",
    "no answer": event("answer", None),
    "without its parts": event("answer", {"answered": True}),
    "of other kinds": event("answer", answer_of_a_hostile_model(claims="x", citations=7)),
    "to citations that are not there": event(
        "answer",
        answer_of_a_hostile_model(claims=[{"text": "あ", "citations": [9], "hedged": False}]),
    ),
    "a claim without its parts": event("claim", {}) + event("answer", answer_of_a_hostile_model()),
    "an unknown event and no end": event("__proto__", 1) + "data: 1\n\n\x00\n\nevent",
    "nothing": "",
}


def test_answers_that_are_no_answers_are_told_and_the_next_question_is_answered(
    page: Page,
) -> None:
    allow(page, "TypeError", "SyntaxError")
    for stream in BROKEN.values():
        answering(page, stream)
        page.locator("#question").fill("水温は？")
        page.keyboard.press("Enter")
        last = page.locator(".turn").last
        expect(last.get_by_role("alert")).to_be_visible()
        expect(last.get_by_role("button", name="もう一度試す")).to_be_visible()
        assert_harmless(page)
    page.unroute_all()
    page.locator(".turn").last.get_by_role("button", name="もう一度試す").click()
    expect(page.locator(".turn").last).to_contain_text("14度")


def test_what_other_pages_left_in_the_browser_does_not_keep_the_page_from_starting(
    page: Page,
) -> None:
    for left in ("{", "7", '{"a": 1}', "null"):
        page.locator("html").evaluate(
            "(_, left) => localStorage.setItem('ipqa.reports-left-out', left)", left
        )
        for key in ("theme", "language", "shortcuts"):
            page.locator("html").evaluate(
                "(_, key) => localStorage.setItem('ipqa.' + key, '<b>')", key
            )
        page.reload()
        page.locator("body.ready").wait_for()
        expect(page.locator(".scope")).to_have_text("対象：すべての報告書（2件）")
