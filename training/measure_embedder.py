"""Measures the embedder before and after it was taught, and as it ships: `python -m training.measure_embedder`.

Dense search alone: questions about held-out families against all sentences of their folder, and questions of
JaQuAD's dev part against all its paragraphs. Each figure stands with the interval that holds it in 95 of 100
resamplings of the questions, and with the difference to the one before, measured on the same questions.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ipqa.embedding import EmbeddingModel, load_model
from ipqa.settings import SHIPPED_MODEL
from training.check_data import family_of, folders_of_data, held_out_families, read_folder
from training.command import JAQUAD, MODELS
from training.fit import Library

STATES = {
    "base": str(MODELS / "embedder" / "base"),
    "taught": str(MODELS / "embedder" / "model"),
    "shipped": SHIPPED_MODEL,
}
"""The embedder before it was taught, after that, and in eight bits."""
RESAMPLINGS = 1_000
MEASURES = ("recall@1", "recall@5", "mrr@10")


@dataclass(frozen=True)
class Searched:
    """Texts, questions, and for each question the numbers of the texts that answer it."""

    texts: tuple[str, ...]
    questions: tuple[str, ...]
    right: tuple[frozenset[int], ...]


def written(model: EmbeddingModel) -> list[Searched]:
    """The answerable questions about held-out families, each folder against its sentences."""
    found = []
    for path in folders_of_data():
        library = Library(path, model)
        asked = [
            (question.question, right)
            for question in read_folder(path).questions
            if question.answerable and family_of(question.report) in held_out_families()
            if (right := frozenset(library.sentences_of(question.report, question.evidence)))
        ]
        texts = tuple(sentence.indexed_text for sentence in library.index.sentences)
        found.append(Searched(texts, tuple(q for q, _ in asked), tuple(right for _, right in asked)))  # fmt: skip
    return [searched for searched in found if searched.questions]


def paragraphs(folder: Path) -> Searched:
    """The questions of JaQuAD's dev part against its paragraphs."""
    texts: dict[str, int] = {}
    asked: list[tuple[str, int]] = []
    for file in sorted((folder / "data" / "dev").glob("*.json")):
        for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                number = texts.setdefault(f"{article['title']}\n{paragraph['context']}", len(texts))
                asked += [(one["question"], number) for one in paragraph["qas"]]
    return Searched(
        tuple(texts), tuple(q for q, _ in asked), tuple(frozenset({n}) for _, n in asked)
    )


def figures(model: EmbeddingModel, searched: Sequence[Searched]) -> NDArray[np.float64]:
    """Recall at 1 and 5 and the reciprocal rank (0 beyond 10) of each question, of shape (questions, 3)."""
    ranks = np.array([rank for one in searched for rank in _ranks(model, one)])
    return np.stack([ranks <= 1, ranks <= 5, np.where(ranks <= 10, 1 / ranks, 0)], axis=1).astype(np.float64)  # fmt: skip  # noqa: PLR2004


def _ranks(model: EmbeddingModel, searched: Searched) -> list[int]:
    """The place of the first right text of each question, counted from one."""
    queries = model.embed_queries(searched.questions)
    products = queries @ model.embed_passages(searched.texts).T
    return [
        1 + int((row > max(row[number] for number in right)).sum())
        for row, right in zip(products, searched.right, strict=True)
    ]


def interval(values: NDArray[np.float64]) -> str:
    """A mean with the interval of its resamplings."""
    chance = np.random.default_rng(0)
    drawn = values[chance.integers(len(values), size=(RESAMPLINGS, len(values)))].mean(axis=1)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{values.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def main() -> None:
    """Measure each state on each set."""
    sets = {"held-out": written(load_model(SHIPPED_MODEL)), "JaQuAD dev": [paragraphs(JAQUAD)]}
    for name, searched in sets.items():
        print(f"{name}: {sum(len(one.questions) for one in searched)} questions", flush=True)
        before: NDArray[np.float64] | None = None
        for state, path in STATES.items():
            found = figures(load_model(path), searched)
            for column, measure in enumerate(MEASURES):
                change = "" if before is None else interval(found[:, column] - before[:, column])
                print(f"  {state:8} {measure:9} {interval(found[:, column])}  {change}", flush=True)
            before = found


if __name__ == "__main__":
    main()
