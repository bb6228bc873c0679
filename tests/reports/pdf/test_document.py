import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from PIL import Image
from pypdf import PdfReader, PdfWriter
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

from ipqa.errors import FileBroken, NoTextLayer, PasswordNeeded, ReadError, UnpacksTooLarge
from ipqa.reports.builder import ReportBuilder
from ipqa.reports.model import ReadingWarning, Report
from ipqa.reports.pdf.document import read_pdf
from ipqa.reports.pdf.page import PageReader
from tests.pdf_maker import (
    GOTHIC,
    HEIGHT,
    LATIN,
    LEADING,
    LEFT,
    MINCHO,
    SIZE,
    WIDTH,
    PdfMaker,
    wrapped,
)

PATH = Path("報告.pdf")

SENTENCES = (
    "海晴精機は工作機械の主軸を製造する会社で、本社を岬市に置いている。",
    "二〇二三年度の売上高は三百二十億円となり、前の年度を十二億円上回った。",
    "伸びを支えたのは、歯車を研ぐ機械の海外への出荷が回復したことである。",
    "一方で鋼材の値上がりは続いており、部品の共通化によって吸収する考えである。",
)
TEXT = "".join(SENTENCES)


def read(raw: bytes) -> Report:
    builder = ReportBuilder()
    title = read_pdf(raw, builder, PATH)
    return builder.build(title=title)


def blocks(report: Report) -> list[tuple[str, str]]:
    return [(block.kind, block.span.within(report.text)) for block in report.blocks]


def texts(report: Report) -> list[str]:
    return [text for _, text in blocks(report)]


def outline(report: Report) -> list[tuple[int, str]]:
    return [(section.level, section.title) for section in report.sections[1:]]


def rows(report: Report, number: int = 0) -> list[list[str]]:
    table = report.tables[number]
    spans = [table.header, *table.rows] if table.header else [*table.rows]
    return [[cell.within(report.text) for cell in row if cell] for row in spans]


def warnings(report: Report, code: str) -> list[ReadingWarning]:
    return [warning for warning in report.warnings if warning.code == code]


# paragraphs


def test_wrapped_lines_are_one_paragraph_without_spaces_between_japanese() -> None:
    pdf = PdfMaker()
    pdf.paragraph(TEXT)
    assert blocks(read(pdf.bytes())) == [("paragraph", TEXT)]


def test_an_indented_line_begins_a_paragraph_even_after_a_full_line() -> None:
    pdf = PdfMaker()
    first = TEXT[: 41 + 42]  # fills two lines to the margin
    pdf.paragraph(first[:-1] + "。")
    pdf.paragraph(SENTENCES[1] + SENTENCES[2])
    assert texts(read(pdf.bytes())) == [first[:-1] + "。", SENTENCES[1] + SENTENCES[2]]


def test_a_gap_begins_a_paragraph() -> None:
    pdf = PdfMaker()
    pdf.paragraph(TEXT[:42], indent=0)
    pdf.y += LEADING
    pdf.paragraph(TEXT[42:], indent=0)
    assert texts(read(pdf.bytes())) == [TEXT[:42], TEXT[42:]]


def test_latin_words_keep_a_space_where_a_line_ends_and_japanese_gets_none() -> None:
    pdf = PdfMaker()
    for line in (
        "海晴精機は、歯車を研ぐ技術について Harbour Institute",
        "of Technology と共同研究の契約を結び、成果の特許はそれ",
        "ぞれが半分ずつ持つ。",
    ):
        pdf.text(LEFT, pdf.y, line)
        pdf.y += LEADING
    (text,) = texts(read(pdf.bytes()))
    assert "Harbour Institute of Technology と共同研究" in text
    assert "成果の特許はそれぞれが半分ずつ持つ。" in text


def test_a_word_parted_by_a_hyphen_at_the_end_of_a_line_is_whole_again() -> None:
    pdf = PdfMaker()
    lines = [
        "The spindle unit was licensed to two makers overseas, and the infor-",
        "mation on its bearings is published every year by Kaisei Precision in a",
        "white paper. It names the U.S. Patents that were granted in the year.",
    ]
    for line in lines:
        pdf.text(LEFT, pdf.y, line, font=LATIN, size=11)
        pdf.y += 15
    assert texts(read(pdf.bytes())) == [
        (
            "The spindle unit was licensed to two makers overseas, and the information on its bearings is "
            "published every year by Kaisei Precision in a white paper. It names the U.S. Patents that were "
            "granted in the year."
        )
    ]


def test_a_line_that_stops_at_a_comma_goes_on() -> None:
    pdf = PdfMaker()
    for line in (
        "主軸の温度を測る装置については、岬市の工場だけではなく、",
        "海外の三つの工場でも使われている。",
    ):
        pdf.text(LEFT, pdf.y, line)
        pdf.y += LEADING
    pdf.paragraph(TEXT)
    assert texts(read(pdf.bytes()))[0] == (
        "主軸の温度を測る装置については、岬市の工場だけではなく、海外の三つの工場でも使われている。"
    )


def test_a_paragraph_goes_on_over_the_page_and_belongs_to_the_page_where_it_begins() -> None:
    pdf = PdfMaker()
    pdf.heading("第1章　概況")
    pdf.y = 700
    lines = wrapped(TEXT, 42)
    for line in lines[:2]:
        pdf.text(LEFT, pdf.y, line)
        pdf.y += LEADING
    pdf.furniture("海晴精機 年次報告", "- 1 -")
    pdf.page()
    for line in lines[2:]:
        pdf.text(LEFT, pdf.y, line)
        pdf.y += LEADING
    pdf.paragraph("次の段落である。")
    pdf.furniture("海晴精機 年次報告", "- 2 -")
    report = read(pdf.bytes())
    assert [
        (block.page, text) for block, text in zip(report.blocks, texts(report), strict=True)
    ] == [
        (1, "第1章　概況"),
        (1, TEXT),
        (2, "次の段落である。"),
    ]


