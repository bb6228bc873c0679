"""Traces of questions for OpenTelemetry, where a setting asks for them; else nothing is imported or measured.

What makes answers marks its stages by a ``Tracing``, which does nothing (``OFF``) or makes spans of them.
"""

from ipqa.errors import ExtraMissing
from ipqa.settings import Settings
from ipqa.telemetry.tracing import OFF, Call, Chat, Tracing

__all__ = ["OFF", "Call", "Chat", "Tracing", "tracing_of"]


def tracing_of(settings: Settings) -> Tracing:
    """The tracing that the settings ask for.

    Raises:
        ExtraMissing: traces are asked for, but the packages for them are not installed.
    """
    if settings.traces == "off":
        return OFF
    try:
        from ipqa.telemetry.spans import Spans, exporting_tracer  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise ExtraMissing(
            packages="opentelemetry-sdk, opentelemetry-exporter-otlp-proto-http", extra="telemetry"
        ) from error
    return Spans(exporting_tracer(), questions=settings.traces == "questions")
