"""The colours and shapes that a PDF page is painted with."""

from collections.abc import Sequence

from pdfminer.pdfinterp import PDFGraphicState
from pdfminer.utils import PathSegment

from ipqa.reports.pdf.glyphs import Box

THIN = 2.5
"""What is no wider than this, in points, is a line."""

_LARGEST_DOT = 9.0
_WHITE = 0.94


def colour_of(state: PDFGraphicState) -> tuple[float, ...]:
    """The colour of text and fills as parts of light, from 0 to 1; empty where it is not known."""
    colour = state.ncolor
    given = colour if isinstance(colour, tuple) else (colour,)
    if not all(isinstance(part, int | float) for part in given):
        return ()
    numbers = tuple(float(part) for part in given if isinstance(part, int | float))
    match state.ncs.name:
        case "Separation" | "DeviceN":
            return (1 - max(numbers),) if numbers else ()
        case "Indexed" | "Pattern" | "Lab":
            return ()
        case _ if len(numbers) == 4:  # noqa: PLR2004 - cyan, magenta, yellow and black
            *inks, black = numbers
            return tuple(max(0.0, 1 - ink - black) for ink in inks)
        case _:
            return numbers


def is_white(colour: tuple[float, ...]) -> bool:
    """Whether a colour cannot be told from paper."""
    return bool(colour) and min(colour) >= _WHITE


def parts(path: Sequence[PathSegment]) -> list[Sequence[PathSegment]]:
    """A path cut where the pen is lifted."""
    starts = [number for number, segment in enumerate(path) if segment[0] == "m"]
    ends = [*starts[1:], len(path)]
    return [path[start:end] for start, end in zip(starts, ends, strict=True) if end - start > 1]


def points_of(path: Sequence[PathSegment]) -> list[tuple[float, float]]:
    """Where the pen stops on its way."""
    found = []
    for segment in path:
        numbers = [value for value in segment[1:] if isinstance(value, float)]
        if len(numbers) > 1:
            found.append((numbers[-2], numbers[-1]))
    return found


def bounds(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    """The rectangle around points, as PDF has it: left, lower, right and upper edge."""
    across = [x for x, _ in points]
    up = [y for _, y in points]
    return (min(across), min(up), max(across), max(up))


def is_dot(box: Box) -> bool:
    """Whether a shape could stand before a list item: small, as wide as high."""
    width, height = box.x1 - box.x0, box.bottom - box.top
    return THIN < height < _LARGEST_DOT and 0.8 * height < width < 1.25 * height


def is_box(part: Sequence[PathSegment]) -> bool:
    """Whether a part of a path is a rectangle that lies square on the page."""
    points = points_of(part)
    corners = points[:-1] if points[0] == points[-1] else points
    return (
        len(corners) == 4  # noqa: PLR2004 - corners of a rectangle
        and all(segment[0] != "c" for segment in part)
        and len({round(x, 2) for x, _ in corners}) == 2  # noqa: PLR2004
        and len({round(y, 2) for _, y in corners}) == 2  # noqa: PLR2004
    )