def test_a_paragraph_whose_sentence_ends_with_the_page_goes_on_where_the_next_is_not_indented() -> (
    None
):
    pdf = PdfMaker()
    first = TEXT[: 41 + 42 - 1] + "。"
    pdf.y = 700
    pdf.paragraph(first)
    pdf.page()
    pdf.paragraph(SENTENCES[1] + SENTENCES[2], indent=0)
    pdf.paragraph(SENTENCES[3])
    assert texts(read(pdf.bytes())) == [first + SENTENCES[1] + SENTENCES[2], SENTENCES[3]]


def test_characters_spread_to_the_margins_get_no_spaces() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 100, "部品の共通化によって吸収する", spacing=4)
    pdf.text(LEFT, 118, "考えであり次の年度も続ける。", spacing=4)
    assert texts(read(pdf.bytes())) == ["部品の共通化によって吸収する考えであり次の年度も続ける。"]


@pytest.mark.parametrize("spacing", [12.0, 24.0, 40.0])
def test_a_heading_of_spaced_letters_is_one_word(spacing: float) -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 100, "事業概況", size=16, font=GOTHIC, spacing=spacing)
    pdf.y = 140
    pdf.paragraph(TEXT)
    report = read(pdf.bytes())
    assert report.title == "事業概況"


def test_a_word_that_is_painted_twice_stands_once() -> None:
    pdf = PdfMaker()
    for shift in (0, 0.4):
        pdf.text(LEFT + shift, 100, "生産の状況について述べる。")
    assert texts(read(pdf.bytes())) == ["生産の状況について述べる。"]


def test_text_offsets_lead_to_what_each_block_says() -> None:
    pdf = PdfMaker()
    pdf.heading("第1章　生産")
    pdf.paragraph(TEXT)
    report = read(pdf.bytes())
    for section in report.sections[1:]:
        assert report.text[section.span.start :].startswith(section.title)
    assert report.text[report.blocks[1].span.start : report.blocks[1].span.end] == TEXT


# columns


def column(pdf: PdfMaker, x: float, y: float, text: str, width: int = 19) -> float:
    for line in wrapped(text, width):
        pdf.text(x, y, line)
        y += LEADING
    return y


def test_two_columns_are_read_one_after_the_other_below_what_reaches_over_both() -> None:
    pdf = PdfMaker()
    pdf.text(
        LEFT,
        90,
        "工作機械の市場は三年ぶりに拡大し、受注は国内と海外のどちらも前年を上回っ",
        size=SIZE,
    )
    pdf.text(LEFT, 108, "た。", size=SIZE)
    column(pdf, LEFT, 150, SENTENCES[0] + SENTENCES[1])
    column(pdf, LEFT + 230, 150, SENTENCES[2] + SENTENCES[3])
    assert "".join(texts(read(pdf.bytes()))) == (
        "工作機械の市場は三年ぶりに拡大し、受注は国内と海外のどちらも前年を上回った。" + TEXT
    )


def test_columns_whose_lines_are_not_level_are_columns_too() -> None:
    pdf = PdfMaker()
    column(pdf, LEFT, 150, SENTENCES[0] + SENTENCES[1])
    column(pdf, LEFT + 230, 157, SENTENCES[2] + SENTENCES[3])
    assert "".join(texts(read(pdf.bytes()))) == TEXT


