"""Markdown (CommonMark with pipe tables and footnotes) to a Report.

markdown-it-py does the parsing; this module says what each of its tokens is in the words of a report.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from ipqa.reports.builder import ReportBuilder
from ipqa.reports.tables import CAPTION

_PARSER = MarkdownIt("commonmark").enable("table").use(footnote_plugin)
_SOFT_BREAK = "\ue000"
_SPACED = re.compile(rf"(?<=[!-~]){_SOFT_BREAK}(?=[!-~])")  # between Latin words: a space
_JOINED = re.compile(_SOFT_BREAK)  # in Japanese: nothing


def read_markdown(text: str, builder: ReportBuilder) -> str:
    """Hand the blocks of a Markdown text to the builder, and return the report's title.

    The first heading of the first level is the title; if it is the only one of its level, those below
    it are the chapters.
    """
    tokens = _PARSER.parse(text)
    _number_footnotes(tokens)
    headings = [token.tag for token in tokens if token.type == "heading_open"]
    chapter_level = 2 if headings.count("h1") == 1 else 1
    title = ""
    walk = _Walk(builder, chapter_level)
    for token, inline in _with_inline(tokens):
        if token.type == "heading_open" and inline is not None and not title:
            title = _plain(inline, marks=False)
            if token.tag == "h1":
                continue
        walk.visit(token, inline)
    return title


def _with_inline(tokens: list[Token]) -> Iterator[tuple[Token, Token | None]]:
    """Each token with the inline content that follows it, where there is any."""
    for position, token in enumerate(tokens):
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        yield token, following if following is not None and following.type == "inline" else None


class _Walk:
    """Goes through the tokens once and tells the builder."""

    def __init__(self, builder: ReportBuilder, chapter_level: int) -> None:
        self._builder = builder
        self._chapter_level = chapter_level
        self._lists: list[str] = []  # "" for a bullet list, "1" for an ordered one
        self._item: Token | None = None
        self._caption = ""
        self._rows: list[list[str]] = []
        self._footnote: int | None = None
        self._note: list[str] = []

    def visit(self, token: Token, inline: Token | None) -> None:
        """Take in one token; ``inline`` is the content that follows it, where there is any."""
        links = self._footnote is not None or self._builder.in_source_list
        text = _plain(inline, links=links) if inline is not None else ""
        match token.type:
            case "heading_open":
                self._builder.heading(text, max(1, int(token.tag[1]) - self._chapter_level + 1))
            case "paragraph_open":
                self._paragraph(text)
            case "fence" | "code_block" if token.content.strip():
                self._builder.paragraph(token.content.strip("\n"))
            case "html_block":
                self._builder.warn("left_out", what="HTML")
            case "footnote_open":
                self._footnote, self._note = _footnote_number(token), []
            case "footnote_close" if self._footnote is not None:
                self._builder.note(self._footnote, " ".join(self._note))
                self._footnote = None
            case _:
                self._visit_list(token)
                self._visit_table(token, text)

    def _visit_list(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._lists.append("")
            case "ordered_list_open":
                self._lists.append("1")
            case "bullet_list_close" | "ordered_list_close" if self._lists:
                self._lists.pop()
            case "list_item_open":
                self._item = token
            case _:
                pass

    def _visit_table(self, token: Token, text: str) -> None:
        match token.type:
            case "table_open":
                self._rows = []
            case "tr_open":
                self._rows.append([])
            case "th_open" | "td_open":
                self._rows[-1].append(text.replace("\n", " "))
            case "table_close":
                header, *rows = self._rows
                self._builder.table(self._caption, header, rows)
                self._caption = ""
            case _:
                pass

    def _paragraph(self, text: str) -> None:
        self._caption = ""
        if not text.strip():
            return
        if self._footnote is not None:
            self._note.append(text)
        elif self._lists and self._item is not None:
            self._list_item(text, self._item)
            self._item = None
        else:
            if CAPTION.match(text):
                self._caption = text
            self._builder.paragraph(text)

    def _list_item(self, text: str, item: Token) -> None:
        ordered = self._lists[-1] == "1"
        number = int(item.info) if ordered and item.info.isdigit() else None
        if self._builder.in_source_list and number is not None:
            self._builder.reference(number, text)
            return
        label = f"{number}." if number is not None else ""
        self._builder.list_item(text, depth=len(self._lists) - 1, label=label)


def _number_footnotes(tokens: list[Token]) -> None:
    """Give every footnote its number: its label, or, where any label is no number, its place."""
    footnotes = [
        token
        for outer in tokens
        for token in (outer, *(outer.children or ()))
        if token.type in {"footnote_open", "footnote_ref"}
    ]
    labels = [str(token.meta.get("label", "")) for token in footnotes]
    numbered = all(label.isdigit() for label in labels)
    for token, label in zip(footnotes, labels, strict=True):
        token.meta["number"] = int(label) if numbered else int(token.meta["id"]) + 1


def _footnote_number(token: Token) -> int:
    return int(token.meta["number"])


def _plain(inline: Token, *, marks: bool = True, links: bool = False) -> str:
    """The text of inline content without its mark-up; footnote marks as [n].

    ``links``: addresses of links follow their text, as a source list needs them.
    """
    pieces: list[str] = []
    href = ""
    for token in inline.children or ():
        match token.type:
            case "text" | "code_inline" | "image":
                pieces.append(token.content)
            case "softbreak":
                pieces.append(_SOFT_BREAK)
            case "hardbreak":
                pieces.append("\n")
            case "html_inline" if token.content.lower().startswith("<br"):
                pieces.append("\n")
            case "link_open":
                href = str(token.attrGet("href") or "")
            case "link_close" if links and href not in "".join(pieces):
                pieces.append(f" {href} ")
            case "footnote_ref" if marks:
                pieces.append(f"[{_footnote_number(token)}]")
            case _:
                pass
    return _JOINED.sub("", _SPACED.sub(" ", "".join(pieces))).strip()
