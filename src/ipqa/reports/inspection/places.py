"""What the page that shows a report says of single places: the warnings and the reference marks.

Each has an address in the page: ``#w1`` is the place that the first warning is about and
``#warning-1`` the warning itself, ``#m1`` is the first mark and ``#r1`` the first entry of a source
list.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from string import ascii_lowercase

from ipqa.errors import Language
from ipqa.reports.inspection.markup import Html, escaped, joined, tag
from ipqa.reports.model import Block, Damage, Mark, ReadingWarning, Report, SourceStatus, Span
from ipqa.reports.sources import Source, SourceIndex
from ipqa.reports.warnings import WarningCode

Say = Callable[[str, str], str]
"""Chooses between the Japanese and the English wording."""

KINDS: dict[WarningCode, tuple[str, str]] = {
    "lost_cell": ("失われた欄", "Lost cells"),
    "damaged_date": ("日付の文字の欠落", "Damaged dates"),
    "damaged_rank": ("順位の「位」の欠落", "Damaged ranks"),
    "split_word": ("語の中の空白", "Spaces inside words"),
    "font_map": ("フォントによる文字化け", "Garbled by a font"),
    "look_alike": ("字形の似た別の文字", "Look-alike characters"),
    "stray_markup": ("残っていた書式記号", "Left-over mark-up"),
    "hidden_text": ("見えない文字", "Hidden text"),
    "page_furniture": ("柱・フッター", "Page headers and footers"),
    "ruby": ("ふりがな", "Ruby"),
    "vertical_text": ("縦書き", "Vertical text"),
    "page_without_text": ("文字のないページ", "Pages without text"),
    "left_out": ("読み飛ばした部分", "Parts left out"),
}
"""What each kind of warning is about, in few words."""

_MOST_CANDIDATES = 5
"""Entries that an ambiguous mark links to."""

_LONGEST_TITLE = 80
"""Characters of an entry that are repeated at each mark that leads to it."""


def speaker(language: Language) -> Say:
    """What chooses the wording in a language."""
    return lambda ja, en: ja if language == "ja" else en


class WarningPlaces:
    """The warnings of a report, by their indices, and the blocks at which they are told.

    Attributes:
        blocks: for each warning the index of its block.
    """

    def __init__(self, report: Report, language: Language) -> None:
        self._warnings = report.warnings
        self._language: Language = language
        self._say = speaker(language)
        self._damages: dict[tuple[str, Span], Damage] = {
            (d.kind, d.span): d for d in report.damages
        }
        ends = [block.span.end for block in report.blocks]
        self.blocks = [_block_of(warning, report.blocks, ends) for warning in report.warnings]
        self._at: dict[int, list[int]] = defaultdict(list)
        for number, block in enumerate(self.blocks):
            self._at[block].append(number)

    def at(self, block: int) -> Sequence[int]:
        """The warnings that are told at a block."""
        return self._at.get(block, ())

    def is_lost_cell(self, number: int) -> bool:
        """Whether a warning is about a cell that is not there."""
        return self._warnings[number].code == "lost_cell"

    def damage(self, number: int) -> Damage | None:
        """The damaged place that a warning is about, if it is about one."""
        warning = self._warnings[number]
        return self._damages.get((warning.code, warning.span))

    def told(self, number: int) -> Html:
        """What a warning says; of a damaged place as short as can be, for there may be many."""
        damage = self.damage(number)
        if damage is None:
            return escaped(self._warnings[number].message(self._language))
        found = tag("bdi", escaped(str(self._warnings[number].details["found"])), lang="ja")
        readings = tag("b", escaped(" / ".join(damage.readings)), lang="ja")
        return joined([found, escaped(" → "), readings])

    def kind(self, number: int) -> str:
        """What a warning is about, in few words."""
        return self._say(*KINDS[self._warnings[number].code])

    def to_place(self, number: int, **attributes: str) -> Html:
        """The warning's number, as a link to the place that it is about."""
        hint = self._say("本文のこの箇所へ", "To this place in the text")
        text = escaped(str(number + 1))
        return tag("a", text, href=f"#w{number + 1}", class_="number", title=hint, **attributes)

    def place(self, number: int, text: Html) -> Html:
        """The place that a warning is about, as a link to the warning."""
        message = self._warnings[number].message(self._language)
        attributes = {"id": f"w{number + 1}", "href": f"#warning-{number + 1}", "title": message}
        return tag("a", text, class_="place", **attributes)

    def flag(self, number: int) -> Html:
        """A sign at the place of a warning that is not about the characters there."""
        return tag(
            "sup", self.place(number, escaped(f"⚑{number + 1}")), class_="flag", data_added=""
        )

    def notes(self, numbers: Sequence[int]) -> Html:
        """Warnings to stand beside their block, by kind; those that say the same stand on one line."""
        lines: dict[str, dict[Html, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number in numbers:
            lines[self.kind(number)][self.told(number)].append(number)
        if not numbers:
            return Html("")
        kinds = [
            joined([tag("h3", escaped(kind)), *(self._line(n, told) for told, n in same.items())])
            for kind, same in lines.items()
        ]
        steps = tag("div", *self._steps(numbers[0], numbers[-1]), class_="steps")
        return tag("aside", steps, *kinds, class_="notes", data_added="", lang=self._language)

    def _line(self, numbers: Iterable[int], told: Html) -> Html:
        links = [self.to_place(number, id=f"warning-{number + 1}") for number in numbers]
        return tag("p", *links, told)

    def _steps(self, first: int, last: int) -> Iterable[Html]:
        """Links to the warnings before and after these."""
        for number, sign, ja, en in (
            (first - 1, "↑", "前の警告", "Previous warning"),
            (last + 1, "↓", "次の警告", "Next warning"),
        ):
            if 0 <= number < len(self._warnings):
                hint = self._say(ja, en)
                yield tag("a", escaped(sign), href=f"#w{number + 1}", title=hint, aria_label=hint)


def _block_of(warning: ReadingWarning, blocks: Sequence[Block], ends: Sequence[int]) -> int:
    """The block that a warning is about, or the next one where it stands between two.

    What follows the last block of a page is told there and not on a later page.
    """
    at = min(bisect_left(ends, warning.span.start), len(blocks) - 1)
    if at > 0 and warning.page is not None and warning.span.start == warning.span.end:
        before, after = blocks[at - 1], blocks[at]
        if before.page == warning.page != after.page:
            return at - 1
    return at


class MarkPlaces:
    """The reference marks of a report, by their indices, and the entries that they lead to.

    Attributes:
        statuses: for each mark whether it leads to one entry, to several or to none.
    """

    def __init__(self, report: Report, language: Language) -> None:
        self._report = report
        self._say = speaker(language)
        index = SourceIndex(report)
        self._sources = [index.of(mark) for mark in report.marks]
        self.statuses: list[SourceStatus] = [sources[0].status for sources in self._sources]
        self._entries: dict[tuple[str, str, str | None], list[int]] = defaultdict(list)
        for number, entry in enumerate(report.references):
            label = f"{entry.series}{entry.number}"
            self._entries[label, entry.title, entry.url].append(number)

    def to_mark(self, number: int) -> Html:
        """A link to the place of a mark."""
        return tag("a", escaped(self._report.marks[number].label), href=f"#m{number + 1}")

    def raised(self, number: int) -> Html:
        """A mark as it stood in the text; each of several candidates has a letter after the number."""
        mark = self._report.marks[number]
        targets = self._targets(number)
        if len(targets) > 1:
            texts = [
                f"{mark.label if at == 0 else ''}{ascii_lowercase[at]}"
                for at in range(len(targets))
            ]
        else:
            texts = [mark.label]
        links = [
            tag("a", escaped(text), href=href) for text, href in zip(texts, targets, strict=True)
        ]
        return tag("sup", *links, data_added="", **self._attributes(number))

    def shown(self, number: int, text: Html) -> Html:
        """A mark that the text shows itself, as a link."""
        return tag("a", text, href=self._targets(number)[0], **self._attributes(number))

    def _targets(self, number: int) -> list[str | None]:
        """Where the links of a mark lead; one that leads nowhere has None."""
        mark, sources = self._report.marks[number], self._sources[number]
        if self.statuses[number] == "missing":
            return [None]
        return [f"#r{self._entry(mark, source) + 1}" for source in sources[:_MOST_CANDIDATES]]

    def _entry(self, mark: Mark, source: Source) -> int:
        """The entry that a source was made of, the next one after the mark where several are alike."""
        alike = self._entries[mark.label, source.title, source.url]
        references = self._report.references
        return next((n for n in alike if references[n].span.start >= mark.position), alike[-1])

    def _attributes(self, number: int) -> dict[str, str]:
        status = self.statuses[number]
        sources = self._sources[number]
        names = [
            source.title[:_LONGEST_TITLE] or source.url or ""
            for source in sources[:_MOST_CANDIDATES]
        ]
        hint = {
            "resolved": self._say("出典: ", "Source: ") + names[0],
            "ambiguous": self._say("番号に当てはまる候補: ", "May be: ") + " / ".join(names),
            "missing": self._say("資料の一覧に見つかりません", "Not in the list of sources"),
        }[status]
        return {"id": f"m{number + 1}", "class_": f"mark {status}", "title": hint}
