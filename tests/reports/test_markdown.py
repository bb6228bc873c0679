import pytest

from ipqa.reports.builder import ReportBuilder, lead_span
from ipqa.reports.markdown import read_markdown
from ipqa.reports.model import Report
from ipqa.reports.sources import SourceIndex


def read(text: str) -> Report:
    builder = ReportBuilder()
    title = read_markdown(text, builder)
    return builder.build(title=title)


def blocks(report: Report) -> list[tuple[str, str]]:
    return [(block.kind, block.span.within(report.text)) for block in report.blocks]


def outline(report: Report) -> list[tuple[int, str]]:
    return [(section.level, section.title) for section in report.sections[1:]]


# headings


def test_the_one_heading_of_the_first_level_is_the_title_and_those_below_are_chapters() -> None:
    report = read("# 青葉電機の規格戦略\n\n## 方針\n\n### 背景\n\n本文。\n\n## 体制\n")
    assert report.title == "青葉電機の規格戦略"
    assert outline(report) == [(1, "方針"), (2, "背景"), (1, "体制")]


def test_where_chapters_are_of_the_first_level_they_stay_so() -> None:
    report = read("# 青葉電機の規格戦略\n\n# 方針\n\n## 背景\n\n# 体制\n")
    assert report.title == "青葉電機の規格戦略"
    assert outline(report) == [(1, "方針"), (2, "背景"), (1, "体制")]


def test_an_underlined_heading_is_one() -> None:
    report = read("規格戦略\n===\n\n方針\n---\n\n本文。\n")
    assert (report.title, outline(report)) == ("規格戦略", [(1, "方針")])


def test_a_title_is_kept_without_its_marks_and_mark_up() -> None:
    assert read("# **規格**戦略[^1]\n\n本文。\n\n[^1]: 甲社\n").title == "規格戦略"


# running text


def test_mark_up_within_text_is_taken_off() -> None:
    report = read("*甲*は**乙**と`丙`を[丁](https://example.com/)に売る。")
    assert blocks(report) == [("paragraph", "甲は乙と丙を丁に売る。")]


def test_a_soft_line_break_joins_japanese_and_parts_latin_words() -> None:
    assert blocks(read("規格を\n公開する Aoba\nDenki の\n方針。")) == [
        ("paragraph", "規格を公開する Aoba Denki の方針。")
    ]


def test_a_hard_line_break_stays() -> None:
    assert blocks(read("甲町一丁目  \n乙ビル")) == [("paragraph", "甲町一丁目\n乙ビル")]


def test_code_and_quotations_are_paragraphs() -> None:
    assert blocks(read("> 引いた文。\n\n```\n甲 = 乙\n```\n")) == [
        ("paragraph", "引いた文。"),
        ("paragraph", "甲 = 乙"),
    ]


# lists


def test_lists_keep_depth_and_numbers() -> None:
    report = read("3. 甲\n4. 乙\n   - 乙の一\n     - 乙の一の一\n5. 丙\n")
    assert [(b.span.within(report.text), b.depth, b.label) for b in report.blocks] == [
        ("甲", 0, "3."),
        ("乙", 0, "4."),
        ("乙の一", 1, ""),
        ("乙の一の一", 2, ""),
        ("丙", 0, "5."),
    ]


def test_the_sentence_before_a_list_leads_into_it() -> None:
    report = read("規格を公開した。狙いは次の通り。\n\n- 甲\n- 乙\n")
    for item in report.blocks[1:]:
        span = lead_span(report, item)
        assert span is not None
        assert span.within(report.text) == "狙いは次の通り。"


def test_an_item_over_several_lines_is_one_item() -> None:
    assert blocks(read("- 部品を\n  減らす\n- 在庫\n")) == [
        ("list_item", "部品を減らす"),
        ("list_item", "在庫"),
    ]


# tables

TABLE = """\
**【表1】地域別の出荷**

| 地域 | 量 | 出所 |
|---|---:|:-:|
| 関東[^1] | 3トン | ¹ |
| 関西 |  | ² |

[^1]: 甲社
"""


def test_a_pipe_table_is_read_cell_for_cell_below_its_caption() -> None:
    report = read(TABLE)
    (table,) = report.tables
    assert table.title == "【表1】地域別の出荷"
    assert [cell.within(report.text) for cell in table.header] == ["地域", "量", "出所"]
    assert [[cell.within(report.text) for cell in row if cell] for row in table.rows] == [
        ["関東", "3トン", "¹"],
        ["関西", "", "²"],
    ]


def test_an_empty_cell_is_no_lost_one() -> None:
    assert read(TABLE).warnings == ()


