"""How errors are told to clients of OpenAI's API, in place of the problem documents of the rest of the API."""

import re
from http import HTTPStatus
from typing import Any, Literal

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from ipqa.errors import (
    IpqaError,
    KeyNeeded,
    KeyRefused,
    Language,
    ModeUnavailable,
    QuestionError,
    QuestionTooLong,
    ServerBusy,
    TooManyConnections,
    TooManyRequests,
    UnknownReport,
)
from ipqa.server.problems import headers_of, status_of

_REFUSALS: dict[str, dict[Language, str]] = {
    "unsupported_parameter": {
        "ja": "{param} のこの指定には対応していません。{param} を外して送ってください。",
        "en": "This {param} is not supported. Leave {param} out.",
    },
    "unsupported_content": {
        "ja": "画像・音声・ファイルは読み取れません。質問を文字だけで送ってください。",
        "en": "Images, sound and files cannot be read. Send the question as text only.",
    },
    "model_not_found": {
        "ja": "指定されたモデルはありません。{models} のどれかを指定してください。",
        "en": "There is no such model. Name one of {models}.",
    },
    "unknown_url": {
        "ja": "このアドレスとメソッドの組み合わせには対応していません。POST /v1/chat/completions か GET /v1/models を使ってください。",
        "en": "Nothing answers to this method and address. Use POST /v1/chat/completions or GET /v1/models.",
    },
    "invalid_request": {
        "ja": "リクエストの形式が正しくありません({what})。直してから送ってください。",
        "en": "The request is not valid ({what}). Correct it and send it again.",
    },
}
"""What is told here and nowhere else, by the error's code."""

_CODES: dict[type[IpqaError], str] = {
    QuestionTooLong: "context_length_exceeded",
    KeyNeeded: "invalid_api_key",
    KeyRefused: "invalid_api_key",
    TooManyRequests: "rate_limit_exceeded",
    ServerBusy: "rate_limit_exceeded",
    TooManyConnections: "rate_limit_exceeded",
}
_PARAMS: dict[type[IpqaError], str] = {
    UnknownReport: "reports",
    ModeUnavailable: "model",
    QuestionError: "messages",
}
_BOUNDARY = re.compile(r"(?<=[a-z])(?=[A-Z])")
"""How errors of the assistant are named here, where it is not after their class, and what they are about."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class Fault(_Shape):
    """What is wrong with a request, or with the server."""

    message: str
    type: Literal["invalid_request_error", "server_error"]
    param: str | None
    code: str


class Failure(_Shape):
    """An error in OpenAI's shape."""

    error: Fault


RESPONSES: dict[int | str, dict[str, Any]] = {
    status.value: {"model": Failure}
    for status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.MISDIRECTED_REQUEST,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
}
"""The errors that these addresses may answer with, for the description of the API."""


class Refused(Exception):
    """A request asks for what is not given here; ``code`` tells what."""

    def __init__(
        self,
        code: str,
        param: str | None,
        status: HTTPStatus = HTTPStatus.BAD_REQUEST,
        headers: dict[str, str] | None = None,
        **told: str,
    ) -> None:
        self.code, self.param, self.status, self.headers = code, param, status, headers
        self.told = told
        super().__init__(code)


def failure(error: Exception, language: Language) -> JSONResponse:
    """An error as OpenAI's clients read it: what is wrong with the request, or with the server."""
    param: str | None = None
    match error:
        case Refused():
            status, code, param = error.status, error.code, error.param
            message = _REFUSALS[code][language].format(param=param, **error.told)
        case IpqaError():
            status = status_of(error)
            code = _CODES.get(type(error)) or _BOUNDARY.sub("_", type(error).__name__).lower()
            param = next((_PARAMS[kind] for kind in _PARAMS if isinstance(error, kind)), None)
            message = error.message(language)
        case _:
            status, code, (what, param) = HTTPStatus.BAD_REQUEST, "invalid_request", _fault(error)
            message = _REFUSALS[code][language].format(what=what)
    if status in {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}:
        status = HTTPStatus.BAD_REQUEST  # which is what OpenAI says of any request at fault
    at_server = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    kind = "server_error" if at_server else "invalid_request_error"
    told = {"message": message, "type": kind, "param": param, "code": code}
    headers = headers_of(error) if isinstance(error, IpqaError) else getattr(error, "headers", None)
    return JSONResponse({"error": told}, status, headers)


def _fault(error: Exception) -> tuple[str, str | None]:
    """What is wrong with a body, and the parameter that it is in, where there is one."""
    if not isinstance(error, RequestValidationError):
        return "body", None  # which is no text
    first = error.errors()[0]
    where = [str(part) for part in first["loc"][1:]]
    if first["type"] == "json_invalid" or not where:
        return first["msg"], None
    return f"{'.'.join(where)}: {first['msg']}", where[0]
