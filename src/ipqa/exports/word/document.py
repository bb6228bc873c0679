"""Answers as a Word file.

Every citation number of a claim is a footnote of Word's own, which holds place, quote and primary
sources; a citation that is named again is referred to by the number it has. Citations that no claim
names, such as the nearest passages of a question that is declined, are listed below the answer.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO

import docx
from docx.document import Document
from docx.enum.text import WD_PARAGRAPH_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from ipqa.answering.answer import Answer, Citation, CitedSource, Claim
from ipqa.errors import Language
from ipqa.exports.exchange import (
    Exchange,
    is_list_item,
    one_line,
    permalink,
    place,
    quotation,
    web_address,
)
from ipqa.exports.labels import LABELS, Labels, confidence_line
from ipqa.exports.word.footnotes import (
    REFERENCE_STYLE,
    Footnote,
    Footnotes,
    enclose,
    refer_again,
)
from ipqa.exports.word.styles import LINK_STYLE, REMARK_STYLE, set_styles


def word(title: str, exchanges: Sequence[Exchange], language: Language, address: str) -> bytes:
    """Exchanges under a title, as the bytes of a .docx file.

    Args:
        title: what the whole is headed with, and the title among the file's properties.
        exchanges: questions and answers, in the order in which they are to stand.
        language: of headings and labels.
        address: the server's own, such as ``http://127.0.0.1:8000``, for links into the reports.
    """
    document = docx.Document()
    set_styles(document)
    _set_properties(document, one_line(title))
    _number_pages(document)
    document.add_heading(one_line(title), level=0)
    writer = _Writer(document, LABELS[language], address)
    for number, exchange in enumerate(exchanges, start=1):
        writer.write(number, exchange)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _set_properties(document: Document, title: str) -> None:
    properties = document.core_properties
    properties.title = title[:255]  # so much the format allows
    properties.author = properties.last_modified_by = "ipqa"
    properties.comments = ""
    properties.language = "ja-JP"
    properties.created = properties.modified = datetime.now(UTC)


def _number_pages(document: Document) -> None:
    footer = document.sections[0].footer.paragraphs[0]
    footer.alignment = WD_PARAGRAPH_ALIGNMENT.CENTER
    enclose(footer.add_run("1"), OxmlElement("w:fldSimple", {qn("w:instr"): " PAGE "}))


class _Writer:
    """Writes exchanges to the end of a document."""

    def __init__(self, document: Document, labels: Labels, address: str) -> None:
        self._document = document
        self._labels = labels
        self._address = address
        self._footnotes = Footnotes(document)

    def write(self, number: int, exchange: Exchange) -> None:
        answer, labels = exchange.answer, self._labels
        question = one_line(exchange.question)
        self._document.add_heading(labels.question.format(number=number, question=question), 1)
        if answer.interpreted_as:
            self._remark(labels.understood_as.format(question=one_line(answer.interpreted_as)))
        if answer.answered:
            self._write_answer(answer)
        else:
            self._document.add_paragraph(one_line(answer.answer))
        named = {cited for claim in answer.claims for cited in claim.citations}
        unnamed = [citation for citation in answer.citations if citation.number not in named]
        if unnamed:
            self._document.add_heading(labels.sources if answer.answered else labels.nearest, 2)
        for citation in unnamed:
            paragraph = self._document.add_paragraph(f"[{citation.number}] ")
            self._write_citation(paragraph, citation)
            for source in citation.sources:
                self._write_source(self._document.add_paragraph(style="List Continue"), source)

    def _write_answer(self, answer: Answer) -> None:
        if answer.short_answer:
            self._document.add_paragraph().add_run(one_line(answer.short_answer), style="Strong")
        cited: dict[int, Footnote] = {}
        for claim in answer.claims:
            style = "List Bullet" if is_list_item(claim, answer) else None
            paragraph = self._document.add_paragraph(one_line(claim.text), style=style)
            self._refer(paragraph, claim, answer, cited)
            if claim.hedged:
                paragraph.add_run(self._labels.hedged, style=REMARK_STYLE)
        for note in answer.notes:
            self._document.add_paragraph(one_line(note))
        self._remark(confidence_line(answer.confidence, self._labels))

    def _refer(
        self, paragraph: Paragraph, claim: Claim, answer: Answer, cited: dict[int, Footnote]
    ) -> None:
        """Set the footnote numbers of a claim; ``cited`` are the answer's footnotes so far."""
        citations = {citation.number: citation for citation in answer.citations}
        for position, number in enumerate(claim.citations):
            if position > 0:
                paragraph.add_run(",", style=REFERENCE_STYLE)
            if number in cited:
                refer_again(paragraph, cited[number])
                continue
            cited[number] = self._footnotes.add(paragraph)
            self._write_citation(cited[number].add_paragraph(), citations[number])
            for source in citations[number].sources:
                self._write_source(cited[number].add_paragraph(), source)

    def _write_citation(self, paragraph: Paragraph, citation: Citation) -> None:
        _link(paragraph, place(citation, self._labels), permalink(citation, self._address))
        paragraph.add_run(f" — {quotation(citation, self._labels)}")

    def _write_source(self, paragraph: Paragraph, source: CitedSource) -> None:
        paragraph.add_run(self._labels.source.format(mark=one_line(source.mark)))
        if source.title:
            paragraph.add_run(f"{one_line(source.title)} ")
        if source.url:
            _link(paragraph, one_line(source.url), source.url)
        if source.status != "resolved":
            paragraph.add_run(self._labels.statuses[source.status])

    def _remark(self, text: str) -> None:
        self._document.add_paragraph().add_run(text, style=REMARK_STYLE)


def _link(paragraph: Paragraph, text: str, address: str) -> None:
    """Text that opens a web address; plain text where it is none."""
    target = web_address(address)
    if target is None:
        paragraph.add_run(text)
        return
    identity = paragraph.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    run = paragraph.add_run(text, style=LINK_STYLE)
    enclose(run, OxmlElement("w:hyperlink", {qn("r:id"): identity}))
