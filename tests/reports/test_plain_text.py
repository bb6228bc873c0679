from pathlib import Path

import pytest

from ipqa.reports import SourceFile, parse
from ipqa.reports.builder import ReportBuilder, lead_span
from ipqa.reports.model import Block, Report
from ipqa.reports.plain_text import read_plain_text
from ipqa.reports.sources import SourceIndex

TITLE = "青葉電機の規格戦略:部品から標準へ"
SPACE = "\u00a0"  # a line that holds nothing but this sets headings apart, or joins a cell's parts


def read(*parts: str) -> Report:
    """What is read in parts with empty lines between them."""
    builder = ReportBuilder()
    title = read_plain_text("\n\n".join(parts) + "\n", builder)
    return builder.build(title=title)


def apart(heading: str) -> tuple[str, str, str]:
    """A heading as pages paste it, between lines of white space."""
    return SPACE, heading, SPACE


def body(report: Report) -> list[tuple[str, str]]:
    return [(block.kind, block.span.within(report.text)) for block in report.blocks]


def outline(report: Report) -> list[tuple[int, str]]:
    return [(section.level, section.title) for section in report.sections[1:]]


def items(report: Report) -> list[tuple[int, str, str]]:
    return [
        (block.depth, block.label, block.span.within(report.text))
        for block in report.blocks
        if block.kind == "list_item"
    ]


def block_of(report: Report, text: str) -> Block:
    (block,) = (block for block in report.blocks if block.span.within(report.text) == text)
    return block


def lead_of(report: Report, text: str) -> str | None:
    span = lead_span(report, block_of(report, text))
    return span.within(report.text) if span else None


def cells(report: Report) -> list[tuple[list[str], list[list[str | None]]]]:
    return [
        (
            [cell.within(report.text) for cell in table.header],
            [[cell.within(report.text) if cell else None for cell in row] for row in table.rows],
        )
        for table in report.tables
    ]


# the page around a report

MENU = ["特集記事 動画で学ぶ 代表の部屋\n企業情報 沿革 仲間たち\n実績 利用者の声"]


def test_menu_lines_before_the_title_are_left_out() -> None:
    report = read(*MENU, TITLE, *apart("方針と背景"), "青葉電機は規格を公開した。")
    assert report.title == TITLE
    assert body(report) == [("heading", "方針と背景"), ("paragraph", "青葉電機は規格を公開した。")]


@pytest.mark.parametrize("menu", ["特集 連載 動画 学び", "ログイン・会員登録はこちら", "トップ"])
def test_a_menu_of_one_line_is_not_the_title(menu: str) -> None:
    assert read(menu, TITLE, "青葉電機は規格を公開した。").title == TITLE


def test_a_title_is_kept_without_its_marks() -> None:
    assert read(f"{TITLE}¹", "青葉電機は規格を公開した。").title == TITLE


def test_a_text_without_a_title_loses_nothing() -> None:
    report = read("青葉電機は規格を公開した。", "部品は減る。")
    assert body(report) == [
        ("paragraph", "青葉電機は規格を公開した。"),
        ("paragraph", "部品は減る。"),
    ]
    assert report.title


def test_running_text_above_the_first_heading_is_kept() -> None:
    report = read("青葉電機は規格を公開した。", "部品は減る。", "方針と背景の整理", "在庫も減る。")
    assert "青葉電機は規格を公開した。" in report.text


AFTER = [
    "参考資料リスト(全体)",
    "  1. 甲社 https://example.com/a\n  2. 乙社 https://example.com/b",
    "PDF版のダウンロード",
    "資料の印刷版を用意しました。",
    "【本レポートについて】",
    "公開された情報だけで書いた。",
    "→お問い合わせ",
    "最新レポート",
    "無料購読はこちら",
    "毎週の便りを届けます。\n・急ぐ人のための要点\n・深く知るための講座",
    "© Aoba Research",
]


def test_subscription_matter_after_the_end_is_left_out() -> None:
    report = read(TITLE, *apart("方針と背景"), "規格を公開した¹。", *AFTER)
    for furniture in (
        "ダウンロード",
        "印刷版",
        "お問い合わせ",
        "最新",
        "購読",
        "便り",
        "講座",
        "©",
    ):
        assert furniture not in report.text


