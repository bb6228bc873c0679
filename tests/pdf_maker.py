"""Makes the PDFs that tests read: text at a place, wrapped paragraphs, ruled tables, running heads.

Places are points from the top left corner of an A4 page. The two Japanese fonts need no font files.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

MINCHO = "HeiseiMin-W3"
GOTHIC = "HeiseiKakuGo-W5"
LATIN = "Times-Roman"

WIDTH, HEIGHT = 595.0, 842.0
LEFT = 70.0
SIZE = 10.5
LEADING = 18.0
FULL_WIDTH = 42
"""Characters in a line of running text from margin to margin."""

for _name in (MINCHO, GOTHIC):
    pdfmetrics.registerFont(UnicodeCIDFont(_name))

Pen = Literal[0, 2, 3]
"""How characters are painted: filled, filled and outlined (bold), or not at all (by OCR)."""


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines of so many full-width characters; two of ASCII take the room of one."""
    lines = [""]
    room = float(width)
    for character in text:
        needed = 0.5 if character.isascii() else 1.0
        if needed > room and character not in "、。」）":
            lines.append("")
            room = float(width)
        lines[-1] += character
        room -= needed
    return lines


@dataclass
class PdfMaker:
    """A PDF in the making; ``y`` is where the next paragraph goes on the page."""

    title: str = ""
    y: float = 90.0
    _buffer: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        self.canvas = Canvas(self._buffer, pagesize=(WIDTH, HEIGHT), pageCompression=0)
        if self.title:
            self.canvas.setTitle(self.title)

    def text(  # noqa: PLR0913 - a line of text has as many properties
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = SIZE,
        font: str = MINCHO,
        colour: tuple[float, float, float] = (0, 0, 0),
        pen: Pen = 0,
        spacing: float = 0.0,
    ) -> None:
        """One line whose base line is at ``y``; letters are ``spacing`` further apart."""
        self.canvas.saveState()
        line = self.canvas.beginText(x, HEIGHT - y)
        line.setFont(font, size)
        line.setFillColorRGB(*colour)
        line.setTextRenderMode(pen)
        line.setCharSpace(spacing)
        line.textOut(text)
        self.canvas.drawText(line)
        self.canvas.restoreState()

    def paragraph(  # noqa: PLR0913 - as above
        self,
        text: str,
        *,
        x: float = LEFT,
        width: int = FULL_WIDTH,
        size: float = SIZE,
        font: str = MINCHO,
        indent: int = 1,
        hanging: int = 0,
    ) -> None:
        """Wrapped lines below what was written last, the first of them indented by characters."""
        first, *_ = wrapped(text, width - indent)
        rest = wrapped(text[len(first) :], width - hanging) if len(text) > len(first) else []
        self.text(x + indent * size, self.y, first, size=size, font=font)
        for line in rest:
            self.y += LEADING
            self.text(x + hanging * size, self.y, line, size=size, font=font)
        self.y += LEADING

    def heading(
        self, text: str, *, size: float = 14.0, font: str = GOTHIC, x: float = LEFT
    ) -> None:
        """A line that stands out, with room above and below."""
        self.y += LEADING / 2
        self.text(x, self.y, text, size=size, font=font)
        self.y += LEADING * 1.5

    def table(
        self,
        rows: Sequence[Sequence[str | None]],
        *,
        widths: Sequence[float] = (150.0, 150.0, 150.0),
        x: float = LEFT,
        size: float = 9.0,
    ) -> None:
        """A ruled table. None: the cell above reaches down; "<": the one to the left goes on.

        A line break in a cell begins a new line.
        """
        lefts = [x + sum(widths[:column]) for column in range(len(widths) + 1)]
        heights = [12.0 * max(str(cell).count("\n") + 1 for cell in row) + 8 for row in rows]
        tops = [self.y + sum(heights[:number]) for number in range(len(rows) + 1)]
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                below = rows[number + 1][column] if number + 1 < len(rows) else ""
                right = row[column + 1] if column + 1 < len(row) else ""
                if cell not in {None, "<"}:
                    for line, part in enumerate(str(cell).split("\n")):
                        at = tops[number] + 14 + 12 * line
                        self.text(lefts[column] + 4, at, part, size=size)
                if below is not None:
                    self.rule(lefts[column], tops[number + 1], lefts[column + 1], tops[number + 1])
                if right != "<":
                    self.rule(lefts[column + 1], tops[number], lefts[column + 1], tops[number + 1])
        self.rule(lefts[0], tops[0], lefts[-1], tops[0])
        self.rule(lefts[0], tops[0], lefts[0], tops[-1])
        self.y = tops[-1] + LEADING * 1.5

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A thin line."""
        self.canvas.setLineWidth(0.5)
        self.canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)

    def box(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        *,
        fill: tuple[float, float, float] | None = None,
    ) -> None:
        """A rectangle, drawn or (with a colour) filled."""
        if fill is not None:
            self.canvas.setFillColorRGB(*fill)
        self.canvas.rect(
            x0, HEIGHT - y1, x1 - x0, y1 - y0, stroke=int(fill is None), fill=int(fill is not None)
        )

    def furniture(self, head: str, foot: str) -> None:
        """A running head and a page number."""
        self.text(LEFT, 40, head, size=8)
        self.text(WIDTH / 2 - 10, HEIGHT - 36, foot, size=9)

    def page(self) -> None:
        """End the page, and begin the next at its top."""
        self.canvas.showPage()
        self.y = 90.0

    def bytes(self) -> bytes:
        """The finished file."""
        self.canvas.save()
        return self._buffer.getvalue()
