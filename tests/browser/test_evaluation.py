"""The view of the latest evaluation."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from ipqa.assistant import Assistant
from ipqa.evaluation.gold import GoldQuestion
from ipqa.evaluation.page import write_page
from ipqa.evaluation.run import ask_all, scores_of, write_run
from ipqa.settings import Settings
from tests.browser.visiting import visiting
from tests.browser.watching import allow
from tests.parts import records_at
from tests.server.running import running

QUESTIONS = [
    GoldQuestion(
        id=name,
        type="factoid" if facts else "unanswerable",
        question=question,
        facts=facts,
        evidence=evidence,
        answerable=bool(facts),
    )
    for name, question, facts, evidence in (
        (
            "start",
            "海藻の養殖はいつ始まりましたか",
            (("2019年4月",),),
            ("青海水産は2019年4月に海藻の養殖を始めた",),
        ),
        (
            "amount",
            "2024年の出荷量はどれだけですか",
            (("1,250トン",),),
            ("2024年の出荷量は1,250トンで、前年より8%増えた",),
        ),
        ("pay", "青海水産の社員の平均年収はいくらですか", (), ()),
    )
]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def server(small_settings: Settings, runs: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    own = {"runs": runs, "database_url": records_at(tmp_path / "records.sqlite3")}
    with running(small_settings.model_copy(update=own)) as client:
        yield client


@pytest.fixture
def page(browser: Browser, server: httpx.Client) -> Iterator[Page]:
    with visiting(browser, server, "/verify") as page:
        yield page


def write(folder: Path, assistant: Assistant) -> None:
    """A run of the questions, with its page."""
    records = ask_all(assistant, [[question] for question in QUESTIONS])
    scores = scores_of(records)
    write_run(folder, records, scores)
    write_page(folder, records, scores, "ja")


def test_without_a_run_it_says_how_to_make_one(page: Page) -> None:
    allow(page, "404")
    page.get_by_role("link", name="評価").click()
    view = page.locator("evaluation-view")
    expect(view.get_by_role("alert")).to_contain_text("ipqa eval run")
    expect(view.get_by_role("table")).to_have_count(0)
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="Ask", exact=True).click()
    page.get_by_role("link", name="Evaluation").click()
    expect(view.get_by_role("alert")).to_contain_text("ipqa eval run GOLD")


def test_the_latest_run_is_a_table_and_leads_to_its_page(
    page: Page, runs: Path, small_assistant: Assistant
) -> None:
    write(runs / "秋の評価", small_assistant)
    page.get_by_role("link", name="評価").click()
    view = page.locator("evaluation-view")
    expect(view).to_contain_text("秋の評価")
    expect(view).to_contain_text("3問")
    expect(view.get_by_role("columnheader")).to_have_text(["指標", "値", "95%区間", "問数"])
    first = view.locator("tbody tr").first
    expect(first).to_contain_text("求める事実がすべて含まれる割合")
    expect(first.locator("td")).to_have_text(["1.00", "1.00–1.00", "2"])
    assert page.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")

    with page.context.expect_page() as opened:
        view.get_by_role("link", name="詳しい結果").click()
    result = opened.value
    expect(result.locator("svg").first).to_be_visible()
    assert result.locator("body").evaluate("body => getComputedStyle(body).marginTop") != "8px"


def test_a_run_without_its_page_has_no_link_and_a_torn_one_says_which(
    page: Page, runs: Path, small_assistant: Assistant
) -> None:
    allow(page, "500")
    write(runs / "first", small_assistant)
    (runs / "first" / "report.html").unlink()
    page.get_by_role("link", name="評価").click()
    view = page.locator("evaluation-view")
    expect(view.get_by_role("table")).to_be_visible()
    expect(view.get_by_role("link")).to_have_count(0)

    (runs / "first" / "scores.json").write_text('{"overall": {', encoding="utf-8")
    page.get_by_role("link", name="質問", exact=True).click()
    page.get_by_role("link", name="評価").click()
    expect(view.get_by_role("alert")).to_contain_text("first")
    expect(view.get_by_role("table")).to_have_count(0)
    write(runs / "first", small_assistant)
    view.get_by_role("button", name="もう一度試す").click()
    expect(view.get_by_role("table")).to_be_visible()
