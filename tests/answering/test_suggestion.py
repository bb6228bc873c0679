"""A question that is not answered is sent home with ones that are."""

import pytest

from ipqa.answering.ranking import Candidate
from ipqa.answering.suggestion import suggest
from ipqa.assistant import Assistant
from ipqa.errors import UnknownReport
from ipqa.passages import Sentence
from ipqa.reports.model import Span


def candidate(text: str, number: int = 0) -> Candidate:
    sentence = Sentence(passage=0, block=0, span=Span(0, len(text)), indexed_text=f"\n{text}")
    return Candidate(number, sentence, "r", text, score=0.0, features={})


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("期末配当は1株当たり22円とし、中間と合わせて40円とする。", "期末配当はどれくらいですか"),
        ("南浜の水温は年平均14度で、北浜より2度高い。", "南浜の水温はどれくらいですか"),
        ("新しい岸壁の完成は2027年度である。", "新しい岸壁の完成はいつですか"),
        ("種苗槽の水は海から引かれる。", "種苗槽の水について何が書かれていますか"),
        ("浜の町役場は2019年に条例を改めた。", "浜の町役場について何が書かれていますか"),
    ],
)
def test_a_sentence_answers_a_question_about_its_topic(sentence: str, question: str) -> None:
    assert suggest([candidate(sentence)]) == (question,)


@pytest.mark.parametrize(
    "sentence",
    [
        "これは前年を8%上回る。",
        "設備は次の三つである。",
        "出荷量を増やした。",
        "局は倉庫を三棟もつ。",
        "輸出が再開され、販売が伸びたのは2024年である。",
        "一方、関西は550トンだった。",
    ],
)
def test_what_cannot_stand_alone_makes_no_question(sentence: str) -> None:
    assert suggest([candidate(sentence)]) == ()


def test_three_different_questions_at_the_most() -> None:
    sentences = [f"{name}市の人口は{count}万人である。" for name, count in zip("甲乙丙丁", (1, 2, 3, 4), strict=True)]  # fmt: skip
    found = suggest([candidate(text, n) for n, text in enumerate([sentences[0], *sentences])])
    assert found == tuple(f"{name}市の人口はどれくらいですか" for name in "甲乙丙")


def test_the_questions_offered_are_answered(small_assistant: Assistant) -> None:
    declined = small_assistant.ask("株価の推移と配当性向は？")
    assert not declined.answered
    assert declined.suggestions
    assert all(small_assistant.ask(question).answered for question in declined.suggestions)


def test_openings_are_answered_with_the_sentence_they_were_made_of(
    small_assistant: Assistant,
) -> None:
    questions = small_assistant.suggestions()
    assert questions
    assert len(set(questions)) == len(questions)
    for question in questions:
        assert small_assistant.ask(question).answered


def test_openings_come_from_the_reports_that_are_asked(corpus_assistant: Assistant) -> None:
    (report,) = corpus_assistant.index.reports
    assert corpus_assistant.suggestions([report]) == corpus_assistant.suggestions()
    with pytest.raises(UnknownReport):
        corpus_assistant.suggestions(["無い"])
