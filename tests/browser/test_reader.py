"""The report beside its answer: its text, outline, damage, marks, pages, and the search in it."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.watching import ask, requests_held
from tests.parts import build_small_index, records_at
from tests.pdf_maker import PdfMaker
from tests.server.running import running

_LONG = "、".join(f"第{number}号炉の温度は毎朝六時に測って帳簿へ書き写し" for number in range(90))

GLASS = f"""\
# 𠮷田硝子の技術戦略報告

## 第1章 ｶﾞﾗｽ基板への転換

𠮷田硝子は202111月に、ASSBと呼ぶ全固体電池むけのガラス基板を発表した。開発には三年かかった[1]。
　試作品は5,001枚である。結合文字で書いた「カ\u3099ラス」と「は\u3099ね」もここにある。型番はABC[[.*+?]である。

担当は20258月に𩸽市の研究所へ移り、👨\u200d👩\u200d👧 の標章を掲げた[2]。

- 溶解\t炉は二基ある
  - 小型炉: 𠮷野工場
- 研磨機は四台ある

**【表1】基板の出荷**

| 地域 | 2023年 | 2024年 |
|---|---|---|
| 関東 | 640枚 |  |
|  | 517枚 | ｶﾞﾗｽ 550枚 |

### 引用文献

1. 𠮷田硝子「基板の発表」 https://example.com/kiban

## 第2章 assbの量産

量産の計画は2026年に始まる。販路はＡＳＳＢの需要に合わせて広げた[9]。

{_LONG}、最後に炉の火を落とした。

### 3-1. 移転の記録

研究所の移転には二年をかけた[2]。

## 引用文献

1. 調査会「硝子年鑑」 https://example.com/nenkan
2. 調査会「移転の記録」 https://example.com/iten?a=1&b=%E3%81%82
3. 一覧&lt;script&gt;window.harmed = true&lt;/script&gt; javascript:alert(1)
"""


QUERIES: list[tuple[str, list[str]]] = [
    ("ＡＳＳＢ", ["ASSB", "assb", "ＡＳＳＢ"]),
    ("assb", ["ASSB", "assb", "ＡＳＳＢ"]),
    ("ガラス", ["ｶﾞﾗｽ", "ガラス", "カ\u3099ラス", "ｶﾞﾗｽ"]),
    ("ｶﾞﾗｽ 基板", []),
    ("ガラス基板", ["ｶﾞﾗｽ基板", "ガラス基板"]),
    ("ばね", ["は\u3099ね"]),
    ("5,001", ["5,001"]),
    ("５，００１枚", ["5,001枚"]),
    ("𠮷", ["𠮷", "𠮷", "𠮷"]),
    ("𩸽市の", ["𩸽市の"]),
    ("[[.*+?]", ["[[.*+?]"]),
    ("かかった。", ["かかった。"]),
    (".*", [".*"]),
    ("（", []),
    ("\\d$&", []),
    ("<b>", []),
    ("炉" * 20_000, []),
]


@pytest.fixture(scope="module")
def glass(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server on a report with every difficulty, and on a PDF of three pages."""
    folder = tmp_path_factory.mktemp("glass")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "glass.md").write_text(GLASS, encoding="utf-8")
    (corpus / "harbour.pdf").write_bytes(_pdf())
    settings = build_small_index(corpus, folder / "index")
    with running(
        settings.model_copy(
            update={"database_url": records_at(folder / "records.sqlite3"), "runs": folder / "runs"}
        )
    ) as client:
        yield client


def _pdf() -> bytes:
    pdf = PdfMaker(title="港湾倉庫の安全報告")
    pdf.heading("第1章 設備")
    pdf.paragraph("港湾倉庫の第三棟では、消火設備の点検を毎年6月に実施している。")
    pdf.page()
    pdf.paragraph("避難訓練は年に二回行い、昨年は延べ340名が参加した。")
    pdf.table([["棟", "消火器"], ["第一棟", "24本"], ["第二棟", "31本"]])
    pdf.page()
    pdf.heading("第2章 記録")
    pdf.paragraph("訓練の記録は五年間保管する。")
    pdf.page()
    return pdf.bytes()