def test_a_paragraph_that_announces_no_table_is_no_caption() -> None:
    (table,) = read("出荷の量を示す。\n\n| 地域 | 量 |\n|--|--|\n| 関東 | 3 |\n").tables
    assert table.title == ""


def test_a_caption_serves_one_table() -> None:
    one = "| 地域 | 量 |\n|--|--|\n| 関東 | 3 |\n"
    titles = [table.title for table in read(f"表1 出荷\n\n{one}\n次の表。\n\n{one}").tables]
    assert titles == ["表1 出荷", ""]


# sources


def test_a_footnote_is_a_mark_and_an_entry_for_the_whole_report() -> None:
    report = read("## 方針\n\n規格を公開した[^7]。\n\n[^7]: 甲社 <https://example.com/a>\n")
    (mark,) = report.marks
    assert report.text[: mark.position].endswith("公開した")
    (source,) = SourceIndex(report).of(mark)
    assert (source.mark, source.title, source.url, source.status) == (
        "7",
        "甲社",
        "https://example.com/a",
        "resolved",
    )


def test_a_footnote_used_twice_is_one_entry_with_two_marks() -> None:
    report = read("甲[^1]。乙[^1]。\n\n[^1]: 甲社\n")
    assert [mark.number for mark in report.marks] == [1, 1]
    assert len(report.references) == 1


def test_a_footnote_without_an_entry_is_missing() -> None:
    report = read("規格を公開した[^3]。\n")
    assert blocks(report) == [("paragraph", "規格を公開した。")]
    assert [s.status for s in SourceIndex(report).of(report.marks[0])] == ["missing"]


def test_a_footnote_with_a_word_for_a_label_gets_its_place_as_number() -> None:
    report = read("甲[^青葉]。乙[^年報]。\n\n[^青葉]: 甲社\n[^年報]: 乙社\n")
    found = [SourceIndex(report).of(mark)[0].title for mark in report.marks]
    assert found == ["甲社", "乙社"]


def test_a_numbered_list_below_a_source_heading_is_a_source_list() -> None:
    report = read(
        "# 題\n\n## 方針\n\n甲[1]。\n\n### 参考資料\n\n1. 甲社 <https://example.com/a>\n2. 乙社\n"
    )
    assert [(r.number, r.title, r.url, r.scope) for r in report.references] == [
        (1, "甲社", "https://example.com/a", "chapter"),
        (2, "乙社", None, "chapter"),
    ]


def test_an_entry_that_is_a_link_keeps_its_address() -> None:
    report = read("# 題\n\n甲[1]。\n\n## 参考資料\n\n1. [甲社の年報](https://example.com/a)\n")
    (reference,) = report.references
    assert (reference.title, reference.url) == ("甲社の年報", "https://example.com/a")


@pytest.mark.parametrize("more", ["    続きの段落。", "    - 甲の一\n    - 甲の二"])
def test_a_footnote_of_several_paragraphs_leaves_no_doubt(more: str) -> None:
    report = read(f"甲[^1]。\n\n[^1]: 甲社の年報。\n\n{more}\n")
    assert [s.status for s in SourceIndex(report).of(report.marks[0])] == ["resolved"]


def test_two_footnotes_never_share_a_number() -> None:
    report = read("甲[^青葉]。乙[^1]。\n\n[^青葉]: 甲社\n[^1]: 乙社\n")
    assert len({reference.number for reference in report.references}) == 2


# the whole


def test_the_same_text_is_read_the_same_way_twice() -> None:
    assert read(TABLE) == read(TABLE)


@pytest.mark.parametrize("text", ["", "\n\n", "<!-- nothing -->\n", "---\n"])
def test_a_text_without_content_has_no_blocks(text: str) -> None:
    report = read(text)
    assert (report.blocks, report.title) == ((), "")


def test_marks_and_tabs_alone_do_not_stop_a_list_from_being_read() -> None:
    report = read("¹²\t¹²\n\n- 甲\n")
    assert lead_span(report, report.blocks[-1]) is None


@pytest.mark.parametrize(
    "text",
    ["| |\n|---|\n| 12件 |\n| |\n", "| | |\n|---|---|\n| | |\n| 12件 | |\n"],
    ids=["one column", "two columns"],
)
def test_a_row_that_says_nothing_is_none(text: str) -> None:
    report = read(text)
    assert [block.kind for block in report.blocks] == ["table_row"]
    assert report.blocks[0].span.within(report.text).startswith("12件")


def test_a_table_that_says_nothing_is_none() -> None:
    assert read("| |\n|---|\n| |\n").tables == ()


def test_a_note_that_says_nothing_is_none() -> None:
    assert [block.kind for block in read("増えた。[^1]\n\n[^1]:\n").blocks] == ["paragraph"]
