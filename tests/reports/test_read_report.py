import hashlib
import os
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ipqa.errors import EmptyReport, FileMissing, FileTooLarge, FileUnreadable, NotText, ReadError
from ipqa.passages import split_report
from ipqa.reports import is_report_file, read_report
from ipqa.reports.model import Report
from ipqa.reports.sources import SourceIndex
from tests.pdf_maker import PdfMaker
from tests.reports.soundness import assert_sound

PLENTY = 1_000_000

TEXT = """\
青葉電機の規格戦略

方針と背景

青葉電機は規格を公開した¹。

参考資料

1. 甲社 https://example.com/a
"""


def written(path: Path, text: str, codec: str = "utf-8") -> Path:
    path.write_bytes(text.encode(codec))
    return path


# any file


def test_a_report_is_named_after_its_file(tmp_path: Path) -> None:
    path = written(tmp_path / "青葉電機 規格（２０２４）.txt", TEXT)
    report = read_report(path, max_bytes=PLENTY)
    assert report.id == "青葉電機-規格-2024"
    assert report.source == path.name
    assert report.title == "青葉電機の規格戦略"
    assert report.digest == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["規格.txt", "A B.md", "(１).txt", "..md", "x__y.TXT", "ｶﾞ.txt"])
def test_an_id_fits_into_an_address(name: str, tmp_path: Path) -> None:
    report = read_report(
        written(tmp_path / name, "本文です。\n\n続きの本文です。"), max_bytes=PLENTY
    )
    assert re.fullmatch(r"[\w-]+", report.id)
    assert report.id == report.id.lower()


def test_a_report_without_a_title_takes_its_files_name(tmp_path: Path) -> None:
    assert (
        read_report(written(tmp_path / "覚書.md", "本文です。"), max_bytes=PLENTY).title == "覚書"
    )


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "cp932"])
def test_a_report_reads_the_same_in_every_encoding(codec: str, tmp_path: Path) -> None:
    text = TEXT.replace("¹", "[1]")
    one = read_report(written(tmp_path / "a.txt", text), max_bytes=PLENTY)
    other = read_report(written(tmp_path / "b.txt", text, codec), max_bytes=PLENTY)
    assert (one.text, one.blocks, one.marks) == (other.text, other.blocks, other.marks)
    assert one.digest != other.digest


def test_line_ends_make_no_difference(tmp_path: Path) -> None:
    one = read_report(written(tmp_path / "a.txt", TEXT), max_bytes=PLENTY)
    other = read_report(written(tmp_path / "b.txt", TEXT.replace("\n", "\r\n")), max_bytes=PLENTY)
    assert (one.text, one.blocks) == (other.text, other.blocks)


def test_the_same_file_is_read_the_same_way_twice(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", TEXT)
    assert read_report(path, max_bytes=PLENTY) == read_report(path, max_bytes=PLENTY)


def test_markdown_is_told_by_the_end_of_the_name(tmp_path: Path) -> None:
    text = "# 規格戦略\n\n規格を**公開**した。\n"
    for name in ("a.md", "a.MD", "a.markdown"):
        assert read_report(written(tmp_path / name, text), max_bytes=PLENTY).title == "規格戦略"
    assert read_report(written(tmp_path / "a.txt", text), max_bytes=PLENTY).title != "規格戦略"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.markdown", "報告.TXT"])
def test_texts_and_markdown_are_taken_for_reports(name: str) -> None:
    assert is_report_file(Path("corpus") / name)


@pytest.mark.parametrize("name", [".a.txt", ".md", "~$a.docx", "a.xlsx", "a", "a.txt~", "README"])
def test_other_files_are_not(name: str) -> None:
    assert not is_report_file(Path("corpus") / name)


# files that cannot be read


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="missing"):
        read_report(tmp_path / "missing.txt", max_bytes=PLENTY)


