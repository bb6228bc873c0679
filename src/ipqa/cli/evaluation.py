"""``ipqa eval``: measure answers against gold questions, compare runs, and gate releases on them."""

import json as json_module
import sys
import tempfile
from collections.abc import Sequence
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from ipqa.cli.evaluating import (
    asking_progress,
    gate,
    indexed,
    print_comparison,
    print_scores,
    thresholds_of,
    worsening,
)
from ipqa.cli.output import IndexOption, JsonOption, ReaderOption, err, out, say, settings_of
from ipqa.errors import ExtraMissing
from ipqa.settings import message_language

if TYPE_CHECKING:
    from ipqa.evaluation.run import Record
    from ipqa.evaluation.scores import Score

app = typer.Typer(no_args_is_help=True)

_TREC_DEPTH = 100


class _Retriever(StrEnum):
    """Which legs of retrieval take part."""

    fused = "fused"
    dense = "dense"
    lexical = "lexical"


class _Answerer(StrEnum):
    """How the assistant is to answer."""

    auto = "auto"
    extractive = "extractive"
    generative = "generative"


class _Format(StrEnum):
    """What the questions are written in."""

    gold = "gold"
    squad = "squad"
    beir = "beir"


_Gold = Annotated[
    Path, typer.Argument(help=say("正解つき質問(JSON Lines)", "Gold questions (JSON lines)"))
]
_Out = Annotated[
    Path | None,
    typer.Option("--out", help=say("結果を書き出すフォルダ", "Folder to write the run to")),
]
_FailUnder = Annotated[
    list[str] | None,
    typer.Option(
        metavar="METRIC=VALUE",
        help=say(
            "この値を下回ったら終了コード1", "Exit with 1 where the metric is below the value"
        ),
    ),
]


@app.command(help=say("質問に答えさせ、採点します。", "Ask the questions and measure the answers."))
def run(  # noqa: PLR0913, PLR0917 - the options of a command
    gold: _Gold,
    index: IndexOption = None,
    folder: _Out = None,
    file_format: Annotated[
        _Format,
        typer.Option(
            "--format",
            help=say(
                "形式(squad と beir は本文から一時的な索引を作ります)",
                "Format (squad and beir are indexed in a folder of their own)",
            ),
        ),
    ] = _Format.gold,
    retriever: Annotated[
        _Retriever, typer.Option(help=say("検索の方式", "Legs of retrieval"))
    ] = _Retriever.fused,
    answerer: Annotated[
        _Answerer, typer.Option(help=say("回答の方式", "How to answer"))
    ] = _Answerer.auto,
    limit: Annotated[
        int | None, typer.Option(min=1, help=say("はじめの何問か", "Only the first questions"))
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help=say("同時に尋ねる数", "Questions asked at the same time"))
    ] = 1,
    fail_under: _FailUnder = None,
    *,
    reader: ReaderOption = None,
    json: JsonOption = False,
) -> None:
    """Measure the assistant on gold questions."""
    from ipqa.assistant import Assistant  # noqa: PLC0415
    from ipqa.evaluation.gold import check_against, read_conversations  # noqa: PLC0415
    from ipqa.evaluation.run import ask_all  # noqa: PLC0415
    from ipqa.evaluation.speed import cold_start  # noqa: PLC0415
    from ipqa.retrieval import DENSE_WEIGHT  # noqa: PLC0415

    weights = {"fused": DENSE_WEIGHT, "dense": 1.0, "lexical": 0.0}
    thresholds = thresholds_of(fail_under)
    _require_extra()
    if file_format is _Format.squad:
        _run_squad(gold, folder, limit, thresholds, json=json)
        return
    if file_format is _Format.beir:
        _run_beir(gold, limit)
        return
    conversations = read_conversations(gold)
    settings = settings_of(index=index, reader=reader)
    assistant = Assistant.open(settings, dense_weight=weights[retriever])
    check_against(gold, [q for asked in conversations for q in asked], assistant.index.reports)
    with asking_progress(len(conversations[:limit])) as watch:
        records = ask_all(
            assistant, conversations[:limit], mode=answerer.value, workers=workers, watch=watch
        )
    start = cold_start(settings, conversations[0][0].question)
    _finish(records, folder, thresholds, {"ms_cold_start": start}, json=json)


