"""The endpoints that questions go to."""

from collections.abc import Iterator
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field

from ipqa.answering.answer import (
    Answer,
    AnswerEvent,
    ClaimVerified,
    Mode,
    StageEntered,
    Turn,
)
from ipqa.server.current import AssistantOf

router = APIRouter(prefix="/api", tags=["ask"])


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AskRequest(_Body):
    """A question, and what it is asked of."""

    question: str = Field(examples=["日産は全固体電池をいつ実用化する計画ですか"])
    reports: list[str] | None = Field(
        None, description="Ids of the reports to ask; all where left out."
    )
    mode: Mode = "auto"
    history: list[Turn] = Field(
        default_factory=list, max_length=50, description="The conversation so far, oldest first."
    )


class SearchRequest(_Body):
    """A question whose nearest passages are wanted."""

    question: str = Field(examples=["全固体電池の実用化時期"])
    k: int = Field(5, ge=1, le=100)
    reports: list[str] | None = None


class SearchHit(BaseModel):
    """A retrieved passage; ``score`` compares within one search only."""

    report: str
    section: tuple[str, ...]
    text: str
    start: int
    end: int
    score: float
    dense: float
    lexical: float


class Suggestions(BaseModel):
    """Questions that the reports answer."""

    questions: tuple[str, ...]


class SearchResponse(BaseModel):
    """Passages, best first."""

    hits: list[SearchHit]


@router.post("/ask", summary="Answer a question with citations")
def ask(body: AskRequest, assistant: AssistantOf) -> Answer:
    """Answer from the reports, or say that they do not answer."""
    return assistant.ask(body.question, reports=body.reports, mode=body.mode, history=body.history)


def events_of(body: AskRequest, assistant: AssistantOf) -> Iterator[AnswerEvent]:
    """The events of an answer; a question at fault is told before any of them is sent."""
    events = assistant.stream(
        body.question, reports=body.reports, mode=body.mode, history=body.history
    )
    return chain([next(events)], events)


@router.post(
    "/ask/stream",
    summary="Answer a question, and tell what is done for it",
    response_class=EventSourceResponse,
)
def ask_stream(
    events: Annotated[Iterator[AnswerEvent], Depends(events_of)],
) -> Iterator[ServerSentEvent]:
    """Server-sent events: ``stage`` and ``claim`` as they come, and last the ``answer``."""
    names = {StageEntered: "stage", ClaimVerified: "claim", Answer: "answer"}
    for event in events:
        yield ServerSentEvent(event=names[type(event)], data=event)


@router.get("/suggestions", summary="Questions to begin with")
def suggestions(
    assistant: AssistantOf, report: Annotated[list[str] | None, Query()] = None
) -> Suggestions:
    """Questions that the reports answer, drawn from what they say."""
    return Suggestions(questions=assistant.suggestions(report))


@router.post("/search", summary="Find the passages nearest to a question")
def search(body: SearchRequest, assistant: AssistantOf) -> SearchResponse:
    """The retrieval that answers are made from, on its own."""
    hits = assistant.search(body.question, body.k, body.reports)
    return SearchResponse(
        hits=[
            SearchHit(
                report=hit.passage.report,
                section=hit.passage.section,
                text=hit.passage.span.within(assistant.index.reports[hit.passage.report].text),
                start=hit.passage.span.start,
                end=hit.passage.span.end,
                score=hit.score,
                dense=hit.dense,
                lexical=hit.lexical,
            )
            for hit in hits
        ]
    )
