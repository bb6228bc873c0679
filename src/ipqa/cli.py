"""The command line: ``ipqa build``, ``ask``, ``serve``, ``inspect``.

Heavy modules are imported by the commands that need them, so that ``ipqa --help`` comes at once.
"""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from ipqa.errors import AddressInUse, IpqaError
from ipqa.settings import Settings, message_language, read_settings

if TYPE_CHECKING:
    from ipqa.answering.answer import Answer
    from ipqa.index.build import Progress
    from ipqa.reports.describe import Outline

EXIT_BAD_INPUT = 2
EXIT_PARTLY_DONE = 1

_out = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
_err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)


def _say(ja: str, en: str) -> str:
    """The text in the user's language."""
    return ja if message_language() == "ja" else en


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=_say(
        "日本語の報告書への質問に、原文の引用つきで答えます。",
        "Cited answers to Japanese questions about Japanese reports.",
    ),
)

_IndexOption = Annotated[
    Path | None,
    typer.Option(
        "--index", help=_say("索引のフォルダ", "Folder of the index"), show_default="index"
    ),
]

_JsonOption = Annotated[bool, typer.Option("--json", help=_say("JSON で出力します", "Print JSON"))]


def main() -> None:
    """Run the command line; what a user can mend is told in one line, with exit code 2."""
    try:
        app()
    except IpqaError as error:
        _complain(_say("エラー: ", "Error: "), error)
        sys.exit(EXIT_BAD_INPUT)
    except KeyboardInterrupt:
        _err.print(_say("中断しました。", "Interrupted."))
        sys.exit(130)


@app.command(help=_say("報告書を読み、索引を作ります(変わっていなければ何もしません)。", "Read reports and build the index, where they changed."))  # fmt: skip
def build(
    corpus: Annotated[
        Path | None,
        typer.Option(
            help=_say("報告書のファイルかフォルダ", "A report or a folder of reports"),
            show_default="corpus",
        ),
    ] = None,
    index: _IndexOption = None,
) -> None:
    """Bring the index up to date with the corpus."""
    settings = _settings(corpus=corpus, index=index)
    from ipqa.embedding import load_model  # noqa: PLC0415
    from ipqa.index.build import build_index  # noqa: PLC0415

    model = load_model(settings.embedding_model)
    with _progress() as progress:
        result = build_index(settings, model, progress)
    counts = result.manifest.counts
    numbers = _say(
        f"報告書 {counts['reports']:,} 件、段落 {counts['passages']:,}、文 {counts['sentences']:,}",
        f"{counts['reports']:,} reports, {counts['passages']:,} passages, {counts['sentences']:,} sentences",
    )
    if result.rebuilt:
        _out.print(_say(f"索引を作りました: {numbers} → {settings.index}", f"Index built: {numbers} → {settings.index}"))  # fmt: skip
    else:
        _out.print(_say(f"索引は最新です: {numbers}", f"The index is up to date: {numbers}"))
    for failure in result.failures:
        _complain(_say("読めませんでした: ", "Not read: "), failure)
    if result.failures:
        raise typer.Exit(EXIT_PARTLY_DONE)


@app.command(help=_say("質問に答えます。", "Answer a question."))
def ask(
    question: Annotated[str, typer.Argument(help=_say("質問文", "The question"))],
    index: _IndexOption = None,
    report: Annotated[
        list[str] | None,
        typer.Option(help=_say("尋ねる報告書の ID(複数可)", "Ids of the reports to ask")),
    ] = None,
    *,
    json: _JsonOption = False,
) -> None:
    """Answer a question with citations."""
    from ipqa.assistant import Assistant  # noqa: PLC0415

    answer = Assistant.open(_settings(index=index)).ask(question, reports=report or None)
    if json:
        sys.stdout.write(answer.model_dump_json(indent=2) + "\n")
    else:
        _print_answer(answer)


