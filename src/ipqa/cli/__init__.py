"""The command line: ``ipqa build``, ``add``, ``list``, ``ask``, ``serve``, ``keys``, ``doctor``, ``bench``, ``eval`` and others.

Heavy modules are imported by the commands that need them, so that ``ipqa --help`` comes at once.
"""

import sys

import typer

from ipqa.cli import asking, bench, doctor, evaluation, keys, library, mcp, reading, records
from ipqa.cli.output import complain, err, say
from ipqa.errors import IpqaError

EXIT_BAD_INPUT = 2

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=say(
        "日本語の報告書への質問に、原文の引用つきで答えます。",
        "Cited answers to Japanese questions about Japanese reports.",
    ),
)
app.add_typer(library.app)
app.add_typer(asking.app)
app.add_typer(reading.app)
app.add_typer(mcp.app)
app.add_typer(doctor.app)
app.add_typer(bench.app)
app.add_typer(
    keys.app,
    name="keys",
    help=say("サーバーを使う人の API キーを管理します。", "Manage the API keys of a server."),
)
app.add_typer(
    records.app,
    name="records",
    help=say(
        "会話・利用者の声・API キーの保存先を移します。", "Move conversations, feedback and keys."
    ),
)
app.add_typer(
    evaluation.app,
    name="eval",
    help=say("正解つきの質問で回答を採点します。", "Measure answers against gold questions."),
)


def main() -> None:
    """Run the command line; what a user can mend is told in one line, with exit code 2."""
    try:
        app()
    except IpqaError as error:
        complain(say("エラー: ", "Error: "), error)
        sys.exit(EXIT_BAD_INPUT)
    except KeyboardInterrupt:
        err.print(say("中断しました。", "Interrupted."))
        sys.exit(130)
