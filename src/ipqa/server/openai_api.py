"""The endpoints that speak as OpenAI's chat completions do, for clients and chat pages made for those.

The last user message is the question, what stands before it the conversation. The answer comes back as
text, below a rule its citations with links into the reports, and whole in the field ``ipqa``. Messages
of the system are not read: nothing in them can change what is answered. What a client asks for is
refused where it would take another answer (tools, JSON, several choices), and else left aside.
"""

import json
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from http import HTTPStatus
from itertools import chain, islice
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from fastapi.sse import format_sse_event
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from ipqa.answering.answer import Answer, AnswerEvent, Mode, Turn
from ipqa.assistant import SEARCHED, Assistant
from ipqa.errors import EmptyQuestion, IpqaError
from ipqa.exports.chat import RULE, ChatText
from ipqa.exports.labels import LABELS
from ipqa.server.current import AssistantOf
from ipqa.server.openai_failures import Refused, failure
from ipqa.server.problems import METHODS, language_of, methods_at, told_to
from ipqa.server.requests import answered
from ipqa.server.turns import TURN_TO_THE_END

_MODES: dict[str, Mode] = {
    "ipqa": "auto",
    "ipqa-extractive": "extractive",
    "ipqa-generative": "generative",
}
"""The models, and how each answers."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class ContentPart(_Shape):
    """A part of a message; only those of type ``text`` can be read."""

    type: str
    text: str = ""


class ChatMessage(_Shape):
    """A message of the conversation; those of the user and the assistant are read."""

    role: Literal["user", "assistant", "system", "developer", "tool", "function"]
    content: str | tuple[ContentPart, ...] | None = None

    @property
    def parts(self) -> tuple[ContentPart, ...]:
        """What it consists of."""
        if isinstance(self.content, str):
            return (ContentPart(type="text", text=self.content),)
        return self.content or ()

    @property
    def text(self) -> str:
        """All that it says in words."""
        return "\n".join(part.text for part in self.parts if part.type == "text")


class ChatRequest(_Shape):
    """A request for a chat completion; parameters that are not named here are left aside."""

    model: str = Field(examples=["ipqa"])
    messages: tuple[ChatMessage, ...] = Field(
        examples=[[{"role": "user", "content": "日産は全固体電池をいつ実用化する計画ですか"}]]
    )
    reports: tuple[str, ...] | None = Field(
        None, description="Ids of the reports to ask; all where left out. Not a field of OpenAI's."
    )
    stream: bool | None = None
    stream_options: dict[str, Any] | None = None
    n: int | None = None
    tools: tuple[Any, ...] | None = None
    functions: tuple[Any, ...] | None = None
    response_format: dict[str, Any] | None = None
    logprobs: bool | None = None
    modalities: tuple[str, ...] | None = None


class _Route(APIRoute):
    """Tells errors as OpenAI does, in place of the problem documents of the rest of the API."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except IpqaError as error:
                return failure(told_to(request, error), language_of(request))
            except (Refused, RequestValidationError, HTTPException) as error:
                return failure(error, language_of(request))

        return told


router = APIRouter(prefix="/v1", tags=["openai"], route_class=_Route)


def events_of(
    body: ChatRequest, request: Request, assistant: AssistantOf
) -> Iterator[Iterator[AnswerEvent]]:
    """The events of an answer; what is wrong with the question is told before any of them is sent.

    Who leaves before the last one ends the answer, and with it what a language model still writes.
    """
    mode = _mode(body.model)
    _refuse_what_cannot_be_given(body)
    question, history = _conversation(body.messages)
    asked = assistant.stream(question, reports=body.reports, mode=mode, history=history)
    with closing(asked) as events:
        yield chain(list(islice(events, SEARCHED)), _noted(request, events))


@router.post(
    "/chat/completions",
    summary="Answer the last message of a chat, as OpenAI's API does",
    response_model=None,
    responses={200: {"content": {"text/event-stream": {}}}},
    dependencies=[TURN_TO_THE_END],
)
def chat_completions(
    body: ChatRequest,
    request: Request,
    events: Annotated[Iterator[AnswerEvent], Depends(events_of)],
) -> Response:
    """A chat completion, or with ``stream`` its chunks; the field ``ipqa`` holds the answer itself."""
    written = ChatText(LABELS[language_of(request)], str(request.base_url).rstrip("/"))
    if not body.stream:
        return JSONResponse(_completion(body, written, events))
    lines = _stream(body, written, events)
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(lines, media_type="text/event-stream", headers=headers)


@router.get("/models", summary="List the models, as OpenAI's API does", response_model=None)
def list_models(assistant: AssistantOf) -> dict[str, object]:
    """One for each mode of answering."""
    return {"object": "list", "data": [_model(name, assistant) for name in _MODES]}


