"""The reports: looked at, added, replaced, taken out, and chosen to be asked."""

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect
from pypdf import PdfReader, PdfWriter

from tests.browser.visiting import own_settings, visiting
from tests.browser.watching import allow, ask
from tests.parts import SMALL_REPORT
from tests.pdf_maker import PdfMaker
from tests.server.running import running

DAIRY = """\
# 白樺乳業の中期計画

## 第1章 新工場

白樺乳業は帯広市に新工場を建設し、{year}年10月に稼働させる計画である。投資額は48億円を見込む。

## 第2章 物流

冷蔵輸送[^1]は{year}年度に自社便へ切り替える。委託先[^9]との契約は前年度末に終える。

## 出典

[^1]: 白樺乳業「物流白書」 https://example.com/logistics
"""
DAIRY_TITLE = "白樺乳業の中期計画"
SEAWEED_TITLE = "海藻事業の報告"
QUESTION = "白樺乳業の新工場はいつ稼働しますか"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[httpx.Client]:
    settings = own_settings(
        tmp_path, {"seaweed.md": SMALL_REPORT, "中期計画.md": DAIRY.format(year=2027)}
    )
    with running(settings.model_copy(update={"max_report_bytes": 60_000})) as client:
        yield client


@pytest.fixture
def page(browser: Browser, server: httpx.Client) -> Iterator[Page]:
    with visiting(browser, server, "/reports") as page:
        page.locator(".report-entry").first.wait_for()  # what stands below it moves no more
        yield page


