"""A question leaves one trace, where a setting asks for it: its stages, the calls of a model, and nobody's words."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as SentSpan
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from ipqa.assistant import Assistant
from ipqa.errors import EmptyQuestion, ExtraMissing
from ipqa.settings import Settings
from ipqa.telemetry import OFF, spans, tracing_of
from tests.llm_server import (
    DONE,
    ENDS,
    HANGS,
    Script,
    Server,
    hangs_after,
    says,
    scripted,
    sends,
    status,
)
from tests.parts import records_at
from tests.server.running import running
from tests.serving import started

QUESTION = "2024年の出荷量は"
SHIPPED = "2024年の出荷量は1,250トンで、前年より8%増えた。[1]"
USAGE = (
    b'data: {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "scripted-7b", '
    b'"choices": [], "usage": {"prompt_tokens": 812, "completion_tokens": 31, "total_tokens": 843}}\n\n'
)


TRACE, SENDER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
FROM = {"traceparent": f"00-{TRACE}-{SENDER}-01"}


class Traces:
    """The spans that have ended."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    def all(self) -> Sequence[ReadableSpan]:
        return self._exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.all() if span.name == name]

    def below(self, parent: ReadableSpan) -> list[str]:
        """The names of the spans right below one, in the order in which they began."""
        found = [s for s in self.all() if s.parent and s.parent.span_id == context_of(parent)]
        return [span.name for span in sorted(found, key=lambda span: span.start_time or 0)]

    def text(self) -> str:
        return "".join(span.to_json() for span in self.all())


def context_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


