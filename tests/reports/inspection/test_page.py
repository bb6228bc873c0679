import re
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from ipqa.errors import Language
from ipqa.reports import read_report
from ipqa.reports.builder import ReportBuilder
from ipqa.reports.inspection.page import inspection_page
from ipqa.reports.inspection.places import KINDS
from ipqa.reports.model import Report
from ipqa.reports.warnings import WarningCode
from tests.parts import ROOT


def built(builder: ReportBuilder, title: str = "中期計画") -> Report:
    return builder.build(title=title).named("plan", "plan.pdf")


def page_of(source: Report | ReportBuilder, language: Language = "ja") -> LexborHTMLParser:
    report = built(source) if isinstance(source, ReportBuilder) else source
    return LexborHTMLParser(inspection_page(report, language))


def one(page: LexborHTMLParser | LexborNode, selector: str) -> LexborNode:
    (node,) = page.css(selector)
    return node


def words(node: LexborNode) -> str:
    return re.sub(r"\s+", " ", node.text(deep=True)).strip()


def attribute(node: LexborNode, name: str) -> str:
    value = node.attributes[name]
    assert value is not None
    return value


def without_additions(page: LexborHTMLParser) -> LexborNode:
    """The middle column with nothing in it but the report's own text."""
    for added in page.css("main [data-added]"):
        added.decompose()
    return one(page, "main")


def shown_blocks(report: Report, language: Language) -> list[str]:
    """What the page shows of each block, in the order of the page."""
    main = without_additions(page_of(report, language))
    blocks = main.css("[data-block]")
    assert [attribute(b, "data-block") for b in blocks] == [str(n) for n in range(len(blocks))]
    return [
        "\t".join(cell.text() for cell in block.css("th, td"))
        if block.tag == "tr"
        else block.text(deep=True)
        for block in blocks
    ]


def block_texts(report: Report) -> list[str]:
    return [block.span.within(report.text) for block in report.blocks]


@pytest.fixture(scope="module")
def report() -> Report:
    """A plan of eight pages in which nearly everything that can go wrong has gone wrong."""
    builder = ReportBuilder()
    builder.page = 1
    builder.warn("page_furniture", count=8, found="湊精工株式会社 中期計画")
    builder.paragraph(
        "湊精工は⽔素向けの弁を中核に据える[1]。\n売上の <b>三割</b> & 利益の半分を担う。"
    )
    builder.heading("研 究 開 発 の 方 針", 1)
    builder.page = 2
    builder.paragraph("202111月に研究所を移し、2025115日に増床を決めた¹ ³ ※1。")
    builder.heading("重点とする領域", 2)
    builder.list_item("弁の小型化", label="(1)")
    builder.list_item("材料の置き換え[2]", depth=1)
    builder.page = 3
    builder.list_item("樹脂への切り替え", depth=2, label="ア.")
    builder.list_item("試験の自動化", label="(2)")
    builder.warn("left_out", what="図「体制」")
    builder.paragraph("表1 拠点と人員")
    builder.table(
        "表1 拠点と人員",
        ["拠点", "人員", "主な仕事[2]", "出典"],
        [["港北", None, "", "[1, 3]"], ["西浜", "20232月に12名", "検査", "²"]],
    )
    builder.page = 4
    builder.table("設備", [], [["炉", "2"], ["槽", None]])
    builder.warn("left_out", what="写真 2 点")
    builder.page = 5
    builder.warn("page_without_text", page=5)
    builder.page = 8
    builder.heading("連携", 3)
    builder.paragraph("※1 2025年3月末現在。")
    builder.heading("参考資料", 1)
    builder.reference(1, "湊精工「年次報告」 https://example.com/annual?year=2024&lang=ja")
    builder.reference(2, "港湾研究所「水素の統計」")
    return built(builder)


# the text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_shows_every_block_to_the_character(report: Report, language: Language) -> None:
    assert shown_blocks(report, language) == block_texts(report)


def test_there_is_no_other_text_in_the_middle(report: Report) -> None:
    main = without_additions(page_of(report))
    everything = main.text(deep=True)
    assert everything == "".join(text.replace("\t", "") for text in block_texts(report))


