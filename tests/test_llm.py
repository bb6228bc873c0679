"""A language model is asked in bounded time, and whatever goes wrong has a name."""

import socket
import sys
import threading
import time
import traceback
from contextlib import closing
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from ipqa.errors import BadSetting, ExtraMissing
from ipqa.llm import Message, ModelFailed, OpenAICompatible, language_model
from ipqa.settings import Settings
from tests.llm_server import (
    DONE,
    ENDS,
    HANGS,
    Chunk,
    Cut,
    Head,
    Pause,
    Script,
    Server,
    Step,
    breaks_off_after,
    filtered_after,
    hangs,
    hangs_after,
    in_turn,
    refuses,
    repeats,
    says,
    scripted,
    sends,
    status,
    thinks,
    trickles,
)

ANSWER = "北辰精工の受注残は2025年3月末で480億円である。[1]"
QUESTION = [Message("system", "資料だけから答える。"), Message("user", "受注残はいくらか。")]
KEY = "sk-hokushin-himitsu"
BOUND = 1.0
MARGIN = 4.0


def model_at(server: Server, seconds: float = 30.0) -> OpenAICompatible:
    return OpenAICompatible(server.base_url, "hokushin-7b", key=SecretStr(KEY), seconds=seconds)


def text_of(model: OpenAICompatible) -> str:
    return "".join(model.stream(QUESTION, 300))


def failing(model: OpenAICompatible) -> tuple[str, str]:
    """What came before the failure, and the fault."""
    said: list[str] = []
    with pytest.raises(ModelFailed) as failed:
        said.extend(model.stream(QUESTION, 300))
    return "".join(said), failed.value.fault


def test_the_text_comes_in_pieces_and_whole() -> None:
    with scripted(says(ANSWER)) as server:
        pieces = list(model_at(server).stream(QUESTION, 300))
    assert len(pieces) > 5
    assert "".join(pieces) == ANSWER


def test_a_piece_is_told_before_the_next_is_written() -> None:
    with scripted(hangs_after("北辰精工")) as server:
        with closing(model_at(server).stream(QUESTION, 300)) as pieces:
            assert next(pieces) == "北辰精"
        assert server.disconnected.wait(5)


def test_the_model_is_asked_for_the_likeliest_text_of_a_bounded_length() -> None:
    with scripted(says(ANSWER)) as server:
        text_of(model_at(server))
        (asked,) = server.requests
    assert asked == {
        "model": "hokushin-7b",
        "messages": [
            {"role": "system", "content": "資料だけから答える。"},
            {"role": "user", "content": "受注残はいくらか。"},
        ],
        "max_tokens": 300,
        "temperature": 0,
        "seed": 0,
        "stream": True,
    }


def test_a_model_is_offered_nothing_to_act_with_and_what_it_would_do_is_no_text() -> None:
    call = {"name": "remove_report", "arguments": '{"report": "all"}'}
    delta = {"tool_calls": [{"index": 0, "id": "1", "type": "function", "function": call}]}
    with scripted(sends(Chunk(delta), Chunk(finish_reason="tool_calls"), DONE)) as server:
        assert text_of(model_at(server)) == ""
        (asked,) = server.requests
    assert not {"tools", "functions", "tool_choice", "mcp_servers"} & set(asked)


def test_characters_cut_between_packets_arrive_whole() -> None:
    line = 'data: {"choices": [{"delta": {"content": "受注残は増えた。"}}]}\n\n'.encode()
    bytewise = [part for byte in line for part in (bytes([byte]), Pause(0.001))]
    with scripted(sends(*bytewise, ENDS, DONE)) as server:
        assert text_of(model_at(server)) == "受注残は増えた。"


@pytest.mark.parametrize(
    "script",
    [
        thinks("まず受注残を探す。", ANSWER),
        says(f"<think>まず受注残を探す。</think>\n\n{ANSWER}", piece=1),
        says(f"<think>まず受注残を探す。</think>\n\n{ANSWER}", piece=1000),
        says(f"\n<think></think><think>次に表を見る。</think>{ANSWER}", piece=4),
    ],
    ids=["field", "tags in pieces", "tags in one piece", "two blocks"],
)
def test_thoughts_are_not_part_of_the_text(script: Script) -> None:
    with scripted(script) as server:
        assert text_of(model_at(server)) == ANSWER


@pytest.mark.parametrize("text", ["<table>の説明", "<th", "受注<think>残</think>"])
def test_text_that_only_looks_like_a_thought_stays(text: str) -> None:
    with scripted(says(text, piece=1)) as server:
        assert text_of(model_at(server)) == text


