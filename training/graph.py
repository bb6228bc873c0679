"""The trained networks as graphs of what ONNX Runtime runs fastest on a processor: one row of token ids at a time.

Products of matrices have eight bits on both sides: a weight has a scale for each of its columns, and what goes in is
scaled anew for each text. Within the feed-forward part of a layer a few of the 1,536 channels are ten times as loud
as all others, at the tokens that begin and end a text, and one scale would leave nothing of the rest. The loudest
channels take a small path of their own in fp32 (as Dettmers et al. 2022, https://arxiv.org/abs/2208.07339, do by the
token). Attention, its three projections together, GELU and the norms are single operators.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Floats = NDArray[np.float32]
State = Mapping[str, Floats]
"""Weights by the names that they have in `training.reader.ReaderModel`, of shape (out, in)."""

LOUD = 32
"""Channels of each layer that are left in fp32."""

LOUD_CHANNELS = "loud_channels"
"""The entry of a model that names them, which only `training.shipped` needs."""

HEADS = 12
PROJECTIONS = ("query", "key", "value")
WORDS = "encoder.embeddings.word_embeddings.weight"

_SHAPES: dict[str, list[str | int | None]] = {
    "vectors": [1, "width"],
    "judged": [1, 3],
    "sides": [1, "tokens", 2],
}
_MICROSOFT = "com.microsoft"
_OPSET, _INTERMEDIATE = 21, 10
_EPSILON = 1e-12
_STEPS = 127
"""Whole numbers above zero that a weight can be."""


class _Graph:
    """Collects operators and the weights that they read."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.nodes: list[onnx.NodeProto] = []
        self.held: dict[str, onnx.TensorProto] = {}

    def hold(self, name: str, values: NDArray[Any]) -> str:
        """A tensor that is part of the model."""
        self.held[name] = numpy_helper.from_array(np.asarray(values, order="C"), name)
        return name

    def run(self, kind: str, *inputs: str, **told: Any) -> str:  # noqa: ANN401 - attributes of all kinds
        """What an operator makes of its inputs."""
        (made,) = self.split(kind, 1, *inputs, **told)
        return made

    def split(self, kind: str, outputs: int, *inputs: str, **told: Any) -> list[str]:  # noqa: ANN401
        """The same of one with several outputs."""
        name = f"{kind}_{len(self.nodes)}"
        made = [f"{name}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, made, name=name, **told))
        return made

    def norm(self, values: str, name: str) -> str:
        """Values brought to mean nought and variance one, scaled and shifted as was learned."""
        weight, bias = (f"{name}.{part}" for part in ("weight", "bias"))
        held = [self.hold(part, self._state[part]) for part in (weight, bias)]
        return self.run("LayerNormalization", values, *held, axis=-1, epsilon=_EPSILON)

    def product(self, values: str, name: str, weight: Floats, bias: Floats) -> str:
        """Values times a weight of shape (out, in), in eight bits."""
        scale = np.abs(weight).max(axis=1) / _STEPS
        scale[scale == 0] = 1
        steps = np.round(weight / scale[:, None]).astype(np.int8)
        held = {"weight": steps.T, "scale": scale, "zero": np.zeros_like(steps[:, 0]), "bias": bias}
        inputs = [self.hold(f"{name}.{part}", tensor) for part, tensor in held.items()]
        return self.run("DynamicQuantizeMatMul", values, *inputs, domain=_MICROSOFT)

    def whole_product(
        self, values: str, name: str, weight: Floats, bias: Floats | None = None
    ) -> str:
        """Values times a weight of shape (out, in), in fp32."""
        product = self.run("MatMul", values, self.hold(f"{name}.weight", weight.T))
        return (
            product if bias is None else self.run("Add", product, self.hold(f"{name}.bias", bias))
        )


def graph_of(name: str, state: State, loud: Sequence[NDArray[np.int64]]) -> onnx.ModelProto:
    """The embedder or the reader as a model for ONNX Runtime, its word vectors still in fp32.

    Its input is `input_ids` of shape (1, tokens); its outputs are `vectors` (1, width), or `judged` (1, 3) and
    `sides` (1, tokens, 2).

    Args:
        name: ``embedder`` or ``reader``.
        state: its weights.
        loud: for each layer the channels of the feed-forward part that stay in fp32.
    """
    graph = _Graph(state)
    hidden = _embedded(graph, state)
    for number, channels in enumerate(loud):
        hidden = _layer(graph, state, f"encoder.encoder.layer.{number}", hidden, channels)
    outputs = {"embedder": _vectors, "reader": _judged}[name](graph, state, hidden)
    graph.nodes += [helper.make_node("Identity", [made], [said]) for said, made in outputs.items()]
    whole = helper.make_graph(
        graph.nodes,
        name,
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])],
        [helper.make_tensor_value_info(said, TensorProto.FLOAT, _SHAPES[said]) for said in outputs],
        list(graph.held.values()),
    )
    domains = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
    model = helper.make_model(whole, opset_imports=domains, ir_version=_INTERMEDIATE)
    told = json.dumps([channels.tolist() for channels in loud])
    helper.set_model_props(model, {LOUD_CHANNELS: told})
    return model