@pytest.fixture
def reading(context: BrowserContext, glass: httpx.Client) -> Page:
    """The report alone."""
    return opened(context, glass, "/r/glass")


def opened(context: BrowserContext, server: httpx.Client, path: str) -> Page:
    """A page at a path of a server, with its report there."""
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{server.base_url}{path}")
    page.locator(".report-text").wait_for()
    return page


def marked(page: Page) -> str:
    """What is highlighted as cited."""
    marks = page.locator("report-reader mark")
    expect(marks.first).to_be_in_viewport()
    return str(marks.evaluate_all("marks => marks.map((mark) => mark.textContent).join('')"))


def found(page: Page, name: str = "found") -> list[str]:
    """What the search highlights."""
    script = "name => [...(CSS.highlights.get(name) ?? [])].map((range) => range.toString())"
    stretches: list[str] = page.evaluate(script, name)
    return stretches


def search(page: Page, query: str) -> Locator:
    """Type into the search of the report; returns where the count is told."""
    page.locator(".report-search input").fill(query)
    return page.locator(".report-search .tour-count")


@pytest.mark.parametrize("report", ["glass", "harbour"])
def test_the_document_says_the_text_of_the_report_to_the_character(
    context: BrowserContext, glass: httpx.Client, report: str
) -> None:
    page = opened(context, glass, f"/r/{report}")
    text = glass.get(f"/api/reports/{report}/text").content.decode()
    assert page.locator(".report-text").evaluate("node => node.textContent") == text


def test_so_does_that_of_the_report_that_ships(
    context: BrowserContext, served: httpx.Client
) -> None:
    page = opened(context, served, "/r/nissan-ip-strategy")
    text = served.get("/api/reports/nissan-ip-strategy/text").content.decode()
    assert page.locator(".report-text").evaluate("node => node.textContent") == text


def test_nothing_in_a_report_runs_and_only_web_addresses_become_links(reading: Page) -> None:
    text = reading.locator(".report-text")
    expect(text).to_contain_text("<script>window.harmed = true</script>")
    assert reading.evaluate("() => window.harmed ?? null") is None
    links = text.locator("a")
    assert links.evaluate_all("links => links.map((link) => link.href)") == [
        "https://example.com/kiban",
        "https://example.com/nenkan",
        "https://example.com/iten?a=1&b=%E3%81%82",
    ]
    for link in links.all():
        expect(link).to_have_attribute("target", "_blank")
        expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_the_outline_goes_to_each_heading(reading: Page) -> None:
    panel = reading.locator(".panel", has_text="目次")
    titles = ["第2章 assbの量産", "3-1. 移転の記録", "第1章 ｶﾞﾗｽ基板への転換"]
    for title in titles:
        panel.locator("summary").click()
        panel.get_by_role("button", name=title, exact=True).click()
        heading = reading.locator(".report-text").get_by_role("heading", name=title)
        expect(heading).to_be_in_viewport()
        expect(heading).to_be_focused()
        expect(panel.locator(".panel-body")).to_be_hidden()


def test_an_open_panel_closes_with_escape_and_with_a_press_elsewhere(reading: Page) -> None:
    panel = reading.locator(".panel", has_text="目次")
    panel.locator("summary").click()
    panel.get_by_role("button").first.focus()
    reading.keyboard.press("Escape")
    expect(panel.locator(".panel-body")).to_be_hidden()
    expect(panel.locator("summary")).to_be_focused()
    expect(reading.locator("report-reader")).to_be_visible()
    panel.locator("summary").click()
    reading.locator(".report-title").click()
    expect(panel.locator(".panel-body")).to_be_hidden()


def test_damaged_places_are_underlined_listed_and_highlighted_one_by_one(reading: Page) -> None:
    panel = reading.locator(".panel", has_text="注意")
    expect(panel.locator("summary")).to_have_text("注意2")
    for number, damaged in enumerate(["202111月", "20258月"]):
        expect(reading.locator(".doubted").nth(number)).to_have_text(damaged)
        panel.locator("summary").click()
        panel.get_by_role("button").nth(number).click()
        assert marked(reading) == damaged
        expect(reading.locator("report-reader mark")).to_be_focused()


