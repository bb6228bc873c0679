import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipqa.reports.builder import CELL_SEPARATOR, SOURCE_LIST_HEADING, ReportBuilder, lead_span
from ipqa.reports.model import Report, Span


def built(builder: ReportBuilder) -> Report:
    return builder.build(title="題")


def texts(report: Report) -> list[str]:
    return [block.span.within(report.text) for block in report.blocks]


# sections


def test_a_section_runs_from_its_heading_to_the_end_of_its_last_subsection() -> None:
    builder = ReportBuilder()
    for title, level in [("方針", 1), ("背景", 2), ("経緯", 3), ("課題", 2), ("体制", 1)]:
        builder.heading(title, level)
        builder.paragraph(f"{title}の本文。")
    report = built(builder)
    at = {section.title: section.span for section in report.sections[1:]}
    assert at["方針"].within(report.text).endswith("課題の本文。\n\n")
    assert at["背景"].within(report.text).endswith("経緯の本文。\n\n")
    assert at["背景"].covers(at["経緯"])
    assert not at["課題"].covers(at["経緯"])
    assert at["体制"].end == len(report.text)


def test_a_path_names_the_sections_a_section_lies_in() -> None:
    builder = ReportBuilder()
    for title, level in [("方針", 1), ("背景", 2), ("経緯", 3), ("課題", 2), ("体制", 1)]:
        builder.heading(title, level)
    paths = [section.path for section in built(builder).sections]
    assert paths == [
        (),
        ("方針",),
        ("方針", "背景"),
        ("方針", "背景", "経緯"),
        ("方針", "課題"),
        ("体制",),
    ]


def test_a_level_left_out_leaves_no_gap_in_the_path() -> None:
    builder = ReportBuilder()
    builder.heading("方針", 1)
    builder.heading("経緯", 3)
    assert built(builder).sections[-1].path == ("方針", "経緯")


def test_the_first_section_is_the_whole_report() -> None:
    builder = ReportBuilder()
    builder.paragraph("章の前の本文。")
    builder.heading("方針", 1)
    report = built(builder)
    assert report.sections[0].title == report.title
    assert report.sections[0].span.within(report.text) == report.text
    assert report.section_path(report.blocks[0].section) == ()


levels = st.lists(st.integers(1, 4), max_size=12)


@settings(max_examples=100, deadline=None)
@given(levels)
def test_a_section_lies_within_every_section_its_path_names(levels_of: list[int]) -> None:
    builder = ReportBuilder()
    for number, level in enumerate(levels_of):
        builder.heading(f"節{number}", level)
        builder.paragraph("本文。")
    report = built(builder)
    by_title = {section.title: section for section in report.sections[1:]}
    for section in by_title.values():
        assert section.path[-1] == section.title
        assert section.span.within(report.text).startswith(section.title)
        for parent in section.path[:-1]:
            assert by_title[parent].span.covers(section.span)
            assert by_title[parent].level < section.level


# marks


def test_marks_in_headings_items_and_cells_are_kept_apart_from_their_text() -> None:
    builder = ReportBuilder()
    builder.heading("方針¹", 1)
    builder.paragraph("規格を公開した²。")
    builder.list_item("部品[3]の種類")
    builder.table("表", ["区分⁴", "量"], [["甲⁵", "3⁶ ⁷"]])
    report = built(builder)
    assert texts(report) == ["方針", "規格を公開した。", "部品の種類", "区分\t量", "甲\t3"]
    before = {mark.number: report.text[: mark.position] for mark in report.marks}
    assert {number: text.split("\n")[-1] for number, text in before.items()} == {
        1: "方針",
        2: "規格を公開した",
        3: "部品",
        4: "区分",
        5: "甲",
        6: "甲\t3",
        7: "甲\t3",
    }
    assert report.sections[1].title == "方針"


def test_marks_stand_in_the_order_of_the_text() -> None:
    builder = ReportBuilder()
    builder.paragraph("甲⁹ ¹。乙³。")
    builder.list_item("丙²")
    positions = [mark.position for mark in built(builder).marks]
    assert positions == sorted(positions)
    assert [mark.number for mark in built(builder).marks] == [9, 1, 3, 2]


# lists


def test_a_list_is_led_by_the_paragraph_before_it_and_its_items_by_those_above() -> None:
    builder = ReportBuilder()
    builder.paragraph("次の三つがある。")
    builder.list_item("甲")
    builder.list_item("甲の一", depth=1)
    builder.list_item("乙")
    assert [block.lead for block in built(builder).blocks] == [None, 0, 1, 0]
    assert [block.depth for block in built(builder).blocks] == [0, 0, 1, 0]


