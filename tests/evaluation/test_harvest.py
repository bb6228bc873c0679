"""From feedback to gold candidates, and from those to gold once a person has completed them."""

import json
from pathlib import Path

import pytest

from ipqa.errors import BadGold
from ipqa.evaluation.gold import read_gold
from ipqa.evaluation.harvest import harvest
from ipqa.records.database import Database
from ipqa.records.feedback import Feedback, FeedbackStore, RatedCitation

QUOTE = "港町倉庫の2023年度の取扱量は12万8,000トンだった。"


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(Database(f"sqlite:///{tmp_path}/records.sqlite3"))


def reviewed(
    store: FeedbackStore, *, answered: bool, helpful: bool, comment: str = "", times: int = 1
) -> str:
    """The id of the candidate that is made of it."""
    citation = RatedCitation(report="minato", quote=QUOTE, start=0, end=len(QUOTE))
    number = store.add(
        Feedback(
            question="取扱量は何トンでしたか",
            answer="12万8,000トンです。",
            answered=answered,
            helpful=helpful,
            comment=comment,
            citations=(citation,) * times,
        )
    )
    store.mark_reviewed([number])
    return f"feedback-{number}"


def gold_file(folder: Path, candidate: dict[str, object], **filled_in: object) -> Path:
    path = folder / "gold.jsonl"
    line = json.dumps(candidate | filled_in, ensure_ascii=False)
    path.write_text(line + "\n", encoding="utf-8")
    return path


def test_feedback_that_nobody_reviewed_is_left_out(store: FeedbackStore) -> None:
    store.add(Feedback(question="本社はどこ", answer="横浜", answered=True, helpful=True))
    wanted = reviewed(store, answered=True, helpful=True)
    assert [candidate["id"] for candidate in harvest(store)] == [wanted]


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("helpful", [True, False])
def test_no_candidate_is_gold_as_it_stands(
    store: FeedbackStore, tmp_path: Path, *, answered: bool, helpful: bool
) -> None:
    reviewed(store, answered=answered, helpful=helpful, comment="2023年度の表を見てほしい")
    (candidate,) = harvest(store)
    with pytest.raises(BadGold):
        read_gold(gold_file(tmp_path, candidate))


def test_a_helpful_answer_lacks_just_its_facts(store: FeedbackStore, tmp_path: Path) -> None:
    name = reviewed(store, answered=True, helpful=True, times=2)
    (candidate,) = harvest(store)
    (question,) = read_gold(gold_file(tmp_path, candidate, facts=[["12万8,000トン"]]))
    assert (question.id, question.question) == (name, "取扱量は何トンでしたか")
    assert question.answerable
    assert question.evidence == (QUOTE,)


def test_a_rightly_declined_question_lacks_just_the_word_of_a_person(
    store: FeedbackStore, tmp_path: Path
) -> None:
    reviewed(store, answered=False, helpful=True)
    (candidate,) = harvest(store)
    (question,) = read_gold(gold_file(tmp_path, candidate, answerable=False))
    assert (question.type, question.evidence) == ("unanswerable", ())


@pytest.mark.parametrize("answered", [True, False])
def test_what_did_not_help_brings_its_comment_and_no_evidence(
    store: FeedbackStore, tmp_path: Path, *, answered: bool
) -> None:
    reviewed(store, answered=answered, helpful=False, comment="輸入と輸出が逆です😥")
    (candidate,) = harvest(store)
    assert candidate["evidence"] == []
    filled_in = {"answerable": True, "facts": [["12万8,000トン"]], "evidence": [QUOTE]}
    (question,) = read_gold(gold_file(tmp_path, candidate, **filled_in))
    assert question.section == "輸入と輸出が逆です😥"
