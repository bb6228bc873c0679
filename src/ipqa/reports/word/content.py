"""What the paragraphs of a Word file are found to hold, and the pages that they are found on."""

from dataclasses import dataclass, field

from ipqa.reports.office.charts import Chart
from ipqa.reports.office.text import Piece, put_together
from ipqa.reports.office.xml import Element
from ipqa.reports.warnings import WarningCode


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be warned of."""

    code: WarningCode
    details: dict[str, str | int]


@dataclass(slots=True)
class Content:
    """What a paragraph holds.

    Attributes:
        pieces: its visible text.
        boxes: the contents of the text boxes that are fastened to it.
        charts: those that it shows.
        addresses: where its hyperlinks lead.
        page: the page on which its text begins.
        bold: whether all of its text is bold.
        size: of its largest characters, in half points.
        contents: whether part of it was a line of a table of contents, which is left out.
    """

    pieces: list[Piece] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    page: int = 1
    bold: bool = False
    size: int = 0
    contents: bool = False

    @property
    def text(self) -> str:
        """The visible text; line breaks and tabs as they are."""
        return put_together(self.pieces)


@dataclass(slots=True)
class Pages:
    """Counts the pages of the file as it was last shown; a break that is told twice is one."""

    current: int = 1
    rendered: bool = False
    _fresh: bool = True

    def turn(self, *, rendered: bool) -> None:
        """A new page begins, as the author wished or as it was once shown."""
        self.rendered = self.rendered or rendered
        if not self._fresh:
            self.current += 1
        self._fresh = True

    def mark(self) -> None:
        """There is something on the page."""
        self._fresh = False
