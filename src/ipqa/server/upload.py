"""A file that is sent to the server: taken in within bounds, under a name that does no harm."""

import re
import unicodedata
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import UploadFile
from starlette.types import Message

from ipqa.errors import FileTooLarge, Language
from ipqa.server.problems import language_of

_ENVELOPE = 16_384
"""So many bytes of a request may be other than the file."""

_LONGEST_NAME = 200
_LONGEST_ENDING = 12
"""In bytes of UTF-8; file systems take names of 255."""

_NAMELESS: dict[Language, str] = {"ja": "ファイル", "en": "The file"}
"""What a file is called that is refused before its name has come."""

_HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Kinds of characters that show as nothing, or turn the direction of what follows."""

UPLOAD_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
"""The request, for the description of the API: its body is read here, not by FastAPI."""


async def received(request: Request, limit: int) -> tuple[str, BinaryIO]:
    """The name and the content of the field ``file`` of a form.

    Args:
        request: its body is read no further than the limit; what is beyond never reaches the disk.
        limit: largest file, in bytes.

    Raises:
        FileTooLarge: the file is larger, or says so.
        RequestValidationError: the form has no file of that name.
    """
    nameless = _NAMELESS[language_of(request)]
    most = limit + _ENVELOPE
    declared = int(request.headers.get("content-length", 0))
    if declared > most:
        raise FileTooLarge(path=nameless, size=declared, limit=limit)
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise FileTooLarge(path=nameless, size=taken, limit=limit)
        return message

    form = await Request(request.scope, bounded).form(max_files=1, max_fields=10)
    file = form.get("file")
    if not isinstance(file, UploadFile):
        await form.close()
        missing = {"loc": ("body", "file"), "msg": "Field required", "type": "missing"}
        raise RequestValidationError([missing])
    name = safe_name(file.filename or "")
    if file.size is not None and file.size > limit:
        await form.close()
        raise FileTooLarge(path=name, size=file.size, limit=limit)
    return name, file.file


def safe_name(name: str) -> str:
    """A file's name without folders, without characters that mislead, and of a length that fits."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c for c in base if unicodedata.category(c) not in _HARMFUL)
    path = Path(shown.strip(" .") or "report")
    ending = path.suffix if len(path.suffix.encode()) <= _LONGEST_ENDING else ""
    stem = path.name.removesuffix(ending).encode()[: _LONGEST_NAME - len(ending.encode())]
    return stem.decode(errors="ignore") + ending
