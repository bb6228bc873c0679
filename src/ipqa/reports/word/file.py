"""A Word file opened: the XML of its parts, found through python-docx, and its notes in order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ipqa.reports.builder import SOURCE_LIST_HEADING
from ipqa.reports.office.package import broken_as, checked_copy
from ipqa.reports.office.xml import Element, child, descendants, full, integer, name_of, value

if TYPE_CHECKING:
    from docx.opc.package import OpcPackage
    from docx.opc.part import Part

_WEB = re.compile(r"https?://", re.IGNORECASE)
_OWN_SERIES = re.compile(r"注\s?[0-9０-９]")
_MOST_OF_A_SERIES = 99
_LIGHT = {"auto", "FFFFFF"}


@dataclass(frozen=True, slots=True)
class PartWithLinks:
    """The XML of a part, where its hyperlinks lead, and its charts, by the identity of the link."""

    root: Element
    addresses: Mapping[str, str]
    charts: Mapping[str, Element]


@dataclass(frozen=True, slots=True)
class WordFile:
    """What is read of a Word file.

    Attributes:
        notes: footnotes and endnotes, by the kind of element that refers to them.
        title: as given in the file's properties, empty where it is not.
        pages: how many the author's program counted.
    """

    main: PartWithLinks
    body: Element
    styles: Element | None
    numbering: Element | None
    notes: Mapping[str, PartWithLinks]
    title: str
    pages: int | None

    @property
    def white_may_show(self) -> bool:
        """Whether something coloured may lie behind the text of whole pages."""
        background = value(child(self.main.root, "w:background"), "w:color")
        return background not in {None, *_LIGHT} or any(
            value(anchor, "behindDoc") in {"1", "true"}
            for anchor in descendants(self.body, "wp:anchor")
        )


class Notes:
    """Footnotes and endnotes, numbered together in the order in which the text refers to them.

    ``series`` is the sign before their numbers: none, or 注 where a list of sources has numbers too.
    """

    def __init__(self, notes: Mapping[str, PartWithLinks], body: Element) -> None:
        self._known = {
            (kind, value(note, "w:id")): note for kind, part in notes.items() for note in part.root
        }
        self._numbers: dict[tuple[str, str | None], int] = {}
        apart = 0 < len(self._known) <= _MOST_OF_A_SERIES and _has_source_list(body)
        self.series = "注" if apart else ""

    def mark(self, reference: Element) -> str:
        """The mark of the note that an element refers to; empty for one that does not exist."""
        key = (name_of(reference), value(reference, "w:id"))
        if key not in self._known:
            return ""
        return f"[{self.series}{self._numbers.setdefault(key, len(self._numbers) + 1)}]"

    def referred(self) -> list[tuple[int, str, Element]]:
        """The notes in order: number, kind of the element that refers to it, and the note itself."""
        return [(number, key[0], self._known[key]) for key, number in self._numbers.items()]


def _has_source_list(body: Element) -> bool:
    """Whether there is a list of sources, and nothing else is called 注1."""
    texts = ["".join(t.text or "" for t in p.iter(full("w:t"))) for p in body.iter(full("w:p"))]
    return any(SOURCE_LIST_HEADING.match(text.strip()) for text in texts) and not any(
        _OWN_SERIES.search(text) for text in texts
    )


def open_word(raw: bytes, path: Path) -> WordFile:
    """Open a Word file.

    Raises:
        ReadError: it is broken, encrypted or would unpack to too much.
    """
    copy = checked_copy(raw, "Word", path)
    with broken_as("Word", path):
        from docx.package import Package  # noqa: PLC0415 - heavy

        package = Package.open(copy)
        main = package.main_document_part
        body = child(_root(main), "w:body")
        if body is None:
            raise ValueError("no w:body")
        notes = {
            "w:footnoteReference": _related(main, "footnotes"),
            "w:endnoteReference": _related(main, "endnotes"),
        }
        numbering, styles = _related(main, "numbering"), _related(main, "styles")
        core, extended = (
            _related(package, "core-properties"),
            _related(package, "extended-properties"),
        )
        return WordFile(
            main=_with_links(main),
            body=body,
            styles=styles.root if styles else None,
            numbering=numbering.root if numbering else None,
            notes={kind: part for kind, part in notes.items() if part is not None},
            title=_text(child(core.root, "dc:title")) if core else "",
            pages=integer(_text(child(extended.root, "ep:Pages"))) if extended else None,
        )


def _related(source: "OpcPackage | Part", kind: str) -> PartWithLinks | None:
    """The first part of a kind that a part leads to."""
    for link in source.rels.values():
        if not link.is_external and link.reltype.endswith(f"/{kind}"):
            return _with_links(link.target_part)
    return None


def _with_links(part: "Part") -> PartWithLinks:
    links = part.rels.items()
    return PartWithLinks(
        root=_root(part),
        addresses={
            identity: link.target_ref
            for identity, link in links
            if link.is_external and _WEB.match(link.target_ref)
        },
        charts={
            identity: _root(link.target_part)
            for identity, link in links
            if not link.is_external and link.reltype.endswith("/chart")
        },
    )


def _root(part: "Part") -> Element:
    from docx.opc.part import XmlPart  # noqa: PLC0415 - heavy
    from docx.oxml.parser import parse_xml  # noqa: PLC0415 - heavy

    return part.element if isinstance(part, XmlPart) else parse_xml(part.blob)


def _text(element: Element | None) -> str:
    return ((element.text if element is not None else None) or "").strip()
