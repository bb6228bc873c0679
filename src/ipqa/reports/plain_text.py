"""Pasted text to a Report: a web page or a document copied without its mark-up.

What mark-up said must be inferred from what is left. A line that stands alone between empty lines and
does not end like a sentence is a heading; numbering gives its level; indentation and bullets give
lists; a run of short lines gives a table (see ``tables``). What a page puts around a report
(navigation, subscription, copyright) is left out.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ipqa.reports.builder import SOURCE_LIST_HEADING, ReportBuilder
from ipqa.reports.marks import note_entry, take_marks_out
from ipqa.reports.tables import CAPTION, Arrangement, FlattenedCells
from ipqa.reports.wrapping import unwrap

_SPACES = " \u00a0\u3000\t"
_ITEM = re.compile(
    r"^(?P<indent>[ \u00a0\u3000\t]*)"
    r"(?:(?P<bullet>[•・◦○●▪■□◆◇‣–＊*\-])[ \u00a0\u3000\t]*|(?P<label>\d{1,3}[.．)）](?!\d)|[(（]\d{1,2}[)）]|[①-⑳]"
    r"|[一二三四五六七八九十]{1,3}[、．.]|[(（][一二三四五六七八九十]{1,3}[)）])"
    r"[ \u00a0\u3000\t]*)(?P<text>\S.*)$"
)
_ENTRY = re.compile(r"^[\[［【(（]?(?P<number>\d{1,3})[\]］】)）.．:：]\s*(?P<text>\S.*)$")
_CHAPTER = re.compile(r"^第\s*[0-9０-９一二三四五六七八九十]+\s*[章部編]")
_NUMBERED = re.compile(
    r"^(?P<number>\d{1,2}(?:[-－.．]\d{1,2})+)[.．]?[ \u00a0\u3000]+\S|^第\s*\d+\s*[節項]"
)
_SENTENCE_END = re.compile(r"(?:[。！？!?｡]|ます|ました|です|でした|ません|である|した)$")
_HEADING_LENGTH = 60
_CELL_LENGTH = 120
_CELLS_WITHOUT_CAPTION = 12

_STRAY = "**"
"""Bold in a Markdown that was pasted as plain text, often with its partner lost."""

_FURNITURE = re.compile(
    r"(?:ダウンロード|無料|購読|メール講座|メルマガ|ニュースレター|会員登録|ログイン|お問い?合わせ"
    r"|ご相談|バナー|最新(?:レポート|記事)|関連記事|人気記事|プロフィール|執筆者|著者紹介|会社概要"
    r"|プライバシーポリシー|利用規約|サイトマップ|シェアする|ツイート|この記事の内容|目次|トップへ戻る"
    r"|copyright|all rights reserved|©|cookie|newsletter|subscribe|sign up)",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^【.*(?:本|この)(?:レポート|資料|報告書|記事).*】$|免責|ご利用にあたって")


def _indent(item: re.Match[str]) -> int:
    return len(item["indent"].expandtabs(4))


def _item(line: str) -> re.Match[str] | None:
    """The list item that a line is; a note (「*1 …」) is none."""
    return None if note_entry(line.strip()) else _ITEM.match(line)


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines without an empty line between them; ``spaced``: a line of white space stands before."""

    lines: tuple[str, ...]
    spaced: bool

    @property
    def alone(self) -> str | None:
        """Its only line, if that is not a list item."""
        if len(self.lines) == 1 and not _item(self.lines[0]):
            return self.lines[0].strip()
        return None


def read_plain_text(text: str, builder: ReportBuilder) -> str:
    """Hand what a pasted text holds to the builder, and return the report's title."""
    unwrapped = unwrap(text.replace(_STRAY, ""))
    groups = _groups(unwrapped.text)
    if _STRAY in text:
        builder.warn("stray_markup", found=_STRAY, count=text.count(_STRAY))
    if unwrapped.furniture:
        count = len(unwrapped.furniture)
        builder.warn("page_furniture", count=count, found=unwrapped.furniture[0])
    title, start = _title(groups)
    reader = _Reader(groups, builder)
    reader.read(start)
    return title


def _groups(text: str) -> list[_Group]:
    groups: list[_Group] = []
    lines: list[str] = []
    spaced = False
    for line in [*text.split("\n"), ""]:
        if line.strip():
            lines.append(line.rstrip())
            continue
        if lines:
            groups.append(_Group(tuple(lines), spaced))
            lines, spaced = [], False
        spaced = spaced or any(character in _SPACES for character in line)
    return groups


