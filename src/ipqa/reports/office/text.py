"""Running text as Word and PowerPoint have it: raised figures, broken lines, lists made by hand."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

_RAISED_DIGITS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_MARK = re.compile(r"[\[(]?\d{1,3}[\])]?(?:\s?[,、・~\-–][\[(]?\d{1,3}[\])]?)*")
_RANGE = re.compile(r"(\d{1,9})[~\-–](\d{1,9})")
_LONGEST_RANGE = 20
_POWER = re.compile(r"-?\d{1,2}")
_UNIT_END = re.compile(r"(?<![A-Za-z])[kcmμn]?m$")
_TEN_END = re.compile(r"(?<!\d)10$")
_LETTER_END = re.compile(r"(?<![A-Za-z])[A-Za-z]$")

_SENTENCE_END = re.compile(r"[。．.！？!?」』）)】：:；;]$")
_FULL_LINE = 18
"""Characters from which a line may have been broken only because it was full."""

_NEW_LINE = re.compile(r"^[ \u3000\t]|^[・•●○■□◆◇※＊*【［\[〔(（①-⑳<＜]|^[0-9０-９ア-ン][.．、)）]")
_TYPED_ITEM = re.compile(
    r"^[ \u3000\t]*(?:(?P<bullet>(?P<sign>[・•◦‣▪▫■□◆◇●○◎➢➤✓✔\uf0b7\uf0d8\uf06c])(?!(?P=sign))|[\-－–*](?=[ \u3000\t]))"
    r"|(?P<label>[①-⑳]|[(（](?:[0-9０-９]{1,2}|[ア-ンa-zａ-ｚ一二三四五六七八九十ⅰ-ⅻ])[)）]"
    r"|[0-9０-９]{1,2}[.．)）](?![0-9０-９])|[0-9０-９]{1,2}(?=[\u3000\t])|[ア-ン](?=[.．)） \u3000\t])[.．)）]?"
    r"|[a-zａ-ｚ][.．)）](?![A-Za-z])))[ \u3000\t]*(?P<text>\S.*)$",
    re.DOTALL,
)
_ENTRY = re.compile(
    r"^[ \u3000\t]*[\[［【(（]?(?P<number>[0-9０-９]{1,3})[\]］】)）.．:：][ \u3000\t]*(?P<text>\S.*)$",
    re.DOTALL,
)

_UNIT = re.compile(r"[（(［\[]?\s*単位\s*[:：]?.{1,20}$|[（(].{0,12}単位.{0,12}[)）]$")
_USELESS_TITLE = re.compile(
    r"(?:microsoft|word document|power ?point|プレゼンテーション|presentation|slide|スライド|untitled"
    r"|document|無題|名称未設定|文書|タイトル|title).{0,12}"
    r"|microsoft \w+ - .*|.*\.(?:docx?|docm|dotx|pptx?|potx?|rtf|txt|jtd|pdf)|.{0,2}|[\W\d]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text of one look; ``raised``: set as a superscript."""

    text: str
    raised: bool = False


@dataclass(frozen=True, slots=True)
class TypedItem:
    """A list item whose sign was typed; ``kind`` is the same for items of one list."""

    kind: str
    label: str
    text: str


def put_together(pieces: Iterable[Piece]) -> str:
    """The text of pieces; raised figures become reference marks or exponents."""
    written = ""
    for raised, group in groupby((p for p in pieces if p.text), key=lambda piece: piece.raised):
        text = "".join(piece.text for piece in group)
        written += _raised(text, written) if raised else text
    return written


def _raised(text: str, before: str) -> str:
    """Raised text: a mark as [3], an exponent as ³, anything else (注1, TM) as it stands."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    left = unicodedata.normalize("NFKC", before[-8:])
    if _POWER.fullmatch(plain) and (
        _TEN_END.search(left)
        or (_UNIT_END.search(left) and abs(int(plain)) in {2, 3})
        or (plain.startswith("-") and _LETTER_END.search(left))
    ):
        return plain.translate(_RAISED_DIGITS)
    variable = _LETTER_END.search(left) and plain in {"2", "3"}
    if not _MARK.fullmatch(plain) or variable:
        return text
    numbers = _RANGE.sub(_every, re.sub(r"[\[\]()\s]", "", plain))
    return f"[{re.sub('[、・]', ',', numbers)}]"


def _every(stretch: re.Match[str]) -> str:
    """All numbers of 「3-5」."""
    first, last = int(stretch[1]), int(stretch[2])
    if not first < last <= first + _LONGEST_RANGE:
        return f"{first},{last}"
    return ",".join(str(number) for number in range(first, last + 1))


def one_line(text: str) -> str:
    """A text on one line: no space where Japanese was broken, one where Latin words were."""
    lines = [" ".join(line.split("\t")).strip() for line in text.split("\n")]
    return _joined([line for line in lines if line])


def flowing(text: str) -> str:
    """A paragraph whose lines were broken by hand: breaks within a sentence are taken back."""
    lines = [line.replace("\t", " ").rstrip() for line in text.split("\n")]
    kept: list[str] = []
    for line in lines:
        goes_on = (
            kept
            and len(kept[-1].rsplit("\n", 1)[-1]) >= _FULL_LINE
            and not _SENTENCE_END.search(kept[-1])
            and not _NEW_LINE.search(line)
        )
        if goes_on and line:
            kept[-1] = _joined([kept[-1], line])
        elif line.strip():
            kept.append(line)
    return "\n".join(kept)


def _joined(lines: Sequence[str]) -> str:
    written = ""
    for line in lines:
        spaced = bool(written) and _is_latin(written[-1]) and _is_latin(line[0])
        written += f" {line}" if spaced else line
    return written


def _is_latin(character: str) -> bool:
    return "!" <= character <= "~"


def typed_item(text: str) -> TypedItem | None:
    """The list item that a line is, if it begins with a bullet or a number typed by hand."""
    match = _TYPED_ITEM.match(text)
    if match is None:
        return None
    if match["bullet"]:
        return TypedItem(match["bullet"], "", match["text"])
    label = match["label"]
    plain = unicodedata.normalize("NFKC", label) if label not in _CIRCLED else "①"
    return TypedItem(re.sub(r"\d+", "1", re.sub(r"[ア-ン]", "ア", plain)), label, match["text"])


_CIRCLED = tuple("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")


class TypedSigns:
    """The kinds of signs of the items that we are inside of: a new kind goes deeper."""

    def __init__(self) -> None:
        self._kinds: list[str] = []

    def depth(self, item: TypedItem) -> int:
        """The depth of the next item, 0 for the outermost."""
        if item.kind in self._kinds:
            del self._kinds[self._kinds.index(item.kind) + 1 :]
        else:
            self._kinds.append(item.kind)
        return len(self._kinds) - 1


def is_unit(line: str) -> bool:
    """Whether a line says nothing but in which unit the figures below it are."""
    return _UNIT.match(line) is not None


def useful_title(text: str) -> str:
    """The title in a file's properties; empty where a program has put it there."""
    title = " ".join(text.split())
    return "" if _USELESS_TITLE.fullmatch(title) else title


def typed_entry(text: str) -> tuple[int, str] | None:
    """The number and text of a line in a list of sources (「[3] 甲社」)."""
    match = _ENTRY.match(text)
    return (int(match["number"]), match["text"]) if match else None
