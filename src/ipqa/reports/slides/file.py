"""A PowerPoint file opened: the XML of its slides, found through python-pptx, in their order."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ipqa.reports.office.package import broken_as, checked_copy
from ipqa.reports.office.xml import Element, child, full, value

if TYPE_CHECKING:
    from pptx.opc.package import OpcPackage, Part
    from pptx.slide import Slide

_WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SlideSource:
    """One slide as the file has it.

    Attributes:
        number: its place in the file, from 1; hidden slides count.
        behind: its layout and its master.
        layout: the kind of its layout (title, secHead, obj …) and its name.
        related: the XML of the charts and diagrams that it shows, by the identity of the link.
        addresses: where its hyperlinks lead.
        notes: what the speaker is to say (p:txBody).
    """

    number: int
    element: Element
    behind: tuple[Element, ...]
    theme: Element | None
    layout: tuple[str, str]
    is_hidden: bool
    related: Mapping[str, Element]
    addresses: dict[str, str]
    notes: Element | None


@dataclass(frozen=True, slots=True)
class SlidesFile:
    """What is read of a PowerPoint file; ``width`` and ``height`` of its slides in EMU."""

    slides: tuple[SlideSource, ...]
    width: int
    height: int
    title: str


def open_slides(raw: bytes, path: Path) -> SlidesFile:
    """Open a PowerPoint file.

    Raises:
        ReadError: it is broken, encrypted or would unpack to too much.
    """
    copy = checked_copy(raw, "PowerPoint", path)
    with broken_as("PowerPoint", path):
        from pptx.package import Package  # noqa: PLC0415 - heavy

        package = Package.open(copy)
        presentation = package.main_document_part.presentation
        slides = [_source(n, slide) for n, slide in enumerate(presentation.slides, start=1)]
        core = next(_parts(package, "core-properties"), None)
        title = child(_root(core), "dc:title") if core is not None else None
        return SlidesFile(
            tuple(slides),
            presentation.slide_width or 0,
            presentation.slide_height or 0,
            ((title.text if title is not None else None) or "").strip(),
        )


def _source(number: int, slide: "Slide") -> SlideSource:
    layout, master = slide.slide_layout, slide.slide_layout.slide_master
    theme = next(_parts(master.part, "theme"), None)
    links = slide.part.rels.items()
    notes = slide.notes_slide if slide.has_notes_slide else None
    return SlideSource(
        number=number,
        element=slide.element,
        behind=(layout.element, master.element),
        theme=_root(theme) if theme is not None else None,
        layout=(value(layout.element, "type") or "", layout.name),
        is_hidden=value(slide.element, "show") in {"0", "false"},
        related={
            identity: _root(link.target_part)
            for identity, link in links
            if not link.is_external and link.reltype.endswith(("/chart", "/diagramData"))
        },
        addresses={
            identity: link.target_ref
            for identity, link in links
            if link.is_external and _WEB.match(link.target_ref)
        },
        notes=_notes(notes.element) if notes is not None else None,
    )


def _notes(page: Element) -> Element | None:
    """What was written below the picture of the slide, rather than in its margins."""
    for shape in page.iter(full("p:sp")):
        if value(child(shape, "p:nvSpPr", "p:nvPr", "p:ph"), "type") == "body":
            return child(shape, "p:txBody")
    return None


def _parts(source: "OpcPackage | Part", kind: str) -> "Iterator[Part]":
    """The parts of a kind that a part leads to."""
    links = source._rels.values()  # noqa: SLF001 - packages have no public way to them
    return (
        link.target_part
        for link in links
        if not link.is_external and link.reltype.endswith(f"/{kind}")
    )


def _root(part: "Part") -> Element:
    from pptx.opc.package import XmlPart  # noqa: PLC0415 - heavy
    from pptx.oxml import parse_xml  # noqa: PLC0415 - heavy

    root: Element = part._element if isinstance(part, XmlPart) else parse_xml(part.blob)  # noqa: SLF001
    return root
