"""What stands in frames on a slide: tables, charts, and the words of diagrams (SmartArt)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ipqa.reports.grid import Cell
from ipqa.reports.office.charts import Chart, read_chart
from ipqa.reports.office.tables import RawCell, cell_spans, heading_rows
from ipqa.reports.office.text import one_line
from ipqa.reports.office.xml import Element, child, descendants, full, integer, value
from ipqa.reports.slides.text import Hidden, Line, text_of

_DIAGRAM_DEPTH = 8


@dataclass(frozen=True, slots=True)
class SlideTable:
    """A table as it is laid out, and what was hidden in it."""

    rows: tuple[tuple[Cell, ...], ...]
    first_row_heads: bool
    hidden: tuple[Hidden, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that cannot be read, by the name that a person would give it."""

    what: str


Graphic = SlideTable | Chart | tuple[Line, ...] | LeftOut


def read_graphic(frame: Element, related: Callable[[str], Element | None]) -> Graphic | None:
    """What a frame (p:graphicFrame) holds; None for nothing that has words.

    Args:
        frame: the frame.
        related: gives the XML of the part that a relationship of the slide leads to.
    """
    data = child(frame, "a:graphic", "a:graphicData")
    kind = value(data, "uri") or ""
    if kind.endswith("/table"):
        table = child(data, "a:tbl")
        return _table(table) if table is not None else None
    if "/chart" in kind:
        root = related(value(child(data, "c:chart"), "r:id") or "")
        return (read_chart(root) if root is not None else None) or LeftOut("グラフ")
    if kind.endswith("/diagram"):
        root = related(value(child(data, "dgm:relIds"), "r:dm") or "")
        lines = _diagram(root) if root is not None else ()
        return lines or LeftOut("SmartArt")
    return LeftOut("埋め込みオブジェクト") if kind.endswith("/ole") else None


def _table(table: Element) -> SlideTable:
    """A table; PowerPoint says whether its first row is set as headings."""
    headed = value(child(table, "a:tblPr"), "firstRow") in {"1", "true"}
    hidden: list[Hidden] = []
    rows = [
        [
            _cell(cell, hidden, stands_out=headed and number == 0)
            for cell in row.iterfind(full("a:tc"))
            if value(cell, "hMerge") not in {"1", "true"}
        ]
        for number, row in enumerate(table.iterfind(full("a:tr")))
    ]
    heads = heading_rows(rows, 0)
    return SlideTable(tuple(cell_spans(rows, heads)), heads > 0, tuple(hidden))


def _cell(cell: Element, hidden: list[Hidden], *, stands_out: bool) -> RawCell:
    body = child(cell, "a:txBody")
    # cells are mostly coloured by the table's style, so white text is taken to be seen
    text = text_of(body, addresses={}, on_white=False) if body is not None else None
    hidden += text.hidden if text else ()
    follows = value(cell, "vMerge") in {"1", "true"}
    return RawCell(
        text=" ".join(_with_label(line) for line in text.lines) if text else "",
        columns=max(1, integer(value(cell, "gridSpan")) or 1),
        begins=not follows,
        merged=follows or (integer(value(cell, "rowSpan")) or 1) > 1,
        stands_out=stands_out,
    )


def _with_label(line: Line) -> str:
    sign = f"{line.label} " if line.label else "・" if line.bullet else ""
    return f"{sign}{one_line(line.text)}"


def _diagram(root: Element) -> tuple[Line, ...]:
    """The words of a diagram, those of each point below it, in the order that its author gave them."""
    points = child(root, "dgm:ptLst")
    words: dict[str, str] = {}
    top: list[str] = []
    for point in points if points is not None else ():
        identity = value(point, "modelId") or ""
        body = child(point, "dgm:t")
        if value(point, "type") == "doc":
            top.append(identity)
        elif body is not None and value(point, "type") in {None, "node", "asst"}:
            text = text_of(body, addresses={}, on_white=False)
            words[identity] = one_line("\n".join(line.text for line in text.lines))
    below = _below(root)
    lines: list[Line] = []
    seen: set[str] = set()
    waiting = [(identity, -1) for identity in reversed(top)]
    while waiting:
        identity, depth = waiting.pop()
        if identity in seen:
            continue
        seen.add(identity)
        said = words.get(identity, "")
        if said:
            lines.append(Line(said, max(depth, 0), bullet=True))
        deeper = min(depth + 1, _DIAGRAM_DEPTH) if said or identity in top else depth
        waiting += [(inner, deeper) for inner in reversed(below.get(identity, []))]
    return tuple(lines)


def _below(root: Element) -> Mapping[str, list[str]]:
    """Which points stand below which, in order."""
    links: dict[str, list[tuple[int, str]]] = {}
    for link in descendants(root, "dgm:cxn"):
        if value(link, "type") in {None, "parOf"}:
            order = integer(value(link, "srcOrd")) or 0
            links.setdefault(value(link, "srcId") or "", []).append(
                (order, value(link, "destId") or "")
            )
    return {source: [inner for _, inner in sorted(found)] for source, found in links.items()}
