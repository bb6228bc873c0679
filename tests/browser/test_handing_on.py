"""Answers taken away: copied, saved, printed; and what people say about them."""

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from docx import Document
from playwright.sync_api import Browser, Download, Locator, Page, expect

from ipqa.assistant import Assistant
from ipqa.records.database import Database
from ipqa.records.feedback import FeedbackStore
from ipqa.settings import Settings
from tests.browser.visiting import visiting
from tests.browser.watching import allow, ask
from tests.parts import records_at
from tests.server.running import running

COUNT = "トヨタの公開件数は？"
HONDA = "ではホンダは？"
RISKS = "表2のリスクを教えて"
WEATHER = "今日の天気は？"
TOLD = "出願公開: 1位トヨタ5,001件、2位ホンダ1,209件、4位日産421件"

GREW = "2024年の出荷量は増えましたか"


def choose(where: Locator, button: str, entry: str) -> None:
    """Open the menu of an answer or of the conversation, and choose an entry of it."""
    menu = where.locator(".handing-on").filter(has=where.page.get_by_role("button", name=button))
    menu.get_by_role("button", name=button).click()
    menu.get_by_role("button", name=entry).click()


def copied(where: Locator, button: str, entry: str) -> str:
    """What stands on the clipboard once the page says that it was copied."""
    where.page.evaluate("() => navigator.clipboard.writeText('')")
    choose(where, button, entry)
    expect(where.get_by_text("コピーしました")).to_be_visible()
    return str(where.page.evaluate("() => navigator.clipboard.readText()"))


def saved(where: Locator, button: str, entry: str) -> Download:
    with where.page.expect_download() as download:
        choose(where, button, entry)
    expect(where.get_by_text("保存しました")).to_be_visible()
    return download.value


def test_an_answer_is_copied_as_markdown_with_its_quotes(page: Page) -> None:
    ask(page, RISKS)
    turn = page.locator(".turn").nth(1)
    ask(page, COUNT)
    text = copied(turn, "コピー・保存", "Markdownでコピー")
    assert COUNT in text
    assert TOLD in text
    assert "[1]" in text
    assert f"{page.url.split('/c/')[0]}/r/" in text
    assert RISKS not in text


def test_an_answer_is_copied_as_plain_text(page: Page) -> None:
    turn = ask(page, COUNT)
    text = copied(turn, "コピー・保存", "テキストでコピー")
    assert TOLD in text
    assert not any(mark in text for mark in ("](", "**", "# "))


def test_a_table_is_copied_as_a_table(page: Page) -> None:
    turn = ask(page, RISKS)
    text = copied(turn, "コピー・保存", "Markdownでコピー")
    assert "外部（市場）" in text
    assert "甚大" in text


def test_the_whole_conversation_is_copied_in_order(page: Page) -> None:
    for question in (COUNT, HONDA, WEATHER):
        ask(page, question)
    head = page.locator(".conversation-head")
    text = copied(head, "会話をコピー・保存", "Markdownでコピー")
    positions = [text.index(part) for part in (f"# {COUNT}", HONDA, WEATHER)]
    assert positions == sorted(positions)


def test_an_answer_is_saved_as_markdown_under_its_question(page: Page, tmp_path: Path) -> None:
    turn = ask(page, COUNT)
    download = saved(turn, "コピー・保存", "Markdownファイルで保存")
    assert download.suggested_filename == f"{COUNT}.md"
    download.save_as(tmp_path / "saved.md")
    text = (tmp_path / "saved.md").read_text(encoding="utf-8")
    assert text == copied(turn, "コピー・保存", "Markdownでコピー").replace("\r\n", "\n")


def test_the_whole_conversation_is_saved_for_word_with_footnotes(
    page: Page, tmp_path: Path
) -> None:
    for question in (COUNT, RISKS):
        ask(page, question)
    head = page.locator(".conversation-head")
    path = tmp_path / "saved.docx"
    download = saved(head, "会話をコピー・保存", "Wordファイルで保存（脚注つき）")
    assert download.suggested_filename == f"{COUNT}.docx"
    download.save_as(path)
    text = "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)
    assert text.index(COUNT) < text.index(TOLD) < text.index(RISKS)
    with ZipFile(path) as parts:
        assert TOLD in parts.read("word/footnotes.xml").decode()


def test_signs_that_no_file_name_may_hold_are_left_out_of_it(page: Page) -> None:
    turn = ask(page, '../トヨタ/"ホンダ"の<公開件数>は|いくつ:\n\u202emd.exe')
    name = saved(turn, "コピー・保存", "Markdownファイルで保存").suggested_filename
    assert name.endswith(".md")
    assert "トヨタ" in name
    assert not set(name) & set('/\\:*"<>|\n\u202e')


def test_a_question_cut_within_an_emoji_is_handed_on(page: Page) -> None:
    question = "トヨタの公開件数は何件ですか" + "。" * 45 + "😀" * 3
    assert len(question[:60].encode("utf-16-le")) // 2 > 60
    turn = ask(page, question)
    expect(page.locator(".entry-open[aria-current]")).not_to_contain_text("\ufffd")
    name = saved(turn, "コピー・保存", "Wordファイルで保存（脚注つき）").suggested_filename
    assert name.startswith("トヨタの公開件数は何件ですか")
    assert "\ufffd" not in name


