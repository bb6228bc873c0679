"""Any file to a Report."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ipqa.errors import EmptyReport, FileMissing, FileTooLarge, FileUnreadable, FormatNotReadable
from ipqa.reports.builder import ReportBuilder
from ipqa.reports.decoding import decode
from ipqa.reports.markdown import read_markdown
from ipqa.reports.model import Report
from ipqa.reports.office.package import office_kind
from ipqa.reports.pdf.document import read_pdf
from ipqa.reports.plain_text import read_plain_text
from ipqa.reports.slides.deck import read_slides
from ipqa.reports.web.page import read_web_page
from ipqa.reports.word.document import read_word

READER_VERSION = 3
"""Counted up when the same file is read differently than before, so that indexes are rebuilt."""

ENDINGS = frozenset(
    {".md", ".markdown", ".txt", ".html", ".htm", ".xhtml", ".pdf", ".docx", ".pptx"}
)
"""How the names of files end that are taken for reports in a folder."""

_TextReader = Callable[[str, ReportBuilder], str]

_TEXT_READERS: dict[str, _TextReader] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_web_page,
    ".htm": read_web_page,
    ".xhtml": read_web_page,
}
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
        return read_pdf(file.raw, builder, file.path)
    if file.raw.startswith(b"PK\x03\x04"):
        match office_kind(file.raw):
            case "word":
                return read_word(file.raw, builder, file.path)
            case "slides":
                return read_slides(file.raw, builder, file.path)
            case "other":
                raise FormatNotReadable(path=file.path, format="ZIP・Excel など")
    text = decode(file.raw, file.path)
    ending = file.path.suffix.lower()
    if ending not in _TEXT_READERS and _WEB_PAGE.match(text):
        return read_web_page(text, builder)
    return _TEXT_READERS.get(ending, read_plain_text)(text, builder)
