"""The body of a Word file as paragraphs and tables in order, each with what is known of it by itself.

What they are to the report as a whole (its title, its chapters, the caption of a table) is found out
afterwards, when all of them are there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ipqa.reports.grid import Cell
from ipqa.reports.office.charts import Chart
from ipqa.reports.office.tables import RawCell, cell_spans, heading_rows
from ipqa.reports.office.text import Piece, one_line
from ipqa.reports.office.xml import Element, child, chosen, integer, is_on, name_of, value
from ipqa.reports.word.content import Content, Finding
from ipqa.reports.word.inline import InlineReader
from ipqa.reports.word.numbering import Number, Numbering
from ipqa.reports.word.styles import Role, Styles, is_fill

_TRANSPARENT = {"w:ins", "w:moveTo", "w:customXml", "w:smartTag", "w:sdtContent"}
_CONTENTS_GALLERY = {"Table of Contents"}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with its marks in brackets; line breaks and tabs stand in it as they are.

    Attributes:
        level: of a heading, from 1, by its style or outline level.
        number: what Word sets before it.
        list_depth: its depth by a style for lists, where it has no number.
        size: of its largest characters in half points, and ``large``: more than usual.
        page: where its text begins, if pages can be counted.
        addresses: where its hyperlinks lead.
    """

    text: str
    role: Role = "body"
    level: int | None = None
    number: Number | None = None
    list_depth: int | None = None
    bold: bool = False
    size: int = 0
    large: bool = False
    centred: bool = False
    page: int = 1
    addresses: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class WordTable:
    """A table as it is laid out."""

    rows: tuple[tuple[Cell, ...], ...]
    first_row_heads: bool
    page: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class WordChart:
    """A chart that the paragraph before it shows."""

    chart: Chart
    page: int
    findings: tuple[Finding, ...] = ()


Block = Paragraph | WordTable | WordChart


