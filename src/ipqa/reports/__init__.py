"""Any file to a Report.

Each format's reader is imported when a file of that format is read: an index is opened, and questions are answered,
without any of them.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ipqa.errors import EmptyReport, FileMissing, FileTooLarge, FileUnreadable, FormatNotReadable
from ipqa.reports.builder import ReportBuilder
from ipqa.reports.decoding import decode
from ipqa.reports.model import Report

READER_VERSION = 6
"""Counted up when the same file is read differently than before, so that indexes are rebuilt."""

ENDINGS = frozenset(
    {".md", ".markdown", ".txt", ".html", ".htm", ".xhtml", ".pdf", ".docx", ".pptx"}
)
"""How the names of files end that are taken for reports in a folder."""

_MARKDOWN = frozenset({".md", ".markdown"})
_WEB = frozenset({".html", ".htm", ".xhtml"})
_WEB_PAGE = re.compile(
    r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class SourceFile:
    """A file before it is read: where it lies, and its bytes."""

    path: Path
    raw: bytes

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()


def is_report_file(path: Path) -> bool:
    """Whether a file in a folder is taken for a report, by the end of its name."""
    return path.suffix.lower() in ENDINGS and not path.name.startswith((".", "~$"))


def read_report(path: Path, *, max_bytes: int) -> Report:
    """Read a file as a report, by its content and the end of its name.

    Raises:
        ReadError: the file is missing, too large, broken, of no known format, or holds no text.
    """
    report = parse(open_file(path, max_bytes=max_bytes))
    return report.named(report_id_of(path), path.name)


def open_file(path: Path, *, max_bytes: int) -> SourceFile:
    """The bytes of a file.

    Raises:
        ReadError: the file is missing, may not be read, or is too large.
    """
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise FileTooLarge(path=path, size=size, limit=max_bytes)
        return SourceFile(path, path.read_bytes())
    except FileNotFoundError as error:
        raise FileMissing(path=path) from error
    except OSError as error:
        raise FileUnreadable(path=path, reason=error.strerror) from error


def parse(file: SourceFile) -> Report:
    """The report that a file holds, which does not yet know its id; see ``Report.named``.

    Raises:
        ReadError: the bytes are broken, of no known format, or hold no text.
    """
    builder = ReportBuilder()
    title = _read(file, builder)
    report = builder.build(title=title, digest=file.digest)
    if not any(block.kind not in {"heading", "reference"} for block in report.blocks):
        raise EmptyReport(path=file.path)
    return report


def report_id_of(path: Path) -> str:
    """The file's name without its ending, fit for a URL."""
    name = unicodedata.normalize("NFKC", path.stem).lower()
    return re.sub(r"[^\w]+", "-", name).strip("-") or "report"


def _read(file: SourceFile, builder: ReportBuilder) -> str:
    """Have the right reader tell the builder what the file holds, and return the title."""
    if file.raw.startswith(b"%PDF-"):
        from ipqa.reports.pdf.document import read_pdf  # noqa: PLC0415

        return read_pdf(file.raw, builder, file.path)
    if file.raw.startswith(b"PK\x03\x04"):
        return _read_package(file, builder)
    return _read_text(decode(file.raw, file.path), file.path.suffix.lower(), builder)


def _read_package(file: SourceFile, builder: ReportBuilder) -> str:
    """Read what Word or PowerPoint wrote."""
    from ipqa.reports.office.package import office_kind  # noqa: PLC0415

    match office_kind(file.raw):
        case "word":
            from ipqa.reports.word.document import read_word  # noqa: PLC0415

            return read_word(file.raw, builder, file.path)
        case "slides":
            from ipqa.reports.slides.deck import read_slides  # noqa: PLC0415

            return read_slides(file.raw, builder, file.path)
        case "other":
            raise FormatNotReadable(path=file.path, format="ZIP・Excel など")


def _read_text(text: str, ending: str, builder: ReportBuilder) -> str:
    """Read text by the end of the file's name, or as a web page where it begins as one."""
    if ending in _MARKDOWN:
        from ipqa.reports.markdown import read_markdown  # noqa: PLC0415

        return read_markdown(text, builder)
    if ending in _WEB or _WEB_PAGE.match(text):
        from ipqa.reports.web.page import read_web_page  # noqa: PLC0415

        return read_web_page(text, builder)
    from ipqa.reports.plain_text import read_plain_text  # noqa: PLC0415

    return read_plain_text(text, builder)