def test_a_folder_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable):
        read_report(tmp_path, max_bytes=PLENTY)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", TEXT)
    path.chmod(0)
    with pytest.raises(FileUnreadable):
        read_report(path, max_bytes=PLENTY)


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", TEXT)
    size = path.stat().st_size
    assert read_report(path, max_bytes=size).text
    with pytest.raises(FileTooLarge) as caught:
        read_report(path, max_bytes=size - 1)
    assert (caught.value.details["size"], caught.value.details["limit"]) == (size, size - 1)


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize("text", ["", "\n\n \u00a0\n", "\ufeff"])
def test_a_file_without_text_is_told(name: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(EmptyReport):
        read_report(written(tmp_path / name, text), max_bytes=PLENTY)


def test_headings_and_sources_alone_make_no_report(tmp_path: Path) -> None:
    with pytest.raises(EmptyReport):
        read_report(written(tmp_path / "a.md", "# 題\n\n## 方針\n"), max_bytes=PLENTY)


def test_a_binary_file_is_refused_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with pytest.raises(NotText):
        read_report(path, max_bytes=PLENTY)


# any text

SCRAPS = [
    *["\n", "\n", "\n\n", "\n\n", "\n\n", "\n\u00a0\n", "\u3000", "  ", "    ", "\t"],
    *["• ", "- ", "1. ", "① ", "(1) ", "1-1. ", "第2章 ", "# ", "## ", "> ", "**", "`", "| "],
    *["|--|--|\n", "表2 ", "【表1】", "参考資料", "当章の参考資料", "参考資料リスト(全体)"],
    *[
        "電池",
        "規格の方針",
        "方針です。",
        "と書いた。",
        "短期",
        "4位",
        "甲 乙 丙",
        "、",
        "「",
        "」",
    ],
    *["¹²", "[3]", "[^1]", "m²", "無料購読へ", "【本レポートについて】", "https://example.com/a"],
]


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@settings(max_examples=75, deadline=None)
@given(text=st.lists(st.sampled_from(SCRAPS), max_size=40).map("".join))
@example(text="表1 電池\n\n" + "\n\n".join("甲乙丙丁戊己庚辛"))
def test_whatever_is_read_is_read_soundly(
    name: str, text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = written(tmp_path_factory.getbasetemp() / name, text)
    try:
        report = read_report(path, max_bytes=PLENTY)
    except ReadError:
        return
    assert_sound(report)


@pytest.mark.parametrize("space", ["\f", "\v", "\u2003", "\u2028"])
def test_a_page_break_between_paragraphs_is_white_space(space: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", f"{TEXT}\n{space}\n\n• 部品を減らす\n")
    report = read_report(path, max_bytes=PLENTY)
    split_report(report, 250)
    assert all(block.span.within(report.text).strip() for block in report.blocks)


# the real report

SECTIONS_OF_CHAPTERS = [4, 4, 5, 4, 5, 5, 4, 4, 3]
PAGE_MATTER = ["無料", "購読", "メール講座", "お客様の声", "ダウンロード"]


@pytest.mark.real_report
def test_nine_chapters_of_the_real_report_hold_their_numbered_sections(real_report: Report) -> None:
    chapters: dict[str, list[str]] = {}
    for section in real_report.sections:
        if match := re.match(r"\d-\d\.", section.title):
            assert section.level == 2
            chapters.setdefault(section.path[0], []).append(match.group())
    assert list(chapters.values()) == [
        [f"{chapter}-{number}." for number in range(1, count + 1)]
        for chapter, count in enumerate(SECTIONS_OF_CHAPTERS, start=1)
    ]
    levels = {s.title: s.level for s in real_report.sections[1:] if s.path == (s.title,)}
    assert [levels[title] for title in chapters] == [1] * 9
    assert {"背景と基本方針", "全体像と組織体制", "競合比較"} <= set(chapters)


@pytest.mark.real_report
def test_each_chapter_of_the_real_report_has_its_own_source_list(real_report: Report) -> None:
    owners = {real_report.section_path(r.section)[0] for r in real_report.references}
    chapters = {s.path[0] for s in real_report.sections if re.match(r"\d-1\.", s.title)}
    assert chapters <= owners


@pytest.mark.real_report
def test_the_tables_of_the_real_report_are_put_back(real_report: Report) -> None:
    shapes = [
        (
            len(table.header),
            len(table.rows),
            sum(cell is None for row in table.rows for cell in row),
        )
        for table in real_report.tables
    ]
    assert shapes == [(6, 4, 0), (5, 5, 2)]
    assert [w.code for w in real_report.warnings].count("lost_cell") == 2
    first, second = real_report.tables
    assert [cell.within(real_report.text) for cell in first.header][:3] == [
        "比較軸",
        "日産自動車",
        "トヨタ自動車",
    ]
    assert [cell.within(real_report.text) for cell in second.header] == [
        "リスク分類",
        "具体的内容",
        "発生時期",
        "影響度",
        "関連資料",
    ]
    terms = [row[2].within(real_report.text) for row in second.rows if row[2]]
    assert terms == ["短期", "中期", "中期", "中・長期", "長期"]


@pytest.mark.real_report
def test_the_real_reports_list_for_the_whole_has_thirty_entries(real_report: Report) -> None:
    whole = [r for r in real_report.references if r.scope == "report"]
    assert [r.number for r in whole] == list(range(1, 31))
    assert all(r.url for r in whole)
    assert not any(
        source.status == "missing"
        for mark in real_report.marks
        for source in SourceIndex(real_report).of(mark)
    )


@pytest.mark.real_report
def test_nothing_of_the_page_around_the_real_report_is_left_in_it(real_report: Report) -> None:
    for block in real_report.blocks:
        if block.kind != "reference":
            assert not any(word in block.span.within(real_report.text) for word in PAGE_MATTER)


@pytest.mark.real_report
def test_every_citation_from_the_real_report_leads_to_its_text(real_report: Report) -> None:
    assert_sound(real_report)
    passages, sentences = split_report(real_report, 250)
    index = SourceIndex(real_report)
    for sentence in sentences:
        assert real_report.blocks[sentence.block].span.covers(sentence.span)
        assert passages[sentence.passage].span.covers(sentence.span)
        assert sentence.span.within(real_report.text).strip()
        index.behind(sentence.span)


@pytest.mark.real_report
def test_no_mark_is_left_in_the_sentences_of_the_real_report(real_report: Report) -> None:
    for block in real_report.blocks:
        if block.kind in {"heading", "paragraph", "list_item"}:
            assert not re.search(r"[⁰¹²³⁴-⁹]|\*\*", block.span.within(real_report.text))


@pytest.mark.real_report
def test_the_real_report_is_read_the_same_way_twice(
    real_report: Report, real_report_path: Path
) -> None:
    assert read_report(real_report_path, max_bytes=50_000_000) == real_report


@pytest.mark.real_report
def test_the_damaged_dates_of_the_real_report_are_noticed(real_report: Report) -> None:
    noticed = {d.span.within(real_report.text): d.readings for d in real_report.damages}
    assert noticed["202111月"] == ("2021年11月",)
    assert noticed["2025115日"] == ("2025年11月5日", "2025年1月15日")
    assert "平成30年12月3日" in noticed["平成30123日"]
    assert len(noticed) >= 14


def test_the_content_decides_how_a_file_is_read_whatever_its_name(tmp_path: Path) -> None:
    page = "<!DOCTYPE html><html><body><h1>頁の題</h1><p>頁の本文である。</p></body></html>"
    pdf = PdfMaker()
    pdf.paragraph("PDFの本文である。")
    printed = pdf.bytes()
    for name, raw, text in (
        ("page.txt", page.encode(), "頁の本文である。"),
        ("page.html", page.encode("cp932"), "頁の本文である。"),
        ("file.txt", printed, "PDFの本文である。"),
        ("file.docx", printed, "PDFの本文である。"),
    ):
        (tmp_path / name).write_bytes(raw)
        report = read_report(tmp_path / name, max_bytes=10**6)
        assert report.text == f"{text}\n"
        assert (report.id, report.source) == (name.partition(".")[0], name)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.docx", b"PK\x03\x04" + b"\0" * 99),
        ("a.pdf", b"%PDF-1.7 nothing"),
        ("a.pptx", b"PK\x03\x04"),
    ],
)
def test_a_file_of_a_known_format_that_is_broken_is_told(
    tmp_path: Path, name: str, raw: bytes
) -> None:
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(ReadError, match=name):
        read_report(tmp_path / name, max_bytes=10**6)