def test_a_paragraph_goes_on_in_the_next_column() -> None:
    pdf = PdfMaker()
    lines = wrapped(TEXT, 19)
    for number, line in enumerate(lines):
        below = number % 4
        pdf.text(LEFT + 230 * (number // 4), 150 + LEADING * below, line)
    assert texts(read(pdf.bytes())) == [TEXT]


def test_three_columns_are_read_from_left_to_right() -> None:
    pdf = PdfMaker()
    for number, sentence in enumerate(SENTENCES[:3]):
        column(pdf, 50 + 170 * number, 150 + 3 * number, sentence, width=14)
    assert "".join(texts(read(pdf.bytes()))) == "".join(SENTENCES[:3])


def test_a_heading_over_the_columns_parts_what_is_above_from_what_is_below() -> None:
    pdf = PdfMaker()
    first, second, third, fourth = SENTENCES
    column(pdf, LEFT, 150, first)
    column(pdf, LEFT + 230, 150, second)
    pdf.text(LEFT, 250, "海外の出荷", size=16, font=GOTHIC)
    column(pdf, LEFT, 290, third)
    column(pdf, LEFT + 230, 290, fourth)
    pdf.heading("機械の報告", size=24)
    read_in_order = [text for text in texts(read(pdf.bytes())) if text != "機械の報告"]
    assert read_in_order == [first, second, "海外の出荷", third, fourth]


def test_rows_of_labels_and_values_are_read_row_by_row() -> None:
    pdf = PdfMaker()
    for number, (label, value) in enumerate(
        [
            ("商号", "海晴精機株式会社"),
            ("設立", "1961年4月"),
            ("所在地", "岬市港町二丁目"),
            ("従業員", "812名"),
        ]
    ):
        pdf.text(LEFT, 150 + 20 * number, label)
        pdf.text(LEFT + 120, 150 + 20 * number, value)
    assert texts(read(pdf.bytes())) == [
        "商号 海晴精機株式会社",
        "設立 1961年4月",
        "所在地 岬市港町二丁目",
        "従業員 812名",
    ]


def test_boxes_side_by_side_are_read_one_after_the_other() -> None:
    pdf = PdfMaker()
    cards = [("切削", "主軸を速く回す"), ("研削", "歯車を研ぎ出す"), ("測定", "寸法を確かめる")]
    for number, (name, says) in enumerate(cards):
        x = 50 + 165 * number
        pdf.box(x, 140, x + 150, 200)
        pdf.text(x + 10, 160, name)
        pdf.text(x + 10, 180, says)
    assert texts(read(pdf.bytes())) == [text for card in cards for text in card]


# headings and title


def chaptered() -> PdfMaker:
    pdf = PdfMaker()
    pdf.text(LEFT, 90, "海晴精機の技術報告", size=22, font=GOTHIC)
    pdf.y = 140
    pdf.heading("第1章　生産", size=16)
    pdf.paragraph(TEXT)
    pdf.heading("1.1　主軸", size=12)
    pdf.paragraph(TEXT)
    pdf.heading("第2章　販売", size=16)
    pdf.paragraph(TEXT)
    return pdf


def test_headings_have_the_level_of_their_size_and_chapters_are_of_the_first() -> None:
    report = read(chaptered().bytes())
    assert report.title == "海晴精機の技術報告"
    assert outline(report) == [(1, "第1章　生産"), (2, "1.1　主軸"), (1, "第2章　販売")]
    assert report.sections[2].path == ("第1章　生産", "1.1　主軸")


def test_a_title_over_two_lines_is_one_and_no_heading() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 90, "主軸の温度を測る装置に関する", size=22, font=GOTHIC)
    pdf.text(LEFT, 120, "技術報告", size=22, font=GOTHIC)
    pdf.y = 170
    pdf.paragraph(TEXT)
    report = read(pdf.bytes())
    assert (report.title, texts(report)) == ("主軸の温度を測る装置に関する技術報告", [TEXT])


def test_the_title_of_the_file_serves_where_no_line_is_large() -> None:
    pdf = PdfMaker(title="海晴精機 技術報告 第4号")
    pdf.paragraph(TEXT)
    assert read(pdf.bytes()).title == "海晴精機 技術報告 第4号"


@pytest.mark.parametrize(
    "name",
    [
        "Microsoft Word - 技術報告4.docx",
        "gihou04.indd",
        "untitled",
        "PowerPoint プレゼンテーション",
        "rep_04",
    ],
)
def test_the_name_of_a_file_is_no_title(name: str) -> None:
    pdf = PdfMaker(title=name)
    pdf.paragraph(TEXT)
    assert read(pdf.bytes()).title == ""


def test_headings_of_body_size_are_told_by_their_font() -> None:
    pdf = PdfMaker()
    for name in ("生産の状況", "販売の状況"):
        pdf.heading(name, size=SIZE, font=GOTHIC)
        pdf.paragraph(TEXT)
        pdf.paragraph(TEXT)
    assert outline(read(pdf.bytes())) == [(1, "生産の状況"), (1, "販売の状況")]


def test_headings_of_body_type_are_told_by_their_number_above_sentences() -> None:
    pdf = PdfMaker()
    for name in ("１．生産の状況", "（１）主軸", "（２）歯車", "２．販売の状況"):
        pdf.paragraph(name, indent=0)
        pdf.paragraph(TEXT)
    assert outline(read(pdf.bytes())) == [
        (1, "１．生産の状況"),
        (2, "（１）主軸"),
        (2, "（２）歯車"),
        (1, "２．販売の状況"),
    ]


def test_a_number_with_parts_heads_what_is_no_sentence_too() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 60, "年次報告", size=20)
    for name in ("1.1　主軸", "1.2　歯車"):
        pdf.paragraph(name, indent=0)
        pdf.paragraph("・温度の測定", indent=1)
        pdf.paragraph("・回転の測定", indent=1)
    pdf.paragraph(TEXT)
    assert [title for _, title in outline(read(pdf.bytes()))] == ["1.1　主軸", "1.2　歯車"]


def test_bold_lines_are_headings_below_those_of_larger_type() -> None:
    pdf = PdfMaker()
    pdf.heading("生産", size=14)
    pdf.paragraph(TEXT)
    pdf.text(LEFT, pdf.y, "主軸の研究", pen=2)
    pdf.y += LEADING
    pdf.paragraph(TEXT)
    pdf.heading("販売", size=14)
    pdf.paragraph(TEXT)
    pdf.text(LEFT, pdf.y + 60, "年次報告", size=20)
    assert outline(read(pdf.bytes())) == [(1, "生産"), (2, "主軸の研究"), (1, "販売")]


def test_a_large_number_or_a_caption_is_no_heading() -> None:
    pdf = chaptered()
    pdf.text(LEFT, pdf.y + 20, "48%", size=30, font=GOTHIC)
    pdf.text(LEFT, pdf.y + 60, "図1　主軸の構造", size=11.5, font=GOTHIC)
    assert outline(read(pdf.bytes())) == [(1, "第1章　生産"), (2, "1.1　主軸"), (1, "第2章　販売")]


