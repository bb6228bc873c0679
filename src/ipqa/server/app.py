"""The HTTP server: the API, the health checks, and the page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import TypedDict

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from ipqa import __version__
from ipqa.current import CurrentAssistant
from ipqa.records.database import Database
from ipqa.records.feedback import FeedbackStore
from ipqa.records.jobs import JobStore
from ipqa.records.keys import Role
from ipqa.server import (
    ask,
    conversations,
    evaluation,
    exports,
    feedback,
    health,
    jobs,
    metrics,
    openai_api,
    openai_failures,
    page,
    problems,
    reports,
    verify,
)
from ipqa.server.callers import ADMIN_ONLY, BEARER, CallerOf
from ipqa.server.description import describe_as_it_behaves
from ipqa.server.guard import LARGEST_BODY, Guard
from ipqa.server.requests import RequestLog
from ipqa.server.traces import TraceParent
from ipqa.server.turns import Turns
from ipqa.settings import Settings
from ipqa.telemetry import tracing_of


class About(BaseModel):
    """What a face needs to know of the server that it talks to.

    Attributes:
        key: the name of the key that the request came with; null where the server wants none.
        role: what the caller may do.
    """

    version: str
    key: str | None
    role: Role
    keeps_conversations: bool
    language_model: str | None
    max_question_length: int
    max_report_bytes: int


class _State(TypedDict):
    settings: Settings
    current: CurrentAssistant
    jobs: jobs.Jobs
    feedback: FeedbackStore
    metrics: metrics.Metrics
    records: Database
    turns: Turns


def create_app(settings: Settings, current: CurrentAssistant) -> FastAPI:
    """The application; it follows the index while it runs, and opens it when it starts if nobody has.

    Raises:
        ExtraMissing: traces are asked for, but the packages for them are not installed.
    """
    figures = metrics.Metrics()
    records = Database.of(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[_State]:
        await run_in_threadpool(current.catch_up)
        with (
            closing(records),
            current.following(),
            closing(jobs.Jobs(settings, current, JobStore(records))) as changes,
        ):
            yield {
                "settings": settings,
                "current": current,
                "jobs": changes,
                "feedback": FeedbackStore(records),
                "metrics": figures,
                "records": records,
                "turns": Turns(settings.answers_at_once, settings.answers_waiting),
            }

    app = FastAPIOffline(  # its documentation page loads nothing from elsewhere
        redoc_url=None,
        favicon_url="/favicon.svg",
        title="ipqa",
        version=__version__,
        summary="Cited answers to Japanese questions about Japanese reports",
        lifespan=lifespan,
    )
    describe_as_it_behaves(app)
    problems.install(app)
    app.middleware("http")(Guard(settings, records))
    app.add_middleware(TraceParent, tracing=tracing_of(settings))
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.add_middleware(RequestLog, metrics=figures, questions=settings.log_questions)
    for part in (ask, verify, feedback, conversations, exports):
        app.include_router(
            part.router,
            responses=problems.RESPONSES,
            dependencies=[BEARER],
            max_body_size=LARGEST_BODY,
        )
    app.include_router(reports.router, responses=problems.RESPONSES, dependencies=[BEARER])
    for part in (jobs, evaluation):
        only = [BEARER, ADMIN_ONLY]
        app.include_router(part.router, responses=problems.RESPONSES, dependencies=only)
    app.include_router(
        openai_api.router,
        responses=openai_failures.RESPONSES,
        dependencies=[BEARER],
        max_body_size=LARGEST_BODY,
    )
    app.include_router(health.router)
    app.include_router(metrics.router, responses=problems.RESPONSES, dependencies=[BEARER])

    @app.get(
        "/api/about",
        tags=["about"],
        summary="What this server does and allows",
        dependencies=[BEARER],
    )
    def about(caller: CallerOf) -> About:
        return About(
            version=__version__,
            key=caller.name,
            role=caller.role,
            keeps_conversations=settings.keep_conversations,
            language_model=settings.llm_model if settings.llm_base_url else None,
            max_question_length=settings.max_question_length,
            max_report_bytes=settings.max_report_bytes,
        )

    if settings.web.is_dir():
        app.router.routes.append(page.Page(settings.web))
    return app
