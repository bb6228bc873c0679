"""Candidates: the sentences of the hits, weighed by named features."""

import pytest

from ipqa.answering.evidence import Evidence
from ipqa.answering.question import Question, understand
from ipqa.answering.ranking import Candidate, Ranker
from ipqa.answering.weights import Weights, shipped_weights
from ipqa.assistant import Assistant
from ipqa.glossary import Glossary

QUESTION = "南浜の水温は何度ですか"


def ranked(
    assistant: Assistant, question: str, ranking: dict[str, float]
) -> tuple[Question, list[Candidate]]:
    index = assistant.index
    evidence = Evidence(index, Glossary(report.text for report in index.reports.values()))
    weights = Weights(ranking=ranking, confidence={}, constant=0, threshold=0.5)
    understood = understand(question, 200)
    hits = assistant.search(question, 20)
    return understood, Ranker(index, evidence, weights).rank(
        understood, evidence.terms(understood), hits
    )


def test_every_sentence_of_the_hits_is_a_candidate_but_what_only_announces(
    small_assistant: Assistant,
) -> None:
    _, candidates = ranked(small_assistant, QUESTION, {"cosine": 1})
    numbers = sorted(candidate.number for candidate in candidates)
    said = [s for s in small_assistant.index.sentences if not s.alone.endswith((":", "："))]
    assert numbers == [small_assistant.index.sentences.index(s) for s in said]
    for candidate in candidates:
        report = small_assistant.index.reports[candidate.report]
        assert candidate.sentence.span.within(report.text) == candidate.text


@pytest.mark.parametrize(
    "feature",
    ["cosine", "neighbour_cosine", "passage_score", "coverage", "expected"],
)
def test_a_feature_alone_orders_by_its_value(small_assistant: Assistant, feature: str) -> None:
    _, candidates = ranked(small_assistant, QUESTION, {feature: 1})
    values = [candidate.features[feature] for candidate in candidates]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) > 1


def test_equal_candidates_stay_in_the_order_of_the_report(small_assistant: Assistant) -> None:
    _, candidates = ranked(small_assistant, QUESTION, {})
    numbers = [candidate.number for candidate in candidates]
    assert numbers == sorted(numbers)


def test_a_table_row_is_read_with_its_headings(small_assistant: Assistant) -> None:
    _, candidates = ranked(small_assistant, "関東の2023年", {"coverage": 1})
    assert "640トン" in candidates[0].text
    assert candidates[0].features["coverage"] == 1


def test_the_shipped_weights_are_for_features_that_there_are(small_assistant: Assistant) -> None:
    _, candidates = ranked(small_assistant, QUESTION, {})
    assert shipped_weights().ranking.keys() <= candidates[0].features.keys()
