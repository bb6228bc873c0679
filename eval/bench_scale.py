"""What an index costs from a thousand passages to a million (`make bench-scale`).

Written to `eval/bench/scale.json` and into `docs/scaling.md`.

What is real: sentences and passages of the reports in `training/` and, where `../shared/data/jaquad` is there, of
Wikipedia articles, embedded by the shipped model. They make an index of their own, of which recall is told. The sizes
above are made of them: reports of passages drawn from the real ones, whose vectors are mixed with those of others and
whose words are exchanged for others as frequent words are, some for words that no other report holds. Texts repeat
every twenty reports. Nothing is embedded for that, so that what is timed is all but the embedding.

Each index is opened in a process of its own. Milliseconds are given twice: as they passed, and as the processor
worked; on a machine with other work the second is what an idle one would take.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.pages import table_of_sizes, write_between
from ipqa import __version__
from ipqa.embedding import Vectors, load_model
from ipqa.index.arrays import write_array
from ipqa.index.build import build_index
from ipqa.index.files import seal
from ipqa.index.generations import ReportRecord
from ipqa.index.legs import Dense
from ipqa.index.lexical import Postings
from ipqa.index.making import recipe_of
from ipqa.index.on_disk import OnDisk
from ipqa.index.readings import Cut, Readings, Recipe
from ipqa.index.sketch import sketched
from ipqa.index.store import open_index, write_generation
from ipqa.japanese import content_words
from ipqa.passages import Passage, Sentence
from ipqa.reports.model import Block, Report, Section, Span
from ipqa.retrieval import proposed
from ipqa.settings import SHIPPED_MODEL, Settings

ROOT = Path(__file__).resolve().parents[1]
JAQUAD = ROOT.parent / "shared" / "data" / "jaquad" / "data"
BENCH = ROOT / "eval" / "bench"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
REPORTS = 1_000
"""So many reports at the most; a hundred passages in each where there are fewer."""

ARTICLES = 72
QUESTIONS = 200
COMPARED = 60
"""Questions whose ten nearest are looked for among all vectors, to tell the recall."""

PAGE = ROOT / "docs" / "scaling.md"
BEGIN, END = "<!-- scale: written by make bench-scale -->", "<!-- end of scale -->"

ROWS = (
    ("sentences", "{sentences:,}"),
    ("reports", "{reports:,}"),
    ("on the disk, MB", "{index_mb:,}"),
    ("put together, s", "{build_s:,.1f} / {build_worked_s:,.1f}"),
    ("opened, s", "{open_s:,.2f} / {open_worked_s:,.2f}"),
    ("dense, p50, ms", "{dense[passed_p50]:,.1f} / {dense[worked_p50]:,.1f}"),
    ("lexical, p50, ms", "{lexical[passed_p50]:,.1f} / {lexical[worked_p50]:,.1f}"),
    ("both, p50, ms", "{both[passed_p50]:,.1f} / {both[worked_p50]:,.1f}"),
    ("both, p95, ms", "{both[passed_p95]:,.1f} / {both[worked_p95]:,.1f}"),
    (
        "both in one report, p50, ms",
        "{one_report[passed_p50]:,.1f} / {one_report[worked_p50]:,.1f}",
    ),
    ("recall@10 of the dense search", "{recall_at_10:.3f}"),
    ("memory of its own, MB", "{after_asking[anonymous_mb]:,}"),
    ("with what is mapped, MB", "{after_asking[resident_mb]:,}"),
    ("one report taken out, s", "{change_s:,.1f} / {change_worked_s:,.1f}"),
)

TEMPLATES = 20
KEPT_WORDS, NEW_WORDS = 0.7, 0.005
NEAREST, DEPTH = 10, 200


@dataclass(frozen=True)
class RealPassage:
    """A passage of a real report: its text, its words, and its sentences with their vectors."""

    text: str
    words: tuple[str, ...]
    sentences: tuple[str, ...]
    vectors: Vectors


# what is real


def articles(folder: Path) -> list[str]:
    """Write articles of JaQuAD as reports into a folder, and return the questions that were asked of them."""
    found: dict[str, list[str]] = {}
    asked: dict[str, list[str]] = {}
    for path in sorted(JAQUAD.glob("*/*.json")):
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            paragraphs = found.setdefault(article["title"], [])
            for paragraph in article["paragraphs"]:
                paragraphs.append(paragraph["context"].replace("\n", " "))
                questions = [question["question"] for question in paragraph["qas"]]
                asked.setdefault(article["title"], []).extend(questions)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = list(found)[:ARTICLES]
    for number, title in enumerate(chosen):
        text = "\n\n".join(found[title])
        (folder / f"{number:04d}.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
    return [question for title in chosen for question in asked[title]]


def real_index(folder: Path) -> tuple[Settings, list[str]]:
    """An index of all that is real, made as ipqa makes one, and questions about it."""
    corpus = folder / "corpus"
    questions = articles(corpus / "jaquad") if JAQUAD.is_dir() else []
    for path in sorted((ROOT / "training" / "data").glob("*/*.md")):
        (corpus / path.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, corpus / path.parent.name)
    for path in sorted((ROOT / "training" / "data").glob("*/questions*.jsonl")):
        lines = path.read_text(encoding="utf-8").splitlines()
        questions += [json.loads(line)["question"] for line in lines]
    settings = Settings(corpus=corpus, index=folder / "index")
    build_index(settings, load_model(SHIPPED_MODEL), lambda step: _tell(step.file))
    chosen = np.random.RandomState(0).permutation(len(questions))[:QUESTIONS]
    return settings, [questions[number] for number in chosen]


def real_passages(settings: Settings) -> list[list[RealPassage]]:
    """The passages of each real report."""
    index = open_index(settings.index)
    reports: list[list[RealPassage]] = []
    for passages in index.contents.passages_in(index.reports):
        report = []
        for number in passages:
            passage, rows = index.passages[number], index.sentences_of(number)
            if len(rows):
                text = passage.span.within(index.reports[passage.report].text)
                words = tuple(word.form for word in content_words(passage.indexed_text))
                said = tuple(index.sentences[row].alone for row in rows)
                report.append(RealPassage(text, words, said, index.dense.rows(rows)))
        reports.append(report)
    return [report for report in reports if report]


# what is made of it


def template_of(
    real: Sequence[Sequence[RealPassage]], passages: int, seed: int
) -> list[RealPassage]:
    """So many real passages as a report: of a few real ones, as a report keeps to its subject."""
    chance = np.random.RandomState(seed)
    drawn: list[RealPassage] = []
    while len(drawn) < passages:
        drawn += real[int(chance.randint(len(real)))]
    return drawn[:passages]


def cut_of(template: Sequence[RealPassage]) -> Cut:
    """A report that says what the passages of a template say, cut into them."""
    lines = [sentence for passage in template for sentence in passage.sentences]
    ends = np.cumsum([len(line) + 1 for line in lines])
    spans = [
        Span(int(end) - len(line) - 1, int(end) - 1) for end, line in zip(ends, lines, strict=True)
    ]
    text = "\n".join(lines) + "\n"
    passages, sentences, line = [], [], 0
    for number, passage in enumerate(template):
        own = spans[line : line + len(passage.sentences)]
        span = Span(own[0].start, own[-1].end)
        passages.append(Passage("", "", (), span, f"\n{passage.text}"))
        sentences += [
            Sentence(number, line + n, one, f"\n{passage.sentences[n]}")
            for n, one in enumerate(own)
        ]
        line += len(own)
    whole = Section("", 0, (), Span(0, len(text)))
    blocks = tuple(Block("paragraph", span, 0) for span in spans)
    report = Report("", "", text, "", sha256(text.encode()).hexdigest(), (whole,), blocks)
    return Cut(report, tuple(passages), tuple(sentences))


def mixed(vectors: Vectors, others: Vectors, chance: np.random.RandomState) -> Vectors:
    """Vectors as near to these as sentences of one subject are: each mixed with those of two others."""
    made = vectors.copy()
    for most in (0.6, 0.3):
        share = chance.uniform(0.1, most, (len(vectors), 1)).astype(np.float32)
        made += share * (others[chance.randint(len(others), size=len(vectors))] - made)
    made *= np.linalg.norm(vectors, axis=1, keepdims=True) / np.linalg.norm(
        made, axis=1, keepdims=True
    )
    return made


def exchanged(postings: Postings, report: int, chance: np.random.RandomState) -> Postings:
    """The words of passages, some exchanged for others, as frequent as they are, or for new ones."""
    fate = chance.random_sample(len(postings))
    made = postings.copy()
    other, new = fate > KEPT_WORDS, fate > 1 - NEW_WORDS
    made["word"][other] = postings["word"][chance.randint(len(postings), size=other.sum())]
    made["word"][new] += np.uint64(report + 1)
    made = made[np.lexsort((made["passage"], made["word"]))]
    again = (np.diff(made["word"]) == 0) & (np.diff(made["passage"]) == 0)
    once: Postings = made[np.concatenate([[True], ~again])]
    return once


def make_readings(
    folder: Path, real: Sequence[Sequence[RealPassage]], size: int
) -> list[ReportRecord]:
    """The readings of as many reports as make so many passages: some texts, many vectors and words."""
    count = min(REPORTS, size // 100)
    others = np.concatenate([passage.vectors for report in real for passage in report])
    readings, records, texts = Readings(folder), [], []
    for number in range(count):
        chance = np.random.RandomState(number)
        if number < TEMPLATES:
            template = template_of(real, size // count, number)
            key = f"{number:032x}"
            vectors = np.concatenate([passage.vectors for passage in template])
            readings.write(key, cut_of(template), [passage.words for passage in template], vectors)
            texts.append(key)
        else:
            like = texts[number % TEMPLATES]
            key = _vary(readings, like, number, others, chance)
        starts = readings.outline(key).starts
        records.append(
            ReportRecord(
                id=f"r{number:04d}",
                source=f"r{number:04d}.md",
                origin=f"r{number:04d}.md",
                added=False,
                digest=sha256(key.encode()).hexdigest(),
                reading=key,
                files=readings.sealed(key) or {},
                passages=len(starts) - 1,
                sentences=starts[-1],
            )
        )
        _tell(f"{number + 1}/{count}")
    return records


def _vary(
    readings: Readings, like: str, number: int, others: Vectors, chance: np.random.RandomState
) -> str:
    """A reading with the text of another, and vectors and words of its own."""
    key = f"{number:032x}"
    folder = readings.path(key, "")
    folder.mkdir()
    for path in readings.path(like, "").iterdir():
        if path.suffix != ".npy" and path.name != "seal.json":
            (folder / path.name).hardlink_to(path)
    vectors = mixed(readings.vectors(like), others, chance)
    write_array(folder / "vectors.npy", vectors)
    write_array(folder / "sketches.npy", sketched(vectors))
    write_array(folder / "words.npy", exchanged(readings.words(like), number, chance))
    records = {name: record.model_dump() for name, record in seal(folder).items()}
    (folder / "seal.json").write_text(json.dumps(records), encoding="utf-8")
    return key


# what is measured


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that passed and that the processor worked."""
    started, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - worked


