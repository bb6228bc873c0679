"""A PDF file opened: its pages, its title, its bookmarks, or the reason why it cannot be read.

Nothing in a file is trusted: what unpacks to too much is refused before it is unpacked, and whatever
pdfminer stumbles over in a broken file becomes one of the errors that users are told.
"""

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pdfminer.ascii85 import ascii85decode, asciihexdecode
from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjRef, PDFStream, dict_value, list_value, resolve1
from pdfminer.psparser import PSKeyword, PSLiteral
from pdfminer.utils import decode_text

from ipqa.errors import FileBroken, PasswordNeeded, UnpacksTooLarge
from ipqa.reports.pdf.glyphs import PageContent
from ipqa.reports.pdf.page import PageReader

_LARGEST_STREAM = 64_000_000
_MOST_PACKED = 1_032
"""Deflate makes data so many times shorter at most."""

_LEAST_BUDGET = 10_000_000
_MOST_UNPACKED = 40
"""So many times the size of a file are the drawing instructions of an honest one at most."""

_DEFLATED = frozenset({"FlateDecode", "Fl"})
_PACKED = _DEFLATED | {"LZWDecode", "LZW", "RunLengthDecode", "RL"}
_IN_LETTERS = {
    "ASCII85Decode": ascii85decode,
    "A85": ascii85decode,
    "ASCIIHexDecode": asciihexdecode,
    "AHx": asciihexdecode,
}
_MOST_PAGES = 20_000
_MOST_NODES = 100_000
_MOST_BOOKMARKS = 2_000
_HEADER_WITHIN = 1_024
_INHERITED = ("Resources", "MediaBox", "CropBox", "Rotate")
_LINEARIZED = re.compile(rb"/Linearized\b.{0,200}?/L\s+(\d{1,15})", re.DOTALL)
_NO_TITLE = re.compile(
    r"^(?:Microsoft (?:Word|Office|PowerPoint|Excel)\b|untitled|無題|名称未設定|PowerPoint|スライド\s*\d"
    r"|Slide\s*\d|文書\s*\d|Document\s*\d)"
    r"|\.(?:docx?|docm|pptx?|xlsx?|pdf|indd|jtd|ai|qxd|tex|dvi|txt|html?)$|^[\W\d_]*$|^[A-Za-z0-9_\-]+$",
    re.IGNORECASE,
)
_LONGEST_TITLE = 120
_MARKS = {b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le", b"\xef\xbb\xbf": "utf-8"}


class _UnpacksTooLargeError(Exception):
    """A stream would unpack to more than is read; carries how much that is at least."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class _Stream(PDFStream):
    """A stream that is not unpacked where that would give too much, and can be packed again."""

    _whole: bytes | None = None

    def decode(self) -> None:
        """Unpack the data, once it is known to fit."""
        if self.decipher is not None and self.objid is not None and self.genno is not None:
            self.rawdata = self.decipher(self.objid, self.genno, self.rawdata or b"", self.attrs)
            self.decipher = None
        self._whole = self.rawdata
        names = [name.name for name, _ in self.get_filters() if isinstance(name, PSLiteral)]
        if sum(name in _PACKED for name in names) > 1:
            raise _UnpacksTooLargeError(_LARGEST_STREAM + 1)  # packed twice over, to hide how much
        packed = self.rawdata or b""
        if len(packed) * _MOST_PACKED > _LARGEST_STREAM:
            for name in names:
                if name in _IN_LETTERS:
                    packed = _IN_LETTERS[str(name)](packed)
                elif name in _DEFLATED:
                    _measure(packed)
        super().decode()

    def forget(self) -> None:
        """Drop the unpacked data; it is unpacked again if it is asked for again."""
        if self.data is not None:
            self.rawdata, self.data = self._whole, None


def _measure(packed: bytes) -> None:
    """Unpack in pieces that are thrown away, up to the limit."""
    unpacking = zlib.decompressobj()
    size = 0
    try:
        while packed and not unpacking.eof:
            size += len(unpacking.decompress(packed, 1_000_000))
            packed = unpacking.unconsumed_tail
            if size > _LARGEST_STREAM:
                raise _UnpacksTooLargeError(size)
    except zlib.error:
        return  # broken: pdfminer saves what can be saved


class _Parser(PDFParser):
    """Makes bounded streams of those in the file."""

    def do_keyword(self, pos: int, token: PSKeyword) -> None:
        """Take in a keyword; that of a stream leaves it on the stack."""
        super().do_keyword(pos, token)
        if token is self.KEYWORD_STREAM and self.curstack:
            at, stream = self.curstack[-1]
            if isinstance(stream, PDFStream):
                bounded = _Stream(stream.attrs, stream.rawdata or b"", stream.decipher)
                self.curstack[-1] = (at, bounded)


class PdfFile:
    """An open PDF file.

    Args:
        raw: the file's bytes.
        path: what errors call it.

    Raises:
        PasswordNeeded: it cannot be opened without one.
        FileBroken: it is no PDF, is cut off, or cannot be opened.
        UnpacksTooLarge: a part of it would unpack to too much.
    """

    def __init__(self, raw: bytes, path: Path) -> None:
        self._path = path
        self._size = len(raw)
        if damage := _damage(raw):
            raise FileBroken(path=path, format="PDF", reason=damage[0], reason_ja=damage[1])
        try:
            self._document = PDFDocument(_Parser(io.BytesIO(raw)))
            self._pages = _page_tree(self._document)
        except PDFPasswordIncorrect as error:
            raise PasswordNeeded(path=path) from error
        except PDFEncryptionError as error:
            raise FileBroken(
                path=path,
                format="PDF",
                reason="encrypted in an unknown way",
                reason_ja="読めない方式の暗号",
            ) from error
        except _UnpacksTooLargeError as error:
            raise UnpacksTooLarge(path=path, size=error.size, limit=_LARGEST_STREAM) from error
        except Exception as error:  # pdfminer raises anything at all over a broken file
            raise FileBroken(
                path=path,
                format="PDF",
                reason="its structure cannot be read",
                reason_ja="構造が読み取れない",
            ) from error
        if not self._pages:
            raise FileBroken(path=path, format="PDF", reason="no pages", reason_ja="ページがない")

    @property
    def page_count(self) -> int:
        """How many pages the file has."""
        return len(self._pages)

    def pages(self) -> Iterator[PageContent | None]:
        """What stands on each page in turn; None for one that is broken.

        Raises:
            UnpacksTooLarge: a page would unpack to too much.
        """
        reader = PageReader(_LEAST_BUDGET + _MOST_UNPACKED * self._size)
        for number, tree in self._pages:
            try:
                page = PDFPage(self._document, number, tree, None)
                content = reader.read(page)
            except _UnpacksTooLargeError as error:
                raise UnpacksTooLarge(
                    path=self._path, size=error.size, limit=_LARGEST_STREAM
                ) from error
            except MemoryError:  # a page that is too much for the machine is not a broken one
                raise
            except Exception:  # noqa: BLE001 - pdfminer raises anything at all over a broken page
                yield None
                continue
            for stream in map(resolve1, page.contents):
                if isinstance(stream, _Stream):
                    stream.forget()
            yield content

    def title(self) -> str:
        """The title that the file carries with it, empty where it is broken or only a file's name."""
        with suppress(Exception):  # pdfminer raises anything at all over a broken file
            return self._title()
        return ""

    def _title(self) -> str:
        for info in self._document.info:
            raw = resolve1(info.get("Title"))
            title = _decoded(raw).strip() if isinstance(raw, bytes) else ""
            if (
                1 < len(title) <= _LONGEST_TITLE
                and title.isprintable()
                and not _NO_TITLE.search(title)
            ):
                return title
        return ""

    def bookmarks(self) -> dict[str, int]:
        """The bookmarks by their words, with their levels from 1; as far as they are not broken."""
        found: dict[str, int] = {}
        with suppress(Exception):  # pdfminer raises anything at all over a broken file
            for title, level in self._bookmarks():
                found.setdefault(title, level)
        return {title: level for title, level in found.items() if title}

    def _bookmarks(self) -> Iterator[tuple[str, int]]:
        seen: set[int] = set()
        waiting: list[tuple[object, int]] = [(self._document.catalog.get("Outlines"), 0)]
        while waiting and len(seen) < _MOST_BOOKMARKS:
            reference, level = waiting.pop()
            if not isinstance(reference, PDFObjRef) or reference.objid in seen:
                continue
            seen.add(reference.objid)
            entry = resolve1(reference)
            if not isinstance(entry, dict):
                continue
            title = resolve1(entry.get("Title"))
            if isinstance(title, bytes) and level:
                yield _decoded(title).strip(), level
            waiting += [(entry.get("Next"), level), (entry.get("First"), level + 1)]


def _damage(raw: bytes) -> tuple[str, str] | None:
    """What is wrong with a file at first sight, in English and in Japanese; None if nothing is."""
    cut_off = ("the file is cut off", "ファイルが途中で切れている")
    if b"%PDF-" not in raw[:_HEADER_WITHIN]:
        return "it does not begin as a PDF does", "PDFの先頭がない"
    end = raw.rfind(b"startxref")
    if end < 0 or re.search(rb"\d+\s+\d+\s+obj\b", raw[end:]):
        return cut_off
    linearized = _LINEARIZED.search(raw[:_HEADER_WITHIN])
    if linearized is not None and int(linearized[1]) > len(raw):
        return cut_off
    return None


def _page_tree(document: PDFDocument) -> list[tuple[int, dict[str, object]]]:
    """The pages in order, each with what it inherits, of a tree that may be made to lead astray."""
    pages: list[tuple[int, dict[str, object]]] = []
    seen: set[int] = set()
    waiting: list[tuple[object, dict[str, object]]] = [(document.catalog.get("Pages"), {})]
    while waiting and len(seen) < _MOST_NODES and len(pages) < _MOST_PAGES:
        reference, inherited = waiting.pop()
        number = reference.objid if isinstance(reference, PDFObjRef) else -1
        if number in seen:
            continue
        seen.add(number)
        node = dict_value(reference)
        known = inherited | {key: node[key] for key in _INHERITED if key in node}
        if "Kids" in node:
            waiting += [(kid, known) for kid in reversed(list_value(node["Kids"]))]
        elif node:
            pages.append((number, node | known))
    return pages


def _decoded(raw: bytes) -> str:
    """A text of the file itself; old Japanese programs write Shift_JIS where PDF wants otherwise."""
    for mark, encoding in _MARKS.items():
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, errors="ignore").replace("\x00", "")
    if not raw.isascii():
        try:
            return raw.decode("cp932")
        except UnicodeDecodeError:
            return decode_text(raw)
    return decode_text(raw)