def test_the_report_that_ships_is_shown_to_the_character() -> None:
    report = read_report(ROOT / "corpus" / "nissan-ip-strategy.md", max_bytes=10**7)
    assert shown_blocks(report, "ja") == block_texts(report)


# signs that mean something to HTML or to ipqa, and words that are damaged when they meet
MARKUP = "< > & \" ' &amp; <i> -->".split()
JAPANESE = "年 月 11 2023 2月 特 許 ⽇ 䛾 業界1。".split()
MARKS = "¹ [2] ※1 https://example.com/a?b=1&c=2".split()
texts = st.lists(
    st.sampled_from([*MARKUP, *JAPANESE, *MARKS, " ", "\n", "\r", "\u3000"]), max_size=8
).map("".join)
cells = st.lists(
    st.none() | texts.map(lambda text: re.sub(r"\s", " ", text)), min_size=2, max_size=2
)
told = st.lists(
    st.tuples(st.just("paragraph"), texts)
    | st.tuples(st.just("item"), texts, st.integers(0, 3))
    | st.tuples(st.just("heading"), texts, st.integers(1, 7))
    | st.tuples(st.just("entry"), texts)
    | st.tuples(st.just("table"), st.lists(cells, min_size=1, max_size=3))
    | st.tuples(st.just("page"), st.integers(1, 9)),
    max_size=10,
)


@settings(max_examples=60, deadline=None)
@given(told)
def test_whatever_a_reader_tells_is_shown_to_the_character_and_every_link_leads_somewhere(
    parts: list[tuple[object, ...]],
) -> None:
    builder = ReportBuilder()
    for part in parts:
        match part:
            case "paragraph", str(text):
                builder.paragraph(text)
            case "item", str(text), int(depth):
                builder.list_item(text or "項", depth)
            case "heading", str(text), int(level):
                builder.heading(text, level)
            case "entry", str(text):
                builder.reference(1, text)
            case "table", list(rows):
                builder.table("表", [], rows)
            case "page", int(page):
                builder.page = page
    report = built(builder)
    assert shown_blocks(report, "ja") == block_texts(report)
    assert_links_hold(page_of(report))


def assert_links_hold(page: LexborHTMLParser) -> None:
    ids = [attribute(node, "id") for node in page.css("[id]")]
    assert len(ids) == len(set(ids))
    inside = [attribute(a, "href") for a in page.css("a[href^='#']")]
    assert {href[1:] for href in inside} <= set(ids)


def test_every_link_leads_to_a_place_in_the_page(report: Report) -> None:
    assert_links_hold(page_of(report))


def test_lists_are_nested_as_they_were_read_and_keep_their_labels(report: Report) -> None:
    page = page_of(report)
    outer = one(page, "ul.items")
    items = {words(node): node for node in outer.css("[data-block]")}
    labels = {
        text: words(node.parent.css(".label")[0]) for text, node in items.items() if node.parent
    }
    assert labels == {
        "弁の小型化": "(1)",
        "材料の置き換え2": "・",
        "樹脂への切り替え": "ア.",
        "試験の自動化": "(2)",
    }
    depths = {text: len(node_path(node, "ul")) for text, node in items.items()}
    assert list(depths.values()) == [1, 2, 3, 1]


def node_path(node: LexborNode, tag: str) -> list[LexborNode]:
    """The elements of a tag in which a node lies."""
    found = []
    above = node.parent
    while above is not None:
        if above.tag == tag:
            found.append(above)
        above = above.parent
    return found


# tables


def test_a_lost_cell_is_marked_and_an_empty_one_is_empty(report: Report) -> None:
    first, _ = page_of(report).css("table")
    assert [words(th) for th in first.css("th")] == ["拠点", "人員", "主な仕事2", "出典"]
    lost, empty = first.css("td")[1:3]
    assert words(lost) == "欠落"
    assert "lost" in attribute(lost, "class")
    assert empty.text() == ""
    assert words(page_of(report, "en").css("td.lost")[0]) == "lost"


def test_a_table_without_headings_has_none(report: Report) -> None:
    _, second = page_of(report).css("table")
    assert second.css("th") == []
    assert [words(td) for td in second.css("td")][:3] == ["炉", "2", "槽⚑10"]


