"""Bytes of a file to text, without guessing in silence."""

import codecs
import unicodedata
from pathlib import Path

from ipqa.errors import BrokenUtf8, FormatNotReadable, NotText, UnknownEncoding

_SIGNATURES = {
    b"%PDF-": "PDF",
    b"PK\x03\x04": "Office・ZIP ",
    b"\xd0\xcf\x11\xe0": "Office 97-2003 ",
    b"{\\rtf": "RTF",
}

_CODECS = ("utf-8-sig", "euc_jp", "euc_jis_2004", "cp932")
"""In this order: bytes of EUC-JP also decode as CP932 (to nonsense), hardly ever the other way.

EUC-JIS-2004 holds the signs (①, ㈱) that Windows adds to EUC-JP."""

_CONTROL_SHARE = 0.01
_BROKEN_SHARE = 5


def decode(raw: bytes, path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 with a byte order mark, EUC-JP or Shift_JIS (CP932).

    Line ends become line feeds.

    Raises:
        FormatNotReadable: the bytes are those of a known format that is not text.
        NotText: the bytes are not text.
        BrokenUtf8: nearly all of it is UTF-8.
        UnknownEncoding: none of the encodings fits.
    """
    for signature, name in _SIGNATURES.items():
        if raw.startswith(signature):
            raise FormatNotReadable(path=path, format=name)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in raw:
        raise NotText(path=path)
    else:
        candidates = _CODECS
    for codec in candidates:
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError as error:
            if codec == "utf-8-sig" and _nearly_utf8(raw):
                raise BrokenUtf8(path=path, position=error.start + 1) from error
            continue
        if _is_text(text):
            return text.replace("\r\n", "\n").replace("\r", "\n")
        raise NotText(path=path)
    if _mostly_control(raw):
        raise NotText(path=path)
    raise UnknownEncoding(path=path)


def _nearly_utf8(raw: bytes) -> bool:
    """Whether all but a few bytes are UTF-8: then they would decode as Shift_JIS, to nonsense."""
    text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return broken * _BROKEN_SHARE < sum(1 for c in text if c > "\x7f") - broken


def _is_text(text: str) -> bool:
    control = sum(1 for c in text if unicodedata.category(c) == "Cc" and c not in "\n\r\t\f\v\x1a")
    return control <= _CONTROL_SHARE * len(text)


def _mostly_control(raw: bytes) -> bool:
    control = sum(1 for byte in raw if byte < 0x20 and byte not in b"\n\r\t\f")  # noqa: PLR2004 - below the space
    return control > _CONTROL_SHARE * len(raw)
