"""The endpoint that hands answers on as a file."""

import re
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ipqa.errors import Language
from ipqa.exports.exchange import Exchange, one_line
from ipqa.exports.markdown import markdown
from ipqa.exports.plain_text import plain_text
from ipqa.server.problems import language_of

router = APIRouter(prefix="/api", tags=["exports"])

Format = Literal["markdown", "text", "word"]

_MEDIA_TYPES: dict[Format, str] = {
    "markdown": "text/markdown; charset=utf-8",
    "text": "text/plain; charset=utf-8",
    "word": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_EXTENSIONS: dict[Format, str] = {"markdown": "md", "text": "txt", "word": "docx"}
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')
_NAME_BYTES = 200
"""File systems take 255 bytes, and browsers add to a name that is there already."""


class ExportRequest(BaseModel):
    """What is to be handed on, and as what kind of file."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200, examples=["全固体電池についての調査"])
    format: Format
    exchanges: Annotated[list[Exchange], Field(min_length=1, max_length=200)] = Field(
        description="Questions with the answers that `/api/ask` gave, in the order of the file."
    )


@router.post(
    "/exports",
    summary="Hand answers on as Markdown, plain text or a Word file",
    response_class=Response,
    responses={200: {"description": "The file", "content": {t: {} for t in _MEDIA_TYPES.values()}}},
)
def export(body: ExportRequest, request: Request) -> Response:
    """The file, with headings in the language that is asked for, and links back to this server."""
    content = _file(body, language_of(request), str(request.base_url).rstrip("/"))
    name = f"{_file_name(body.title)}.{_EXTENSIONS[body.format]}"
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition}
    return Response(content, media_type=_MEDIA_TYPES[body.format], headers=headers)


def _file(body: ExportRequest, language: Language, address: str) -> str | bytes:
    match body.format:
        case "markdown":
            return markdown(body.title, body.exchanges, language, address)
        case "text":
            return plain_text(body.title, body.exchanges, language, address)
        case "word":
            from ipqa.exports.word.document import word  # noqa: PLC0415 - python-docx loads slowly

            return word(body.title, body.exchanges, language, address)


def _file_name(title: str) -> str:
    """A title as a name that every file system takes."""
    name = _NOT_IN_NAMES.sub("-", one_line(title)).encode()[:_NAME_BYTES].decode(errors="ignore")
    return name.strip(" .") or "answers"
