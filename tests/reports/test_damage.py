"""A date that lost a character is found, and every date that it may have been is given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipqa.reports.damage import damaged_dates


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
