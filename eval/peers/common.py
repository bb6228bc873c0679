"""What every comparison shares: the embedding model, the pieces of a peer, and what its process does when told to.

A peer's script is run in an environment of its own, in three ways:

    python -m eval.peers.langchain_faiss build CORPUS FOLDER       every variant, each in a folder of its own
    python -m eval.peers.langchain_faiss answer FOLDER             questions come as lines of JSON, and go as such
    python -m eval.peers.langchain_faiss open FOLDER VARIANT LEG QUESTION    a fresh process, to its first hits
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from ipqa.embedding import EmbeddingModel, Vectors, load_model
from ipqa.settings import SHIPPED_MODEL

DEPTH = 30
"""So many pieces are retrieved; the shortest ones, lines, then fill the characters that are looked at."""

CHARACTERS = 1500
WEIGHTS = "weights"
"""The folder beside those of the peers with the embedding model in fp32, as sentence-transformers reads it."""

WARM_UP = "この報告書は何について書かれていますか。"

JAPANESE_SEPARATORS = ["\n\n", "\n", "。", "！", "？", "、"]
"""Where someone who knows that Japanese has no spaces has text cut, the best place first."""


_Texts = TypeVar("_Texts")
_Made = TypeVar("_Made")


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
        return self.timed(self._model.embed_queries, texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that are to be found, one row each."""
        return self.timed(self._model.embed_passages, texts)

    def timed(self, embed: Callable[[_Texts], _Made], texts: _Texts) -> _Made:
        """What a model makes of some texts, its time noted."""
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
    """

    name: str
    build: Build
    legs: Mapping[str, Open]


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
    """Do what the command line says, and print JSON."""
    parser = argparse.ArgumentParser()
    actions = parser.add_subparsers(dest="action", required=True)
    building = actions.add_parser("build", help="build every variant, and tell what can be asked")
    building.add_argument("corpus", type=Path)
    building.add_argument("folder", type=Path)
    answering = actions.add_parser("answer", help="answer the questions that come in")
    answering.add_argument("folder", type=Path)
    opening = actions.add_parser("open", help="open a saved index and ask one question")
    opening.add_argument("folder", type=Path)
    opening.add_argument("variant", type=int)
    opening.add_argument("leg")
    opening.add_argument("question")
    given = parser.parse_args()
    match given.action:
        case "build":
            _build(variants, given.corpus, given.folder)
        case "answer":
            _answer(variants, given.folder)
        case _:
            open_leg = variants[given.variant].legs[given.leg]
            folder = given.folder / str(given.variant)
            found = open_leg(folder, Embedder())(given.question)
            _print({"hits": len(found), "memory_mb": _peak_memory()})


def _build(variants: Sequence[Variant], corpus: Path, folder: Path) -> None:
    """Build each variant in a folder that is named by its number; print each leg of each."""
    embedder = Embedder()
    for number, variant in enumerate(variants):
        place = folder / str(number)
        place.mkdir(parents=True)
        variant.build(corpus, place, embedder)
    legs = [
        {"variant": number, "name": variant.name, "leg": leg}
        for number, variant in enumerate(variants)
        for leg in variant.legs
    ]
    _print({"legs": legs})


def _answer(variants: Sequence[Variant], folder: Path) -> None:
    """Search for each question that comes in; a leg is opened, and asked something else, when it is first named."""
    embedder = Embedder()
    opened: dict[tuple[int, str], Search] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        number, leg = key = asked["variant"], asked["leg"]
        if key not in opened:
            opened[key] = variants[number].legs[leg](folder / str(number), embedder)
            opened[key](WARM_UP)
        embedded, started = embedder.seconds, time.perf_counter()
        texts = opened[key](asked["question"])
        seconds = time.perf_counter() - started
        _print({"texts": texts, "seconds": seconds, "embedding": embedder.seconds - embedded})


def _print(found: Mapping[str, object]) -> None:
    print(json.dumps(found, ensure_ascii=False), flush=True)


def _peak_memory() -> float:
    """The most memory that this process has taken, in MB.

    The kernel's own account: what `getrusage` tells is never less than the process that started this one took.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (kilobytes,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(kilobytes) / 1024