def test_the_search_finds_every_notation_and_takes_every_query_as_it_stands(
    reading: Page,
) -> None:
    for query, expected in QUERIES:
        told = search(reading, query)
        expect(told).to_have_text(f"1 / {len(expected)}件" if expected else "見つかりません")
        assert found(reading) == expected
        assert found(reading, "found-current") == expected[:1]
        search(reading, "")
        expect(told).to_be_hidden()


def test_the_search_goes_on_and_back_and_round_and_ends_with_escape(reading: Page) -> None:
    told = search(reading, "ガラス")
    expect(told).to_have_text("1 / 4件")
    field = reading.locator(".report-search input")
    for key, number in [("Enter", 2), ("Enter", 3), ("Shift+Enter", 2), ("Enter", 3), ("Enter", 4)]:
        field.press(key)
        expect(told).to_have_text(f"{number} / 4件")
        assert found(reading, "found-current") == [found(reading)[number - 1]]
    reading.get_by_role("button", name="次の一致").click()
    expect(told).to_have_text("1 / 4件")
    reading.get_by_role("button", name="前の一致").click()
    expect(told).to_have_text("4 / 4件")
    field.press("Escape")
    expect(field).to_have_value("")
    expect(told).to_be_hidden()
    assert found(reading) == found(reading, "found-current") == []
    expect(reading.locator("report-reader")).to_be_visible()


def test_enter_right_after_typing_goes_to_the_first_place_found(reading: Page) -> None:
    expect(search(reading, "ガラス")).to_have_text("1 / 4件")
    field = reading.locator(".report-search input")
    field.fill("ASSB")
    field.press("Enter")
    expect(reading.locator(".report-search .tour-count")).to_have_text("1 / 3件")
    assert found(reading, "found-current") == ["ASSB"]


def test_what_was_found_deep_in_a_long_paragraph_is_in_view(reading: Page) -> None:
    expect(search(reading, "最後に炉の火を落とした")).to_have_text("1 / 1件")
    top, bottom, head, foot = reading.locator(".reader-scroll").evaluate(
        """pane => {
          const [range] = CSS.highlights.get('found-current');
          const at = range.getBoundingClientRect();
          const of = pane.getBoundingClientRect();
          return [at.top, at.bottom, of.top, of.bottom];
        }"""
    )
    assert head <= top < bottom <= foot


def test_what_was_found_stays_found_while_a_place_in_the_same_block_is_highlighted(
    reading: Page,
) -> None:
    expect(search(reading, "ガラス")).to_have_text("1 / 4件")
    panel = reading.locator(".panel", has_text="注意")
    panel.locator("summary").click()
    panel.get_by_role("button").first.click()
    assert marked(reading) == "202111月"
    assert found(reading) == ["ｶﾞﾗｽ", "ガラス", "カ\u3099ラス", "ｶﾞﾗｽ"]


@pytest.mark.parametrize(
    ("number", "sources", "tags"),
    [
        (
            0,
            {
                "調査会「硝子年鑑」": "https://example.com/nenkan",
                "𠮷田硝子「基板の発表」": "https://example.com/kiban",
            },
            ["候補の一つ", "候補の一つ"],
        ),
        (2, {}, ["資料の一覧にありません"]),
        (3, {"調査会「移転の記録」": "https://example.com/iten?a=1&b=%E3%81%82"}, []),
    ],
    ids=["ambiguous", "missing", "resolved"],
)
def test_a_mark_opens_a_card_with_its_sources_and_how_sure_they_are(
    reading: Page, number: int, sources: dict[str, str], tags: list[str]
) -> None:
    mark = reading.locator(".report-text .mark button").nth(number)
    mark.click()
    card = reading.locator(".source-card")
    expect(card).to_be_visible()
    links = card.get_by_role("link")
    expect(links).to_have_count(len(sources))
    for link, (title, address) in zip(links.all(), sources.items(), strict=True):
        expect(link).to_have_text(title)
        expect(link).to_have_attribute("href", address)
        expect(link).to_have_attribute("target", "_blank")
        expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(card.locator(".tag")).to_have_text(tags)
    go = card.get_by_role("button", name="資料の一覧で見る")
    if not sources:
        expect(go).to_have_count(0)
        reading.keyboard.press("Escape")
        expect(card).to_be_hidden()
        expect(mark).to_be_focused()
        expect(reading.locator("report-reader")).to_be_visible()
        return
    go.click()
    expect(card).to_be_hidden()
    entry = reading.locator(".references li", has_text=next(iter(sources)))
    expect(entry).to_be_in_viewport()
    expect(entry).to_be_focused()


