"""Answers in a model's words over HTTP: real servers on loopback, of which one is the model's."""

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ipqa.answering.answer import Answer
from ipqa.assistant import Assistant
from ipqa.settings import Settings
from tests.llm_server import (
    DONE,
    ENDS,
    HANGS,
    Pause,
    Script,
    Server,
    breaks_off_after,
    hangs_after,
    refuses,
    repeats,
    says,
    scripted,
    sends,
    status,
)
from tests.parts import records_at
from tests.server.running import running, told_events

QUESTION = "2024年の出荷量は"
SHIPPED = "2024年の出荷量は1,250トンで、前年より8%増えた。"
RESUMED = "出荷量が伸びたのは、輸出が再開されたためである。"
STARTED = "青海水産は2019年4月に海藻の養殖を始めた。"
GOOD = f"{SHIPPED}[1]{RESUMED}[1]"
PATIENCE = 10
"""Seconds after which what is awaited will not come."""


@pytest.fixture(scope="module")
def model() -> Iterator[Server]:
    """The server of a model, of which each test sets the script."""
    with scripted(says(GOOD)) as server:
        yield server


@pytest.fixture(scope="module")
def client(
    small_settings: Settings, model: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    told = {
        "database_url": records_at(tmp_path_factory.mktemp("generated") / "records.sqlite3"),
        "llm_base_url": model.base_url,
        "llm_model": "scripted",
        "llm_seconds": 2.0,
    }
    with running(small_settings.model_copy(update=told)) as client:
        yield client


@pytest.fixture(autouse=True)
def fresh(model: Server) -> None:
    """A model that answers as it should, and that no test has asked yet."""
    model.script = says(GOOD)
    model.requests.clear()
    model.connected.clear()
    model.disconnected.clear()


def asked(client: httpx.Client, **more: object) -> Answer:
    response = client.post("/api/ask", json={"question": QUESTION, "mode": "generative"} | more)
    assert response.status_code == 200, response.text
    return Answer.model_validate(response.json())


def events_of(client: httpx.Client, **more: object) -> list[tuple[str, dict[str, Any]]]:
    body = {"question": QUESTION, "mode": "generative"} | more
    with client.stream("POST", "/api/ask/stream", json=body) as response:
        assert response.status_code == 200
        return list(told_events(response.iter_lines()))


def test_an_answer_over_http_is_in_the_models_words(client: httpx.Client, model: Server) -> None:
    answer = asked(client)
    assert (answer.mode, answer.model, answer.fallback) == ("generative", "scripted", None)
    assert [claim.text for claim in answer.claims] == [SHIPPED, RESUMED]
    assert len(model.requests) == 1


def test_every_quote_stands_in_the_text_that_the_api_hands_out(client: httpx.Client) -> None:
    text = client.get("/api/reports/seaweed/text").text
    answer = asked(client)
    assert answer.citations
    assert all(text[c.start : c.end] == c.quote for c in answer.citations)


def test_the_stream_tells_of_writing_and_each_claim_before_the_answer(client: httpx.Client) -> None:
    events = events_of(client)
    assert [told.get("stage", name) for name, told in events] == [
        *("searching", "composing", "writing"),
        *("verifying", "claim", "writing"),
        *("verifying", "claim", "writing"),
        "answer",
    ]
    answer = Answer.model_validate(events[-1][1])
    claims = [told["claim"]["text"] for name, told in events if name == "claim"]
    assert claims == [claim.text for claim in answer.claims] == [SHIPPED, RESUMED]


def test_a_claim_is_sent_while_the_model_still_writes(client: httpx.Client, model: Server) -> None:
    happened: list[str] = []
    heard = threading.Event()

    def waiting(_: dict[str, Any]) -> Iterator[Any]:
        yield f"{SHIPPED}[1]出荷量が"
        heard.wait(PATIENCE)
        happened.append("written on")
        yield f"{RESUMED.removeprefix('出荷量が')}[1]"
        yield from (ENDS, DONE)

    model.script = waiting
    body = {"question": QUESTION, "mode": "generative"}
    with client.stream("POST", "/api/ask/stream", json=body) as response:
        for name, told in told_events(response.iter_lines()):
            if name == "claim":
                happened.append(told["claim"]["text"])
                heard.set()
    assert happened == [SHIPPED, "written on", RESUMED]


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        (hangs_after(f"{SHIPPED}[1]出荷"), "llm_timeout"),
        (breaks_off_after(f"{SHIPPED}[1]出荷"), "llm_interrupted"),
        (breaks_off_after(""), "llm_unreachable"),
        (status(429), "llm_rate_limited"),
        (status(500), "llm_unreachable"),
        (status(401), "llm_refused"),
        (sends(b"data: {not json\n\n"), "llm_nonsense"),
        (refuses("お答えできません。"), "llm_refused"),
        (says("Shipments came to 1,250 tons in 2024.[1]"), "llm_unsupported"),
        (repeats(f"{SHIPPED.replace('1,250', '1,350')}[1]"), "llm_unsupported"),
    ],
    ids=[
        "hangs",
        "cut off",
        "cut off at once",
        "429",
        "500",
        "401",
        "malformed",
        "refusal",
        "other language",
        "repetition",
    ],
)
def test_no_fault_of_the_model_is_a_fault_of_the_server(
    client: httpx.Client, small_assistant: Assistant, model: Server, script: Script, fault: str
) -> None:
    model.script = script
    without = small_assistant.ask(QUESTION)
    answer = asked(client)
    name, told = events_of(client)[-1]
    assert name == "answer"
    for given in (answer, Answer.model_validate(told)):
        assert (given.mode, given.fallback) == ("extractive", fault)
        assert (given.claims, given.citations) == (without.claims, without.citations)


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/api/ask/stream", {"question": QUESTION, "mode": "generative"}),
        (
            "/v1/chat/completions",
            {
                "model": "ipqa-generative",
                "stream": True,
                "messages": [{"role": "user", "content": QUESTION}],
            },
        ),
    ],
)
def test_a_reader_who_leaves_in_the_middle_stops_the_model(
    small_settings: Settings, address: str, body: dict[str, object]
) -> None:
    later = (
        step for n in range(9) for step in (Pause(0.3), f"水産は{1900 + n}年に創業した。[1]白波")
    )
    script = sends(f"{SHIPPED}[1]白波", *later, HANGS)
    with scripted(script) as model:
        settings = small_settings.model_copy(
            update={"llm_base_url": model.base_url, "llm_model": "scripted"}
        )
        assert settings.llm_seconds > 2 * PATIENCE
        with running(settings) as client:
            with client.stream("POST", address, json=body) as response:
                lines = response.iter_lines()  # which ends the response where it is let go
                assert next(lines)
                assert model.connected.wait(PATIENCE)
            assert not model.disconnected.is_set()
            assert model.disconnected.wait(PATIENCE)


