"""Excerpts: paragraphs, list items and rows in the order of their best sentences, as many as fit."""

import itertools

import pytest

from ipqa.assistant import Assistant

QUESTIONS = ("南浜の水温", "2024年の出荷量は", "品質管理委員会の構成", "種苗槽の容量")


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("characters", [100, 400, 3000])
def test_excerpts_fit_stand_in_the_report_and_do_not_overlap(
    small_assistant: Assistant, question: str, characters: int
) -> None:
    found = small_assistant.excerpts(question, characters)
    texts = [e.span.within(small_assistant.report(e.report).text) for e in found]
    assert sum(len(text) + 1 for text in texts[1:]) <= max(0, characters - len(texts[0]) - 1)
    spans = sorted((e.report, e.span.start, e.span.end) for e in found)
    for (report, _, end), (other, start, _) in itertools.pairwise(spans):
        assert report != other or end <= start


def test_the_first_holds_the_best_sentence(small_assistant: Assistant) -> None:
    (best, *others) = small_assistant.excerpts("種苗槽の容量は", 1000)
    text = best.span.within(small_assistant.report(best.report).text)
    assert "800リットル" in text
    assert all(best.score >= other.score for other in others)


def test_each_is_one_block_or_a_part_of_one(small_assistant: Assistant) -> None:
    for excerpt in small_assistant.excerpts("出荷量", 3000):
        blocks = small_assistant.report(excerpt.report).blocks
        assert sum(block.span.covers(excerpt.span) for block in blocks) == 1


def test_one_that_is_too_long_is_given_where_it_is_the_best_alone(
    small_assistant: Assistant,
) -> None:
    (only,) = small_assistant.excerpts("品質管理委員会の構成", 1)
    whole = small_assistant.excerpts("品質管理委員会の構成", 3000)
    assert only == whole[0]


def test_more_room_holds_more(small_assistant: Assistant) -> None:
    few, many = (small_assistant.excerpts("出荷量の推移", n) for n in (150, 1500))
    assert len(few) < len(many)
