"""What an index costs whose vectors and words Milvus keeps (`make bench-milvus`), written to `eval/bench/milvus.json`.

The reports are those of `bench_scale`, which tells what is real in them; here they are loaded into Milvus Lite, in
this process, or with `--url` into any Milvus, and asked the same questions by a process of its own. Where a size does
not fit (`--sizes 1000000`), the error is told and the sizes before it are kept.

    SIZES="10000 100000" make bench-milvus
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.bench_scale import (
    BENCH,
    COMPARED,
    DEPTH,
    ROOT,
    RealPassage,
    make_readings,
    prepared,
    real_passages,
    recall,
    resident,
    spread,
    timed,
)
from eval.pages import table_of_sizes, write_between
from ipqa import __version__
from ipqa.index.engines import engine_of, index_of
from ipqa.index.generations import ReportRecord, generation_folder, read_pointer
from ipqa.index.milvus.engine import Written
from ipqa.index.readings import Recipe
from ipqa.index.store import write_generation
from ipqa.settings import Settings

RESULTS = BENCH / "milvus.json"
WORK = BENCH / "work" / "milvus"
SIZES = (10_000,)
BEGIN, END = "<!-- milvus: from make bench-milvus -->", "<!-- end of milvus -->"
PAGE = ROOT / "docs" / "scaling.md"

ROWS = (
    ("sentences", "{sentences:,}"),
    ("loaded, s", "{load_s:,.0f} / {load_worked_s:,.0f}"),
    ("rows in a second", "{rows_a_second:,}"),
    ("at Milvus Lite on the disk, MB", "{milvus_mb:,}"),
    ("in the folder of the index, MB", "{folder_mb:,}"),
    ("most memory while it loads, MB", "{load_mb:,}"),
    ("opened, s", "{open_s:,.1f} / {open_worked_s:,.1f}"),
    ("first question, s", "{first_s:,.1f}"),
    ("dense, p50, ms", "{dense[passed_p50]:,.0f} / {dense[worked_p50]:,.0f}"),
    ("lexical, p50, ms", "{lexical[passed_p50]:,.0f} / {lexical[worked_p50]:,.0f}"),
    ("both, p50, ms", "{both[passed_p50]:,.0f} / {both[worked_p50]:,.0f}"),
    ("both, p95, ms", "{both[passed_p95]:,.0f} / {both[worked_p95]:,.0f}"),
    (
        "both in one report, p50, ms",
        "{one_report[passed_p50]:,.0f} / {one_report[worked_p50]:,.0f}",
    ),
    ("recall@10 of the dense search", "{recall_at_10:.3f}"),
    ("memory of its own, MB", "{after_asking[anonymous_mb]:,}"),
)


def load(settings: Settings, records: Sequence[ReportRecord], recipe: Recipe) -> dict[str, object]:
    """Write a generation to Milvus; what that took."""
    engine = engine_of(settings)
    taken = timed(
        lambda: write_generation(
            settings.index, records, recipe, __version__, lambda _: None, engine
        )
    )
    name = read_pointer(settings.index).name
    told = (generation_folder(settings.index, name) / "milvus.json").read_bytes()
    written = Written.model_validate_json(told)
    return {
        "passages": sum(record.passages for record in records),
        "sentences": written.sentences,
        "reports": len(records),
        "load_s": round(taken[0], 1),
        "load_worked_s": round(taken[1], 1),
        "rows_a_second": round((written.sentences + written.passages) / taken[0]),
        "load_mb": peak(),
        "milvus_mb": size_of(WORK / "milvus.db"),
        "folder_mb": size_of(settings.index),
    }


def ask(settings: Settings, asked: Path) -> dict[str, object]:
    """Open an index in this process, ask, and tell what that took."""
    opened = timed(lambda: index_of(settings))
    index = index_of(settings)
    held: NDArray[np.float32] = np.load(asked.with_suffix(".npy"))
    words = json.loads(asked.read_text(encoding="utf-8"))
    queries = list(zip(held, words, strict=True))
    one = [index.contents.held[len(index.reports) // 2].record.id]
    rows, passages = index.contents.sentences_in(one), index.contents.passages_in(one)

    def both(query: NDArray[np.float32], said: Sequence[str]) -> None:
        index.dense.search(query, DEPTH)
        index.lexical.best(said, DEPTH)

    def within(query: NDArray[np.float32], said: Sequence[str]) -> None:
        index.dense.search(query, DEPTH, rows)
        index.lexical.best(said, DEPTH, passages)

    first = timed(lambda: both(*queries[0]))
    return {
        "open_s": round(opened[0], 2),
        "open_worked_s": round(opened[1], 2),
        "first_s": round(first[0], 2),
        "dense": spread([timed(lambda q=q: index.dense.search(q, DEPTH)) for q, _ in queries]),  # type: ignore[misc]
        "lexical": spread([timed(lambda w=w: index.lexical.best(w, DEPTH)) for _, w in queries]),  # type: ignore[misc]
        "both": spread([timed(lambda q=q: both(*q)) for q in queries]),  # type: ignore[misc]
        "one_report": spread([timed(lambda q=q: within(*q)) for q in queries]),  # type: ignore[misc]
        "after_asking": resident(),
        "recall_at_10": recall(index.dense, held[:COMPARED]),
    }


def peak() -> int:
    """The most megabytes that this process had in memory."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) // 1024