@router.get("/models/{model}", summary="Show a model, as OpenAI's API does", response_model=None)
def show_model(model: str, assistant: AssistantOf) -> dict[str, object]:
    """It is as old as the index that it answers from."""
    _mode(model)
    return _model(model, assistant)


@router.api_route("/{path:path}", methods=list(METHODS), include_in_schema=False)
def nothing_else(request: Request) -> None:
    """Say what there is, to clients that look for more of OpenAI's API."""
    described = [route for route in router.routes if getattr(route, "include_in_schema", False)]
    allowed = methods_at(request, described)
    if allowed:
        headers = {"Allow": ", ".join(allowed)}
        raise Refused("unknown_url", None, HTTPStatus.METHOD_NOT_ALLOWED, headers)
    raise Refused("unknown_url", None, HTTPStatus.NOT_FOUND)


def _mode(model: str) -> Mode:
    if model not in _MODES:
        raise Refused("model_not_found", "model", HTTPStatus.NOT_FOUND, models=", ".join(_MODES))
    return _MODES[model]


def _model(name: str, assistant: Assistant) -> dict[str, object]:
    created = datetime.fromisoformat(assistant.index.manifest.created)
    return {
        "id": name,
        "object": "model",
        "created": int(created.timestamp()),
        "owned_by": "ipqa",
    }


def _refuse_what_cannot_be_given(body: ChatRequest) -> None:
    asked = {
        "n": body.n not in {None, 1},
        "tools": bool(body.tools),
        "functions": bool(body.functions),
        "response_format": body.response_format not in (None, {"type": "text"}),
        "logprobs": bool(body.logprobs),
        "modalities": bool(set(body.modalities or ()) - {"text"}),
    }
    for param, refused in asked.items():
        if refused:
            raise Refused("unsupported_parameter", param)


def _conversation(messages: Sequence[ChatMessage]) -> tuple[str, list[Turn]]:
    """The question, and the questions and answers that stand before it."""
    asked = [message for message in messages if message.role == "user"]
    if not asked:
        raise EmptyQuestion
    if any(part.type != "text" for part in asked[-1].parts):
        raise Refused("unsupported_content", "messages")
    turns: list[Turn] = []
    for message in messages:
        if message.role == "user":
            turns.append(Turn(question=message.text))
        elif message.role == "assistant" and turns:
            answer, rule, other = message.text.rpartition(RULE)
            turns[-1] = Turn(question=turns[-1].question, answer=answer if rule else other)
    return asked[-1].text, turns[:-1]


def _noted(request: Request, events: Iterator[AnswerEvent]) -> Iterator[AnswerEvent]:
    for event in events:
        if isinstance(event, Answer):
            answered(request, event)
        yield event


def _answer_of(events: Iterator[AnswerEvent]) -> Answer:
    return next(event for event in events if isinstance(event, Answer))


def _usage(body: ChatRequest, content: str) -> dict[str, int]:
    """Code points in place of tokens, of which ipqa knows none."""
    asked, said = sum(len(message.text) for message in body.messages), len(content)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _heading(body: ChatRequest, kind: str) -> dict[str, object]:
    made = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time())}
    return {**made, "object": kind, "model": body.model}


def _completion(
    body: ChatRequest, written: ChatText, events: Iterator[AnswerEvent]
) -> dict[str, object]:
    answer = _answer_of(events)
    content = written.content(answer)
    message = {
        "role": "assistant",
        "content": content,
        "refusal": None,
        "annotations": written.annotations(answer),
    }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {
        **_heading(body, "chat.completion"),
        "choices": [choice],
        "usage": _usage(body, content),
        "ipqa": answer.model_dump(mode="json"),
    }


def _stream(body: ChatRequest, written: ChatText, events: Iterator[AnswerEvent]) -> Iterator[bytes]:
    """The chunks of an answer, and the sign that ends them.

    The role goes out at once, the text when the answer is whole: only then is it known which claims
    are items of a list. Until then an empty chunk for each event shows whether anybody still reads.
    """
    heading = _heading(body, "chat.completion.chunk")
    counted = bool((body.stream_options or {}).get("include_usage"))
    if counted:
        heading["usage"] = None

    def chunk(delta: dict[str, object], finish: str | None = None, **more: object) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _line({**heading, "choices": [choice], **more})

    yield chunk({"role": "assistant", "content": ""})
    for event in events:
        if not isinstance(event, Answer):
            yield chunk({"content": ""})
            continue
        content = written.content(event)
        for line in content.splitlines(keepends=True):
            yield chunk({"content": line})
        last: dict[str, object] = {"annotations": written.annotations(event)}
        yield chunk(last, finish="stop", ipqa=event.model_dump(mode="json"))
        if counted:
            yield _line({**heading, "choices": [], "usage": _usage(body, content)})
    yield format_sse_event(data_str="[DONE]")


def _line(chunk: dict[str, object]) -> bytes:
    return format_sse_event(data_str=json.dumps(chunk, ensure_ascii=False))
