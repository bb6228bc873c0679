"""An answer says by itself where it may not be to the point."""

from pathlib import Path

from ipqa.assistant import Assistant
from ipqa.evaluation.gold import read_gold

DEV = Path(__file__).parents[2] / "eval" / "gold" / "dev.jsonl"
ASKED = 30
NOTE = "直接の答えではない可能性"


def test_an_answer_is_noted_as_unsure_below_even_odds_and_only_there(
    corpus_assistant: Assistant,
) -> None:
    given = [corpus_assistant.ask(gold.question) for gold in read_gold(DEV)[::4][:ASKED]]
    answers = [answer for answer in given if answer.answered]
    noted = [any(NOTE in note for note in answer.notes) for answer in answers]
    assert noted == [answer.confidence < 0.5 for answer in answers]
    assert set(noted) == {True, False}
    assert all(note in answer.answer for answer in answers for note in answer.notes)


def test_an_era_is_no_word_that_is_missing(corpus_assistant: Assistant) -> None:
    """The report says 2024年 where a question says 令和6年."""
    answer = corpus_assistant.ask("令和6年の天体観測の回数は")
    assert not answer.answered
    assert "「令和」" not in answer.answer
    assert "資料に記載がありません" in answer.answer
