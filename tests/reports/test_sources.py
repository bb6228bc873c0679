"""A mark leads to the entry that it names, or says why none is certain."""

from ipqa.reports.builder import ReportBuilder
from ipqa.reports.model import Report, Span
from ipqa.reports.sources import SourceIndex


def report(
    chapters: dict[str, tuple[str, list[str]]],
    whole: list[str] | None = None,
    beside: list[str] | None = None,
) -> Report:
    """Chapters of one paragraph and a list of their own each, and lists for all of them."""
    builder = ReportBuilder()
    for title, (text, own) in chapters.items():
        builder.heading(title, 1)
        builder.paragraph(text)
        if own:
            builder.heading("当章の参考資料", 2)
            for number, entry in enumerate(own, start=1):
                builder.reference(number, entry)
    for heading, entries in (("参考資料リスト(全体)", whole), ("引用文献", beside)):
        if entries:
            builder.heading(heading, 1)
            for number, entry in enumerate(entries, start=1):
                builder.reference(number, entry)
    return builder.build(title="題")


def leads_to(read: Report) -> list[list[tuple[str, str, str]]]:
    index = SourceIndex(read)
    return [[(s.mark, s.title, s.status) for s in index.of(mark)] for mark in read.marks]


def test_a_mark_that_fits_one_entry_is_resolved() -> None:
    read = report({"方針": ("規格を公開した²。", [])}, whole=["甲社", "乙社"])
    assert leads_to(read) == [[("2", "乙社", "resolved")]]


def test_a_chapter_with_its_own_list_alone_is_followed() -> None:
    read = report({"方針": ("公開した¹。", ["甲社"]), "体制": ("集めた¹。", ["乙社"])})
    assert leads_to(read) == [[("1", "甲社", "resolved")], [("1", "乙社", "resolved")]]


def test_a_mark_that_fits_the_chapter_and_the_whole_is_ambiguous_and_names_both() -> None:
    read = report({"方針": ("公開した¹。", ["甲社"])}, whole=["乙社"])
    assert leads_to(read) == [[("1", "乙社", "ambiguous"), ("1", "甲社", "ambiguous")]]


def test_two_lists_that_agree_leave_no_doubt() -> None:
    address = "https://example.com/a"
    read = report({"方針": ("公開した¹。", [f"甲社 {address}"])}, whole=[f"甲社の頁 {address}"])
    (source,) = SourceIndex(read).of(read.marks[0])
    assert (source.mark, source.url, source.status) == ("1", address, "resolved")


def test_a_chapter_with_a_mark_beyond_its_own_list_follows_the_whole_one() -> None:
    read = report(
        {"方針": ("公開した¹。集めた³。", ["戊社", "丙社"])}, whole=["丙社", "丁社", "戊社"]
    )
    assert leads_to(read) == [[("1", "丙社", "resolved")], [("3", "戊社", "resolved")]]


def test_a_page_that_the_chapters_own_list_does_not_name_is_in_doubt() -> None:
    read = report(
        {"方針": ("公開した¹。集めた³。", ["丙社", "乙社"])}, whole=["丙社", "丁社", "戊社"]
    )
    assert leads_to(read) == [[("1", "丙社", "resolved")], [("3", "戊社", "ambiguous")]]


def test_a_sentence_on_the_subject_of_doubtful_uses_is_in_doubt_itself() -> None:
    read = report(
        {
            "電池": ("乾式電極を試した³。乾式電極を量産する³。塗工を改めた¹。", ["甲社", "乙社"]),
            "概要": ("乾式電極に賭ける³。自動運転は遅れた³。採用は増えた¹。販路を広げた¹。", []),
        },
        whole=["甲社", "丁社", "丙社"],
    )
    index = SourceIndex(read)
    found = {
        read.text[: mark.position].rsplit("\n", 1)[-1].rsplit("。", 1)[-1]: index.of(mark)[0].status
        for mark in read.marks
    }
    assert found["乾式電極に賭ける"] == "ambiguous"
    assert found["自動運転は遅れた"] == "resolved"
    assert found["採用は増えた"] == "resolved"


def test_a_mark_without_an_entry_is_missing() -> None:
    read = report({"方針": ("公開した⁹。", [])}, whole=["甲社"])
    assert leads_to(read) == [[("9", "", "missing")]]


def test_a_mark_in_a_report_without_lists_is_missing() -> None:
    assert leads_to(report({"方針": ("公開した¹。", [])})) == [[("1", "", "missing")]]


def test_another_chapters_list_is_never_used() -> None:
    read = report({"方針": ("公開した。", ["甲社"]), "体制": ("集めた¹。", [])})
    assert leads_to(read) == [[("1", "", "missing")]]


def test_a_list_beside_that_for_the_whole_report_is_not_used() -> None:
    read = report({"方針": ("公開した¹ ²。", [])}, whole=["甲社"], beside=["乙社", "丙社"])
    assert leads_to(read) == [[("1", "甲社", "resolved")], [("2", "", "missing")]]


def test_the_sources_behind_a_stretch_are_those_of_its_own_marks_each_once() -> None:
    read = report({"方針": ("公開した¹。集めた² ¹。売った²。", [])}, whole=["甲社", "乙社"])
    index = SourceIndex(read)
    at = read.text.index("集めた")
    assert [s.title for s in index.behind(Span(at, at + 4))] == ["乙社", "甲社"]
    assert [s.title for s in index.behind(Span(0, at))] == ["甲社"]


def test_a_sentence_without_a_mark_stands_on_the_next_ones_of_its_paragraph() -> None:
    builder = ReportBuilder()
    builder.paragraph("公開した。集めた² ¹。売った³。終えた。")
    builder.paragraph("始めた³。")
    for number, entry in enumerate(["甲社", "乙社", "丙社"], start=1):
        builder.reference(number, entry)
    read = builder.build(title="題")
    index = SourceIndex(read)

    def behind(sentence: str) -> list[str]:
        at = read.text.index(sentence)
        return [source.title for source in index.behind(Span(at, at + len(sentence)))]

    assert behind("公開した。") == behind("集めた。") == ["乙社", "甲社"]
    assert behind("売った。") == ["丙社"]
    assert behind("終えた。") == []


def test_a_mark_at_the_end_of_a_sentence_is_not_that_of_the_next() -> None:
    read = report({"方針": ("公開した。¹集めた。²", [])}, whole=["甲社", "乙社"])
    index = SourceIndex(read)
    first, second = read.text.index("公開"), read.text.index("集めた")
    assert [s.title for s in index.behind(Span(first, second))] == ["甲社"]
    assert [s.title for s in index.behind(Span(second, second + 4))] == ["乙社"]


def test_a_note_leads_to_the_next_entry_of_its_sign_in_its_chapter() -> None:
    builder = ReportBuilder()
    for chapter, note in (("方針", "連結の値。"), ("体制", "単体の値。")):
        builder.heading(chapter, 1)
        builder.paragraph(f"{chapter}は154件である（※1）。人員は12名である（注1）。")
        builder.paragraph(f"※1 {note}")
    read = builder.build(title="題")
    found = [SourceIndex(read).of(mark)[0] for mark in read.marks]
    assert [(s.mark, s.title, s.status) for s in found] == [
        ("※1", "連結の値", "resolved"),
        ("注1", "", "missing"),
        ("※1", "単体の値", "resolved"),
        ("注1", "", "missing"),
    ]
