"""``ipqa ask`` and ``ipqa serve``."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from ipqa.cli.output import (
    IndexOption,
    JsonOption,
    ReaderOption,
    complain,
    listening,
    out,
    say,
    settings_of,
)
from ipqa.errors import DatabaseUnavailable, IpqaError

if TYPE_CHECKING:
    from ipqa.answering.answer import Answer

app = typer.Typer()


@app.command(help=say("質問に答えます。", "Answer a question."))
def ask(
    question: Annotated[str, typer.Argument(help=say("質問文", "The question"))],
    index: IndexOption = None,
    report: Annotated[
        list[str] | None,
        typer.Option(help=say("尋ねる報告書の ID(複数可)", "Ids of the reports to ask")),
    ] = None,
    *,
    reader: ReaderOption = None,
    json: JsonOption = False,
) -> None:
    """Answer a question with citations."""
    from ipqa.assistant import Assistant  # noqa: PLC0415

    settings = settings_of(index=index, reader=reader)
    answer = Assistant.open(settings).ask(question, reports=report or None)
    if json:
        sys.stdout.write(answer.model_dump_json(indent=2) + "\n")
    else:
        _print_answer(answer)


@app.command(help=say("チャット画面と HTTP API を開きます。", "Serve the page and the HTTP API."))
def serve(
    index: IndexOption = None,
    host: Annotated[
        str | None,
        typer.Option(help=say("待ち受けるアドレス", "Address"), show_default="127.0.0.1"),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help=say("ポート番号", "Port"), show_default="8000")
    ] = None,
    *,
    reader: ReaderOption = None,
) -> None:
    """Serve the page and the API until interrupted.

    What cannot be answered from yet is told, here and by ``/readyz``, and taken up as soon as it can.
    """
    settings = settings_of(index=index, host=host, port=port, reader=reader)
    from ipqa.assistant import Assistant  # noqa: PLC0415
    from ipqa.current import CurrentAssistant  # noqa: PLC0415
    from ipqa.server import serving  # noqa: PLC0415
    from ipqa.server.app import create_app  # noqa: PLC0415
    from ipqa.server.guard import require_key  # noqa: PLC0415
    from ipqa.server.logs import configure  # noqa: PLC0415

    try:
        require_key(settings)
    except DatabaseUnavailable as error:  # no key is known, and nobody is let in until they are
        complain(say("まだ要求を受け付けられません: ", "Not ready for requests: "), error)
    listener, place = listening(settings)
    configure(settings)
    current = CurrentAssistant(settings, Assistant.open)
    current.catch_up()
    try:
        current.require_ready()
    except IpqaError as error:
        complain(say("まだ質問に答えられません: ", "Not ready for questions: "), error)
    out.print(say(f"{place} を開いてください(終了は Ctrl-C)。", f"Open {place} (Ctrl-C to stop)."))  # fmt: skip
    serving.serve(create_app(settings, current), settings, listener)


def _print_answer(answer: "Answer") -> None:
    if answer.interpreted_as is not None:
        out.print(Text(say("質問の解釈: ", "Understood as: ") + answer.interpreted_as, style="dim"))
    out.print(Text(answer.answer, style="bold"))
    if answer.suggestions:
        out.print(
            Text("\n" + say("答えられる質問", "Questions that can be answered"), style="cyan")
        )
        for question in answer.suggestions:
            out.print(Text(f"  {question}"))
    if not answer.citations:
        return
    heading = say("引用", "Citations") if answer.answered else say("近い箇所", "Nearest passages")
    out.print(Text(f"\n{heading}", style="cyan"))
    for citation in answer.citations:
        place = " › ".join([citation.title, *citation.section])
        out.print(Text(f"[{citation.number}] {place}", style="dim"))
        out.print(Text(f"    「{citation.quote}」"))
    sources = {
        (source.mark, source.url or source.title, source.status): source
        for citation in answer.citations
        for source in citation.sources
    }
    if answer.answered and sources:
        out.print(Text("\n" + say("一次資料", "Primary sources"), style="cyan"))
        for source in sources.values():
            note = {
                "resolved": "",
                "ambiguous": say(
                    "(番号に当てはまる候補の一つ)", "(one of several that fit the number)"
                ),
                "missing": say("(資料の一覧に見つかりません)", "(not in the report's list)"),
            }[source.status]
            parts = [f"({source.mark})", source.title, source.url or "", note]
            out.print(Text("  " + " ".join(part for part in parts if part)))
