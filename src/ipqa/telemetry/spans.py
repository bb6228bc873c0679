"""Spans of OpenTelemetry: one for each question, its stages below it, and calls of a language model.

Names of attributes are those of OpenTelemetry's conventions for generative AI where there are any, else they
begin with ``ipqa.``. What people wrote, what models wrote and what reports say is in none of them, but the
question where that is asked for; errors are named, without their messages, which may hold it.
"""

import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ipqa import __version__
from ipqa.telemetry.tracing import Call, Chat, Stage

_T = TypeVar("_T")

_NAME = "ipqa"
_W3C = TraceContextTextMapPropagator()


@cache
def exporting_tracer() -> trace.Tracer:
    """What sends spans where the variables of OpenTelemetry (``OTEL_EXPORTER_OTLP_ENDPOINT``) say.

    They go in a thread of their own, and what is left when the process ends.
    """
    named = {SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME", _NAME), SERVICE_VERSION: __version__}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer(_NAME, __version__)


class Spans:
    """Makes spans of what is told.

    Args:
        tracer: takes them.
        questions: whether the span of a question holds its text.
    """

    def __init__(self, tracer: trace.Tracer, *, questions: bool) -> None:
        self._tracer = tracer
        self._questions = questions

    @contextmanager
    def belonging(self, headers: Mapping[str, str]) -> Iterator[None]:
        """The span that ``traceparent`` names (W3C Trace Context) is the current one."""
        token = context.attach(_W3C.extract(headers))
        try:
            yield
        finally:
            context.detach(token)

    def question(self, text: str, events: Generator[_T, None, None]) -> Generator[_T, None, None]:
        """The same events, in a span, which is the current one only while they are worked out.

        Between two events other questions may run in the same thread, and the next event may be worked out in
        another one.
        """
        told = {"ipqa.question": text} if self._questions else {}
        span = self._tracer.start_span("ask", attributes=told)
        try:
            while True:
                with _current(span):
                    try:
                        event = next(events)
                    except StopIteration:
                        return
                yield event
        except Exception as error:
            _failed(span, type(error).__name__)
            raise
        finally:
            events.close()
            span.end()

    @contextmanager
    def stage(self, name: Stage) -> Iterator[None]:
        """A span below that of the question."""
        with self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False
        ):
            yield

    def answered(self, mode: str, reason: str | None, fallback: str | None) -> None:
        """Attributes of the question's span, which is the current one."""
        span = trace.get_current_span()
        span.set_attribute("ipqa.mode", mode)
        span.set_attribute("ipqa.reason", reason or "answered")
        if fallback is not None:
            span.set_attribute("ipqa.fallback", fallback)

    @contextmanager
    def chat(self, chat: Chat) -> Iterator[Call]:
        """A span below that of the question; events may be told while it lasts."""
        span = self._tracer.start_span(f"chat {chat.model}", kind=trace.SpanKind.CLIENT)
        told: dict[str, str | int | float | None] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",  # the protocol; who is behind it is not known
            "gen_ai.request.model": chat.model,
            "gen_ai.request.max_tokens": chat.max_tokens,
            "gen_ai.request.temperature": chat.temperature,
            "gen_ai.request.seed": chat.seed,
            "server.address": chat.host,
            "server.port": chat.port,
        }
        span.set_attributes({name: value for name, value in told.items() if value is not None})
        try:
            yield _Span(span)
        except Exception as error:
            _failed(span, getattr(error, "fault", type(error).__name__))
            raise
        finally:
            span.end()


class _Span:
    """A call of a language model as a span."""

    wants_usage = True

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def told(
        self,
        *,
        model: str | None = None,
        finish_reason: str | None = None,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
    ) -> None:
        """Attributes of the span."""
        if model is not None:
            self._span.set_attribute("gen_ai.response.model", model)
        if finish_reason is not None:
            self._span.set_attribute("gen_ai.response.finish_reasons", [finish_reason])
        if input_tokens is not None:
            self._span.set_attribute("gen_ai.usage.input_tokens", input_tokens)
        if output_tokens is not None:
            self._span.set_attribute("gen_ai.usage.output_tokens", output_tokens)


@contextmanager
def _current(span: trace.Span) -> Iterator[None]:
    with trace.use_span(span, record_exception=False, set_status_on_exception=False):
        yield


def _failed(span: trace.Span, kind: str) -> None:
    span.set_status(trace.StatusCode.ERROR)
    span.set_attribute("error.type", kind)
