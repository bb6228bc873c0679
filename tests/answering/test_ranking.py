"""Candidates: the sentences of the hits, weighed by named features."""

from dataclasses import replace

import pytest

from ipqa.answering.evidence import Evidence
from ipqa.answering.question import Question, understand
from ipqa.answering.ranking import (
    READ,
    Candidate,
    Ranker,
    in_order,
    passages_in_order,
    reweighed,
)
from ipqa.answering.weights import Weights, shipped_weights
from ipqa.assistant import Assistant
from ipqa.glossary import Glossary
from ipqa.passages import Sentence
from ipqa.reader import Reading
from ipqa.reports.model import Span
from tests.parts import shipped_reader

QUESTION = "南浜の水温は何度ですか"


def ranked(
    assistant: Assistant, question: str, ranking: dict[str, float]
) -> tuple[Question, list[Candidate]]:
    index = assistant.index
    evidence = Evidence(index, Glossary(index.names()))
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


def test_what_was_read_is_reordered_and_the_rest_counts_as_no_more_relevant() -> None:
    read = {0: 1.0, 1: 3.0, 2: -2.0}
    candidates = [candidate(n, score=5.0 - n, relevance=read.get(n)) for n in range(5)]
    weights = {"score": 1.0, "relevance": 2.0}
    scores = {c.number: c.score for c in reweighed(candidates, weights)}
    assert scores == {0: 7.0, 1: 10.0, 2: -1.0, 3: -2.0, 4: -3.0}
    assert [c.number for c in in_order(reweighed(candidates, weights))] == [1, 0, 2, 3, 4]


def test_only_the_best_are_read(corpus_assistant: Assistant) -> None:
    index = corpus_assistant.index
    evidence = Evidence(index, Glossary(index.names()))
    understood = understand("再編で何が変わりましたか", 200)
    hits = corpus_assistant.search(understood.text, 20)
    terms = evidence.terms(understood)
    plain = Ranker(index, evidence, shipped_weights(reader=False)).rank(understood, terms, hits)
    reading = Ranker(index, evidence, shipped_weights(reader=True), shipped_reader())
    candidates = reading.rank(understood, terms, hits)
    assert {c.number for c in candidates} == {c.number for c in plain}
    assert sum(c.reading is not None for c in candidates) == READ
    assert candidates == sorted(candidates, key=lambda c: (-c.score, c.number))


def candidate(number: int, score: float, relevance: float | None) -> Candidate:
    sentence = Sentence(0, 0, Span(number, number + 1), "題\n文")
    reading = None if relevance is None else Reading(relevance, 0.0, 0.0, (0, 1), 0.0)
    return Candidate(number, sentence, "report", "文", score, {}, reading)


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
    assert shipped_weights(reader=False).ranking.keys() <= candidates[0].features.keys()


def test_passages_stand_in_the_order_of_their_best_sentences_and_none_is_lost(
    small_assistant: Assistant,
) -> None:
    hits = small_assistant.search(QUESTION, 20)
    _, candidates = ranked(small_assistant, QUESTION, {"cosine": 1})
    kept = [c for c in candidates if c.sentence.passage != hits[0].number]
    found = passages_in_order(hits, kept)
    assert sorted(hit.number for hit in found) == sorted(hit.number for hit in hits)
    assert found[0].number == kept[0].sentence.passage
    assert found[-1].number == hits[0].number
    scores = [hit.score for hit in found]
    assert scores == sorted(scores, reverse=True)
    assert passages_in_order(hits, []) == [replace(h, score=h.fused - hits[0].fused) for h in hits]
