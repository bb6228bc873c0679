"""``ipqa build``, ``add``, ``list``, ``remove``, ``rollback`` and ``diff``: which reports can be asked."""

import json as json_module
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from ipqa.cli.output import IndexOption, JsonOption, complain, err, out, say, settings_of
from ipqa.cli.reading import report_named
from ipqa.errors import AnswersUnreadable, EmptyCorpus, NothingInFolder, ReadError
from ipqa.settings import Settings

if TYPE_CHECKING:
    from ipqa.index.builder import BuildResult, Watch
    from ipqa.index.builder import Progress as Step
    from ipqa.reports import SourceFile
    from ipqa.reports.editions import Comparison
    from ipqa.reports.model import Report, Span

EXIT_PARTLY_DONE = 1

app = typer.Typer()


@app.command(
    help=say(
        "報告書を読み、索引を作ります(変わったものだけ読み直します)。",
        "Read reports and build the index; only what changed is read again.",
    )
)
def build(
    corpus: Annotated[
        Path | None,
        typer.Option(
            help=say("報告書のファイルかフォルダ", "A report or a folder of reports"),
            show_default="corpus",
        ),
    ] = None,
    index: IndexOption = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help=say("同時に読み取るプロセスの数", "How many processes read reports side by side"),
            show_default=say(
                "1。--ray ではクラスターの CPU の数", "1; with --ray, processors of the cluster"
            ),
        ),
    ] = None,
    *,
    ray: Annotated[
        bool,
        typer.Option(
            "--ray",
            help=say(
                "RAY_ADDRESS の Ray クラスターに読み取りと埋め込みを任せる(ipqa\\[ray] が必要)",
                "Have the Ray cluster at RAY_ADDRESS read and embed (needs ipqa\\[ray])",
            ),
        ),
    ] = False,
) -> None:
    """Bring the index up to date with the corpus and with what was added."""
    settings = settings_of(corpus=corpus, index=index)
    from ipqa.embedding import model_of  # noqa: PLC0415
    from ipqa.index.build import build_index  # noqa: PLC0415
    from ipqa.index.on_ray import on_ray  # noqa: PLC0415
    from ipqa.index.workers import processes  # noqa: PLC0415

    makers = on_ray(workers) if ray else processes(workers or 1)
    model = model_of(settings)
    with progress() as watch:
        result = build_index(settings, model, watch, makers=makers)
    _tell(result, settings, result.failures)


@app.command(
    help=say(
        "ファイル・フォルダ・アドレス(https://…)の報告書を索引に加えます。",
        "Add the reports in files, folders or at addresses (https://…) to the index.",
    )
)
def add(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar=say("ファイル|フォルダ|URL", "FILE|FOLDER|URL"),
            help=say("加えるもの", "What to add"),
        ),
    ],
    index: IndexOption = None,
) -> None:
    """Copy reports into the library and index them; the other reports stay as they are."""
    settings = settings_of(index=index)
    from ipqa.embedding import model_of  # noqa: PLC0415
    from ipqa.index.build import add_reports  # noqa: PLC0415

    failures: list[ReadError] = []
    model = model_of(settings)
    try:
        with progress() as watch:
            result = add_reports(settings, model, _opened(sources, settings, failures), watch)
    except EmptyCorpus as error:
        raise (failures[0] if failures else error) from error
    _tell(result, settings, [*failures, *result.failures])


