"""What a report infers is marked as its inference."""

import pytest

from ipqa.answering.statement import Statement


@pytest.mark.parametrize(
    "text",
    [
        "取扱量は年30万トンになると推察される。",
        "物流費は増える見込みである。",
        "価格は下がるとみられる。",
        "競合に抜かれる可能性がある。",
        "先行きは明るいだろう。",
    ],
)
def test_an_inference_is_hedged(text: str) -> None:
    assert Statement("r", text, ()).hedged


@pytest.mark.parametrize(
    "text",
    [
        "取扱量は年30万トンである。",
        "可能性を調べる委員会を三回ひらき、その結果を年度末の総会で会員全員に報告した。",
        "見込み違いの費用は、翌年の決算でまとめて処理され、株主には六月の総会で説明された。",
    ],
)
def test_a_fact_is_not(text: str) -> None:
    assert not Statement("r", text, ()).hedged
