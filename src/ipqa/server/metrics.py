"""What the server counts, for Prometheus: requests, answers and their stages, jobs, the index that answers."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

from ipqa import __version__
from ipqa.answering.answer import Answer
from ipqa.current import CurrentAssistant
from ipqa.errors import EveryReportNeeded, IpqaError
from ipqa.server.callers import CallerOf
from ipqa.server.current import CurrentOf
from ipqa.server.jobs import Jobs, JobsOf
from ipqa.server.turns import Turns

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_STAGES = ("retrieval", "answering")

router = APIRouter(tags=["health"])


class Metrics:
    """The figures of one server, since it was started."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        Info("ipqa", "Version of ipqa.", registry=registry).info({"version": __version__})
        self._requests = Counter(
            "ipqa_requests",
            "Requests, by method, template of the path, and status.",
            ["method", "path", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "ipqa_request_seconds",
            "Seconds from a request to the end of its response, by template of the path.",
            ["path"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._answers = Counter(
            "ipqa_answers",
            "Answers, by mode, and by why nothing was answered; else the reason is answered.",
            ["mode", "reason"],
            registry=registry,
        )
        self._stages = Histogram(
            "ipqa_stage_seconds",
            "Seconds of each stage of an answer.",
            ["stage"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._dropped = Counter(
            "ipqa_dropped_claims",
            "Sentences of a language model that were not said, by why.",
            ["reason"],
            registry=registry,
        )
        self._fallbacks = Counter(
            "ipqa_fallbacks",
            "Answers in the reports' words because a language model's could not be used, by why.",
            ["reason"],
            registry=registry,
        )
        self._jobs = Gauge(
            "ipqa_jobs", "Changes to the index, by state.", ["state"], registry=registry
        )
        self._turns = Gauge(
            "ipqa_questions",
            "Questions, searches and drafts that are worked on, and that wait for it.",
            ["state"],
            registry=registry,
        )
        self._ready = Gauge(
            "ipqa_ready", "1 where the index that is in force answers, else 0.", registry=registry
        )
        self._generation = Gauge(
            "ipqa_index_generation", "Number of the generation that answers.", registry=registry
        )
        self._reports = Gauge("ipqa_reports", "Reports that are answered from.", registry=registry)

    def requested(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def answered(self, answer: Answer) -> None:
        """Count an answer."""
        self._answers.labels(answer.mode, answer.reason or "answered").inc()
        for stage in _STAGES:
            self._stages.labels(stage).observe(answer.timings_ms[stage] / 1000)
        for reason, count in answer.dropped_claims.items():
            self._dropped.labels(reason).inc(count)
        if answer.fallback is not None:
            self._fallbacks.labels(answer.fallback).inc()

    def exposed(self, current: CurrentAssistant, jobs: Jobs, turns: Turns) -> bytes:
        """All figures in Prometheus' text format, with how server, jobs and questions stand now."""
        self._turns.labels("under_way").set(turns.under_way)
        self._turns.labels("waiting").set(turns.waiting)
        for state, count in jobs.counts().items():
            self._jobs.labels(state).set(count)
        try:
            current.require_ready()
            self._ready.set(1)
        except IpqaError:
            self._ready.set(0)
        try:
            index = current.assistant.index
            self._generation.set(int(index.name))
            self._reports.set(len(index.reports))
        except IpqaError:
            self._generation.set(0)
            self._reports.set(0)
        return generate_latest(self._registry)


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={HTTPStatus.OK.value: {"content": {"text/plain": {}}}},
)
def metrics(request: Request, caller: CallerOf, current: CurrentOf, jobs: JobsOf) -> Response:
    """Figures of this server since it was started, for callers who may read every report."""
    if caller.reports is not None:
        raise EveryReportNeeded(what="/metrics")
    figures: Metrics = request.state.metrics
    turns: Turns = request.state.turns
    return Response(figures.exposed(current, jobs, turns), media_type=CONTENT_TYPE_LATEST)