def test_the_number_of_a_chapter_above_its_name_belongs_to_it() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 60, "海晴精機の技術報告", size=26)
    pdf.y = 100
    pdf.heading("第1章", size=18)
    pdf.heading("生産の状況", size=18)
    pdf.paragraph(TEXT)
    assert outline(read(pdf.bytes())) == [(1, "第1章 生産の状況")]


def test_bookmarks_say_the_level_where_type_does_not() -> None:
    pdf = PdfMaker()
    for key, name in enumerate(("生産", "主軸", "歯車", "販売")):
        pdf.canvas.bookmarkPage(str(key))
        pdf.canvas.addOutlineEntry(name, str(key), level=int(name in {"主軸", "歯車"}))
        pdf.heading(name, size=12)
        pdf.paragraph(TEXT)
    pdf.text(LEFT, 60, "年次報告", size=26)
    assert outline(read(pdf.bytes())) == [(1, "生産"), (2, "主軸"), (2, "歯車"), (1, "販売")]


def test_names_and_dates_on_a_cover_are_no_headings() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 250, "海晴精機の技術報告", size=26, font=GOTHIC)
    pdf.text(LEFT, 300, "二〇二四年版", size=18, font=GOTHIC)
    pdf.text(LEFT, 700, "海晴精機株式会社", size=16, font=GOTHIC)
    pdf.page()
    pdf.heading("第1章　生産")
    pdf.paragraph(TEXT)
    report = read(pdf.bytes())
    assert (report.title, outline(report)) == ("海晴精機の技術報告", [(1, "第1章　生産")])


# page furniture


def paged(heads: Callable[[int], tuple[str, str]], pages: int) -> PdfMaker:
    pdf = PdfMaker()
    for page in range(1, pages + 1):
        pdf.furniture(*heads(page))
        pdf.paragraph(f"{page}枚目の紙である。" + TEXT)
        pdf.page()
    return pdf


def test_running_heads_and_page_numbers_are_left_out_and_told_once() -> None:
    report = read(paged(lambda page: ("海晴精機 年次報告", str(page + 4)), 5).bytes())
    assert texts(report) == [f"{page}枚目の紙である。" + TEXT for page in range(1, 6)]
    (warning,) = warnings(report, "page_furniture")
    assert warning.details == {"count": 10, "found": "海晴精機 年次報告"}


@pytest.mark.parametrize("foot", ["- {} -", "{}", "{} / 2", "{}ページ"])
def test_two_pages_lose_their_numbers(foot: str) -> None:
    report = read(paged(lambda page: ("", foot.format(page)), 2).bytes())
    assert texts(report) == [f"{page}枚目の紙である。" + TEXT for page in (1, 2)]


def test_left_and_right_pages_may_have_heads_of_their_own() -> None:
    def head(page: int) -> tuple[str, str]:
        return ("海晴精機" if page % 2 else "技術報告", str(page))

    report = read(paged(head, 6).bytes())
    assert texts(report) == [f"{page}枚目の紙である。" + TEXT for page in range(1, 7)]


def test_running_heads_that_name_the_chapter_are_left_out() -> None:
    chapters = ["生産", "販売", "研究"]
    report = read(paged(lambda page: (f"{chapters[(page - 1) // 3]}の状況", ""), 9).bytes())
    assert texts(report) == [f"{page}枚目の紙である。" + TEXT for page in range(1, 10)]


def test_large_heads_of_left_pages_only_are_left_out() -> None:
    pdf = PdfMaker()
    for page in range(1, 10):
        if page % 2 == 0:
            pdf.text(LEFT, 40, "海晴精機", size=16)
        pdf.paragraph(f"{page}枚目の紙である。" + TEXT)
        pdf.page()
    report = read(pdf.bytes())
    assert "海晴精機" not in texts(report)


def test_bold_lines_at_the_top_of_two_pages_stay() -> None:
    pdf = PdfMaker()
    for _ in range(2):
        pdf.text(LEFT, 80, "検査の記録", pen=2)
        pdf.y = 120
        pdf.paragraph(TEXT)
        pdf.page()
    assert texts(read(pdf.bytes())).count("検査の記録") == 2


def test_a_heading_that_occurs_on_two_pages_stays() -> None:
    pdf = PdfMaker()
    for _ in range(2):
        pdf.heading("生産の状況")
        pdf.paragraph(TEXT)
        pdf.page()
    report = read(pdf.bytes())
    assert [text for text in [report.title, *texts(report)] if text == "生産の状況"] == [
        "生産の状況"
    ] * 2
    assert warnings(report, "page_furniture") == []


def test_figures_in_the_text_are_no_page_numbers() -> None:
    pdf = PdfMaker()
    pdf.paragraph(TEXT)
    pdf.text(LEFT, HEIGHT - 90, "1")
    pdf.text(LEFT, HEIGHT - 72, "台を試作した。")
    assert "1台を試作した。" in read(pdf.bytes()).text.replace("\n", "")


# table of contents


def test_a_table_of_contents_is_left_out() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 90, "目　次", size=14, font=GOTHIC)
    for number, name in enumerate(("第1章　生産", "1.1　主軸", "1.2　歯車", "第2章　販売")):
        pdf.text(LEFT, 130 + 20 * number, name + "…" * (36 - len(name)) + str(number + 2))
    pdf.page()
    pdf.heading("第1章　生産", size=16)
    pdf.paragraph(TEXT)
    report = read(pdf.bytes())
    assert "…" not in report.text
    assert outline(report) == [(1, "第1章　生産")]
    (warning,) = warnings(report, "left_out")
    assert (warning.details["what"], warning.page) == ("目次", 1)


