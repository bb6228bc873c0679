"""Errors over HTTP: RFC 9457 problem JSON, in the language that the client asks for."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from ipqa.errors import (
    DraftTooLong,
    FileTooLarge,
    IndexBusy,
    IndexProblem,
    IpqaError,
    Language,
    LastReport,
    ModelUnavailable,
    ModeUnavailable,
    QuestionError,
    QuestionTooLong,
    ReadError,
    RecordsUnavailable,
    UnknownRecord,
    UnknownReport,
)

MEDIA_TYPE = "application/problem+json"

_STATUS: dict[type[IpqaError], HTTPStatus] = {
    UnknownReport: HTTPStatus.NOT_FOUND,
    UnknownRecord: HTTPStatus.NOT_FOUND,
    QuestionTooLong: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    DraftTooLong: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    FileTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ReadError: HTTPStatus.UNPROCESSABLE_ENTITY,
    LastReport: HTTPStatus.CONFLICT,
    IndexBusy: HTTPStatus.CONFLICT,
    ModeUnavailable: HTTPStatus.UNPROCESSABLE_ENTITY,
    QuestionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    IndexProblem: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    RecordsUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    IpqaError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The first entry that an error is an instance of gives its status."""

_INVALID = {
    "ja": "リクエストの形式が正しくありません。errors の項目を直してください。",
    "en": "The request is not valid. Correct what errors lists.",
}


_FROM_ELSEWHERE = {
    "ja": "別のサイトのページから送られたため、受け付けません。ipqa のページを直接開いて操作してください。",
    "en": "This was sent by a page of another site and is refused. Open the page of ipqa itself.",
}


class Problem(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str


RESPONSES: dict[int | str, dict[str, Any]] = {
    status.value: {
        "description": status.phrase,
        "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
    }
    for status in (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )
}
"""The problems that any endpoint of the API may answer with, for its description."""


def install(app: FastAPI) -> None:
    """Make every error that leaves the application a problem document."""
    app.add_exception_handler(IpqaError, _ipqa_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)


def status_of(error: IpqaError) -> HTTPStatus:
    """The HTTP status that tells an error."""
    return next(status for kind, status in _STATUS.items() if isinstance(error, kind))


def language_of(request: Request) -> Language:
    """Japanese, unless English stands before it in Accept-Language."""
    accepted = request.headers.get("accept-language", "").lower()
    japanese, english = accepted.find("ja"), accepted.find("en")
    return "en" if english >= 0 and (japanese < 0 or english < japanese) else "ja"


def problem(
    request: Request, status: HTTPStatus, kind: str, detail: str, **more: object
) -> JSONResponse:
    """A problem document: type, title, status, detail and the path it concerns."""
    body = {
        "type": f"urn:ipqa:problem:{kind}",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "instance": request.url.path,
        **more,
    }
    return JSONResponse(jsonable_encoder(body), status, media_type=MEDIA_TYPE)


def from_elsewhere(request: Request) -> JSONResponse | None:
    """A refusal of what a page of another site makes a browser send here; None for all else."""
    reads = request.method in {"GET", "HEAD", "OPTIONS"}
    if reads or request.headers.get("sec-fetch-site") != "cross-site":
        return None
    told = _FROM_ELSEWHERE[language_of(request)]
    return problem(request, HTTPStatus.FORBIDDEN, "FromElsewhere", told)


async def _ipqa_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, IpqaError):
        raise error
    kind = type(error).__name__
    return problem(request, status_of(error), kind, error.message(language_of(request)))


async def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [
        {"where": ".".join(str(part) for part in item["loc"]), "what": item["msg"]}
        for item in error.errors()
    ]
    return problem(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "InvalidRequest",
        _INVALID[language_of(request)],
        errors=errors,
    )


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    response = problem(request, status, status.phrase.replace(" ", ""), str(error.detail))
    response.headers.update(error.headers or {})
    return response