def file(name: str, content: str | bytes) -> FilePayload:
    """A file as a visitor has it at hand."""
    content = content.encode() if isinstance(content, str) else content
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def choose(page: Page, *files: FilePayload) -> None:
    """Press the button, and choose files in the dialog that opens."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="ファイルを選ぶ").click()
    chooser.value.set_files(list(files))


def drop(target: Locator, *files: FilePayload) -> None:
    """Drag files from the desktop over a part of the page and let them go."""
    target.evaluate(
        """(node, files) => {
          const dataTransfer = new DataTransfer();
          for (const { name, content } of files) {
            const bytes = Uint8Array.from(atob(content), (unit) => unit.charCodeAt(0));
            dataTransfer.items.add(new File([bytes], name));
          }
          for (const kind of ['dragenter', 'dragover', 'drop']) {
            const event = new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer });
            node.dispatchEvent(event);
            if (kind !== 'dragenter' && !event.defaultPrevented) throw Error('the browser opens it');
          }
        }""",
        [
            {"name": f["name"], "content": base64.b64encode(f["buffer"]).decode("ascii")}
            for f in files
        ],
    )


def entry(page: Page, title: str) -> Locator:
    return page.locator(".report-entry").filter(has=page.get_by_role("link", name=title))


def job(page: Page, name: str) -> Locator:
    return page.locator(".job").filter(has_text=name).last


def safety_report() -> bytes:
    pdf = PdfMaker(title="港湾倉庫の安全報告")
    pdf.heading("第1章 設備")
    pdf.paragraph("港湾倉庫の第三棟では、消火設備の点検を毎年6月に実施している。")
    pdf.page()
    pdf.heading("第2章 訓練")
    pdf.paragraph("避難訓練は年に二回行い、昨年は延べ340名が参加した。訓練の記録は五年間保管する。")
    pdf.page()
    return pdf.bytes()


def locked(pdf: bytes) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.encrypt("himitsu", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_each_report_says_how_well_it_was_read(page: Page, server: httpx.Client) -> None:
    listed = {one["title"]: one for one in server.get("/api/reports").json()["reports"]}
    sound, doubtful = entry(page, SEAWEED_TITLE), entry(page, DAIRY_TITLE)
    expect(sound).to_contain_text("読み取りに問題なし")
    expect(sound).to_contain_text("出典 2件つながり")
    expect(sound).to_contain_text("表1")
    expect(sound).to_contain_text(f"{listed[SEAWEED_TITLE]['characters']:,}字")
    expect(sound).to_contain_text("フォルダから")
    expect(doubtful).to_contain_text("出典 1件つながり")
    expect(doubtful).to_contain_text("一覧にない出典 1件")
    expect(doubtful).to_contain_text(f"読み取りの注意 {listed[DAIRY_TITLE]['warnings']}件")
    expect(page.locator(".drop .note")).to_contain_text("1件0.06MBまで")


def test_a_chosen_pdf_is_read_asked_about_and_cited_with_its_page(page: Page) -> None:
    choose(page, file("安全報告.pdf", safety_report()))
    expect(job(page, "安全報告.pdf")).to_contain_text("追加しました。質問できます。")
    expect(job(page, "安全報告.pdf").locator("progress")).to_have_count(0)
    expect(entry(page, "港湾倉庫の安全報告")).to_contain_text("PDF2ページ")
    expect(entry(page, "港湾倉庫の安全報告")).to_contain_text("追加した報告書")
    page.get_by_role("link", name="質問", exact=True).click()
    turn = ask(page, "避難訓練には何名が参加しましたか")
    expect(turn.locator(".claims, .short-answer").first).to_contain_text("340名")
    expect(turn.locator(".breadcrumb")).to_contain_text("2ページ")
    expect(turn.locator(".breadcrumb")).to_contain_text("港湾倉庫の安全報告")
    turn.locator(".citation-open").first.click()
    expect(page.locator("report-reader mark").first).to_contain_text("340名")


def test_files_are_dropped_several_at_once_and_anywhere_in_the_view(page: Page) -> None:
    notes = {
        f"第{number}号.md": f"# 広報第{number}号\n\n秋祭りの来場者は{number},200人だった。\n"
        for number in (1, 2, 3)
    }
    drop(page.locator(".view-title:visible"), *(file(name, text) for name, text in notes.items()))
    for name in notes:
        expect(job(page, name)).to_contain_text("追加しました")
    expect(page.locator(".report-entry")).to_have_count(5)
    expect(page.locator(".drop")).not_to_have_class(re.compile("over"))


def test_a_file_that_misses_the_view_does_not_take_the_place_of_the_page(page: Page) -> None:
    drop(page.locator(".wordmark"), file("外れ.md", "# 外れ\n\n届かない。\n"))
    expect(page.locator(".report-entry")).to_have_count(2)
    expect(page.locator(".job")).to_have_count(0)


def test_a_new_version_takes_the_place_of_the_old_one_where_it_stands_open_too(page: Page) -> None:
    name, text = "訓練.md", "# 訓練の記録\n\n春の訓練には{count}名が参加した。\n"
    choose(page, file(name, text.format(count=120)))
    expect(job(page, name)).to_contain_text("追加しました")
    entry(page, "訓練の記録").get_by_role("link", name="訓練の記録").click()
    expect(page.locator("report-reader article")).to_contain_text("120名")
    page.go_back()
    choose(page, file(name, text.format(count=150)))
    expect(job(page, name)).to_contain_text("新しい版に入れ替えました。")
    expect(page.locator(".report-entry")).to_have_count(3)
    entry(page, "訓練の記録").get_by_role("link", name="訓練の記録").click()
    expect(page.locator("report-reader article")).to_contain_text("150名")
    page.go_back()
    choose(page, file(name, text.format(count=150)))
    expect(job(page, name)).to_contain_text("同じ内容の報告書がすでにあります。")
    expect(page.locator(".report-entry")).to_have_count(3)


def test_a_file_that_cannot_be_read_says_why_in_the_language_of_the_page(page: Page) -> None:
    files = [
        file("壊れた.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 4),
        file("鍵つき.pdf", locked(safety_report())),
        file("空.md", ""),
    ]
    choose(page, *files)
    expect(job(page, "壊れた.pdf").get_by_role("alert")).to_contain_text("壊れ")
    expect(job(page, "鍵つき.pdf").get_by_role("alert")).to_contain_text("パスワード")
    expect(job(page, "空.md").get_by_role("alert")).to_be_visible()
    expect(page.locator(".report-entry")).to_have_count(2)

    page.get_by_role("button", name="English").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose").click()
    chooser.value.set_files(files[:2])
    expect(job(page, "壊れた.pdf").get_by_role("alert")).to_contain_text("cannot be opened")
    expect(job(page, "鍵つき.pdf").get_by_role("alert")).to_contain_text("password")


@pytest.mark.parametrize("size", [60_001, 5_000_000])
def test_a_file_that_is_too_large_is_refused_and_told_so(page: Page, size: int) -> None:
    allow(page, "413")
    choose(page, file("長大.md", "あ" * (size // 3 + 1)))
    expect(job(page, "長大.md").get_by_role("alert")).to_contain_text("大きすぎます")
    expect(page.locator(".banner")).to_be_hidden()


def test_a_report_is_taken_out_only_when_that_is_confirmed(
    page: Page, server: httpx.Client
) -> None:
    doomed = entry(page, DAIRY_TITLE)
    doomed.get_by_role("button", name=f"「{DAIRY_TITLE}」を外す").click()
    expect(doomed.get_by_role("button", name="やめる")).to_be_focused()
    page.keyboard.press("Enter")
    expect(doomed.get_by_role("button", name=f"「{DAIRY_TITLE}」を外す")).to_be_focused()
    assert len(server.get("/api/reports").json()["reports"]) == 2

    page.keyboard.press("Enter")
    doomed.get_by_role("button", name="外す", exact=True).click()
    expect(page.locator(".job")).to_contain_text("外しました。")
    expect(page.locator(".job")).to_contain_text("次に ipqa build を実行すると戻ります")
    expect(page.locator(".report-entry")).to_have_count(1)
    page.get_by_role("link", name="質問", exact=True).click()
    turn = ask(page, QUESTION)
    expect(turn).not_to_contain_text("2027年10月")


def test_the_last_report_stays_and_says_why(page: Page) -> None:
    allow(page, "409")
    for title in (DAIRY_TITLE, SEAWEED_TITLE):
        entry(page, title).get_by_role("button", name=f"「{title}」を外す").click()
        entry(page, title).get_by_role("button", name="外す", exact=True).click()
        if title == DAIRY_TITLE:
            expect(page.locator(".report-entry")).to_have_count(1)
    expect(page.locator(".job").last.get_by_role("alert")).to_contain_text("最後の報告書")
    expect(page.locator(".report-entry")).to_have_count(1)
    expect(entry(page, SEAWEED_TITLE).get_by_role("button", name="外す")).to_be_enabled()


def test_answers_and_suggestions_come_from_the_reports_that_are_ticked(page: Page) -> None:
    asked = page.get_by_label(f"「{DAIRY_TITLE}」を質問の対象にする")
    other = page.get_by_label(f"「{SEAWEED_TITLE}」を質問の対象にする")
    asked.uncheck()
    expect(other).to_be_disabled()
    page.get_by_role("link", name="質問", exact=True).click()
    expect(page.locator(".scope")).to_have_text(f"対象：{SEAWEED_TITLE}")
    expect(page.locator(".samples")).not_to_contain_text("白樺")
    turn = ask(page, QUESTION)
    expect(turn).not_to_contain_text("2027年10月")

    page.reload()
    expect(page.locator(".scope")).to_have_text(f"対象：{SEAWEED_TITLE}")
    page.locator(".scope").click()
    expect(asked).not_to_be_checked()
    asked.check()
    expect(other).to_be_enabled()
    other.uncheck()
    expect(asked).to_be_disabled()
    page.get_by_role("link", name="質問", exact=True).click()
    expect(page.locator(".samples").get_by_role("button").first).to_contain_text("白樺")
    expect(page.locator(".samples")).not_to_contain_text("海藻")
    expect(ask(page, QUESTION)).to_contain_text("2027年10月")

    page.locator(".scope").click()
    other.check()
    page.get_by_role("link", name="質問", exact=True).click()
    expect(page.locator(".scope")).to_have_text("対象：すべての報告書（2件）")


def test_the_reading_view_opens_beside_the_page_with_its_style(page: Page) -> None:
    with page.context.expect_page() as opened:
        entry(page, DAIRY_TITLE).get_by_role("link", name="読み取りの確認").click()
    view = opened.value
    expect(view.get_by_text("帯広市に新工場を建設し").first).to_be_visible()
    assert view.locator("body").evaluate("body => getComputedStyle(body).marginTop") != "8px"
    assert view.locator("html").get_attribute("lang") == "ja"
    assert view.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")
