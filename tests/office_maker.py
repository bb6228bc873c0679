"""Makes Word and PowerPoint files for tests: with python-docx and python-pptx, and XML of one's own."""

import io
import zipfile
from collections.abc import Callable, Mapping

import docx
import pptx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part as SlidesPart
from pptx.opc.packuri import PackURI as SlidesPackURI
from pptx.shapes.autoshape import Shape
from pptx.slide import Slide
from pptx.util import Inches, Pt

COVER, LISTED, SECTION, TITLED, BLANK = 0, 1, 2, 5, 6
"""Layouts of python-pptx's template."""

NAMESPACES = " ".join(
    f'xmlns:{prefix}="{address}"'
    for prefix, address in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
        "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
        "o": "urn:schemas-microsoft-com:office:office",
    }.items()
)


def elements(xml: str) -> list[etree._Element]:
    """XML without declarations of namespaces, as elements."""
    return list(parse_xml(f"<root {NAMESPACES}>{xml}</root>"))


def run(text: str, look: str = "") -> str:
    """A run; ``look`` is what its properties hold."""
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def raised(text: str) -> str:
    """A superscript."""
    return run(text, '<w:vertAlign w:val="superscript"/>')


def paragraph(*content: str, style: str = "", properties: str = "") -> str:
    """A paragraph of runs (XML); text that is no XML becomes one."""
    runs = "".join(part if part.startswith("<") else run(part) for part in content)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{runs}</w:p>"


def numbered(text: str, number: int, depth: int = 0) -> str:
    """A paragraph that Word numbers, as one of a list."""
    place = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    return paragraph(text, properties=place)


def field(code: str, result: str) -> str:
    """A field with its code and the runs (XML) of its result."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{code}</w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def cell(*content: str, properties: str = "") -> str:
    """A cell of paragraphs or tables (XML); text that is no XML becomes a paragraph."""
    inner = "".join(part if part.startswith("<") else paragraph(part) for part in content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    """A row of cells (XML); text that is no XML becomes one."""
    inner = "".join(part if part.startswith("<") else cell(part) for part in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def table(*rows: str, properties: str = "") -> str:
    """A table of rows (XML)."""
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid/>{''.join(rows)}</w:tbl>"


def text_box(*content: str) -> str:
    """A run that holds a text box twice, as Word writes it: for itself and for older programs."""
    inner = f"<w:txbxContent>{''.join(content)}</w:txbxContent>"
    return (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f"<wps:wsp><wps:txbx>{inner}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline>"
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox>{inner}</v:textbox>"
        "</v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def design(number: int, *levels: tuple[str, str], extra: str = "") -> str:
    """A design of lists, and a list of the same number; each level has a way of counting and a text."""
    written = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{way}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (way, text) in enumerate(levels)
    )
    return (
        f'<w:abstractNum w:abstractNumId="{number}">{written}</w:abstractNum>'
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{number}"/>{extra}</w:num>'
    )


class WordMaker:
    """A Word file in the making: ``document`` is that of python-docx, its template emptied."""

    def __init__(self) -> None:
        self.document = docx.Document()
        self.document.core_properties.title = ""

    def body(self, *xml: str) -> "WordMaker":
        """Add paragraphs and tables."""
        last = self.document.element.body.sectPr
        for element in elements("".join(xml)):
            last.addprevious(element)
        return self

    def lists(self, *xml: str) -> "WordMaker":
        """Replace the lists of the template by one's own."""
        numbering = self.document.part.numbering_part.element
        numbering[:] = sorted(elements("".join(xml)), key=lambda element: element.tag)
        return self

    def styles(self, *xml: str) -> "WordMaker":
        """Add styles."""
        self.document.styles.element.extend(elements("".join(xml)))
        return self

    def notes(self, *texts: str, kind: str = "footnote") -> "WordMaker":
        """Add footnotes or endnotes (XML of runs), numbered from 1."""
        written = "".join(
            f'<w:{kind} w:id="{number}"><w:p><w:r><w:{kind}Ref/></w:r>{text}</w:p></w:{kind}>'
            for number, text in enumerate(texts, start=1)
        )
        line = f'<w:{kind} w:id="0" w:type="separator"><w:p>{run("区切り")}</w:p></w:{kind}>'
        part = Part(
            PackURI(f"/word/{kind}s.xml"),
            f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml",
            f"<w:{kind}s {NAMESPACES}>{line}{written}</w:{kind}s>".encode(),
            self.document.part.package,
        )
        self.document.part.relate_to(part, getattr(RELATIONSHIP_TYPE, f"{kind.upper()}S"))
        return self

    def link(self, address: str) -> str:
        """The identity of a hyperlink to an address."""
        return self.document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)

    def saved(self) -> bytes:
        """The file."""
        stream = io.BytesIO()
        self.document.save(stream)
        return stream.getvalue()


