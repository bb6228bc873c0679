"""Readings made of words and vectors, for tests of what searches them: no file is read, nothing is embedded."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ipqa.index.generations import ReportRecord
from ipqa.index.readings import Cut, Readings, Recipe
from ipqa.passages import Passage, Sentence
from ipqa.reports.model import Block, Report, Section, Span

DIMENSION = 16
RECIPE = Recipe(
    embedding="drawn",
    dimension=DIMENSION,
    tokenizer="none",
    reader=0,
    passage_length=100,
    sentence_vectors="drawn",
)

Vectors = NDArray[np.float32]
Words = Sequence[Sequence[str]]


def drawn(count: int, seed: int) -> Vectors:
    """Vectors of length one in every direction."""
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def report(folder: Path, name: str, words: Words, vectors: Vectors) -> ReportRecord:
    """A report whose passages have these words, in an index; its sentences are shared out among them."""
    cut = _cut(words, len(vectors))
    key = sha256(f"{name}{words}{vectors.tobytes()!r}".encode()).hexdigest()[:32]
    readings = Readings(folder)
    readings.write(key, cut, words, vectors)
    return ReportRecord(
        id=name,
        source=f"{name}.md",
        origin=f"{name}.md",
        added=False,
        digest=sha256(key.encode()).hexdigest(),
        reading=key,
        files=readings.sealed(key) or {},
        passages=len(words),
        sentences=len(vectors),
    )


def _cut(words: Words, sentences: int) -> Cut:
    lines = [f"第{number}行。\n" for number in range(max(1, sentences))]
    text = "".join(lines)
    ends = np.cumsum([len(line) for line in lines]).tolist()
    spans = [Span(end - len(line), end - 1) for end, line in zip(ends, lines, strict=True)]
    passage_of = sorted(number % len(words) for number in range(sentences))
    passages = tuple(Passage("", "", (), spans[0], " ".join(one)) for one in words)
    said = tuple(
        Sentence(passage, number, spans[number], f"\n{lines[number]}")
        for number, passage in enumerate(passage_of)
    )
    whole = Section("", 0, (), Span(0, len(text)))
    blocks = tuple(Block("paragraph", span, 0) for span in spans)
    made = Report("", "", text, "", sha256(text.encode()).hexdigest(), (whole,), blocks)
    return Cut(made, passages, said)