def told(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> Traces:
    """Spans are kept in memory instead of being sent."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(spans, "exporting_tracer", lambda: provider.get_tracer("test"))
    return Traces(exporter)


@pytest.fixture
def traced(small_settings: Settings, tmp_path: Path) -> Callable[..., Settings]:
    def settings(server: Server | None = None, **more: object) -> Settings:
        endpoint = {"llm_base_url": server.base_url, "llm_model": "scripted"} if server else {}
        own = {
            "database_url": records_at(tmp_path / "records.sqlite3"),
            "traces": "on",
            "llm_seconds": 20.0,
            "reader": False,
        }
        return small_settings.model_copy(update={**own, **endpoint, **more})

    return settings


def ask(client: httpx.Client, **body: object) -> dict[str, Any]:
    response = client.post("/api/ask", json={"question": QUESTION, **body})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_question_is_a_span_with_its_stages_below_it(
    traces: Traces, traced: Callable[..., Settings]
) -> None:
    with running(traced()) as client:
        ask(client)
    (question,) = traces.named("ask")
    assert question.parent is None
    assert traces.below(question) == ["retrieval", "reading", "composition", "grounding"]
    assert told(question) == {"ipqa.mode": "extractive", "ipqa.reason": "answered"}
    for span in traces.all():
        assert (question.start_time or 0) <= (span.start_time or 0) <= (span.end_time or 0)
        assert (span.end_time or 0) <= (question.end_time or 0)


def test_no_span_holds_what_was_asked_said_or_written_in_a_report(
    traces: Traces, traced: Callable[..., Settings]
) -> None:
    with scripted(says(SHIPPED)) as server, running(traced(server)) as client:
        ask(client)
        client.post("/api/ask", json={"question": QUESTION, "reports": ["秘密の報告"]})
        client.post("/api/ask", json={"question": "あ" * 3000})
    assert len(traces.named("ask")) == 3
    for words in ("出荷", "1,250", "seaweed", "海藻", "秘密", "ああ"):
        assert words not in traces.text()
        assert words.encode("unicode-escape").decode() not in traces.text()


def test_the_question_is_told_where_a_setting_says_so(
    traces: Traces, traced: Callable[..., Settings]
) -> None:
    with running(traced(traces="questions")) as client:
        ask(client)
    assert told(traces.named("ask")[0])["ipqa.question"] == QUESTION


def test_a_call_of_a_language_model_is_a_span_with_what_it_used(
    traces: Traces, traced: Callable[..., Settings]
) -> None:
    with scripted(sends(SHIPPED, ENDS, USAGE, DONE)) as server, running(traced(server)) as client:
        assert ask(client)["mode"] == "generative"
        assert server.requests[0]["stream_options"] == {"include_usage": True}
        port = httpx.URL(server.base_url).port
    (question,), (call,) = traces.named("ask"), traces.named("chat scripted")
    assert traces.below(question) == ["retrieval", "reading", "chat scripted", "grounding"]
    assert call.kind is SpanKind.CLIENT
    assert told(call) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "scripted",
        "gen_ai.request.max_tokens": 700,
        "gen_ai.request.temperature": 0,
        "gen_ai.request.seed": 0,
        "gen_ai.response.model": "scripted-7b",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 812,
        "gen_ai.usage.output_tokens": 31,
        "server.address": "127.0.0.1",
        "server.port": port,
    }


@pytest.mark.parametrize(
    "after",
    [
        sends(SHIPPED, ENDS, b'data: {"choices": [], "usage": {"prompt_tokens": "?"}}\n\n', DONE),
        sends(SHIPPED, ENDS, b"nonsense\n\n", DONE),
        hangs_after(SHIPPED),
    ],
    ids=["odd usage", "nonsense", "no end"],
)
def test_an_endpoint_that_tells_no_usage_spoils_no_answer(
    traces: Traces, traced: Callable[..., Settings], after: Script
) -> None:
    with scripted(after) as server, running(traced(server, llm_seconds=2.0)) as client:
        assert "1,250トン" in ask(client)["answer"]
    assert len(traces.named("chat scripted")) == 1


def test_a_model_that_ends_and_then_hangs_keeps_its_answer(
    traces: Traces, traced: Callable[..., Settings]
) -> None:
    with scripted(sends(SHIPPED, ENDS, HANGS)) as server, running(traced(server)) as client:
        answer = ask(client)
    assert (answer["mode"], answer["fallback"]) == ("generative", None)
    assert told(traces.named("chat scripted")[0])["gen_ai.response.finish_reasons"] == ("stop",)


def test_what_failed_is_named_without_its_message(
    traces: Traces, traced: Callable[..., Settings]
) -> None:
    with scripted(status(401)) as server, running(traced(server)) as client:
        assert ask(client)["fallback"] == "llm_refused"
        assert client.post("/api/ask", json={"question": " "}).status_code == 422
    (call,) = traces.named("chat scripted")
    assert (call.status.status_code, told(call)["error.type"]) == (StatusCode.ERROR, "llm_refused")
    answered, refused = traces.named("ask")
    assert told(answered)["ipqa.fallback"] == "llm_refused"
    assert told(refused)["error.type"] == EmptyQuestion.__name__
    assert refused.status.description is None
    assert all(not span.events for span in traces.all())


def test_questions_at_the_same_time_have_traces_of_their_own(
    traces: Traces, traced: Callable[..., Settings]
) -> None:
    body = {"question": QUESTION}
    with running(traced()) as client, ThreadPoolExecutor(4) as pool:
        sent = [
            pool.submit(client.post, path, json=body)
            for path in ("/api/ask", "/api/ask/stream") * 3
        ]
        assert all(response.result().status_code == 200 for response in sent)
    questions = traces.named("ask")
    assert len(questions) == 6
    for question in questions:
        assert traces.below(question) == ["retrieval", "reading", "composition", "grounding"]


def test_a_question_that_is_given_up_ends_its_spans(
    traces: Traces, traced: Callable[..., Settings]
) -> None:
    with scripted(hangs_after(SHIPPED + SHIPPED[:9])) as server:
        assistant = Assistant.open(traced(server))
        events = assistant.stream(QUESTION)
        for event in events:
            if type(event).__name__ == "ClaimVerified":
                break
        events.close()
    (question,), (call,) = traces.named("ask"), traces.named("chat scripted")
    assert question.status.status_code is call.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream", "/v1/chat/completions"])
def test_a_question_belongs_to_the_trace_that_its_request_names(
    traces: Traces, traced: Callable[..., Settings], path: str
) -> None:
    body = {
        "question": QUESTION,
        "model": "ipqa",
        "messages": [{"role": "user", "content": QUESTION}],
    }
    fields = ("model", "messages") if path.startswith("/v1") else ("question",)
    json = {name: body[name] for name in fields}
    with running(traced()) as client:
        for headers in (FROM, {}):
            assert client.post(path, json=json, headers=headers).status_code == 200
    sent, own = traces.named("ask")
    assert sent.parent is not None
    assert (format(sent.parent.trace_id, "032x"), format(sent.parent.span_id, "016x")) == (
        TRACE,
        SENDER,
    )
    assert sent.parent.is_remote
    assert traces.below(sent) == ["retrieval", "reading", "composition", "grounding"]
    assert own.parent is None


@pytest.mark.parametrize(
    "given", ["", "1", f"00-{'0' * 32}-{SENDER}-01", f"ff-{TRACE}-{SENDER}-01"]
)
def test_a_name_of_a_trace_that_is_none_is_passed_over(
    traces: Traces, traced: Callable[..., Settings], given: str
) -> None:
    with running(traced()) as client:
        client.post("/api/ask", json={"question": QUESTION}, headers={"traceparent": given})
    assert traces.named("ask")[0].parent is None


def test_a_question_of_a_trace_that_is_not_kept_is_not_kept_either(
    traces: Traces, traced: Callable[..., Settings]
) -> None:
    unsampled = {"traceparent": f"00-{TRACE}-{SENDER}-00"}
    with running(traced()) as client:
        answer = client.post("/api/ask", json={"question": QUESTION}, headers=unsampled)
    assert answer.json()["answered"]
    assert traces.all() == ()


def test_nothing_is_traced_unless_it_is_asked_for(small_settings: Settings) -> None:
    assert tracing_of(small_settings) is OFF
    with scripted(says(SHIPPED)) as server:
        endpoint = {"llm_base_url": server.base_url, "llm_model": "scripted"}
        Assistant.open(small_settings.model_copy(update=endpoint)).ask(QUESTION)
        assert "stream_options" not in server.requests[0]


def test_missing_packages_are_named_with_their_extra(
    small_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ipqa.telemetry.spans", None)
    with pytest.raises(ExtraMissing, match=r"ipqa\[telemetry\]"):
        Assistant.open(small_settings.model_copy(update={"traces": "on"}))


Received = list[ExportTraceServiceRequest]


@contextmanager
def collecting() -> Iterator[tuple[dict[str, str], Received]]:
    """A collector of OpenTelemetry: the variables that make a command send to it, and what it received."""
    received: Received = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            assert self.path == "/v1/traces"
            received.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Collector) as collector:
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{collector.server_port}"
        yield {"IPQA_TRACES": "on", "OTEL_EXPORTER_OTLP_ENDPOINT": address}, received
        collector.shutdown()


def sent_spans(received: Received) -> list[SentSpan]:
    resources = [resource for request in received for resource in request.resource_spans]
    assert all(
        {a.key: a.value.string_value for a in r.resource.attributes}["service.name"] == "ipqa"
        for r in resources
    )
    return [span for r in resources for scope in r.scope_spans for span in scope.spans]


@pytest.mark.slow
def test_a_command_sends_its_trace_to_the_collector_that_is_named(small_settings: Settings) -> None:
    with collecting() as (variables, received):
        command = [sys.executable, "-m", "ipqa.cli", "ask", QUESTION]
        subprocess.run(
            [*command, "--index", str(small_settings.index)],
            env={**os.environ, **variables},
            check=True,
            timeout=60,
        )
    names = {span.name for span in sent_spans(received)}
    assert names == {"ask", "retrieval", "reading", "composition", "grounding"}


@pytest.mark.slow
def test_a_server_that_is_ended_sends_what_it_has(small_settings: Settings, tmp_path: Path) -> None:
    with collecting() as (variables, received):
        own = {**variables, "IPQA_DATABASE_URL": f"sqlite:///{tmp_path}/records.sqlite3"}
        command = ("serve", "--index", small_settings.index, "--no-reader")
        with started(*command, environment=own) as server:
            asked = httpx.post(
                f"{server.address}/api/ask", json={"question": QUESTION}, headers=FROM, timeout=60
            )
            assert asked.is_success
            server.ended(signal.SIGTERM)
    (question,) = (span for span in sent_spans(received) if span.name == "ask")
    assert (question.trace_id.hex(), question.parent_span_id.hex()) == (TRACE, SENDER)


@pytest.mark.slow
def test_a_question_over_mcp_belongs_to_the_trace_of_its_request(
    small_settings: Settings, tmp_path: Path
) -> None:
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": QUESTION}},
    }
    headers = {**FROM, "accept": "application/json, text/event-stream"}
    with collecting() as (variables, received):
        own = {**variables, "IPQA_DATABASE_URL": f"sqlite:///{tmp_path}/records.sqlite3"}
        command = ("mcp", "--index", small_settings.index, "--http")
        with started(*command, environment=own, told_on="stderr") as server:
            asked = httpx.post(server.address, json=call, headers=headers, timeout=60)
            assert "1,250" in asked.text
            server.ended(signal.SIGTERM)
    (question,) = (span for span in sent_spans(received) if span.name == "ask")
    assert (question.trace_id.hex(), question.parent_span_id.hex()) == (TRACE, SENDER)
