"""The endpoints that show what is indexed, take reports in, and take them out."""

from collections import Counter
from http import HTTPStatus
from pathlib import Path
from queue import Full
from typing import Annotated, get_args
from weakref import WeakKeyDictionary

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict
from starlette.concurrency import run_in_threadpool

from ipqa.assistant import Assistant
from ipqa.errors import Language
from ipqa.index.generations import ReportRecord
from ipqa.records.jobs import Job
from ipqa.reports.describe import Outline, describe
from ipqa.reports.inspection.page import inspection_page
from ipqa.reports.model import Report, SourceStatus
from ipqa.reports.sources import SourceIndex
from ipqa.server.callers import ADMIN_ONLY
from ipqa.server.current import AssistantOf, SettingsOf
from ipqa.server.html_response import html_response
from ipqa.server.jobs import JobsOf
from ipqa.server.problems import language_of
from ipqa.server.upload import UPLOAD_BODY, received

router = APIRouter(prefix="/api/reports", tags=["reports"])

_BUSY: dict[Language, str] = {
    "ja": "処理を待っている報告書が多すぎます。しばらくしてからもう一度送ってください。",
    "en": "Too many reports are waiting. Send it again in a while.",
}
_RETRY_AFTER = "30"
"""Seconds."""

_LISTS: "WeakKeyDictionary[Assistant, ReportList]" = WeakKeyDictionary()
"""The lists of the assistants that answer now, of which callers who may read other reports have others."""


class ReportEntry(BaseModel):
    """One line of the list of reports, and how well it was read.

    Attributes:
        format: the ending of the file's name, such as ``pdf``.
        edition: names the text; another edition, another text.
        added: whether it was added by itself, rather than read from the folder of reports.
        pages: pages or slides with text; null where the file has none.
        marks: how many reference marks lead to one source, to several, to none.
        warnings: places that could not be read for certain.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    source: str
    format: str
    edition: str
    added: bool
    characters: int
    pages: int | None
    sections: int
    tables: int
    references: int
    marks: dict[SourceStatus, int]
    warnings: int


class ReportList(BaseModel):
    """The reports in the index."""

    reports: list[ReportEntry]


@router.get("", summary="List the reports")
def list_reports(assistant: AssistantOf) -> ReportList:
    """Every report that the caller can ask questions of."""
    return _listed(assistant)


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    summary="Add a report, or a new version of one",
    openapi_extra=UPLOAD_BODY,
    dependencies=[ADMIN_ONLY],
)
async def add_report(
    request: Request, response: Response, settings: SettingsOf, jobs: JobsOf
) -> Job:
    """Take in a file; a file of the same name that was added before is replaced.

    The job at ``Location`` tells when it can be asked about; until then the others answer.
    """
    name, content = await received(request, settings.max_report_bytes)
    try:
        job = await run_in_threadpool(jobs.add, name, content)
    except Full as error:
        raise _busy(request) from error
    response.headers["Location"] = f"/api/jobs/{job.id}"
    return job


@router.delete(
    "/{report_id}",
    status_code=HTTPStatus.ACCEPTED,
    summary="Take a report out of the index",
    dependencies=[ADMIN_ONLY],
)
def remove_report(report_id: str, request: Request, response: Response, jobs: JobsOf) -> Job:
    """Take a report out, after the changes that were asked for before; its file is left alone."""
    try:
        job = jobs.remove(report_id)
    except Full as error:
        raise _busy(request) from error
    response.headers["Location"] = f"/api/jobs/{job.id}"
    return job


@router.get("/{report_id}", summary="Show how a report was read")
def outline(report_id: str, assistant: AssistantOf) -> Outline:
    """Outline, blocks, tables, references, marks and warnings, with offsets into the text."""
    return describe(assistant.report(report_id))


@router.get(
    "/{report_id}/text",
    summary="The report's text, which all offsets refer to",
    response_class=PlainTextResponse,
)
def text(report_id: str, assistant: AssistantOf) -> PlainTextResponse:
    """The canonical text in UTF-8; offsets count Unicode code points."""
    return PlainTextResponse(assistant.report(report_id).text)


@router.get(
    "/{report_id}/inspection",
    summary="A page that shows how a report was read, to look at",
    response_class=HTMLResponse,
)
def inspection(
    report_id: str,
    request: Request,
    assistant: AssistantOf,
    language: Annotated[Language | None, Query(description="Of everything but the report.")] = None,
) -> HTMLResponse:
    """The text beside its outline and its warnings, as ``ipqa inspect --html`` writes it."""
    report = assistant.report(report_id)
    return html_response(inspection_page(report, language or language_of(request)))


def _listed(assistant: Assistant) -> ReportList:
    """The list for an assistant, made once: it is asked for often, and marks take time to count."""
    if assistant not in _LISTS:
        index = assistant.index
        records = index.manifest.reports
        entries = [_entry(index.reports[record.id], record) for record in records]
        _LISTS[assistant] = ReportList(reports=entries)
    return _LISTS[assistant]


def _entry(report: Report, record: ReportRecord) -> ReportEntry:
    sources = SourceIndex(report)
    marks = Counter(sources.of(mark)[0].status for mark in report.marks)
    return ReportEntry(
        id=report.id,
        title=report.title,
        source=report.source,
        format=Path(report.source).suffix.lower().removeprefix("."),
        edition=report.edition,
        added=record.added,
        characters=len(report.text),
        pages=len({block.page for block in report.blocks} - {None}) or None,
        sections=len(report.sections) - 1,
        tables=len(report.tables),
        references=len(report.references),
        marks={status: marks[status] for status in get_args(SourceStatus)},
        warnings=len(report.warnings),
    )


def _busy(request: Request) -> HTTPException:
    return HTTPException(
        HTTPStatus.TOO_MANY_REQUESTS,
        _BUSY[language_of(request)],
        headers={"Retry-After": _RETRY_AFTER},
    )