def test_the_title_of_a_table_is_told_unless_it_stands_above(report: Report) -> None:
    assert [words(node) for node in page_of(report).css("caption")] == ["設備"]


# pages


def test_a_rule_tells_where_a_page_begins_and_which_pages_held_no_text(report: Report) -> None:
    rules = [words(node) for node in page_of(report).css(".page")]
    assert rules == ["1ページ", "2ページ", "3ページ", "4ページ", "8ページ(5–7ページは本文なし)"]


def test_a_page_can_begin_within_a_table() -> None:
    builder = ReportBuilder()
    builder.page = 1
    builder.paragraph("拠点の一覧。")
    builder.table("拠点", [], [["港北"], ["西浜"]])
    report = built(builder)
    blocks = (*report.blocks[:-1], replace(report.blocks[-1], page=2))
    page = page_of(replace(report, blocks=blocks))
    assert [words(row) for row in page.css("tr")] == ["港北", "2ページ", "西浜"]


def test_the_outline_is_nested_and_names_pages_and_warnings(report: Report) -> None:
    page = page_of(report)
    entries = page.css("nav li > div")
    assert [(len(node_path(entry, "ul")), words(entry)) for entry in entries] == [
        (1, "研 究 開 発 の 方 針 3 p.1"),
        (2, "重点とする領域 5 p.2"),
        (3, "連携 1 p.8"),
        (1, "参考資料 p.8"),
    ]


def test_an_entry_of_the_outline_leads_to_its_heading(report: Report) -> None:
    page = page_of(report)
    headings = [one(page, attribute(link, "href")) for link in page.css("nav a")]
    blocks = [report.blocks[int(attribute(node, "data-block"))] for node in headings]
    assert blocks == [block for block in report.blocks if block.kind == "heading"]
    assert [node.tag for node in headings] == ["h2", "h3", "h4", "h2"]


# reference marks


def leads_to(page: LexborHTMLParser, report: Report, mark: LexborNode) -> list[str]:
    """The entries that the links of a mark lead to."""
    links = [mark] if mark.tag == "a" else mark.css("a")
    places = [
        one(page, str(link.attributes["href"])) for link in links if "href" in link.attributes
    ]
    blocks = [report.blocks[int(attribute(place, "data-block"))] for place in places]
    return [block.span.within(report.text) for block in blocks]


def test_a_mark_leads_to_its_entry_and_says_if_that_is_certain(report: Report) -> None:
    page = page_of(report)
    annual, statistics = (r.span.within(report.text) for r in report.references if not r.series)
    marks = page.css("main .mark")
    assert [(words(m), attribute(m, "class"), leads_to(page, report, m)) for m in marks] == [
        ("1", "mark resolved", [annual]),
        ("1", "mark resolved", [annual]),
        ("3", "mark missing", []),
        ("※1", "mark resolved", ["2025年3月末現在。"]),
        ("2", "mark resolved", [statistics]),
        ("2", "mark resolved", [statistics]),
        ("1", "mark resolved", [annual]),
        ("3", "mark missing", []),
        ("²", "mark resolved", [statistics]),
    ]
    assert attribute(marks[0], "title") == "出典: 湊精工「年次報告」"
    assert attribute(marks[2], "title") == "資料の一覧に見つかりません"


def test_a_mark_stands_where_it_stood(report: Report) -> None:
    page = page_of(report)
    for number, mark in enumerate(report.marks, start=1):
        if mark.written:
            continue
        block = next(b for b in report.blocks if b.span.start <= mark.position <= b.span.end)
        holder = one(page, f'[data-block="{report.blocks.index(block)}"]')
        before = (holder.html or "").split(f'id="m{number}"')[0].rpartition("<")[0]
        shown = LexborHTMLParser(f"<main>{before}")
        assert without_additions(shown).text(deep=True) == report.text[
            block.span.start : mark.position
        ].replace("\t", "")


def test_marks_that_a_cell_shows_itself_are_not_drawn_a_second_time(report: Report) -> None:
    cell = page_of(report).css("table")[0].css("tr")[1].css("td")[-1]
    assert words(cell) == "[1, 3]"
    assert cell.css("sup") == []


