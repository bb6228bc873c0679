"""What numbers a heading or a list item, or marks it: 第1章, 1-1., (1), ①, ・."""

import re
import unicodedata
from dataclasses import dataclass

_COUNT = r"[0-9０-９一二三四五六七八九十百]{1,4}"
_SPACE = r"[ \u00a0\u3000]"
_UNITS = r"[倍兆億万千百十%％円ポ件社人年月日台割回個点名位度株歳時分秒kKmMgGtT℃]"
_WORD = r"[^\d\s,.．〜~\-－–/／)）、。]"
_KINDS = tuple(
    (kind, re.compile(rf"(?:{pattern}){_SPACE}*"))
    for kind, pattern in (
        ("part", rf"第{_SPACE}?{_COUNT}{_SPACE}?部(?![門品分])"),
        ("chapter", rf"第{_SPACE}?{_COUNT}{_SPACE}?[章編]|[序終]章|Chapter \d+"),
        ("section", rf"第{_SPACE}?{_COUNT}{_SPACE}?節"),
        ("clause", rf"第{_SPACE}?{_COUNT}{_SPACE}?[項款条](?!目)|第{_COUNT}(?={_SPACE})"),
        ("roman", rf"[Ⅰ-Ⅻ]{{1,3}}(?:[.．、,]|(?={_SPACE}))|[IVX]{{1,4}}[.．](?={_SPACE})"),
        ("kanji", r"[一二三四五六七八九十]{1,3}[、.．]"),
        ("number", r"[0-9０-９]{1,2}[.．、)）](?![0-9０-９])"),
        ("bare", rf"[0-9０-９]{{1,2}}(?={_SPACE}+\D)"),
        (
            "decimal",
            rf"\d{{1,2}}(?:[-－‐–.．]\d{{1,2}}){{1,4}}(?:[.．]|(?={_SPACE})|(?!{_UNITS})(?={_WORD}))",
        ),
        ("bracket", r"[(（\[［][0-9０-９]{1,2}[)）\]］]"),
        ("circle", r"[①-⑳❶-❿⓪]"),
        (
            "kana",
            rf"[ア-ン](?:[.．、)）]|(?={_SPACE}))|[(（][ア-ンあ-んｱ-ﾝ一二三四五六七八九十]{{1,2}}[)）]",
        ),
        (
            "letter",
            rf"[A-Za-zＡ-Ｚａ-ｚ](?:[)）．]|[.](?={_SPACE}))|[(（][a-zA-Zａ-ｚivx]{{1,3}}[)）]",
        ),
        ("bullet", rf"[・•●○◎■□◆◇▪▫▶▷►➢✓✔❏◉⚫⚪〇▲△◦‣]|[–—\-*＊o](?={_SPACE})"),
    )
)
DEPTHS = {kind: depth for depth, (kind, _) in enumerate(_KINDS)} | {"bare": 6}
"""The kinds of numbering from that of the whole down to that of the smallest part."""

_LONGEST_LABEL = 40

HEADING_KINDS = frozenset({"part", "chapter", "section", "decimal"})
"""What numbers nothing but headings."""


_RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}


@dataclass(frozen=True, slots=True)
class Label:
    """How a line begins: the kind of its numbering, the number as written, what follows it."""

    kind: str
    written: str
    text: str

    @property
    def depth(self) -> float:
        """How small a part of the whole it numbers; 1.1.1 is one of 1.1."""
        parts = len(re.findall(r"\d+", self.written)) if self.kind == "decimal" else 0
        return DEPTHS[self.kind] + parts / 10


def label_of(line: str) -> Label | None:
    """The number or bullet at the beginning of a line, if there is one and something follows."""
    plain = as_written(line[:_LONGEST_LABEL])
    for kind, pattern in _KINDS:
        match = pattern.match(plain)
        if match is not None and match.end() < len(line):
            return Label(kind, match.group().strip(), line[match.end() :])
    return None


def as_written(text: str) -> str:
    """A text with the radicals that some fonts put for whole characters (⽬ for 目) as its author wrote it.

    Only for telling what a line is; every character keeps its place.
    """
    return text.translate(_RADICALS)
