"""The endpoints that show what is indexed."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from ipqa.reports.describe import Outline, describe
from ipqa.server.current import AssistantOf

router = APIRouter(prefix="/api/reports", tags=["reports"])


class ReportEntry(BaseModel):
    """One line of the list of reports."""

    id: str
    title: str
    source: str
    characters: int
    sections: int
    tables: int
    references: int
    warnings: int


class ReportList(BaseModel):
    """The reports in the index."""

    reports: list[ReportEntry]


@router.get("", summary="List the reports")
def list_reports(assistant: AssistantOf) -> ReportList:
    """Every report that questions can be asked of."""
    return ReportList(
        reports=[
            ReportEntry(
                id=report.id,
                title=report.title,
                source=report.source,
                characters=len(report.text),
                sections=len(report.sections) - 1,
                tables=len(report.tables),
                references=len(report.references),
                warnings=len(report.warnings),
            )
            for report in assistant.index.reports.values()
        ]
    )


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