class BodyReader:
    """Reads what contains paragraphs and tables: the body, a cell, a text box, a note."""

    def __init__(self, styles: Styles, numbering: Numbering, inline: InlineReader) -> None:
        self._styles = styles
        self._numbering = numbering
        self._inline = inline
        self._carried: list[Piece] = []

    def blocks(self, container: Element, *, on_fill: bool = False) -> Iterator[Block]:
        """The paragraphs and tables of a container, in order.

        Args:
            container: the element that holds them.
            on_fill: whether they stand on a colour, so that white text can be seen.
        """
        for element in container:
            name = name_of(element)
            match name:
                case "w:p":
                    yield from self._paragraph(element, on_fill=on_fill)
                case "w:tbl":
                    yield from self._table(element, on_fill=on_fill)
                case "w:sdt":
                    yield from self._control(element, on_fill=on_fill)
                case "mc:AlternateContent":
                    rendering = chosen(element)
                    if rendering is not None:
                        yield from self.blocks(rendering, on_fill=on_fill)
                case "w:altChunk":
                    self._inline.left_out["取り込まれた別の文書"] += 1
                case _ if name in _TRANSPARENT:
                    yield from self.blocks(element, on_fill=on_fill)
                case _:
                    pass

    def line(self, container: Element, *, on_fill: bool = False) -> tuple[str, list[Block]]:
        """All the text of a container on one line, and the blocks that it was made of."""
        blocks = list(self.blocks(container, on_fill=on_fill))
        return " ".join(text for block in blocks if (text := line_of(block))), blocks

    def _control(self, control: Element, *, on_fill: bool) -> Iterator[Block]:
        """What a content control holds, unless it is the prompt of an empty one."""
        properties = child(control, "w:sdtPr")
        content = child(control, "w:sdtContent")
        if content is None or is_on(child(properties, "w:showingPlcHdr")):
            return
        blocks = self.blocks(content, on_fill=on_fill)
        if value(child(properties, "w:docPartObj", "w:docPartGallery")) in _CONTENTS_GALLERY:
            page = self._inline.pages.current
            for _ in blocks:  # read all the same: its pages count
                pass
            yield Paragraph("", role="contents", page=page)
        else:
            yield from blocks

    def _paragraph(self, element: Element, *, on_fill: bool) -> Iterator[Block]:
        standing = self._styles.standing(element)
        if standing.role == "heading":
            self._inline.leave_fields()
        content = self._inline.read(element, on_fill=on_fill)
        mark = child(element, "w:pPr", "w:rPr")
        if child(mark, "w:del") is not None or child(mark, "w:moveFrom") is not None:
            self._carried += content.pieces  # its end is deleted: it runs on in the next one
            return
        content.pieces[:0] = self._carried
        self._carried = []
        number = self._numbering.next(element)
        text = content.text
        if text.strip() or content.findings or content.contents:
            role: Role = "contents" if content.contents and not text.strip() else standing.role
            depth = self._styles.list_depth(element) if number is None else None
            yield Paragraph(
                text=text,
                role=role,
                level=standing.level,
                number=number,
                list_depth=depth,
                bold=content.bold,
                size=content.size,
                large=content.size > self._styles.body_size,
                centred=value(self._styles.of_paragraph(element, "w:jc")) == "center",
                page=content.page,
                addresses=tuple(content.addresses),
                findings=tuple(content.findings),
            )
        yield from self._after(element, content)

    def _after(self, element: Element, content: Content) -> Iterator[Block]:
        """What stands after a paragraph: its text boxes and charts, and a new page where its section ends."""
        for box in content.boxes:
            yield from self.blocks(box, on_fill=True)  # what is behind a box is unknown
        for chart in content.charts:
            yield WordChart(chart, self._inline.pages.current)
        section = child(element, "w:pPr", "w:sectPr")
        if section is not None and value(child(section, "w:type")) not in {
            "continuous",
            "nextColumn",
        }:
            self._inline.pages.turn(rendered=False)

    def _table(self, table: Element, *, on_fill: bool) -> Iterator[Block]:
        """A table; one of a single column is a frame around text, which is read as text."""
        page = self._inline.pages.current
        on_fill = on_fill or self._styles.may_fill(table)
        rows = [row for row in _rows(table) if not _is_deleted(row)]
        if all(len(_cells(row)) <= 1 for row in rows):
            for row in rows:
                for cell in _cells(row):
                    fill = on_fill or is_fill(child(cell, "w:tcPr", "w:shd"))
                    yield from self.blocks(cell, on_fill=fill)
            return
        findings: list[Finding] = []
        raw = [self._row(row, findings, on_fill=on_fill) for row in rows]
        heads = heading_rows(raw, sum(_repeats(row) for row in rows))
        yield WordTable(
            rows=tuple(cell_spans(raw, heads)),
            first_row_heads=heads > 0,
            page=page,
            findings=tuple(findings),
        )

    def _row(self, row: Element, findings: list[Finding], *, on_fill: bool) -> list[RawCell]:
        """The cells of a row; a new page that begins in several of them is one."""
        begins = self._inline.pages.current
        reaches = begins
        cells = [RawCell("", columns=gap) for gap in (_gap(row, "w:gridBefore"),) if gap]
        for cell in _cells(row):
            self._inline.pages.current = begins
            properties = child(cell, "w:tcPr")
            shaded = is_fill(child(properties, "w:shd"))
            text, blocks = self.line(cell, on_fill=on_fill or shaded)
            merge = child(properties, "w:vMerge")
            paragraphs = [block for block in blocks if isinstance(block, Paragraph) and block.text]
            cells.append(
                RawCell(
                    text=text,
                    columns=max(1, integer(value(child(properties, "w:gridSpan"))) or 1),
                    begins=merge is None or value(merge) == "restart",
                    merged=merge is not None,
                    stands_out=shaded or (bool(paragraphs) and all(p.bold for p in paragraphs)),
                )
            )
            findings += [finding for block in blocks for finding in block.findings]
            reaches = max(reaches, self._inline.pages.current)
        self._inline.pages.current = reaches
        return cells


def line_of(block: Block) -> str:
    """A block of a cell or a note on one line; bullets and numbers of its items are written out."""
    if isinstance(block, WordTable):
        return " ".join(cell.text for row in block.rows for cell in row if cell.text)
    if isinstance(block, WordChart):
        return ""
    text = one_line(block.text)
    number = block.number
    if not text or number is None:
        return f"・{text}" if text and block.list_depth is not None else text
    return f"・{text}" if number.bullet else f"{number.label}{number.gap}{text}"


def _rows(table: Element) -> Iterator[Element]:
    """The rows of a table, also those in content controls."""
    for element in table:
        name = name_of(element)
        if name == "w:tr":
            yield element
        elif name in _TRANSPARENT:
            yield from _rows(element)
        elif name == "w:sdt":
            content = child(element, "w:sdtContent")
            if content is not None:
                yield from _rows(content)


def _cells(row: Element) -> Sequence[Element]:
    """The cells of a row, also those in content controls."""
    cells: list[Element] = []
    for element in row:
        name = name_of(element)
        if name == "w:tc":
            cells.append(element)
        elif name in _TRANSPARENT:
            cells += _cells(element)
        elif name == "w:sdt":
            content = child(element, "w:sdtContent")
            cells += _cells(content) if content is not None else ()
    return cells


def _is_deleted(row: Element) -> bool:
    return child(row, "w:trPr", "w:del") is not None


def _repeats(row: Element) -> bool:
    """Whether a row is repeated on every page, as headings are."""
    return is_on(child(row, "w:trPr", "w:tblHeader"))


def _gap(row: Element, name: str) -> int:
    """Columns of the grid that a row leaves out."""
    return max(0, integer(value(child(row, "w:trPr", name))) or 0)
