"""``ipqa doctor``: the installation on one page, and what is wrong with it."""

import sys
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from ipqa.cli.output import IndexOption, JsonOption, out, say, settings_of

if TYPE_CHECKING:
    from ipqa.doctor.checkup import Checkup, GenerationState, ReportState

EXIT_FAULTS = 1

app = typer.Typer()


@app.command(
    help=say(
        "インストール、モデル、索引、報告書、記録、接続先を調べ、問題と直し方を表示します。",
        "Examine installation, models, index, reports, records and endpoint; name faults and remedies.",
    )
)
def doctor(index: IndexOption = None, *, json: JsonOption = False) -> None:
    """Print what was found; the exit code is 1 where there is a fault."""
    from ipqa.doctor import examine  # noqa: PLC0415

    checkup = examine(settings_of(index=index))
    if json:
        sys.stdout.write(checkup.model_dump_json(indent=2) + "\n")
    else:
        _print(checkup)
    if checkup.faults:
        raise typer.Exit(EXIT_FAULTS)


def _print(checkup: "Checkup") -> None:
    missing = say("なし", "none")
    _row("ipqa", checkup.ipqa)
    _row("Python", checkup.python)
    _row(say("日本語の辞書", "Dictionary"), checkup.dictionary or missing)
    _row(say("埋め込みモデル", "Embedding model"), checkup.embedding or missing)
    for name, value in checkup.settings.items():
        _row(name, value)
    _row(say("索引", "Index"), checkup.index.folder)
    _print_generation(say("現在の世代", "In force"), checkup.index.in_force)
    _print_generation(say("一つ前の世代", "The one before"), checkup.index.before)
    for report in checkup.index.reports:
        _print_report(report)
    _print_services(checkup)
    _print_faults(checkup)


def _print_generation(heading: str, generation: "GenerationState | None") -> None:
    if generation is None:
        _row(f"  {heading}", say("なし", "none"))
        return
    whole = sum(file.whole for file in generation.files)
    _row(
        f"  {heading}",
        say(
            f"{generation.name} {generation.created} 報告書 {generation.reports:,} 件、"
            f"ファイル {len(generation.files):,} 個中 {whole:,} 個が正常",
            f"{generation.name} {generation.created} {generation.reports:,} reports, "
            f"{whole:,} of {len(generation.files):,} files whole",
        ),
    )
    for file in generation.files:
        if not file.whole:
            out.print(Text(f"    ! {file.path}", style="red"))


def _print_report(report: "ReportState") -> None:
    counts = (
        say(
            f"{report.characters:,}文字、段落 {report.passages:,}、文 {report.sentences:,}",
            f"{report.characters:,} characters, {report.passages:,} passages, {report.sentences:,} sentences",
        )
        if report.characters is not None
        else say("開けません", "does not open")
    )
    states = {
        say("読み取り結果", "reading"): report.reading,
        say("控え", "copy"): report.copied,
    }
    damaged = [name for name, whole in states.items() if whole is False]
    note = say("破損: ", "damaged: ") + say("、", ", ").join(damaged) if damaged else ""
    out.print(Text.assemble("    ", (report.id, "bold"), f"  {counts}  ", (note, "red")))


def _print_services(checkup: "Checkup") -> None:
    there = "" if checkup.records.there else say("(まだありません)", " (not there yet)")
    _row(say("記録", "Records"), checkup.records.place + there)
    endpoint = checkup.endpoint
    if endpoint.address is None:
        told = say("設定なし", "not configured")
    else:
        answers = say("応答あり", "answers") if endpoint.reachable else say("応答なし", "no answer")
        told = f"{endpoint.model} {endpoint.address} {answers}"
    _row(say("言語モデル", "Language model"), told)
    disk = checkup.disk
    _row(
        say("空き容量", "Free space"),
        say(
            f"{disk.free:,} バイト(索引は {disk.index:,} バイト)",
            f"{disk.free:,} bytes (the index takes {disk.index:,})",
        ),
    )


def _print_faults(checkup: "Checkup") -> None:
    if not checkup.faults:
        out.print(
            Text("\n" + say("問題は見つかりませんでした。", "Everything is in order."), "green")
        )
        return
    count = len(checkup.faults)
    out.print(Text("\n" + say(f"問題 {count:,} 件", f"{count:,} faults"), style="red"))
    for fault in checkup.faults:
        out.print(Text(f"! {fault.file}", style="red"))
        out.print(Text("  " + say(fault.message, fault.message_en)))


def _row(name: str, value: str) -> None:
    out.print(Text.assemble((name, "cyan"), f"  {value}"))