def test_a_thought_that_never_ends_is_no_text() -> None:
    with scripted(sends("<think>まず", "受注残を", Chunk(finish_reason="length"), DONE)) as server:
        assert text_of(model_at(server)) == ""


@pytest.mark.parametrize(
    "steps",
    [
        ["受注残は480億円", Chunk(finish_reason="length"), DONE],
        ["受注残は480億円", ENDS],
        ["受注残は480億円", ENDS, HANGS],
        [Chunk({"content": "受注残は480億円"}, finish_reason="stop")],
        [b'data: {"choices": []}\n\n', b": wait\n\n", "受注残は480億円", ENDS, DONE],
        [b'data: {"choices": [{"index": 0}]}\n\n', "受注残は480億円", ENDS, DONE],
    ],
    ids=[
        "cut at its length",
        "no DONE",
        "open afterwards",
        "all in one",
        "empty chunk",
        "no delta",
    ],
)
def test_an_answer_ends_where_its_model_says_so(steps: list[Any]) -> None:
    with scripted(sends(*steps)) as server:
        assert text_of(model_at(server)) == "受注残は480億円"


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (301, "llm_unreachable"),
        (400, "llm_refused"),
        (401, "llm_refused"),
        (403, "llm_refused"),
        (404, "llm_unreachable"),
        (422, "llm_refused"),
    ],
)
def test_an_error_that_will_stay_is_not_asked_for_again(code: int, fault: str) -> None:
    with scripted(status(code)) as server:
        assert failing(model_at(server)) == ("", fault)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        (status(429), "llm_rate_limited"),
        (status(429, retry_after=0.1), "llm_rate_limited"),
        (status(500), "llm_unreachable"),
        (status(503, retry_after=0), "llm_unreachable"),
        (breaks_off_after(""), "llm_unreachable"),
    ],
    ids=["429", "429 with a pause", "500", "503", "cut before the status"],
)
def test_what_may_pass_is_asked_for_once_more(script: Script, fault: str) -> None:
    with scripted(script) as server:
        assert failing(model_at(server)) == ("", fault)
        assert len(server.requests) == 2
    with scripted(in_turn(script, says(ANSWER))) as server:
        assert text_of(model_at(server)) == ANSWER


@pytest.mark.parametrize("retry_after", [30, 2.5, "Wed, 21 Oct 2026 07:28:00 GMT", "nan", -1])
def test_a_long_or_strange_pause_is_not_waited_for(retry_after: float | str) -> None:
    with scripted(status(429, retry_after=retry_after)) as server:
        assert failing(model_at(server)) == ("", "llm_rate_limited")
        assert len(server.requests) == 1


def test_a_pause_beyond_the_bound_is_not_waited_for() -> None:
    with scripted(status(429, retry_after=1.5)) as server:
        assert failing(model_at(server, BOUND)) == ("", "llm_rate_limited")
        assert len(server.requests) == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_endpoint_that_is_not_there_is_unreachable(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    model = OpenAICompatible(f"{scheme}://127.0.0.1:{port}/v1", "hokushin-7b")
    assert failing(model) == ("", "llm_unreachable")


def test_an_endpoint_without_tls_is_unreachable_by_https() -> None:
    with scripted(says(ANSWER)) as server:
        model = OpenAICompatible(server.base_url.replace("http:", "https:"), "hokushin-7b")
        assert failing(model) == ("", "llm_unreachable")
        assert server.requests == []


def test_a_host_that_no_name_can_be_is_unreachable() -> None:
    assert failing(OpenAICompatible("http://a..b/v1", "hokushin-7b")) == ("", "llm_unreachable")


@pytest.mark.parametrize(
    ("script", "said", "fault"),
    [
        (refuses("お答えできません。"), "", "llm_refused"),
        (filtered_after("受注残"), "受注残", "llm_refused"),
        (status(400, code_in_body="content_filter"), "", "llm_refused"),
        (
            sends("受注残", b'data: {"error": {"code": "content_filter"}}\n\n'),
            "受注残",
            "llm_refused",
        ),
        (breaks_off_after("受注残"), "受注残", "llm_interrupted"),
        (sends("受注残"), "受注残", "llm_interrupted"),
        (sends("受注残", b'data: {"error": {"code": 500}}\n\n'), "受注残", "llm_interrupted"),
        (sends(Head(), Pause(0.1), Cut()), "", "llm_interrupted"),
        (sends("受注残", b"data: {\n\n", ENDS, DONE), "受注残", "llm_nonsense"),
        (sends("受注残", b"data: [1]\n\n", ENDS, DONE), "受注残", "llm_nonsense"),
        (sends(b'data: {"choices": "none"}\n\n', ENDS, DONE), "", "llm_nonsense"),
        (sends(b'data: {"text": "x"}\n\n', ENDS, DONE), "", "llm_nonsense"),
        (sends(b"data: \xff\xfe\n\n", ENDS, DONE), "", "llm_nonsense"),
        (sends(DONE), "", "llm_nonsense"),
        (sends(Head(content_type="text/html"), b"<html>login</html>"), "", "llm_nonsense"),
        (sends(Head(content_type="application/json"), b'{"choices": []}'), "", "llm_nonsense"),
        (sends(Head()), "", "llm_nonsense"),
    ],
    ids=[
        *("refusal", "filter", "filter in the status", "filter in an error"),
        *("cut", "no end", "error in the stream", "cut after the status"),
        *("broken JSON", "no object", "no choices", "other object", "no UTF-8"),
        *("nothing but DONE", "a page", "no stream", "nothing"),
    ],
)
def test_every_failure_has_its_name(script: Script, said: str, fault: str) -> None:
    with scripted(script) as server:
        assert failing(model_at(server)) == (said, fault)
        assert len(server.requests) == 1


def every_moment(step: Step) -> tuple[Step, ...]:
    """The step again and again, for longer than any bound."""
    return (step, Pause(0.2)) * 100


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (hangs(), ""),
        (hangs_after("受注残は"), "受注残は"),
        (sends(Head(), HANGS), ""),
        (sends(*every_moment(b": wait\n\n")), ""),
        (sends("受注残は", *every_moment(b"d")), "受注残は"),
        (sends(*every_moment("<think>")), ""),
        (sends(Head(500, "application/json"), *every_moment(b" ")), ""),
    ],
    ids=["no status", "mid-stream", "no text", "comments", "half a line", "thoughts", "error"],
)
def test_an_answer_that_does_not_come_ends_in_time(script: Script, said: str) -> None:
    started = time.monotonic()
    with scripted(script) as server:
        assert failing(model_at(server, BOUND)) == (said, "llm_timeout")
        assert time.monotonic() - started < MARGIN
        assert server.disconnected.wait(5)
        assert len(server.requests) == 1


