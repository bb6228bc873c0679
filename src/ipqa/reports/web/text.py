"""Text of a web page while it is being gathered, and as a person reads it.

Browsers collapse white space and break lines where elements say so. Control characters cannot stand in a
page's text, so they serve as signs for what is only decided once a block is complete.
"""

import re

from ipqa.reports.marks import take_marks_out
from ipqa.reports.web.main_content import MARK

BREAK = "\x00"
"""A line break."""

SPACE = "\x04"
"""A space that is not collapsed."""

SPAN = "\x05"
"""Where a span begins or ends in a heading."""

PREFORMATTED = str.maketrans({" ": SPACE, "\t": SPACE, "\n": BREAK})
"""From preformatted text to signs."""

_ADDRESS = re.compile("\x02([^\x03]*)\x03")
_UNWRITTEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f\xad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)
_WIDE = (
    "\u2460-\u24ff\u25a0-\u25ff\u2e80-\u312f\u3190-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uffe6"
    "\U00020000-\U0003ffff…―※"
)
_BLANKS = re.compile(r"[ \t\r\f\n\xa0]+")
_JOINED = re.compile(rf"(?<=[{_WIDE}])\n|\n(?=[{_WIDE}])")
_LINE_END = re.compile(rf"[ \n]?{BREAK}[ \n{BREAK}]*")
_MID_SENTENCE = re.compile(
    rf"(?<=[、，のをがはにでともへや]){BREAK}(?=[ぁ-んァ-ヶ一-龥「『A-Za-z])"
)
_ENGLISH = r"[A-Za-z][A-Za-z&,.'’ -]{3,}"
_INTO_ENGLISH = re.compile(
    rf"(?<=[{_WIDE}]){SPAN}(?={_ENGLISH}$)|^(?P<first>{_ENGLISH}){SPAN}(?=[{_WIDE}])"
)
"""Where a heading goes over into its translation, which pages set above or below it."""

_PARAGRAPH_END = re.compile(
    rf"[ \n]?{BREAK}[ \n]?{BREAK}[ \n{BREAK}]*|[ \n]?{BREAK}[ \n]?(?=\u3000|[（(]?[※注*＊]\s?\d)"
)
_NUMBERS = re.compile(r"^[\[［(（]?\d{1,3}(?:[)）]?\s*[,，、・‐–~～〜-]\s*\d{1,3})*[\]］)）]*$")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_POWER = re.compile(r"(?:(?<![\d.,])10|(?<![A-Za-zァ-ヶー])[A-Za-z])$")
_MOST_NUMBERS = 20
_LONGEST_MARK = 9
"""Digits; what is raised for longer is no mark."""


def written(text: str) -> str:
    """The characters of a text that can be seen, so that none can be taken for a sign."""
    return _UNWRITTEN.sub("", text)


def address_sign(address: str) -> str:
    """The sign for the address of the link that ends here."""
    return f"\x02{''.join(written(address).split())}\x03"


def without_addresses(raw: str) -> str:
    """Gathered text without the addresses of its links."""
    return _ADDRESS.sub("", raw)


def squeezed(raw: str) -> str:
    """Each stretch of white space as one line feed or one space."""
    return _BLANKS.sub(lambda blanks: "\n" if "\n" in blanks[0] else " ", raw)


def paragraphs(raw: str) -> list[str]:
    """Gathered text cut where an empty line, an indentation or a note begins a new paragraph."""
    return _PARAGRAPH_END.split(squeezed(raw))


def plain(raw: str, *, line_break: str = BREAK, addresses: bool = False) -> str:
    """Gathered text as a page shows it: white space collapsed, lines of Japanese joined.

    A line break in the middle of a sentence only shapes the page, so it goes as well.

    Args:
        raw: text with its signs.
        line_break: what a line break becomes; a line feed is treated like one in the source.
        addresses: whether the address of a link follows its text.
    """
    text = squeezed(_addressed(raw) if addresses else without_addresses(raw))
    if SPAN in text:
        text = _INTO_ENGLISH.sub(r"\g<first> ", text.strip(f" \n{SPAN}")).replace(SPAN, "")
    text = _MID_SENTENCE.sub("", _LINE_END.sub(BREAK, text)).replace(BREAK, line_break)
    text = _JOINED.sub("", text).replace("\n", " ").replace(BREAK, "\n").replace(SPACE, " ")
    return text.strip()


def _addressed(raw: str) -> str:
    """The text with the addresses of its links where it does not name them itself."""
    named = without_addresses(raw)

    def address(sign: re.Match[str]) -> str:
        return "" if sign[1] in named else f"{SPACE}{sign[1]}{SPACE}"

    return re.sub(rf"{SPACE}(?=[）)」』】、。])", "", _ADDRESS.sub(address, raw))


def superscript(before: str, text: str) -> str:
    """A superscript as text: a reference mark in brackets, an exponent as one, others as written.

    Args:
        before: the end of the text that it follows.
        text: what is raised.
    """
    text = text.strip()
    raised = text.translate(_SUPERSCRIPTS)
    short = text.isdecimal() and len(text) <= _LONGEST_MARK
    if short and take_marks_out(before + raised)[0].endswith(raised):
        return raised
    power = re.fullmatch(r"[-−]\d{1,3}", text) or (_POWER.search(before) and text.isdecimal())
    if power and text != "1":
        return f"^{text}"
    if (mark := MARK.match(text)) and mark["series"]:
        return text if mark["open"] else f"[{text}]"
    return _numbered(text) if _NUMBERS.match(text) else text


def _numbered(text: str) -> str:
    """The numbers of a raised 「1,3-5」 as one mark."""
    numbers: list[int] = []
    for first, last in re.findall(r"(\d{1,9})(?:[)）]?\s*[‐–~～〜-]\s*(\d{1,9}))?", text):
        beyond = min(int(last or first), int(first) + _MOST_NUMBERS)
        numbers += range(int(first), beyond + 1)
    return f"[{','.join(map(str, numbers))}]"
