"""What does not say what its author wrote is found, and everything that it may have said is given."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipqa.reports.damage import damaged_dates, find_damage


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("202111月に発表した", ["2021年11月"]),
        ("20258月", ["2025年8月"]),
        ("20258月3日", ["2025年8月3日"]),
        ("2025115日の発表", ["2025年11月5日", "2025年1月15日"]),
        ("2023726日", ["2023年7月26日"]),
        ("2023年26日", ["2023年2月6日"]),
        ("2023年1231日", ["2023年12月31日"]),
        ("同年726日", ["同年7月26日"]),
        ("平成30123日", ["平成30年12月3日", "平成30年1月23日"]),
        ("令和5121日", ["令和5年12月1日", "令和5年1月21日"]),
    ],
)
def test_a_damaged_date_is_read_in_every_way_that_fits(text: str, readings: list[str]) -> None:
    (damage,) = damaged_dates(text)
    assert list(damage.readings) == readings
    assert damage.span.within(text) in text


@pytest.mark.parametrize(
    "text",
    [
        "2021年11月に発表した",
        "2025年11月5日",
        "令和5年12月1日",
        "昭和42年12月",
        "5,001件",
        "20240件",
        "2025年度",
        "100日間",
        "2,025115日",
        "202500日",
        "202513月",
        "11月5日",
        "2023年6日",
    ],
)
def test_what_is_whole_or_no_date_is_left_alone(text: str) -> None:
    assert damaged_dates(text) == []


@given(st.dates())
def test_the_true_date_is_always_among_the_readings(date: object) -> None:
    year, month, day = (int(part) for part in str(date).split("-"))
    if not 1900 <= year <= 2099:
        return
    whole = f"{year}年{month}月{day}日"
    assert damaged_dates(whole) == []
    for broken in (f"{year}{month}月{day}日", f"{year}{month}{day}日"):
        (damage,) = damaged_dates(broken)
        assert whole in damage.readings


def found(text: str) -> list[tuple[str, str, str]]:
    """Kind, what stands there, and what it may have said."""
    return [(d.kind, d.span.within(text), d.reading) for d in find_damage(text)]


LOST = "202111月に発足した。"
"""A date that lost its 年: the file loses characters."""


def test_a_day_without_its_month_sign_is_read_only_in_a_file_that_loses_characters() -> None:
    assert found("三社は726日に合意した。") == []
    assert found(f"{LOST}三社は726日に合意した。")[1:] == [("damaged_date", "726日", "7月26日")]
    assert found(f"{LOST}契約から120日以内、約365日、726日間。")[1:] == []


def test_a_rank_without_its_sign_is_read_only_in_a_file_that_loses_characters() -> None:
    assert found("特許の数は世界1で、国内2。") == []
    assert found(f"{LOST}電池(出願件数 1)で国内2。")[1:] == [
        ("damaged_rank", "1", "1位"),
        ("damaged_rank", "2", "2位"),
    ]


@pytest.mark.parametrize(
    ("text", "damages"),
    [
        ("特 許を出願した。", [("split_word", "特 許", "特許")]),
        ("2023年11月8日 新契約が発効する。", []),
        ("目　次", [("split_word", "目　次", "目次")]),
        ("知 的 財 産 戦 略", [("split_word", "知 的 財 産 戦 略", "知的財産戦略")]),
        (
            "この戦 略は特 許を重んじる。",
            [("split_word", "戦 略", "戦略"), ("split_word", "特 許", "特許")],
        ),
        ("山田　太郎", []),
        ("各部局長　殿", []),
        ("甲　乙　丙", []),
        ("特 許 庁", [("split_word", "特 許 庁", "特許庁")]),
        ("トヨタ 自動車", []),
        ("ブレードバッテリー セル", []),
        ("生産 販売 研究", []),
        ("A B C", []),
    ],
)
def test_a_space_inside_a_word_is_found_and_one_between_words_is_not(
    text: str, damages: list[tuple[str, str, str]]
) -> None:
    assert found(text) == damages


def test_kana_that_a_font_has_garbled_are_read_back() -> None:
    text = "特許䛾出願䛿増䛘䛶䛔䜛䚹䝯䝸䝑䝖䛜䛒䜛䚹"
    assert [d.kind for d in find_damage(text)] == ["font_map"] * len(find_damage(text))
    mended = text
    for damage in reversed(find_damage(text)):
        mended = mended[: damage.span.start] + damage.reading + mended[damage.span.end :]
    assert mended == "特許の出願は増えている。メリットがある。"


@pytest.mark.parametrize(
    ("text", "standing", "reading"),
    [
        ("⽇本の⼈口", "⽇", "日"),
        ("⻑期の計画", "⻑", "長"),
        ("⻄⺠", "⻄⺠", "西民"),
        ("精神の\ufa19", "\ufa19", "神"),
        ("\ufe41引用\ufe42", "\ufe41", "「"),
    ],
)
def test_characters_that_only_look_right_are_found(text: str, standing: str, reading: str) -> None:
    assert ("look_alike", standing, reading) in found(text)


@pytest.mark.parametrize("text", ["髙﨑さん", "①㈱㎡", "ｶﾀｶﾅ", "㍿", "令和６年", "人口の推移"])
def test_other_rare_characters_are_no_damage(text: str) -> None:
    assert found(text) == []


@given(st.text(alphabet="特許の出願 　䛾䛿⽇⻑202111月日5、。1世界国内", max_size=60))
def test_damaged_places_are_apart_and_in_order(text: str) -> None:
    damages = find_damage(text)
    for one, other in pairwise(damages):
        assert one.span.end <= other.span.start
    for damage in damages:
        assert damage.span.within(text) not in damage.readings
