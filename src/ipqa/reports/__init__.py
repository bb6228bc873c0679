"""Any file to a Report."""

import hashlib
import re
import unicodedata
from pathlib import Path

from ipqa.errors import EmptyReport, FileMissing, FileTooLarge, FileUnreadable
from ipqa.reports.builder import ReportBuilder
from ipqa.reports.decoding import decode
from ipqa.reports.markdown import read_markdown
from ipqa.reports.model import Report
from ipqa.reports.plain_text import read_plain_text

READER_VERSION = 1
"""Counted up when the same file is read differently than before, so that indexes are rebuilt."""

_READERS = {".md": read_markdown, ".markdown": read_markdown, ".txt": read_plain_text}


def is_report_file(path: Path) -> bool:
    """Whether a file in a corpus folder is taken for a report, by the end of its name."""
    return path.suffix.lower() in _READERS and not path.name.startswith(".")


def read_report(path: Path, *, max_bytes: int) -> Report:
    """Read a file as a report: Markdown by its name, anything else as pasted text.

    Raises:
        ReadError: the file is missing, not text, in an unknown encoding, empty or too large.
    """
    raw = _bytes_of(path, max_bytes)
    text = decode(raw, path)
    builder = ReportBuilder()
    title = _READERS.get(path.suffix.lower(), read_plain_text)(text, builder)
    report = builder.build(
        report_id=_report_id(path),
        title=title or path.stem,
        source=path.name,
        digest=hashlib.sha256(raw).hexdigest(),
    )
    if not any(block.kind not in {"heading", "reference"} for block in report.blocks):
        raise EmptyReport(path=path)
    return report


def _bytes_of(path: Path, max_bytes: int) -> bytes:
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise FileTooLarge(path=path, size=size, limit=max_bytes)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(path=path) from error
    except OSError as error:
        raise FileUnreadable(path=path, reason=error.strerror) from error


def _report_id(path: Path) -> str:
    """The file's name without its ending, fit for a URL."""
    name = unicodedata.normalize("NFKC", path.stem).lower()
    return re.sub(r"[^\w]+", "-", name).strip("-") or "report"
