"""The reader: what it is given to read, and what is made of what it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipqa.assistant import Assistant
from ipqa.network import tokenizer
from ipqa.reader import Reader, Text, Tokens, joined, reading_of, text_of, tokens_of
from tests.parts import shipped_reader

LONGEST = 24
SIDES = st.lists(st.tuples(st.floats(-9, 9, width=32), st.floats(-9, 9, width=32)), min_size=1, max_size=60)  # fmt: skip


def number_of(assistant: Assistant, text: str) -> int:
    return next(n for n, s in enumerate(assistant.index.sentences) if text in s.alone)


def test_a_sentence_is_read_below_its_titles_and_the_end_of_the_one_before(
    small_assistant: Assistant,
) -> None:
    text = text_of(small_assistant.index, number_of(small_assistant, "北浜と南浜の二か所"))
    assert text.said == "養殖場は北浜と南浜の二か所にある。"
    assert text.context.startswith("海藻事業の報告 第1章 生産")
    assert text.context.endswith("海藻の養殖を始めた。")


def test_the_first_sentence_of_a_passage_has_only_titles_above(small_assistant: Assistant) -> None:
    text = text_of(small_assistant.index, number_of(small_assistant, "年平均14度"))
    assert text.context == "海藻事業の報告 第1章 生産 養殖場は北浜と南浜の二か所にある。"
    row = text_of(small_assistant.index, number_of(small_assistant, "640トン"))
    assert "550トン" not in row.context + row.said


def test_several_sentences_are_joined_below_the_context_of_the_first() -> None:
    assert joined([Text("上", "一つ目。"), Text("下", "二つ目。")]) == Text(
        "上", "一つ目。 二つ目。"
    )
    assert joined([]) == Text("", "")


@given(st.text(max_size=90), st.text(max_size=120), st.text(max_size=300))
def test_the_parts_of_what_is_said_stand_where_the_offsets_say(
    query: str, context: str, said: str
) -> None:
    tokens = tokens_of(tokenizer(), query, Text(context, said))
    assert len(tokens.ids) == tokens.first + len(tokens.offsets) + 1
    assert len(tokens.ids) <= 320
    for start, end in tokens.offsets:
        assert 0 <= start <= end <= len(said)


@given(SIDES)
def test_the_short_answer_is_the_likeliest_stretch_of_those_that_are_short(
    sides: list[tuple[float, float]],
) -> None:
    offsets = [(2 * n, 2 * n + 2) for n in range(len(sides))]
    tokens = Tokens([0] * (len(sides) + 3), 2, offsets)
    padded = np.array([(50.0, 50.0), (50.0, 50.0), *sides, (50.0, 50.0)], dtype=np.float32)
    reading = reading_of(np.zeros(3, dtype=np.float32), padded, tokens)
    start, end = reading.answer[0] // 2, reading.answer[1] // 2 - 1
    assert 0 <= start <= end < len(sides)
    assert end - start < LONGEST
    best = max(
        np.float32(sides[i][0]) + np.float32(sides[j][1])
        for i in range(len(sides))
        for j in range(i, min(len(sides), i + LONGEST))
    )
    assert reading.answer_score == pytest.approx(best, abs=1e-4)


def test_nothing_said_has_no_answer_in_it() -> None:
    (reading,) = shipped_reader().read("いつですか", [Text("題", "")])
    assert reading.answer == (0, 0)


def test_no_texts_give_no_readings() -> None:
    assert shipped_reader().read("いつですか", []) == []


STARTED = Text("海藻事業の報告 第1章 生産", "青海水産は2019年4月に海藻の養殖を始めた。")
SITES = Text("海藻事業の報告 第1章 生産", "養殖場は北浜と南浜の二か所にある。")


def test_the_sentence_that_answers_is_the_more_relevant_one_and_its_answer_is_found() -> None:
    started, sites = shipped_reader().read("養殖はいつスタートしたのか", [STARTED, SITES])
    assert started.relevance > sites.relevance
    assert started.answers > sites.answers
    assert "2019年4月" in STARTED.said[slice(*started.answer)]


def test_a_claim_that_the_text_bears_out_is_supported_more_than_its_opposite() -> None:
    right, wrong = (
        shipped_reader().read(claim, [STARTED])[0].supports
        for claim in ("海藻の養殖は2019年の春に始まった。", "海藻の養殖は2019年の春に取りやめた。")
    )
    assert right > wrong


def test_a_reading_does_not_depend_on_the_texts_beside_it() -> None:
    together = shipped_reader().read("養殖の開始", [STARTED, SITES])
    assert together == [
        *Reader().read("養殖の開始", [STARTED]),
        *Reader().read("養殖の開始", [SITES]),
    ]
