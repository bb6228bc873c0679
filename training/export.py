"""Writes the trained embedder as ipqa ships it: an ONNX file of eight bits, a tokenizer, and what they are.

    python -m training.export

Weights and activations have eight bits. What goes into the second half of a layer's feed-forward part has
outliers that one scale for a whole text does not bear; there each run of 128 values has its own. Cosines to
the unquantised model rise by that from .983 to .997 at four fifths of the speed.
"""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from sentence_transformers import SentenceTransformer
from torch import nn

from training.base import PROMPTS
from training.check_data import ROOT

TRAINED = ROOT / "training" / "models" / "embedder" / "model"
SHIPPED = ROOT / "src" / "ipqa" / "models" / "embedder"
LONGEST = 512
"""Tokens that are read of a text; more than in training, as positions were learned before."""

_OPSET = 18
_RUN = 128


class MeanOfTokens(nn.Module):
    """Token ids to vectors of length one: the mean over the tokens of a text."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Vectors of shape (texts, width) of ids and mask of shape (texts, tokens)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)


def export_embedder(model: SentenceTransformer, folder: Path) -> None:
    """Write `model.onnx`, `tokenizer.json` and `model.json` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    transformer: Any = model[0]
    encoder = MeanOfTokens(transformer.auto_model.float().eval())
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        _to_onnx(encoder, whole)
        _quantised(whole, folder / "model.onnx")
    tokenizer = json.loads(model.tokenizer.backend_tokenizer.to_str())
    tokenizer["truncation"] = tokenizer["padding"] = None
    text = json.dumps(tokenizer, ensure_ascii=False)
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")
    card = {
        "name": "ipqa-embedder",
        "dimension": model.get_embedding_dimension(),
        "longest": LONGEST,
        "prompts": PROMPTS,
        "sha256": hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest(),
    }
    (folder / "model.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def _to_onnx(module: nn.Module, path: Path) -> None:
    ids = torch.ones(2, 9, dtype=torch.long)
    shape = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens", max=LONGEST)}
    program = torch.onnx.export(
        module,
        (ids, torch.ones_like(ids)),
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_shapes={"input_ids": shape, "attention_mask": shape},
        opset_version=_OPSET,
        dynamo=True,
    )
    if program is None:
        raise RuntimeError(path)
    program.save(str(path))
    onnx.checker.check_model(str(path))


def _quantised(whole: Path, path: Path) -> None:
    model = onnx.load(str(whole))
    shapes = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    others = [
        node.name
        for node in model.graph.node
        if node.op_type == "MatMul" and not any(map(_narrows, map(shapes.get, node.input)))
    ]
    in_runs = MatMulNBitsQuantizer(
        model, bits=8, block_size=_RUN, is_symmetric=True, accuracy_level=4, nodes_to_exclude=others
    )
    in_runs.process()
    half = whole.with_name("half.onnx")
    in_runs.model.save_model_to_file(str(half))
    quantize_dynamic(
        half,
        path,
        weight_type=QuantType.QInt8,
        per_channel=True,
        extra_options={"MatMulConstBOnly": True},
    )


def _narrows(shape: tuple[int, ...] | None) -> bool:
    """Whether a weight makes many values few: the second half of a feed-forward part."""
    return shape is not None and len(shape) > 1 and shape[0] > shape[1]


def main() -> None:
    """Export what `training.embedder` has trained."""
    export_embedder(SentenceTransformer(str(TRAINED)), SHIPPED)


if __name__ == "__main__":
    main()