def test_what_a_report_says_about_itself_after_the_end_is_kept() -> None:
    report = read(TITLE, *apart("方針と背景"), "規格を公開した¹。", *AFTER)
    about = block_of(report, "公開された情報だけで書いた。")
    assert report.section_path(about.section) == ("本レポートについて",)
    assert len(report.references) == 2


def test_a_heading_of_the_page_within_the_report_is_left_out() -> None:
    report = read(TITLE, "この記事の内容", *apart("方針と背景"), "規格を公開した。")
    assert outline(report) == [(1, "方針と背景")]


def test_a_numbered_heading_is_kept_whatever_it_is_about() -> None:
    report = read(TITLE, *apart("方針"), *apart("1-1. 無料の規格"), "規格を公開した。")
    assert outline(report) == [(1, "方針"), (2, "1-1. 無料の規格")]


# headings

CHAPTERS = [
    *[TITLE, *apart("方針と背景"), "規格を公開した。"],
    *[*apart("1-1. 公開の経緯"), "部品が多すぎた。"],
    *["社内の反対", "反対する声もあった。"],
    *[*apart("1-2. 公開の範囲"), "電池に限る。"],
    *[*apart("体制と人員"), "三人で始めた。"],
    *[*apart("2-1. 委員会"), "月に一度集まる。"],
]


def test_numbering_and_white_space_tell_chapters_sections_and_headings_below_them() -> None:
    assert outline(read(*CHAPTERS)) == [
        (1, "方針と背景"),
        (2, "1-1. 公開の経緯"),
        (3, "社内の反対"),
        (2, "1-2. 公開の範囲"),
        (1, "体制と人員"),
        (2, "2-1. 委員会"),
    ]


def test_each_paragraph_stands_in_its_section() -> None:
    report = read(*CHAPTERS)
    for text, path in {
        "規格を公開した。": ("方針と背景",),
        "反対する声もあった。": ("方針と背景", "1-1. 公開の経緯", "社内の反対"),
        "電池に限る。": ("方針と背景", "1-2. 公開の範囲"),
        "月に一度集まる。": ("体制と人員", "2-1. 委員会"),
    }.items():
        assert report.section_path(block_of(report, text).section) == path


@pytest.mark.parametrize(
    ("heading", "level"),
    [
        ("1-2. 公開の範囲", 2),
        ("1-2 公開の範囲", 2),
        ("1－2. 公開の範囲", 2),
        ("1-2-3. 公開の範囲", 3),
        pytest.param("1.2 公開の範囲", 2),
        pytest.param("1.2. 公開の範囲", 2),
        ("1.2.3 公開の範囲", 3),
        ("第2章 公開の範囲", 1),
        ("第二章 公開の範囲", 1),
    ],
)
def test_a_number_gives_a_heading_its_level(heading: str, level: int) -> None:
    report = read(TITLE, *apart("方針"), "規格を公開した。", heading, "電池に限る。")
    assert outline(report)[-1] == (level, heading)


@pytest.mark.parametrize(
    "line", ["規格を公開した。", "部品は減ります", "内訳は次の通り:", "長い行" * 21, "本当か？"]
)
def test_a_line_that_ends_like_a_sentence_or_is_long_is_no_heading(line: str) -> None:
    report = read(TITLE, line, "部品は減る。")
    assert outline(report) == []
    assert ("paragraph", line) in body(report)


def test_without_lines_of_white_space_a_line_that_stands_alone_is_a_chapter() -> None:
    report = read(TITLE, "方針と背景", "規格を公開した。", "体制と人員", "三人で始めた。")
    assert outline(report) == [(1, "方針と背景"), (1, "体制と人員")]


def test_the_last_line_heads_nothing() -> None:
    assert outline(read(TITLE, "規格を公開した。", "以上")) == []


# lists

NESTED = "  • 部品を減らす\n      • 在庫が減る\n      • 倉庫が空く\n          • 家賃が減る\n  • 仲間を増やす"