def _title(groups: list[_Group]) -> tuple[str, int]:
    """The first line that stands alone and does not look like a menu, and where the text goes on.

    Text that already runs in sentences has no title above it.
    """
    for position, group in enumerate(groups[:8]):
        if any(_SENTENCE_END.search(line) for line in group.lines):
            break
        line = group.alone
        if line is None:
            continue
        if len(line) > 6 and not _FURNITURE.search(line) and not _is_menu(line):  # noqa: PLR2004 - shorter lines are labels
            return take_marks_out(line)[0], position + 1
    first = groups[0].lines[0].strip() if groups else ""
    return take_marks_out(first)[0][:80], 0


def _is_menu(line: str) -> bool:
    """Whether a line is words in a row, as a navigation bar becomes when it is copied."""
    parts = line.split()
    return len(parts) > 2 and max(map(len, parts)) <= 12 and not line.isascii()  # noqa: PLR2004


def _could_head(line: str) -> bool:
    """Whether a line is short and does not end like a sentence or an announcement."""
    plain = take_marks_out(line)[0]
    return (
        len(plain) <= _HEADING_LENGTH and not _SENTENCE_END.search(plain) and plain[-1] not in ":："
    )


def _marked_level(line: str) -> int | None:
    """The level that a heading's own words give it: its numbering, or that sources follow."""
    if match := _NUMBERED.match(line):
        return 1 + len(re.findall(r"[-－.．]", match["number"] or "1-1"))
    if SOURCE_LIST_HEADING.match(line):
        return 2 if re.search(r"当章|本章|この章", line) else 1
    return 1 if _CHAPTER.match(line) or _ABOUT.search(line) else None


def _item_level(label: str, of_plain_number: int) -> int:
    """The level of a heading that is numbered like a list item: 一、 above 1. above (1) above ①."""
    if label[0] in "(（":
        return 4
    if label[0] in "一二三四五六七八九十":
        return 2
    return 5 if "①" <= label[0] <= "⑳" else of_plain_number