def test_a_menu_closes_with_escape_and_leaves_the_report_open(page: Page) -> None:
    turn = ask(page, COUNT)
    turn.locator(".citation-open").first.click()
    button = turn.get_by_role("button", name="コピー・保存")
    entry = turn.get_by_role("button", name="Markdownでコピー")
    button.click()
    expect(entry).to_be_visible()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(page.locator("report-reader")).to_be_visible()


def test_a_copy_that_fails_is_told_of_and_the_answer_stays(page: Page) -> None:
    allow(page, "503 (Service Unavailable)")
    turn = ask(page, COUNT)
    page.route("**/api/exports", lambda route: route.fulfill(status=503, body="no"))
    choose(turn, "コピー・保存", "Markdownでコピー")
    expect(turn.get_by_role("alert")).to_contain_text("サーバーでエラーが起きました（503）")
    page.unroute("**/api/exports")
    assert TOLD in copied(turn, "コピー・保存", "Markdownでコピー")
    expect(turn.get_by_role("alert")).to_have_count(0)


@pytest.fixture
def records(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite3"


@pytest.fixture
def own(
    browser: Browser, small_settings: Settings, small_assistant: Assistant, records: Path
) -> Iterator[Page]:
    """The page on a server whose records no other test writes."""
    settings = small_settings.model_copy(update={"database_url": records_at(records)})
    with running(settings, lambda _: small_assistant) as client, visiting(browser, client) as page:
        yield page


def test_feedback_with_a_comment_arrives_in_the_records(own: Page, records: Path) -> None:
    liked = ask(own, GREW)
    liked.get_by_role("button", name="役に立った", exact=True).click()
    comment = liked.get_by_role("textbox", name="よかった点があれば教えてください（任意）")
    expect(comment).to_be_focused()
    liked.get_by_role("button", name="評価を送る").click()
    expect(liked.get_by_text("ありがとうございます。記録しました。")).to_be_visible()
    expect(liked.get_by_role("button", name="役に立った", exact=True)).to_be_disabled()
    disliked = ask(own, WEATHER)
    disliked.get_by_role("button", name="役に立たなかった").click()
    disliked.get_by_role("textbox").fill("天気は<b>別の</b>\n部署に聞きました😀")
    disliked.get_by_role("button", name="評価を送る").click()
    expect(disliked.get_by_text("ありがとうございます。記録しました。")).to_be_visible()
    first, second = FeedbackStore(Database(f"sqlite:///{records}")).all()
    assert (first.question, first.helpful, first.answered, first.comment) == (GREW, True, True, "")
    assert "1,250トン" in first.citations[0].quote
    assert (second.question, second.helpful, second.answered) == (WEATHER, False, False)
    assert second.comment == "天気は<b>別の</b>\n部署に聞きました😀"


def test_changing_the_verdict_keeps_the_words_already_written(own: Page, records: Path) -> None:
    turn = ask(own, GREW)
    turn.get_by_role("button", name="役に立たなかった").click()
    turn.get_by_role("textbox").fill("数字が欲しかった")
    turn.get_by_role("button", name="役に立った", exact=True).click()
    expect(turn.locator(".thumb[aria-pressed=true]")).to_have_text("役に立った")
    expect(turn.get_by_role("textbox")).to_have_value("数字が欲しかった")
    turn.get_by_role("button", name="評価を送る").click()
    expect(turn.get_by_text("ありがとうございます。記録しました。")).to_be_visible()
    (stored,) = FeedbackStore(Database(f"sqlite:///{records}")).all()
    assert (stored.helpful, stored.comment) == (True, "数字が欲しかった")


def test_feedback_that_could_not_be_sent_keeps_the_comment(own: Page, records: Path) -> None:
    allow(own, "net::ERR_FAILED")
    turn = ask(own, GREW)
    own.route("**/api/feedback", lambda route: route.abort())
    turn.get_by_role("button", name="役に立たなかった").click()
    turn.get_by_role("textbox").fill("数字が欲しかった")
    turn.get_by_role("button", name="評価を送る").click()
    expect(turn.get_by_role("alert")).to_contain_text("サーバーに接続できません。")
    own.unroute("**/api/feedback")
    turn.get_by_role("button", name="評価を送る").click()
    expect(turn.get_by_text("ありがとうございます。記録しました。")).to_be_visible()
    assert [stored.comment for stored in FeedbackStore(Database(f"sqlite:///{records}")).all()] == [
        "数字が欲しかった"
    ]


def test_on_paper_stand_questions_answers_and_evidence_and_nothing_to_press(page: Page) -> None:
    ask(page, COUNT)
    turn = ask(page, RISKS)
    turn.locator(".citation-open").first.click()
    expect(page.locator("report-reader")).to_be_visible()
    page.emulate_media(media="print")
    for shown in (".question", ".claims", ".claim-table table", ".evidence .quote"):
        expect(page.locator(shown).last).to_be_visible()
    for hidden in (".rail", ".ask", ".actions", ".conversation-head", "report-reader", ".edit"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert page.evaluate(
        "() => [...document.querySelectorAll('.scroll, .claim-table')]"
        ".every((part) => getComputedStyle(part).overflowX === 'visible')"
    )
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_printing_begins_with_a_press(page: Page) -> None:
    page.evaluate("() => { window.print = () => { document.body.dataset.printed = 'yes' } }")
    ask(page, COUNT)
    page.get_by_role("button", name="印刷").click()
    expect(page.locator("body[data-printed]")).to_be_attached()
