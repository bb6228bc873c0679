"""The span that answers by itself: the right one of several, or none."""

import math
from dataclasses import replace

import pytest

from ipqa.answering.evidence import Term
from ipqa.answering.question import Question, understand
from ipqa.answering.ranking import Candidate
from ipqa.answering.short_answer import (
    ShortAnswer,
    is_likely,
    short_answer,
    told_by_form,
    told_by_reader,
)
from ipqa.answering.statement import Statement
from ipqa.answering.weights import Weights
from ipqa.passages import Sentence
from ipqa.reader import Reading
from ipqa.reports.model import Span


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("養殖はいつ始まりましたか", "青海水産は2019年4月に養殖を始めた。", "2019年4月"),
        ("冷蔵倉庫はいつ建ったか", "冷蔵倉庫は2015年に、定温倉庫は2018年に建てられた。", "2015年"),
        ("定温倉庫はいつ建ったか", "冷蔵倉庫は2015年に、定温倉庫は2018年に建てられた。", "2018年"),
        ("輸出の割合は", "出荷は1,250トンで、輸出は18%を占める。", "18%"),
        ("職員は何人いますか", "2024年に3拠点で120人の職員が働く。", "120人"),
        ("何ボルトで動きますか", "電圧は800Vではなく400ボルトである。", "400ボルト"),
        ("費用はいくら", "工期は15か月間で、費用は3億4,000万円である。", "3億4,000万円"),
        ("何位でしたか", "421件で4位だった。", "4位"),
        ("何件でしたか", "421件で4位だった。", "421件"),
        ("ホンダの公開件数は", "出願公開: 1位トヨタ5,001件、2位ホンダ1,209件", "1,209件"),
        ("新しい計画の名称は", "町は2024年に「みなと未来計画」を定めた。", "みなと未来計画"),
    ],
)
def test_what_is_asked_for_is_told_by_its_form(question: str, sentence: str, short: str) -> None:
    assert answer(question, sentence) == short


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("なぜ伸びたのですか", "2024年に輸出が再開されたためである。"),
        ("職員は何人いますか", "職員は3拠点で働く。"),
        ("いつ始まりましたか", "養殖が始まった。"),
    ],
)
def test_nothing_is_given_alone_where_nothing_fits(question: str, sentence: str) -> None:
    assert answer(question, sentence) is None


def answer(question: str, sentence: str) -> str | None:
    understood = understand(question, 200)
    return told_by_form(understood, terms_of(understood), [Statement("r", sentence, ())])


def terms_of(question: Question) -> list[Term]:
    return [Term(w.surface, (w.form,), 1.0, w.is_name) for w in question.terms]


PARTNER = "青海水産は2024年に「北浜乾燥」と提携した。"


def best(
    answer: str, *, score: float = 5.0, quoted: str = PARTNER, said: str = PARTNER
) -> Candidate:
    start = said.index(answer)
    sentence = Sentence(0, 0, Span(0, len(quoted)), f"海藻事業の報告\n{said}")
    reading = Reading(3.0, 2.0, 0.0, (start, start + len(answer)), score)
    return Candidate(0, sentence, "seaweed", quoted, 1.0, {}, reading)


def read(question: str, answer: str, *, said: str = PARTNER, told: str = "") -> str | None:
    understood = understand(question, 200)
    statements = [Statement("seaweed", told or said, ())]
    return told_by_reader(understood, terms_of(understood), best(answer, said=said), statements)


@pytest.mark.parametrize("answer", ["北浜乾燥", "「北浜乾燥」", "「北浜乾燥", "北浜乾燥」と"])
def test_what_the_reader_finds_is_given_without_its_brackets_and_particles(answer: str) -> None:
    assert read("提携先はどこですか", answer) == "北浜乾燥"


def test_of_a_longer_stretch_the_only_date_in_it_is_given_where_a_date_is_asked_for() -> None:
    assert read("いつ提携しましたか", "青海水産は2024年に") == "2024年"


@pytest.mark.parametrize(
    ("question", "answer", "short"),
    [
        ("ホンダの公開順位は", "1位", "2位"),
        ("ホンダは何件でしたか", "31件", "28件"),
        ("日産は何件でしたか", "31件", "9件"),
        ("首位は何件でしたか", "31件", "31件"),
    ],
)
def test_of_values_side_by_side_the_one_beside_the_name_is_given(
    question: str, answer: str, short: str
) -> None:
    assert (
        read(question, answer, said="公開: 1位トヨタ31件、2位ホンダ（28件）、3位日産9件") == short
    )


def test_values_in_other_units_do_not_stand_side_by_side() -> None:
    said = "全病院（412床、24診療科）では、医師98名、看護師436名が働く。"
    assert read("全病院ではどれだけの人が働いていますか", "436名", said=said) == "436名"


@pytest.mark.parametrize(
    ("answer", "short"),
    [
        ("契約課（課長", "契約課（課長・宿毛）"),
        ("依存」を選んだこと", "「依存」を選んだこと"),
        ("依存」", "依存"),
    ],
)
def test_what_stands_in_brackets_is_not_given_by_halves(answer: str, short: str) -> None:
    said = "契約課（課長・宿毛）は「依存」を選んだことを悔いた。"
    assert read("悔いたのはどの部署か", answer, said=said) == short


def test_what_no_statement_says_or_is_one_character_is_not_given() -> None:
    assert read("提携先はどこですか", "北浜乾燥", told="青海水産は提携した。") is None
    assert read("提携先はどこですか", "と") is None


@pytest.mark.parametrize(
    "question", ["提携先を列挙して", "提携しましたか", "提携について", "提携に関して詳しく教えて"]
)
def test_what_no_span_says_is_not_given(question: str) -> None:
    assert read(question, "北浜乾燥") is None


def test_a_sentence_that_was_mended_before_it_was_read_is_answered_in_its_own_words() -> None:
    quoted = PARTNER.replace("2024年に", "20244月に")
    assert proposed(best("2024年", quoted=quoted), quoted).text == "20244月"


def test_a_span_is_likely_where_the_answer_is_sure_and_the_span_stands_out() -> None:
    weights = Weights(
        ranking={},
        confidence={},
        constant=0.0,
        threshold=0.1,
        short={"sure": 1.0, "span": 0.5},
        short_constant=-2.0,
    )
    sure, unsure = (proposed(best("2024年"), PARTNER, sure=sure) for sure in (0.9, 0.2))
    faint = proposed(best("2024年", score=-1.0), PARTNER, sure=0.9)
    assert is_likely(sure, weights)
    assert not is_likely(unsure, weights)
    assert not is_likely(faint, weights)


@pytest.mark.parametrize("sure", [0.0, 1.0])
def test_a_confidence_of_nothing_or_all_is_weighed_too(sure: float) -> None:
    short = proposed(best("2024年"), PARTNER, sure=sure)
    assert math.isfinite(short.features["sure"])


def test_without_a_reader_the_form_alone_tells_the_span() -> None:
    unread = replace(best("2024年"), reading=None)
    short = proposed(unread, PARTNER)
    assert short.text == "2024年"
    assert "span" not in short.features


def proposed(candidate: Candidate, told: str, *, sure: float = 0.8) -> ShortAnswer:
    question = understand("提携したのはいつですか", 200)
    short = short_answer(question, [], [candidate], [Statement("seaweed", told, ())], sure)
    assert short is not None
    return short