@app.command(
    "list", help=say("索引にある報告書の一覧を表示します。", "List the reports in the index.")
)
def list_reports(index: IndexOption = None, *, json: JsonOption = False) -> None:
    """Print every report that can be asked."""
    from ipqa.index.engines import index_of  # noqa: PLC0415

    opened = index_of(settings_of(index=index))
    rows = [
        {
            "id": record.id,
            "title": opened.reports[record.id].title,
            "source": record.source,
            "origin": record.origin,
            "added": record.added,
            "characters": len(opened.reports[record.id].text),
            "warnings": len(opened.reports[record.id].warnings),
        }
        for record in opened.manifest.reports
    ]
    if json:
        sys.stdout.write(json_module.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return
    for row in rows:
        out.print(Text.assemble((str(row["id"]), "bold"), "  ", str(row["title"])))
        size = say(
            f"{row['characters']:,}文字、警告 {row['warnings']:,}",
            f"{row['characters']:,} characters, {row['warnings']:,} warnings",
        )
        out.print(Text(f"    {row['origin']}  {size}", style="dim"))


@app.command(help=say("報告書を索引から外します。", "Take a report out of the index."))
def remove(
    report: Annotated[str, typer.Argument(help=say("報告書の ID", "The report's id"))],
    index: IndexOption = None,
) -> None:
    """Take one report out; its original file is left alone."""
    settings = settings_of(index=index)
    from ipqa.embedding import model_of  # noqa: PLC0415
    from ipqa.index.build import remove_report  # noqa: PLC0415
    from ipqa.index.store import read_manifest  # noqa: PLC0415

    before = {record.id: record for record in read_manifest(settings.index).reports}
    result = remove_report(settings, model_of(settings), report)
    _tell(result, settings, ())
    if not before[report].added:
        out.print(
            say(
                f"{before[report].origin} は報告書のフォルダに残っています。次の `ipqa build` で戻らないようにするには、ファイルを移してください。",
                f"{before[report].origin} is still in the folder of reports; move it away, or the next `ipqa build` brings it back.",
            )
        )


@app.command(
    help=say(
        "索引を、最後に変更する前の状態に戻します。",
        "Put the index back to what it was before its last change.",
    )
)
def rollback(index: IndexOption = None) -> None:
    """Put the generation before the one in force back in force, and say which reports answer now."""
    settings = settings_of(index=index)
    from ipqa.embedding import model_of  # noqa: PLC0415
    from ipqa.index.rollback import roll_back  # noqa: PLC0415

    result = roll_back(settings, model_of(settings))
    created = result.manifest.created
    out.print(
        say(
            f"世代 {result.left} から {result.name}({created} 作成)に戻しました。これからは次の報告書で答えます。",
            f"Back from generation {result.left} to {result.name}, made {created}. These reports are answered from now:",
        )
    )
    for record in result.manifest.reports:
        out.print(Text.assemble("  ", (record.id, "bold"), "  ", (record.origin, "dim")))
    out.print(
        say(
            "動いているサーバーは、再起動しなくても数秒でこの索引に切り替わります。",
            "A server that is running takes it up within seconds, without being started anew.",
        )
    )


@app.command(
    help=say(
        "同じ報告書の二つの版を、文ごとに比べます。",
        "Compare two editions of a report, sentence by sentence.",
    )
)
def diff(
    old: Annotated[
        str, typer.Argument(help=say("古い版の ID かファイル", "Id or file of the old one"))
    ],
    new: Annotated[
        str, typer.Argument(help=say("新しい版の ID かファイル", "Id or file of the new one"))
    ],
    answers: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "保存した回答(`ipqa ask --json` の出力)。その引用だけを調べます",
                "Saved answers (what `ipqa ask --json` printed): only what they cite is examined",
            )
        ),
    ] = None,
    index: IndexOption = None,
    *,
    json: JsonOption = False,
) -> None:
    """Say which sentences, or which cited ones, were kept, moved, changed or are gone."""
    from ipqa.reports.editions import compare  # noqa: PLC0415

    settings = settings_of(index=index)
    before, after = report_named(old, settings), report_named(new, settings)
    cited = _cited(answers, before) if answers is not None else None
    comparison = compare(before, after, cited)
    if json:
        sys.stdout.write(comparison.model_dump_json(indent=2) + "\n")
    else:
        _print_comparison(comparison)


def _opened(
    sources: Sequence[str], settings: Settings, failures: list[ReadError]
) -> Iterator[tuple["SourceFile", str]]:
    """The files that the user named, one at a time, each with where it came from.

    What could not be had is put down among the failures.
    """
    from ipqa.index.library import report_files  # noqa: PLC0415
    from ipqa.reports import open_file  # noqa: PLC0415
    from ipqa.reports.download import download, is_address  # noqa: PLC0415

    limit = settings.max_report_bytes
    for source in sources:
        try:
            if is_address(source):
                yield download(source, max_bytes=limit), source
                continue
            folder = Path(source).is_dir()
            paths = list(report_files(Path(source))) if folder else [Path(source)]
            if not paths:
                failures.append(NothingInFolder(path=source))
        except ReadError as error:
            failures.append(error)
            continue
        for path in paths:
            try:
                yield open_file(path, max_bytes=limit), str(path.resolve())
            except ReadError as error:
                failures.append(error)


