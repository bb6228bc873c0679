"""``ipqa bench``: how fast the user's own index answers on the machine at hand."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ipqa.cli.output import IndexOption, JsonOption, ReaderOption, out, say, settings_of

if TYPE_CHECKING:
    from ipqa.evaluation.scores import Score
    from ipqa.evaluation.speed import Speed

app = typer.Typer()


@app.command(
    help=say(
        "自分の索引で、回答時間・起動時間・メモリを測ります。質問は報告書の文から作ります。",
        "Measure answer time, cold start and memory on your own index; questions are made of its reports.",
    )
)
def bench(
    index: IndexOption = None,
    questions: Annotated[
        int, typer.Option(min=1, help=say("質問の数(最大)", "Questions at the most"))
    ] = 50,
    *,
    reader: ReaderOption = None,
    json: JsonOption = False,
) -> None:
    """Print how long answers take, a fresh process included, and the memory."""
    from ipqa.cli.evaluating import asking_progress  # noqa: PLC0415
    from ipqa.evaluation.speed import measure_speed  # noqa: PLC0415

    settings = settings_of(index=index, reader=reader)
    with asking_progress(questions) as watch:
        found = measure_speed(settings, questions, watch)
    if json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        _print(found)


def _print(found: "Speed") -> None:
    out.print(say(f"{found.questions:,} 問", f"{found.questions:,} questions"))
    names = {
        "ms_p50": say("回答時間 中央値", "answer, median"),
        "ms_p95": say("回答時間 95%点", "answer, 95th percentile"),
        "ms_cold_start": say("起動から最初の回答まで", "fresh process to its answer"),
    }
    width = max(map(_columns, names.values()))
    for key, name in names.items():
        out.print(f"{_padded(name, width)} {_told(found.scores[key])}")
    out.print(f"{_padded(say('メモリ', 'memory'), width)} {found.memory_mb:10,.0f} MB")


def _told(score: "Score") -> str:
    return f"{score.value:10,.0f} ms  [{score.low:,.0f}, {score.high:,.0f}]"


def _padded(name: str, width: int) -> str:
    return name + " " * (width - _columns(name))


def _columns(name: str) -> int:
    """How many columns of a terminal a name takes: a Japanese character takes two."""
    from rich.cells import cell_len  # noqa: PLC0415

    return cell_len(name)