@pytest.mark.parametrize("between", ["heading", "table"])
def test_a_paragraph_leads_only_the_list_right_below_it(between: str) -> None:
    builder = ReportBuilder()
    builder.paragraph("次の三つがある。")
    if between == "heading":
        builder.heading("方針", 1)
    else:
        builder.table("", ["区分", "量"], [["甲", "3"]])
    builder.list_item("甲")
    assert built(builder).blocks[-1].lead is None


def test_an_item_deeper_than_any_above_hangs_on_the_last() -> None:
    builder = ReportBuilder()
    builder.list_item("甲")
    builder.list_item("甲の一", depth=4)
    assert [(block.depth, block.lead) for block in built(builder).blocks] == [(0, None), (1, 0)]


def test_the_lead_of_a_list_is_the_last_sentence_above_it() -> None:
    builder = ReportBuilder()
    builder.paragraph("規格を公開した¹。狙いは次の通り。")
    builder.list_item("甲")
    report = built(builder)
    span = lead_span(report, report.blocks[1])
    assert span is not None
    assert span.within(report.text) == "狙いは次の通り。"


def test_the_lead_of_a_nested_item_is_the_item_above() -> None:
    builder = ReportBuilder()
    builder.list_item("甲は速い。甲は軽い。")
    builder.list_item("甲の一", depth=1)
    report = built(builder)
    span = lead_span(report, report.blocks[1])
    assert span is not None
    assert span.within(report.text) == "甲は速い。甲は軽い。"
    assert lead_span(report, report.blocks[0]) is None


def test_a_very_long_sentence_leads_nothing() -> None:
    builder = ReportBuilder()
    builder.paragraph("長" * 201)
    builder.list_item("甲")
    report = built(builder)
    assert lead_span(report, report.blocks[1]) is None


# tables


def test_a_row_is_one_line_with_a_span_for_each_cell() -> None:
    builder = ReportBuilder()
    builder.heading("方針", 1)
    builder.table("表1 出荷", ["地域", "量"], [["関東", "3トン"], ["関西", "5トン"]])
    report = built(builder)
    (table,) = report.tables
    assert [cell.within(report.text) for cell in table.header] == ["地域", "量"]
    rows = [[cell and cell.within(report.text) for cell in row] for row in table.rows]
    assert rows == [["関東", "3トン"], ["関西", "5トン"]]
    assert texts(report)[1:] == [CELL_SEPARATOR.join(row) for row in ["地域 量".split(), *rows]]  # type: ignore[arg-type]
    assert [block.kind for block in report.blocks[1:]] == ["table_header", *["table_row"] * 2]
    assert {block.table for block in report.blocks[1:]} == {0}
    assert (table.title, report.section_path(table.section)) == ("表1 出荷", ("方針",))


def test_a_lost_cell_stays_open_and_is_told_with_its_row_and_column() -> None:
    builder = ReportBuilder()
    builder.table("表1 出荷", ["地域", "量²", "評価"], [["関東¹", None, "甚大"]])
    report = built(builder)
    assert report.tables[0].rows[0][1] is None
    (warning,) = report.warnings
    assert warning.code == "lost_cell"
    for part in ("表1 出荷", "「関東」", "「量」"):
        assert part in warning.message("ja")
    assert warning.span is not None
    assert warning.span.within(report.text) == texts(report)[1]


def test_a_table_without_lost_cells_is_read_without_a_warning() -> None:
    builder = ReportBuilder()
    builder.table("", ["地域", "量"], [["関東", ""]])
    assert built(builder).warnings == ()


# source lists


@pytest.mark.parametrize(
    "title",
    [
        "参考資料",
        "参考文献",
        "当章の参考資料",
        "第3章の参考文献",
        "引用文献",
        "出典",
        "出典一覧",
        "脚注",
        "参考資料リスト(全体)",
        "参考資料リスト（全体）",
        "References",
        "BIBLIOGRAPHY",
    ],
)
def test_a_heading_that_opens_a_source_list_is_known(title: str) -> None:
    builder = ReportBuilder()
    builder.heading(title, 1)
    assert builder.in_source_list
    assert SOURCE_LIST_HEADING.match(title)


@pytest.mark.parametrize(
    "title",
    ["参考資料の集め方", "出典を示す", "方針", "資料", "References to law", "引用の多い特許"],
)
def test_a_heading_that_only_begins_like_one_opens_none(title: str) -> None:
    builder = ReportBuilder()
    builder.heading(title, 1)
    assert not builder.in_source_list


