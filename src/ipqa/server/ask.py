"""The endpoints that questions go to."""

from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ipqa.answering.answer import (
    Answer,
    AnswerEvent,
    ClaimVerified,
    Mode,
    StageEntered,
    Turn,
)
from ipqa.assistant import SEARCHED
from ipqa.records.conversations import ConversationStore
from ipqa.records.text import Text
from ipqa.records.whole import Offset, Whole
from ipqa.server.conversations import KeptOf, conversations_of
from ipqa.server.current import AssistantOf
from ipqa.server.requests import answered
from ipqa.server.turns import TURN, TURN_TO_THE_END

router = APIRouter(prefix="/api", tags=["ask"])

_TURNS = 50
"""So many turns of a conversation, the last ones, are what a question is read against."""


_KEPT: dict[str, Any] = {
    "required": ["conversation"],
    "properties": {"conversation": {"type": "string"}, "history": {"maxItems": 0}},
}
_UNKEPT: dict[str, Any] = {
    "properties": {"conversation": {"type": "null"}, "position": {"type": "null"}}
}
"""The two ways of telling what was said before, for the description of the API."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AskRequest(_Body):
    """A question, and what it is asked of."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [_KEPT, _UNKEPT]})

    question: str = Field(examples=["日産は全固体電池をいつ実用化する計画ですか"])
    reports: list[str] | None = Field(
        None, description="Ids of the reports to ask; all where left out."
    )
    mode: Mode = "auto"
    history: list[Turn] = Field(
        default_factory=list,
        max_length=_TURNS,
        description="The conversation so far, oldest first, where the server does not keep it.",
    )
    conversation: Text | None = Field(
        None,
        description="Id of a kept conversation, which tells what was said before, and in which "
        "this question and its answer are kept.",
    )
    position: Offset | None = Field(
        None,
        description="The turn of the conversation, counted from 0, that this question replaces "
        "together with all after it; at the end where left out.",
    )

    @model_validator(mode="after")
    def _one_conversation(self) -> Self:
        if self.conversation is not None and self.history:
            raise ValueError("conversation and history exclude each other")
        if self.conversation is None and self.position is not None:
            raise ValueError("position needs a conversation")
        return self


class SearchRequest(_Body):
    """A question whose nearest passages are wanted."""

    question: str = Field(examples=["全固体電池の実用化時期"])
    k: Whole = Field(5, ge=1, le=100)
    reports: list[str] | None = None


class ExcerptFound(BaseModel):
    """A paragraph, a list item or a table row; ``score`` compares within one question only."""

    report: str
    section: tuple[str, ...]
    text: str
    start: int
    end: int
    score: float


class SearchHit(ExcerptFound):
    """A retrieved passage; ``score`` compares within one search only."""

    dense: float
    lexical: float


class ExcerptsRequest(_Body):
    """A question, and how much of what the reports say to it is wanted."""

    question: str = Field(examples=["全固体電池の実用化時期"])
    characters: Whole = Field(
        1500, ge=100, le=20_000, description="How long the texts may be, a line break after each."
    )
    reports: list[str] | None = None


class ExcerptsResponse(BaseModel):
    """Excerpts, best first."""

    excerpts: list[ExcerptFound]


class Suggestions(BaseModel):
    """Questions that the reports answer."""

    questions: tuple[str, ...]


class SearchResponse(BaseModel):
    """Passages, best first."""

    hits: list[SearchHit]


@router.post("/ask", summary="Answer a question with citations", dependencies=[TURN])
def ask(body: AskRequest, request: Request, assistant: AssistantOf, kept: KeptOf) -> Answer:
    """Answer from the reports, or say that they do not answer."""
    history = history_of(body, kept)
    answer = assistant.ask(body.question, reports=body.reports, mode=body.mode, history=history)
    keep(body, kept, answer)
    answered(request, answer)
    return answer


def events_of(
    body: AskRequest, request: Request, assistant: AssistantOf, kept: KeptOf
) -> Iterator[Iterator[AnswerEvent]]:
    """The events of an answer; a question at fault, or an index that cannot be searched, is told before any is sent.

    Who leaves before the last one ends the answer, and with it what a language model still writes.
    """
    history = history_of(body, kept)
    with closing(
        assistant.stream(body.question, reports=body.reports, mode=body.mode, history=history)
    ) as events:
        yield chain(list(islice(events, SEARCHED)), _keeping(body, request, kept, events))


@router.post(
    "/ask/stream",
    summary="Answer a question, and tell what is done for it",
    response_class=EventSourceResponse,
    dependencies=[TURN_TO_THE_END],
)
def ask_stream(
    events: Annotated[Iterator[AnswerEvent], Depends(events_of)],
) -> Iterator[ServerSentEvent]:
    """Server-sent events: ``stage`` and ``claim`` as they come, and last the ``answer``."""
    names = {StageEntered: "stage", ClaimVerified: "claim", Answer: "answer"}
    for event in events:
        yield ServerSentEvent(event=names[type(event)], data=event)


def history_of(body: AskRequest, kept: ConversationStore | None) -> list[Turn]:
    """What was said before the question: what came with it, or what is kept.

    Raises:
        UnknownConversation: no conversation of that id is kept.
        ConversationsOff: a conversation is named, but the server keeps none.
        RecordsUnavailable: the records cannot be used.
    """
    if body.conversation is None:
        return body.history
    turns = conversations_of(kept).get(body.conversation).turns[: body.position]
    return [Turn(question=turn.question, answer=turn.answer.answer) for turn in turns[-_TURNS:]]


def keep(body: AskRequest, kept: ConversationStore | None, answer: Answer) -> None:
    """Keep a question and its answer in the conversation that it names, if any; raises likewise."""
    if body.conversation is not None:
        store = conversations_of(kept)
        store.add_turn(body.conversation, body.question, answer, body.position)


def _keeping(
    body: AskRequest,
    request: Request,
    kept: ConversationStore | None,
    events: Iterator[AnswerEvent],
) -> Iterator[AnswerEvent]:
    """The events; the answer is kept before it is told."""
    for event in events:
        if isinstance(event, Answer):
            keep(body, kept, event)
            answered(request, event)
        yield event


@router.get("/suggestions", summary="Questions to begin with", dependencies=[TURN])
def suggestions(
    assistant: AssistantOf, report: Annotated[list[str] | None, Query()] = None
) -> Suggestions:
    """Questions that the reports answer, drawn from what they say."""
    return Suggestions(questions=assistant.suggestions(report))


@router.post("/search", summary="Find the passages nearest to a question", dependencies=[TURN])
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


@router.post(
    "/excerpts", summary="What the reports say to a question, as much as fits", dependencies=[TURN]
)
def excerpts(body: ExcerptsRequest, assistant: AssistantOf) -> ExcerptsResponse:
    """Paragraphs, list items and table rows in the order in which they answer, for a prompt of one's own."""
    found = assistant.excerpts(body.question, body.characters, body.reports)
    return ExcerptsResponse(
        excerpts=[
            ExcerptFound(
                report=excerpt.report,
                section=excerpt.section,
                text=excerpt.span.within(assistant.index.reports[excerpt.report].text),
                start=excerpt.span.start,
                end=excerpt.span.end,
                score=excerpt.score,
            )
            for excerpt in found
        ]
    )
