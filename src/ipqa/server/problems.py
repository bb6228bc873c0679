"""Errors over HTTP: RFC 9457 problem JSON, in the language that the client asks for."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match, Mount

from ipqa.errors import (
    AdminNeeded,
    DatabaseUnavailable,
    DictionaryUnavailable,
    DraftTooLong,
    EveryReportNeeded,
    FileTooLarge,
    HostRefused,
    IndexBusy,
    IndexProblem,
    IndexUnreachable,
    IpqaError,
    KeyNeeded,
    KeyRefused,
    Language,
    LastReport,
    ModelUnavailable,
    ModelUnreachable,
    ModeUnavailable,
    NothingToRead,
    NotReady,
    QuestionError,
    QuestionTooLong,
    ReadError,
    RecordsNotReady,
    RecordsUnavailable,
    RequestTooLarge,
    TooManyRequests,
    UnknownRecord,
    UnknownReport,
)
from ipqa.server.callers import caller_of

MEDIA_TYPE = "application/problem+json"

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
"""Those that an address may answer to."""

_OF_FILES = ("GET", "HEAD")
"""The methods of the page's files."""

_STATUS: dict[type[IpqaError], HTTPStatus] = {
    KeyNeeded: HTTPStatus.UNAUTHORIZED,
    KeyRefused: HTTPStatus.UNAUTHORIZED,
    AdminNeeded: HTTPStatus.FORBIDDEN,
    EveryReportNeeded: HTTPStatus.FORBIDDEN,
    NothingToRead: HTTPStatus.FORBIDDEN,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    HostRefused: HTTPStatus.MISDIRECTED_REQUEST,
    UnknownReport: HTTPStatus.NOT_FOUND,
    UnknownRecord: HTTPStatus.NOT_FOUND,
    QuestionTooLong: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    DraftTooLong: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    RequestTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    FileTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ReadError: HTTPStatus.UNPROCESSABLE_ENTITY,
    LastReport: HTTPStatus.CONFLICT,
    IndexBusy: HTTPStatus.CONFLICT,
    ModeUnavailable: HTTPStatus.UNPROCESSABLE_ENTITY,
    QuestionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    IndexProblem: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    DictionaryUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    NotReady: HTTPStatus.SERVICE_UNAVAILABLE,
    RecordsUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    IpqaError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The first entry that an error is an instance of gives its status."""

_AGAIN = "5"
"""Seconds after which whoever was refused for want of the database may come again."""

_INVALID = {
    "ja": "リクエストの形式が正しくありません。errors の項目を直してください。",
    "en": "The request is not valid. Correct what errors lists.",
}


_FROM_ELSEWHERE = {
    "ja": "別のサイトのページから送られたため、受け付けません。ipqa のページを直接開いて操作してください。",
    "en": "This was sent by a page of another site and is refused. Open the page of ipqa itself.",
}


_UNEXPECTED: dict[Language, str] = {
    "ja": "サーバーで予期しないエラーが起きました。繰り返すときは、管理者に X-Request-Id の値を知らせてください。",
    "en": "Something unexpected went wrong in the server. If it happens again, tell whoever runs it the value of X-Request-Id.",
}
"""Of a fault of ipqa itself, which only the log tells in full, under the same id."""


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
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.MISDIRECTED_REQUEST,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
}
"""The problems that any endpoint of the API may answer with, for its description."""


def install(app: FastAPI) -> None:
    """Make every error that leaves the application a problem document."""
    app.add_exception_handler(IpqaError, _ipqa_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ClientDisconnect, _left)
    app.add_exception_handler(Exception, _unexpected)


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
    request.state.problem = kind
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


def told_to(request: Request, error: IpqaError) -> IpqaError:
    """An error as the caller may know it: why servers behind this one do not answer is for who may read every report."""
    behind = isinstance(error, (IndexUnreachable, ModelUnreachable))
    return NotReady() if behind and caller_of(request).reports is not None else error


def of_error(request: Request, error: IpqaError) -> JSONResponse:
    """An error as a problem document."""
    kind, told = type(error).__name__, error.message(language_of(request))
    response = problem(request, status_of(error), kind, told)
    response.headers.update(headers_of(error))
    return response


def methods_at(request: Request, routes: Iterable[BaseRoute]) -> list[str]:
    """The methods that any of some routes answers at the address of a request."""
    scopes = {method: {**request.scope, "method": method} for method in METHODS}
    return [m for m in METHODS if any(r.matches(scopes[m])[0] is Match.FULL for r in routes)]


def headers_of(error: IpqaError) -> dict[str, str]:
    """The headers that go with an error: how to come with a key, or when to come again."""
    if status_of(error) == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.details["seconds"])}
    if isinstance(error, DatabaseUnavailable | RecordsNotReady):
        return {"Retry-After": _AGAIN}
    return {}


async def _ipqa_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, IpqaError):
        raise error
    return of_error(request, told_to(request, error))


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
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        routes = [r for r in request.app.router.routes if not isinstance(r, Mount)]
        response.headers["Allow"] = ", ".join(methods_at(request, routes) or _OF_FILES)
    return response


async def _left(request: Request, _: Exception) -> JSONResponse:
    """For the log alone: whoever sent the request has left, or was too slow, before it was answered."""
    status = HTTPStatus.REQUEST_TIMEOUT
    return problem(request, status, "ClientLeft", status.phrase)


async def _unexpected(request: Request, _: Exception) -> JSONResponse:
    """Sent from beyond the middleware that names requests; the error itself is logged by the server."""
    told = _UNEXPECTED[language_of(request)]
    response = problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Unexpected", told)
    response.headers["X-Request-Id"] = request.state.request_id
    return response
