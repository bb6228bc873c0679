"""A question is read for what it asks and for the words that must be found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipqa.answering.question import Kind, points_back, understand, understand_together
from ipqa.errors import EmptyQuestion, NoWordsInQuestion, QuestionTooLong

LIMIT = 200


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("養殖はいつ始まりましたか", "when"),
        ("開始の時期は？", "when"),
        ("出荷量は何トンで、何%増えたか", "quantity"),
        ("職員は何人いますか", "quantity"),
        ("委員会のメンバーを挙げてください", "list"),
        ("なぜ輸出が伸びたのですか", "why"),
        ("養殖を始めた会社は誰が率いていますか", "who"),
        ("選別台とは", "definition"),
        ("Why did exports grow?", "why"),
        ("When did it start?", "when"),
        ("ＷＨＥＮ　ｄｉｄ　ｉｔ　ｓｔａｒｔ？", "when"),
        ("北浜の養殖場", "other"),
    ],
)
def test_the_kind_of_answer_is_recognised(text: str, kind: Kind) -> None:
    assert understand(text, LIMIT).kind == kind


def test_words_that_only_ask_are_not_looked_for() -> None:
    surfaces = {
        term.surface
        for term in understand("海藻の養殖はいつ始まったのか教えてください", LIMIT).terms
    }
    assert {"海藻", "養殖"} <= surfaces
    assert not surfaces & {"いつ", "教え", "ください", "の", "は", "か"}


@pytest.mark.parametrize("text", ["", "   ", "\n\t　", "\u200b\x00\x07".replace("\u200b", "")])
def test_nothing_is_no_question(text: str) -> None:
    with pytest.raises(EmptyQuestion):
        understand(text, LIMIT)


@pytest.mark.parametrize("text", ["？？？", "!!!", "・・・。、", "〜★♪", "🙂🙂"])
def test_symbols_are_no_question(text: str) -> None:
    with pytest.raises(NoWordsInQuestion):
        understand(text, LIMIT)


def test_the_limit_is_inclusive() -> None:
    understand("あ" * LIMIT, LIMIT)
    with pytest.raises(QuestionTooLong, match=f"{LIMIT + 1}"):
        understand("あ" * (LIMIT + 1), LIMIT)


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused_for_a_reason(text: str) -> None:
    try:
        question = understand(text, LIMIT)
    except (EmptyQuestion, NoWordsInQuestion, QuestionTooLong):
        return
    assert question.text
    question.text.encode("utf-8")  # no lone surrogate is left


@pytest.mark.parametrize("text", ["それはなぜですか", "その理由は？", "では南浜は？", "いつですか"])
def test_a_question_that_points_back_is_read_with_the_one_before(text: str) -> None:
    question = understand(text, LIMIT)
    assert points_back(question)
    together = understand_together("北浜の養殖場の水温", question)
    assert together.kind == question.kind
    assert "水温" in {term.surface for term in together.terms}


def test_a_question_that_stands_alone_does_not_point_back() -> None:
    assert not points_back(understand("北浜の養殖場の水温", LIMIT))
