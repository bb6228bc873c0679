"""How charts are drawn: SVG in the page's own type and paints.

Text stays text, so that the browser sets it in its own Japanese type, and paints are the page's own
variables, so that a chart follows the page into the dark; the colours of series are Okabe and Ito's. The same
figures give the same bytes.
"""

import re
import warnings
from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING, Final, NamedTuple

from ipqa.reports.inspection.markup import Html, escaped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# stand-ins that the page's variables replace
INK, QUIET, LINE = "#25231f", "#6a645a", "#e0d9cb"
BLUE, VERMILION, GREEN = "#0072b2", "#d55e00", "#009e73"
_PAINTS: Final = {
    INK: "var(--ink)",
    QUIET: "var(--quiet)",
    LINE: "var(--line)",
    BLUE: "var(--blue)",
    VERMILION: "var(--vermilion)",
    GREEN: "var(--green)",
}
_STYLE: Final = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same layout on every machine
    "font.size": 12,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": INK,
    "axes.labelsize": 12,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": QUIET,
    "ytick.labelcolor": QUIET,
    "legend.frameon": False,
    "legend.fontsize": 12,
}
_POINTS = 72
_BAR = 24


class Frame(NamedTuple):
    """A drawing's size in points, which are about pixels on a phone, and the room around the axes in it."""

    left: int
    right: int
    below: int
    above: int
    height: int = 260
    width: int = 360

    def of_bars(self, count: int) -> "Frame":
        """As high as so many bars need it."""
        return self._replace(height=_BAR * count + self.below + self.above)


_FRAME = Frame(left=48, right=16, below=44, above=28)
BARS = Frame(left=106, right=94, below=28, above=8)
TINT = (BLUE, 0.4)


def drawn(
    name: str,
    alternative: str,
    plot: Callable[["Axes"], None],
    frame: Frame = _FRAME,
) -> Html:
    """What is plotted, as an SVG element whose ids begin with the name."""
    from matplotlib import style  # noqa: PLC0415 - an optional extra
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    written = StringIO()
    with style.context(["default", _STYLE | {"svg.hashsalt": name}]), warnings.catch_warnings():
        # the browser has the Japanese glyphs that the layout font lacks
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure = Figure(figsize=(frame.width / _POINTS, frame.height / _POINTS), facecolor="none")
        FigureCanvasSVG(figure)
        axes = figure.add_axes(_place(frame), facecolor="none")
        plot(axes)
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(written, format="svg", metadata=nothing)
    return _embedded(written.getvalue(), name, alternative)


def _place(frame: Frame) -> tuple[float, float, float, float]:
    """Where the axes stand in the figure, in its shares."""
    return (
        frame.left / frame.width,
        frame.below / frame.height,
        1 - (frame.left + frame.right) / frame.width,
        1 - (frame.below + frame.above) / frame.height,
    )


def _embedded(drawing: str, name: str, alternative: str) -> Html:
    """A drawing without its XML prologue, with ids and paints of the page, and a text for the ear."""
    inner = drawing[drawing.index("<svg") + len("<svg") :]
    inner = re.sub(r'\bid="|url\(#|href="#', lambda found: f"{found[0]}{name}-", inner)
    inner = re.sub("|".join(_PAINTS), lambda found: _PAINTS[found[0]], inner)
    return Html(f'<svg role="img" aria-label="{escaped(alternative)}"{inner.rstrip()}')