@pytest.mark.parametrize("script", [trickles(ANSWER * 50, every=0.2), repeats("増えた。[1]")])
def test_an_answer_that_does_not_stop_ends_in_time(script: Script) -> None:
    started = time.monotonic()
    with scripted(script) as server:
        said, fault = failing(model_at(server, BOUND))
        assert server.disconnected.wait(5)
    assert said
    assert fault == "llm_timeout"
    assert time.monotonic() - started < 2 * MARGIN


def test_headers_that_trickle_end_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        pieces = OpenAICompatible(address, "hokushin-7b", seconds=BOUND).stream(QUESTION, 300)

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                for byte in b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 50:
                    try:
                        connection.send(bytes([byte]))
                    except ConnectionError:
                        return
                    time.sleep(0.1)

        thread = threading.Thread(target=answer)
        thread.start()
        started = time.monotonic()
        with pytest.raises(ModelFailed, match="llm_timeout"):
            next(pieces)
        assert time.monotonic() - started < MARGIN
        thread.join()


def test_closing_an_endless_answer_stops_its_model() -> None:
    with scripted(repeats("受注残が増えた。[1]")) as server:
        with closing(model_at(server).stream(QUESTION, 300)) as pieces:
            for _ in range(3):
                next(pieces)
            assert not server.disconnected.is_set()
        assert server.disconnected.wait(5)


def test_nothing_is_sent_before_the_first_piece_is_wanted() -> None:
    with (
        scripted(says(ANSWER)) as server,
        closing(model_at(server).stream(QUESTION, 300)) as pieces,
    ):
        assert not server.connected.wait(0.2)
        next(pieces)
        assert server.connected.is_set()


def test_the_key_is_sent_and_a_placeholder_where_there_is_none() -> None:
    with scripted(says(ANSWER)) as server:
        text_of(model_at(server))
        text_of(OpenAICompatible(server.base_url, "hokushin-7b"))
        sent = [headers["authorization"] for headers in server.headers]
    assert sent == [f"Bearer {KEY}", "Bearer none"]


def test_only_the_needed_headers_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "somebody-else")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Team: somebody-else")
    with scripted(says(ANSWER)) as server:
        text_of(model_at(server))
        (headers,) = server.headers
    assert "somebody-else" not in headers.values()
    assert [name for name in headers if name.startswith("x-")] == []


@pytest.mark.parametrize("script", [status(401), breaks_off_after(""), hangs(), repeats("増。")])
def test_no_failure_shows_the_key(script: Script) -> None:
    with scripted(script) as server:
        model = model_at(server, 0.3)
        with pytest.raises(ModelFailed) as failed:
            text_of(model)
    told = "".join(traceback.format_exception(failed.value)) + repr(model) + repr(failed.value)
    assert KEY not in told
    assert "llm_" in told