def test_two_lines_with_dots_and_a_number_are_a_list_of_prices() -> None:
    pdf = PdfMaker()
    pdf.paragraph(TEXT)
    for name in ("主軸", "歯車"):
        pdf.text(LEFT, pdf.y, f"{name}…………………120")
        pdf.y += LEADING
    assert "主軸…………………120" in read(pdf.bytes()).text


def test_a_sentence_with_dots_is_no_entry_of_a_table_of_contents() -> None:
    pdf = PdfMaker()
    pdf.paragraph("型番は「KS……1」から「KS……9」までの九つである。" + TEXT)
    assert "KS……1" in read(pdf.bytes()).text


# tables


def test_a_ruled_table_is_read_cell_by_cell_below_its_caption() -> None:
    pdf = PdfMaker()
    pdf.paragraph(TEXT)
    pdf.paragraph("表1　工場の設備", indent=8)
    pdf.table([["工場", "設備", "台数"], ["岬", "研削盤", "24"], ["北浜", "旋盤", "31"]])
    pdf.paragraph(SENTENCES[3])
    report = read(pdf.bytes())
    assert rows(report) == [
        ["工場", "設備", "台数"],
        ["岬", "研削盤", "24"],
        ["北浜", "旋盤", "31"],
    ]
    assert report.tables[0].title == "表1　工場の設備"
    assert [kind for kind, _ in blocks(report)] == [
        *["paragraph"] * 2,
        "table_header",
        *["table_row"] * 2,
        "paragraph",
    ]
    assert report.text.count("研削盤") == 1


def test_what_stands_in_merged_cells_stands_in_each() -> None:
    pdf = PdfMaker()
    pdf.table(
        [
            ["工場", "2022年", "<", "2023年"],
            [None, "生産", "出荷", "生産"],
            ["岬", "10", "8", "12"],
            [None, "11", "9", "13"],
        ],
        widths=(100, 80, 80, 80),
    )
    assert rows(read(pdf.bytes())) == [
        ["工場", "2022年 生産", "2022年 出荷", "2023年 生産"],
        ["岬", "10", "8", "12"],
        ["岬", "11", "9", "13"],
    ]


def test_lines_of_a_cell_are_joined() -> None:
    pdf = PdfMaker()
    pdf.table(
        [
            ["項目", "説明"],
            ["主軸", "毎分三万回で回る軸で、温度を測\nる装置が付く。"],
            ["工場", "岬\n北浜"],
        ],
        widths=(100, 140),
    )
    assert rows(read(pdf.bytes()))[1:] == [
        ["主軸", "毎分三万回で回る軸で、温度を測る装置が付く。"],
        ["工場", "岬 北浜"],
    ]


def test_a_table_of_labels_and_values_has_no_headings() -> None:
    pdf = PdfMaker()
    pdf.table(
        [["商号", "海晴精機株式会社"], ["代表", "汐見 航"], ["所在", "岬市港町"]], widths=(80, 200)
    )
    report = read(pdf.bytes())
    assert report.tables[0].header == ()
    assert rows(report)[0] == ["商号", "海晴精機株式会社"]


def test_a_table_that_goes_on_over_the_page_is_one() -> None:
    pdf = PdfMaker()
    head = ["番号", "設備", "台数"]
    pdf.paragraph("表2　設備の一覧", indent=8)
    pdf.table([head, *[[f"A{number}", "研削盤", str(number)] for number in range(1, 20)]])
    pdf.page()
    pdf.table([head, *[[f"B{number}", "旋盤", str(number)] for number in range(1, 4)]])
    report = read(pdf.bytes())
    (table,) = report.tables
    assert len(table.rows) == 22
    assert rows(report)[0] == head
    assert [row[0] for row in rows(report)].count("番号") == 1


def test_a_table_with_rules_across_only_has_columns_where_the_gaps_are() -> None:
    pdf = PdfMaker()
    lines = [
        ("項目", "2022年", "2023年"),
        ("売上高", "308", "320"),
        ("営業利益", "21", "24"),
        ("研究費", "12", "15"),
    ]
    for number, cells in enumerate(lines):
        for column_number, cell in enumerate(cells):
            pdf.text(LEFT + 120 * column_number, 164 + 18 * number, cell, size=9)
    for y in (150, 169, 223):
        pdf.rule(LEFT, y, LEFT + 320, y)
    assert rows(read(pdf.bytes())) == [list(cells) for cells in lines]


def test_a_box_around_text_is_no_table() -> None:
    pdf = PdfMaker()
    pdf.box(LEFT - 10, 70, WIDTH - 60, 300)
    pdf.paragraph(TEXT)
    assert blocks(read(pdf.bytes())) == [("paragraph", TEXT)]


def test_the_rules_of_a_chart_are_no_table() -> None:
    pdf = PdfMaker()
    for step in range(5):
        pdf.rule(100, 150 + 30 * step, 300, 150 + 30 * step)
        pdf.rule(100 + 50 * step, 150, 100 + 50 * step, 270)
        pdf.text(80, 153 + 30 * step, str(100 - 20 * step), size=8)
    for step in range(2):
        pdf.text(110 + 50 * step, 230 - 30 * step, str(30 + 25 * step), size=8)
    pdf.y = 320
    pdf.paragraph(TEXT)
    assert read(pdf.bytes()).tables == ()


# lists