def loud_channels(model: onnx.ModelProto) -> list[NDArray[np.int64]]:
    """For each layer the channels of the feed-forward part that a graph leaves in fp32."""
    (told,) = (entry.value for entry in model.metadata_props if entry.key == LOUD_CHANNELS)
    return [np.array(channels) for channels in json.loads(told)]


def _embedded(graph: _Graph, state: State) -> str:
    """Token ids to the vectors of words and places."""
    embeddings = "encoder.embeddings"
    words = graph.run("Gather", graph.hold(WORDS, state[WORDS]), "input_ids")
    places = (
        state[f"{embeddings}.position_embeddings.weight"]
        + state[f"{embeddings}.token_type_embeddings.weight"][0]
    )
    tokens = graph.run("Shape", "input_ids", start=1, end=2)
    axis = start = graph.hold("first", np.array([0]))
    read = graph.run("Slice", graph.hold("places", places), start, tokens, axis)
    return graph.norm(graph.run("Add", words, read), f"{embeddings}.LayerNorm")


def _layer(graph: _Graph, state: State, name: str, hidden: str, loud: NDArray[np.int64]) -> str:
    """One layer: attention and the feed-forward part, each added to what went in."""
    attention = f"{name}.attention"
    asked = [
        np.concatenate([state[f"{attention}.self.{one}.{part}"] for one in PROJECTIONS])
        for part in ("weight", "bias")
    ]
    together = graph.product(hidden, f"{attention}.self", *asked)
    parts = graph.split("Split", len(PROJECTIONS), together, axis=-1, num_outputs=len(PROJECTIONS))
    attended = graph.run("MultiHeadAttention", *parts, domain=_MICROSOFT, num_heads=HEADS)
    dense = f"{attention}.output.dense"
    projected = graph.product(attended, dense, state[f"{dense}.weight"], state[f"{dense}.bias"])
    hidden = graph.norm(graph.run("Add", projected, hidden), f"{attention}.output.LayerNorm")
    fed = _feed_forward(graph, state, name, hidden, loud)
    return graph.norm(graph.run("Add", fed, hidden), f"{name}.output.LayerNorm")


def _feed_forward(
    graph: _Graph, state: State, name: str, hidden: str, loud: NDArray[np.int64]
) -> str:
    """The feed-forward part: most channels in eight bits, the loudest beside them in fp32."""
    up, down = f"{name}.intermediate", f"{name}.output"
    weight, bias = state[f"{up}.dense.weight"], state[f"{up}.dense.bias"]
    back = state[f"{down}.dense.weight"]
    quiet = np.delete(np.arange(len(weight)), loud)
    inner = _gelu(graph, graph.product(hidden, f"{up}.dense", weight[quiet], bias[quiet]))
    most = graph.product(inner, f"{down}.dense", back[:, quiet], state[f"{down}.dense.bias"])
    louder = _gelu(graph, graph.whole_product(hidden, f"{up}.loud", weight[loud], bias[loud]))
    return graph.run("Add", most, graph.whole_product(louder, f"{down}.loud", back[:, loud]))


def _gelu(graph: _Graph, values: str) -> str:
    return graph.run("Gelu", values, domain=_MICROSOFT)


def _mean(graph: _Graph, hidden: str) -> str:
    """The mean over the tokens."""
    return graph.run("ReduceMean", hidden, graph.hold("tokens", np.array([1])), keepdims=0)


def _vectors(graph: _Graph, state: State, hidden: str) -> dict[str, str]:  # noqa: ARG001 - as the reader's
    """The vector of a text, of length one."""
    return {"vectors": graph.run("LpNormalization", _mean(graph, hidden), axis=-1, p=2)}


def _judged(graph: _Graph, state: State, hidden: str) -> dict[str, str]:
    """What the reader says of a pair, and of each token."""

    def head(values: str, name: str) -> str:
        weight, bias = (state[f"heads.{name}.{part}"] for part in ("weight", "bias"))
        return graph.whole_product(values, f"heads.{name}", weight, bias)

    first = graph.run("Gather", hidden, graph.hold("beginning", np.array(0)), axis=1)
    pooled = graph.run("Concat", first, _mean(graph, hidden), axis=-1)
    judged = head(_gelu(graph, head(pooled, "dense")), "judge")
    return {"judged": judged, "sides": head(hidden, "span")}
