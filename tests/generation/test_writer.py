"""An answer in a model's words: told claim by claim while the model still writes, and stopped in time."""

import threading
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import pytest

from ipqa.answering.answer import Answer, AnswerEvent, ClaimVerified, StageEntered
from ipqa.assistant import Assistant
from ipqa.generation.prompt import LONGEST_ANSWER, NOT_IN_PASSAGES
from ipqa.settings import Settings
from tests.llm_server import DONE, ENDS, Script, Server, repeats, says, scripted, sends

QUESTION = "2024年の出荷量は"
SHIPPED = "2024年の出荷量は1,250トンで、前年より8%増えた。"
RESUMED = "出荷量が伸びたのは、輸出が再開されたためである。"
STARTED = "青海水産は2019年4月に海藻の養殖を始めた。"
WRONG = "2024年の出荷量は1,350トンで、前年より8%増えた。"
PATIENCE = 10
"""Seconds after which what is awaited will not come."""


def assistant_with(settings: Settings, server: Server) -> Assistant:
    """An assistant whose answers a scripted model words."""
    endpoint = {"llm_base_url": server.base_url, "llm_model": "scripted"}
    return Assistant.open(settings.model_copy(update=endpoint))


def events_of(settings: Settings, script: Script) -> list[AnswerEvent]:
    with scripted(script) as server:
        return list(assistant_with(settings, server).stream(QUESTION))


def answer_in(events: Sequence[AnswerEvent]) -> Answer:
    (answer,) = [event for event in events if isinstance(event, Answer)]
    return answer


def told(event: AnswerEvent) -> str:
    """An event in one word: its stage, or what kind it is."""
    return event.stage if isinstance(event, StageEntered) else type(event).__name__


def test_a_claim_is_told_while_the_model_still_writes(small_settings: Settings) -> None:
    happened: list[str] = []
    heard = threading.Event()

    def waiting(_: dict[str, Any]) -> Iterator[Any]:
        yield f"{SHIPPED}[1]出荷量が"
        heard.wait(PATIENCE)
        happened.append("written on")
        yield f"{RESUMED.removeprefix('出荷量が')}[1]"
        yield from (ENDS, DONE)

    with scripted(waiting) as server:
        for event in assistant_with(small_settings, server).stream(QUESTION):
            if isinstance(event, ClaimVerified):
                happened.append(event.claim.text)
                heard.set()
    assert happened == [SHIPPED, "written on", RESUMED]


def test_the_stages_follow_what_is_done(small_settings: Settings) -> None:
    events = events_of(small_settings, says(f"{SHIPPED}[1]{WRONG}[1]{RESUMED}[1]"))
    assert [told(event) for event in events] == [
        *("searching", "composing", "writing"),
        *("verifying", "ClaimVerified", "writing"),
        *("verifying", "writing"),
        *("verifying", "ClaimVerified", "writing"),
        "Answer",
    ]


def test_the_claims_that_were_told_are_those_of_the_answer(small_settings: Settings) -> None:
    events = events_of(small_settings, says(f"{SHIPPED}[1]{RESUMED}[1]{STARTED}[1]"))
    answer = answer_in(events)
    claims = [event for event in events if isinstance(event, ClaimVerified)]
    assert tuple(event.claim for event in claims) == answer.claims
    assert [claim.text for claim in answer.claims] == [SHIPPED, RESUMED, STARTED]
    for event in claims:
        assert {citation.number for citation in event.citations} == set(event.claim.citations)
        assert set(event.citations) <= set(answer.citations)


def test_a_stretch_that_two_claims_rest_on_has_one_number(small_settings: Settings) -> None:
    answer = answer_in(events_of(small_settings, says(f"{SHIPPED}[1]{RESUMED}[1]")))
    places = [(citation.start, citation.end) for citation in answer.citations]
    assert len(set(places)) == len(places)
    assert set(answer.claims[0].citations) < set(answer.claims[1].citations)


@pytest.mark.parametrize(
    "text",
    [
        NOT_IN_PASSAGES,
        "資料に記載がありません",
        "資料に記載がありません。[1]",
        "資料には記載がありません。",
        "提供された資料には、出荷先の社長に関する情報は含まれていません。",
        "ご質問の内容は資料に見当たらないため、回答できません。",
    ],
)
def test_a_model_that_finds_no_answer_makes_a_declined_one(
    small_settings: Settings, text: str
) -> None:
    answer = answer_in(events_of(small_settings, says(text)))
    assert (answer.mode, answer.model, answer.fallback) == ("generative", "scripted", None)
    assert (answer.answered, answer.claims) == (False, ())
    assert answer.reason == "not_in_reports"
    assert answer.citations
    assert answer.suggestions


