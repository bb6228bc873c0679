"""The shapes of a slide: groups taken apart, each shape with the place where it is shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ipqa.reports.office.xml import Element, child, chosen, full, integer, name_of, value

_SHAPES = {"p:sp", "p:pic", "p:graphicFrame", "p:cxnSp"}
_PROPERTIES = ("p:nvSpPr", "p:nvPicPr", "p:nvGraphicFramePr", "p:nvCxnSpPr", "p:nvGrpSpPr")
_MASTER_KINDS = {"ctrTitle": "title", "subTitle": "body", "obj": "body"}


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a slide in the units of the format (EMU), from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share a place."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def covers(self, other: "Box") -> bool:
        """Whether the other lies within this one."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape: its XML, its place, if the file gives one, and what it takes over from elsewhere.

    Attributes:
        holders: where it fills a placeholder, those of the layout and of the master, in this order.
    """

    element: Element
    box: Box | None
    is_hidden: bool
    holders: tuple[Element, ...] = ()

    @property
    def placeholder(self) -> str | None:
        """The kind of placeholder that it fills (title, body, ftr …); None for any other shape."""
        found = _placeholder(self.element)
        return None if found is None else value(found, "type") or "obj"


@dataclass(frozen=True, slots=True)
class _Frame:
    """How the coordinates within a group lie on the slide."""

    left: float = 0
    top: float = 0
    across: float = 1
    down: float = 1

    def placed(self, box: Box) -> Box:
        return Box(
            self.left + box.left * self.across,
            self.top + box.top * self.down,
            self.left + box.right * self.across,
            self.top + box.bottom * self.down,
        )


def shapes_of(page: Element, behind: Sequence[Element] = ()) -> list[Shape]:
    """The shapes of a slide (p:sld) or of what lies behind it, from the back to the front.

    Args:
        page: the slide, layout or master.
        behind: the layout and the master of a slide, from which its placeholders take their places.
    """
    tree = child(page, "p:cSld", "p:spTree")
    if tree is None:
        return []
    return list(_walk(tree, _Frame(), is_hidden=False, behind=_Holders(behind)))


class _Holders:
    """The placeholders of a layout and its master."""

    def __init__(self, pages: Sequence[Element]) -> None:
        self._by_number: dict[tuple[int, str], Element] = {}
        self._by_kind: dict[tuple[int, str], Element] = {}
        self._pages = range(len(pages))
        for level, page in enumerate(pages):
            for element in page.iter(full("p:sp")):
                holder = _placeholder(element)
                if holder is not None:
                    number = value(holder, "idx") or "0"
                    self._by_number.setdefault((level, number), element)
                    self._by_kind.setdefault((level, _master_kind(holder)), element)

    def of(self, element: Element) -> tuple[Element, ...]:
        """Those that a shape fills: in the layout by number, in the master by kind."""
        holder = _placeholder(element)
        if holder is None:
            return ()
        number, kind = value(holder, "idx") or "0", _master_kind(holder)
        found: list[Element] = []
        for level in self._pages:
            by_number = self._by_number.get((level, number)) if level == 0 else None
            match = by_number if by_number is not None else self._by_kind.get((level, kind))
            if match is not None:
                found.append(match)
                kind = _master_kind(_placeholder(match))
        return tuple(found)


def _placeholder(element: Element) -> Element | None:
    found = (child(element, name, "p:nvPr", "p:ph") for name in _PROPERTIES)
    return next((holder for holder in found if holder is not None), None)


def _master_kind(holder: Element | None) -> str:
    """The kind of placeholder of a master from which one takes its look."""
    kind = value(holder, "type") or "obj"
    return _MASTER_KINDS.get(kind, kind)


def _walk(tree: Element, frame: _Frame, *, is_hidden: bool, behind: _Holders) -> Iterator[Shape]:
    for element in tree:
        name = name_of(element)
        hidden = is_hidden or _is_hidden(element)
        if name == "p:grpSp":
            inner = _within(element, frame)
            yield from _walk(element, inner, is_hidden=hidden, behind=behind)
        elif name == "mc:AlternateContent":
            rendering = chosen(element)
            if rendering is not None:
                yield from _walk(rendering, frame, is_hidden=hidden, behind=behind)
        elif name in _SHAPES:
            holders = behind.of(element)
            box = next(filter(None, map(_box, (element, *holders))), None)
            yield Shape(element, frame.placed(box) if box else None, hidden, holders)


def _is_hidden(element: Element) -> bool:
    return any(
        value(child(element, name, "p:cNvPr"), "hidden") in {"1", "true"} for name in _PROPERTIES
    )


def _box(element: Element) -> Box | None:
    place = child(element, "p:spPr", "a:xfrm")
    if place is None:
        place = child(element, "p:xfrm")  # of tables and charts
    numbers = _numbers(place, ("a:off", "x"), ("a:off", "y"), ("a:ext", "cx"), ("a:ext", "cy"))
    if numbers is None:
        return None
    left, top, width, height = numbers
    return Box(left, top, left + width, top + height)


def _numbers(place: Element | None, *names: tuple[str, str]) -> list[int] | None:
    """The numbers of a place, or None where one is missing."""
    found = [integer(value(child(place, name), attribute)) for name, attribute in names]
    known = [number for number in found if number is not None]
    return known if len(known) == len(found) else None


def _within(group: Element, frame: _Frame) -> _Frame:
    """The frame inside a group: its own size may differ from that of what it was made of."""
    place = child(group, "p:grpSpPr", "a:xfrm")
    outer = _numbers(place, ("a:off", "x"), ("a:off", "y"), ("a:ext", "cx"), ("a:ext", "cy"))
    inner = _numbers(
        place, ("a:chOff", "x"), ("a:chOff", "y"), ("a:chExt", "cx"), ("a:chExt", "cy")
    )
    if outer is None or inner is None:
        return frame
    x, y, width, height = outer
    inner_x, inner_y, inner_width, inner_height = inner
    across = width / inner_width if inner_width else 1
    down = height / inner_height if inner_height else 1
    return _Frame(
        frame.left + (x - inner_x * across) * frame.across,
        frame.top + (y - inner_y * down) * frame.down,
        across * frame.across,
        down * frame.down,
    )