def test_lists_keep_labels_and_depth_and_wrapped_items_are_whole() -> None:
    pdf = PdfMaker()
    pdf.paragraph(SENTENCES[0])
    pdf.paragraph("・" + SENTENCES[1] + SENTENCES[2], indent=0, hanging=1)
    pdf.paragraph("・" + SENTENCES[3], indent=0, hanging=1)
    pdf.paragraph("①岬の工場では、部品を共通にする。", indent=2)
    pdf.paragraph("②北浜の工場では、鋼材をまとめて買う。", indent=2)
    pdf.paragraph("・以上の二つを進める。", indent=0)
    report = read(pdf.bytes())
    assert [(b.span.within(report.text), b.depth, b.label) for b in report.blocks[1:]] == [
        (SENTENCES[1] + SENTENCES[2], 0, ""),
        (SENTENCES[3], 0, ""),
        ("岬の工場では、部品を共通にする。", 1, "①"),
        ("北浜の工場では、鋼材をまとめて買う。", 1, "②"),
        ("以上の二つを進める。", 0, ""),
    ]


def test_bullets_below_a_number_are_its_own_and_numbers_below_bullets_begin_anew() -> None:
    pdf = PdfMaker()
    pdf.paragraph(SENTENCES[0])
    for item in ("①主軸を測る。", "・温度を測る。", "・回転を測る。", "②歯車を測る。"):
        pdf.paragraph(item, indent=1)
    report = read(pdf.bytes())
    assert [block.depth for block in report.blocks[1:]] == [0, 1, 1, 0]


def test_numbered_items_one_below_the_other_are_a_list_and_no_headings() -> None:
    pdf = PdfMaker()
    pdf.paragraph("調べたのは次の三つである。")
    for item in ("1. 主軸の温度", "2. 歯車の音", "3. 鋼材の値段"):
        pdf.paragraph(item, indent=1)
    pdf.paragraph(TEXT)
    assert [kind for kind, _ in blocks(read(pdf.bytes()))] == [
        "paragraph",
        *["list_item"] * 3,
        "paragraph",
    ]


def test_a_shape_drawn_before_a_line_is_its_bullet() -> None:
    pdf = PdfMaker()
    pdf.paragraph(SENTENCES[0])
    for name in ("主軸の研究", "歯車の研究"):
        pdf.canvas.circle(LEFT + 4, HEIGHT - pdf.y + 3.5, 2, stroke=0, fill=1)
        pdf.text(LEFT + 14, pdf.y, name)
        pdf.y += LEADING
    assert blocks(read(pdf.bytes()))[1:] == [
        ("list_item", "主軸の研究"),
        ("list_item", "歯車の研究"),
    ]


# footnotes and marks


def test_raised_figures_are_marks_that_lead_to_the_notes_at_the_foot() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 100, "海晴精機の主軸は国内で最も多く使われている")
    end = LEFT + 21 * SIZE
    pdf.text(end, 96, "1", size=6)
    pdf.text(end + 4, 100, "。")
    pdf.y = 118
    pdf.paragraph(TEXT)
    pdf.text(LEFT, 720, "1", size=5)
    pdf.text(
        LEFT + 5, 723, "岬市工業会「機械の台数に関する調査」による。なお、賃貸の機械は", size=8
    )
    pdf.text(LEFT + 5, 735, "含めていない。", size=8)
    report = read(pdf.bytes())
    (mark,) = report.marks
    assert report.text[: mark.position].endswith("使われている")
    assert blocks(report)[-1] == (
        "note",
        "岬市工業会「機械の台数に関する調査」による。なお、賃貸の機械は含めていない。",
    )
    assert report.references[0].number == mark.number == 1
    assert report.blocks[-1].page == 1


def test_a_raised_figure_after_a_unit_is_an_exponent() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 100, "工場の広さは3,200m")
    pdf.text(LEFT + 6 * SIZE + pdfmetrics.stringWidth("3,200m", MINCHO, SIZE), 96, "2", size=6)
    pdf.text(LEFT + 6 * SIZE + pdfmetrics.stringWidth("3,200m", MINCHO, SIZE) + 5, 100, "である。")
    report = read(pdf.bytes())
    assert (texts(report), report.marks) == (["工場の広さは3,200m²である。"], ())


def test_a_note_with_a_sign_of_its_own_is_an_entry_of_that_name() -> None:
    pdf = PdfMaker()
    pdf.paragraph("主軸の台数は八百を超えた（注1）。" + TEXT)
    pdf.text(LEFT, 700, "（注1）二〇二四年三月末の台数で、試作の機械を除く。", size=8)
    report = read(pdf.bytes())
    assert [(mark.label) for mark in report.marks] == ["注1"]
    assert [(ref.series, ref.number) for ref in report.references] == [("注", 1)]


def test_entries_of_a_source_list_are_references() -> None:
    pdf = chaptered()
    pdf.heading("参考文献", size=16)
    pdf.paragraph("[1] 岬市工業会『機械年鑑』、二〇二三年", indent=0)
    pdf.paragraph("[2] 海晴精機『技報』 https://example.com/gihou", indent=0)
    report = read(pdf.bytes())
    assert [(entry.number, entry.url) for entry in report.references] == [
        (1, None),
        (2, "https://example.com/gihou"),
    ]


# ruby and vertical text


def test_ruby_is_kept_out_of_the_line_and_told() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 100, "主軸を研ぐ砥石は岬市で焼かれている。")
    pdf.text(LEFT + 5 * SIZE, 90, "といし", size=5)
    report = read(pdf.bytes())
    assert texts(report) == ["主軸を研ぐ砥石は岬市で焼かれている。"]
    (warning,) = warnings(report, "ruby")
    assert warning.details == {"base": "砥石", "ruby": "といし"}


