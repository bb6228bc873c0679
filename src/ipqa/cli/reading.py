"""``ipqa inspect`` and ``ipqa audit``: how a report was read, and what its sources are worth."""

import sys
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from ipqa.cli.output import IndexOption, JsonOption, out, say, settings_of
from ipqa.errors import FileNotWritable, UnknownReport
from ipqa.settings import Settings, message_language

if TYPE_CHECKING:
    from ipqa.reports.audit import Audit
    from ipqa.reports.describe import Outline
    from ipqa.reports.model import Report

_FIRST = 10
"""Warnings of one kind that are printed."""

app = typer.Typer()


@app.command(help=say("報告書がどう読まれるかを表示します。", "Show how a report is read."))
def inspect(
    file: Annotated[Path, typer.Argument(help=say("報告書のファイル", "The report's file"))],
    *,
    json: JsonOption = False,
    html: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "読み取り結果と警告を並べたページを書き出すファイル",
                "File to write a page to, the report beside its warnings",
            )
        ),
    ] = None,
) -> None:
    """Show the outline, tables, references, marks and warnings of a file."""
    from ipqa.reports.describe import describe  # noqa: PLC0415

    report = _read_apart(file, settings_of())
    if html is not None:
        _write_page(report, html)
    outline = describe(report)
    if json:
        sys.stdout.write(outline.model_dump_json(indent=2) + "\n")
    else:
        _print_outline(outline)


@app.command(help=say("報告書の出典の状態を調べます。", "Examine the state of a report's sources."))
def audit(
    report: Annotated[
        str, typer.Argument(help=say("報告書の ID かファイル", "A report's id, or its file"))
    ],
    index: IndexOption = None,
    *,
    json: JsonOption = False,
) -> None:
    """Print what marks and source lists have against each other."""
    from ipqa.reports.audit import audit as examine  # noqa: PLC0415

    found = examine(report_named(report, settings_of(index=index)))
    if json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        _print_audit(found)


def report_named(name: str, settings: Settings) -> "Report":
    """The report in a file of that name, or the one of that id in the index."""
    if Path(name).is_file():
        return _read_apart(Path(name), settings)
    from ipqa.index.engines import index_of  # noqa: PLC0415

    index = index_of(settings)
    if name not in index.reports:
        raise UnknownReport(report=name, known="、".join(index.reports))
    return index.reports[name]


def _read_apart(path: Path, settings: Settings) -> "Report":
    """Read a file within the limits of the settings, in the process that reads what is added, too."""
    from ipqa.reports import open_file, report_id_of  # noqa: PLC0415
    from ipqa.reports.isolation import reading_process  # noqa: PLC0415

    file = open_file(path, max_bytes=settings.max_report_bytes)
    report = reading_process().read(
        file, seconds=settings.max_report_seconds, memory=settings.max_report_memory
    )
    return report.named(report_id_of(path), path.name)


def _write_page(report: "Report", path: Path) -> None:
    from ipqa.reports.inspection.page import inspection_page  # noqa: PLC0415

    try:
        path.write_text(inspection_page(report, message_language()), encoding="utf-8")
    except OSError as error:
        raise FileNotWritable(path=path, reason=error.strerror) from error
    out.print(say(f"書き出しました: {path}", f"Written: {path}"))


def _print_audit(found: "Audit") -> None:
    marks = found.marks
    out.print(Text(found.title, style="bold"))
    out.print(
        say(
            f"出典 {found.entries:,} 件、本文の番号 {sum(marks.values()):,} か所"
            f"(確定 {marks['resolved']:,}、あいまい {marks['ambiguous']:,}、一覧になし {marks['missing']:,})",
            f"{found.entries:,} entries, {sum(marks.values()):,} marks "
            f"({marks['resolved']:,} resolved, {marks['ambiguous']:,} ambiguous, {marks['missing']:,} missing)",
        )
    )
    if not found.findings:
        out.print(say("問題は見つかりませんでした。", "Everything is in order."))
    from ipqa.reports.audit import heading  # noqa: PLC0415

    ordered = sorted(found.findings, key=lambda finding: finding.code)
    for code, same in groupby(ordered, key=lambda finding: finding.code):
        findings = list(same)
        out.print(Text(f"\n{heading(code, message_language())} ({len(findings):,})", style="cyan"))
        for finding in findings:
            out.print(Text("  " + say(finding.message, finding.message_en)))


def _print_outline(outline: "Outline") -> None:
    out.print(Text(outline.title, style="bold"))
    out.print(
        say(
            f"{outline.characters:,}文字、節 {len(outline.sections)}、表 {len(outline.tables)}、"
            f"出典 {len(outline.references)}、参照番号 {len(outline.marks)}、警告 {len(outline.warnings)}",
            f"{outline.characters:,} characters, {len(outline.sections)} sections, "
            f"{len(outline.tables)} tables, {len(outline.references)} references, "
            f"{len(outline.marks)} marks, {len(outline.warnings)} warnings",
        )
    )
    for section in outline.sections:
        out.print(Text("  " * section.level + section.title))
    for table in outline.tables:
        out.print(Text(f"\n{table.title}", style="cyan"))
        lost = say("(欠落)", "(lost)")
        if table.header:
            out.print(Text("  " + " | ".join(table.header)))
        for row in table.rows:
            out.print(Text("  " + " | ".join(lost if cell is None else cell for cell in row)))
    _print_warnings(outline)


def _print_warnings(outline: "Outline") -> None:
    """The warnings by kind, of each kind the most frequent ones."""
    ordered = sorted(outline.warnings, key=lambda warning: warning.code)
    for _, same in groupby(ordered, key=lambda warning: warning.code):
        told = Counter(say(warning.message, warning.message_en) for warning in same)
        for message, count in told.most_common(_FIRST):
            times = say(f"({count:,}か所)", f" ({count:,} times)") if count > 1 else ""
            out.print(Text(f"! {message}{times}", style="yellow"))
        more = len(told) - _FIRST
        if more > 0:
            rest = say(
                f"  同様の警告がほかに{more:,}種あります(--html か --json ですべて確かめられます)。",
                f"  {more:,} more of this kind (see them all with --html or --json).",
            )
            out.print(Text(rest, style="yellow"))
