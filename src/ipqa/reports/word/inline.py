"""What a paragraph of a Word file holds: its text as a reader sees it, its text boxes, what is hidden.

Insertions count and deletions do not; of a field the result is read and not its code; a footnote's
place becomes its number in brackets. What a reader cannot see is kept apart.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ipqa.reports.office.charts import read_chart
from ipqa.reports.office.formula import formula_text
from ipqa.reports.office.text import Piece
from ipqa.reports.office.xml import (
    Element,
    child,
    chosen,
    descendants,
    full,
    is_on,
    name_of,
    value,
)
from ipqa.reports.word.content import Content, Finding, Pages
from ipqa.reports.word.file import PartWithLinks
from ipqa.reports.word.styles import Styles, is_fill
from ipqa.reports.word.symbols import symbol

_SMALLEST = 2
_FOUND = 60
_LONGEST_CODE = 1000
_WHITE = {"FFFFFF", "WHITE"}
_TRANSPARENT = {"w:ins", "w:moveTo", "w:smartTag", "w:customXml", "w:dir", "w:bdo", "w:sdtContent"}
_CONTENTS = re.compile(r"\s*(?:TOC|INDEX)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*HYPERLINK\s+\"(https?://[^\"]+)\"", re.IGNORECASE)
_RUBY_FIELD = re.compile(r"\s*EQ\b.*\\s\\up\s*\d*\s*\(([^()]*)\)\s*,\s*([^()]*)\)", re.IGNORECASE)
_ENCLOSED = re.compile(r"\s*EQ\b.*\\o\\ac\s*\([^,()]*,([^()]*)\)", re.IGNORECASE)
_CHART = "/chart"
_DIAGRAM = "/diagram"


@dataclass(slots=True)
class _Field:
    code: str = ""
    has_result: bool = False


class InlineReader:
    """Reads the paragraphs of one file in order, for fields may run on from one to the next.

    Args:
        part: what the paragraphs belong to.
        mark: gives the mark of the note that an element refers to.
        white_may_show: whether there may be colour behind any text.
    """

    def __init__(
        self,
        styles: Styles,
        part: PartWithLinks,
        mark: Callable[[Element], str],
        *,
        white_may_show: bool,
    ) -> None:
        self.pages = Pages()
        self.left_out: Counter[str] = Counter()
        self._styles = styles
        self._addresses = part.addresses
        self._charts = part.charts
        self._mark = mark
        self._white_may_show = white_may_show
        self._fields: list[_Field] = []
        self._paragraph: Element
        self._content: Content
        self._hidden: list[tuple[str, str]] = []
        self._on_fill = False
        self._looks: list[tuple[bool, int]] = []

    def read(self, paragraph: Element, *, on_fill: bool) -> Content:
        """Read a paragraph; ``on_fill``: on a colour, on which white can be seen."""
        self._paragraph = paragraph
        self._content = Content()
        self._hidden = []
        self._looks = []
        shade = self._styles.of_paragraph(paragraph, "w:shd")
        self._on_fill = on_fill or self._white_may_show or is_fill(shade)
        self._fields = [f for f in self._fields if f.has_result]
        if is_on(self._styles.of_paragraph(paragraph, "w:pageBreakBefore")):
            self.pages.turn(rendered=False)
        self._content.page = self.pages.current
        self._children(paragraph)
        self._tell_hidden()
        self._content.bold = bool(self._looks) and all(bold for bold, _ in self._looks)
        self._content.size = max((size for _, size in self._looks), default=0)
        return self._content

    def leave_fields(self) -> None:
        """A heading ends a table of contents whose end is missing."""
        self._fields = []

    def _children(self, element: Element) -> None:
        for inner in element:
            self._visit(inner)

    def _visit(self, element: Element) -> None:
        name = name_of(element)
        match name:
            case "w:r":
                self._run(element)
            case "w:hyperlink":
                self._children(element)
                self._address(self._addresses.get(value(element, "r:id") or ""))
            case "w:fldSimple":
                self._fields.append(
                    _Field((value(element, "w:instr") or "")[:_LONGEST_CODE], has_result=True)
                )
                self._children(element)
                self._end_field()
            case "w:sdt":
                content = child(element, "w:sdtContent")
                if content is not None and not is_on(child(element, "w:sdtPr", "w:showingPlcHdr")):
                    self._children(content)
            case "m:oMath" | "m:oMathPara":
                self._write(formula_text(element))
            case "mc:AlternateContent":
                rendering = chosen(element)
                if rendering is not None:
                    self._children(rendering)
            case _ if name in _TRANSPARENT:
                self._children(element)
            case _:
                pass

    def _run(self, run: Element) -> None:
        reason = self._hidden_by(run)
        for part in _parts(run):
            name = name_of(part)
            if name in {"w:drawing", "w:pict", "w:object"}:
                self._graphic(part, name)
            elif name in {"w:fldChar", "w:instrText"}:
                self._field(part, name)
            elif name in {"w:br", "w:lastRenderedPageBreak"} and self._turns_page(part, name):
                continue
            elif reason is not None:
                self._hidden.append((reason, _run_text(part, name)))
            elif name == "w:ruby":
                self._ruby(part)
            elif name in {"w:footnoteReference", "w:endnoteReference"}:
                self._write(self._mark(part))
            else:
                self._write(_run_text(part, name), run)

    def _write(self, text: str, run: Element | None = None) -> None:
        """Add visible text, unless it belongs to the code of a field or to a table of contents."""
        if not text or any(not f.has_result for f in self._fields):
            return
        if any(_CONTENTS.match(f.code) for f in self._fields):
            self._content.contents = True
            return
        self._tell_hidden()
        if text.strip():
            if not self._content.pieces:
                self._content.page = self.pages.current
            self.pages.mark()
        raised = False
        if run is not None:
            raised = (
                value(self._styles.of_run(run, self._paragraph, "w:vertAlign")) == "superscript"
            )
            if text.strip() and not raised:
                look = self._styles
                self._looks.append(
                    (look.is_bold(run, self._paragraph), look.size(run, self._paragraph))
                )
        self._content.pieces.append(Piece(text, raised))

    def _address(self, address: str | None) -> None:
        """Where the link just read leads to."""
        if address and not any(_CONTENTS.match(f.code) for f in self._fields):
            self._content.addresses.append(address)

    def _turns_page(self, part: Element, name: str) -> bool:
        if name == "w:br" and value(part, "w:type") != "page":
            return False
        self.pages.turn(rendered=name != "w:br")
        return True

    def _field(self, part: Element, name: str) -> None:
        state = value(part, "w:fldCharType")
        if name == "w:instrText":
            if self._fields:
                self._fields[-1].code = (self._fields[-1].code + (part.text or ""))[:_LONGEST_CODE]
        elif state == "begin":
            self._fields.append(_Field())
        elif state == "separate" and self._fields:
            self._fields[-1].has_result = True
        elif state == "end":
            self._end_field()

    def _end_field(self) -> None:
        """Leave a field; one that shows ruby or an enclosed character has no result beside its code."""
        if not self._fields:
            return
        ended = self._fields.pop()
        if address := _ADDRESS.match(ended.code):
            self._address(address[1])
        elif ruby := _RUBY_FIELD.match(ended.code):
            self._write(ruby[2])
            self._tell_ruby(ruby[2], ruby[1])
        elif enclosed := _ENCLOSED.match(ended.code):
            self._write(enclosed[1])

    def _ruby(self, ruby: Element) -> None:
        base = child(ruby, "w:rubyBase")
        if base is None:
            return
        start = len(self._content.pieces)
        self._children(base)
        written = "".join(piece.text for piece in self._content.pieces[start:])
        above = "".join(text.text or "" for text in ruby.iterfind(f"{full('w:rt')}//{full('w:t')}"))
        self._tell_ruby(written, above)

    def _tell_ruby(self, base: str, ruby: str) -> None:
        if base.strip() and ruby.strip():
            self._content.findings.append(Finding("ruby", {"base": base, "ruby": ruby}))

    def _graphic(self, element: Element, name: str) -> None:
        """A drawing: its text boxes are read later, what else it shows is counted."""
        self.pages.mark()
        hidden = value(next(descendants(element, "wp:docPr"), None), "hidden") in {"1", "true"}
        for box in descendants(element, "w:txbxContent"):
            if hidden:
                text = "".join(t.text or "" for t in descendants(box, "w:t"))
                self._hidden.append(("非表示の図形", text))
            else:
                self._content.boxes.append(box)
        for data in descendants(element, "a:graphicData"):
            address = value(data, "uri") or ""
            if _CHART in address:
                self._chart(data)
            elif _DIAGRAM in address:
                self.left_out["SmartArt"] += 1
        for embedded in descendants(element, "o:OLEObject") if name == "w:object" else ():
            program = value(embedded, "ProgID") or ""
            self.left_out[
                "数式の画像" if program.startswith("Equation") else "埋め込みオブジェクト"
            ] += 1

    def _chart(self, data: Element) -> None:
        root = self._charts.get(value(child(data, "c:chart"), "r:id") or "")
        chart = read_chart(root) if root is not None else None
        if chart is None:
            self.left_out["グラフ"] += 1
        else:
            self._content.charts.append(chart)

    def _hidden_by(self, run: Element) -> str | None:
        """Why a reader cannot see a run, or None where nothing hides it."""
        paragraph = self._paragraph
        if is_on(self._styles.of_run(run, paragraph, "w:vanish")):
            return "隠し文字"
        if self._styles.size(run, paragraph) <= _SMALLEST:
            return "極小の文字"
        colour = (value(self._styles.of_run(run, paragraph, "w:color")) or "").upper()
        if colour in _WHITE and not self._on_fill and not self._has_colour_behind(run):
            return "白い文字"
        return None

    def _has_colour_behind(self, run: Element) -> bool:
        highlight = value(self._styles.of_run(run, self._paragraph, "w:highlight"))
        shade = self._styles.of_run(run, self._paragraph, "w:shd")
        return is_fill(shade) or highlight not in {None, "none", "white"}

    def _tell_hidden(self) -> None:
        """Warn of what was hidden up to here, once for each stretch of one kind."""
        stretches: list[tuple[str, str]] = []
        for reason, text in self._hidden:
            if stretches and stretches[-1][0] == reason:
                stretches[-1] = (reason, stretches[-1][1] + text)
            else:
                stretches.append((reason, text))
        self._hidden = []
        for reason, text in stretches:
            found = " ".join(text.split())[:_FOUND]
            if found:
                details: dict[str, str | int] = {"reason": reason, "found": found}
                self._content.findings.append(Finding("hidden_text", details))


def _parts(run: Element) -> Iterator[Element]:
    """What a run is made of; of several renderings the first in terms of Word as it has always been."""
    for part in run:
        if name_of(part) != "mc:AlternateContent":
            yield part
            continue
        for rendering in part:
            if any(name_of(inner).startswith("w:") for inner in rendering):
                yield from rendering
                break


def _run_text(part: Element, name: str) -> str:
    """The text of one part of a run."""
    match name:
        case "w:t":
            return part.text or ""
        case "w:tab" | "w:ptab":
            return "\t"
        case "w:br" | "w:cr":
            return "\n"
        case "w:noBreakHyphen":
            return "-"
        case "w:sym":
            return symbol(value(part, "w:font") or "", value(part, "w:char") or "")
        case _:
            return ""
