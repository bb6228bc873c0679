"""``ipqa mcp``: the reports as tools of a language model."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ipqa.cli.output import IndexOption, err, listening, say, settings_of
from ipqa.errors import ExtraMissing

if TYPE_CHECKING:
    from mcp.server.mcpserver import MCPServer

    from ipqa.settings import Settings

app = typer.Typer()


@app.command(
    help=say(
        "言語モデルに報告書を調べさせる MCP サーバーを、標準入出力で動かします。",
        "Serve the reports to language models over MCP, on standard input and output.",
    )
)
def mcp(
    index: IndexOption = None,
    *,
    http: Annotated[
        bool,
        typer.Option(
            "--http", help=say("HTTP(streamable HTTP)で動かします", "Serve over streamable HTTP")
        ),
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            help=say("待ち受けるアドレス(--http のとき)", "Address, with --http"),
            show_default="127.0.0.1",
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            help=say("ポート番号(--http のとき)", "Port, with --http"), show_default="8000"
        ),
    ] = None,
) -> None:
    """Serve the tools until the client hangs up or it is interrupted.

    Standard output belongs to the protocol; whatever a person is told goes to standard error.
    """
    if not http and (host is not None or port is not None):
        raise typer.BadParameter(
            say(
                "--host と --port は --http と一緒に指定してください。",
                "--host and --port need --http.",
            )
        )
    if find_spec("mcp") is None:
        raise ExtraMissing(packages="mcp", extra="mcp")
    settings = settings_of(index=index, host=host, port=port)
    if http:
        from ipqa.server.guard import require_key  # noqa: PLC0415

        require_key(settings)
    from ipqa.assistant import Assistant  # noqa: PLC0415
    from ipqa.current import CurrentAssistant  # noqa: PLC0415
    from ipqa.mcp.server import create_server  # noqa: PLC0415

    current = CurrentAssistant(settings, Assistant.open)
    current.catch_up()
    current.require_ready()
    server = create_server(lambda: current.assistant)
    with current.following():
        if http:
            _serve_http(server, settings)
        else:
            server.run("stdio")


def _serve_http(server: "MCPServer[Any]", settings: "Settings") -> None:
    """Serve over streamable HTTP; each request stands by itself, and is let in as ``ipqa serve`` does."""
    from starlette.middleware.base import BaseHTTPMiddleware  # noqa: PLC0415

    from ipqa.records.database import Database  # noqa: PLC0415
    from ipqa.server import serving  # noqa: PLC0415
    from ipqa.server.guard import Guard, whole_index_only  # noqa: PLC0415
    from ipqa.server.traces import TraceParent  # noqa: PLC0415
    from ipqa.telemetry import tracing_of  # noqa: PLC0415

    listener, place = listening(settings)
    err.print(say(f"MCP: {place}/mcp (終了は Ctrl-C)", f"MCP: {place}/mcp (Ctrl-C to stop)"))  # fmt: skip
    served = server.streamable_http_app(stateless_http=True, host=settings.host)
    served.add_middleware(BaseHTTPMiddleware, dispatch=whole_index_only)
    guard = Guard(settings, Database.of(settings), keyed=("/mcp",))
    served.add_middleware(BaseHTTPMiddleware, dispatch=guard)
    served.add_middleware(TraceParent, tracing=tracing_of(settings))
    serving.serve(served, settings, listener)
