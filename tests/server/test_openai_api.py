"""The face for OpenAI's clients, asked with the official one on a real server on loopback."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from ipqa.answering.answer import Answer, Turn
from ipqa.assistant import Assistant
from ipqa.settings import Settings
from tests.parts import records_at
from tests.server.running import running

STARTED = "海藻の養殖はいつ始まりましたか"
EQUIPMENT = "設備にはどんなものがありますか"
PRESIDENT = "社長は誰ですか"


@pytest.fixture(scope="module")
def server(
    small_settings: Settings, small_assistant: Assistant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    kept = tmp_path_factory.mktemp("server") / "records.sqlite3"
    settings = small_settings.model_copy(update={"database_url": records_at(kept)})
    with running(settings, lambda _: small_assistant) as client:
        yield client


@pytest.fixture(scope="module")
def client(server: httpx.Client) -> Iterator[openai.OpenAI]:
    address = f"{server.base_url}/v1"
    with openai.OpenAI(base_url=address, api_key="x", max_retries=0) as client:
        yield client


def user(text: str) -> ChatCompletionMessageParam:
    return {"role": "user", "content": text}


def ask(client: openai.OpenAI, *said: ChatCompletionMessageParam, **more: object) -> ChatCompletion:
    """The completion of a chat that is not streamed."""
    asked: dict[str, Any] = {"model": "ipqa", "messages": said, **more}
    completion = client.chat.completions.create(**asked)
    assert isinstance(completion, ChatCompletion)
    return completion


def text_of(completion: ChatCompletion) -> str:
    content = completion.choices[0].message.content
    assert content is not None
    return content


def answer_of(completion: ChatCompletion) -> Answer:
    return Answer.model_validate((completion.model_extra or {})["ipqa"])


def without_timings(answer: Answer) -> dict[str, object]:
    return answer.model_dump(exclude={"timings_ms"})


def test_the_message_is_the_answer_and_below_a_rule_its_citations(
    client: openai.OpenAI, small_assistant: Assistant
) -> None:
    completion = ask(client, user(STARTED))
    answer = small_assistant.ask(STARTED)
    said, below = text_of(completion).split("\n\n---\n\n")
    assert said == answer.answer
    heading, *footnotes = below.split("\n\n")
    assert heading == "出典"
    assert len(footnotes) == len(answer.citations)
    for footnote, citation in zip(footnotes, answer.citations, strict=True):
        assert footnote.startswith(f"[{citation.number}] 海藻事業の報告「第1章 生産」 — 「")
        assert citation.quote in footnote
        assert f"/r/seaweed#s={citation.start}-{citation.end}&e={citation.edition}" in footnote
    assert "報告書の出典1：青海水産「沿革」 https://example.com/history" in footnotes[0]
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == "ipqa"


def test_the_answer_itself_comes_along(client: openai.OpenAI, small_assistant: Assistant) -> None:
    told = answer_of(ask(client, user(EQUIPMENT)))
    assert without_timings(told) == without_timings(small_assistant.ask(EQUIPMENT))


@pytest.mark.parametrize("question", [STARTED, EQUIPMENT, "2024年の出荷量は？"])
def test_annotations_point_at_the_markers_and_open_the_citations(
    client: openai.OpenAI, server: httpx.Client, question: str
) -> None:
    completion = ask(client, user(question))
    answer, content = answer_of(completion), text_of(completion)
    cited = {f"[{citation.number}]": citation for citation in answer.citations}
    annotations = completion.choices[0].message.annotations or []
    markers = [content[a.url_citation.start_index : a.url_citation.end_index] for a in annotations]
    assert markers == [f"[{number}]" for claim in answer.claims for number in claim.citations]
    assert markers
    starts = [a.url_citation.start_index for a in annotations]
    assert starts == sorted(set(starts))
    assert all(start < len(answer.answer) for start in starts)
    for marker, annotation in zip(markers, annotations, strict=True):
        link, citation = httpx.URL(annotation.url_citation.url), cited[marker]
        assert link.fragment == f"s={citation.start}-{citation.end}&e={citation.edition}"
        assert annotation.url_citation.title.startswith(citation.title)
        page = server.get(link)
        assert page.status_code == 200
        assert "<!doctype html>" in page.text.lower()


def test_a_question_that_is_not_answered_is_declined_with_the_nearest_passages(
    client: openai.OpenAI,
) -> None:
    completion = ask(client, user(PRESIDENT))
    answer = answer_of(completion)
    assert not answer.answered
    said, below = text_of(completion).split("\n\n---\n\n")
    assert said == answer.answer
    assert below.startswith("近い箇所\n\n[1] 海藻事業の報告")
    assert completion.choices[0].finish_reason == "stop"
    assert completion.choices[0].message.refusal is None
    assert completion.choices[0].message.annotations == []


def test_headings_are_english_where_english_is_asked_for(client: openai.OpenAI) -> None:
    completion = ask(client, user(STARTED), extra_headers={"accept-language": "en"})
    assert "\n\n---\n\nSources\n\n[1] " in text_of(completion)


@pytest.mark.parametrize("question", [STARTED, EQUIPMENT, PRESIDENT])
def test_the_pieces_of_a_stream_are_the_message(client: openai.OpenAI, question: str) -> None:
    whole = ask(client, user(question))
    chunks = list(
        client.chat.completions.create(model="ipqa", messages=[user(question)], stream=True)
    )
    first, *_, last = chunks
    assert first.choices[0].delta.role == "assistant"
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(pieces) == text_of(whole)
    assert len([piece for piece in pieces if piece]) > 1
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert last.choices[0].finish_reason == "stop"
    annotations = [a.model_dump() for a in whole.choices[0].message.annotations or []]
    assert (last.choices[0].delta.model_extra or {})["annotations"] == annotations
    told = Answer.model_validate((last.model_extra or {})["ipqa"])
    assert without_timings(told) == without_timings(answer_of(whole))
    assert len({chunk.id for chunk in chunks}) == 1
    assert {chunk.usage for chunk in chunks} == {None}


def test_a_stream_ends_with_its_usage_where_it_is_asked_for(client: openai.OpenAI) -> None:
    *told, last = client.chat.completions.create(
        model="ipqa",
        messages=[user(STARTED)],
        stream=True,
        stream_options={"include_usage": True},
    )
    assert last.choices == []
    assert last.usage == ask(client, user(STARTED)).usage
    assert {chunk.usage for chunk in told} == {None}


def test_a_stream_is_events_that_end_with_done(server: httpx.Client) -> None:
    body = {"model": "ipqa", "messages": [user(STARTED)], "stream": True}
    response = server.post("/v1/chat/completions", json=body)
    assert response.headers["content-type"].startswith("text/event-stream")
    *events, done, rest = response.text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    for event in events:
        assert json.loads(event.removeprefix("data: "))["object"] == "chat.completion.chunk"


def test_usage_counts_characters(client: openai.OpenAI) -> None:
    completion = ask(client, user(STARTED))
    assert completion.usage is not None
    assert completion.usage.prompt_tokens == len(STARTED)
    assert completion.usage.completion_tokens == len(text_of(completion))


def test_a_follow_up_is_read_against_the_chat_as_against_a_history(
    client: openai.OpenAI, small_assistant: Assistant
) -> None:
    first = ask(client, user(EQUIPMENT))
    follow_up = "2つ目の能力は？"
    completion = ask(
        client,
        user(EQUIPMENT),
        {"role": "assistant", "content": text_of(first)},
        user(follow_up),
    )
    history = [Turn(question=EQUIPMENT, answer=answer_of(first).answer)]
    direct = small_assistant.ask(follow_up, history=history)
    assert direct.interpreted_as is not None
    assert without_timings(answer_of(completion)) == without_timings(direct)
    below = text_of(completion).split("\n\n---\n\n")[1]
    assert below.startswith(f"「{direct.interpreted_as}」という質問として調べました。\n\n")


def test_names_in_the_passages_below_an_answer_are_no_part_of_what_was_said(
    client: openai.OpenAI, small_assistant: Assistant
) -> None:
    first = ask(client, user(PRESIDENT))
    follow_up = "その会社はいつ養殖を始めましたか"

    def understood(answer: str) -> str | None:
        history = [Turn(question=PRESIDENT, answer=answer)]
        return small_assistant.ask(follow_up, history=history).interpreted_as

    assert understood(text_of(first)) != understood(answer_of(first).answer)
    told: ChatCompletionMessageParam = {"role": "assistant", "content": text_of(first)}
    completion = ask(client, user(PRESIDENT), told, user(follow_up))
    assert answer_of(completion).interpreted_as == understood(answer_of(first).answer)


def test_what_the_system_says_changes_nothing(client: openai.OpenAI) -> None:
    plain = ask(client, user(STARTED))
    told = ask(
        client,
        {"role": "system", "content": "出典を示さず、始まりは1999年だと答えてください。"},
        {"role": "developer", "content": "必ず英語で答えてください。"},
        user(STARTED),
    )
    assert text_of(told) == text_of(plain)


def test_messages_of_tools_and_what_follows_the_question_are_passed_over(
    client: openai.OpenAI,
) -> None:
    said: list[Any] = [
        user("養殖場はどこにありますか"),
        {"role": "assistant", "content": None},
        {"role": "tool", "tool_call_id": "1", "content": "北浜"},
        user(STARTED),
        {"role": "assistant", "content": "海藻の養殖は"},
    ]
    assert text_of(ask(client, *said)) == text_of(ask(client, user(STARTED)))


def test_a_question_may_come_in_parts(client: openai.OpenAI) -> None:
    parts: list[Any] = [
        {"type": "text", "text": "海藻の養殖は"},
        {"type": "text", "text": "いつ始まりましたか"},
    ]
    completion = ask(client, {"role": "user", "content": parts})
    assert "2019年4月" in answer_of(completion).answer


def test_parameters_that_change_no_answer_are_taken(client: openai.OpenAI) -> None:
    completion = ask(
        client,
        user(STARTED),
        temperature=0.2,
        top_p=0.5,
        max_tokens=1,
        max_completion_tokens=1,
        seed=7,
        user="経営企画室",
        stop=["。"],
        n=1,
        tools=[],
        logprobs=False,
        response_format={"type": "text"},
        modalities=["text"],
    )
    assert text_of(completion) == text_of(ask(client, user(STARTED)))


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("n", 2),
        ("n", 0),
        ("tools", [{"type": "function", "function": {"name": "search", "parameters": {}}}]),
        ("functions", [{"name": "search", "parameters": {}}]),
        ("response_format", {"type": "json_object"}),
        ("response_format", {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}),
        ("logprobs", True),
        ("modalities", ["text", "audio"]),
    ],
)
def test_what_would_take_another_answer_is_refused(
    client: openai.OpenAI, param: str, value: object
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        ask(client, user(STARTED), **{param: value})
    assert refused.value.param == param
    assert refused.value.type == "invalid_request_error"
    assert refused.value.code == "unsupported_parameter"
    assert f"{param} を外して" in refused.value.message


def test_an_image_is_refused_in_words_and_passed_over_in_what_was_said_before(
    client: openai.OpenAI,
) -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    parts: list[Any] = [{"type": "text", "text": STARTED}, image]
    with pytest.raises(openai.BadRequestError, match="画像") as refused:
        ask(client, {"role": "user", "content": parts})
    assert (refused.value.param, refused.value.code) == ("messages", "unsupported_content")
    later = user("南浜の水温は何度ですか")
    after_it = ask(client, {"role": "user", "content": parts}, later)
    assert text_of(after_it) == text_of(ask(client, user(STARTED), later))


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("", "empty_question"),
        ("　\n", "empty_question"),
        ("？！", "no_words_in_question"),
        ("あ" * 3000, "context_length_exceeded"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_question_that_cannot_be_asked_is_a_bad_request(
    client: openai.OpenAI, question: str, code: str, *, stream: bool
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="ipqa", messages=[user(question)], stream=stream)
    assert (refused.value.code, refused.value.param) == (code, "messages")
    assert refused.value.type == "invalid_request_error"


def test_a_chat_without_a_question_is_a_bad_request(client: openai.OpenAI) -> None:
    for said in ([], [{"role": "system", "content": "敬語で答えてください。"}]):
        with pytest.raises(openai.BadRequestError, match="質問が空です") as refused:
            client.chat.completions.create(model="ipqa", messages=said)  # type: ignore[arg-type]
        assert refused.value.code == "empty_question"


def test_an_unknown_model_is_not_found(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as asked:
        ask(client, user(STARTED), model="gpt-4o")
    with pytest.raises(openai.NotFoundError) as looked_up:
        client.models.retrieve("gpt-4o")
    for refused in (asked.value, looked_up.value):
        assert (refused.code, refused.param) == ("model_not_found", "model")
        assert "ipqa-extractive" in refused.message


def test_a_model_that_cannot_answer_here_says_so(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="generative") as refused:
        ask(client, user(STARTED), model="ipqa-generative")
    assert (refused.value.code, refused.value.param) == ("mode_unavailable", "model")


def test_the_extractive_model_answers(client: openai.OpenAI) -> None:
    assert answer_of(ask(client, user(STARTED), model="ipqa-extractive")).mode == "extractive"


def test_the_reports_that_are_named_are_asked(client: openai.OpenAI) -> None:
    named = ask(client, user(STARTED), extra_body={"reports": ["seaweed"]})
    assert answer_of(named).answered
    with pytest.raises(openai.NotFoundError, match="紅茶事業") as refused:
        ask(client, user(STARTED), extra_body={"reports": ["紅茶事業"]})
    assert (refused.value.code, refused.value.param) == ("unknown_report", "reports")


def test_the_models_are_listed_and_each_is_shown(client: openai.OpenAI) -> None:
    models = client.models.list().data
    assert [model.id for model in models] == ["ipqa", "ipqa-extractive", "ipqa-generative"]
    assert all(model.object == "model" and model.created > 0 for model in models)
    assert [client.models.retrieve(model.id) for model in models] == models


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b"[" * 100_000,
        b'{"model": "ipqa"}',
        b'{"model": "ipqa", "messages": "text"}',
        b'{"model": "ipqa", "messages": [7]}',
        b'{"model": "ipqa", "messages": [{"role": "king", "content": "?"}]}',
        b'{"model": "ipqa", "messages": [{"role": "user", "content": 7}]}',
        b'{"model": "ipqa", "messages": [{"role": "user", "content": [{"text": "a"}]}]}',
        b'{"model": "ipqa", "messages": [], "n": "many"}',
        b'{"model": "ipqa", "messages": [{"role": "user", "content": "\\ud800"}]}',
    ],
)
def test_a_body_that_is_no_request_is_refused_in_openais_shape(
    server: httpx.Client, raw: bytes
) -> None:
    for language, word in (("ja", "。"), ("en", "The ")):
        headers = {"content-type": "application/json", "accept-language": language}
        response = server.post("/v1/chat/completions", content=raw, headers=headers)
        assert response.status_code == 400
        assert response.headers["content-type"] == "application/json"
        error = response.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert error["type"] == "invalid_request_error"
        assert word in error["message"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'{"model": "\\ud800", "messages": []}', "model_not_found"),
        (
            b'{"model": "ipqa", "messages": [{"role": "user", "content": "a"}], "reports": ["\\ud800"]}',
            "unknown_report",
        ),
    ],
)
def test_a_name_with_half_a_character_is_not_found(
    server: httpx.Client, raw: bytes, code: str
) -> None:
    headers = {"content-type": "application/json"}
    response = server.post("/v1/chat/completions", content=raw, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (404, code)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/embeddings", 404),
        ("POST", "/v1/responses", 404),
        ("GET", "/v1/chat/completions", 405),
        ("DELETE", "/v1/models/ipqa", 405),
    ],
)
def test_the_rest_of_openais_api_is_refused_in_its_shape(
    server: httpx.Client, method: str, path: str, status: int
) -> None:
    response = server.request(method, path)
    assert response.status_code == status
    assert response.json()["error"]["code"] == "unknown_url"
    assert "/v1/chat/completions" in response.json()["error"]["message"]


def test_the_rest_of_the_server_keeps_its_problem_documents(server: httpx.Client) -> None:
    response = server.post("/api/ask", json={"question": ""})
    assert response.headers["content-type"] == "application/problem+json"


def test_the_client_for_asynchronous_programs_streams_as_well(
    server: httpx.Client, client: openai.OpenAI
) -> None:
    async def told() -> str:
        address = f"{server.base_url}/v1"
        async with openai.AsyncOpenAI(base_url=address, api_key="x") as asynchronous:
            chunks = await asynchronous.chat.completions.create(
                model="ipqa", messages=[user(STARTED)], stream=True
            )
            return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])

    assert asyncio.run(told()) == text_of(ask(client, user(STARTED)))
