"""An ablation measures every leg over every length, and leaves the index in force alone."""

import pytest

from ipqa.evaluation.ablate import ablate
from ipqa.evaluation.gold import GoldQuestion
from ipqa.evaluation.retrieval import LEGS
from ipqa.settings import Settings
from tests.parts import shipped_model


@pytest.mark.slow
def test_every_leg_is_measured_over_every_length(small_settings: Settings) -> None:
    question = GoldQuestion(
        id="a",
        type="number",
        question="南浜の水温は何度か",
        facts=(("14度",),),
        evidence=("水温は年平均14度",),
        answerable=True,
    )
    before = (small_settings.index / "current").read_text("utf-8")
    gold = small_settings.corpus / "gold.jsonl"
    rows = ablate(small_settings, shipped_model(), gold, [question], lengths=(100, 400))
    assert [(row.passage_length, row.leg) for row in rows] == [
        (length, leg) for length in (100, 400) for leg in LEGS
    ]
    assert all(row.scores["evidence_recall@10"].value == 1.0 for row in rows)
    assert (small_settings.index / "current").read_text("utf-8") == before