@app.command(
    help=say("別のシステムの回答を採点します。", "Measure answers that another system gave.")
)
def score(  # noqa: PLR0913 - the options of a command
    gold: _Gold,
    answers: Annotated[
        Path,
        typer.Argument(
            help=say(
                '回答(1行に {"id", "answer", "citations"})',
                'Answers (lines of {"id", "answer", "citations"})',
            )
        ),
    ],
    index: IndexOption = None,
    folder: _Out = None,
    fail_under: _FailUnder = None,
    *,
    json: JsonOption = False,
) -> None:
    """Measure answers from a file against gold questions."""
    from ipqa.evaluation.foreign import read_answers  # noqa: PLC0415
    from ipqa.evaluation.gold import check_against, read_gold  # noqa: PLC0415
    from ipqa.evaluation.run import record  # noqa: PLC0415
    from ipqa.index.engines import index_of  # noqa: PLC0415

    thresholds = thresholds_of(fail_under)
    _require_extra()
    questions = read_gold(gold)
    reports = index_of(settings_of(index=index)).reports
    check_against(gold, questions, reports)
    given = read_answers(answers, questions, reports)
    records = [record(question, given[question.id], reports) for question in questions]
    _finish(records, folder, thresholds, {}, json=json)


@app.command(help=say("二つの結果を比べます。", "Compare two runs."))
def compare(
    before: Annotated[
        Path, typer.Argument(help=say("前の結果のフォルダ", "Folder of the first run"))
    ],
    after: Annotated[
        Path, typer.Argument(help=say("後の結果のフォルダ", "Folder of the second run"))
    ],
    no_worse_than: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC=DROP",
            help=say(
                "この幅より悪くなったら終了コード1", "Exit with 1 where the metric fell by more"
            ),
        ),
    ] = None,
    *,
    json: JsonOption = False,
) -> None:
    """Print paired differences and the questions that flipped."""
    from ipqa.evaluation.compare import compare_runs  # noqa: PLC0415
    from ipqa.evaluation.run import read_run  # noqa: PLC0415

    limits = thresholds_of(no_worse_than)
    comparison = compare_runs(read_run(before), read_run(after))
    if json:
        sys.stdout.write(comparison.model_dump_json(indent=2) + "\n")
    else:
        print_comparison(comparison)
    fallen = [
        name
        for name, drop in limits.items()
        if name not in comparison.differences
        or worsening(name) * comparison.differences[name].change > drop
    ]
    gate(fallen)


@app.command(
    help=say("検索の各要素の効き目を表にします。", "Print what each part of retrieval brings.")
)
def ablate(
    gold: _Gold,
    corpus: Annotated[
        Path | None,
        typer.Option(help=say("報告書のフォルダ", "Folder of reports"), show_default="corpus"),
    ] = None,
    *,
    json: JsonOption = False,
) -> None:
    """Print evidence recall by leg and by the length of passages."""
    from ipqa.embedding import model_of  # noqa: PLC0415
    from ipqa.evaluation.ablate import LENGTHS  # noqa: PLC0415
    from ipqa.evaluation.ablate import ablate as measure  # noqa: PLC0415
    from ipqa.evaluation.gold import read_gold  # noqa: PLC0415

    _require_extra()
    questions = read_gold(gold)
    settings = settings_of(corpus=corpus)
    model = model_of(settings)
    with asking_progress(len(LENGTHS)) as watch:
        rows = measure(settings, model, gold, questions, watch=watch)
    if json:
        sys.stdout.write(json_module.dumps([r.model_dump() for r in rows], indent=2) + "\n")
        return
    names = ("evidence_recall@1", "evidence_recall@5", "evidence_recall@10", "mrr@10", "ndcg@10")
    out.print(" ".join(["passages  leg     ", *(f"{name:>18}" for name in names)]))
    for row in rows:
        figures = " ".join(f"{row.scores[name].value:18.3f}" for name in names)
        out.print(f"{row.passage_length:8}  {row.leg:8} {figures}")


@app.command(
    help=say(
        "言語モデルに回答を採点させます(結果は指標とは別)。",
        "Have a language model grade the answers of a run, apart from the scores.",
    )
)
def judge(
    folder: Annotated[Path, typer.Argument(help=say("結果のフォルダ", "Folder of the run"))],
    base_url: Annotated[
        str,
        typer.Option(
            envvar="IPQA_LLM_BASE_URL",
            help=say("OpenAI 互換のアドレス(…/v1)", "OpenAI-compatible address (…/v1)"),
        ),
    ],
    model: Annotated[
        str, typer.Option(envvar="IPQA_LLM_MODEL", help=say("モデルの名前", "Name of the model"))
    ],
    api_key: Annotated[str, typer.Option(envvar="IPQA_LLM_API_KEY", help="API key")] = "",
) -> None:
    """Print the judge's mean grade and its reasons for the low ones."""
    from ipqa.evaluation.judge import judge as ask  # noqa: PLC0415
    from ipqa.evaluation.run import read_run  # noqa: PLC0415

    records = read_run(folder)
    with asking_progress(len(records)) as watch:
        found = ask(records, base_url=base_url, model=model, api_key=api_key, watch=watch)
    if found.grade is not None:
        grade = found.grade
        out.print(
            f"{found.model}: {grade.value:.2f} [{grade.low:.2f}, {grade.high:.2f}] n={grade.n}"
        )
    for opinion in sorted(found.opinions, key=lambda one: one.grade):
        out.print(Text(f"{opinion.grade} {opinion.id}: {opinion.reason}"))
    if found.without:
        names = "、".join(found.without)
        out.print(say(f"採点が得られなかった質問: {names}", f"Without a grade: {names}"))