def test_indentation_nests_bullets() -> None:
    assert items(read(TITLE, "狙いがある。", NESTED)) == [
        (0, "", "部品を減らす"),
        (1, "", "在庫が減る"),
        (1, "", "倉庫が空く"),
        (2, "", "家賃が減る"),
        (0, "", "仲間を増やす"),
    ]


def test_the_last_sentence_before_a_list_leads_into_it_and_an_item_into_those_below() -> None:
    report = read(TITLE, "規格を公開した¹。狙いは次の通り。", NESTED)
    assert lead_of(report, "部品を減らす") == "狙いは次の通り。"
    assert lead_of(report, "仲間を増やす") == "狙いは次の通り。"
    assert lead_of(report, "倉庫が空く") == "部品を減らす"
    assert lead_of(report, "家賃が減る") == "倉庫が空く"


def test_bullets_at_the_indent_of_a_numbered_item_are_its_own() -> None:
    report = read(
        TITLE,
        "手順がある。",
        "  1. 集める\n  • 部品を数える\n  • 図面を探す\n  2. 選ぶ\n  • 値を比べる",
    )
    assert items(report) == [
        (0, "1.", "集める"),
        (1, "", "部品を数える"),
        (1, "", "図面を探す"),
        (0, "2.", "選ぶ"),
        (1, "", "値を比べる"),
    ]
    assert lead_of(report, "図面を探す") == "集める"
    assert lead_of(report, "値を比べる") == "選ぶ"
    assert lead_of(report, "選ぶ") == "手順がある。"


def test_a_bullet_further_left_than_a_numbered_item_is_not_its_own() -> None:
    report = read(TITLE, "手順がある。", "• 準備\n    1. 集める\n    2. 選ぶ\n• 実施")
    assert items(report) == [
        (0, "", "準備"),
        (1, "1.", "集める"),
        (1, "2.", "選ぶ"),
        (0, "", "実施"),
    ]


@pytest.mark.parametrize("bullet", ["•", "・", "●", "■", "◆", "-", "*", "–"])
def test_many_signs_are_bullets(bullet: str) -> None:
    report = read(TITLE, "狙いがある。", f"{bullet} 部品を減らす\n{bullet} 仲間を増やす")
    assert items(report) == [(0, "", "部品を減らす"), (0, "", "仲間を増やす")]


@pytest.mark.parametrize(("one", "two"), [("1.", "2."), ("1)", "2)"), ("(1)", "(2)"), ("①", "②")])
def test_a_number_is_kept_apart_as_an_items_label(one: str, two: str) -> None:
    report = read(TITLE, "狙いがある。", f"{one} 部品を減らす\n{two} 仲間を増やす")
    assert items(report) == [(0, one, "部品を減らす"), (0, two, "仲間を増やす")]


def test_lines_of_text_around_items_stay_paragraphs() -> None:
    report = read(TITLE, "狙いは次の通り。\n• 部品を減らす\n以上が狙いである。")
    assert body(report) == [
        ("paragraph", "狙いは次の通り。"),
        ("list_item", "部品を減らす"),
        ("paragraph", "以上が狙いである。"),
    ]
    assert lead_of(report, "部品を減らす") == "狙いは次の通り。"


def test_a_numbered_item_alone_above_running_text_is_a_heading() -> None:
    report = read(
        TITLE,
        *apart("方針"),
        *apart("1-1. 狙い"),
        "  1. 部品の削減",
        "部品は減る。",
        "在庫も減る。",
    )
    assert outline(report)[-1] == (3, "1. 部品の削減")
    assert report.section_path(block_of(report, "在庫も減る。").section)[-1] == "1. 部品の削減"


def test_numbering_tells_how_deep_a_heading_stands() -> None:
    text = "年次の報告書\n\n一、はじめに\n\n当年は増えた。\n\n(1) 国内\n\n国内は増えた。\n\n① 関東\n\n関東は増えた。\n\n(2) 海外\n\n海外は減った。\n"
    assert outline(read(text)) == [
        (2, "一、はじめに"),
        (4, "(1) 国内"),
        (5, "① 関東"),
        (4, "(2) 海外"),
    ]