def test_the_card_stays_within_the_window_and_goes_when_its_mark_scrolls_away(
    reading: Page,
) -> None:
    reading.locator(".report-text .mark button").first.click()
    card = reading.locator(".source-card")
    expect(card).to_be_in_viewport(ratio=1)
    reading.locator(".reader-scroll").evaluate("pane => pane.scrollTo(0, pane.scrollHeight)")
    expect(card).to_be_hidden()


def test_page_numbers_of_a_file_stand_where_its_pages_begin(
    context: BrowserContext, glass: httpx.Client
) -> None:
    page = opened(context, glass, "/r/harbour")
    begins = page.locator(".report-text [data-page]")
    told = begins.evaluate_all(
        "nodes => nodes.map((node) => [node.dataset.page, node.textContent.trim()])"
    )
    assert [number for number, _ in told] == ["1", "2", "3"]
    for (_, text), first in zip(told, ["第1章 設備", "避難訓練", "第2章 記録"], strict=True):
        assert text.startswith(first)
    drawn = begins.evaluate_all(
        "nodes => nodes.map((node) => getComputedStyle(node, '::before').content)"
    )
    assert drawn == [f'"p. {number}"' for number in (1, 2, 3)]


def test_citations_are_gone_through_with_the_buttons_and_with_brackets(page: Page) -> None:
    turn = ask(page, "知的財産専門支援委員会のメンバーは？")
    chips = turn.locator(".citation-open")
    quotes = [text.strip() for text in chips.locator(".quote").all_inner_texts()]
    assert len(quotes) > 1
    chips.first.click()
    count = page.locator(".tour .tour-count")
    previous = page.get_by_role("button", name="前の引用")
    following = page.get_by_role("button", name="次の引用")

    def at(number: int) -> None:
        expect(count).to_have_text(f"引用 {number}/{len(quotes)}")
        assert marked(page).strip() == quotes[number - 1]
        expect(chips.nth(number - 1)).to_have_attribute("aria-current", "true")
        expect(turn.locator(".citation-open[aria-current]")).to_have_count(1)

    at(1)
    expect(previous).to_be_disabled()
    following.click()
    at(2)
    page.keyboard.press("[")
    at(1)
    page.keyboard.press("[")
    at(1)
    for number in range(2, len(quotes) + 1):
        page.keyboard.press("]")
        at(number)
    expect(following).to_be_disabled()
    page.keyboard.press("]")
    at(len(quotes))


def test_the_keyboard_goes_into_the_report_and_back_to_where_it_came_from(page: Page) -> None:
    turn = ask(page, "ASSBはいつ実用化しますか")
    chip = turn.locator(".claim .chip, .chip").first
    chip.focus()
    page.keyboard.press("Enter")
    expect(page.locator("report-reader mark").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("report-reader")).to_be_hidden()
    expect(chip).to_be_focused()
    chip.click()
    expect(page.locator("report-reader mark").first).to_be_focused()
    page.get_by_role("button", name="報告書を閉じる").click()
    expect(page.locator("report-reader")).to_be_hidden()
    expect(chip).to_be_focused()


def test_a_report_that_comes_late_leaves_the_keyboard_with_whoever_writes_on(page: Page) -> None:
    turn = ask(page, "ASSBはいつ実用化しますか")
    with requests_held(page, "/text") as held:
        turn.locator(".citation-open").first.click()
        question = page.locator("#question")
        question.press_sequentially("ホンダ")
        held.first().continue_()
        expect(page.locator("report-reader mark").first).to_be_visible()
    expect(question).to_be_focused()
    page.keyboard.type("は？")
    expect(question).to_have_value("ホンダは？")
