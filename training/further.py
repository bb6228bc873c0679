"""Teaches the reader that ships on what is in `training/data` by now: `python -m training.further`.

One round, from its own weights: a third of the time that `make train` takes for the reader.
"""

from pathlib import Path

import torch

from training.command import start
from training.reader import SEED, Course, ReaderModel, teach
from training.shipped import shipped_reader


def train(folder: Path, share: float, epochs: float, every: int) -> ReaderModel:
    """Go on from the shipped reader, and write the model to `folder`."""
    torch.manual_seed(SEED)
    return teach(shipped_reader(), Course(folder, share, epochs, every, rounds=1))


if __name__ == "__main__":
    start(train, "reader", __doc__, epochs=1.2, every=200)
