"""What an answer spends its time on, and how far the vector of a question is from what the machine could do.

The floor: the multiplications and additions that the network needs for a question, over the rate at which this
machine multiplies matrices in fp32, on one core as the network runs. Eight bits can go below it.
"""

import statistics

import numpy as np
from threadpoolctl import threadpool_limits

from eval.bench.parts import Bench, Figures, Part, seconds_of, spread, table
from ipqa.answering.ranking import READ
from ipqa.embedding import load_model
from ipqa.evaluation.gold import read_gold
from ipqa.index.store import open_index
from ipqa.network import tokenizer
from ipqa.reader import Reader, text_of
from ipqa.settings import SHIPPED_MODEL

LAYERS, WIDTH, INNER = 12, 384, 1536
"""The shape of multilingual-e5-small."""

_QUESTIONS = 60
_SIZE, _TIMES = 768, 15


def measure(bench: Bench) -> Figures:
    """The models by themselves, and the machine's rate."""
    model, reader, index = load_model(SHIPPED_MODEL), Reader(), open_index(bench.index)
    questions = [gold.question for path in bench.gold for gold in read_gold(path)][:_QUESTIONS]
    texts = [text_of(index, number) for number in range(READ)]
    model.embed_queries(questions[:1])
    vectors = [1000 * seconds_of(lambda q=q: model.embed_queries([q])) for q in questions]  # type: ignore[misc]
    readings = [1000 * seconds_of(lambda q=q: reader.read(q, texts)) for q in questions]  # type: ignore[misc]
    tokens = statistics.median(len(tokenizer().encode(q).ids) for q in questions)
    rate = _operations_a_second()
    return {
        "vector_ms": spread(vectors),
        "reading_ms": spread(readings),
        "sentences": READ,
        "tokens": tokens,
        "megaflop": round(operations(tokens) / 1e6),
        "gigaflop_a_second": round(rate / 1e9, 1),
        "floor_ms": round(1000 * operations(tokens) / rate, 2),
    }


def told(figures: Figures) -> str:
    """Where the time goes, and the floor."""
    rows = [
        [name, *(f"{found[share]:.1f}" for share in ("p50", "p95"))]
        for name, found in (
            ("vector of a question", figures["vector_ms"]),
            (f"{figures['sentences']} sentences read with it", figures["reading_ms"]),
        )
    ]
    times = figures["vector_ms"]["p50"] / figures["floor_ms"]
    return (
        f"{table(['models, warm', 'p50, ms', 'p95, ms'], rows)}\n\n"
        f"A question of {figures['tokens']:.0f} tokens needs {figures['megaflop']:,} million operations; in fp32 "
        f"one core of this machine does {figures['gigaflop_a_second']:,} thousand million a second, which is "
        f"{figures['floor_ms']:.1f} ms. The vector takes {times:.1f} times as long."
    )


def operations(tokens: float) -> float:
    """Multiplications and additions of the network for one text: its matrices, and attention."""
    matrices = 2 * (4 * WIDTH * WIDTH + 2 * WIDTH * INNER)
    attention = 2 * 2 * tokens * WIDTH
    return LAYERS * tokens * (matrices + attention)


def _operations_a_second() -> float:
    """Of a product of matrices in fp32 by numpy, on one thread."""
    left, right = (np.ones((_SIZE, _SIZE), dtype=np.float32) for _ in range(2))
    with threadpool_limits(1):
        best = min(seconds_of(lambda: left @ right) for _ in range(_TIMES))
    return 2 * _SIZE**3 / best


PART = Part(measure, told)
