"""The health of a report's sources: what its marks and its source lists have against each other."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal

from pydantic import BaseModel

from ipqa.errors import Language
from ipqa.reports.model import Reference, Report, Section, SourceStatus
from ipqa.reports.sources import SourceIndex

FindingCode = Literal[
    "mark_without_entry",
    "entry_without_mark",
    "page_under_many_numbers",
    "entry_is_no_source",
    "mark_for_several_subjects",
    "page_not_in_chapter_list",
    "two_lists_fit",
]

_PROSE = re.compile(
    r"。|(?:ます|ません|でした|である|ではない|されたい|要確認|未確認|不明|メモ)[)）]?$"
)
_ENGLISH_PROSE = re.compile(
    r"\b(?:is|are|was|were|not|will|would|must|should|however|that|which|I|it|this|but)\b"
)
_PROSE_WORDS = 4
"""So many words that titles do without make a sentence of an English entry."""

_MESSAGES: dict[FindingCode, dict[Language, str]] = {
    "mark_without_entry": {
        "ja": "番号 {number} の出典が一覧にありません({uses}か所)",
        "en": "No list has an entry {number} (used {uses} times)",
    },
    "entry_without_mark": {
        "ja": "{place}の {number} は本文のどこからも参照されていません: {entry}",
        "en": "{place}: nothing in the text refers to entry {number}: {entry}",
    },
    "page_under_many_numbers": {
        "ja": "{place}では同じ資料が番号 {numbers} に繰り返されています: {entry}",
        "en": "{place}: the same page stands under {numbers}: {entry}",
    },
    "entry_is_no_source": {
        "ja": "{place}の {number} は出典ではなく書き手の覚え書きとみられます: {entry}",
        "en": "{place}: entry {number} is a note of the author rather than a source: {entry}",
    },
    "mark_for_several_subjects": {
        "ja": "番号 {number} は異なる話題に使われています(章の一覧に合わない「{doubtful}」と、それ以外の「{other}」): {entry}",
        "en": "Mark {number} is used for different subjects (“{doubtful}”, which the chapters' lists contradict, and “{other}”): {entry}",
    },
    "page_not_in_chapter_list": {
        "ja": "{place}の番号 {number} は全体の一覧では次の資料ですが、章の一覧にその資料がありません({uses}か所): {entry}",
        "en": "{place}: mark {number} leads to a page that the chapter's own list does not name ({uses} times): {entry}",
    },
    "two_lists_fit": {
        "ja": "{place}の番号 {number} は、章の一覧とも全体の一覧とも読めます({uses}か所)",
        "en": "{place}: mark {number} fits the chapter's list as well as that for the whole report ({uses} times)",
    },
}


_HEADINGS: dict[FindingCode, dict[Language, str]] = {
    "mark_without_entry": {"ja": "一覧にない番号", "en": "Marks without an entry"},
    "entry_without_mark": {"ja": "参照されていない出典", "en": "Entries without a mark"},
    "page_under_many_numbers": {"ja": "重複した出典", "en": "Pages under many numbers"},
    "entry_is_no_source": {"ja": "出典ではない項目", "en": "Entries that are no sources"},
    "mark_for_several_subjects": {
        "ja": "複数の話題に使われた番号",
        "en": "Marks for several subjects",
    },
    "page_not_in_chapter_list": {
        "ja": "章の一覧と全体の一覧の食い違い",
        "en": "Pages that the chapter's list does not name",
    },
    "two_lists_fit": {"ja": "どちらの一覧とも読める番号", "en": "Marks that fit two lists"},
}


def heading(code: FindingCode, language: Language) -> str:
    """What findings of a kind are called."""
    return _HEADINGS[code][language]


class Finding(BaseModel):
    """One thing that is not in order, told in Japanese and in English."""

    code: FindingCode
    numbers: list[str]
    message: str
    message_en: str


class Audit(BaseModel):
    """The state of a report's sources: counts, and every finding."""

    report: str
    title: str
    entries: int
    marks: dict[SourceStatus, int]
    findings: list[Finding]

    def counts(self) -> dict[FindingCode, int]:
        """How many findings there are of each kind."""
        codes = [finding.code for finding in self.findings]
        return {code: codes.count(code) for code in _MESSAGES if code in codes}


