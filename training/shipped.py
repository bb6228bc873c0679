"""The reader as it ships, as a PyTorch model again: what a further run goes on from.

Its weights have eight bits there, so it is near the model that was exported, not the same; `training.further`
teaches it on what has been written since.
"""

import re
from collections.abc import Iterator, Mapping

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from training.export import SHIPPED
from training.graph import PROJECTIONS, WORDS, Floats, loud_channels
from training.reader import ReaderModel, base_reader


def shipped_reader() -> ReaderModel:
    """The reader that is installed with ipqa."""
    model = base_reader()
    model.load_state_dict(shipped_state() | {WORDS: model.state_dict()[WORDS]})
    return model


def shipped_state() -> dict[str, torch.Tensor]:
    """The weights of `training.reader.ReaderModel` by their names, all but the word vectors."""
    model = onnx.load(str(SHIPPED / "reader.onnx"), load_external_data=False)
    held = {
        tensor.name: numpy_helper.to_array(tensor)
        for tensor in model.graph.initializer
        if not tensor.external_data
    }
    state = dict(_products(held)) | dict(_embeddings(held))
    state |= {name: held[name] for name in held if "LayerNorm" in name}
    for number, loud in enumerate(loud_channels(model)):
        layer = f"encoder.encoder.layer.{number}"
        state |= _with_loud(layer, state, loud)
        state |= _projections(f"{layer}.attention.self", state)
    return {name: torch.tensor(part) for name, part in state.items() if _is_part(name)}


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