@app.command(help=_say("チャット画面と HTTP API を開きます。", "Serve the page and the HTTP API."))
def serve(
    index: _IndexOption = None,
    host: Annotated[
        str | None,
        typer.Option(help=_say("待ち受けるアドレス", "Address"), show_default="127.0.0.1"),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help=_say("ポート番号", "Port"), show_default="8000")
    ] = None,
) -> None:
    """Serve the page and the API until interrupted."""
    settings = _settings(index=index, host=host, port=port)
    import uvicorn  # noqa: PLC0415

    from ipqa.assistant import Assistant  # noqa: PLC0415
    from ipqa.server.app import create_app  # noqa: PLC0415

    assistant = Assistant.open(settings)
    try:
        listener = socket.create_server((settings.host, settings.port))
    except OSError as error:
        raise AddressInUse(
            host=settings.host, port=settings.port, reason=error.strerror or str(error)
        ) from error
    address, bound = listener.getsockname()[:2]
    _out.print(_say(f"http://{address}:{bound} を開いてください(終了は Ctrl-C)。", f"Open http://{address}:{bound} (Ctrl-C to stop)."))  # fmt: skip
    config = uvicorn.Config(create_app(settings, lambda _: assistant), log_level="warning")
    uvicorn.Server(config).run(sockets=[listener])


@app.command(help=_say("報告書がどう読まれるかを表示します。", "Show how a report is read."))
def inspect(
    file: Annotated[Path, typer.Argument(help=_say("報告書のファイル", "The report's file"))],
    *,
    json: _JsonOption = False,
) -> None:
    """Show the outline, tables, references, marks and warnings of a file."""
    from ipqa.reports import read_report  # noqa: PLC0415
    from ipqa.reports.describe import describe  # noqa: PLC0415

    outline = describe(read_report(file, max_bytes=_settings().max_report_bytes))
    if json:
        sys.stdout.write(outline.model_dump_json(indent=2) + "\n")
    else:
        _print_outline(outline)


def _complain(opening: str, error: IpqaError) -> None:
    """Tell an error in the user's language."""
    _err.print(Text(opening + error.message(message_language()), style="red"))


def _settings(**given: object) -> Settings:
    """Settings from the environment, and over them the options that were given."""
    return read_settings(**{name: value for name, value in given.items() if value is not None})


@contextmanager
def _progress() -> Iterator["Progress"]:
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=_err,
    ) as bar:
        task = bar.add_task(_say("文を埋め込んでいます", "Embedding sentences"), visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


def _print_answer(answer: "Answer") -> None:
    _out.print(Text(answer.answer, style="bold"))
    if not answer.citations:
        return
    heading = _say("引用", "Citations") if answer.answered else _say("近い箇所", "Nearest passages")
    _out.print(Text(f"\n{heading}", style="cyan"))
    for citation in answer.citations:
        place = " › ".join([citation.title, *citation.section])
        _out.print(Text(f"[{citation.number}] {place}", style="dim"))
        _out.print(Text(f"    「{citation.quote}」"))
    sources = {
        (source.mark, source.url or source.title, source.status): source
        for citation in answer.citations
        for source in citation.sources
    }
    if answer.answered and sources:
        _out.print(Text("\n" + _say("一次資料", "Primary sources"), style="cyan"))
        for source in sources.values():
            note = {
                "resolved": "",
                "ambiguous": _say(
                    "(番号に当てはまる候補の一つ)", "(one of several that fit the number)"
                ),
                "missing": _say("(資料の一覧に見つかりません)", "(not in the report's list)"),
            }[source.status]
            parts = [f"({source.mark})", source.title, source.url or "", note]
            _out.print(Text("  " + " ".join(part for part in parts if part)))


def _print_outline(outline: "Outline") -> None:
    _out.print(Text(outline.title, style="bold"))
    _out.print(
        _say(
            f"{outline.characters:,}文字、節 {len(outline.sections)}、表 {len(outline.tables)}、"
            f"出典 {len(outline.references)}、参照番号 {len(outline.marks)}、警告 {len(outline.warnings)}",
            f"{outline.characters:,} characters, {len(outline.sections)} sections, "
            f"{len(outline.tables)} tables, {len(outline.references)} references, "
            f"{len(outline.marks)} marks, {len(outline.warnings)} warnings",
        )
    )
    for section in outline.sections:
        _out.print(Text("  " * section.level + section.title))
    for table in outline.tables:
        _out.print(Text(f"\n{table.title}", style="cyan"))
        lost = _say("(欠落)", "(lost)")
        _out.print(Text("  " + " | ".join(table.header)))
        for row in table.rows:
            _out.print(Text("  " + " | ".join(lost if cell is None else cell for cell in row)))
    for warning in outline.warnings:
        _out.print(Text(f"! {warning.message}", style="yellow"))


if __name__ == "__main__":
    main()