def spread(taken: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Median and 95th percentile, in milliseconds as they passed and as the processor worked."""
    found = {}
    for name, values in zip(("passed", "worked"), zip(*taken, strict=True), strict=True):
        milliseconds = [1000 * value for value in values]
        found[f"{name}_p50"] = round(statistics.median(milliseconds), 1)
        found[f"{name}_p95"] = round(statistics.quantiles(milliseconds, n=20)[-1], 1)
    return found


def resident() -> dict[str, int]:
    """Megabytes of the process that are in memory, and those of them that no file holds."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    sizes = dict(line.split(":", 1) for line in status.splitlines())
    return {
        name: int(sizes[field].split()[0]) // 1024
        for name, field in (("resident_mb", "VmRSS"), ("anonymous_mb", "RssAnon"))
    }


def measure(folder: Path, asked: Path) -> dict[str, object]:
    """Open an index in this process, ask, and tell what that took."""
    opened = timed(lambda: open_index(folder))
    index = open_index(folder)
    after_open = resident()
    held = np.load(asked.with_suffix(".npy"))
    words = json.loads(asked.read_text(encoding="utf-8"))
    queries = list(zip(held, words, strict=True))
    one = [index.contents.held[len(index.reports) // 2].record.id]
    rows, passages = index.contents.sentences_in(one), index.contents.passages_in(one)

    def both(query: NDArray[np.float32], said: Sequence[str]) -> None:
        proposed(index, query, said)

    def within(query: NDArray[np.float32], said: Sequence[str]) -> int:
        index.lexical.best(said, DEPTH, passages)
        return len(index.dense.search(query, DEPTH, rows))

    first = timed(lambda: both(*queries[0]))
    for query in queries:
        both(*query)
    return {
        "open_s": round(opened[0], 2),
        "open_worked_s": round(opened[1], 2),
        "first_ms": round(1000 * first[0], 1),
        "dense": spread([timed(lambda q=q: index.dense.search(q, DEPTH)) for q, _ in queries]),  # type: ignore[misc]
        "lexical": spread([timed(lambda w=w: index.lexical.best(w, DEPTH)) for _, w in queries]),  # type: ignore[misc]
        "both": spread([timed(lambda q=q: both(*q)) for q in queries]),  # type: ignore[misc]
        "one_report": spread([timed(lambda q=q: within(*q)) for q in queries]),  # type: ignore[misc]
        "one_report_hits": min(within(*q) for q in queries),
        "one_report_sentences": len(rows[0]),
        "after_open": after_open,
        "after_asking": resident(),
        "recall_at_10": recall(index.dense, held[:COMPARED]),
    }


def recall(dense: Dense, queries: Vectors) -> float:
    """Of the ten nearest sentences to a question among all, the share that a search finds."""
    best = np.full((len(queries), NEAREST), -np.inf, dtype=np.float32)
    for first in range(0, len(dense), 20_000):
        rows = range(first, min(first + 20_000, len(dense)))
        products = queries @ dense.rows(rows).T
        both = np.concatenate([best, products], axis=1)
        best = np.partition(both, -NEAREST, axis=1)[:, -NEAREST:]
    found = 0
    for query, nearest in zip(queries, best, strict=True):
        scores = [score for _, score in dense.search(query, NEAREST)]
        found += sum(score >= nearest.min() - 1e-5 for score in scores)
    return round(float(found) / (len(queries) * NEAREST), 4)


def measured_apart(folder: Path, asked: Path) -> dict[str, object]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "eval.bench_scale", "--measure", str(folder), str(asked)]
    said = subprocess.run(  # noqa: S603 - itself
        command, check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout
    found: dict[str, object] = json.loads(said)
    return found


def bench(
    size: int, real: Sequence[Sequence[RealPassage]], recipe: Recipe, asked: Path
) -> dict[str, object]:
    """An index of so many passages: made, asked, and made again without one of its reports."""
    folder = BENCH / "work" / str(size)
    shutil.rmtree(folder, ignore_errors=True)
    records = make_readings(folder, real, size)
    made = timed(lambda: write_generation(folder, records, recipe, __version__, _as_it_is))
    result = {
        "passages": sum(record.passages for record in records),
        "sentences": sum(record.sentences for record in records),
        "reports": len(records),
        "build_s": round(made[0], 2),
        "build_worked_s": round(made[1], 2),
        "index_mb": sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) >> 20,
        **measured_apart(folder, asked),
    }
    half = len(records) // 2
    rest = [*records[:half], *records[half + 1 :]]
    changed = timed(lambda: write_generation(folder, rest, recipe, __version__, _as_it_is))
    shutil.rmtree(folder)
    return result | {"change_s": round(changed[0], 2), "change_worked_s": round(changed[1], 2)}


def _as_it_is(_: str) -> None:
    """Put a generation in force unasked: what is made up is found by no model."""


def real_recall(settings: Settings, real_folder: Path, asked: Path) -> dict[str, object]:
    """The recall of the approximate search on nothing but real vectors."""
    index = open_index(settings.index)
    target = real_folder / "approximate"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(settings.index / "readings", target / "readings")
    write_generation(
        target, index.manifest.reports, index.manifest.recipe, __version__, _as_it_is, OnDisk(0)
    )
    queries = np.load(asked.with_suffix(".npy"))
    return {
        "sentences": len(index.dense),
        "questions": len(queries),
        "recall_at_10": recall(open_index(target).dense, queries),
    }


def prepared() -> tuple[Settings, Recipe, Path]:
    """The index of all that is real, how it was made, and the questions: a file of words, and one of vectors."""
    settings, questions = real_index(BENCH / "work" / "real")
    asked = BENCH / "work" / "asked.json"
    model = load_model(SHIPPED_MODEL)
    np.save(asked.with_suffix(".npy"), model.embed_queries(questions))
    words = [[word.form for word in content_words(question)] for question in questions]
    asked.write_text(json.dumps(words), encoding="utf-8")
    return settings, recipe_of(settings, model), asked


def main() -> None:
    """Measure every size, print a line for each, and write them all down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="passages")
    parser.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(*arguments.measure)))
        return
    settings, recipe, asked = prepared()
    result: dict[str, object] = {"real": real_recall(settings, BENCH / "work" / "real", asked)}
    print(result["real"])
    real, sizes = real_passages(settings), []
    for size in arguments.sizes:
        sizes.append(bench(size, real, recipe, asked))
        print(json.dumps(sizes[-1], indent=1), flush=True)
        (BENCH / "scale.json").write_text(
            json.dumps(result | {"sizes": sizes}, indent=2) + "\n", encoding="utf-8"
        )
        write_between(PAGE, BEGIN, END, table_of_sizes(sizes, ROWS))


def kept() -> list[dict[str, object]]:
    """What was measured last."""
    sizes: list[dict[str, object]] = json.loads((BENCH / "scale.json").read_text("utf-8"))["sizes"]
    return sizes


def _tell(step: str) -> None:
    print(f"\r{step}   ", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
