"""One page of a PDF to the characters, rules and pictures that stand on it.

pdfminer.six interprets the page; the device below is told what is drawn, in order, and notes where. It
also sees what no reader of the page can see, and stops where a page holds more than any report does.
"""

import logging
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import hypot

from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextDevice, PDFTextSeq
from pdfminer.pdffont import PDFFont
from pdfminer.pdfinterp import (
    PDFGraphicState,
    PDFPageInterpreter,
    PDFResourceManager,
    PDFStackT,
    PDFTextState,
)
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, list_value, resolve1, stream_value
from pdfminer.psparser import LIT, PSLiteral
from pdfminer.utils import Matrix, PathSegment, apply_matrix_rect

from ipqa.reports.pdf.fonts import UNDECODED, FontBook, glyph_on_line, hanging_glyph, meaning
from ipqa.reports.pdf.glyphs import Box, Glyph, PageContent
from ipqa.reports.pdf.paths import (
    THIN,
    bounds,
    colour_of,
    is_box,
    is_dot,
    is_white,
    parts,
    points_of,
)

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)  # its remarks are not for our users

_MOST_GLYPHS = 60_000
_MOST_RULES = 5_000
_MOST_PAINT = 500
_MOST_DOTS = 500
_MOST_PICTURES = 100
_MOST_BYTES = 8_000_000
"""Drawing instructions of one page; the densest ones of real reports have a tenth of that."""

_WIDTHS = frozenset({"W", "W2"})
_LAST_CHARACTER = 65_535
"""No font of a PDF has more characters."""

_FAR = 20_000.0
"""Points; nothing is drawn that far from a page, but a broken file may say so."""

_SMALLEST_TYPE = 2.0
_FOUND_LENGTH = 60
_ARTIFACT, _PAGINATION = LIT("Artifact"), LIT("Pagination")
_INVISIBLE = frozenset({3, 7})
_OUTLINED = 2


class _TooMuch(Exception):
    """The page holds more than is taken in; told in ``PageContent.cut``."""


class PageReader:
    """Reads the pages of one document; what it learns of a font serves all of them.

    Args:
        budget: so many bytes of drawing instructions are followed, on all pages together; a small file
            can ask for the same ones again and again.
    """

    def __init__(self, budget: int) -> None:
        self._resources = _Resources()
        self._fonts = FontBook()
        self._budget = budget

    def read(self, page: PDFPage) -> PageContent:
        """What stands on a page.

        Raises:
            Exception: whatever pdfminer comes upon in a page that is broken.
        """
        device = _Device(self._resources, self._fonts, min(self._budget, _MOST_BYTES))
        interpreter = _Interpreter(self._resources, device)
        try:
            interpreter.process_page(page)
        except _TooMuch as limit:
            device.content.cut = str(limit)
        self._budget -= device.spent
        device.finish()
        return device.content


class _Resources(PDFResourceManager):
    """Makes fonts, without the widths of characters that no font has."""

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        """A font by what the file says of it."""
        given = {key: told for key, told in spec.items() if key not in _WIDTHS or _in_font(told)}
        return super().get_font(objid, given)


def _in_font(widths: object) -> bool:
    """Whether widths are those of characters that a font can have: of a range, pdfminer notes each."""
    numbers = [number for number in map(resolve1, list_value(widths)) if isinstance(number, int)]
    return max(numbers, default=0) <= _LAST_CHARACTER


class _Interpreter(PDFPageInterpreter):
    """Tells the device two things that pdfminer keeps from it: how much there is, and gradients."""

    device: "_Device"

    def execute(self, streams: Sequence[object]) -> None:
        self.device.spend(sum(len(stream_value(stream).get_data()) for stream in streams))
        super().execute(streams)

    def do_W(self) -> None:  # noqa: N802 - the operator's name
        self.device.note_clip(self.curpath)

    def do_W_a(self) -> None:  # noqa: N802 - the operator's name
        self.device.note_clip(self.curpath)

    def do_sh(self, name: object) -> None:
        del name
        self.device.paint_gradient()