@pytest.mark.parametrize("ending", ["\n", "鍵"])
def test_a_key_that_cannot_be_sent_is_not_shown(ending: str) -> None:
    with scripted(says(ANSWER)) as server:
        model = OpenAICompatible(server.base_url, "hokushin-7b", key=SecretStr(KEY + ending))
        with pytest.raises(ModelFailed, match="llm_unreachable") as failed:
            text_of(model)
    assert KEY not in "".join(traceback.format_exception(failed.value))


def test_a_redirect_is_not_followed() -> None:
    with scripted(says(ANSWER)) as elsewhere:
        moved = Head(307, headers={"Location": f"{elsewhere.base_url}/chat/completions"})
        with scripted(sends(moved)) as server:
            assert failing(model_at(server)) == ("", "llm_unreachable")
        assert not elsewhere.connected.is_set()


PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_proxy_stands_before_this_machine(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with scripted(says("代理")) as proxy, scripted(says(ANSWER)) as server:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.base_url.removesuffix("/v1"))
        address = server.base_url.replace("127.0.0.1", host)
        assert text_of(OpenAICompatible(address, "hokushin-7b")) == ANSWER
        assert not proxy.connected.is_set()


def test_a_proxy_is_used_for_other_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with scripted(says(ANSWER)) as proxy:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.base_url.removesuffix("/v1"))
        model = OpenAICompatible("http://model.example/v1", "hokushin-7b")
        assert text_of(model) == ANSWER
        assert proxy.paths == ["http://model.example/v1/chat/completions"]


def test_a_query_in_the_address_is_kept() -> None:
    with scripted(says(ANSWER)) as server:
        text_of(OpenAICompatible(f"{server.base_url}?api-version=2026-01-01", "hokushin-7b"))
        assert server.paths == ["/v1/chat/completions?api-version=2026-01-01"]


def test_there_is_no_model_unless_both_address_and_name_are_set() -> None:
    address = "http://127.0.0.1:11434/v1"
    assert language_model(Settings()) is None
    assert language_model(Settings(llm_base_url=address)) is None
    assert language_model(Settings(llm_model="hokushin-7b")) is None
    assert language_model(Settings(llm_base_url="", llm_model="")) is None
    model = language_model(Settings(llm_base_url=address, llm_model="hokushin-7b"))
    assert model is not None
    assert model.name == "hokushin-7b"


def test_the_settings_are_what_the_model_is_asked_with() -> None:
    with scripted(in_turn(says(ANSWER), hangs())) as server:
        model = language_model(
            Settings(
                llm_base_url=server.base_url,
                llm_model="hokushin-7b",
                llm_api_key=SecretStr(KEY),
                llm_seconds=BOUND,
            )
        )
        assert isinstance(model, OpenAICompatible)
        assert text_of(model) == ANSWER
        assert server.headers[0]["authorization"] == f"Bearer {KEY}"
        assert failing(model) == ("", "llm_timeout")


def test_a_missing_client_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    settings = Settings(llm_base_url="http://127.0.0.1:11434/v1", llm_model="hokushin-7b")
    with pytest.raises(ExtraMissing, match=r"openai.*ipqa\[llm\]"):
        language_model(settings)


@pytest.mark.parametrize(
    "address", ["localhost:11434/v1", "ftp://127.0.0.1/", "http://", "http://a:b/"]
)
def test_an_address_that_is_none_is_told_at_the_start(address: str) -> None:
    with pytest.raises(BadSetting, match="IPQA_LLM_BASE_URL"):
        language_model(Settings(llm_base_url=address, llm_model="hokushin-7b"))


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}鍵"])
def test_a_key_that_cannot_be_sent_is_told_at_the_start_and_not_shown(key: str) -> None:
    settings = Settings(
        llm_base_url="http://127.0.0.1:11434/v1", llm_model="m", llm_api_key=SecretStr(key)
    )
    with pytest.raises(BadSetting, match="IPQA_LLM_API_KEY") as refused:
        language_model(settings)
    assert KEY not in refused.value.message("ja") + "".join(
        traceback.format_exception(refused.value)
    )


def test_the_scripted_server_answers_without_a_stream_too() -> None:
    with scripted(says(ANSWER)) as server:
        models = httpx.get(f"{server.base_url}/models", trust_env=False).json()
        answer = httpx.post(
            f"{server.base_url}/chat/completions", json={"messages": []}, trust_env=False
        ).json()
    assert models["data"][0]["id"] == "scripted"
    assert answer["choices"][0]["message"]["content"] == ANSWER