def test_bold_signs_that_were_left_over_are_taken_out_and_told() -> None:
    report = read(TITLE, *apart("方針"), "**規格**を公開した。仲間が**増えた。")
    assert "規格を公開した。仲間が増えた。" in report.text
    assert [(w.code, w.details["count"]) for w in report.warnings] == [("stray_markup", 3)]


def test_a_line_that_begins_as_a_note_is_what_its_mark_leads_to() -> None:
    report = read(TITLE, *apart("方針"), "出願は154件である（※１）。", "※１ 実用新案を含む。")
    (mark,) = report.marks
    (note,) = report.references
    assert (mark.series, mark.number) == (note.series, note.number) == ("※", 1)
    assert note.span.within(report.text) == "実用新案を含む。"
    assert "（" not in report.text


# marks


def test_marks_are_kept_apart_from_the_text_at_the_place_where_they_stood() -> None:
    report = read(
        TITLE, *apart("方針"), "規格を公開した¹¹ ²⁷。仲間⁴, ¹⁰が増えた。", "• 電池³に限る"
    )
    assert [(m.number, report.text[: m.position].split("\n")[-1]) for m in report.marks] == [
        (11, "規格を公開した"),
        (27, "規格を公開した"),
        (4, "規格を公開した。仲間"),
        (10, "規格を公開した。仲間"),
        (3, "電池"),
    ]
    assert body(report)[1:] == [
        ("paragraph", "規格を公開した。仲間が増えた。"),
        ("list_item", "電池に限る"),
    ]


def test_an_area_keeps_its_exponent() -> None:
    report = read(TITLE, "敷地は1,200m²ある¹。")
    assert body(report) == [("paragraph", "敷地は1,200m²ある。")]
    assert [mark.number for mark in report.marks] == [1]


def test_stars_of_bold_type_are_taken_off() -> None:
    report = read(TITLE, "合計で**60%**に達した。", "• **部品**: 減らす")
    assert body(report) == [("paragraph", "合計で60%に達した。"), ("list_item", "部品: 減らす")]


# source lists


def listed(*names: str) -> str:
    return "\n".join(f"  {n}. https://example.com/{name}" for n, name in enumerate(names, start=1))


def sources(report: Report) -> dict[str, tuple[str, list[str]]]:
    """By the sentence before a mark: status and the last part of each address."""
    index = SourceIndex(report)
    return {
        report.text[: mark.position].split("\n")[-1]: (
            index.of(mark)[0].status,
            [(source.url or "").removeprefix("https://example.com/") for source in index.of(mark)],
        )
        for mark in report.marks
    }


LISTS = read(
    *[
        TITLE,
        *apart("方針"),
        "公開した¹。",
        "集めた²。",
        *apart("当章の参考資料"),
        listed("a", "b"),
    ],
    *[*apart("体制"), "始めた³。", "比べた⁹。", *apart("当章の参考資料"), listed("y")],
    *[*apart("総括"), "終えた¹。", *apart("参考資料リスト(全体)"), listed("a", "x", "y")],
)


def test_every_entry_of_every_source_list_is_read() -> None:
    assert [(r.number, r.scope, report_path(LISTS, r.section)) for r in LISTS.references] == [
        (1, "chapter", "方針"),
        (2, "chapter", "方針"),
        (1, "chapter", "体制"),
        (1, "report", "参考資料リスト(全体)"),
        (2, "report", "参考資料リスト(全体)"),
        (3, "report", "参考資料リスト(全体)"),
    ]


def report_path(report: Report, section: int) -> str:
    return report.section_path(section)[0]


def test_a_mark_is_resolved_where_chapter_and_whole_list_agree() -> None:
    assert sources(LISTS)["公開した"] == ("resolved", ["a"])


def test_a_mark_is_ambiguous_where_chapter_and_whole_list_differ() -> None:
    assert sources(LISTS)["集めた"] == ("ambiguous", ["x", "b"])


def test_a_mark_beyond_its_chapters_list_follows_the_whole_list() -> None:
    assert sources(LISTS)["始めた"] == ("resolved", ["y"])


