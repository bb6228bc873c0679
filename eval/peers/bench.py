"""ipqa beside LangChain, LlamaIndex, Haystack and txtai, each in an environment of its own (`make bench-peers`).

    python -m eval.peers.bench --corpus FOLDER --gold QUESTIONS.jsonl

Every peer gets the text as it stands in the files (which must be text), the questions, and the embedding model that
is installed with ipqa; of ipqa's own requirements its environment holds only what that model needs, so that a peer
is not slowed down by what is not its own. The figures go to `eval/bench/peers.json`; the table is printed.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.peers.common import CHARACTERS
from ipqa.evaluation.gold import read_gold

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "eval" / "bench" / "peers.json"
ENVIRONMENTS = ROOT / "eval" / "bench" / "environments"
GOLD = [ROOT / "eval" / "gold" / f"{name}.jsonl" for name in ("dev", "test")]

_EMBEDDER = (
    "onnxruntime==1.32.0",
    "pydantic==2.14.3",
    "pydantic-settings==2.16.3",
    "tokenizers==0.23.3",
)
"""What the embedding model needs, beside the project's own code."""

OURSELVES = "ipqa"
REFERENCE = "hybrid, without the reader"
"""The leg of ipqa that times and memory are compared with: it searches as the others do."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A framework to compare with.

    Attributes:
        script: the module of this package that measures it.
        packages: what is installed for it, on top of what the embedding model needs.
    """

    name: str
    script: str
    packages: tuple[str, ...]


PEERS = (
    Peer(
        "LangChain",
        "langchain_faiss",
        (
            "faiss-cpu==1.15.1",
            "langchain-classic==1.0.8",
            "langchain-community==0.4.2",
            "langchain-core==1.7.2",
            "langchain-text-splitters==1.1.3",
            "numpy==2.4.6",
            "rank-bm25==0.2.2",
        ),
    ),
    Peer(
        "LlamaIndex",
        "llama_index_faiss",
        (
            "faiss-cpu==1.15.1",
            "llama-index-core==0.14.25",
            "llama-index-retrievers-bm25==0.8.0",
            "llama-index-vector-stores-faiss==0.7.0",
            "numpy==2.4.6",
        ),
    ),
    Peer(
        "Haystack",
        "haystack_hybrid",
        ("faiss-cpu==1.15.1", "faiss-haystack==3.0.0", "haystack-ai==3.4.0", "numpy==1.26.4"),
    ),
    Peer(
        "txtai",
        "txtai_embeddings",
        (
            "faiss-cpu==1.15.1",
            "numpy==2.4.6",
            "torch==2.13.0",
            "transformers==5.23.0",
            "txtai==9.14.0",
        ),
    ),
)

Measured = Mapping[str, Any]
"""What a script printed, or under `failed` why there is nothing."""


def main() -> None:
    """Set up every environment, measure every peer, keep the figures and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    parser.add_argument("--gold", type=Path, nargs="+", default=GOLD)
    parser.add_argument("--folder", type=Path, default=ENVIRONMENTS, help="the environments")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args()
    asked = [question for path in given.gold for question in read_gold(path)]
    count = sum(question.answerable and question.type != "dialogue" for question in asked)
    arguments = [str(path.resolve()) for path in (given.corpus, *given.gold)]
    measured = {OURSELVES: _measured(OURSELVES, Path(sys.executable), "ipqa_itself", arguments)}
    if "failed" in measured[OURSELVES]:
        sys.exit(f"{OURSELVES} was not measured: {measured[OURSELVES]['failed']}")
    for peer in PEERS:
        measured[peer.name] = _peer(peer, given.folder.resolve(), arguments)
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": _machine(),
        "questions": count,
        "packages": {peer.name: peer.packages for peer in PEERS},
        "peers": measured,
    }
    given.results.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(results, ensure_ascii=False, indent=1)
    given.results.write_text(text + "\n", encoding="utf-8")
    print(table(measured, count))


def table(measured: Mapping[str, Measured], questions: int) -> str:
    """What was measured, in Markdown: times and memory as multiples of ipqa's own search."""
    (reference,) = [row for row in measured[OURSELVES]["rows"] if row["leg"] == REFERENCE]
    heads = [
        "",
        "searched by",
        f"evidence in {CHARACTERS:,} characters, n={questions}",
        "fresh process",
        "query beyond the embedding",
        "memory",
    ]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    failures = []
    for name, found in measured.items():
        if "failed" in found:
            lines.append(f"| {name} | not measured | | | | |")
            failures.append(f"{name} was not measured: {found['failed']}")
            continue
        for row in found["rows"]:
            evidence = "" if row["evidence"] is None else f"{row['evidence']:.2f}"
            ratios = (
                times(row[key], reference[key])
                for key in ("fresh_seconds", "beyond_embedding_ms", "memory_mb")
            )
            cells = [f"{name}: {row['variant']}", row["leg"], evidence, *ratios]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n\n".join(["\n".join(lines), *failures])


def times(value: float | None, reference: float) -> str:
    """How many times as much a value is as the reference; nothing where nothing was measured."""
    return "" if value is None else f"{value / reference:.2f} ×"


def _peer(peer: Peer, folder: Path, arguments: Sequence[str]) -> Measured:
    """Install a peer and measure it, or tell why that failed."""
    environment = folder / peer.script
    python = environment / "bin" / "python"
    _say(f"{peer.name}: installing")
    # this project's own constraints would hold back what a peer needs otherwise
    unconstrained = {key: value for key, value in os.environ.items() if key != "PIP_CONSTRAINT"}
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    for command in (
        [sys.executable, "-m", "venv", str(environment)],
        [*pip, *_EMBEDDER, *peer.packages],
        [*pip, "--no-deps", "--editable", str(ROOT)],
    ):
        done = subprocess.run(  # noqa: S603 - ourselves
            command,
            check=False,
            env=unconstrained,
            stdout=sys.stderr,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            return {"failed": _last_error(done.stderr.splitlines())}
    return _measured(peer.name, python, peer.script, arguments)


def _measured(name: str, python: Path, script: str, arguments: Sequence[str]) -> Measured:
    """What a script prints, or why it printed nothing."""
    _say(f"{name}: measuring")
    command = [str(python), "-W", "ignore", "-m", f"{__package__}.{script}", "measure", *arguments]
    told = []
    with subprocess.Popen(  # noqa: S603 - ourselves
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr or ():
            sys.stderr.write(line)
            told.append(line)
        printed = process.stdout.read() if process.stdout else ""
    if process.returncode:
        return {"failed": _last_error(told)}
    found: Measured = json.loads(printed.splitlines()[-1])
    return found


def _last_error(told: Sequence[str]) -> str:
    """The line of an error output that says what went wrong."""
    lines = [line.strip() for line in told if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it said nothing"])[-1]


def _machine() -> dict[str, str | int | None]:
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    name = re.search(r"^model name\s*:\s*(.+)$", info, re.MULTILINE)
    return {
        "processor": name[1] if name else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
