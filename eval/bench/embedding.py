"""The embedder as it ships, in eight bits, beside SentenceTransformer in fp32 with the same weights."""

import statistics
from pathlib import Path

import numpy as np

from eval.bench.parts import Bench, Figures, Part, paired, seconds_of, table
from eval.peers.common import WEIGHTS
from ipqa.embedding import EmbeddingModel, SentenceTransformerModel, load_model
from ipqa.index.store import open_index
from ipqa.settings import SHIPPED_MODEL
from training.measure_embedder import Searched, figures, paragraphs
from training.shipped import shipped_embedder

SHIPPED, FP32 = "ipqa, int8", "SentenceTransformer, fp32"
_BATCH = 64
"""Passages that one model embeds before it is the other one's turn; SentenceTransformer takes 32 at once."""

_QUESTIONS = 200
_ASKED = 1000


def measure(bench: Bench) -> Figures:
    """Passages and queries in turn; then how near the vectors are, and what both find."""
    models = {
        SHIPPED: load_model(SHIPPED_MODEL),
        FP32: SentenceTransformerModel(str(in_fp32(bench.work))),
    }
    searched = None if not bench.jaquad.is_dir() else _first(paragraphs(bench.jaquad), _ASKED)
    texts = [passage.indexed_text for passage in open_index(bench.index).passages]
    if searched is not None:
        texts += searched.texts[: _BATCH * 4]
    taken: dict[str, list[float]] = {name: [] for name in models}
    queries: dict[str, list[float]] = {name: [] for name in models}
    for model in models.values():
        model.embed_passages(texts[:2])
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        for name, model in models.items():
            seconds = seconds_of(lambda m=model: m.embed_passages(batch))  # type: ignore[misc]  # noqa: B023 - at once
            taken[name].append(len(batch) / seconds)
    asked = searched.questions[:_QUESTIONS] if searched is not None else texts[:_QUESTIONS]
    for question in asked:
        for name, model in models.items():
            seconds = seconds_of(lambda m=model: m.embed_queries([question]))  # type: ignore[misc]  # noqa: B023 - at once
            queries[name].append(1000 * seconds)
    cosines = np.sum(
        models[SHIPPED].embed_passages(texts) * models[FP32].embed_passages(texts), axis=1
    )
    return {
        "passages": len(texts),
        "per_second": {name: round(statistics.median(t), 2) for name, t in taken.items()},
        "ratio": paired(taken[SHIPPED], taken[FP32]),
        "query_ms": {name: round(statistics.median(t), 2) for name, t in queries.items()},
        "query_ratio": paired(queries[SHIPPED], queries[FP32]),
        "cosine": round(float(cosines.mean()), 4),
        "cosine_least": round(float(cosines.min()), 4),
        "recall@5": None if searched is None else _recalls(models, searched),
        "questions": 0 if searched is None else len(searched.questions),
    }


def in_fp32(folder: Path) -> Path:
    """The shipped embedder in fp32, made in a folder of that one; a sentence-transformers model."""
    weights = folder / WEIGHTS
    if not weights.is_dir():
        shipped_embedder(folder / "base").save_pretrained(str(weights))
    return weights


def told(figures: Figures) -> str:
    """The two side by side."""
    recalls = figures["recall@5"]
    rows = [
        [
            name,
            f"{figures['per_second'][name]:.1f}",
            f"{figures['query_ms'][name]:.1f}",
            f"{recalls[name]:.3f}" if recalls else "",
        ]
        for name in (SHIPPED, FP32)
    ]
    heads = ["", "passages/s", "a query, ms", f"R@5, dense alone, n={figures['questions']}"]
    ratios = (
        f"In eight bits {figures['ratio']:.1f} times as many passages a second, and a query in "
        f"{figures['query_ratio']:.2f} of the time (medians of pairs). Cosine between the two: mean "
        f"{figures['cosine']:.4f}, least {figures['cosine_least']:.4f}, of {figures['passages']} passages."
    )
    lines = [table(heads, rows), ratios]
    if not recalls:
        lines.append("R@5 was not measured: JaQuAD is not there.")
    return "\n\n".join(lines)


def _first(searched: Searched, limit: int) -> Searched:
    """All texts, the first questions."""
    return Searched(searched.texts, searched.questions[:limit], searched.right[:limit])


def _recalls(models: dict[str, EmbeddingModel], searched: Searched) -> dict[str, float]:
    return {
        name: round(float(figures(model, [searched])[:, 1].mean()), 4)
        for name, model in models.items()
    }


PART = Part(measure, told)