@app.command(
    help=say(
        "利用者の声から、正解つき質問の下書きを作ります。",
        "Make drafts of gold questions from feedback.",
    )
)
def harvest(
    index: IndexOption = None,
    reviewed: Annotated[
        list[int] | None,
        typer.Option(help=say("確認を終えた声の番号", "Number of a feedback that you reviewed")),
    ] = None,
) -> None:
    """List what waits for review, or print drafts of what was reviewed, one JSON object a line."""
    from ipqa.evaluation.harvest import harvest as drafts  # noqa: PLC0415
    from ipqa.records.database import Database  # noqa: PLC0415
    from ipqa.records.feedback import FeedbackStore  # noqa: PLC0415

    store = FeedbackStore(Database.of(settings_of(index=index)))
    store.mark_reviewed(reviewed or ())
    for waiting in (one for one in store.all() if not one.reviewed):
        mark = (
            say("役に立った", "helpful") if waiting.helpful else say("役に立たない", "not helpful")
        )
        err.print(Text(f"{waiting.id} [{mark}] {waiting.question} {waiting.comment}"))
    for draft in drafts(store):
        sys.stdout.write(json_module.dumps(draft, ensure_ascii=False) + "\n")


def _run_squad(
    path: Path, folder: Path | None, limit: int | None, thresholds: dict[str, float], *, json: bool
) -> None:
    """Measure on SQuAD data: its paragraphs are indexed in a folder that is gone afterwards."""
    from ipqa.evaluation.run import ask_all  # noqa: PLC0415
    from ipqa.evaluation.squad import read_squad  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as place:
        corpus = Path(place) / "corpus"
        corpus.mkdir()
        questions = read_squad(path, corpus, limit)
        assistant = indexed(corpus, Path(place) / "index")
        with asking_progress(len(questions)) as watch:
            records = ask_all(assistant, [[question] for question in questions], watch=watch)
    _finish(records, folder, thresholds, {}, json=json)


def _run_beir(path: Path, limit: int | None) -> None:
    """Measure retrieval on a BEIR folder."""
    from ipqa.evaluation.beir import measure_beir, read_beir  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as place:
        corpus = Path(place) / "corpus"
        corpus.mkdir()
        queries = read_beir(path, corpus, limit=limit)
        scores = measure_beir(indexed(corpus, Path(place) / "index"), queries)
    for name, found in scores.items():
        out.print(f"{name:20} {found.value:9.3f}  [{found.low:.3f}, {found.high:.3f}]  n={found.n}")


@app.command(
    help=say("結果を別の道具の形式で書き出します。", "Write a run in the format of other tools.")
)
def export(
    folder: Annotated[Path, typer.Argument(help=say("結果のフォルダ", "Folder of the run"))],
    index: IndexOption = None,
) -> None:
    """Write ragas.jsonl and, by searching once more, a TREC run beside the answers."""
    from ipqa.assistant import Assistant  # noqa: PLC0415
    from ipqa.evaluation.exports import write_exports  # noqa: PLC0415
    from ipqa.evaluation.run import read_run  # noqa: PLC0415

    records = read_run(folder)
    assistant = Assistant.open(settings_of(index=index))
    ranked = ((r.gold.id, assistant.search(r.gold.question, _TREC_DEPTH)) for r in records)
    write_exports(folder, records, ranked)
    out.print(say(f"書き出しました: {folder}", f"Written: {folder}"))


def _finish(
    records: Sequence["Record"],
    folder: Path | None,
    thresholds: dict[str, float],
    beside: dict[str, "Score"],
    *,
    json: bool,
) -> None:
    """Write and print the scores, with those measured beside, and fail where one is under its threshold."""
    from ipqa.evaluation.page import write_page  # noqa: PLC0415
    from ipqa.evaluation.run import scores_of, write_run  # noqa: PLC0415

    scores = scores_of(records)
    scores.overall.update(beside)
    if folder is not None:
        write_run(folder, records, scores)
        write_page(folder, records, scores, message_language())
    if json:
        sys.stdout.write(scores.model_dump_json(indent=2) + "\n")
    else:
        print_scores(scores, len(records))
    if folder is not None:
        out.print(say(f"書き出しました: {folder}", f"Written: {folder}"))
    gate(
        [
            name
            for name, least in thresholds.items()
            if name not in scores.overall or scores.overall[name].value < least
        ]
    )


def _require_extra() -> None:
    missing = [name for name in ("ir_measures", "matplotlib") if find_spec(name) is None]
    if missing:
        raise ExtraMissing(packages=", ".join(missing), extra="eval")