def size_of(folder: Path) -> int:
    """Megabytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) >> 20


def in_a_process(step: str, size: int, url: str, asked: Path) -> dict[str, object]:
    """A step in a process of its own: memory is then the step's alone, and no other has Milvus Lite's file open."""
    command = [sys.executable, "-m", "eval.bench_milvus", "--step", step, "--sizes", str(size)]
    said = subprocess.run(  # noqa: S603 - itself
        [*command, "--url", url, "--asked", str(asked)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ).stdout
    found: dict[str, object] = json.loads(said.splitlines()[-1])
    return found


def bench(
    size: int, real: Sequence[Sequence[RealPassage]], recipe: Recipe, url: str, asked: Path
) -> dict[str, object]:
    """An index of so many passages: its readings made, loaded, and asked."""
    shutil.rmtree(WORK, ignore_errors=True)
    records = make_readings(WORK / "index", real, size)
    told = {"recipe": recipe.model_dump(), "records": [r.model_dump() for r in records]}
    (WORK / "records.json").write_text(json.dumps(told), encoding="utf-8")
    loaded = in_a_process("load", size, url, asked)
    result = loaded | in_a_process("ask", size, url, asked)
    shutil.rmtree(WORK)
    return result


def perform(step: str, url: str, asked: Path) -> None:
    """Do a step in this process, and print what it came to."""
    settings = Settings(index=WORK / "index", index_url=url)
    if step == "ask":
        print(json.dumps(ask(settings, asked)))
        return
    told = json.loads((WORK / "records.json").read_text(encoding="utf-8"))
    records = [ReportRecord.model_validate(record) for record in told["records"]]
    print(json.dumps(load(settings, records, Recipe.model_validate(told["recipe"]))))


def kept() -> list[dict[str, object]]:
    """What was measured last."""
    sizes: list[dict[str, object]] = json.loads(RESULTS.read_text(encoding="utf-8"))["sizes"]
    return sizes


def main() -> None:
    """Measure every size, and write each down as soon as it is measured, here and into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="passages")
    parser.add_argument("--url", default=f"milvus-lite://{WORK}/milvus.db", help="IPQA_INDEX_URL")
    parser.add_argument("--step", choices=["load", "ask"], help=argparse.SUPPRESS)
    parser.add_argument("--asked", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        perform(arguments.step, arguments.url, arguments.asked)
        return
    settings, recipe, asked = prepared()
    real = real_passages(settings)
    sizes: list[dict[str, object]] = []
    for size in arguments.sizes:
        try:
            sizes.append(bench(size, real, recipe, arguments.url, asked))
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"{size:,} passages do not fit: {error}", file=sys.stderr)
            break
        print(json.dumps(sizes[-1], indent=1), flush=True)
        measured = {"url": arguments.url.partition(":")[0], "cores": os.cpu_count(), "sizes": sizes}
        RESULTS.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
        write_between(PAGE, BEGIN, END, table_of_sizes(sizes, ROWS))


if __name__ == "__main__":
    main()
