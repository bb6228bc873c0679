"""The weights of ranking and confidence, as `training/fit.py` fits them on questions written for that.

A weight belongs to a feature by its name; a feature that has no weight here is not used.
"""

from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Weights(BaseModel):
    """What was fitted.

    Attributes:
        ranking: by feature of a candidate sentence; scores of one question compare, the rest is not fixed.
        reading: by what the reader says of a candidate, the score before among it; empty without a reader.
        confidence: by feature of a question's best candidates, in a logistic model with ``constant``.
        threshold: confidence from which an answer is given.
        short: by what is told of a short answer, in a logistic model of its being right with ``short_constant``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranking: dict[str, float]
    reading: dict[str, float] = {}
    confidence: dict[str, float]
    constant: float
    threshold: float
    short: dict[str, float] = {}
    short_constant: float = 0.0


@cache
def shipped_weights(*, reader: bool) -> Weights:
    """The weights that are installed with ipqa, for use with or without the reader."""
    name = "weights-with-reader.json" if reader else "weights.json"
    return Weights.model_validate_json(files("ipqa.answering").joinpath(name).read_bytes())
