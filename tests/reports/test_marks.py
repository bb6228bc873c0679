import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ipqa.reports.marks import note_entry, take_marks_out

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
    assume(not re.search(r"(?<![A-Za-z])[A-Za-z][²³](?![⁰¹²³⁴⁵⁶⁷⁸⁹])", text))  # R² is no mark
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
@given(st.text(max_size=30).filter(lambda text: not re.search(r"[⁰¹²³⁴-⁹\[\]［］注註※*＊]", text)))
def test_a_text_without_marks_stays_as_it_is(text: str) -> None:
    assert take_marks_out(text) == (text, ())


@pytest.mark.parametrize(
    ("text", "clean", "marks"),
    [
        ("規格を公開した¹¹ ²⁷。", "規格を公開した。", [(11, 7), (27, 7)]),
        ("規格⁴, ¹⁰を公開した。", "規格を公開した。", [(4, 2), (10, 2)]),
        ("規格を公開した[4:2]。", "規格を公開した。", [(4, 7)]),
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


@pytest.mark.parametrize("text", ["[図1]", "[表1]", "(1)", "[1-2]", "第1章", "[]", "[1234]"])
def test_other_brackets_are_no_marks(text: str) -> None:
    assert take_marks_out(text) == (text, ())


@pytest.mark.parametrize("text", ["⁴, ¹⁰", "[6][20]", "¹"])
def test_a_mark_that_the_text_goes_on_showing_says_so(text: str) -> None:
    kept, marks = take_marks_out(text)
    assert kept == text
    assert all(mark.written for mark in marks)
    assert not any(mark.written for mark in take_marks_out(f"価格{text}")[1])


@pytest.mark.parametrize(
    ("text", "clean", "labels"),
    [
        ("出願は154件である（※1）。", "出願は154件である。", ["※1"]),
        ("出願は154件である※１、※２。", "出願は154件である。", ["※1", "※2"]),
        ("出願は154件である（注3）。", "出願は154件である。", ["注3"]),
        ("出願は154件である。注3", "出願は154件である。", ["注3"]),
        ("出願[註3]は154件である*4。", "出願は154件である。", ["注3", "*4"]),
    ],
)
def test_notes_are_marks_of_their_own_series(text: str, clean: str, labels: list[str]) -> None:
    found, marks = take_marks_out(text)
    assert (found, [mark.label for mark in marks]) == (clean, labels)


@pytest.mark.parametrize(
    "text", ["受注1件", "発注2件を取り消す", "3*4=12", "注意1つ", "※詳細は別紙", "2**3"]
)
def test_what_only_looks_like_a_note_stays(text: str) -> None:
    assert take_marks_out(text) == (text, ())


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("※1 連結の値である。", ("※", 1, "連結の値である。")),
        ("※２：連結の値である。", ("※", 2, "連結の値である。")),
        ("（注1）連結の値である。", ("注", 1, "連結の値である。")),
        ("注10　連結の値である。", ("注", 10, "連結の値である。")),
        ("*1) 連結の値である。", ("*", 1, "連結の値である。")),
    ],
)
def test_a_line_that_explains_a_note_is_its_entry(line: str, entry: tuple[str, int, str]) -> None:
    found = note_entry(line)
    assert found is not None
    assert (found.series, found.number, found.text) == entry


@pytest.mark.parametrize("line", ["※ 連結の値である。", "注意1つ", "* 項目", "1. 項目", "※1"])
def test_other_lines_explain_no_note(line: str) -> None:
    assert note_entry(line) is None