def vertical(pdf: PdfMaker, text: str, length: int = 24) -> None:
    x = WIDTH - 90
    for line in wrapped(text, length):
        for number, character in enumerate(line):
            pdf.text(x, 100 + SIZE * number, character)
        x -= LEADING


def test_vertical_text_set_character_by_character_is_read_down_and_leftwards() -> None:
    pdf = PdfMaker()
    vertical(pdf, TEXT)
    report = read(pdf.bytes())
    assert texts(report) == [TEXT]
    (warning,) = warnings(report, "vertical_text")
    assert warning.details == {"page": 1}


def test_vertical_text_set_with_a_font_for_it_is_read_alike() -> None:
    name = UnicodeCIDFont(MINCHO, isVertical=True)
    pdf = PdfMaker()
    pdfmetrics.registerFont(name)
    try:
        for number, line in enumerate(wrapped(TEXT, 24)):
            pdf.text(WIDTH - 90 - LEADING * number, 100, line)
        raw = pdf.bytes()
    finally:
        pdfmetrics.registerFont(UnicodeCIDFont(MINCHO))
    report = read(raw)
    assert texts(report) == [TEXT]
    assert len(warnings(report, "vertical_text")) == 1


def test_figures_side_by_side_in_a_vertical_line_stay_in_order() -> None:
    pdf = PdfMaker()
    x, y = WIDTH - 90.0, 100.0
    for character in ["平", "成", "12", "年", "に", "岬", "の", "港", "へ", "移", "っ", "た", "。"]:
        pdf.text(x, y, character)
        y += SIZE
    assert texts(read(pdf.bytes())) == ["平成12年に岬の港へ移った。"]


# what nobody can see


@pytest.mark.parametrize(
    "hide",
    [
        lambda pdf: pdf.text(LEFT, 300, "隠した語句である", colour=(1, 1, 1)),
        lambda pdf: pdf.text(LEFT, 300, "隠した語句である", size=1),
        lambda pdf: pdf.text(LEFT, -30, "隠した語句である"),
        lambda pdf: pdf.text(WIDTH + 40, 300, "隠した語句である"),
        lambda pdf: pdf.text(LEFT, 300, "隠した語句である", pen=3),
        lambda pdf: (
            pdf.box(LEFT, 285, LEFT + 100, 305, fill=(0, 0, 0)),
            pdf.text(LEFT, 300, "隠した語句である"),
        ),
    ],
    ids=["white", "tiny", "above", "beside", "invisible", "blackened"],
)
def test_text_that_cannot_be_seen_is_left_out_and_told(hide: Callable[[PdfMaker], object]) -> None:
    pdf = PdfMaker()
    pdf.paragraph(TEXT)
    hide(pdf)
    report = read(pdf.bytes())
    assert texts(report) == [TEXT]
    (warning,) = warnings(report, "hidden_text")
    assert str(warning.details["found"]).startswith("隠した語句")
    assert re.search(r"[ぁ-ん一-龠]", str(warning.details["reason"]))


def test_white_text_on_a_dark_band_is_read() -> None:
    pdf = PdfMaker()
    pdf.box(LEFT, 85, WIDTH - 70, 105, fill=(0.1, 0.2, 0.4))
    pdf.text(LEFT + 5, 100, "生産の状況について", colour=(1, 1, 1))
    pdf.y = 140
    pdf.paragraph(TEXT)
    report = read(pdf.bytes())
    assert "生産の状況について" in [report.title, *texts(report)]
    assert warnings(report, "hidden_text") == []


def picture(shade: int = 220) -> ImageReader:
    return ImageReader(Image.new("RGB", (40, 40), (shade, shade, shade)))


def test_text_that_was_read_by_ocr_over_a_picture_is_content() -> None:
    pdf = PdfMaker()
    pdf.paragraph(TEXT)
    raw = PdfMaker()
    raw.canvas.drawImage(picture(), 0, 0, WIDTH, HEIGHT)
    for number, line in enumerate(wrapped(TEXT, 42)):
        raw.text(LEFT, 100 + LEADING * number, line, pen=3)
    report = read(raw.bytes())
    assert texts(report) == [TEXT]
    assert report.warnings == ()


def test_a_page_that_is_a_picture_is_told() -> None:
    pdf = PdfMaker()
    pdf.paragraph(TEXT)
    pdf.page()
    pdf.canvas.drawImage(picture(), 0, 0, WIDTH, HEIGHT)
    report = read(pdf.bytes())
    (warning,) = warnings(report, "page_without_text")
    assert (warning.details, warning.page) == ({"page": 2}, 2)


# files that cannot be read


def encrypted(raw: bytes, user: str, owner: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(raw)))
    writer.encrypt(user_password=user, owner_password=owner, algorithm="AES-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_file_with_a_password_is_refused() -> None:
    pdf = PdfMaker()
    pdf.paragraph(TEXT)
    with pytest.raises(PasswordNeeded, match=r"報告\.pdf"):
        read(encrypted(pdf.bytes(), "himitsu", "shuin"))


def test_a_file_that_only_its_owner_may_change_is_read() -> None:
    pdf = PdfMaker()
    pdf.paragraph(TEXT)
    assert texts(read(encrypted(pdf.bytes(), "", "shuin"))) == [TEXT]


def whole() -> bytes:
    pdf = PdfMaker()
    for _ in range(3):
        pdf.paragraph(TEXT)
        pdf.page()
    return pdf.bytes()


@pytest.mark.parametrize(
    "raw",
    [b"", b"%PDF-1.4\n", b"<html></html>", b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"%%EOF"],
    ids=["empty", "head only", "no pdf", "garbage"],
)
def test_what_is_no_pdf_is_refused(raw: bytes) -> None:
    with pytest.raises(FileBroken, match="PDF"):
        read(raw)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.97])
