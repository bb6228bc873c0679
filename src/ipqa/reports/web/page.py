"""A saved web page (HTML) to a Report.

selectolax reads the page as a browser would. ``main_content`` says which part of it is content, and
``walk`` makes blocks of that; those that only lead elsewhere are set aside (``links``), and the
others are told to the builder here.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ipqa.reports.builder import ReportBuilder
from ipqa.reports.marks import note_entry, take_marks_out
from ipqa.reports.tables import CAPTION
from ipqa.reports.web.blocks import UNIT, WebBlock, without_label
from ipqa.reports.web.links import without_links_elsewhere
from ipqa.reports.web.main_content import parse, survey
from ipqa.reports.web.sight import StyleSheet
from ipqa.reports.web.text import BREAK, plain, written
from ipqa.reports.web.walk import Walk

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_SHORT_HEADING = 40
_NUMBERED = re.compile(
    r"[0-9０-９]{1,2}\s?[.．、\s]|第\s?[0-9０-９一二三四五六七八九十]+[章節部]|[■●◆【]|[ⅠⅡⅢⅣⅤⅥ]"
)
_COMPANY = re.compile(
    r"株式会社\S{1,20}|\S{1,20}(?:株式会社|[(（]株[)）])|.{0,20}(?:公式|ホーム)(?:サイト|ページ)"
)
_ENTRY = re.compile(r"^[\[［【(（]?(?P<number>\d{1,3})[\]］】)）.．:：]\s*(?P<text>\S.*)$")


def read_web_page(text: str, builder: ReportBuilder) -> str:
    """Hand the blocks of a web page to the builder, and return the report's title.

    The heading of the first level is the title, or else what the page calls itself without the name of
    its site; the highest headings besides are the chapters.

    Args:
        text: the page's HTML; nothing that it refers to is fetched.
        builder: is told the content without what surrounds it; an empty page tells it nothing.
    """
    page = parse(text)
    named = _name(page)
    body = page.body or page.css_first("frameset")
    if body is None:
        return named
    styles = [node for node in page.css("style") if "print" not in (node.attrs.get("media") or "")]
    sheet = StyleSheet(node.text() for node in styles)
    blocks = Walk(survey(body), sheet).read()
    _find_bold_headings(blocks)
    blocks = without_links_elsewhere(blocks)
    title = _title(blocks, named)
    _tell(blocks, title, builder)
    return take_marks_out(title.text)[0] if title is not None else named


def _find_bold_headings(blocks: Sequence[WebBlock]) -> None:
    """Where a page has no headings below its title, numbered lines in bold type are such."""
    if any(block.kind == "heading" and block.level > 1 for block in blocks):
        return
    for block in blocks:
        bold = block.kind == "paragraph" and 0 < block.count.letters <= block.count.bold
        if bold and len(block.text) <= _SHORT_HEADING and _NUMBERED.match(block.text):
            block.kind, block.level = "heading", 2


# title


def _name(page: "LexborHTMLParser") -> str:
    """What a page calls itself, without the name of its site."""
    given = {
        node.attributes.get("property"): _one_line(node.attributes.get("content"))
        for node in page.css("meta[property]")
    }
    title = page.css_first("title")
    whole = given.get("og:title") or _one_line(title.text() if title is not None else "")
    site = given.get("og:site_name")
    parts = [part.strip() for part in re.split(r"[|｜]", whole) if part.strip()]
    if len(parts) == 1:
        parts = re.split(r"\s+[-–—―]\s+(?!.*\s[-–—―]\s)", whole)
    own = [part for part in parts if part != site and not _COMPANY.fullmatch(part)]
    return next(iter(own), whole)


def _one_line(text: str | None) -> str:
    return plain(written(text or ""), line_break="\n")


def _title(blocks: Sequence[WebBlock], named: str) -> WebBlock | None:
    """The heading, or the line that says what the page calls itself, that is the report's title."""
    highest = [block for block in blocks if block.kind == "heading" and block.level == 1]
    if len(highest) == 1 or not named:
        return next(iter(highest), None)
    lines = (block for block in blocks if block.kind in {"heading", "paragraph"})
    return next((block for block in lines if _compact(block.text) == _compact(named)), None)


def _compact(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


# telling


def _tell(blocks: Sequence[WebBlock], title: WebBlock | None, builder: ReportBuilder) -> None:
    """Tell the blocks but the title, and what was found in each, to the builder."""
    levels = [block.level for block in blocks if block.kind == "heading" and block is not title]
    chapter = min(levels, default=1)
    caption = ""
    for block in blocks:
        if block.grid is not None:
            builder.table(block.text or caption, block.grid.header, block.grid.rows)
        elif block is not title:
            _tell_text(block, chapter, builder)
        if CAPTION.match(block.text):
            caption = block.text
        elif not UNIT.match(block.text):
            caption = ""
        for code, details in block.findings:
            builder.warn(code, None, **details)


def _tell_text(block: WebBlock, chapter: int, builder: ReportBuilder) -> None:
    """Tell a block that is no table; headings of the level ``chapter`` begin chapters."""
    text = block.text
    if block.is_source and block.raw:
        line_break = "\n" if block.note is not None or block.label else BREAK
        text = plain(block.raw, line_break=line_break, addresses=True)
    if block.kind == "heading":
        builder.heading(block.text, block.level - chapter + 1)
    elif block.note is not None:
        _tell_note(text, block.note, builder)
    elif block.kind != "nothing" and not _tell_entries(block, text, builder):
        if block.kind == "item" and (block.label or note_entry(text) is None):
            builder.list_item(text, depth=block.level, label=block.label)
        else:
            builder.paragraph(text)


def _tell_note(text: str, note: tuple[str, int], builder: ReportBuilder) -> None:
    """A note that marks link to; in a source list it is an entry of that."""
    series, number = note
    text = without_label(text, note)
    if builder.in_source_list and not series:
        builder.reference(number, text)
    else:
        builder.note(number, text, series=series)


def _tell_entries(block: WebBlock, text: str, builder: ReportBuilder) -> bool:
    """The numbered entries of a source list, if that is where we are and what the block holds."""
    if not builder.in_source_list:
        return False
    if block.label and not block.level:
        builder.reference(int(block.label.rstrip(".")), text)
        return True
    entries: list[str] = []
    for line in text.split("\n"):
        if _ENTRY.match(line) or not entries:
            entries.append(line)
        else:
            entries[-1] = f"{entries[-1]} {line}"
    if _ENTRY.match(entries[0]) is None:
        return False
    for entry in filter(None, map(_ENTRY.match, entries)):
        builder.reference(int(entry["number"]), entry["text"])
    return True
