"""Whether the process lives, and whether questions can be answered."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from ipqa import __version__
from ipqa.errors import IpqaError, NotReady
from ipqa.server.callers import CallerOf
from ipqa.server.current import CurrentOf
from ipqa.server.problems import MEDIA_TYPE, Problem, language_of, problem

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """Whether the server lives, and what it answers from, for callers who may read all of it."""

    status: str
    version: str
    generation: str | None = None
    counts: dict[str, int] | None = None


@router.get("/livez", summary="Whether the process answers")
def livez() -> Health:
    """Answers as long as the process does."""
    return Health(status="ok", version=__version__)


@router.get(
    "/readyz",
    summary="Whether questions can be answered",
    response_model=Health,
    responses={503: {"content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}},
)
def readyz(request: Request, current: CurrentOf, caller: CallerOf) -> Health | JSONResponse:
    """Ready as long as the generation in force is what answers; else a problem says why it does not.

    Callers who may not read every report, or whom nobody knows, are told whether, and no more.
    """
    knows = caller.reports is None
    try:
        current.require_ready()
    except IpqaError as error:
        told = error if knows else NotReady()
        kind, detail = type(told).__name__, told.message(language_of(request))
        return problem(request, HTTPStatus.SERVICE_UNAVAILABLE, kind, detail)
    if not knows:
        return Health(status="ok", version=__version__)
    index = current.assistant.index
    return Health(
        status="ok", version=__version__, generation=index.name, counts=index.manifest.counts
    )
