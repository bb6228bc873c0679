"""The reader as it ships, as a PyTorch model again: what a further run goes on from.

Its weights have eight bits there, so it is near the model that was exported, not the same; `training.further`
teaches it on what has been written since.
"""

import math
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import NodeProto, helper, numpy_helper

from training.export import SHIPPED
from training.reader import ReaderModel, base_reader

_ZERO_OF_BYTES = 128
"""What stands for nothing in bytes without a sign."""


def shipped_reader() -> ReaderModel:
    """The reader that is installed with ipqa."""
    model = base_reader()
    words = "encoder.embeddings.word_embeddings.weight"
    model.load_state_dict(shipped_state() | {words: model.state_dict()[words]})
    return model


def shipped_state() -> dict[str, torch.Tensor]:
    """The weights of `training.reader.ReaderModel` by their names, all but the word vectors."""
    model = onnx.load(str(SHIPPED / "reader.onnx"), load_external_data=False)
    held = {tensor.name: tensor for tensor in model.graph.initializer if not tensor.external_data}
    made_by = {name: node for node in model.graph.node for name in node.output}
    state = {}
    for name, tensor in held.items():
        if name.startswith(("encoder.", "heads.")) and name.endswith((".weight", ".bias")):
            state[name] = torch.from_numpy(numpy_helper.to_array(tensor).copy())
    for node in model.graph.node:
        for bias in node.input:
            if node.op_type == "Add" and bias in state and bias.endswith(".bias"):
                (other,) = (name for name in node.input if name != bias)
                weight = _weight(_product(made_by[other], made_by), held)
                state[bias.removesuffix("bias") + "weight"] = torch.from_numpy(weight.T.copy())
    return state


def _product(node: NodeProto, made_by: dict[str, NodeProto]) -> NodeProto:
    """The product of matrices behind scaling and casting."""
    while node.op_type not in {"MatMulInteger", "MatMulNBits"}:
        node = made_by[node.input[0]]
    return node


def _weight(node: NodeProto, held: dict[str, Any]) -> NDArray[np.float32]:
    """The weight of a product, of shape (values in, values out)."""
    whole = {name: numpy_helper.to_array(held[name]) for name in node.input if name in held}
    name = node.input[1]
    if node.op_type == "MatMulInteger":
        scale = numpy_helper.to_array(held[name.removesuffix("quantized") + "scale"])
        scaled: NDArray[np.float32] = whole[name].astype(np.float32) * scale
        return scaled
    told = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    columns, rows, run = told["N"], told["K"], told["block_size"]
    runs = whole[name].reshape(columns, math.ceil(rows / run), run).astype(np.float32)
    scales = whole[node.input[2]].reshape(columns, -1, 1)
    rebuilt: NDArray[np.float32] = ((runs - _ZERO_OF_BYTES) * scales).reshape(columns, -1)
    return rebuilt[:, :rows].T
