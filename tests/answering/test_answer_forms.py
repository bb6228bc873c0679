"""The form of an answer is found in a text, and only that."""

import pytest

from ipqa.answering.answer_forms import DATE, QUANTITY, expected_spans
from ipqa.answering.question import understand


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("約63%を占め、2位から1位へ、421件", ["約63%", "2位", "1位", "421件"]),
        ("3億4,000万円を2024年5月に払う", ["3億4,000万円"]),
        ("15か月間で12名、前期比12.3%減", ["15か月間", "12名", "12.3%"]),
        ("トヨミの約12分の1", ["約12分の1"]),
        ("26か国に12拠点を置き、三社と組む", ["26か国", "12拠点", "三社"]),
        ("電圧は800Vで、50キログラムを積む", ["800V", "50キログラム"]),
        ("令和5年3月期", []),
        ("計画は第二段階に入った", []),
    ],
)
def test_quantities_are_numbers_with_what_they_count(text: str, found: list[str]) -> None:
    assert QUANTITY.findall(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("令和5年4月1日に始め、2025年度に終える", ["令和5年4月1日", "2025年度"]),
        ("2024/04/01付", ["2024/04/01"]),
        ("出願は2,024件", []),
    ],
)
def test_dates_are_of_either_calendar(text: str, found: list[str]) -> None:
    assert DATE.findall(text) == found


@pytest.mark.parametrize("run", ["1", "1,", "1億", "約", "一", "年"])
def test_a_run_of_one_sign_takes_no_longer_than_its_length(run: str) -> None:
    """A pattern that tried every start with every end would not come back within the test's time."""
    for pattern in (DATE, QUANTITY):
        assert len(pattern.findall(run * 200_000)) <= 1


def test_offsets_are_into_the_text_as_it_is_written() -> None:
    text = "㈱甲は１２名、乙は３４名を雇う。"
    spans = expected_spans(understand("何名を雇いますか", 200), text)
    assert [text[start:end] for start, end in spans] == ["１２名", "３４名"]
