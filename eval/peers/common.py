"""What every comparison shares: the embedding model, the pieces of a peer, and how they are measured.

A peer's script is run in an environment of its own and prints one JSON object:

    python -m eval.peers.langchain_faiss measure corpus eval/gold/dev.jsonl

It builds each variant once, asks every answerable question of each of its legs, and then has fresh processes open
the saved index and ask one question (`open`, which the script runs itself).
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path

from ipqa.embedding import EmbeddingModel, Vectors, load_model
from ipqa.settings import SHIPPED_MODEL

DEPTH = 30
"""So many pieces are retrieved; the shortest ones, lines, then fill the characters that are looked at."""

CHARACTERS = 1500
FRESH_RUNS = 5
WARM_UP = "この報告書は何について書かれていますか。"

JAPANESE_SEPARATORS = ["\n\n", "\n", "。", "！", "？", "、"]
"""Where someone who knows that Japanese has no spaces has text cut, the best place first."""


class Embedder:
    """The embedding model that is installed with ipqa, which notes how long it has worked.

    Loaded when it is first needed: a search by words alone does without.
    """

    def __init__(self) -> None:
        self.seconds = 0.0

    @cached_property
    def _model(self) -> EmbeddingModel:
        return load_model(SHIPPED_MODEL)

    @property
    def fingerprint(self) -> str:
        """Names the weights."""
        return self._model.fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._model.dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, one row each."""
        return self._timed(self._model.embed_queries, texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that are to be found, one row each."""
        return self._timed(self._model.embed_passages, texts)

    def _timed(self, embed: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> Vectors:
        started = time.perf_counter()
        try:
            return embed(texts)
        finally:
            self.seconds += time.perf_counter() - started


Search = Callable[[str], list[str]]
"""A question to the texts that are retrieved for it, the best first."""

Needs = tuple[str, list[str]]
"""A question and the snippets that are to be retrieved for it."""

Build = Callable[[Path, Path, Embedder], None]
"""Reads the corpus at the first path and saves an index in the folder at the second."""

Open = Callable[[Path, Embedder], Search]
"""Opens what was saved in a folder."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of cutting and storing the text.

    Attributes:
        build: makes the index that all legs open.
        legs: what it is searched by, and how that is opened.
        commands: what a user would type instead: a command for a folder and a question.
    """

    name: str
    build: Build
    legs: Mapping[str, Open]
    commands: Mapping[str, Callable[[Path, str], list[str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one leg or command.

    Attributes:
        evidence: share of the questions whose evidence was found.
        fresh_seconds: a fresh process from its start to its end, with one question; median.
        beyond_embedding_ms: a query in a warm process less the embedding of the question; median.
        memory_mb: the most memory that the fresh process took; median.
    """

    variant: str
    leg: str
    evidence: float | None
    fresh_seconds: float
    beyond_embedding_ms: float | None
    memory_mb: float | None


def texts_of(corpus: Path) -> list[str]:
    """The text of every file of a corpus, as it stands in the file."""
    files = [corpus] if corpus.is_file() else sorted(filter(Path.is_file, corpus.rglob("*")))
    return [path.read_text(encoding="utf-8") for path in files]


def answerable(gold: Path) -> list[Needs]:
    """The questions of a file that the report answers; not those of dialogues, which lean on each other.

    Read as it stands: `ipqa.evaluation.gold`, with which `bench` has checked it, needs all that ipqa is made of.
    """
    lines = map(json.loads, filter(str.strip, gold.read_text(encoding="utf-8").splitlines()))
    return [(line["question"], line["evidence"]) for line in lines if line.get("answerable")]


def finds_evidence(retrieved: Iterable[str], evidence: Iterable[str]) -> bool:
    """Whether every snippet of evidence stands in the first characters retrieved, white space and NFKC aside."""
    from ipqa.evaluation.matching import flat  # noqa: PLC0415 - a fresh process needs no evaluation

    seen = flat("\n".join(retrieved)[:CHARACTERS])
    return all(flat(snippet) in seen for snippet in evidence)


def main(variants: Sequence[Variant]) -> None:
    """Do what the command line says, and print one JSON object."""
    parser = argparse.ArgumentParser()
    actions = parser.add_subparsers(dest="action", required=True)
    measuring = actions.add_parser("measure", help="measure every variant")
    measuring.add_argument("corpus", type=Path)
    measuring.add_argument("gold", type=Path, nargs="+")
    opening = actions.add_parser("open", help="open a saved index and ask one question")
    opening.add_argument("folder", type=Path)
    opening.add_argument("variant")
    opening.add_argument("leg")
    opening.add_argument("question")
    given = parser.parse_args()
    named = {variant.name: variant for variant in variants}
    if given.action == "open":
        open_leg = named[given.variant].legs[given.leg]
        found = open_leg(given.folder, Embedder())(given.question)
        print(json.dumps({"hits": len(found), "memory_mb": _peak_memory()}))
    else:
        rows = _measure(variants, given.corpus, given.gold)
        print(json.dumps({"rows": [asdict(row) for row in rows]}, ensure_ascii=False))


def _measure(variants: Sequence[Variant], corpus: Path, gold: Sequence[Path]) -> list[Row]:
    needed = [needs for path in gold for needs in answerable(path)]
    embedder = Embedder()
    rows = []
    for variant in variants:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            variant.build(corpus, folder, embedder)
            for leg, open_leg in variant.legs.items():
                print(f"{variant.name}: {leg}", file=sys.stderr, flush=True)
                evidence, beyond = _asked(open_leg(folder, embedder), embedder, needed)
                seconds, memory = _fresh_search(variant.name, leg, folder, needed[0][0])
                rows.append(Row(variant.name, leg, evidence, seconds, beyond, memory))
            for typed, command_for in variant.commands.items():
                print(f"{variant.name}: {typed}", file=sys.stderr, flush=True)
                runs = [_run(command_for(folder, needed[0][0])) for _ in range(FRESH_RUNS)]
                seconds = statistics.median(seconds for seconds, _ in runs)
                rows.append(Row(variant.name, typed, None, round(seconds, 3), None, None))
    return rows


def _asked(search: Search, embedder: Embedder, needed: Sequence[Needs]) -> tuple[float, float]:
    """The share of questions whose evidence is found, and the milliseconds of a query beyond the embedding."""
    search(WARM_UP)
    found, beyond = [], []
    for question, evidence in needed:
        embedded, started = embedder.seconds, time.perf_counter()
        retrieved = search(question)
        taken = time.perf_counter() - started
        beyond.append(1000 * (taken - (embedder.seconds - embedded)))
        found.append(finds_evidence(retrieved, evidence))
    return round(statistics.mean(found), 4), round(statistics.median(beyond), 3)


def _fresh_search(variant: str, leg: str, folder: Path, question: str) -> tuple[float, float]:
    """Seconds and memory of a fresh process that opens a saved index and asks one question."""
    module = f"{__package__}.{Path(sys.argv[0]).stem}"
    command = [sys.executable, "-W", "ignore", "-m", module, "open", str(folder)]
    command += [variant, leg, question]
    runs = [_run(command) for _ in range(FRESH_RUNS)]
    memory = [json.loads(printed.splitlines()[-1])["memory_mb"] for _, printed in runs]
    return (
        round(statistics.median(seconds for seconds, _ in runs), 3),
        round(statistics.median(memory), 1),
    )


def _run(command: Sequence[str]) -> tuple[float, str]:
    """Seconds of a process from its start to its end, and what it printed."""
    started = time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    return time.perf_counter() - started, done.stdout


def _peak_memory() -> float:
    """The most memory that this process has taken, in MB.

    The kernel's own account: what `getrusage` tells is never less than the process that started this one took.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (kilobytes,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(kilobytes) / 1024
