"""``ipqa records``: conversations, feedback and keys as a whole."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ipqa.cli.output import IndexOption, out, say, settings_of

app = typer.Typer(no_args_is_help=True)


@app.callback()
def records() -> None:
    """Commands for the records as a whole; without this, typer would make the one command the group."""


@app.command(
    help=say(
        "会話・利用者の声・API キーを、ファイルから IPQA_DATABASE_URL の空のデータベースへコピーします。",
        "Copy conversations, feedback and API keys from a file into the empty database of IPQA_DATABASE_URL.",
    )
)
def copy(
    file: Annotated[
        Path,
        typer.Argument(
            metavar=say("ファイル", "FILE"),
            help=say("これまでの記録(records.sqlite3)", "The records so far (records.sqlite3)"),
        ),
    ],
    index: IndexOption = None,
) -> None:
    """Copy the records of a file, and print how many rows there were of each table."""
    from ipqa.records.copying import copy_records  # noqa: PLC0415 - heavy
    from ipqa.records.database import Database  # noqa: PLC0415

    with closing(Database.of(settings_of(index=index))) as target:
        counts = copy_records(Database(f"sqlite:///{file}"), target)
        for table, count in counts.items():
            out.print(Text(f"{table}  {count:,}"))
        out.print(say(f"{target.place} へコピーしました。", f"Copied to {target.place}."))
