"""Retrieval is measured by the rank at which the evidence comes."""

from dataclasses import replace

import pytest

from ipqa.assistant import Assistant
from ipqa.evaluation.gold import GoldQuestion
from ipqa.evaluation.measures import Measures
from ipqa.evaluation.retrieval import LEGS, measure_retrieval
from ipqa.retrieval import Hit

QUESTION = GoldQuestion(
    id="a",
    type="number",
    question="南浜の水温は何度か",
    facts=(("14度",),),
    evidence=("水温は年平均14度",),
    answerable=True,
)


@pytest.fixture(scope="module")
def hits(small_assistant: Assistant) -> list[Hit]:
    return small_assistant.search(QUESTION.question, 1000)


def at_rank(rank: int, hits: list[Hit], assistant: Assistant) -> Measures:
    """The measures where the passage with the evidence stands at a rank, from 1."""
    reports = assistant.index.reports
    (holder,) = [
        h
        for h in hits
        if "水温は年平均14度" in h.passage.span.within(reports[h.passage.report].text)
    ]
    others = [hit for hit in hits if hit is not holder]
    ranked = [*others[: rank - 1], holder, *others[rank - 1 :]]
    scored = [replace(h, score=100.0 - place) for place, h in enumerate(ranked)]
    return measure_retrieval(QUESTION, scored, reports)["ranked"]


@pytest.mark.parametrize("rank", [1, 2, 3, 4, 5])
def test_evidence_is_found_from_its_rank_on(
    rank: int, hits: list[Hit], small_assistant: Assistant
) -> None:
    assert len(hits) == 5
    found = at_rank(rank, hits, small_assistant)
    for depth in (1, 3, 5, 10):
        assert found[f"evidence_recall@{depth}"] == float(rank <= depth)
    assert found["mrr@10"] == pytest.approx(1 / rank)
    assert (found["ndcg@10"] == 1.0) == (rank == 1)


def test_evidence_that_is_not_found_counts_as_nothing(
    hits: list[Hit], small_assistant: Assistant
) -> None:
    for measures in measure_retrieval(QUESTION, [], small_assistant.index.reports).values():
        assert set(measures.values()) == {0.0}
    elsewhere = QUESTION.model_copy(update={"evidence": ("どこにもない文",)})
    found = measure_retrieval(elsewhere, hits, small_assistant.index.reports)["ranked"]
    assert set(found.values()) == {0.0}


def test_every_leg_is_measured_by_its_own_order(
    hits: list[Hit], small_assistant: Assistant
) -> None:
    assert tuple(measure_retrieval(QUESTION, hits, small_assistant.index.reports)) == LEGS
    spoiled = [replace(hit, dense=-hit.dense) for hit in hits]
    before = measure_retrieval(QUESTION, hits, small_assistant.index.reports)
    after = measure_retrieval(QUESTION, spoiled, small_assistant.index.reports)
    assert after["dense"]["mrr@10"] < before["dense"]["mrr@10"]
    assert after["lexical"] == before["lexical"]
    assert (after["fused"], after["ranked"]) == (before["fused"], before["ranked"])
    turned = measure_retrieval(
        QUESTION, [replace(hit, score=-hit.score) for hit in hits], small_assistant.index.reports
    )
    assert turned["ranked"]["mrr@10"] < before["ranked"]["mrr@10"]
    assert turned["fused"] == before["fused"]
