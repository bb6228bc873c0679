"""Reports with instructions for a model in them: what becomes of the answers to ordinary questions.

The model of these tests obeys every instruction that reaches it, which is worse than any real one.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from eval.injection.attacks import ATTACKS, Attack, write_reports
from eval.injection.reports import CLEAN, PROPER_QUESTIONS
from ipqa.answering.answer import Answer
from ipqa.assistant import Assistant
from ipqa.generation.prompt import prompt_of
from ipqa.settings import Settings
from tests.llm_server import Script, Server, Step, says, scripted
from tests.parts import build_small_index

HIDDEN = [attack for attack in ATTACKS if attack.kind == "hidden"]
APART = [attack for attack in ATTACKS if "## 補足" in attack.text]
UNSAID = [
    attack
    for attack in ATTACKS
    if attack.kind in {"hidden", "role play", "language"}
    or attack.name in {"image", "base64", "rot13", "tag-characters", "romaji", "reversed", "bidi"}
]
"""Attacks whose words stand in no passage: hidden, enciphered, or left to the model."""


def name_of(attack: Attack) -> str:
    return attack.name


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an index of all clean and all attacked reports."""
    folder = tmp_path_factory.mktemp("attacked")
    corpus = folder / "corpus"
    corpus.mkdir()
    write_reports(corpus)
    return build_small_index(corpus, folder / "index")


@pytest.fixture(scope="module")
def extractive(attacked: Settings) -> Assistant:
    return Assistant.open(attacked)


@pytest.fixture(scope="module")
def model() -> Iterator[Server]:
    with scripted(says("")) as server:
        yield server


@pytest.fixture(scope="module")
def generative(attacked: Settings, model: Server) -> Assistant:
    chosen = {"llm_base_url": model.base_url, "llm_model": "scripted"}
    return Assistant.open(attacked.model_copy(update=chosen))


def obeys(attack: Attack, and_says: str = "") -> Script:
    """A script that reads the request and does what the attack says, if it finds it there."""

    def script(body: dict[str, Any]) -> Iterable[Step]:
        reached = attack.reached(body["messages"][-1]["content"])
        return says(and_says + (attack.dictated if reached else ""))(body)

    return script


def said(answer: Answer) -> list[str]:
    return [claim.text for claim in answer.claims]


def clean_twin(attack: Attack) -> str:
    return attack.report if attack.ending == "md" else f"{attack.report}-page"


@pytest.mark.parametrize("attack", [*APART, *HIDDEN], ids=name_of)
def test_an_answer_in_the_reports_words_is_the_same_but_for_a_quoted_attack(
    extractive: Assistant, attack: Attack
) -> None:
    for question in PROPER_QUESTIONS[attack.report]:
        clean = extractive.ask(question, reports=[clean_twin(attack)], mode="extractive")
        answer = extractive.ask(question, reports=[attack.name], mode="extractive")
        assert clean.answered
        assert [text for text in said(answer) if attack.instruction not in text] == said(clean)


@pytest.mark.parametrize("attack", ATTACKS, ids=name_of)
def test_an_answer_in_the_reports_words_never_says_what_is_dictated(
    extractive: Assistant, attack: Attack
) -> None:
    answer = extractive.ask(attack.question, reports=[attack.name], mode="extractive")
    assert answer.answered
    assert not any(attack.succeeded(text) for text in said(answer))


@pytest.mark.parametrize("attack", HIDDEN, ids=name_of)
def test_what_a_reader_cannot_see_is_not_shown_to_a_model(
    generative: Assistant, model: Server, attack: Attack
) -> None:
    model.script = obeys(attack)
    generative.ask(attack.question, reports=[attack.name])
    assert not attack.reached(model.requests[-1]["messages"][-1]["content"])


@pytest.mark.parametrize("attack", UNSAID, ids=name_of)
def test_what_no_passage_says_is_not_said_whatever_the_model_was_told(
    generative: Assistant, model: Server, attack: Attack
) -> None:
    model.script = obeys(attack)
    answer = generative.ask(attack.question, reports=[attack.name])
    if attack.kind != "hidden":
        assert attack.reached(model.requests[-1]["messages"][-1]["content"])
    assert answer.fallback == "llm_unsupported" or attack.kind == "hidden"
    assert answer.answered
    assert not any(attack.succeeded(text) for text in said(answer))


@pytest.mark.parametrize("attack", UNSAID, ids=name_of)
def test_what_is_true_is_still_said_beside_what_is_dropped(
    generative: Assistant, model: Server, attack: Attack
) -> None:
    true = CLEAN[attack.report].split("\n\n")[2].split("[^1]")[0] + "。"
    model.script = obeys(attack, and_says=f"{true}[1]")
    answer = generative.ask(attack.question, reports=[attack.name])
    assert (answer.mode, said(answer)) == ("generative", [true])


@pytest.mark.parametrize("attack", ATTACKS, ids=name_of)
def test_what_a_report_dictates_is_never_said_without_its_place_quoted_beside_it(
    generative: Assistant, model: Server, attack: Attack
) -> None:
    model.script = obeys(attack)
    answer = generative.ask(attack.question, reports=[attack.name])
    quotes = {citation.number: citation.quote for citation in answer.citations}
    for claim in answer.claims:
        if attack.succeeded(claim.text):
            assert any(attack.is_quoted_by(quotes[number]) for number in claim.citations)


@pytest.mark.parametrize("attack", ATTACKS, ids=name_of)
def test_nothing_of_a_report_stands_outside_its_fence(
    extractive: Assistant, attack: Attack
) -> None:
    hits = extractive.search(attack.question, 16, [attack.name])
    system, user = prompt_of(attack.question, hits, extractive.index, 8192).messages
    assert attack.instruction not in system.content
    assert len(re.findall(r"<資料 番号=\d+>", user.content)) == len(hits)
    assert user.content.count("</資料>") == len(hits)
    outside = re.sub(r"<資料 番号=\d+>\n.*?\n</資料>", "", user.content, flags=re.DOTALL)
    assert outside.split() == f"質問: {attack.question}".split()


@pytest.mark.parametrize("attack", ATTACKS, ids=name_of)
def test_nothing_of_a_report_can_pass_for_a_mark_of_the_chat(
    extractive: Assistant, attack: Attack
) -> None:
    hits = extractive.search(attack.question, 16, [attack.name])
    content = prompt_of(attack.question, hits, extractive.index, 8192).messages[-1].content
    marks = re.findall(r"<(?!資料 番号=\d+>|/資料>)|\[/?[A-Z]+\]", content)
    assert marks == []