def _heads_text(line: str, following: Sequence[str]) -> bool:
    """Whether a numbered line heads the text on the next line, rather than being an item of a list."""
    return (
        _could_head(line)
        and bool(following)
        and _item(following[0]) is None
        and _SENTENCE_END.search(following[0]) is not None
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines in a row that may be the cells of a flattened table.

    Attributes:
        parts: the lines of each cell.
        begins: for the group of each line, the number of its cell, and of the line in that.
        end: the group after them.
    """

    cells: FlattenedCells
    parts: Sequence[Sequence[str]]
    begins: Mapping[int, tuple[int, int]]
    end: int


class _Reader:
    """Goes through the groups once; knows what stands before and after each."""

    def __init__(self, groups: list[_Group], builder: ReportBuilder) -> None:
        self._groups = groups
        self._builder = builder
        self._caption = ""
        self._run = _Run(FlattenedCells(()), (), {}, 0)
        self._headed = False
        self._ended = False  # past the last source list, where a page's own matter begins
        self._dropping = False
        self._spacers = any(
            group.spaced and _NUMBERED.match(group.lines[0].strip()) for group in groups
        )
        self._last_source_list = max(
            (i for i, group in enumerate(groups) if self._is_source_heading(group)), default=None
        )

    def read(self, position: int) -> None:
        while position < len(self._groups):
            position = self._step(position)

    def _step(self, position: int) -> int:
        """Read the group at a position, and say where to go on."""
        group = self._groups[position]
        self._ended = self._ended or self._past_end(position)
        if self._ended and self._is_page_matter(group):
            return position + 1
        if table := self._table_at(position):
            arrangement, end = table
            self._builder.table(self._caption, arrangement.header, arrangement.rows)
            self._caption = ""
            return end
        line = group.alone
        if line is not None and self._is_heading(position, line):
            self._heading(line, self._level(position, line))
        elif line is not None:
            self._paragraph(line)
        else:
            self._lines(position)
        return position + 1

    def _heading(self, line: str, level: int) -> None:
        if _FURNITURE.search(line) and not _NUMBERED.match(line) and not _CHAPTER.match(line):
            return
        self._builder.heading(line.strip("【】") if _ABOUT.search(line) else line, level)
        self._headed = True
        self._caption = line if CAPTION.match(line) else ""

    def _paragraph(self, line: str) -> None:
        self._builder.paragraph(line)
        self._caption = line if CAPTION.match(line) else self._caption

    def _lines(self, position: int) -> None:
        """List items, and lines of text between them."""
        lines = self._groups[position].lines
        items = [_item(line) for line in lines]
        indents = sorted({_indent(item) for item in items if item})
        numbered: set[int] = set()  # indents at which a numbered item has opened
        for number, (line, item) in enumerate(zip(lines, items, strict=True)):
            if item is None:
                self._line(line.strip())
            elif self._builder.in_source_list and item["label"]:
                entry = int(re.sub(r"\D", "", unicodedata.normalize("NFKC", item["label"])))
                self._builder.reference(entry, item["text"])
            elif number == len(lines) - 1 and self._heads_what_follows(position, items):
                self._builder.heading(line.strip(), _item_level(item["label"], 3))
            elif item["label"] and _heads_text(item["text"], lines[number + 1 : number + 2]):
                self._builder.heading(line.strip(), _item_level(item["label"], 2))
            else:
                indent = _indent(item)
                # bullets at the indent of a numbered item are its own: copying loses the nesting
                depth = indents.index(indent) + sum(
                    1
                    for outer in numbered
                    if outer < indent or (outer == indent and item["bullet"])
                )
                if item["label"]:
                    numbered = {outer for outer in numbered if outer < indent} | {indent}
                self._builder.list_item(item["text"], depth=depth, label=item["label"] or "")

    def _line(self, line: str) -> None:
        """A line among others: a heading by its numbering, an entry of a source list, or text."""
        entry = _ENTRY.match(line)
        if self._builder.in_source_list and entry:
            self._builder.reference(int(entry["number"]), entry["text"])
        elif (level := _marked_level(line)) is not None and _could_head(line):
            self._heading(line, level)
        elif not (self._ended and _FURNITURE.search(line)):
            self._builder.paragraph(line)

    def _heads_what_follows(self, position: int, items: list[re.Match[str] | None]) -> bool:
        """Whether the one numbered item of a group, its last line, is a heading for what comes next."""
        *before, item = items
        return (
            item is not None
            and item["label"] is not None
            and all(other is None or other["bullet"] for other in before)
            and len(item["text"]) <= _HEADING_LENGTH
            and not _SENTENCE_END.search(item["text"])
            and self._following_is(position, spaced=False)
        )

    def _following_is(self, position: int, *, spaced: bool) -> bool:
        following = self._groups[position + 1 : position + 2]
        return bool(following) and following[0].spaced == spaced

    def _is_heading(self, position: int, line: str) -> bool:
        if not _could_head(line):
            return False
        if _marked_level(line) is not None:
            return True
        if position + 1 == len(self._groups):
            return False
        following = self._groups[position + 1]
        return following.alone is not None or following.spaced

    def _level(self, position: int, line: str) -> int:
        level = _marked_level(line)
        if level is not None:
            return level
        spaced = self._groups[position].spaced or self._following_is(position, spaced=True)
        return 1 if spaced or not self._spacers or not self._headed else 3

    def _table_at(self, position: int) -> tuple[Arrangement, int] | None:
        """A flattened table that begins at a position, and where the text goes on after it."""
        if position not in self._run.begins:
            self._run = self._run_at(position)
        if position not in self._run.begins:
            return None
        number, part = self._run.begins[position]
        announced = bool(self._caption)
        if not announced and self._run.cells.count_from(number) < _CELLS_WITHOUT_CAPTION:
            return None
        first = " ".join(self._run.parts[number][part:])
        arrangement = self._run.cells.arrange(number, first, announced=announced)
        return (arrangement, self._run.end) if arrangement is not None else None

    def _run_at(self, position: int) -> _Run:
        """The lines from a position on that may be cells; one after a line of white space continues a cell."""
        parts: list[list[str]] = []
        begins: dict[int, tuple[int, int]] = {}
        end = position
        while end < len(self._groups) and (cell := self._cell(self._groups[end])) is not None:
            if self._groups[end].spaced and parts:
                parts[-1].append(cell)
            else:
                parts.append([cell])
            begins[end] = (len(parts) - 1, len(parts[-1]) - 1)
            end += 1
        return _Run(FlattenedCells([" ".join(cell) for cell in parts]), parts, begins, end)

    def _cell(self, group: _Group) -> str | None:
        line = group.lines[0].strip()
        if (
            len(group.lines) > 1
            or len(line) > _CELL_LENGTH
            or line.endswith("。")
            or _NUMBERED.match(line)
            or _CHAPTER.match(line)
            or SOURCE_LIST_HEADING.match(line)
            or CAPTION.match(line)
        ):
            return None
        item = _item(group.lines[0])
        return None if item and item["indent"] else line

    def _is_source_heading(self, group: _Group) -> bool:
        line = group.alone
        return line is not None and SOURCE_LIST_HEADING.match(line) is not None

    def _past_end(self, position: int) -> bool:
        """Whether the last source list of the report lies behind."""
        if self._last_source_list is None or position <= self._last_source_list + 1:
            return False
        group = self._groups[position]
        return group.alone is not None or not _item(group.lines[0])

    def _is_page_matter(self, group: _Group) -> bool:
        """After the end: everything but what the report says about itself."""
        line = group.alone
        if line is not None and _ABOUT.search(line):
            self._dropping = False
            return False
        if any(_FURNITURE.search(text) for text in group.lines):
            if line is not None or len(group.lines) == 1:
                self._dropping = True
            return line is not None or not any(_item(text) for text in group.lines)
        return self._dropping
