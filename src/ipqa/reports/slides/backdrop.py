"""What lies behind the text of a slide: whether white text could be seen there.

Dark slides, coloured bars and pictures are common, and white text on them is plain to see. Only where
the background is known to be white, and nothing coloured lies behind a shape, is its white text hidden.
"""

from collections.abc import Sequence

from ipqa.reports.office.xml import Element, child, full, integer, name_of, value
from ipqa.reports.slides.shapes import Shape, shapes_of

_FILLS = {"a:solidFill", "a:gradFill", "a:blipFill", "a:pattFill", "a:grpFill"}
_MIXED = ("a:gradFill", "a:blipFill", "a:pattFill")
_WHITE_NAMES = {"bg1", "lt1"}
_WHITE = "FFFFFF"
_MOST = 300
"""Shapes among which one looks for what lies behind another; beyond, nothing is said to be hidden."""


class Backdrop:
    """What lies behind the shapes of one slide.

    Args:
        slide: the slide (p:sld).
        behind: its layout and its master.
        theme: the theme of the master, if there is one.
        shapes: the shapes of the slide, from the back to the front.
    """

    def __init__(
        self,
        slide: Element,
        behind: Sequence[Element],
        theme: Element | None,
        shapes: Sequence[Shape],
    ) -> None:
        self._white = len(shapes) <= _MOST and _has_white_background(slide, behind, theme)
        self._shapes = shapes
        self._behind = [
            shape for page in behind for shape in shapes_of(page) if shape.placeholder is None
        ]

    def is_white(self, shape: Shape) -> bool:
        """Whether white text in a shape could not be seen; not so where its place is not known."""
        box = shape.box
        if not self._white or box is None or _is_filled(shape):
            return False
        behind = list(self._behind)
        for other in self._shapes:
            if other is shape:
                break
            behind.append(other)
        return not any(
            _is_filled(other) and (other.box is None or other.box.overlaps(box)) for other in behind
        )


def _is_filled(shape: Shape) -> bool:
    """Whether a shape shows a picture or a colour, also by the placeholder that it fills."""
    if name_of(shape.element) != "p:sp":
        return name_of(shape.element) != "p:cxnSp"
    fills = (_fill(element) for element in (shape.element, *shape.holders))
    own = next((fill for fill in fills if fill is not None), None)
    if own is not None:
        return own
    style = child(shape.element, "p:style", "a:fillRef")
    return (integer(value(style, "idx")) or 0) > 0


def _fill(element: Element) -> bool | None:
    """Whether a shape says that it is filled, or that it is not."""
    properties = child(element, "p:spPr")
    for part in properties if properties is not None else ():
        if name_of(part) in _FILLS:
            return True
        if name_of(part) == "a:noFill":
            return False
    return None


def _has_white_background(slide: Element, behind: Sequence[Element], theme: Element | None) -> bool:
    """Whether a slide, its layout and its master leave the background white, as far as is known."""
    pages = (slide, *behind)
    if not _theme_is_white(behind, theme) or any(
        child(page, "p:clrMapOvr", "a:overrideClrMapping") is not None for page in pages
    ):
        return False
    for page in pages:
        background = child(page, "p:cSld", "p:bg")
        if background is not None:
            mixed = any(next(background.iter(full(name)), None) is not None for name in _MIXED)
            colours = [*background.iter(full("a:schemeClr")), *background.iter(full("a:srgbClr"))]
            return not mixed and all(_is_white(colour) for colour in colours)
    return True


def _is_white(colour: Element) -> bool:
    named = value(colour, "val") or ""
    return (named.upper() == _WHITE or named in _WHITE_NAMES) and not len(colour)


def _theme_is_white(behind: Sequence[Element], theme: Element | None) -> bool:
    """Whether the colour that a theme has for backgrounds is white."""
    mapped = value(child(behind[-1], "p:clrMap"), "bg1") if behind else None
    colours = child(theme, "a:themeElements", "a:clrScheme", f"a:{mapped}")
    for colour in colours if colours is not None else ():
        return _WHITE in {value(colour, "lastClr"), value(colour, "val")}
    return False
