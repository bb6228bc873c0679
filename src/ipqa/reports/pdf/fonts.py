"""What the codes of a PDF's fonts mean, and where the characters stand that they paint."""

import re
import unicodedata
from dataclasses import dataclass, field

from pdfminer.pdffont import PDFFont, PDFType3Font, PDFUnicodeNotDefined

from ipqa.reports.pdf.glyphs import ABOVE, Glyph, Turn

UNDECODED = "〓"
"""Stands for a character that the file gives no meaning to."""

_LEVEL = 0.1

_BOLD = re.compile(
    r"bold|black|heavy|demi|ultra|W[6-9]\b|[ 　]太|[-_ ](?:B|EB|DB|H)$", re.IGNORECASE
)
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_SYMBOLS = str.maketrans(
    dict.fromkeys("\uf0b7\uf09f\uf0a2", "•")
    | dict.fromkeys("\uf06c\uf0cf", "●")
    | dict.fromkeys("\uf06e\uf0a7\uf0a8\uf071\uf06f", "■")
    | dict.fromkeys("\uf075\uf076\uf077", "◆")
    | dict.fromkeys("\uf0d8\uf0e8\uf0e0\uf0f0", "➢")
    | dict.fromkeys("\uf0fc\uf0fe", "✓")
    | dict.fromkeys("\uf02d\uf0be", "–")
    | {"\u2027": "・"}
)
"""What Wingdings and Symbol put before list items, and the dot that fonts draw like 「・」."""
_JOINED_FORMS = re.compile("[\ufb00-\ufb06\ufe10-\ufe19\ufe30-\ufe48]")
"""Ligatures, and the forms that vertical lines have of brackets and dots."""

_NO_MEANING = re.compile("[\x00\ue000-\uf8ff]")


@dataclass(slots=True)
class Face:
    """A font.

    Attributes:
        em: the height of its square, in the size that it is set in.
        known: what its codes mean and how wide they are, as far as they have been met.
    """

    name: str
    bold: bool
    em: float
    known: dict[int, tuple[str, float]] = field(default_factory=dict)


class FontBook:
    """The fonts of one document; what is learnt of one serves all pages."""

    def __init__(self) -> None:
        self._faces: dict[PDFFont, Face] = {}

    def face(self, font: PDFFont) -> Face:
        """A font by what pdfminer knows of it."""
        found = self._faces.get(font)
        if found is None:
            name = font.fontname if isinstance(font.fontname, str) else repr(font.fontname)
            name = _SUBSET.sub("", name)
            height = abs(font.get_height()) if isinstance(font, PDFType3Font) else 1.0
            found = self._faces[font] = Face(name, _BOLD.search(name) is not None, height or 1.0)
        return found


def meaning(face: Face, font: PDFFont, code: int) -> tuple[str, float]:
    """What a code of a font means, and how wide the character is in the size that it is set in."""
    known = face.known.get(code)
    if known is None:
        known = face.known[code] = (_text_of(font, code), font.char_width(code))
    return known


def _text_of(font: PDFFont, code: int) -> str:
    try:
        text = font.to_unichr(code).translate(_SYMBOLS)
    except PDFUnicodeNotDefined:
        return UNDECODED
    text = _JOINED_FORMS.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)
    text = _NO_MEANING.sub(UNDECODED, text)
    if text.isspace():
        return "\u3000" if text == "\u3000" else " "
    return "".join(c for c in text if c.isprintable() or c in "\u3000\u00ad")


def glyph_on_line(
    text: str, origin: tuple[float, float], advance: tuple[float, float], size: float, font: str
) -> Glyph:
    """A character that stands on its base line, whichever way that runs; lengths upwards as in PDF."""
    x, y = origin
    across, up = advance
    above, below = ABOVE * size, (1 - ABOVE) * size
    if abs(up) <= _LEVEL * abs(across) or not (across or up):
        if across < 0:
            return Glyph(text, x + across, y - below, x, y + above, y, size, font, Turn.LEFT)
        return Glyph(text, x, y - above, x + across, y + below, y, size, font)
    if abs(across) <= _LEVEL * abs(up):
        if up < 0:
            middle = x + above - size / 2
            return Glyph(text, x - below, y, x + above, y - up, middle, size, font, Turn.DOWN)
        return Glyph(text, x - above, y - up, x + below, y, x, size, font, Turn.UP)
    return Glyph(text, x, y - above, x + abs(across), y + below, y, size, font, Turn.SLANTED)


def hanging_glyph(
    text: str, origin: tuple[float, float], length: float, size: float, font: str
) -> Glyph:
    """A character of a vertical font, which hangs from the middle of its upper edge."""
    x, y = origin
    return Glyph(text, x - size / 2, y, x + size / 2, y + length, x, size, font, Turn.VERTICAL)
