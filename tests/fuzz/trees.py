"""Changes of XML that leave it well-formed, so that what reads its elements is met, not only what parses it."""

from copy import deepcopy
from random import Random

from lxml import etree

_TEXTS = (
    "",
    " ",
    "¹²",
    "[1]",
    "第2章 生産",
    "表1 出荷量",
    "2024年",
    "1.",
    "①",
    "\t",
    "﷽" * 50,
    "あ" * 3000,
)
_VALUES = ("", "0", "-1", "1", "9", "99999999999", "1e308", "true", "none", "Heading1", "restart")
_DEEP = (1, 3, 60)
"""Times that an element is put within itself."""


def changed(chance: Random, xml: bytes) -> bytes:
    """A document with one or more changes.

    Raises:
        etree.XMLSyntaxError: it is no XML.
    """
    root = etree.fromstring(xml)
    for _ in range(chance.choice((1, 1, 2, 5))):
        elements = [element for element in root.iterdescendants() if isinstance(element.tag, str)]
        if elements:
            chance.choice(_CHANGES)(chance, chance.choice(elements), elements)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _remove(_: Random, element: etree._Element, __: list[etree._Element]) -> None:
    element.getparent().remove(element)


def _copy(chance: Random, element: etree._Element, elements: list[etree._Element]) -> None:
    place = chance.choice(elements)
    place.insert(chance.randrange(len(place) + 1), deepcopy(element))


def _repeat(chance: Random, element: etree._Element, __: list[etree._Element]) -> None:
    for _ in range(chance.choice((1, 20))):
        element.addnext(deepcopy(element))


def _nest(chance: Random, element: etree._Element, __: list[etree._Element]) -> None:
    inner = element
    for _ in range(chance.choice(_DEEP)):
        inner = etree.SubElement(inner, element.tag, dict(element.attrib))


def _rename(chance: Random, element: etree._Element, elements: list[etree._Element]) -> None:
    element.tag = chance.choice(elements).tag


def _attribute(chance: Random, element: etree._Element, elements: list[etree._Element]) -> None:
    names = list(element.keys()) or list(chance.choice(elements).keys())
    if not names:
        return
    name = chance.choice(names)
    if chance.random() < 1 / 4 and name in element.attrib:
        del element.attrib[name]
    else:
        others = [v for other in elements for key, v in other.items() if key == name]
        element.set(name, chance.choice([*_VALUES, *others[:20]]))


def _text(chance: Random, element: etree._Element, elements: list[etree._Element]) -> None:
    element.text = chance.choice([*_TEXTS, chance.choice(elements).text])


_CHANGES = (
    _remove,
    _copy,
    _repeat,
    _nest,
    _rename,
    _attribute,
    _attribute,
    _text,
)
