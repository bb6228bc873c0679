"""The models as they ship, as PyTorch models again.

Their weights have eight bits there, so they are near the models that were exported, not the same. `training.further`
teaches the reader on what has been written since; `make bench` holds the embedder against itself in fp32.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from sentence_transformers import SentenceTransformer

from training.base import base_model
from training.export import LONGEST, SHIPPED
from training.graph import PROJECTIONS, Floats, loud_channels
from training.reader import ReaderModel, base_reader


def shipped_reader() -> ReaderModel:
    """The reader that is installed with ipqa."""
    model = base_reader()
    model.load_state_dict(model.state_dict() | shipped_state("reader"))
    return model


def shipped_embedder(folder: Path) -> SentenceTransformer:
    """The embedder that is installed with ipqa, in fp32; `folder` keeps what it was made from."""
    model = base_model(folder)
    model.max_seq_length = LONGEST
    transformer: Any = model[0]
    encoder = transformer.auto_model
    state = {f"encoder.{name}": part for name, part in encoder.state_dict().items()}
    state |= shipped_state("embedder")
    encoder.load_state_dict({name.removeprefix("encoder."): w for name, w in state.items()})
    return model


def shipped_state(name: str) -> dict[str, torch.Tensor]:
    """The weights of the embedder or the reader by the names of the latter's, all but the word vectors."""
    model = onnx.load(str(SHIPPED / f"{name}.onnx"), load_external_data=False)
    held = {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in model.graph.initializer
        if not tensor.external_data
    }
    state = dict(_products(held)) | dict(_embeddings(held))
    state |= {part: held[part] for part in held if "LayerNorm" in part}
    for number, loud in enumerate(loud_channels(model)):
        layer = f"encoder.encoder.layer.{number}"
        state |= _with_loud(layer, state, loud)
        state |= _projections(f"{layer}.attention.self", state)
    return {part: torch.tensor(w) for part, w in state.items() if _is_part(part)}


def _products(held: Mapping[str, Floats]) -> Iterator[tuple[str, Floats]]:
    """Weights of products of matrices, of shape (out, in), and what is added to them."""
    for name, weight in held.items():
        product = name.removesuffix(".weight")
        if product != name and weight.ndim > 1:
            yield name, (weight.astype(np.float32) * held.get(f"{product}.scale", np.float32(1))).T
        elif name.endswith(".bias"):
            yield name, weight


def _embeddings(held: Mapping[str, Floats]) -> Iterator[tuple[str, Floats]]:
    """The vectors of places, with what they have in common."""
    places = held["places"]
    yield "encoder.embeddings.position_embeddings.weight", places
    yield "encoder.embeddings.token_type_embeddings.weight", np.zeros_like(places[:2])


def _with_loud(
    layer: str, state: Mapping[str, Floats], loud: NDArray[np.int64]
) -> dict[str, Floats]:
    """The feed-forward part with the loud channels among the others again."""
    up, down = f"{layer}.intermediate", f"{layer}.output"
    quiet = state[f"{up}.dense.bias"].size
    order = np.argsort(np.concatenate([np.delete(np.arange(quiet + len(loud)), loud), loud]))
    found = {
        f"{up}.dense.{part}": np.concatenate(
            [state[f"{up}.dense.{part}"], state[f"{up}.loud.{part}"]]
        )[order]
        for part in ("weight", "bias")
    }
    both = [state[f"{down}.{path}.weight"] for path in ("dense", "loud")]
    return found | {f"{down}.dense.weight": np.concatenate(both, axis=1)[:, order]}


def _projections(attention: str, state: Mapping[str, Floats]) -> dict[str, Floats]:
    """The three projections of attention apart."""
    return {
        f"{attention}.{projection}.{part}": third
        for part in ("weight", "bias")
        for projection, third in zip(
            PROJECTIONS, np.split(state[f"{attention}.{part}"], len(PROJECTIONS)), strict=True
        )
    }


def _is_part(name: str) -> bool:
    """Whether a weight has its name in the model, not only in the graph."""
    return not re.search(r"\.loud\.|attention\.self\.(weight|bias)$", name)