def test_a_mark_beyond_every_list_is_missing() -> None:
    assert sources(LISTS)["比べた"] == ("missing", [""])


def test_a_chapter_without_a_list_follows_the_whole_list() -> None:
    assert sources(LISTS)["終えた"] == ("resolved", ["a"])


def test_a_list_beside_the_whole_one_takes_no_part() -> None:
    report = read(
        *[TITLE, *apart("方針"), "公開した¹。", *apart("参考資料リスト(全体)"), listed("a")],
        *["引用文献", listed("z")],
    )
    assert [r.scope for r in report.references] == ["report", "additional"]
    assert sources(report) == {"公開した": ("resolved", ["a"])}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("1.", "2."),
        ("１．", "２．"),
        ("(1)", "(2)"),
        ("①", "②"),
    ],
)
def test_entries_are_numbered_as_written(one: str, two: str) -> None:
    report = read(
        TITLE, *apart("方針"), "公開した。", *apart("参考資料"), f"{one} 甲社\n{two} 乙社"
    )
    assert [(r.number, r.title) for r in report.references] == [(1, "甲社"), (2, "乙社")]


# tables

TABLES = {
    3: (
        ["地域", "出荷の量", "伸び"],
        [["関東", "640トン", "8%"], ["関西", "517トン", "12%"], ["九州", "301トン", "3%"]],
    ),
    4: (
        ["部品", "用途の説明", "開始", "担当"],
        [
            ["電池", "倉庫で動く台車の動力として使う", "2021年", "第一課"],
            ["電球", "倉庫を夜も明るくするために使う", "2023年", "第二課"],
            ["電線", "台車と倉庫をつなぐために使う", "2024年", "第三課"],
        ],
    ),
    5: (
        ["区分", "内容", "時期", "影響", "資料"],
        [
            ["供給(部品)", "海外の工場が止まり、電池の部品が届かない", "短期", "重大", "⁴, ¹⁰"],
            ["人材(教育)", "規格を読める人が減り、設計の誤りが増える", "中期", "軽微", "⁵, ¹¹"],
            ["市場(価格)", "電池の値段が下がり、倉庫の在庫が残る", "長期", "重大", "¹³, ²³"],
            ["規制(輸出)", "輸出の手続きが変わり、出荷が遅れる", "中期", "軽微", "⁹, ²⁹"],
        ],
    ),
    6: (
        ["会社", "方針", "件数", "主な拠点", "開始", "資料"],
        [
            ["青葉電機", "規格を公開して仲間を増やす", "421件", "関東 (Kanto)", "2021年", "¹¹, ²"],
            ["白波工業", "規格を秘匿して値段を保つ", "5,001件", "関西 (Kansai)", "2019年", "⁴, ¹⁰"],
            ["黒岩製作", "規格を買収して部品を揃える", "318件", "九州 (Kyushu)", "2023年", "⁵, ¹³"],
            [
                "赤池化学",
                "規格を共有して費用を下げる",
                "1,204件",
                "東北 (Tohoku)",
                "2020年",
                "⁹, ²⁹",
            ],
        ],
    ),
}
COMPARISON = (
    ["軸", "青葉電機", "白波工業", "Hill (米国)", "River (英国)", "Lake (英国)"],
    [
        ["方針", "規格の公開", "規格の秘匿", "共同の開発", "買収の重視", "提携の重視"],
        ["件数", "421件", "5,001件", "- (不明)", "- (不明)", "- (不明)"],
        ["拠点", "関東の工場", "関西の工場", "Texas 工場", "London 工場", "Leeds 工場"],
        ["人員", "1,200人", "9,800人", "300人", "450人", "610人"],
    ],
)
columns = pytest.mark.parametrize("columns", list(TABLES))


def flattened(header: list[str], rows: list[list[str]]) -> list[str]:
    return [*header, *(cell for row in rows for cell in row)]