def test_an_ambiguous_mark_leads_to_each_of_its_candidates() -> None:
    builder = ReportBuilder()
    builder.heading("方針", 1)
    builder.paragraph("弁を内製に切り替えた[1]。")
    builder.heading("当章の参考資料", 2)
    builder.reference(1, "弁の業界誌")
    builder.heading("参考資料リスト(全体)", 1)
    builder.reference(1, "湊精工「年次報告」")
    report = built(builder)
    page = page_of(report)
    mark = one(page, "#m1")
    assert attribute(mark, "class") == "mark ambiguous"
    assert set(leads_to(page, report, mark)) == {"弁の業界誌", "湊精工「年次報告」"}
    assert [words(link) for link in mark.css("a")] == ["1a", "b"]
    assert "弁の業界誌" in attribute(mark, "title")
    assert "湊精工「年次報告」" in attribute(mark, "title")
    assert [words(link) for link in page.css("header .ambiguous a")] == ["1"]


def test_a_mark_leads_to_the_entry_of_its_own_chapter_where_chapters_name_the_same_source() -> None:
    builder = ReportBuilder()
    for chapter in ("方針", "体制"):
        builder.heading(chapter, 1)
        builder.paragraph(f"{chapter}を改めた[1]。")
        builder.heading("当章の参考資料", 2)
        builder.reference(1, "湊精工「年次報告」")
    report = built(builder)
    page = page_of(report)
    targets = [attribute(one(page, f"#m{number} a"), "href") for number in (1, 2)]
    assert targets == ["#r1", "#r2"]


# warnings


def test_every_warning_stands_beside_its_block_and_each_leads_to_the_other(report: Report) -> None:
    page = page_of(report)
    for number, warning in enumerate(report.warnings, start=1):
        place, link = one(page, f"#w{number}"), one(page, f"#warning-{number}")
        assert attribute(place, "href") == f"#warning-{number}"
        assert attribute(link, "href") == f"#w{number}"
        assert attribute(place, "title") == warning.message("ja")
        (note,) = node_path(link, "aside")
        beside = note.next
        if beside is not None and beside.attributes.get("class") == "label":
            beside = beside.next
        assert beside is not None
        assert beside.css(f"#w{number}")


def test_a_damaged_place_is_shown_with_what_it_probably_said(report: Report) -> None:
    shown = {}
    for ruby in page_of(report).css("main ruby"):
        reading = words(one(ruby, "rt"))
        one(ruby, "rt").decompose()
        shown[ruby.text(deep=True)] = reading
    assert shown == {
        "⽔": "水",
        "研 究 開 発 の 方 針": "研究開発の方針",
        "202111月": "2021年11月",
        "2025115日": "2025年11月5日 / 2025年1月15日",
        "20232月": "2023年2月",
    }


def test_a_lost_cell_leads_to_its_warning(report: Report) -> None:
    page = page_of(report)
    for cell in page.css("td.lost"):
        warning = one(page, attribute(one(cell, "a"), "href"))
        assert "失われています" in words(warning.parent or warning)


def test_what_was_left_out_at_the_end_of_a_page_is_told_on_that_page(report: Report) -> None:
    page = page_of(report)
    number = [w.details.get("what") for w in report.warnings].index("写真 2 点") + 1
    assert node_path(one(page, f"#w{number}"), "table")
    number = [w.code for w in report.warnings].index("page_without_text") + 1
    (heading,) = node_path(one(page, f"#w{number}"), "h4")
    assert words(heading).endswith("連携")


def test_warnings_that_say_the_same_of_one_block_share_a_line() -> None:
    builder = ReportBuilder()
    builder.paragraph("⽔と油、⽔と塩、⽕と油。")
    lines = page_of(builder).css("aside p")
    assert [words(line) for line in lines] == ["12⽔ → 水", "3⽕ → 火"]


def test_the_warnings_can_be_followed_one_after_another(report: Report) -> None:
    page = page_of(report)
    reached = [1]
    while True:
        (note,) = node_path(one(page, f"#warning-{reached[-1]}"), "aside")
        forward = note.css(".steps a[title='次の警告']")
        if not forward:
            break
        reached.append(int(attribute(forward[0], "href").removeprefix("#w")))
    numbers = {int(attribute(a, "href").removeprefix("#w")) for a in page.css("aside .number")}
    assert reached == sorted(reached)
    assert numbers == set(range(1, len(report.warnings) + 1))
    assert len(reached) == len(page.css("aside"))