class _Device(PDFTextDevice):
    """Notes what is drawn on one page."""

    def __init__(self, resources: PDFResourceManager, fonts: FontBook, budget: int) -> None:
        super().__init__(resources)
        self._fonts = fonts
        self._budget = budget
        self.spent = 0
        self._taken = 0
        self._paint: list[Box] = []  # what lies below the text that comes next, but white
        self._clip = Box(0, 0, 0, 0)
        self._unseen: list[Glyph] = []  # drawn with an invisible pen, as by OCR
        self._pen = 0
        self._light = False
        self._colour: tuple[float, ...] = ()
        self._tags: list[bool] = []  # of the marked parts that we are inside of: is it furniture?

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        x0, y0, x1, y1 = apply_matrix_rect(ctm, page.mediabox)
        self._height = y1 - y0
        self.content = PageContent(width=x1 - x0, height=self._height)
        self._page = self._box(apply_matrix_rect(ctm, page.cropbox))

    def begin_tag(self, tag: PSLiteral, props: PDFStackT | None = None) -> None:
        """Enter a marked part; programs mark the heads and feet of their pages as such."""
        kind = resolve1(props.get("Type")) if isinstance(props, dict) else None
        self._tags.append(tag is _ARTIFACT and kind is _PAGINATION)

    def end_tag(self) -> None:
        """Leave a marked part."""
        if self._tags:
            self._tags.pop()

    def spend(self, count: int) -> None:
        """Count the bytes of drawing instructions, which a page can multiply."""
        if self.spent + count > self._budget:
            raise _TooMuch("残り(描画の命令が多すぎる)")
        self.spent += count

    def finish(self) -> None:
        """Text drawn invisibly over a picture is what OCR read there; otherwise it is hidden."""
        pictures = self.content.pictures
        for glyph in self._unseen:
            if any(glyph.within(*picture[:4]) for picture in pictures):
                self.content.glyphs.append(glyph)
            else:
                self._hide(glyph.text, "描かれない文字")

    # text

    def render_string(
        self,
        textstate: PDFTextState,
        seq: PDFTextSeq,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> None:
        self._pen = textstate.render
        self._colour = colour_of(graphicstate)
        self._light = is_white(self._colour)
        super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(  # noqa: PLR0913, PLR0917 - as pdfminer calls it
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        del ncs, graphicstate
        face = self._fonts.face(font)
        text, width = meaning(face, font, cid)
        advance = width * fontsize * scaling
        if text:
            a, b, c, d, e, f = matrix
            size = abs(fontsize) * hypot(c, d) * face.em
            origin = (e + c * rise, self._height - f - d * rise)
            if font.is_vertical():
                glyph = hanging_glyph(text, origin, abs(advance) * hypot(c, d), size, face.name)
            else:
                glyph = glyph_on_line(text, origin, (a * advance, b * advance), size, face.name)
            bold = face.bold or self._pen == _OUTLINED
            self._take(glyph._replace(bold=True) if bold else glyph)
        return advance

    def _take(self, glyph: Glyph) -> None:
        content = self.content
        self._taken += 1
        if self._taken > _MOST_GLYPHS:
            raise _TooMuch("残り(文字が多すぎる)")
        content.undecoded += glyph.text.count(UNDECODED)
        if not glyph.within(*self._page[:4]):
            self._hide(glyph.text, "ページの外の文字")
        elif any(self._tags):
            content.furniture.append(glyph)
        elif glyph.size < _SMALLEST_TYPE:
            self._hide(glyph.text, "小さすぎる文字")
        elif self._pen in _INVISIBLE:
            self._unseen.append(glyph)
        elif self._has_ground_colour(glyph):
            self._hide(glyph.text, "背景と同じ色の文字")
        else:
            content.glyphs.append(glyph)

    def _has_ground_colour(self, glyph: Glyph) -> bool:
        """White on nothing but paper, or the colour of the box that the character stands in."""
        if self._light:
            return len(self._paint) < _MOST_PAINT and not any(
                glyph.within(*box[:4]) for box in self._paint
            )
        return any(
            box.colour == self._colour
            and glyph.within(*box[:4])
            and (box.x1 - box.x0) * (box.bottom - box.top)
            < self.content.width * self.content.height / 4
            for box in self._paint
            if box.colour
        )

    def _hide(self, text: str, reason: str) -> None:
        found = self.content.hidden.get(reason, "")
        if len(found) < _FOUND_LENGTH:
            self.content.hidden[reason] = found + text

    # everything else

    def render_image(self, name: str, stream: PDFStream) -> None:
        del name, stream
        box = self._drawn_box((0, 0, 1, 1))
        if len(self.content.pictures) < _MOST_PICTURES:
            self.content.pictures.append(box)
        self._lay(box)

    def note_clip(self, path: Sequence[PathSegment]) -> None:
        """Remember what the next gradient is cut to."""
        if points := points_of(path):
            self._clip = self._drawn_box(bounds(points))

    def paint_gradient(self) -> None:
        """A gradient fills what was last cut out."""
        self._lay(self._clip)

    def paint_path(
        self,
        graphicstate: PDFGraphicState,
        stroke: bool,  # noqa: FBT001 - as pdfminer calls it
        fill: bool,  # noqa: FBT001
        evenodd: bool,  # noqa: FBT001
        path: Sequence[PathSegment],
    ) -> None:
        del evenodd
        colour = colour_of(graphicstate) if fill else ()
        for part in parts(path):
            points = points_of(part)
            box = self._drawn_box(bounds(points))._replace(colour=colour)
            if is_dot(box) and not is_white(colour) and len(self.content.dots) < _MOST_DOTS:
                self.content.dots.append(box)
            if fill:
                self._fill(box, square=is_box(part))
            if stroke:
                self._stroke([*points, points[0]] if part[-1][0] == "h" else points)

    def _fill(self, box: Box, *, square: bool) -> None:
        """Note a filled shape by the box around it: ``square``, the shape is that box."""
        if min(box.x1 - box.x0, box.bottom - box.top) <= THIN:
            self._rule(box)
            return
        if square:
            self.content.shades.append(box)
        if not is_white(box.colour):
            self._lay(box if square else box._replace(colour=()))

    def _stroke(self, points: Sequence[tuple[float, float]]) -> None:
        for start, end in pairwise(points):
            box = self._drawn_box(bounds([start, end]))
            if min(box.x1 - box.x0, box.bottom - box.top) <= THIN:
                self._rule(box)

    def _rule(self, box: Box) -> None:
        if len(self.content.rules) < _MOST_RULES:
            self.content.rules.append(box)
        else:
            self.content.crowded = True

    def _lay(self, box: Box) -> None:
        if len(self._paint) < _MOST_PAINT:
            self._paint.append(box)

    def _drawn_box(self, rectangle: tuple[float, float, float, float]) -> Box:
        matrix = self.ctm or (1, 0, 0, 1, 0, 0)
        return self._box(apply_matrix_rect(matrix, rectangle))

    def _box(self, rectangle: tuple[float, float, float, float]) -> Box:
        x0, y0, x1, y1 = (max(-_FAR, min(_FAR, at)) for at in rectangle)
        return Box(x0, self._height - y1, x1, self._height - y0)
