"""How the Word file looks: Japanese fonts, a page of A4, and the styles that footnotes need."""

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from ipqa.exports.word.footnotes import REFERENCE_STYLE, TEXT_STYLE

REMARK_STYLE = "Remark"
LINK_STYLE = "Hyperlink"

_BODY_FONT = "游明朝"
_HEADING_FONT = "游ゴシック"
_LANGUAGE = "ja-JP"
_INK = RGBColor(0x1F, 0x29, 0x37)
_GREY = RGBColor(0x59, 0x63, 0x70)
_BLUE = RGBColor(0x05, 0x63, 0xC1)
_HEADINGS = {"Title": Pt(20), "Heading 1": Pt(13), "Heading 2": Pt(11)}


def set_styles(document: Document) -> None:
    """Make python-docx's own styles those of a Japanese business document, and add what is missing."""
    _set_page(document)
    _set_defaults(document.styles.element)
    normal = document.styles["Normal"]
    normal.font.size = Pt(10.5)
    normal.paragraph_format.space_after = Pt(6)
    for name, size in _HEADINGS.items():
        style = document.styles[name]
        style.font.size = size
        style.font.color.rgb = _INK
        _set_font(style.element.rPr, _HEADING_FONT)
    document.styles["Heading 1"].paragraph_format.space_before = Pt(24)
    document.styles["Heading 1"].paragraph_format.space_after = Pt(6)
    document.styles["Heading 2"].paragraph_format.space_after = Pt(4)
    _add_footnote_styles(document)
    document.styles.add_style(REMARK_STYLE, WD_STYLE_TYPE.CHARACTER).font.color.rgb = _GREY
    link = _add_built_in(document, LINK_STYLE, "Hyperlink", WD_STYLE_TYPE.CHARACTER)
    link.font.color.rgb = _BLUE
    link.font.underline = True


def _set_page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(25)


def _set_defaults(styles: BaseOxmlElement) -> None:
    (properties,) = styles.xpath("w:docDefaults/w:rPrDefault/w:rPr")
    _set_font(properties, _BODY_FONT)
    language = properties.find(qn("w:lang"))
    for script in ("val", "eastAsia"):
        language.set(qn(f"w:{script}"), _LANGUAGE)


def _set_font(properties: BaseOxmlElement, name: str) -> None:
    """One font for Latin and Japanese; those of the theme, which would prevail, are taken away."""
    fonts = properties.find(qn("w:rFonts"))
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name)


def _add_footnote_styles(document: Document) -> None:
    text = _add_built_in(document, TEXT_STYLE, "FootnoteText", WD_STYLE_TYPE.PARAGRAPH)
    text.base_style = document.styles["Normal"]
    text.font.size = Pt(9)
    text.paragraph_format.space_after = Pt(2)
    text.paragraph_format.line_spacing = 1.0
    reference = _add_built_in(
        document, REFERENCE_STYLE, "FootnoteReference", WD_STYLE_TYPE.CHARACTER
    )
    reference.font.superscript = True


def _add_built_in(
    document: Document, name: str, identity: str, kind: WD_STYLE_TYPE
) -> ParagraphStyle:
    """A style that Word knows by this name and id but python-docx's template lacks."""
    style: ParagraphStyle = document.styles.add_style(name, kind, builtin=True)
    style.element.set(qn("w:styleId"), identity)
    return style