def test_a_file_that_was_cut_off_is_refused(kept: float) -> None:
    raw = whole()
    with pytest.raises(FileBroken, match="報告"):
        read(raw[: int(len(raw) * kept)])


def test_a_file_that_lost_only_its_last_lines_is_refused_too() -> None:
    raw = whole()
    with pytest.raises(FileBroken, match="報告"):
        read(raw[: raw.rindex(b"startxref")])


@pytest.mark.parametrize("seed", range(30))
def test_damage_anywhere_in_a_file_is_a_read_error_or_none(seed: int) -> None:
    raw = bytearray(whole())
    step = len(raw) // 31
    raw[seed * step : seed * step + 40] = bytes(40)
    try:
        report = read(bytes(raw))
    except ReadError:
        return
    assert report.blocks


def test_a_file_of_pictures_has_no_text_layer() -> None:
    pdf = PdfMaker()
    for _ in range(2):
        pdf.canvas.drawImage(picture(), 0, 0, WIDTH, HEIGHT)
        pdf.page()
    with pytest.raises(NoTextLayer, match="2"):
        read(pdf.bytes())


def with_content(content: bytes) -> bytes:
    """A file whose only page is drawn by the given instructions, packed."""
    pdf = PdfMaker()
    pdf.text(LEFT, 100, "目印")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf.bytes())))
    page = writer.pages[0]
    contents = page.get_contents()
    assert contents is not None
    contents.set_data(contents.get_data() + content)
    page.replace_contents(contents)
    for written in writer.pages:
        written.compress_content_streams()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_page_with_thousands_of_rules_is_read_without_tables() -> None:
    rules = b"".join(b"10 %d m 500 %d l S " % (y % 800, y % 800) for y in range(50_000))
    report = read(with_content(rules))
    assert texts(report) == ["目印"]
    assert "表" in str(warnings(report, "left_out")[0].details["what"])


def test_a_page_with_a_million_characters_is_read_in_part() -> None:
    report = read(with_content(b"BT /F1 10 Tf 50 50 Td " + b"(" + b"a" * 1_000_000 + b") Tj ET"))
    assert "目印" in report.text
    assert "文字" in str(warnings(report, "left_out")[0].details["what"])


def test_instructions_that_unpack_to_gigabytes_are_refused() -> None:
    with pytest.raises(UnpacksTooLarge, match=r"報告\.pdf"):
        read(with_content(b" " * 200_000_000))


def test_reading_prints_nothing_and_loads_pdfminer_only_when_it_is_needed() -> None:
    code = (
        "import sys, ipqa.reports.pdf.document\n"
        "assert 'pdfminer' not in sys.modules\n"
        "from pathlib import Path\n"
        "from ipqa.reports.builder import ReportBuilder\n"
        "ipqa.reports.pdf.document.read_pdf(sys.stdin.buffer.read(), ReportBuilder(), Path('a.pdf'))\n"
    )
    done = subprocess.run(  # the child must begin without any module loaded
        [sys.executable, "-c", code], input=whole(), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_heads_and_feet_that_the_file_marks_as_such_are_left_out_even_of_one_page() -> None:
    mark = b"/Artifact <</Type /Pagination /Subtype /Footer>> BDC BT /F1 9 Tf 200 20 Td (draft four) Tj ET EMC"
    report = read(with_content(mark))
    assert texts(report) == ["目印"]
    assert warnings(report, "page_furniture")[0].details == {"count": 1, "found": "draft four"}


def test_characters_without_a_meaning_are_shown_as_such_and_counted() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 100, "部品の番号は")
    raw = pdf.bytes()
    assert b"/UniJIS-UCS2-H" in raw
    report = read(
        raw.replace(b"/UniJIS-UCS2-H", b"/Identity-H   ").replace(b"(Japan1)", b"(Nihon1)")
    )
    assert set(report.text.strip()) == {"〓"}
    assert "6字" in str(warnings(report, "left_out")[0].details["what"])


def test_pages_share_a_budget_of_instructions() -> None:
    document = PDFDocument(PDFParser(io.BytesIO(whole())))
    reader = PageReader(budget=1_000)
    contents = [reader.read(page) for page in PDFPage.create_pages(document)]
    assert [bool(content.glyphs) for content in contents] == [True, False, False]
    assert [bool(content.cut) for content in contents] == [False, True, True]


def test_widths_of_characters_that_no_font_has_are_left_out() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 100, "部品の番号は七である。")
    raw = pdf.bytes()
    assert b"/W [ 1 [ 250 333 408 500 ]" in raw
    report = read(raw.replace(b"/W [ 1 [ 250 333 408 500 ]", b"/W [ 1 9999999999 500     "))
    assert texts(report) == ["部品の番号は七である。"]


def test_bookmarks_that_are_broken_are_left_out() -> None:
    pdf = PdfMaker()
    pdf.text(LEFT, 100, "部品の番号は七である。")
    pdf.canvas.bookmarkPage("a")
    pdf.canvas.addOutlineEntry("章", "a")
    raw = re.sub(
        rb"/First \d+ 0 R ", lambda found: b"/First" + b" " * (len(found[0]) - 6), pdf.bytes()
    )
    assert texts(read(raw)) == ["部品の番号は七である。"]