def note_mark(number: int, kind: str = "footnote") -> str:
    """A run that refers to a note."""
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def repacked(raw: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A zip with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    return zipped(parts)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip of parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


class SlidesMaker:
    """A PowerPoint file in the making: ``deck`` is that of python-pptx with its usual template."""

    def __init__(self) -> None:
        self.deck = pptx.Presentation()
        self.deck.core_properties.title = ""

    def slide(self, title: str, *lines: str, layout: int = LISTED, notes: str = "") -> Slide:
        """Add a slide; tabs before a line set it deeper."""
        slide: Slide = self.deck.slides.add_slide(self.deck.slide_layouts[layout])
        if slide.shapes.title is not None:
            slide.shapes.title.text = title
        if lines:
            frame = slide.placeholders[1].text_frame
            for number, line in enumerate(lines):
                written = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
                written.text = line.lstrip("\t")
                written.level = len(line) - len(line.lstrip("\t"))
        if notes and (written_below := slide.notes_slide.notes_text_frame) is not None:
            written_below.text = notes
        return slide

    def saved(self) -> bytes:
        """The file."""
        stream = io.BytesIO()
        self.deck.save(stream)
        return stream.getvalue()


def slides() -> SlidesMaker:
    """A PowerPoint file of one slide."""
    maker = SlidesMaker()
    maker.slide("青葉電機の規格戦略", "規格を公開した")
    return maker


def box(
    slide: Slide,
    text: str,
    place: tuple[float, float, float, float],
    *,
    size: float | None = None,
    colour: str = "",
) -> Shape:
    """Add a text box at a place: left, top, width and height in inches."""
    shape = slide.shapes.add_textbox(*(Inches(number) for number in place))
    for number, line in enumerate(text.split("\n")):
        frame = shape.text_frame
        written = (frame.paragraphs[0] if number == 0 else frame.add_paragraph()).add_run()
        written.text = line
        if size is not None:
            written.font.size = Pt(size)
        if colour:
            written.font.color.rgb = RGBColor.from_string(colour)  # type: ignore[no-untyped-call]
    return shape


def chart_in_word(maker: WordMaker, data: CategoryChartData) -> str:
    """A run that shows a chart; python-docx knows none, so python-pptx makes it."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 100, 100, data)
    part = Part(
        PackURI("/word/charts/chart1.xml"),
        "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
        frame.chart.part.blob,
        maker.document.part.package,
    )
    link = maker.document.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
    return (
        '<w:r><w:drawing><wp:inline><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/'
        f'drawingml/2006/chart"><c:chart r:id="{link}"/></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>"
    )


def add_diagram(slide: Slide, points: Mapping[str, list[str]]) -> None:
    """Add a diagram (SmartArt) of points with those below each; python-pptx cannot make one."""
    nodes = ['<dgm:pt modelId="top" type="doc"/>']
    links: list[str] = []
    for outer, inner in points.items():
        for order, (above, text) in enumerate([("top", outer), *((outer, text) for text in inner)]):
            words = f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"
            nodes.append(f'<dgm:pt modelId="{text}"><dgm:t><a:bodyPr/>{words}</dgm:t></dgm:pt>')
            links.append(
                f'<dgm:cxn modelId="c{text}" srcId="{above}" destId="{text}" '
                f'srcOrd="{len(links) if above == "top" else order}" destOrd="0"/>'
            )
    model = (
        f"<dgm:dataModel {NAMESPACES}><dgm:ptLst>{''.join(nodes)}</dgm:ptLst>"
        f"<dgm:cxnLst>{''.join(links)}</dgm:cxnLst></dgm:dataModel>"
    )
    part = SlidesPart(
        SlidesPackURI("/ppt/diagrams/data1.xml"),
        "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml",
        slide.part.package,
        model.encode(),
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/diagramData"
    link = slide.part.relate_to(part, kind)
    (frame,) = elements(
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="99" name="図"/><p:cNvGraphicFramePr/>'
        '<p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x="99" y="3000000"/>'
        '<a:ext cx="99" cy="99"/></p:xfrm><a:graphic><a:graphicData uri="http://schemas.'
        f'openxmlformats.org/drawingml/2006/diagram"><dgm:relIds r:dm="{link}"/></a:graphicData>'
        "</a:graphic></p:graphicFrame>"
    )
    slide.shapes._spTree.append(frame)  # noqa: SLF001 - python-pptx has no other way
