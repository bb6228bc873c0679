"""What holds of every format: what is written plainly is read whole, and whatever is written is read soundly.

Files are written by the makers that other tests use; ``tests/mangling.py`` damages them.
"""

import html
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pptx.util import Inches

from ipqa.errors import ReadError
from ipqa.reports import SourceFile, parse
from ipqa.reports.model import Report
from tests.office_maker import (
    BLANK,
    SlidesMaker,
    WordMaker,
    box,
    cell,
    field,
    numbered,
    paragraph,
    raised,
    row,
    run,
    table,
    text_box,
)
from tests.pdf_maker import GOTHIC, MINCHO, PdfMaker
from tests.reports.soundness import assert_sound

some = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

Part = tuple[Literal["heading", "paragraph", "item"], str]


def read(name: str, raw: bytes) -> Report:
    return parse(SourceFile(Path(name), raw))


# what is written plainly

WORDS = ["電池", "規格", "港湾", "水産物", "研究所", "委員会", "海藻", "輸送費", "温室", "製鉄"]
VERBS = ["増やした。", "公開した。", "見直した。", "測定した。"]


@st.composite
def plain_parts(draw: st.DrawFn) -> list[Part]:
    """Chapters of sentences, each of which says its own number, so that it is found once."""
    parts: list[Part] = []
    for chapter in range(1, draw(st.integers(2, 3))):
        parts.append(("heading", f"{draw(st.sampled_from(WORDS))}の第{chapter}期計画"))
        for number in range(draw(st.integers(1, 5))):
            kind: Literal["paragraph", "item"] = draw(st.sampled_from(["paragraph", "item"]))
            one, other = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=2))
            verb = draw(st.sampled_from(VERBS))
            parts.append((kind, f"{one}の{other}を{chapter}{number:02}件{verb}"))
    return parts


def as_markdown(parts: Sequence[Part]) -> bytes:
    signs = {"heading": "## ", "paragraph": "", "item": "- "}
    return "\n\n".join(signs[kind] + text for kind, text in parts).encode()


def as_text(parts: Sequence[Part]) -> bytes:
    signs = {"heading": "", "paragraph": "", "item": "・"}
    return "\n\n".join(signs[kind] + text for kind, text in parts).encode()


def as_web_page(parts: Sequence[Part]) -> bytes:
    tags = {"heading": "h2", "paragraph": "p", "item": "li"}
    body = "".join(f"<{tags[kind]}>{html.escape(text)}</{tags[kind]}>" for kind, text in parts)
    return f"<!doctype html><meta charset=utf-8><title>報告</title><main>{body}</main>".encode()


def as_word(parts: Sequence[Part]) -> bytes:
    styles = {"heading": "Heading1", "paragraph": "", "item": "ListBullet"}
    maker = WordMaker()
    maker.body(*(paragraph(html.escape(text), style=styles[kind]) for kind, text in parts))
    return maker.saved()


def as_slides(parts: Sequence[Part]) -> bytes:
    maker = SlidesMaker()
    begins = [number for number, (kind, _) in enumerate(parts) if kind == "heading"]
    for start, end in zip(begins, [*begins[1:], len(parts)], strict=True):
        maker.slide(parts[start][1], *(text for _, text in parts[start + 1 : end]))
    return maker.saved()


def as_pdf(parts: Sequence[Part]) -> bytes:
    maker = PdfMaker()
    for kind, text in parts:
        if kind == "heading":
            maker.heading(text)
        elif kind == "item":
            maker.paragraph("・" + text, indent=0, hanging=1)
        else:
            maker.paragraph(text)
    maker.page()
    return maker.bytes()


FORMATS: dict[str, Callable[[Sequence[Part]], bytes]] = {
    "a.md": as_markdown,
    "a.txt": as_text,
    "a.html": as_web_page,
    "a.docx": as_word,
    "a.pptx": as_slides,
    "a.pdf": as_pdf,
}


@pytest.mark.parametrize("name", FORMATS)
@some
@given(plain_parts())
def test_every_sentence_is_read_once_and_in_order_from_every_format(
    name: str, parts: list[Part]
) -> None:
    report = read(name, FORMATS[name](parts))
    assert_sound(report)
    places = [report.text.find(text) for kind, text in parts if kind != "heading"]
    assert -1 not in places
    assert places == sorted(places)
    assert all(report.text.count(text) == 1 for kind, text in parts if kind != "heading")


@pytest.mark.parametrize("name", FORMATS)
@settings(some, max_examples=8)
@given(plain_parts())
def test_the_same_file_is_read_the_same_way_whatever_was_read_before(
    name: str, parts: list[Part]
) -> None:
    raw = FORMATS[name](parts)
    first = read(name, raw)
    read("a.md", as_markdown(parts[::-1] + parts))
    assert read(name, raw) == first


# whatever is written

SCRAPS = [
    *[
        "電池",
        "規格の方針",
        "方針です。",
        "と書いた。",
        "短期",
        "4位",
        "甲 乙 丙",
        "、",
        "「",
        "」",
    ],
    *["¹²", "[3]", "m²", "※1", "表2 ", "【表1】", "参考資料", "第2章 ", "1. ", "① ", "・", "1-1. "],
    *[" ", "\u3000", "\u00a0", "https://example.com/a", "令和7年", "㈱", "ｶﾞ", "が", "﷽", "𠮷"],
    *["\u200b", "\u202e", "\ufeff", "\u00ad", "\U000e0041", "A", "-", "%"],
]
texts = st.lists(st.sampled_from(SCRAPS), max_size=6).map("".join)


