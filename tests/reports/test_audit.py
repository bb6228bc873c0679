"""An audit finds what marks and source lists have against each other, and nothing in good ones."""

import pytest

from ipqa.reports import read_report
from ipqa.reports.audit import FindingCode, audit, heading
from ipqa.reports.builder import ReportBuilder
from ipqa.reports.model import Report
from tests.parts import ROOT


def report(text: str, own: list[str], whole: list[str]) -> Report:
    builder = ReportBuilder()
    builder.heading("方針", 1)
    builder.paragraph(text)
    for title, level, entries in (("当章の参考資料", 2, own), ("参考資料リスト(全体)", 1, whole)):
        if entries:
            builder.heading(title, level)
            for number, entry in enumerate(entries, start=1):
                builder.reference(number, entry)
    return builder.build(title="題").named("r", "r.md")


def found(read: Report) -> dict[FindingCode, list[list[str]]]:
    findings = audit(read).findings
    return {
        code: [finding.numbers for finding in findings if finding.code == code]
        for code in dict.fromkeys(finding.code for finding in findings)
    }


def test_a_report_in_order_has_no_findings() -> None:
    read = report("公開した¹。集めた²。", [], ["甲社 https://example.com/a", "乙社「年報」"])
    assert audit(read).findings == []
    assert audit(read).marks == {"resolved": 2, "ambiguous": 0, "missing": 0}


def test_marks_without_an_entry_and_entries_without_a_mark_are_found() -> None:
    read = report("公開した³。集めた³。", [], ["甲社"])
    assert found(read) == {"mark_without_entry": [["3"]], "entry_without_mark": [["1"]]}


def test_a_page_under_many_numbers_is_found_with_all_of_them() -> None:
    page = "https://example.com/a"
    read = report("公開した¹ ² ³。", [], [page, "乙社 https://example.com/b", page])
    assert found(read) == {"page_under_many_numbers": [["1", "3"]]}


@pytest.mark.parametrize(
    "note",
    [
        "この出典は未確認",
        "URLは後で調べる。ひとまず甲社の頁を挙げておく。",
        "The source was not given, so I will cite the page that is nearest. https://example.com/a",
    ],
)
def test_an_entry_that_is_a_note_of_the_author_is_found(note: str) -> None:
    read = report("公開した¹ ²。", [], ["乙社「年報2024」 https://example.com/b", note])
    assert found(read) == {"entry_is_no_source": [["2"]]}


@pytest.mark.parametrize(
    "entry",
    [
        "Nissan Ambition 2030: vision to empower mobility and beyond",
        "Smith, J. (2020). What is a patent? Journal of It. https://example.com/c",
        "青海水産「沿革」https://example.com/history",
        "特許庁「特許行政年次報告書2024年版」",
    ],
)
def test_titles_are_not_taken_for_notes(entry: str) -> None:
    assert found(report("公開した¹。", [], [entry])) == {}


def test_lists_that_do_not_agree_are_found_by_chapter_and_number() -> None:
    read = report("公開した¹。集めた³。", ["甲社", "乙社"], ["甲社", "丙社", "丁社"])
    assert found(read)["page_not_in_chapter_list"] == [["3"]]
    both = report("公開した¹。", ["甲社"], ["乙社"])
    assert found(both)["page_not_in_chapter_list"] == [["1"]]


def test_every_kind_of_finding_is_told_in_both_languages() -> None:
    read = report("公開した³。", [], ["甲社"])
    for finding in audit(read).findings:
        assert finding.message != finding.message_en
        assert finding.numbers[0] in finding.message
        assert heading(finding.code, "ja") != heading(finding.code, "en")


def test_the_report_that_ships_is_in_order() -> None:
    shipped = read_report(ROOT / "corpus" / "nissan-ip-strategy.md", max_bytes=10**6)
    assert audit(shipped).findings == []


@pytest.mark.real_report
def test_the_faults_of_the_real_report_are_found(real_report: Report) -> None:
    result = audit(real_report)
    assert sum(result.marks.values()) == len(real_report.marks)
    findings = {code: [f for f in result.findings if f.code == code] for code in result.counts()}
    (note,) = findings["entry_is_no_source"]
    assert note.numbers == ["8"]
    (eleven,) = [f for f in findings["mark_for_several_subjects"] if f.numbers == ["11"]]
    assert "ASSB" in eleven.message
    assert "SDV" in eleven.message
    repeated = {len(finding.numbers) for finding in findings["page_under_many_numbers"]}
    assert max(repeated) == 9  # 競合比較: the ranking of applicants, nine times over
