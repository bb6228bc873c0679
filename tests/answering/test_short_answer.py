"""The span that answers by itself: the right one of several, or none."""

import pytest

from ipqa.answering.evidence import Term
from ipqa.answering.question import understand
from ipqa.answering.ranking import Candidate
from ipqa.answering.short_answer import read_answer, short_answer
from ipqa.answering.statement import Statement
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
    terms = [Term(w.surface, (w.form,), 1.0, w.is_name) for w in understood.terms]
    return short_answer(understood, terms, [Statement("r", sentence, ())])


PARTNER = "青海水産は2024年に「北浜乾燥」と提携した。"


def read(question: str, answer: str, *, sure: float = 2.0, told: str = PARTNER) -> str | None:
    start = PARTNER.index(answer)
    sentence = Sentence(0, 0, Span(0, len(PARTNER)), f"海藻事業の報告\n{PARTNER}")
    reading = Reading(3.0, sure, 0.0, (start, start + len(answer)), 5.0)
    best = Candidate(0, sentence, "seaweed", PARTNER, 1.0, {}, reading)
    return read_answer(understand(question, 200), best, [Statement("seaweed", told, ())])


@pytest.mark.parametrize("answer", ["北浜乾燥", "「北浜乾燥」", "「北浜乾燥"])
def test_what_the_reader_is_sure_of_is_given_without_its_brackets(answer: str) -> None:
    assert read("提携先はどこですか", answer) == "北浜乾燥"


def test_what_the_reader_is_not_sure_of_or_no_statement_says_is_not_given() -> None:
    assert read("提携先はどこですか", "北浜乾燥", sure=-0.1) is None
    assert read("提携先はどこですか", "北浜乾燥", told="青海水産は提携した。") is None
    assert read("提携先はどこですか", "と") is None


@pytest.mark.parametrize("question", ["提携先を列挙して", "提携しましたか"])
def test_what_no_span_says_is_not_given(question: str) -> None:
    assert read(question, "北浜乾燥") is None
