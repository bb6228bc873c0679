import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ipqa.reports.builder import ReportBuilder
from ipqa.reports.marks import SourceIndex, take_marks_out
from ipqa.reports.model import Report, Span

TO_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
OF_MARKS = "⁰¹²³⁴⁵⁶⁷⁸⁹0123456789０１２３４５６７８９[]［］^,，、 \u00a0\u3000"

plain = st.text(alphabet="電池の規格をABc「」（）。%", min_size=1, max_size=8)
numbers = st.integers(1, 199)
one_mark = numbers.flatmap(
    lambda n: st.sampled_from(
        [(n, str(n).translate(TO_SUPERSCRIPT)), (n, f"[{n}]"), (n, f"［{n}］"), (n, f"[^{n}]")]
    )
)


def found(text: str) -> tuple[str, list[tuple[int, int]]]:
    clean, marks = take_marks_out(text)
    return clean, [(mark.number, mark.position) for mark in marks]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(plain, st.lists(one_mark, max_size=3)), min_size=1, max_size=5))
def test_each_mark_is_taken_out_and_keeps_its_number_and_place(
    parts: list[tuple[str, list[tuple[int, str]]]],
) -> None:
    # a space between the marks of one place: ¹ ² are two marks, ¹² is one
    text = "".join(piece + " ".join(mark for _, mark in marks) for piece, marks in parts)
    expected: list[tuple[int, int]] = []
    position = 0
    for piece, marks in parts:
        position += len(piece)
        expected += [(number, position) for number, _ in marks]
    assert found(text) == ("".join(piece for piece, _ in parts), expected)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="電m池の2³²¹¹⁴[]［］(),、^10 \u00a0\n", max_size=30))
@example("a[1]b[2, 3]c¹¹ ²⁷。")
def test_no_other_character_is_changed(text: str) -> None:
    clean, marks = take_marks_out(text)
    drop_marks = str.maketrans("", "", OF_MARKS)
    assert clean.translate(drop_marks) == text.translate(drop_marks)
    assert [mark.position for mark in marks] == sorted(mark.position for mark in marks)
    assert all(0 <= mark.position <= len(clean) for mark in marks)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30).filter(lambda text: not re.search(r"[⁰¹²³⁴-⁹\[\]［］]", text)))
def test_a_text_without_marks_stays_as_it_is(text: str) -> None:
    assert take_marks_out(text) == (text, ())


@pytest.mark.parametrize(
    ("text", "clean", "marks"),
    [
        ("規格を公開した¹¹ ²⁷。", "規格を公開した。", [(11, 7), (27, 7)]),
        ("規格⁴, ¹⁰を公開した。", "規格を公開した。", [(4, 2), (10, 2)]),
        ("規格¹⁴、²³。", "規格。", [(14, 2), (23, 2)]),
        ("規格[3]を公開[4, 5]した。", "規格を公開した。", [(3, 2), (4, 5), (5, 5)]),
        ("規格［12］。", "規格。", [(12, 2)]),
        ("規格[^7]。", "規格。", [(7, 2)]),
        ("規格 ¹ を", "規格 を", [(1, 2)]),
        ("¹規格", "規格", [(1, 0)]),
        ("（規格¹）と「公開」²", "（規格）と「公開」", [(1, 3), (2, 9)]),
    ],
)
def test_marks_are_kept_apart_from_the_text(
    text: str, clean: str, marks: list[tuple[int, int]]
) -> None:
    assert found(text) == (clean, marks)


@pytest.mark.parametrize(
    "text", ["敷地は120m²ある", "5 km²", "3㎞²", "10³倍", "1人/m²", "容量は40 cm³だ", "m²あたり"]
)
def test_an_exponent_is_no_mark(text: str) -> None:
    assert take_marks_out(text) == (text, ())


@pytest.mark.parametrize("text", ["敷地は3万m²ある", "面積はm²で測る", "数千km²"])
def test_an_exponent_is_no_mark_after_japanese_either(text: str) -> None:
    assert take_marks_out(text) == (text, ())


@pytest.mark.parametrize("mark", ["[4]", " ⁴", "[^4]"])
def test_a_mark_after_an_exponent_is_still_a_mark(mark: str) -> None:
    assert found(f"敷地は120m²{mark}ある") == ("敷地は120m²ある", [(4, 8)])


@pytest.mark.parametrize(
    ("text", "numbers_in_it"),
    [("⁴, ¹⁰", [4, 10]), ("¹³, ¹⁴, ²³", [13, 14, 23]), ("[3]", [3]), ("¹¹ ²⁷", [11, 27])],
)
def test_a_cell_of_marks_alone_keeps_its_text(text: str, numbers_in_it: list[int]) -> None:
    clean, marks = take_marks_out(text)
    assert clean == text
    assert [mark.number for mark in marks] == numbers_in_it
    assert all(mark.position == len(text) for mark in marks)


@pytest.mark.parametrize("text", ["[注1]", "[表1]", "(1)", "[1-2]", "第1章", "[]", "[1234]"])
def test_other_brackets_are_no_marks(text: str) -> None:
    assert take_marks_out(text) == (text, ())


# what marks lead to


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
    return builder.build(report_id="r", title="題", source="r.txt", digest="")


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
        {"方針": ("公開した¹。集めた³。", ["甲社", "乙社"])}, whole=["丙社", "丁社", "戊社"]
    )
    assert leads_to(read) == [[("1", "丙社", "resolved")], [("3", "戊社", "resolved")]]


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
    read = builder.build(report_id="r", title="題", source="r.txt", digest="")
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


@pytest.mark.parametrize("text", ["⁴, ¹⁰", "[6][20]", "¹"])
def test_a_mark_that_the_text_goes_on_showing_says_so(text: str) -> None:
    kept, marks = take_marks_out(text)
    assert kept == text
    assert all(mark.written for mark in marks)
    assert not any(mark.written for mark in take_marks_out(f"価格{text}")[1])
