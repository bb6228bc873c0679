"""A question is read for what it asks and for the words that must be found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipqa.answering.question import Kind, understand, years_in
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
        ("北浜と南浜の水温の違い", "compare"),
        ("検査はどこで行うか", "where"),
        ("乾燥の手順を知りたい", "how"),
        ("電圧は何ボルト", "quantity"),
        ("Why did exports grow?", "why"),
        ("When did it start?", "when"),
        ("ＷＨＥＮ　ｄｉｄ　ｉｔ　ｓｔａｒｔ？", "when"),
        ("北浜の養殖場", "other"),
        ("件数が少ないのは弱みなのか", "yesno"),
        ("出荷は伸びた？", "yesno"),
        ("Is it exported?", "yesno"),
        ("出荷量を教えてもらえますか", "quantity"),
        ("どれが伸びたのですか", "other"),
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


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("令和7年の出荷量", {2025}),
        ("２０２４年度と令和元年の差", {2024, 2019}),
        ("FY23の売上", {2023}),
        ("2023/4の発表", {2023}),
        ("昭和42年12月", {1967}),
        ("2030 トレンド", {2030}),
        ("2,024件", set()),
        ("2024件の特許", set()),
        ("年に三回", set()),
    ],
)
def test_years_are_read_in_any_calendar(text: str, years: set[int]) -> None:
    assert understand(text, LIMIT).years == years
    assert years_in("") == frozenset()


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("電圧は何ボルト", {"ボルト"}),
        ("職員は何人いますか", {"人", "名"}),
        ("輸出の割合", {"%"}),
        ("費用はいくらですか", {"円", "ドル"}),
        ("国内で何位", {"位"}),
        ("何時に開くか", set()),
        ("何故減ったのか", set()),
    ],
)
def test_the_unit_of_a_quantity_is_told_by_the_question(text: str, units: set[str]) -> None:
    found = set(understand(text, LIMIT).units)
    assert units <= found
    assert bool(units) == bool(found)


@pytest.mark.parametrize("text", ["㌖", "㍿とは", "①"])
def test_signs_that_stand_for_words_are_words(text: str) -> None:
    assert understand(text, LIMIT).text == text