def test_a_kept_conversation_holds_the_answer_in_the_models_words(client: httpx.Client) -> None:
    conversation = client.post("/api/conversations", json={"title": "出荷量"}).json()["id"]
    answer = asked(client, conversation=conversation)
    streamed = events_of(client, conversation=conversation)[-1][1]
    turns = client.get(f"/api/conversations/{conversation}").json()["turns"]
    assert [turn["answer"] for turn in turns] == [answer.model_dump(mode="json"), streamed]
    assert {turn["answer"]["mode"] for turn in turns} == {"generative"}


def test_two_questions_at_the_same_time_do_not_mix(client: httpx.Client, model: Server) -> None:
    both_asked = threading.Barrier(2, timeout=PATIENCE)
    said = {QUESTION: SHIPPED, "海藻の養殖はいつ始まりましたか": STARTED}

    def by_question(body: dict[str, Any]) -> Iterator[Any]:
        question = body["messages"][1]["content"].rpartition("質問: ")[2]
        text = said[question]
        yield text[:10]
        both_asked.wait()
        yield f"{text[10:]}[1]"
        yield from (ENDS, DONE)

    model.script = by_question
    answers: dict[str, Answer] = {}

    def ask(question: str) -> None:
        answers[question] = asked(client, question=question)

    threads = [threading.Thread(target=ask, args=(question,)) for question in said]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {question: [c.text for c in answers[question].claims] for question in said} == {
        question: [text] for question, text in said.items()
    }
    assert {answer.mode for answer in answers.values()} == {"generative"}


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream"])
@pytest.mark.parametrize(
    ("language", "words"), [("ja", "言語モデルが必要です"), ("en", "needs a language model")]
)
def test_without_a_model_the_problem_says_how_to_name_one(
    small_settings: Settings,
    small_assistant: Assistant,
    path: str,
    language: str,
    words: str,
) -> None:
    body = {"question": QUESTION, "mode": "generative"}
    with running(small_settings, lambda _: small_assistant) as client:
        response = client.post(path, json=body, headers={"accept-language": language})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == "urn:ipqa:problem:ModeUnavailable"
    assert words in problem["detail"]
    assert "IPQA_LLM_BASE_URL" in problem["detail"]
    assert "IPQA_LLM_MODEL" in problem["detail"]
