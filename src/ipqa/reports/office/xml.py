"""The XML of Office files by short names: ``w:p`` instead of a tag with an address before it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from lxml.etree import _Element

    Element: TypeAlias = _Element
else:
    Element = object  # lxml is not imported before a file needs it

_OFFICE = "http://schemas.openxmlformats.org"
_NAMESPACES = {
    "w": f"{_OFFICE}/wordprocessingml/2006/main",
    "r": f"{_OFFICE}/officeDocument/2006/relationships",
    "m": f"{_OFFICE}/officeDocument/2006/math",
    "mc": f"{_OFFICE}/markup-compatibility/2006",
    "a": f"{_OFFICE}/drawingml/2006/main",
    "c": f"{_OFFICE}/drawingml/2006/chart",
    "dgm": f"{_OFFICE}/drawingml/2006/diagram",
    "wp": f"{_OFFICE}/drawingml/2006/wordprocessingDrawing",
    "p": f"{_OFFICE}/presentationml/2006/main",
    "o": "urn:schemas-microsoft-com:office:office",
    "ep": f"{_OFFICE}/officeDocument/2006/extended-properties",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_PREFIXES = {address: prefix for prefix, address in _NAMESPACES.items()}
_OFF = {"0", "false", "off", "none"}
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")


@lru_cache(maxsize=2048)
def _short(tag: str) -> str:
    address, _, local = tag.rpartition("}")
    return f"{_PREFIXES.get(address[1:], '')}:{local}"


@lru_cache(maxsize=2048)
def full(name: str) -> str:
    """The tag or attribute that lxml knows by a short name."""
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def name_of(element: Element) -> str:
    """The short name of an element; of a foreign one without its prefix, of a comment nothing."""
    return _short(element.tag) if isinstance(element.tag, str) else ""


def child(element: Element | None, *names: str) -> Element | None:
    """What is reached from an element by going down, name by name."""
    for name in names:
        if element is None:
            return None
        element = next(element.iterchildren(full(name)), None)  # find() is far slower
    return element


def value(element: Element | None, attribute: str = "w:val") -> str | None:
    """An attribute, where the element is there and has it."""
    return (
        None if element is None else element.get(full(attribute) if ":" in attribute else attribute)
    )


def integer(text: str | None) -> int | None:
    """A whole number of a size that a document may need."""
    return int(text) if text is not None and _INTEGER.fullmatch(text) else None


def is_on(element: Element | None) -> bool:
    """Whether a property that is either on or off is there and on."""
    return element is not None and (value(element) or "1").lower() not in _OFF


def chosen(alternatives: Element) -> Element | None:
    """The one of several renderings of the same (mc:AlternateContent) that an author saw."""
    choice = child(alternatives, "mc:Choice")
    return choice if choice is not None else child(alternatives, "mc:Fallback")


def descendants(element: Element, name: str) -> Iterator[Element]:
    """All elements of a name below an element, each rendering of the same once, not nested in each other."""
    for inner in element:
        found = name_of(inner)
        if found == name:
            yield inner
        elif found == "mc:AlternateContent":
            rendering = chosen(inner)
            if rendering is not None:
                yield from descendants(rendering, name)
        else:
            yield from descendants(inner, name)