@pytest.mark.parametrize(
    ("text", "title", "url"),
    [
        ("甲社「年報」 https://example.com/a", "甲社「年報」", "https://example.com/a"),
        ("https://example.com/a", "", "https://example.com/a"),
        ("甲社の年報", "甲社の年報", None),
        ("甲社、https://example.com/a。", "甲社", "https://example.com/a"),
        ("甲社 <https://example.com/a>", "甲社", "https://example.com/a"),
        ("甲社 https://example.com/b_(c)_d", "甲社", "https://example.com/b_(c)_d"),
        ("See https://example.com/a.", "See", "https://example.com/a"),
        ("甲社: http://example.com/?q=1&r=a%20b#c", "甲社", "http://example.com/?q=1&r=a%20b#c"),
    ],
)
def test_an_entry_is_parted_into_title_and_address(text: str, title: str, url: str | None) -> None:
    builder = ReportBuilder()
    builder.heading("参考資料", 1)
    builder.reference(3, text)
    (reference,) = built(builder).references
    assert (reference.number, reference.title, reference.url) == (3, title, url)


def test_an_entry_is_kept_as_it_stands() -> None:
    builder = ReportBuilder()
    builder.heading("参考資料", 1)
    builder.reference(3, "甲社 [2024] 年報¹")
    report = built(builder)
    assert report.references[0].span.within(report.text) == "甲社 [2024] 年報¹"
    assert report.marks == ()
    assert report.blocks[-1].label == "3."


@pytest.mark.parametrize(
    ("headings", "scope"),
    [
        ([("参考資料", 1)], "report"),
        ([("方針", 1), ("参考資料", 2)], "chapter"),
        ([("方針", 1), ("当章の参考資料", 1)], "chapter"),
        ([("方針", 1), ("参考資料リスト(全体)", 1)], "report"),
    ],
)
def test_a_list_below_a_chapter_serves_it_and_one_beside_them_the_report(
    headings: list[tuple[str, int]], scope: str
) -> None:
    builder = ReportBuilder()
    for title, level in headings:
        builder.heading(title, level)
    builder.reference(1, "甲社")
    assert built(builder).references[0].scope == scope


def test_a_footnote_serves_the_whole_report_wherever_it_stands() -> None:
    builder = ReportBuilder()
    builder.heading("方針", 1)
    builder.heading("背景", 2)
    builder.note(1, "甲社 https://example.com/a")
    assert built(builder).references[0].scope == "report"


def test_arrows_back_to_the_mark_are_no_part_of_an_entry() -> None:
    builder = ReportBuilder()
    builder.note(1, "甲社「年報」 https://example.com/a ↩︎ ↩︎")
    (reference,) = built(builder).references
    assert (reference.title, reference.url) == ("甲社「年報」", "https://example.com/a")


def test_where_one_list_is_for_the_whole_report_others_stand_back() -> None:
    builder = ReportBuilder()
    for title, level in [
        ("方針", 1),
        ("当章の参考資料", 2),
        ("参考資料リスト(全体)", 1),
        ("引用文献", 1),
    ]:
        builder.heading(title, level)
        if level == 2 or title != "方針":
            builder.reference(1, "甲社")
    assert [r.scope for r in built(builder).references] == ["chapter", "report", "additional"]


# the canonical text


def test_the_text_holds_each_block_on_a_line_of_its_own() -> None:
    builder = ReportBuilder()
    builder.heading("方針", 1)
    builder.paragraph(" 本文。\u3000")
    builder.list_item("甲")
    builder.heading("体制", 1)
    assert built(builder).text == "方針\n本文。\n甲\n\n体制\n"


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["heading", "paragraph", "list_item", "reference"]),
            st.text("電池の¹²[3]Ab。 ", min_size=1, max_size=12).filter(str.strip),
        ),
        max_size=12,
    )
)
def test_blocks_follow_each_other_with_only_line_feeds_between(
    written: list[tuple[str, str]],
) -> None:
    builder = ReportBuilder()
    for kind, text in written:
        match kind:
            case "heading":
                builder.heading(text, 1)
            case "paragraph":
                builder.paragraph(text)
            case "list_item":
                builder.list_item(text)
            case _:
                builder.reference(1, text)
    report = built(builder)
    last = 0
    for block in report.blocks:
        assert report.text[last : block.span.start].strip("\n") == ""
        assert last <= block.span.start < block.span.end
        assert report.sections[block.section].span.covers(block.span)
        last = block.span.end
    assert report.text[last:].strip("\n") == ""


def test_a_builder_told_the_same_makes_the_same_report() -> None:
    def told() -> Report:
        builder = ReportBuilder()
        builder.heading("方針", 1)
        builder.paragraph("本文¹。")
        builder.warn("left_out", what="図")
        return built(builder)

    assert told() == told()
    assert told().warnings[0].span == Span(len("方針\n本文。\n"), len("方針\n本文。\n"))