def assert_read_soundly_or_refused(name: str, raw: bytes) -> None:
    """Nothing but an error of ours is raised, and what is read holds."""
    try:
        report = read(name, raw)
    except ReadError:
        return
    assert_sound(report)


TAGS = [
    *("p", "div", "span", "b", "h1", "h2", "h3", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr"),
    *("td", "th", "caption", "pre", "ruby", "rt", "sup", "sub", "a href='#n1' id=r1", "li id=n1"),
    *("main", "nav", "article", "header", "footer", "section", "details", "form", "select", "svg"),
    *("td rowspan=3", "td colspan=99999", "ol start=-5", "p hidden", "p style='display:none'"),
    *("p style='font-size:0'", "style", "script", "template", "noscript", "frameset", "math"),
]
markup = st.one_of(
    texts.map(html.escape),
    st.sampled_from(TAGS).map("<{}>".format),
    st.sampled_from(TAGS).map(lambda tag: f"</{tag.split()[0]}>"),
    st.sampled_from(
        ["<br>", "<hr>", "<!--", "-->", "&nbsp;", "&#0;", "&#xD800;", "<img alt='図'>"]
    ),
)


@some
@given(st.lists(markup, max_size=40).map("".join))
@example("<p>電池</p>&#xD800;<p>&#0;</p>")
def test_any_mark_up_is_read_soundly(page: str) -> None:
    assert_read_soundly_or_refused("a.html", page.encode())


xml_texts = texts.map(html.escape)


def _cells(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    merged = st.sampled_from(
        ["", '<w:gridSpan w:val="2"/>', "<w:vMerge/>", '<w:vMerge w:val="restart"/>']
    )
    one = st.builds(lambda content, how: cell(content, properties=how), inner, merged)
    rows = st.lists(one, min_size=1, max_size=3).map(lambda cells: row(*cells))
    return st.lists(rows, min_size=1, max_size=3).map(lambda found: table(*found))


styles = st.sampled_from(["", "Heading1", "Heading2", "Heading3", "ListBullet", "Title", "Caption"])
looks = st.sampled_from(["", "<w:b/>", "<w:vanish/>", '<w:color w:val="FFFFFF"/>', "<w:strike/>"])
runs = st.one_of(
    xml_texts.map(raised),
    st.builds(run, xml_texts, looks),
    xml_texts.map(lambda text: field("PAGE", run(text))),
    xml_texts.map(lambda text: text_box(paragraph(run(text)))),
)
simple_paragraphs = st.one_of(
    st.builds(lambda content, style: paragraph(*content, style=style), st.lists(runs), styles),
    st.builds(numbered, xml_texts, st.integers(0, 3), st.integers(0, 9)),
)
contents = st.recursive(simple_paragraphs, _cells, max_leaves=6)


@some
@given(st.lists(contents, max_size=6))
@example([])
def test_any_word_file_is_read_soundly(content: list[str]) -> None:
    assert_read_soundly_or_refused("a.docx", WordMaker().body(*content).saved())


places = st.tuples(*[st.floats(-1, 12)] * 2, *[st.floats(0.1, 9)] * 2)
boxes = st.lists(st.tuples(texts, places, st.sampled_from([None, 1, 12, 40, 4000])), max_size=6)


@some
@given(st.lists(boxes, min_size=1, max_size=2), texts, st.integers(0, 3))
def test_any_slides_are_read_soundly(
    pages: list[list[tuple[str, tuple[float, float, float, float], float | None]]],
    notes: str,
    columns: int,
) -> None:
    maker = SlidesMaker()
    for page in pages:
        slide = maker.slide("", layout=BLANK, notes=notes)
        for text, place, size in page:
            box(slide, text, place, size=size)
        if columns:
            shape = slide.shapes.add_table(2, columns, *[Inches(1)] * 4)
            for number, (text, _, _) in enumerate(page[: 2 * columns]):
                shape.table.cell(number % 2, number // 2).text = text
    assert_read_soundly_or_refused("a.pptx", maker.saved())


lines = st.tuples(
    st.floats(-50, 650),
    st.floats(-50, 900),
    texts,
    st.sampled_from([0.5, 6.0, 10.5, 14.0, 300.0]),
    st.sampled_from([MINCHO, GOTHIC]),
)


@some
@given(st.lists(lines, max_size=12), st.lists(places, max_size=6))
def test_any_pdf_is_read_soundly(
    written: list[tuple[float, float, str, float, str]],
    ruled: list[tuple[float, float, float, float]],
) -> None:
    maker = PdfMaker()
    for x, y, text, size, font in written:
        maker.text(x, y, text, size=size, font=font)
    for x, y, width, height in ruled:
        maker.box(50 * x, 50 * y, 50 * (x + width), 50 * (y + height))
    maker.page()
    assert_read_soundly_or_refused("a.pdf", maker.bytes())


@pytest.mark.parametrize("beginning", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<html>", b"\xff\xfe"])
@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html", "a.pdf", "a.docx", "a"])
@some
@given(st.binary(max_size=200))
def test_any_bytes_are_read_soundly_or_refused(name: str, beginning: bytes, rest: bytes) -> None:
    assert_read_soundly_or_refused(name, beginning + rest)