def test_what_stands_after_claims_does_not_decline_them(small_settings: Settings) -> None:
    answer = answer_in(events_of(small_settings, says(f"{SHIPPED}[1]{NOT_IN_PASSAGES}{STARTED}")))
    assert [claim.text for claim in answer.claims] == [SHIPPED]
    assert NOT_IN_PASSAGES not in answer.answer


def test_a_model_that_repeats_itself_is_stopped_and_what_is_right_said_once(
    small_settings: Settings,
) -> None:
    with scripted(repeats(f"{SHIPPED}[1]")) as server:
        answer = assistant_with(small_settings, server).ask(QUESTION)
        assert server.disconnected.wait(PATIENCE)
    assert (answer.mode, answer.fallback) == ("generative", None)
    assert [claim.text for claim in answer.claims] == [SHIPPED]
    assert answer.dropped_claims == {"repeated": 2}


def test_a_model_that_goes_on_and_on_is_stopped_after_twelve_sentences(
    small_settings: Settings,
) -> None:
    def counting(_: dict[str, Any]) -> Iterator[str]:
        return (f"{SHIPPED}[1]" if n == 0 else f"白波水産は{n}年に創業した。[1]" for n in count())

    with scripted(counting) as server:
        answer = assistant_with(small_settings, server).ask(QUESTION)
        assert server.disconnected.wait(PATIENCE)
    assert sum(answer.dropped_claims.values()) == 11
    assert (answer.mode, answer.fallback) == ("extractive", "llm_unsupported")


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (f"{SHIPPED}[1]{WRONG}[1]", "generative"),
        (f"{SHIPPED}[1]{WRONG}[1]白波水産は2018年に創業した。[1]", "extractive"),
        (f"{SHIPPED}[1]承知しました。Thank you. {SHIPPED}[1]", "generative"),
    ],
    ids=["one of two", "one of three", "one and chatter"],
)
def test_a_model_is_believed_when_at_least_half_of_what_it_states_is_right(
    small_settings: Settings, text: str, mode: str
) -> None:
    answer = answer_in(events_of(small_settings, says(text)))
    assert answer.mode == mode
    assert (answer.fallback is None) == (mode == "generative")


@pytest.mark.parametrize("piece", ["海", "\n", " ", "「", "。[", "[1]", "出荷量、"])
def test_a_text_that_never_ends_a_sentence_is_stopped(small_settings: Settings, piece: str) -> None:
    def endless(_: dict[str, Any]) -> Iterator[str]:
        return (piece if n else f"{SHIPPED}[1]" for n in count())

    with scripted(endless) as server:
        answer = assistant_with(small_settings, server).ask(QUESTION)
        assert server.disconnected.wait(PATIENCE)
    assert (answer.mode, answer.fallback) == ("extractive", "llm_nonsense")
    assert answer.claims


def test_a_long_answer_within_the_tokens_is_let_through(small_settings: Settings) -> None:
    text = f"{'出荷先を' * (LONGEST_ANSWER // 3)}視察した。{SHIPPED}[1]"
    answer = answer_in(events_of(small_settings, says(text, piece=50)))
    assert answer.fallback is None
    assert answer.claims[-1].text == SHIPPED


def test_to_close_the_events_stops_the_model(small_settings: Settings) -> None:
    def endless(_: dict[str, Any]) -> Iterator[str]:
        return (f"白波水産は{n}年に創業した。[1]" if n else f"{SHIPPED}[1]" for n in count())

    with scripted(endless) as server:
        events = assistant_with(small_settings, server).stream(QUESTION)
        assert any(isinstance(event, ClaimVerified) for event in events)
        assert not server.disconnected.is_set()
        events.close()
        assert server.disconnected.wait(PATIENCE)


def test_an_empty_answer_is_no_answer(small_settings: Settings) -> None:
    answer = answer_in(events_of(small_settings, sends(ENDS, DONE)))
    assert (answer.mode, answer.fallback) == ("extractive", "llm_unsupported")
    assert answer.dropped_claims == {}