def audit(report: Report) -> Audit:
    """Hold a report's reference marks and source lists against each other."""
    sources = SourceIndex(report)
    statuses = [sources.of(mark)[0].status for mark in report.marks]
    findings = [
        *_marks_without_entry(report, sources),
        *_entries(report),
        *_repeated_pages(report),
        *_subjects(report, sources),
        *_doubtful_uses(report, sources),
    ]
    return Audit(
        report=report.id,
        title=report.title,
        entries=len(report.references),
        marks={
            "resolved": statuses.count("resolved"),
            "ambiguous": statuses.count("ambiguous"),
            "missing": statuses.count("missing"),
        },
        findings=findings,
    )


def _marks_without_entry(report: Report, sources: SourceIndex) -> Iterator[Finding]:
    missing = [m.label for m in report.marks if sources.of(m)[0].status == "missing"]
    for label in dict.fromkeys(missing):
        yield _finding("mark_without_entry", [label], number=label, uses=missing.count(label))


def _entries(report: Report) -> Iterator[Finding]:
    """Entries that are no sources, and those of the whole report's list that nothing refers to."""
    listed = {block.span for block in report.blocks if block.kind == "reference"}
    used = {(mark.series, mark.number) for mark in report.marks}
    for reference in report.references:
        label = f"{reference.series}{reference.number}"
        details = {"place": _place(report, reference), "number": label, "entry": _entry(reference)}
        if reference.span in listed and _is_prose(reference.title):
            yield _finding("entry_is_no_source", [label], **details)
        if reference.scope == "report" and (reference.series, reference.number) not in used:
            yield _finding("entry_without_mark", [label], **details)


def _repeated_pages(report: Report) -> Iterator[Finding]:
    for _, entries in groupby(report.references, key=lambda reference: reference.section):
        by_page: dict[str, list[Reference]] = {}
        for reference in entries:
            if reference.url:
                by_page.setdefault(reference.url, []).append(reference)
        for same in by_page.values():
            numbers = [f"{reference.series}{reference.number}" for reference in same]
            if len(same) > 1:
                yield _finding(
                    "page_under_many_numbers",
                    numbers,
                    place=_place(report, same[0]),
                    numbers="、".join(numbers),
                    entry=_entry(same[0]),
                )


def _subjects(report: Report, sources: SourceIndex) -> Iterator[Finding]:
    for reference in report.references:
        if reference.scope != "report" or reference.series:
            continue
        doubtful, other = sources.subjects_of(reference.number)
        if doubtful and other:
            yield _finding(
                "mark_for_several_subjects",
                [str(reference.number)],
                number=str(reference.number),
                doubtful="・".join(doubtful[:3]),
                other="・".join(other[:3]),
                entry=_entry(reference),
            )


def _doubtful_uses(report: Report, sources: SourceIndex) -> Iterator[Finding]:
    """Marks that the chapter's list and the whole report's do not agree on, by chapter and number."""
    chapters = [section for section in report.sections if section.level == 1]
    uses: dict[tuple[FindingCode, str, str, str], int] = {}
    for mark in report.marks:
        found = sources.of(mark)
        if found[0].status != "ambiguous":
            continue
        code: FindingCode | None = (
            "page_not_in_chapter_list"
            if sources.is_unlisted(mark)
            else "two_lists_fit"
            if len(found) > 1
            else None
        )
        if code is not None:
            entry = found[0].url or found[0].title
            key = (code, _chapter(chapters, mark.position), mark.label, entry)
            uses[key] = uses.get(key, 0) + 1
    for (code, place, label, entry), count in uses.items():
        yield _finding(code, [label], place=place, number=label, uses=count, entry=entry)


def _finding(code: FindingCode, labels: Sequence[str], **details: str | int) -> Finding:
    said: Mapping[Language, str] = _MESSAGES[code]
    return Finding(
        code=code,
        numbers=list(labels),
        message=said["ja"].format_map(details),
        message_en=said["en"].format_map(details),
    )


def _is_prose(title: str) -> bool:
    """Whether an entry is running text, as titles of sources are not."""
    english = len(_ENGLISH_PROSE.findall(title)) >= _PROSE_WORDS
    return english or _PROSE.search(title) is not None


def _entry(reference: Reference) -> str:
    return " ".join(part for part in (reference.title[:60], reference.url) if part)


def _place(report: Report, reference: Reference) -> str:
    return " › ".join(report.section_path(reference.section)) or report.title


def _chapter(chapters: Sequence[Section], position: int) -> str:
    return next((c.title for c in chapters if c.span.start < position <= c.span.end), "冒頭")