@columns
def test_a_flattened_table_is_put_back_cell_for_cell(columns: int) -> None:
    header, rows = TABLES[columns]
    report = read(
        *[TITLE, *apart("方針"), *apart("1-1. 【表1】一覧"), *flattened(header, rows)],
        *[*apart("1-2. 読み方"), "表の読み方を示す。"],
    )
    assert cells(report) == [(header, rows)]
    assert report.tables[0].title == "1-1. 【表1】一覧"
    assert report.section_path(report.tables[0].section) == ("方針", "1-1. 【表1】一覧")
    assert report.warnings == ()
    assert body(report)[-2:] == [("heading", "1-2. 読み方"), ("paragraph", "表の読み方を示す。")]


def test_a_table_that_compares_by_row_is_put_back_too() -> None:
    report = read(TITLE, *apart("方針"), "表1 比較", *flattened(*COMPARISON))
    assert cells(report) == [COMPARISON]


REGULAR = (
    ["倉庫", "開始", "出荷", "在庫"],
    [
        ["第一倉庫", "2021年", "640トン", "15%"],
        ["第二倉庫", "2022年", "617トン", "12%"],
        ["第三倉庫", "2023年", "601トン", "13%"],
        ["第四倉庫", "2024年", "588トン", "10%"],
    ],
)


@pytest.mark.parametrize("caption", ["表1 一覧", "【表1】一覧", "Table 1: List"])
@pytest.mark.parametrize("lost", [None, 3])
def test_a_line_that_announces_a_table_is_none_of_its_cells(caption: str, lost: int | None) -> None:
    header, rows = REGULAR
    kept: list[list[str | None]] = [list(row) for row in rows]
    if lost is not None:
        kept[1][lost] = None
    flat = [*header, *(cell for row in kept for cell in row if cell is not None)]
    report = read(TITLE, caption, *flat)
    assert cells(report) == [(header, kept)]
    assert report.tables[0].title == caption


@pytest.mark.parametrize("lost", [2, 3, 4])
def test_a_cell_that_was_lost_is_left_open_with_a_warning(lost: int) -> None:
    header, rows = TABLES[5]
    kept = [list[str | None](row) for row in rows]
    kept[1][lost] = None
    flat = [*header, *(cell for row in kept for cell in row if cell is not None)]
    report = read(TITLE, *apart("方針"), "表1 一覧", *flat)
    assert cells(report) == [(header, kept)]
    (warning,) = report.warnings
    assert warning.code == "lost_cell"
    assert "「人材(教育)」" in warning.message("ja")
    assert f"「{header[lost]}」" in warning.message("ja")


def test_a_line_of_white_space_joins_two_paragraphs_of_one_cell() -> None:
    header, rows = TABLES[4]
    flat = flattened(header, rows)
    at = flat.index("第二課")
    flat[at:at] = ["夜の当番", SPACE]
    report = read(TITLE, *apart("方針"), "表1 一覧", *flat)
    assert cells(report)[0][1][1][3] == "夜の当番 第二課"
    assert cells(report)[0][1][2] == rows[2]


def test_marks_in_cells_are_kept_apart_but_a_cell_of_marks_stays() -> None:
    header, rows = TABLES[5]
    rows = [[f"{row[0]}²¹", *row[1:]] for row in rows]
    report = read(TITLE, *apart("方針"), "表1 一覧", *flattened(header, rows))
    found = cells(report)[0][1]
    assert [row[0] for row in found] == [row[0] for row in TABLES[5][1]]
    assert [row[4] for row in found] == ["⁴, ¹⁰", "⁵, ¹¹", "¹³, ²³", "⁹, ²⁹"]
    assert [m.number for m in report.marks if m.position <= report.blocks[-1].span.end][:3] == [
        21,
        4,
        10,
    ]


def test_two_tables_each_have_their_own_caption() -> None:
    report = read(
        *[TITLE, *apart("方針"), "表1 量", *flattened(*TABLES[3]), "量を示した。"],
        *["表2 部品", *flattened(*TABLES[4]), "部品を示した。"],
    )
    assert [table.title for table in report.tables] == ["表1 量", "表2 部品"]
    assert cells(report) == [TABLES[3], TABLES[4]]


def test_a_table_without_a_caption_is_read_where_its_columns_are_alike() -> None:
    header, rows = TABLES[3]
    report = read(TITLE, *apart("方針"), "量を示す。", *flattened(header, rows), "量を示した。")
    assert cells(report) == [(header, rows)]
    assert report.tables[0].title == ""


