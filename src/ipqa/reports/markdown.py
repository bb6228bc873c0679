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

    def visit(self, token: Token, inline: Token | None) -> None:
        """Take in one token; ``inline`` is the content that follows it, where there is any."""
        text = _plain(inline) if inline is not None else ""
        match token.type:
            case "heading_open":
                self._builder.heading(text, max(1, int(token.tag[1]) - self._chapter_level + 1))
            case "paragraph_open":
                self._paragraph(text)
            case "fence" | "code_block" if token.content.strip():
                self._builder.paragraph(token.content.strip("\n"))
            case "footnote_open":
                self._footnote = _footnote_number(token)
            case "footnote_close":
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
            case "bullet_list_close" | "ordered_list_close":
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
                self._rows[-1].append(text)
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
            self._builder.reference(self._footnote, text, footnote=True)
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


def _footnote_number(token: Token) -> int:
    """The number of a footnote: its label, or its place where the label is no number."""
    label = str(token.meta.get("label", ""))
    return int(label) if label.isdigit() else int(token.meta["id"]) + 1


def _plain(inline: Token, *, marks: bool = True) -> str:
    """The text of inline content without its mark-up; footnote marks as [n]."""
    pieces: list[str] = []
    for token in inline.children or ():
        match token.type:
            case "text" | "code_inline" | "html_inline":
                pieces.append(token.content)
            case "softbreak":
                pieces.append(_SOFT_BREAK)
            case "hardbreak":
                pieces.append("\n")
            case "image":
                pieces.append(token.content)
            case "footnote_ref" if marks:
                pieces.append(f"[{_footnote_number(token)}]")
            case _:
                pass
    return _JOINED.sub("", _SPACED.sub(" ", "".join(pieces))).strip()
