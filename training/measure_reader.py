"""Measures the reader on held-out families and on JaQuAD: `python -m training.measure_reader [--trained FOLDER]`.

The shipped reader (eight bits), or one as it was trained. Each figure stands with the interval that holds it in 95 of
100 resamplings of the items.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ipqa.embedding import load_model
from ipqa.network import tokenizer
from ipqa.reader import Reader, Reading
from ipqa.settings import SHIPPED_MODEL
from training.check_data import held_out_families
from training.command import JAQUAD, MODELS
from training.reader import judge, trained_reader
from training.reader_examples import Item, Pair, paragraph_items, written_items, written_libraries
from training.reader_scores import scores

RESAMPLINGS = 200
WRITTEN, PARAGRAPHS = 600, 200


def held_out_items() -> list[Item]:
    """Items about families that no model has seen, and questions of JaQuAD's dev part."""
    libraries = written_libraries(load_model(SHIPPED_MODEL), MODELS / "reader" / "indexes")
    items = [item for item in written_items(libraries) if item.family in held_out_families()]
    random.Random(0).shuffle(items)
    return items[:WRITTEN] + paragraph_items(JAQUAD, "dev")[:PARAGRAPHS]


def judged_as_shipped(items: Sequence[Item]) -> dict[Pair, Reading]:
    """What the shipped reader says of every pair of some items."""
    reader = Reader()
    asked: dict[str, dict[Pair, None]] = {}
    for item in items:
        for pair in (*item.right, *item.wrong):
            asked.setdefault(pair.query, {})[pair] = None
    return {
        pair: reading
        for query, pairs in asked.items()
        for pair, reading in zip(pairs, reader.read(query, [p.text for p in pairs]), strict=True)
    }


def print_measured(items: Sequence[Item], judged: dict[Pair, Reading]) -> None:
    """Print each figure with its interval."""
    chance = random.Random(0)
    drawn = [scores(chance.choices(items, k=len(items)), judged) for _ in range(RESAMPLINGS)]
    for name, value in scores(items, judged).items():
        low, high = np.quantile([one[name] for one in drawn], (0.025, 0.975))
        print(f"{name:16} {value:.3f} [{low:.3f}, {high:.3f}]", flush=True)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trained", type=Path, help="folder of a trained reader")
    folder = parser.parse_args().trained
    items = held_out_items()
    print(f"{len(items)} items")
    if folder is None:
        print_measured(items, judged_as_shipped(items))
    else:
        print_measured(items, judge(trained_reader(folder), tokenizer(), items))


if __name__ == "__main__":
    main()
