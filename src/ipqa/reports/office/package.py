"""What Word and PowerPoint files share: a zip of XML parts from a stranger, made safe to hand on.

The libraries that read such files unpack every part into memory and stumble over links to parts that
are missing. So they are given a copy: the XML parts only, each unpacked no further than the archive's
directory announces, all of them together within a limit, without document type declarations (and so
without entities), and without links that lead nowhere. Pictures and films become empty parts.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ipqa.errors import FileBroken, PasswordNeeded, UnpacksTooLarge

OfficeFormat = Literal["Word", "PowerPoint"]

MAX_UNPACKED = 100_000_000
"""Bytes that the XML parts of one file may have together."""

MAX_PARTS = 20_000
"""Parts of one file; a presentation of 500 slides has about 3,000."""

_DIRECTORY_ENTRY = b"PK\x01\x02"
_MAIN_PARTS: Mapping[Literal["word", "slides"], re.Pattern[str]] = {
    "word": re.compile(r"word/document\d*\.xml"),
    "slides": re.compile(r"ppt/presentation\d*\.xml"),
}
_FIRST_NAMES = re.compile(
    rb"PK\x03\x04.{26}((?:word/document|ppt/presentation)\d*\.xml)", re.DOTALL
)
_XML = (".xml", ".rels", ".vml")
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_TRANSITIONAL = rb"http://schemas.openxmlformats.org/\1/2006/"
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # a zip feature that Python has not
    OSError,
    ValueError,
)
_REASON_LENGTH = 80


def office_kind(raw: bytes) -> Literal["word", "slides", "other"]:
    """What a zip holds, by the name of its main part; nothing is unpacked.

    A zip that was cut short has no directory; then the names between its parts tell.
    """
    names = _names(raw)
    for kind, main_part in _MAIN_PARTS.items():
        if any(main_part.fullmatch(name) for name in names):
            return kind
    return "other"


def _names(raw: bytes) -> list[str]:
    if raw.count(_DIRECTORY_ENTRY) <= MAX_PARTS:
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                return archive.namelist()
        except (
            _ZIP_ERRORS
        ):  # named by its kind all the same, so that the reader can say it is broken
            pass
    return [match.group(1).decode("ascii") for match in _FIRST_NAMES.finditer(raw)]


def checked_copy(raw: bytes, kind: OfficeFormat, path: Path) -> io.BytesIO:
    """A copy of a Word or PowerPoint file that is safe to hand to a library (see above).

    Raises:
        UnpacksTooLarge: its XML parts have more than ``MAX_UNPACKED`` bytes together.
        PasswordNeeded: its parts are encrypted.
        FileBroken: it is no zip, is cut short, has too many parts or none of the needed kind.
    """
    if raw.count(_DIRECTORY_ENTRY) > MAX_PARTS:
        raise FileBroken(
            path=path,
            format=kind,
            reason=f"more than {MAX_PARTS:,} parts",
            reason_ja=f"部品が{MAX_PARTS:,}個を超えている",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = _parts(archive, path)
    except _ZIP_ERRORS as error:
        raise FileBroken(
            path=path, format=kind, reason=_short(error), reason_ja=_short(error)
        ) from error
    main_part = _MAIN_PARTS["word" if kind == "Word" else "slides"]
    if not any(main_part.fullmatch(name) for name in parts):
        raise FileBroken(
            path=path, format=kind, reason="main part missing", reason_ja="本文の部品がない"
        )
    with broken_as(kind, path):
        return _packed(parts)


def _parts(archive: zipfile.ZipFile, path: Path) -> dict[str, bytes]:
    """The XML parts unpacked, the others empty."""
    entries = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
    texts = {name for name in entries if name.lower().endswith(_XML)}
    size = sum(entries[name].file_size for name in texts)
    if size > MAX_UNPACKED:
        raise UnpacksTooLarge(path=path, size=size, limit=MAX_UNPACKED)
    if any(entries[name].flag_bits & 1 for name in texts):
        raise PasswordNeeded(path=path)
    return {
        name: _unpacked(archive, entry) if name in texts else b"" for name, entry in entries.items()
    }


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """A part, unpacked no further than announced.

    Without a number of bytes to read, zipfile would unpack the part whole and only then cut it.
    """
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise zipfile.BadZipFile("compression")
    with archive.open(entry) as part:
        data = part.read(entry.file_size + 1)
    if len(data) != entry.file_size:
        raise zipfile.BadZipFile("a part is shorter than announced")
    # UTF-16 has a zero byte beside each of these letters
    if b"<!DOCTYPE" in data or (b"\0" in data and b"<!DOCTYPE" in data.replace(b"\0", b"")):
        raise zipfile.BadZipFile("document type declaration")
    return _STRICT.sub(_TRANSITIONAL, data)


def _packed(parts: Mapping[str, bytes]) -> io.BytesIO:
    names = {name.lower(): name for name in parts}
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as archive:
        for name, data in parts.items():
            links = name.endswith(".rels")
            archive.writestr(name, _with_targets(name, data, names) if links else data)
    copy.seek(0)
    return copy


def _with_targets(name: str, data: bytes, names: Mapping[str, str]) -> bytes:
    """A part of links, without those to parts that are missing."""
    from lxml import etree  # noqa: PLC0415 - only these formats need it

    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    folder = posixpath.dirname(posixpath.dirname(name))
    for link in list(root):
        if link.get("TargetMode") == "External":
            continue
        target = posixpath.normpath(posixpath.join("/", folder, link.get("Target") or ""))
        found = names.get(target.lstrip("/").lower())
        if found is None:
            root.remove(link)
        else:
            link.set("Target", f"/{found}")
    written: bytes = etree.tostring(root)
    return written


@contextmanager
def broken_as(kind: OfficeFormat, path: Path) -> Iterator[None]:
    """Within it, what XML and the libraries say of a file that breaks the format's rules is FileBroken."""
    try:
        yield
    except _breaches(kind) as error:
        raise FileBroken(
            path=path, format=kind, reason=_short(error), reason_ja=_short(error)
        ) from error


def _breaches(kind: OfficeFormat) -> tuple[type[Exception], ...]:
    """What is raised where a file breaks the rules; the libraries rely on them without looking."""
    from lxml.etree import LxmlError  # noqa: PLC0415 - only these formats need it

    of_library: tuple[type[Exception], ...]
    if kind == "Word":
        from docx.exceptions import PythonDocxError  # noqa: PLC0415 - heavy

        of_library = (PythonDocxError,)
    else:
        from pptx.exc import PythonPptxError  # noqa: PLC0415 - heavy

        of_library = (PythonPptxError,)
    everywhere = (LookupError, ValueError, TypeError, AttributeError, RecursionError)
    return (LxmlError, *of_library, *everywhere)


def _short(error: BaseException) -> str:
    message = " ".join(str(error).split())
    return message[:_REASON_LENGTH] or type(error).__name__
