"""Footnotes of a Word document, which python-docx does not know how to write.

A footnote is an element of the part ``word/footnotes.xml``, and a reference in the text names it by
its id. That part also holds the lines that stand between text and footnotes.
"""

from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.parts.story import StoryPart
from docx.text.paragraph import Paragraph
from docx.text.run import Run

TEXT_STYLE = "footnote text"
REFERENCE_STYLE = "footnote reference"

_SEPARATORS = {-1: "separator", 0: "continuationSeparator"}


class Footnote:
    """One footnote; ``number`` is its id, and what Word prints, as all count from 1."""

    def __init__(self, number: int, element: BaseOxmlElement, part: StoryPart) -> None:
        self.number = number
        self._element = element
        self._part = part

    def add_paragraph(self) -> Paragraph:
        """A new paragraph at the end; the first begins with the footnote's number."""
        element = OxmlElement("w:p")
        self._element.append(element)
        paragraph = Paragraph(element, self._part)
        paragraph.style = TEXT_STYLE
        if len(self._element) == 1:
            paragraph.add_run(style=REFERENCE_STYLE).element.append(OxmlElement("w:footnoteRef"))
            paragraph.add_run(" ")
        return paragraph


class Footnotes:
    """The footnotes of a document that has none yet."""

    def __init__(self, document: Document) -> None:
        self._count = 0
        self._part = StoryPart(
            PackURI("/word/footnotes.xml"),
            CONTENT_TYPE.WML_FOOTNOTES,
            parse_xml(f"<w:footnotes {nsdecls('w', 'r')}>{_separators()}</w:footnotes>"),
            document.part.package,
        )
        document.part.relate_to(self._part, RELATIONSHIP_TYPE.FOOTNOTES)
        named = "".join(f'<w:footnote w:id="{number}"/>' for number in _SEPARATORS)
        properties = parse_xml(f"<w:footnotePr {nsdecls('w')}>{named}</w:footnotePr>")
        settings = document.settings.element
        settings.find(qn("w:compat")).addprevious(properties)  # the schema fixes the order

    def add(self, paragraph: Paragraph) -> Footnote:
        """Set a reference at the end of a paragraph; returns its footnote, which is still empty."""
        self._count += 1
        note = OxmlElement("w:footnote", {qn("w:id"): str(self._count)})
        self._part.element.append(note)
        run = paragraph.add_run(style=REFERENCE_STYLE)
        run.element.append(OxmlElement("w:footnoteReference", {qn("w:id"): str(self._count)}))
        _bookmark(run, self._count)
        return Footnote(self._count, note, self._part)


def refer_again(paragraph: Paragraph, footnote: Footnote) -> None:
    """Set the number of a footnote that is there already: a field that follows it when it changes."""
    run = paragraph.add_run(str(footnote.number), style=REFERENCE_STYLE)
    instruction = f" NOTEREF {_name(footnote.number)} \\f \\h "
    enclose(run, OxmlElement("w:fldSimple", {qn("w:instr"): instruction}))


def enclose(run: Run, element: BaseOxmlElement) -> None:
    """Put an element in a run's place, and the run into the element."""
    run.element.addprevious(element)
    element.append(run.element)


def _separators() -> str:
    return "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:pPr>'
        '<w:spacing w:after="0" w:line="240" w:lineRule="auto"/>'
        f"</w:pPr><w:r><w:{kind}/></w:r></w:p></w:footnote>"
        for number, kind in _SEPARATORS.items()
    )


def _bookmark(run: Run, number: int) -> None:
    identity = {qn("w:id"): str(number)}
    start = OxmlElement("w:bookmarkStart", identity | {qn("w:name"): _name(number)})
    run.element.addprevious(start)
    run.element.addnext(OxmlElement("w:bookmarkEnd", identity))


def _name(number: int) -> str:
    """The name of the bookmark on a reference; Word hides those that begin with an underscore."""
    return f"_Ref{number:09}"