def _cited(path: Path, report: "Report") -> list["Span"]:
    """The stretches of a report that saved answers cite: JSON documents, one after the other."""
    from ipqa.reports.editions import quoted_spans  # noqa: PLC0415

    try:
        text = path.read_text(encoding="utf-8")
        answers = list(_documents(text))
        quotes = [
            (citation["quote"], citation["start"], citation["end"])
            for answer in answers
            for citation in answer["citations"]
            if citation["report"] == report.id and answer["answered"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AnswersUnreadable(path=path, reason=str(error)) from error
    return quoted_spans(report, quotes)


def _documents(text: str) -> Iterator[dict[str, Any]]:
    decoder = json_module.JSONDecoder()
    position = 0
    while position < len(text.rstrip()):
        start = len(text) - len(text[position:].lstrip())
        document, position = decoder.raw_decode(text, start)
        yield from document if isinstance(document, list) else [document]


def _tell(result: "BuildResult", settings: Settings, failures: Sequence[ReadError]) -> None:
    """What a build came to: what the index holds, what was done for it, and what could not be read."""
    counts = result.manifest.counts
    numbers = say(
        f"報告書 {counts['reports']:,} 件、段落 {counts['passages']:,}、文 {counts['sentences']:,}",
        f"{counts['reports']:,} reports, {counts['passages']:,} passages, {counts['sentences']:,} sentences",
    )
    work = say(
        f"新しく読んだもの {len(result.read):,} 件、前回のまま {len(result.reused):,} 件、外したもの {len(result.gone):,} 件",
        f"{len(result.read):,} read, {len(result.reused):,} as before, {len(result.gone):,} taken out",
    )
    if result.rebuilt:
        out.print(say(f"索引を更新しました: {numbers} → {settings.index}", f"Index updated: {numbers} → {settings.index}"))  # fmt: skip
    else:
        out.print(say(f"索引は最新です: {numbers}", f"The index is up to date: {numbers}"))
    out.print(f"  {work}")
    for failure in failures:
        complain(say("読めませんでした: ", "Not read: "), failure)
    if failures:
        raise typer.Exit(EXIT_PARTLY_DONE)


def _print_comparison(comparison: "Comparison") -> None:
    counts = comparison.counts()
    out.print(
        say(
            f"{comparison.old} → {comparison.new}: そのまま {counts['kept']:,}、場所が変わった {counts['moved']:,}、"
            f"書き換わった {counts['changed']:,}、なくなった {counts['gone']:,}、新しく加わった {comparison.only_new:,}(文)",
            f"{comparison.old} → {comparison.new}: {counts['kept']:,} kept, {counts['moved']:,} moved, "
            f"{counts['changed']:,} changed, {counts['gone']:,} gone, {comparison.only_new:,} new (sentences)",
        )
    )
    names = {
        "moved": say("場所が変わった", "moved"),
        "changed": say("書き換わった", "changed"),
        "gone": say("なくなった", "gone"),
    }
    for sentence in comparison.sentences:
        if sentence.fate == "kept":
            continue
        out.print(Text(f"\n[{names[sentence.fate]}] {' › '.join(sentence.section)}", style="cyan"))
        out.print(Text(f"  - {sentence.text}"))
        if sentence.fate == "moved":
            out.print(Text(f"  + {' › '.join(sentence.new_section or ())}"))
        elif sentence.new_text is not None:
            out.print(Text(f"  + {sentence.new_text}"))


@contextmanager
def progress() -> Iterator["Watch"]:
    """A bar over the bytes of the files, with the rate in sentences and the time left."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    started = time.monotonic()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}% {task.fields[rate]}"),
        TimeRemainingColumn(),
        console=err,
    ) as bar:
        task = bar.add_task("", visible=False, rate="")

        def watch(step: "Step") -> None:
            rate = step.sentences / max(time.monotonic() - started, 0.001)
            bar.update(
                task,
                description=step.file,
                completed=step.done,
                total=step.total,
                rate=say(f"{rate:,.0f} 文/秒", f"{rate:,.0f} sentences/s"),
                visible=True,
            )

        yield watch