def test_headings_and_paragraphs_after_a_caption_are_no_table() -> None:
    report = read(TITLE, *apart("方針"), "表1 一覧", "表は別の頁に載せた。", "そちらを見てほしい。")
    assert report.tables == ()
    assert ("paragraph", "そちらを見てほしい。") in body(report)


# the whole page

PAGE = (
    *[*MENU, TITLE, "この記事の内容", *apart("方針と背景"), "規格を公開した¹。狙いは次の通り。"],
    *[NESTED, *apart("1-1. 【表1】一覧"), *flattened(*TABLES[5])],
    *[*apart("当章の参考資料"), listed("a", "b"), *apart("体制と人員"), "三人で始めた²。", *AFTER],
)


def test_a_page_is_read_the_same_way_twice() -> None:
    assert read(*PAGE) == read(*PAGE)


def test_every_part_of_a_page_is_found_at_once() -> None:
    report = read(*PAGE)
    assert report.title == TITLE
    assert outline(report) == [
        (1, "方針と背景"),
        (2, "1-1. 【表1】一覧"),
        (2, "当章の参考資料"),
        (1, "体制と人員"),
        (1, "参考資料リスト(全体)"),
        (1, "本レポートについて"),
    ]
    assert cells(report) == [TABLES[5]]
    assert len(items(report)) == 5
    assert [r.scope for r in report.references] == ["chapter", "chapter", "report", "report"]


def test_no_word_of_the_report_itself_is_lost() -> None:
    report = read(*PAGE)
    for text in ("規格を公開した", "家賃が減る", "三人で始めた", "公開された情報だけで書いた"):
        assert report.text.count(text) == 1


@pytest.mark.parametrize("indent", [" ", "\u00a0", "\u3000", "\t"])
def test_all_kinds_of_white_space_indent(indent: str) -> None:
    report = read(TITLE, "狙いがある。", f"• 部品を減らす\n{indent * 2}• 在庫が減る")
    assert items(report) == [(0, "", "部品を減らす"), (1, "", "在庫が減る")]


# text without empty lines

DENSE = """\
青葉電機 年次報告
第1章 事業
当年度の売上は120億円である。
要因は次のとおり。
・輸出の拡大
・新工場の稼働
(1) 国内
国内の売上は80億円であった。
(2) 海外
海外の売上は40億円であった[1]。
第2章 研究
1. 自動化
2. 改良
参考文献
[1] 青葉電機「決算短信」 https://example.com/a
"""


def test_text_without_empty_lines_is_parted_by_its_numbering() -> None:
    report = read(DENSE)
    assert [(s.level, s.title) for s in report.sections[1:]] == [
        (1, "第1章 事業"),
        (4, "(1) 国内"),
        (4, "(2) 海外"),
        (1, "第2章 研究"),
        (1, "参考文献"),
    ]


def test_items_of_a_list_without_text_below_them_stay_items() -> None:
    items = [
        b.span.within(r.text) for r in [read(DENSE)] for b in r.blocks if b.kind == "list_item"
    ]
    assert items == ["輸出の拡大", "新工場の稼働", "自動化", "改良"]


def test_an_entry_in_square_brackets_is_an_entry() -> None:
    report = read(DENSE)
    assert [(r.number, r.url) for r in report.references] == [(1, "https://example.com/a")]
    assert [mark.number for mark in report.marks] == [1]


def test_a_long_list_of_short_lines_is_read() -> None:
    lines = [f"{chr(0x4E00 + n)}社{n * 37 % 1000}号" for n in range(2000)]
    report = parse(SourceFile(Path("名簿.txt"), "\n\n".join(["会員の名簿", *lines]).encode()))
    assert all(line in report.text for line in lines)


def test_a_mark_of_thousands_of_digits_is_no_mark_that_stops_reading() -> None:
    text = f"題名である。\n\n本文である{'¹' * 5000}。"
    assert parse(SourceFile(Path("a.txt"), text.encode())).text.startswith("題名である。")
