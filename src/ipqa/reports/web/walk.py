"""The walk through the content of a web page, from its elements to blocks.

What stands in an element decides how the text in it is gathered: a heading, an item of a list, a cell, a
reference mark. What cannot be seen, ruby and struck-out words are left out, and told as findings.
"""

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from ipqa.reports.web.blocks import Holder, Scribe, WebBlock
from ipqa.reports.web.main_content import (
    MARK,
    WITHOUT_TEXT,
    Content,
    Tour,
    fragment_of,
    is_label_for_the_ear,
)
from ipqa.reports.web.sight import Look, StyleSheet, look_of, why_unseen
from ipqa.reports.web.tables import OpenTable, positions_only
from ipqa.reports.web.text import (
    BREAK,
    PREFORMATTED,
    SPAN,
    address_sign,
    plain,
    superscript,
    without_addresses,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selectolax.lexbor import LexborNode

_BLOCK_TAGS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption"
    " figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre"
    " search section summary table caption tbody td tfoot th thead tr ul".split()
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_ITEMS = frozenset({"li", "dt", "dd"})
_TABLE_PARTS = frozenset({"td", "th", "tr", "thead", "caption"})
_NOT_IN_HEADINGS = _LISTS | {"p", "table"}
_STRUCK_OUT = frozenset({"del", "s", "strike"})
_EMBEDDED = {"iframe": "src", "object": "data", "embed": "src", "frame": "src"}

_FOUND = 60
"""How much of a text that was left out is told."""

_EMPHASIS = "・﹅﹆●○.,、 "
_FILE_NAME = re.compile(r"\.(?:jpe?g|png|gif|svg|webp|bmp)$", re.IGNORECASE)
_SERIES = "注註*＊"
_OPENING = ("(", "（", "[", "［")
_BACK = re.compile(r"[↩↑⏎⤴^\ufe0e\ufe0f]+|\[?(?:本文に)?戻る\]?")
_SHORT_LINK = 6


@dataclass(slots=True)
class _Open:
    """An element that the walk is in: how its text looks, and where its text and blocks begin.

    ``begun`` is what its end has to end; ``headings`` are the indexes of the headings that it contains by themselves.
    """

    look: Look
    tag: str = ""
    piece: int = 0
    block: int = 0
    begun: Literal["", "holder", "table"] = ""
    headings: list[int] = field(default_factory=list)


class Walk:
    """Goes through the content of a page once and has blocks made of it."""

    def __init__(self, content: Content, sheet: StyleSheet) -> None:
        self._content = content
        self._sheet = sheet
        self._scribe = Scribe()
        self._open = [_Open(self._look_around(content.root))]
        self._lists: list[int | None] = []  # the next number, None for bullets
        self._unseen: dict[str, str | int] | None = None  # the finding that further text belongs to
        self._link: Literal["", "out", "within"] = ""
        self._reading: list[str] = []  # of the ruby that we are in
        self._captions: list[str] = []  # of the figures that we are in
        self._inside = dict.fromkeys(("pre", "rt", "b", "strong"), 0)

    def read(self) -> list[WebBlock]:
        """The blocks of the content, in order."""
        tour = Tour(self._content.root)
        for node, entered in tour:
            tag = node.tag or ""
            if tag == "-text":
                if entered:
                    self._take_in(written(node.text_content or ""))
            elif not entered:
                self._leave(node, tag)
            elif tag.startswith("-") or not self._enter(node, tag):
                tour.skip()
        self._scribe.flush()
        self._scribe.blocks.append(WebBlock("nothing", findings=self._scribe.findings))
        return self._scribe.blocks

    def _look_around(self, root: "LexborNode") -> Look:
        """How text looks by the elements around the content."""
        around = []
        node = root.parent
        while node is not None:
            around.append(node)
            node = node.parent
        look = Look()
        for outer in reversed(around):
            tag = outer.tag or ""
            if not tag.startswith("-"):
                look = look_of(look, tag, outer.attributes, self._sheet.of(tag, outer.attributes))
        return look

    def _enter(self, node: "LexborNode", tag: str) -> bool:
        """Take in the beginning of an element, and say whether to go into it."""
        attributes = node.attributes
        style = self._sheet.of(tag, attributes)
        look = look_of(self._open[-1].look, tag, attributes, style)
        if len(self._open) == 1:  # scripts may show what hides the whole page
            look = replace(look, shown=True)
        elif not self._is_read(node, tag, style):
            return False
        if tag == "a" and not self._begin_link(node):
            return False
        begun = self._begin_block(node, tag)
        self._begin_within_text(node, tag)
        raised = style.get("vertical-align") == "super" and tag not in _BLOCK_TAGS
        name = "sup" if raised else tag
        scribe = self._scribe
        self._open.append(_Open(look, name, len(scribe.pieces), len(scribe.blocks), begun))
        if tag in self._inside:
            self._inside[tag] += 1
        for identity in (attributes.get("id"), attributes.get("name")):
            if identity in self._content.notes and scribe.table is None and tag not in _HEADINGS:
                scribe.note = self._content.notes[identity]
        return True

    def _is_read(self, node: "LexborNode", tag: str, style: "Mapping[str, str]") -> bool:
        """Whether an element is content that can be seen; what is missed without it is told."""
        attributes = node.attributes
        if tag == "rp" or (tag in WITHOUT_TEXT and not _opens_a_part(node)):
            return False
        if node.mem_id in self._content.furniture or is_label_for_the_ear(attributes):
            return False
        if reason := why_unseen(attributes, style):
            if all(child.tag != "ix:header" for child in node.iter()):
                self._hide(reason, written(node.text()))
            return False
        if tag in _STRUCK_OUT or "line-through" in style.get("text-decoration", ""):
            struck = plain(written(node.text()))[:_FOUND]
            self._find_left_out(f"取り消し線の付いた文字「{struck}」")
            return False
        if tag in _EMBEDDED:
            address = written(attributes.get(_EMBEDDED[tag]) or "")
            if address and not address.startswith(("about:", "javascript:")):
                self._find_left_out(f"埋め込まれた内容({address[:_FOUND]})")
            return False
        return True

    def _find_left_out(self, what: str) -> None:
        self._scribe.findings.append(("left_out", {"what": what}))

    def _hide(self, reason: str, text: str) -> None:
        found = plain(text)[:_FOUND]
        if any(character.isalnum() for character in found):
            self._scribe.findings.append(("hidden_text", {"reason": reason, "found": found}))

    def _begin_block(self, node: "LexborNode", tag: str) -> Literal["", "holder", "table"]:
        scribe = self._scribe
        if tag in _NOT_IN_HEADINGS:
            scribe.end_unclosed_heading()
        if tag in _HEADINGS:
            return "holder" if scribe.hold(Holder("heading", int(tag[1]))) else ""
        if tag in _ITEMS:
            return "holder" if scribe.hold(self._item(node, tag)) else ""
        if tag == "table" and scribe.table is None and not positions_only(node):
            scribe.flush()
            scribe.table = OpenTable()
            return "table"
        if tag in _LISTS:
            scribe.stand_apart()
            start = _whole_number(node, "start")
            self._lists.append((1 if start is None else start) if tag == "ol" else None)
        elif scribe.table is not None and tag in _TABLE_PARTS:
            self._begin_table_part(scribe.table, tag)
        elif tag in _BLOCK_TAGS:
            scribe.stand_apart()
        return ""

    def _begin_table_part(self, table: OpenTable, tag: str) -> None:
        self._scribe.pieces.clear()
        if tag == "tr":
            table.rows.append([])
        elif tag == "thead":
            table.in_head = True

    def _begin_within_text(self, node: "LexborNode", tag: str) -> None:
        pieces = self._scribe.pieces
        match tag:
            case "br":
                pieces.append(BREAK)
            case "span" if self._scribe.in_heading:
                pieces.append(SPAN)
            case "q":
                pieces.append("「")
            case "figure":
                caption = node.css_first("figcaption")
                self._captions.append(plain(written(caption.text())) if caption else "")
            case "img":
                self._take_in_picture(plain(written(node.attributes.get("alt") or "")))
            case _:
                pass

    def _begin_link(self, node: "LexborNode") -> bool:
        """A mark becomes [n], and the way back from a note to its mark is left out: no more to read."""
        scribe = self._scribe
        href = node.attributes.get("href")
        fragment = fragment_of(href)
        words = written(node.text()).strip()
        note = self._content.notes.get(fragment)
        if note is not None and (found := MARK.match(words)):
            words = words.replace(found["again"] or "", "")
            bare = words[0] in _SERIES and not "".join(scribe.pieces[-2:]).endswith(_OPENING)
            mark = f"[{words}]" if bare or words.isdecimal() else words
            scribe.write(mark, letters_of=words)
            return False
        back = scribe.note is not None and fragment and note is None and len(words) <= _SHORT_LINK
        if back or _BACK.fullmatch(words):
            return False
        if href is not None:
            scribe.count.links += 1
            self._link = "within" if href.startswith("#") else "out"
        return True

    def _item(self, node: "LexborNode", tag: str) -> Holder:
        depth = self._scribe.depth
        if tag != "li":
            return Holder("item", depth + (tag == "dd"))
        number = self._lists[-1] if self._lists else None
        if number is None:
            return Holder("item", depth)
        given = _whole_number(node, "value")
        number = number if given is None else given
        self._lists[-1] = number + 1
        return Holder("item", depth, f"{number}.")

    def _leave(self, node: "LexborNode", tag: str) -> None:
        """Take in the end of an element."""
        opened = self._open.pop()
        scribe = self._scribe
        if tag in self._inside:
            self._inside[tag] -= 1
        self._end_within_text(node, opened, tag)
        written_before = len(scribe.blocks)
        self._end_block(node, opened, tag)
        if tag in _HEADINGS and len(scribe.blocks) > written_before:
            self._open[-1].headings.append(written_before)
        if tag == "figcaption":
            scribe.title_table_above()
        for heading in opened.headings:
            if opened.block == heading == len(scribe.blocks) - 1:
                self._open[-1].headings.append(heading)
            else:
                scribe.blocks[heading].end = len(scribe.blocks)

    def _end_block(self, node: "LexborNode", opened: _Open, tag: str) -> None:
        scribe = self._scribe
        if opened.begun == "holder":
            scribe.release()
        elif opened.begun == "table":
            scribe.end_table()
        elif tag in _LISTS:
            scribe.stand_apart()
            self._lists.pop()
        elif scribe.table is not None and tag in _TABLE_PARTS:
            self._end_table_part(scribe.table, node, tag)
        elif tag in _BLOCK_TAGS or tag in _HEADINGS or tag in _ITEMS:
            scribe.stand_apart()

    def _end_table_part(self, table: OpenTable, node: "LexborNode", tag: str) -> None:
        if tag == "thead":
            table.in_head = False
        elif tag == "caption":
            self._scribe.end_caption()
        elif tag in {"td", "th"}:
            rows, columns = (_whole_number(node, name) or 1 for name in ("rowspan", "colspan"))
            self._scribe.end_cell(rows, columns, heading=tag == "th" or table.in_head)

    def _end_within_text(self, node: "LexborNode", opened: _Open, tag: str) -> None:
        pieces = self._scribe.pieces
        if opened.tag in {"sup", "ruby"}:
            self._end_annotated(opened)
        elif tag == "q":
            pieces.append("」")
        elif tag == "span" and self._scribe.in_heading:
            pieces.append(SPAN)
        elif tag == "figure":
            self._captions.pop()
        elif tag == "a":
            href = (node.attributes.get("href") or "").strip()
            if self._link == "out" and re.match(r"https?://", href, re.IGNORECASE):
                pieces.append(address_sign(href))
            self._link = ""

    def _end_annotated(self, opened: _Open) -> None:
        """Raised text becomes a mark or exponent; the reading of ruby is told."""
        pieces = self._scribe.pieces
        inner = without_addresses("".join(pieces[opened.piece :]))
        if opened.tag == "ruby":
            reading, self._reading = "".join(self._reading), []
            if reading.strip(_EMPHASIS):
                finding: dict[str, str | int] = {"base": plain(inner), "ruby": reading}
                self._scribe.findings.append(("ruby", finding))
        elif inner.strip():
            before = without_addresses("".join(pieces[max(0, opened.piece - 4) : opened.piece]))
            pieces[opened.piece :] = [superscript(before[-12:], inner)]

    def _take_in(self, text: str) -> None:
        """Take in text as it stands in the source."""
        if reason := self._open[-1].look.unseen:
            self._take_in_unseen(reason, text)
            return
        if text.strip():
            self._unseen = None
        if self._inside["rt"]:
            self._reading.append(text.strip())
            return
        count = self._scribe.count
        before = count.letters
        piece = text.translate(PREFORMATTED) if self._inside["pre"] else text
        self._scribe.write(piece, letters_of=text)
        letters = count.letters - before
        if self._link:
            count.linked += letters
        if self._link == "within":
            count.jumping += letters
        if self._inside["b"] or self._inside["strong"]:
            count.bold += letters

    def _take_in_unseen(self, reason: str, text: str) -> None:
        """Tell of text that cannot be seen, once for several pieces of it in a row."""
        if self._unseen is not None and self._unseen["reason"] == reason:
            self._unseen["found"] = plain(f"{self._unseen['found']}{text}")[:_FOUND]
            return
        before = len(self._scribe.findings)
        self._hide(reason, text)
        if len(self._scribe.findings) > before:
            self._unseen = self._scribe.findings[-1][1]

    def _take_in_picture(self, words: str) -> None:
        """The words for a picture, where it is part of the text and no decoration."""
        if not words or _FILE_NAME.search(words):
            return
        scribe = self._scribe
        caption = self._captions[-1] if self._captions else ""
        if scribe.in_heading:
            scribe.picture = words
        elif caption and words not in caption and caption not in words and scribe.table is None:
            scribe.add_line(words)
        elif len(words) == 1 and words > "\u3400":  # a rare character as a picture
            scribe.write(words, letters_of=words)


def _opens_a_part(node: "LexborNode") -> bool:
    """Whether a button is what a heading consists of, as where parts of a page fold."""
    parent = node.parent
    headings = _HEADINGS | {"dt", "summary"}
    return node.tag == "button" and parent is not None and parent.tag in headings


def _whole_number(node: "LexborNode", name: str) -> int | None:
    found = re.match(r"\s*(\d{1,6})", node.attributes.get(name) or "")
    return int(found[1]) if found else None
