from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipqa.glossary import Glossary, names_in


def glossary_of(texts: Iterable[str]) -> Glossary:
    return Glossary(map(names_in, texts))


def test_a_name_brings_its_abbreviation_and_the_other_way_round() -> None:
    glossary = glossary_of(["今年は固体酸化物電池(SOFC)を売る。"])
    assert glossary.expand("固体酸化物電池の価格") == "固体酸化物電池の価格 SOFC"
    assert glossary.expand("SOFCの価格") == "SOFCの価格 固体酸化物電池"


def test_an_abbreviation_that_is_spelt_out_behind_it_is_learnt_too() -> None:
    glossary = glossary_of(["SOFC(固体酸化物電池)を売る。"])
    assert glossary.expand("SOFCの価格") == "SOFCの価格 固体酸化物電池"


def test_full_width_brackets_and_letters_are_the_same_as_half_width_ones() -> None:
    glossary = glossary_of(["固体酸化物電池（ＳＯＦＣ）を売る。"])
    assert glossary.expand("ＳＯＦＣの価格") == "ＳＯＦＣの価格 固体酸化物電池"


def test_case_does_not_matter_when_asking() -> None:
    glossary = glossary_of(["固体酸化物電池(SOFC)を売る。"])
    assert glossary.expand("sofcの価格") == "sofcの価格 固体酸化物電池"


def test_a_text_that_holds_both_names_stays_as_it_is() -> None:
    glossary = glossary_of(["固体酸化物電池(SOFC)を売る。"])
    assert glossary.expand("固体酸化物電池(SOFC)とは") == "固体酸化物電池(SOFC)とは"


def test_an_abbreviation_inside_a_longer_word_is_not_expanded() -> None:
    glossary = glossary_of(["固体酸化物電池(SOFC)を売る。"])
    assert glossary.expand("SOFCXの価格") == "SOFCXの価格"
    assert glossary.expand("MySOFC") == "MySOFC"


def test_an_abbreviation_belongs_to_the_name_it_stands_beside_most_often() -> None:
    glossary = glossary_of(
        ["固体酸化物電池(SOFC)を売る。", "固体酸化物電池(SOFC)を作る。", "ハード(SOFC)の話。"]
    )
    assert glossary.expand("SOFC") == "SOFC 固体酸化物電池"
    assert glossary.expand("ハード") == "ハード"


def test_a_name_written_more_often_goes_before_a_longer_one() -> None:
    glossary = glossary_of(
        [
            "次世代固体酸化物電池(SOFC)を売る。固体酸化物電池(SOFC)を作る。固体酸化物電池(SOFC)を選ぶ。"
        ]
    )
    assert glossary.expand("SOFC") == "SOFC 固体酸化物電池"


def test_every_report_adds_its_own_pairs() -> None:
    glossary = glossary_of(["車載制御盤(VCP)を作る。", "固体酸化物電池(SOFC)を売る。"])
    assert glossary.expand("VCP") == "VCP 車載制御盤"
    assert glossary.expand("SOFC") == "SOFC 固体酸化物電池"


def test_what_is_said_once_is_a_pair_only_where_the_abbreviation_is_new() -> None:
    said_before = "SOFCの価格が下がる。開発はハード(SOFC)に絞る。"
    assert glossary_of([said_before]).expand("ハード") == "ハード"
    said_twice = f"{said_before}試験もハード(SOFC)で行う。"
    assert glossary_of([said_twice]).expand("ハード") == "ハード SOFC"


@pytest.mark.parametrize(
    "text",
    [
        "販売台数(約)を数える。",
        "青葉電機(Aoba)の話。",
        "電池(2028年度)の話。",
        "電池(SO)の話。",
        "",
    ],
)
def test_not_every_pair_of_brackets_holds_an_abbreviation(text: str) -> None:
    glossary = glossary_of([text])
    for name in ("販売台数", "約", "青葉電機", "Aoba", "電池", "SO", "2028年度"):
        assert glossary.expand(name) == name


texts = st.text(alphabet="固体電池車載制御のを(（)）SOFCVPab 。", max_size=40)


@settings(max_examples=100, deadline=None)
@given(learnt=st.lists(texts, max_size=5), asked=texts)
def test_a_text_is_only_ever_added_to(learnt: list[str], asked: str) -> None:
    assert glossary_of(learnt).expand(asked).startswith(asked)


names = st.sampled_from(["車載制御盤(VCP)", "固体酸化物電池(SOFC)", "ハード(SOFC)", "VCP", "電池"])


@settings(max_examples=100, deadline=None)
@given(
    learnt=st.lists(names.map("{}の話。".format), max_size=5),
    asked=st.sampled_from(["VCP", "SOFC", "ハード"]),
)
def test_the_order_of_the_reports_does_not_matter(learnt: list[str], asked: str) -> None:
    assert glossary_of(learnt).expand(asked) == glossary_of(reversed(learnt)).expand(asked)
