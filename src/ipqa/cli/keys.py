"""``ipqa keys``: who may use the server."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text

from ipqa.cli.output import IndexOption, err, out, say, settings_of
from ipqa.errors import UnknownReport

if TYPE_CHECKING:
    from pathlib import Path

    from ipqa.records.keys import KeyStore

app = typer.Typer(no_args_is_help=True)

_NameArgument = Annotated[
    str,
    typer.Argument(
        metavar=say("名前", "NAME"),
        help=say("キーを渡す人やプログラムの名前", "Of the person or program that gets the key"),
    ),
]


@app.command(
    help=say(
        "API キーを発行します。キーは一度だけ表示されます。", "Make an API key; it is shown once."
    )
)
def add(
    name: _NameArgument,
    role: Annotated[
        Literal["ask", "admin"],
        typer.Option(
            help=say(
                "ask は質問・検索・閲覧・下書きの確認、admin は報告書の追加・削除と評価の閲覧も",
                "ask: ask, search, read, verify; admin: also change reports and see evaluations",
            )
        ),
    ] = "ask",
    report: Annotated[
        list[str] | None,
        typer.Option(
            help=say(
                "読める報告書の ID(複数可)。なければすべて",
                "Ids of the reports that it may read; all where left out",
            )
        ),
    ] = None,
    index: IndexOption = None,
) -> None:
    """Make a key: the key alone goes to standard output, what is said of it to standard error."""
    settings = settings_of(index=index)
    if report:
        _require_reports(settings.index, report)
    token = _store(index).add(name, role, report or None)
    err.print(
        say(
            f"「{name}」の API キー({role})です。二度と表示されないので、いま控えてください。",
            f"The API key of “{name}” ({role}). It is not shown again: note it now.",
        )
    )
    out.print(token)


@app.command("list", help=say("API キーの一覧を表示します。", "List the API keys."))
def list_keys(index: IndexOption = None) -> None:
    """Print whose keys there are, and what each may do."""
    for key in _store(index).all():
        reports = say("すべての報告書", "all reports")
        if key.reports is not None:
            reports = "、".join(sorted(key.reports))
        out.print(Text.assemble((key.name, "bold"), f"  {key.role}  {reports}"))
        out.print(Text(f"    {key.created}", style="dim"))


@app.command(
    help=say("API キーを削除します。以後、そのキーは使えません。", "Take an API key away.")
)
def remove(name: _NameArgument, index: IndexOption = None) -> None:
    """Remove one key; running servers refuse it from now on."""
    store = _store(index)
    store.remove(name)
    out.print(say(f"「{name}」の API キーを削除しました。", f"The API key of “{name}” is removed."))
    if not store.all():
        err.print(
            say(
                "API キーはもうありません。このマシンだけで待ち受けるサーバーは、キーなしで使えるようになりました。",
                "There is no API key left: a server that listens on this machine alone wants none now.",
            )
        )


def _store(index: "Path | None") -> "KeyStore":
    from ipqa.records.database import Database  # noqa: PLC0415
    from ipqa.records.keys import KeyStore  # noqa: PLC0415

    return KeyStore(Database.of(settings_of(index=index)))


def _require_reports(index: "Path", reports: list[str]) -> None:
    """Refuse the id of a report that is not there: the key could read nothing by it."""
    from ipqa.index.store import read_manifest  # noqa: PLC0415

    known = [record.id for record in read_manifest(index).reports]
    for report in reports:
        if report not in known:
            raise UnknownReport(report=report, known="、".join(known))
