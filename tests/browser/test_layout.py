"""The page at every width, with more and longer things than it will ever be given."""

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.watching import ask

WHEN = "ASSBはいつ実用化しますか"
TABLE = "表2のリスクを教えて"
WIDTHS = [(1440, 900), (1024, 768), (768, 1024), (375, 667), (640, 400)]
"""The last one is what 200 % leaves of a window of 1280 by 800."""
ENDLESS = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
LONG_TITLE = "沿岸地域における海藻養殖事業の持続可能な発展と販路の拡大に関する中間報告書" * 4
SENTENCE = "南浜の養殖場では水温の変化に合わせて種苗の植え付けを年に三回行っている。"


def answer_of(number: int) -> dict[str, Any]:
    """An answer with that many citations, and 3,000 characters."""
    citations = [
        {
            "number": index + 1,
            "report": "long",
            "edition": "0" * 16,
            "title": LONG_TITLE,
            "section": [f"第{index // 4 + 1}章 {LONG_TITLE}", ENDLESS],
            "quote": SENTENCE * 3,
            "start": index * 100,
            "end": index * 100 + 40,
            "page": 100 + index,
            "columns": [],
            "sources": [
                {"mark": str(index), "title": ENDLESS, "url": None, "status": "resolved"},
                {
                    "mark": "9",
                    "title": "",
                    "url": f"https://example.com/{ENDLESS}",
                    "status": "ambiguous",
                },
            ],
        }
        for index in range(number)
    ]
    texts = [SENTENCE * (3000 // len(SENTENCE)), ENDLESS, SENTENCE]
    claims = [
        {"text": text, "citations": [c["number"] for c in citations], "hedged": True}
        for text in texts
    ]
    return {
        "question": "長い質問",
        "interpreted_as": LONG_TITLE,
        "answered": True,
        "answer": "\n".join(texts),
        "short_answer": ENDLESS,
        "claims": claims,
        "citations": citations,
        "notes": [LONG_TITLE],
        "suggestions": [],
        "confidence": 0.9,
    }


def tell(answer: dict[str, Any]) -> str:
    """The answer as the server sends it."""
    return f"event: answer\ndata: {json.dumps(answer, ensure_ascii=False)}\n\n"


def entry(number: int) -> dict[str, Any]:
    """A report of the list, whose title has no end."""
    return {
        "id": f"report-{number}",
        "title": ENDLESS if number == 0 else f"{number} {LONG_TITLE}",
        "edition": "0" * 16,
        "format": "pdf",
        "added": True,
        "characters": 1_234_567,
        "pages": 1_234,
        "sections": 567,
        "tables": 89,
        "references": 123,
        "marks": {"resolved": 100, "ambiguous": 20, "missing": 3},
        "warnings": 45,
    }


def conversation(number: int) -> dict[str, Any]:
    """A conversation of the list."""
    return {
        "id": f"c{number}",
        "title": ENDLESS if number == 0 else f"{number} {LONG_TITLE}",
        "created": "2025-01-01T00:00:00Z",
        "updated": "2025-01-01T00:00:00Z",
        "turns": 3,
    }


def serve_much(page: Page) -> None:
    """60 conversations, 30 reports, and an answer of 40 citations to whatever is asked."""

    def listed(route: Route) -> None:
        if route.request.method != "GET":
            route.continue_()
            return
        route.fulfill(json={"conversations": [conversation(number) for number in range(60)]})

    page.route("**/api/conversations", listed)
    page.route(
        "**/api/reports", lambda r: r.fulfill(json={"reports": [entry(n) for n in range(30)]})
    )
    page.route(
        "**/api/ask/stream",
        lambda r: r.fulfill(body=tell(answer_of(40)), content_type="text/event-stream"),
    )


def nothing_sideways(page: Page) -> None:
    """Neither the page nor a pane scrolls sideways, and nothing reaches beyond the window."""
    beyond = page.evaluate(BEYOND)
    assert beyond == []


BEYOND = """() => {
  const { documentElement: root } = document;
  const found = root.scrollWidth > innerWidth ? ['the page'] : [];
  const frames = '.pane, .reader, .rail-body, .rail, .card';
  const cut = (node) => node && (getComputedStyle(node).textOverflow === 'ellipsis' || cut(node.parentElement));
  for (const node of document.querySelectorAll('body *')) {
    if (!node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (node.parentElement.closest('.claim-table, .table-scroll, .off-screen') || cut(node)) continue;
    const box = node.getBoundingClientRect();
    if (box.width === 0 || node.matches('.off-screen, .skip')) continue;
    const said = `${node.localName}.${node.className} "${node.textContent.slice(0, 20)}"`;
    const frame = (node.parentElement.closest(frames) ?? root).getBoundingClientRect();
    if (box.right > frame.right + 1 || box.left < frame.left - 1) found.push(`beyond its pane: ${said}`);
    const rolls = getComputedStyle(node).overflowX !== 'visible' && !node.matches('.claim-table, .table-scroll');
    if (rolls && node.scrollWidth > node.clientWidth + 1) found.push(`rolls sideways: ${said}`);
  }
  return found;
}"""


def can_be_typed_into(page: Page) -> None:
    """The box for questions stands whole in the window, on top of everything."""
    for part in (page.locator("#question"), page.locator(".ask-box .primary")):
        expect(part).to_be_in_viewport(ratio=1)
        assert part.evaluate(ON_TOP)


ON_TOP = """(node) => {
  const { left, top, width, height } = node.getBoundingClientRect();
  return node.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""


def apart(*parts: Locator) -> None:
    """None of these covers another."""
    boxes = [part.bounding_box() for part in parts]
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert one is not None
            assert other is not None
            beside = (
                one["x"] + one["width"] <= other["x"] + 1
                or other["x"] + other["width"] <= one["x"] + 1
            )
            above = (
                one["y"] + one["height"] <= other["y"] + 1
                or other["y"] + other["height"] <= one["y"] + 1
            )
            assert beside or above


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_questions_answers_and_the_report_fit_every_width(
    page: Page, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    expect(page.locator(".sample").first).to_be_attached()
    nothing_sideways(page)
    can_be_typed_into(page)
    ask(page, TABLE)
    turn = ask(page, WHEN)
    nothing_sideways(page)
    can_be_typed_into(page)
    turn.locator(".citation-open").first.click()
    reader = page.locator("report-reader")
    expect(reader.locator("mark").first).to_be_in_viewport()
    reader.get_by_role("searchbox").fill("特許")
    expect(reader.get_by_text("1 / ")).to_be_visible()
    nothing_sideways(page)
    bar = reader.locator(".reader-bar > :visible")
    apart(*bar.all(), reader.locator(".reader-scroll"))
    expect(reader.get_by_label("報告書を閉じる")).to_be_in_viewport(ratio=1)
    reader.get_by_role("searchbox").fill("")
    reader.locator("summary").first.click()
    entry_of_outline = reader.locator(".panel-entry").first
    expect(entry_of_outline).to_be_in_viewport(ratio=1)
    assert entry_of_outline.evaluate(ON_TOP)
    page.keyboard.press("Escape")
    reader.get_by_label("報告書を閉じる").click()
    can_be_typed_into(page)


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_much_and_long_things_break_nothing(page: Page, width: int, height: int) -> None:
    serve_much(page)
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/reports")
    expect(page.locator(".report-entry")).to_have_count(30)
    nothing_sideways(page)
    first = page.locator(".report-entry").first
    apart(
        first.locator(".asked-check"), first.locator(".report-name"), first.locator(".report-acts")
    )
    if page.locator(".rail-toggle").is_visible():
        page.locator(".rail-toggle").click()
    entries = page.locator(".entry")
    expect(entries).to_have_count(60)
    entries.last.scroll_into_view_if_needed()
    expect(entries.last).to_be_in_viewport()
    nothing_sideways(page)
    page.get_by_role("link", name="質問", exact=True).click()
    page.locator("#question").fill(ENDLESS + SENTENCE * 20)
    can_be_typed_into(page)
    page.locator("#question").press("Enter")
    page.locator(".turn .actions").wait_for()
    expect(page.locator(".citation")).to_have_count(40)
    nothing_sideways(page)
    can_be_typed_into(page)
    chip = page.locator(".claims .chip").last
    chip.scroll_into_view_if_needed()
    chip.hover()
    expect(page.locator(".preview")).to_be_in_viewport(ratio=1)
    nothing_sideways(page)
    actions = page.locator(".turn .actions")
    actions.scroll_into_view_if_needed()
    apart(actions, page.locator(".ask-box"))


@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_a_long_draft_fits_every_width(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/verify")
    draft = page.get_by_label("確かめる文章")
    draft.fill(f"{ENDLESS}。日産はASSBを積むEVを2031年度までに発売することを目指す。{SENTENCE}")
    page.get_by_role("button", name="照らし合わせる").click()
    expect(page.locator(".sentence")).to_have_count(3)
    nothing_sideways(page)


def test_less_motion_means_none(page: Page) -> None:
    moving = "() => document.getAnimations().length"
    page.route("**/api/ask/stream", lambda _: None)  # stays under way
    page.emulate_media(reduced_motion="no-preference")
    page.locator("#question").fill(WHEN)
    page.locator("#question").press("Enter")
    expect(page.locator(".waiting")).to_be_visible()
    assert page.evaluate(moving) > 0
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == 0


def test_where_the_system_chooses_the_colours_what_is_current_and_marked_still_shows(
    page: Page,
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(forced_colors="active")
    turn = ask(page, WHEN)
    turn.locator(".citation-open").first.click()
    mark = page.locator("report-reader mark").first
    expect(mark).to_be_in_viewport()
    ground = "node => getComputedStyle(node).backgroundColor"
    assert mark.evaluate(ground) != page.locator("report-reader").evaluate(ground)
    for current in (
        page.locator(".views [aria-current]"),
        turn.locator(".claims .chip[aria-current]"),
        turn.locator(".citation-open[aria-current]"),
        page.locator(".choice[aria-pressed=true]").first,
    ):
        expect(current).to_have_css("outline-style", "solid")
    expect(turn.locator(".claims .chip").last).to_have_css("border-top-style", "solid")
    page.locator("#question").focus()
    expect(page.locator(".ask-box")).to_have_css("outline-style", "solid")
    expect(page.locator(".ask-box .primary")).not_to_have_css("border-top-width", "0px")
