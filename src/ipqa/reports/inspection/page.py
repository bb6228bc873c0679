"""A page that shows a report as it was read, so that a person can check in a minute if that is right.

Left the outline, in the middle the text that answers are cited from, right of each block what the
reader was not certain of; above all of it the counts, with lists that lead to each doubtful place. The
page is one file without scripts, and loads nothing.
"""

from collections import Counter
from collections.abc import Sequence
from importlib.resources import files

from ipqa.errors import Language
from ipqa.reports.inspection.markup import Html, escaped, joined, nested_list, tag
from ipqa.reports.inspection.places import MarkPlaces, WarningPlaces, speaker
from ipqa.reports.inspection.text import InspectedText
from ipqa.reports.model import Block, Report, SourceStatus

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STATUSES: dict[SourceStatus, tuple[str, str]] = {
    "resolved": ("確定", "Resolved"),
    "ambiguous": ("あいまい", "Ambiguous"),
    "missing": ("一覧になし", "Missing"),
}


def inspection_page(report: Report, language: Language) -> str:
    """The HTML page that shows how a report was read, its interface in the language given."""
    return "<!DOCTYPE html>\n" + _Page(report, language).document()


class _Page:
    """What stands around the text of one report."""

    def __init__(self, report: Report, language: Language) -> None:
        self._report = report
        self._language: Language = language
        self._say = speaker(language)
        self._warnings = WarningPlaces(report, language)
        self._marks = MarkPlaces(report, language)

    def document(self) -> Html:
        title = self._say("{} – 読み取り結果", "{} – as it was read").format(self._report.title)
        style = files("ipqa.reports.inspection").joinpath("page.css").read_text(encoding="utf-8")
        head = tag(
            "head",
            Html('<meta charset="utf-8">'),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Html('<meta name="referrer" content="no-referrer">'),
            tag("title", escaped(title)),
            tag("style", Html(style)),
        )
        text = InspectedText(self._report, self._warnings, self._marks, self._language)
        body = tag("body", self._top(), self._outline(), text.column())
        return tag("html", head, body, lang=self._language)

    # the top

    def _top(self) -> Html:
        return tag(
            "header",
            tag("p", escaped(self._say("読み取り結果の確認", "How this file was read"))),
            tag("h1", escaped(self._report.title), lang="ja"),
            tag("p", escaped(self._report.source), class_="file"),
            self._sizes(),
            self._mark_counts(),
            self._warning_counts(),
        )

    def _sizes(self) -> Html:
        report = self._report
        sizes = [
            (self._say("文字", "Characters"), len(report.text)),
            (self._say("ページ", "Pages"), len({b.page for b in report.blocks} - {None})),
            (self._say("節", "Sections"), len(report.sections) - 1),
            (self._say("表", "Tables"), len(report.tables)),
            (self._say("出典・注", "References"), len(report.references)),
        ]
        shown = [tag("li", _count(name, size)) for name, size in sizes if size]
        return tag("ul", *shown, class_="sizes")

    def _mark_counts(self) -> Html:
        """The marks by what they lead to; those that lead to no one entry are listed."""
        found = []
        for status, names in _STATUSES.items():
            numbers = [n for n, own in enumerate(self._marks.statuses) if own == status]
            links = [] if status == "resolved" else [self._marks.to_mark(n) for n in numbers]
            found.append(_listing(_count(self._say(*names), len(numbers)), links, status))
        return self._counts(
            self._say("参照番号", "Reference marks"), len(self._report.marks), found
        )

    def _warning_counts(self) -> Html:
        """The warnings by kind; each kind opens to a list that leads to their places."""
        kinds: dict[str, list[int]] = {}
        for number in range(len(self._report.warnings)):
            kinds.setdefault(self._warnings.kind(number), []).append(number)
        found = [
            _listing(_count(kind, len(numbers)), [self._line(n) for n in numbers], "warned")
            for kind, numbers in kinds.items()
        ]
        return self._counts(self._say("警告", "Warnings"), len(self._report.warnings), found)

    def _line(self, number: int) -> Html:
        """A warning with the section in which its place is."""
        block = self._report.blocks[self._warnings.blocks[number]]
        path = self._report.section_path(block.section)
        section = tag("small", escaped(path[-1] if path else ""), lang="ja")
        return tag("p", self._warnings.to_place(number), self._warnings.told(number), section)

    def _counts(self, name: str, total: int, found: Sequence[Html]) -> Html:
        none = escaped(self._say("なし", "none"))
        heading = tag("h2", _count(name, total) if total else joined([escaped(f"{name} "), none]))
        return tag("section", heading, tag("div", *(found if total else []), class_="kinds"))

    # the outline

    def _outline(self) -> Html:
        blocks = self._report.blocks
        warned = Counter(blocks[n].section for n in self._warnings.blocks)
        items = [
            (len(self._report.section_path(b.section)) - 1, self._entry(b, warned[b.section]))
            for b in blocks
            if b.kind == "heading"
        ]
        heading = tag("h2", escaped(self._say("見出し", "Outline")))
        return tag("nav", heading, nested_list(items, "outline"))

    def _entry(self, heading: Block, warnings: int) -> Html:
        title = escaped(self._report.sections[heading.section].title)
        link = tag("a", title, href=f"#s{heading.section}", lang="ja")
        parts = [link]
        if warnings:
            hint = self._say(f"警告 {warnings} 件", f"Warnings: {warnings}")
            parts.append(tag("span", escaped(str(warnings)), class_="badge", title=hint))
        if heading.page is not None:
            parts.append(tag("span", escaped(f"p.{heading.page}"), class_="page-number"))
        return tag("div", Html(" ".join(parts)))


def _count(name: str, number: int) -> Html:
    return joined([escaped(f"{name} "), tag("b", escaped(f"{number:,}"))])


def _listing(summary: Html, lines: Sequence[Html], class_: str) -> Html:
    """A count that opens to what was counted, where there is anything to list."""
    if not lines:
        return tag("span", summary, class_=f"count {class_}")
    listed = tag("div", *lines, class_="listed")
    return tag("details", tag("summary", summary), listed, class_=f"count {class_}")
