"""The page in Japanese and in English: all of it, at once."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from ipqa.settings import Settings
from tests.browser.visiting import visiting
from tests.browser.watching import allow, ask
from tests.parts import ROOT, records_at
from tests.server.running import running

WEB = ROOT / "web"
MESSAGES: dict[str, dict[str, str]] = {
    language: json.loads((WEB / "i18n" / f"{language}.json").read_text(encoding="utf-8"))
    for language in ("ja", "en")
}
QUESTION = "2024年の出荷量はどれだけですか"

LEFT_IN_JAPANESE = """root => {
  const japanese = /[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]/u;
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement: node } = walker.currentNode;
    if (japanese.test(data) && node.closest('[lang]').lang !== 'ja') found.push(data);
  }
  for (const node of root.querySelectorAll('[aria-label], [placeholder], [title]')) {
    const values = Object.values(JSON.parse(node.dataset.messageValues ?? '{}'));
    for (const name of ['aria-label', 'placeholder', 'title']) {
      let said = node.getAttribute(name) ?? '';
      for (const value of values) said = said.replace(value, '');
      if (japanese.test(said) && node.closest('[lang]').lang !== 'ja') found.push(said);
    }
  }
  return found;
}"""
"""Of the page: what is Japanese and does not say so, names of reports in labels aside."""


@pytest.fixture(scope="module")
def server(
    small_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("languages")
    own = {"database_url": records_at(folder / "records.sqlite3"), "runs": folder / "runs"}
    with running(small_settings.model_copy(update=own)) as client:
        yield client


@pytest.fixture
def page(browser: Browser, server: httpx.Client) -> Iterator[Page]:
    # wide enough for the choice of language to stand beside an open report
    with visiting(browser, server, viewport={"width": 1440, "height": 900}) as page:
        yield page


def in_english(page: Page) -> None:
    """Switch, and find nothing of the Japanese page left."""
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.locator("body").evaluate(LEFT_IN_JAPANESE) == []


def keys_used() -> set[str]:
    """Keys that the scripts and the page name; those that are put together, by their beginning."""
    sources = [*WEB.glob("*.js"), WEB / "index.html"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    written = set(re.findall(r"""["'`]([a-z]+(?:\.[A-Za-z_]+)+)["'`]""", text))
    composed = re.findall(r"`([a-z]+(?:\.[A-Za-z_]+)*\.)\$\{\w+\}`", text)
    beginnings = {*composed, *(f"{key}." for key in written)} - {""}
    return {
        key
        for key in MESSAGES["ja"]
        if key in written or key.rpartition(".")[0] + "." in beginnings & set(composed)
    } | {key for key in written if key.partition(".")[0] in topics() and key not in OTHER}


OTHER = {"ipqa.language", "ipqa.theme", "ipqa.shortcuts", "location.pathname"}


def topics() -> set[str]:
    return {key.partition(".")[0] for key in MESSAGES["ja"]}


def test_both_languages_say_the_same_things_with_the_same_places() -> None:
    assert list(MESSAGES["ja"]) == list(MESSAGES["en"])
    for key, japanese in MESSAGES["ja"].items():
        english = MESSAGES["en"][key]
        assert japanese.strip()
        assert english.strip()
        assert set(re.findall(r"\{(\w+)\}", japanese)) == set(re.findall(r"\{(\w+)\}", english)), (
            key
        )
        assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", english), key


def test_every_message_that_is_named_is_there_and_none_is_left_over() -> None:
    used = keys_used()
    assert used - MESSAGES["ja"].keys() == set()
    done = {key for key in MESSAGES["ja"] if key.startswith("handing.") and key.endswith(".done")}
    assert {key.removesuffix(".done") for key in done} <= used
    assert MESSAGES["ja"].keys() - used - done == set()


def test_switching_rewrites_an_open_answer_and_the_report_beside_it_at_once(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    turn = ask(page, QUESTION)
    turn.locator(".citation-open").first.click()
    expect(page.locator("report-reader mark").first).to_be_visible()
    marked = page.locator("report-reader mark").all_text_contents()
    in_english(page)
    expect(page).to_have_title(MESSAGES["en"]["page.title"])
    expect(turn.locator(".evidence .label")).to_have_text("Evidence")
    expect(page.locator(".question")).to_have_text(QUESTION)
    assert page.locator("report-reader mark").all_text_contents() == marked
    page.get_by_text("Contents", exact=True).click()
    assert page.locator("body").evaluate(LEFT_IN_JAPANESE) == []

    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".evidence .label")).to_have_text("Evidence")
    assert page.locator("body").evaluate(LEFT_IN_JAPANESE) == []
    page.get_by_role("button", name="日本語").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(page.locator(".evidence .label")).to_have_text("根拠")


@pytest.mark.parametrize("view", ["reports", "verify", "evaluation"])
def test_every_view_is_rewritten_at_once(page: Page, view: str) -> None:
    allow(page, "404")
    page.locator(f".views [data-view={view}]").click()
    pane = page.locator(f"{view}-view")
    if view == "verify":
        pane.get_by_role("textbox").fill("お世話になっております。日産は1905年に月へ進出した。")
        pane.get_by_role("button").click()
        expect(pane.locator(".verdict")).to_have_count(2)
    elif view == "reports":
        expect(pane.locator(".report-entry")).to_have_count(1)
        expect(pane.locator(".drop .note")).to_contain_text("MB")
        pane.get_by_role("button", name="外す").click()
    else:
        expect(pane.get_by_role("alert")).to_be_visible()
    in_english(page)
    if view == "reports":
        pane.get_by_role("button", name="Keep").click()
        inspect = pane.locator(".report-acts a")
        expect(inspect).to_have_attribute("href", re.compile("language=en"))
        assert page.locator("body").evaluate(LEFT_IN_JAPANESE) == []


def test_problems_come_in_the_language_of_the_page(page: Page) -> None:
    allow(page, "404", "413", "422")
    in_english(page)
    page.goto("/c/nowhere")
    expect(page.locator(".notice-place").get_by_role("alert")).to_contain_text(
        re.compile("conversation", re.IGNORECASE)
    )
    page.locator("#question").fill("あ" * 2_001)
    page.locator("#question").press("Enter")
    expect(page.locator("#ask-error")).to_contain_text(re.compile("long|characters"))
    page.goto("/r/nowhere")
    expect(page.locator("report-reader").get_by_role("alert")).to_contain_text(
        re.compile("report", re.IGNORECASE)
    )
    page.get_by_role("button", name="日本語").click()
    page.goto("/c/nowhere")
    expect(page.locator(".notice-place").get_by_role("alert")).to_contain_text("会話")
