"""The HTTP server: the API, the health checks, and the page."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from typing import TypedDict

from fastapi import FastAPI, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.middleware.base import RequestResponseEndpoint

from ipqa import __version__
from ipqa.assistant import Assistant
from ipqa.records.conversations import ConversationStore
from ipqa.records.database import Database
from ipqa.records.feedback import FeedbackStore
from ipqa.server import (
    ask,
    conversations,
    evaluation,
    exports,
    feedback,
    jobs,
    openai_api,
    page,
    problems,
    reports,
    verify,
)
from ipqa.server.current import AssistantOf, CurrentAssistant
from ipqa.settings import Settings

_DOCS_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Swagger's page starts itself with an inline script."""


class Health(BaseModel):
    """Whether the server lives, and what it answers from."""

    status: str
    version: str
    generation: str | None = None
    counts: dict[str, int] | None = None


class About(BaseModel):
    """What a face needs to know of the server that it talks to."""

    version: str
    keeps_conversations: bool
    language_model: str | None
    max_question_length: int
    max_report_bytes: int


class _State(TypedDict):
    settings: Settings
    current: CurrentAssistant
    jobs: jobs.Jobs
    feedback: FeedbackStore
    conversations: ConversationStore | None


def create_app(settings: Settings, open_assistant: Callable[[Settings], Assistant]) -> FastAPI:
    """The application; the assistant is opened when the server starts, not when it is imported."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[_State]:
        records = Database(settings.records)
        current = CurrentAssistant(await run_in_threadpool(open_assistant, settings))
        with closing(jobs.Jobs(settings, current)) as changes:
            yield {
                "settings": settings,
                "current": current,
                "jobs": changes,
                "feedback": FeedbackStore(records),
                "conversations": ConversationStore(records)
                if settings.keep_conversations
                else None,
            }

    app = FastAPIOffline(  # its documentation page loads nothing from elsewhere
        redoc_url=None,
        favicon_url="/favicon.svg",
        title="ipqa",
        version=__version__,
        summary="Cited answers to Japanese questions about Japanese reports",
        lifespan=lifespan,
    )
    problems.install(app)
    app.middleware("http")(_guard)
    app.add_middleware(GZipMiddleware, minimum_size=1024)
    app.include_router(ask.router, responses=problems.RESPONSES)
    app.include_router(reports.router, responses=problems.RESPONSES)
    app.include_router(jobs.router, responses=problems.RESPONSES)
    app.include_router(evaluation.router, responses=problems.RESPONSES)
    app.include_router(verify.router, responses=problems.RESPONSES)
    app.include_router(feedback.router, responses=problems.RESPONSES)
    app.include_router(conversations.router, responses=problems.RESPONSES)
    app.include_router(exports.router, responses=problems.RESPONSES)
    app.include_router(openai_api.router)

    @app.get("/livez", tags=["health"], summary="Whether the process answers")
    def livez() -> Health:
        return Health(status="ok", version=__version__)

    @app.get("/readyz", tags=["health"], summary="Whether questions can be answered")
    def readyz(assistant: AssistantOf) -> Health:
        return Health(
            status="ok",
            version=__version__,
            generation=assistant.index.name,
            counts=assistant.index.manifest.counts,
        )

    @app.get("/api/about", tags=["about"], summary="What this server does and allows")
    def about() -> About:
        return About(
            version=__version__,
            keeps_conversations=settings.keep_conversations,
            language_model=settings.llm_model if settings.llm_base_url else None,
            max_question_length=settings.max_question_length,
            max_report_bytes=settings.max_report_bytes,
        )

    if settings.web.is_dir():
        app.router.routes.append(page.Page(settings.web))
    return app


async def _guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Headers that keep the page to itself."""
    response = problems.from_elsewhere(request) or await call_next(request)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    policy = _DOCS_POLICY if request.url.path == "/docs" else page.POLICY
    response.headers.setdefault("Content-Security-Policy", policy)
    if request.url.path.startswith("/api"):
        response.headers["Cache-Control"] = "no-store"
    return response