def test_every_kind_of_warning_has_a_name() -> None:
    assert set(KINDS) == set(get_args(WarningCode))


# the top


def test_the_top_counts_what_was_read(report: Report) -> None:
    page = page_of(report)
    assert words(one(page, "h1")) == "中期計画"
    assert words(one(page, ".file")) == "plan.pdf"
    assert [words(item) for item in page.css(".sizes li")] == [
        f"文字 {len(report.text)}",
        "ページ 5",
        "節 4",
        "表 2",
        "出典・注 3",
    ]
    summaries = [words(node) for node in page.css("header h2, header span.count, header summary")]
    assert summaries == [
        "参照番号 9",
        "確定 7",
        "あいまい 0",
        "一覧になし 2",
        "警告 11",
        "柱・フッター 1",
        "字形の似た別の文字 1",
        "語の中の空白 1",
        "日付の文字の欠落 3",
        "読み飛ばした部分 2",
        "失われた欄 2",
        "文字のないページ 1",
    ]


def test_every_warning_and_every_doubtful_mark_is_listed_at_the_top(report: Report) -> None:
    page = page_of(report)
    listed = {attribute(link, "href") for link in page.css("header details a")}
    warnings = {f"#w{number}" for number in range(1, len(report.warnings) + 1)}
    assert listed == warnings | {"#m3", "#m8"}


def test_a_report_without_warnings_says_so() -> None:
    builder = ReportBuilder()
    builder.paragraph("弁を内製に切り替えた。")
    headings = [words(node) for node in page_of(builder).css("header h2")]
    assert headings == ["参照番号 なし", "警告 なし"]


@pytest.mark.parametrize(("language", "name"), [("ja", "見出し"), ("en", "Outline")])
def test_the_interface_speaks_the_language_and_the_report_stays_japanese(
    report: Report, language: Language, name: str
) -> None:
    page = page_of(report, language)
    assert attribute(one(page, "html"), "lang") == language
    assert words(one(page, "nav h2")) == name
    assert attribute(one(page, "main"), "lang") == "ja"


def test_the_english_page_says_nothing_in_japanese_of_its_own() -> None:
    builder = ReportBuilder()
    builder.page = 2
    builder.heading("Plan", 1)
    builder.paragraph("Valves are made in-house[1][2].")
    builder.table("Sites", ["Site", "Staff"], [["North", None]])
    builder.warn("left_out", what="a figure")
    builder.heading("References", 1)
    builder.reference(1, "Annual report")
    page = inspection_page(built(builder, "Plan"), "en")
    assert re.findall("[ぁ-んァ-ヴ一-龥]", page.partition("</style>")[2]) == []


# safety

HOSTILE = "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\" onload='x"


def test_nothing_in_a_report_becomes_markup() -> None:
    builder = ReportBuilder()
    builder.warn("left_out", what=HOSTILE)
    builder.heading(HOSTILE, 1)
    builder.paragraph(HOSTILE + "[1]")
    builder.list_item(HOSTILE, label=HOSTILE)
    builder.table(HOSTILE, [HOSTILE, "量"], [[HOSTILE, None]])
    builder.heading("参考文献", 1)
    builder.reference(1, f'{HOSTILE} https://example.com/"onmouseover=alert(1)')
    page = page_of(built(builder, HOSTILE).named("r", HOSTILE))
    assert page.css("script, img") == []
    attributes = {name for node in page.css("*") for name in node.attributes}
    assert not {name for name in attributes if name.startswith("on") or name == "src"}


def test_the_page_loads_nothing_and_may_not(report: Report) -> None:
    page = page_of(report)
    policy = one(page, "meta[http-equiv='Content-Security-Policy']")
    assert attribute(policy, "content") == "default-src 'none'; style-src 'unsafe-inline'"
    assert page.css("script, link, img, iframe, object, embed, form") == []
    assert "url(" not in one(page, "style").text()
    assert "@import" not in one(page, "style").text()
    addresses = {attribute(a, "href") for a in page.css("a[href]:not([href^='#'])")}
    assert addresses == {"https://example.com/annual?year=2024&lang=ja"}
