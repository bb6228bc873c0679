"""The middle of the page that shows a report: its canonical text, block by block.

Each block is an element with ``data-block``, its index; a table row is one whose cells stand for the
text between its tabs. What is not the report's own text has ``data-added``, wherever it stands, so
that the rest is that text to the character.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby

from ipqa.errors import Language
from ipqa.reports.inspection.markup import NOTHING, Html, escaped, joined, nested_list, tag
from ipqa.reports.inspection.places import MarkPlaces, WarningPlaces, speaker
from ipqa.reports.marks import take_marks_out
from ipqa.reports.model import Report, Span

_WRITTEN_NUMBER = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+|\d+")
_DEEPEST_HEADING = 6

_Cells = Sequence[Span | None]


class InspectedText:
    """Writes the text of one report."""

    def __init__(
        self, report: Report, warnings: WarningPlaces, marks: MarkPlaces, language: Language
    ) -> None:
        self._report = report
        self._warnings = warnings
        self._marks = marks
        self._say = speaker(language)
        self._positions = [mark.position for mark in report.marks]
        self._entries = {entry.span.start: n for n, entry in enumerate(report.references)}

    def column(self) -> Html:
        """The whole text, each block with its warnings beside it."""
        parts: list[Html] = []
        for (kind, _), blocks in groupby(range(len(self._report.blocks)), key=self._run):
            run = list(blocks)
            if kind == "table":
                parts.append(self._table(run))
            elif kind == "alone":
                parts.append(self._alone(run[0]))
            else:
                items = ((self._report.blocks[n].depth, self._item(n)) for n in run)
                parts.append(nested_list(items, kind))
        return tag("main", *parts, lang="ja")

    def _run(self, index: int) -> tuple[str, int]:
        """What neighbouring blocks share that are one list or one table."""
        block = self._report.blocks[index]
        if block.table is not None:
            return "table", block.table
        if block.kind == "list_item":
            return "items", 0
        return ("entries", 0) if block.kind in {"reference", "note"} else ("alone", index)

    # blocks

    def _alone(self, index: int) -> Html:
        """A heading or a paragraph."""
        block = self._report.blocks[index]
        name, anchor = "p", None
        if block.kind == "heading":
            level = self._report.sections[block.section].level + 1
            name, anchor = f"h{min(level, _DEEPEST_HEADING)}", f"s{block.section}"
        text = tag(name, self._block(index), id=anchor, data_block=index)
        return joined([*self._before([index]), text])

    def _item(self, index: int) -> Html:
        """A list item, or an entry of a source list."""
        block = self._report.blocks[index]
        entry = self._entries.get(block.span.start)
        label = tag("span", escaped(block.label or "・"), class_="label", data_added="")
        anchor = None if entry is None else f"r{entry + 1}"
        text = tag("span", self._block(index), id=anchor, data_block=index)
        return joined([*self._before([index]), label, text])

    def _table(self, run: Sequence[int]) -> Html:
        table = self._report.tables[self._run(run[0])[1]]
        rows = [*([table.header] if table.header else []), *table.rows]
        written: list[Html] = []
        for index, cells in zip(run, rows, strict=True):
            if index != run[0]:
                written.append(self._page_row(index, len(cells)))
            name = "th" if table.header and index == run[0] else "td"
            written.append(self._row(index, cells, name))
        caption = tag("caption", escaped(table.title), data_added="")
        told = not table.title or self._stands_above(table.title, run[0])
        grid = tag(
            "table", NOTHING if told else caption, *written, style=f"--columns: {len(rows[0])}"
        )
        # tabindex: a table wider than the screen can be scrolled by key
        return joined([*self._before(run), tag("div", grid, class_="scroll", tabindex=0)])

    def _stands_above(self, title: str, index: int) -> bool:
        """Whether the block before is the table's title."""
        above = self._report.blocks[index - 1] if index else None
        return (
            above is not None and above.span.within(self._report.text) == take_marks_out(title)[0]
        )

    def _row(self, index: int, cells: _Cells, name: str) -> Html:
        warnings = list(self._warnings.at(index))
        lost = [n for n in warnings if self._warnings.is_lost_cell(n)][: cells.count(None)]
        others = [n for n in warnings if n not in lost]
        homes = [_home(cells, self._report.warnings[n].span.start) for n in others]
        gaps = iter(lost)
        written = []
        for column, cell in enumerate(cells):
            own = [n for n, home in zip(others, homes, strict=True) if home == column]
            if cell is None:
                flags = [self._warnings.flag(n) for n in own]
                written.append(tag(name, self._gap(next(gaps, None)), *flags, class_="lost"))
            else:
                written.append(tag(name, self._inline(cell, own)))
        return tag("tr", *written, data_block=index)

    def _gap(self, warning: int | None) -> Html:
        """What stands for a lost cell."""
        text = escaped(self._say("欠落", "lost"))
        place = text if warning is None else self._warnings.place(warning, text)
        return tag("span", place, data_added="")

    # what stands before a block

    def _before(self, run: Sequence[int]) -> Iterator[Html]:
        """The page that begins with the first of some blocks, and the warnings of all of them."""
        page = self._new_page(run[0])
        if page:
            yield tag("span", escaped(page), class_="page", data_added="")
        yield self._warnings.notes([n for index in run for n in self._warnings.at(index)])

    def _page_row(self, index: int, columns: int) -> Html:
        """The page that begins within a table."""
        page = self._new_page(index)
        if not page:
            return NOTHING
        cell = tag("td", escaped(page), colspan=columns, class_="page")
        return tag("tr", cell, data_added="")

    def _new_page(self, index: int) -> str:
        """The number of the page that begins with a block, empty where none does."""
        page = self._report.blocks[index].page
        before = self._report.blocks[index - 1].page if index else 0
        if page is None or page == before:
            return ""
        empty = range((before or 0) + 1, page)
        missing = f"{empty[0]}–{empty[-1]}" if len(empty) > 1 else f"{page - 1}"
        note = (
            self._say(f"({missing}ページは本文なし)", f" (no text on {missing})") if empty else ""
        )
        return self._say(f"{page}ページ{note}", f"Page {page}{note}")

    # the text of a block

    def _block(self, index: int) -> Html:
        return self._inline(self._report.blocks[index].span, self._warnings.at(index))

    def _inline(self, span: Span, warnings: Sequence[int]) -> Html:
        """A stretch of the text with its marks, and with the places that warnings are about."""
        annotations = [*self._marks_in(span), *self._places(span, warnings), *self._address(span)]
        pieces: list[Html] = []
        position = span.start
        for place, markup in sorted(annotations, key=lambda pair: (pair[0].start, pair[0].end)):
            pieces += [escaped(self._report.text[position : place.start]), markup]
            position = max(position, place.end)
        return joined([*pieces, escaped(self._report.text[position : span.end])])

    def _marks_in(self, span: Span) -> Iterator[tuple[Span, Html]]:
        """The marks of a stretch, each with the text that it takes the place of, mostly none."""
        first = bisect_left(self._positions, span.start)
        beyond = bisect_right(self._positions, span.end)
        numbers = _WRITTEN_NUMBER.finditer(self._report.text, span.start, span.end)
        for number in range(first, beyond):
            mark = self._report.marks[number]
            match = next(numbers, None) if mark.written else None
            if match is None:
                yield Span(mark.position, mark.position), self._marks.raised(number)
            else:
                yield Span(*match.span()), self._marks.shown(number, escaped(match.group()))

    def _places(self, span: Span, warnings: Sequence[int]) -> Iterator[tuple[Span, Html]]:
        """What warnings are about: damaged places with their probable reading, and points."""
        for number in warnings:
            damage = self._warnings.damage(number)
            if damage is not None and span.covers(damage.span):
                text = self._warnings.place(number, escaped(damage.span.within(self._report.text)))
                reading = tag("rt", escaped(" / ".join(damage.readings)), data_added="")
                yield damage.span, tag("ruby", text, reading)
            else:
                start = min(max(self._report.warnings[number].span.start, span.start), span.end)
                yield Span(start, start), self._warnings.flag(number)

    def _address(self, span: Span) -> Iterator[tuple[Span, Html]]:
        """The address in an entry of a source list, as a link."""
        number = self._entries.get(span.start)
        url = self._report.references[number].url if number is not None else None
        start = self._report.text.find(url, span.start, span.end) if url else -1
        if url and start >= 0:
            link = tag("a", escaped(url), href=url, rel="noreferrer", class_="address")
            yield Span(start, start + len(url)), link


def _home(cells: _Cells, position: int) -> int:
    """The column of the cell in which an offset lies, the first one where it lies in none."""
    starting = [n for n, cell in enumerate(cells) if cell is not None and cell.start <= position]
    return starting[-1] if starting else 0
