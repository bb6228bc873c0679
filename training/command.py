"""Where training finds and keeps things, and how a run is started: the same for each model."""

import argparse
from collections.abc import Callable
from pathlib import Path

from training.check_data import ROOT

MODELS = ROOT / "training" / "models"
JAQUAD = ROOT.parent / "shared" / "data" / "jaquad"


def start(
    train: Callable[[Path, float, float, int], object],
    name: str,
    told: str | None,
    *,
    epochs: float,
    every: int,
) -> None:
    """Read the command line and train.

    Args:
        train: takes the folder to write to, the share of the examples, epochs, and steps between checkpoints.
        name: of the model, and of its folder.
        told: what the module says of itself.
        epochs: as many as are trained unless told otherwise.
        every: the same of the steps between checkpoints.
    """
    parser = argparse.ArgumentParser(description=(told or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=MODELS / name)
    parser.add_argument(
        "--share", type=float, default=1.0, help="of the examples, for learning curves"
    )
    parser.add_argument("--epochs", type=float, default=epochs)
    parser.add_argument("--every", type=int, default=every, help="steps between checkpoints")
    given = parser.parse_args()
    train(given.folder, given.share, given.epochs, given.every)
