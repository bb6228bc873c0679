"""Confidence rises with what speaks for an answer and falls with what is missing."""

import pytest

from ipqa.answering.confidence import confidence, confidence_features
from ipqa.answering.evidence import Evidence
from ipqa.answering.question import understand
from ipqa.answering.ranking import Features, Ranker
from ipqa.answering.weights import Weights, shipped_weights
from ipqa.assistant import Assistant
from ipqa.glossary import Glossary
from ipqa.reader import Reader
from ipqa.settings import Settings
from tests.parts import shipped_reader
from training.fit import RISING


def features_of(assistant: Assistant, question: str, reader: Reader | None = None) -> Features:
    index = assistant.index
    evidence = Evidence(index, Glossary(index.names()))
    understood = understand(question, 200)
    terms = evidence.terms(understood)
    ranker = Ranker(index, evidence, shipped_weights(reader=reader is not None), reader)
    candidates = ranker.rank(understood, terms, assistant.search(question, 20))
    return confidence_features(understood, terms, candidates, index, evidence)


@pytest.mark.parametrize(
    ("question", "feature"),
    [
        ("2018年の出荷量は", "year_missing"),
        ("水温は何件ですか", "unit_missing"),
        ("When did it start?", "foreign"),
    ],
)
def test_what_is_missing_is_seen(small_assistant: Assistant, question: str, feature: str) -> None:
    assert features_of(small_assistant, question)[feature] > 0
    assert features_of(small_assistant, "2024年の出荷量は何トン")[feature] == 0


@pytest.mark.parametrize("question", ["南浜の水温は何度ですか", "株価の推移", "When did it start?"])
def test_features_are_shares(small_assistant: Assistant, question: str) -> None:
    features = features_of(small_assistant, question)
    assert [name for name, value in features.items() if not 0 <= value <= 1] == []
    assert shipped_weights(reader=False).confidence.keys() <= features.keys()


def test_what_the_reader_says_is_among_them_where_there_is_one(small_assistant: Assistant) -> None:
    without = features_of(small_assistant, "南浜の水温は何度ですか")
    features = features_of(small_assistant, "南浜の水温は何度ですか", shipped_reader())
    assert features.keys() - without.keys() == {"answers", "first_answers"}
    assert features["answers"] >= features["first_answers"]
    assert shipped_weights(reader=True).confidence.keys() <= features.keys()


@pytest.mark.parametrize("reader", [True, False])
def test_no_weight_speaks_against_reason(*, reader: bool) -> None:
    weights = shipped_weights(reader=reader)
    for name, weight in [*weights.confidence.items(), *weights.reading.items()]:
        assert (weight > 0) == (name in RISING | {"relevance", "score"}), name


def test_confidence_is_the_logistic_function() -> None:
    weights = Weights(ranking={}, confidence={"cosine": 2.0}, constant=-1.0, threshold=0.5)
    assert confidence({"cosine": 0.5}, weights) == 0.5
    assert confidence({"cosine": 1.0}, weights) == 0.731


@pytest.mark.parametrize(
    "question",
    ["肉じゃがの作り方を教えて", "富士山の高さは", "カレーの作り方", "今日の天気は"],
)
@pytest.mark.parametrize("reader", [True, False])
def test_everyday_questions_are_declined(
    corpus_assistant: Assistant, corpus_settings: Settings, question: str, *, reader: bool
) -> None:
    settings = corpus_settings.model_copy(update={"reader": reader})
    asked = corpus_assistant if reader else Assistant.open(settings)
    assert not asked.ask(question).answered
