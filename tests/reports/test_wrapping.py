"""Lines broken to a width become whole again; lines that their author broke stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipqa.reports.wrapping import join, unwrap

PARAGRAPHS = [
    "　当社は四月に定めた計画において、海藻の養殖を経営の柱の一つに位置づけた。以来、養殖場を二か所に広げ、出荷を伸ばしてきた。",
    "　二〇二四年の出荷は前年より八パーセント増えた。伸びたのは、止まっていた輸出が再開されたためである。来年も増える見込みである。",
    "　人員は十二名で、そのうち三名が検査を受け持つ。検査は毎月一回行い、結果は委員会に報告する。委員会は社長が議長を務める。",
]


def broken(paragraphs: list[str], width: int) -> str:
    lines = [
        paragraph[start : start + width]
        for paragraph in paragraphs
        for start in range(0, len(paragraph), width)
    ]
    return "\n".join(lines)


@pytest.mark.parametrize("width", [20, 28, 35, 40])
def test_paragraphs_broken_to_a_width_are_whole_again(width: int) -> None:
    assert unwrap(broken(PARAGRAPHS, width)).text.split("\n") == PARAGRAPHS


def test_lines_that_their_author_broke_stay() -> None:
    address = "青海水産株式会社\n北浜市一丁目二番三号\n電話番号はこちら\n担当は総務部の田中です"
    assert unwrap(address).text == address


def test_an_indented_line_goes_on_with_the_item_above_it() -> None:
    text = broken(PARAGRAPHS, 30) + "\n\n・出願を重視し、半数を\n　海外とする\n・権利の調査"
    assert unwrap(text).text.endswith("\n\n・出願を重視し、半数を海外とする\n・権利の調査")


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("経営の", "柱", "経営の柱"),
        ("a sus", "tainable plan", "a sus tainable plan"),
        ("sus-", "tainable", "sustainable"),
        ("Nissan-", "Renault", "Nissan- Renault"),
        ("全固体電池", "ASSB", "全固体電池ASSB"),
        ("", "柱", "柱"),
    ],
)
def test_a_space_is_set_between_latin_words_only(first: str, second: str, whole: str) -> None:
    assert join(first, second) == whole


def pages(count: int, number: str) -> str:
    return "\n".join(
        "\n".join(
            [
                "青海水産 年次報告",
                *[f"{page}の{n}番目の文である。" for n in range(12)],
                number.format(page),
            ]
        )
        for page in range(1, count + 1)
    )


@pytest.mark.parametrize("number", ["- {} -", "{}", "Page {} of 9", "{} / 9", "{} ページ"])
def test_page_numbers_and_running_titles_are_taken_out(number: str) -> None:
    result = unwrap(pages(4, number))
    assert len(result.text.split("\n")) == 4 * 12 + 1
    assert "年次報告" not in result.text.partition("\n")[2]
    assert len(result.furniture) >= 4 + 3


def test_numbers_close_together_are_those_of_a_table() -> None:
    table = "順位\n会社\n1\n甲社\n2\n乙社\n3\n丙社\n4\n丁社"
    assert unwrap(table).text == table


@given(st.text(alphabet="あ漢aB 。\n・　12-", max_size=200))
def test_no_character_but_white_space_and_hyphens_is_lost(text: str) -> None:
    def rest(of: str) -> str:
        return "".join(character for character in of if character not in " \n　-")

    result = unwrap(text)
    if not result.furniture:
        assert rest(result.text) == rest(text)
