"""Writes the trained models as ipqa ships them: ONNX files of eight bits, and what they have in common.

    python -m training.export embedder|reader
    python -m training.export cards    # only the hashes in the cards, of the files as they are now

Weights and activations have eight bits. What goes into the second half of a layer's feed-forward part has
outliers that one scale for a whole text does not bear; there each run of 128 values has its own. The word vectors
were learned before anything that is done here, and keep the four bits in which the base model has them; both
models read them from one file.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx.external_data_helper import set_external_data
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from ipqa.network import card_of
from training.base import PROMPTS
from training.check_data import ROOT
from training.command import MODELS
from training.reader import ReaderModel, trained_reader

SHIPPED = ROOT / "src" / "ipqa" / "models"
LONGEST = 512
"""Tokens that are read of a text; more than in training, as positions were learned before."""

_OPSET = 18
_RUN = 128
_WORD_RUN = 32
"""Values of a word vector that share a scale, as in the base model."""


class MeanOfTokens(nn.Module):
    """Token ids to vectors of length one: the mean over the tokens of a text."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Vectors of shape (texts, width) of ids and mask of shape (texts, tokens)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)


class WholeReader(nn.Module):
    """The reader as it is used: from tokens to what is said of a pair."""

    def __init__(self, reader: ReaderModel) -> None:
        super().__init__()
        self.encoder, self.heads = reader.encoder, reader.heads

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Judgements (pairs, 3) and starts and ends (pairs, tokens, 2)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        judged, sides = self.heads(hidden, attention_mask)
        return judged, sides


def export_embedder(model: SentenceTransformer, folder: Path) -> None:
    """Write the embedder, its card and the tokenizer into a folder."""
    transformer: Any = model[0]
    encoder = MeanOfTokens(transformer.auto_model.float().eval())
    card = {
        "dimension": model.get_embedding_dimension(),
        "longest": LONGEST,
        "prompts": PROMPTS,
    }
    tokenizer = json.loads(model.tokenizer.backend_tokenizer.to_str())
    tokenizer["truncation"] = tokenizer["padding"] = None
    text = json.dumps(tokenizer, ensure_ascii=False)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")
    _export(encoder, "embedder", ("vectors",), card, folder)


def export_reader(reader: ReaderModel, folder: Path) -> None:
    """Write the reader and its card into a folder."""
    _export(WholeReader(reader).float().eval(), "reader", ("judged", "sides"), {}, folder)


def _export(
    module: nn.Module, name: str, outputs: Sequence[str], card: dict[str, Any], folder: Path
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        _to_onnx(module, outputs, whole)
        model = _quantised(whole)
    _move_words(model, folder / "words.bin")
    path = folder / f"{name}.onnx"
    path.write_bytes(model.SerializeToString())
    onnx.checker.check_model(str(path))
    _write_card(folder, name, {"name": f"ipqa-{name}", **card})


def renew_cards(folder: Path) -> None:
    """Write the hashes of the files in a folder of models into their cards."""
    for name in ("embedder", "reader"):
        _write_card(folder, name, json.loads((folder / f"{name}.json").read_text("utf-8")))


def _write_card(folder: Path, name: str, told: dict[str, Any]) -> None:
    text = json.dumps(card_of(folder, name, told), indent=2)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _to_onnx(module: nn.Module, outputs: Sequence[str], path: Path) -> None:
    ids = torch.ones(2, 9, dtype=torch.long)
    shape = {0: torch.export.Dim("texts"), 1: torch.export.Dim("tokens", max=LONGEST)}
    program = torch.onnx.export(
        module,
        (ids, torch.ones_like(ids)),
        input_names=["input_ids", "attention_mask"],
        output_names=list(outputs),
        dynamic_shapes={"input_ids": shape, "attention_mask": shape},
        opset_version=_OPSET,
        dynamo=True,
    )
    if program is None:
        raise RuntimeError(path)
    program.save(str(path))
    onnx.checker.check_model(str(path))


def _quantised(whole: Path) -> onnx.ModelProto:
    model = onnx.load(str(whole))
    shapes = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    nodes = {
        kind: [node for node in model.graph.node if node.op_type == kind]
        for kind in ("MatMul", "Gather")
    }
    wide = [n.name for n in nodes["MatMul"] if not any(map(_narrows, map(shapes.get, n.input)))]
    words = max(nodes["Gather"], key=lambda n: shapes.get(n.input[0], (0,))[0])
    in_runs = MatMulNBitsQuantizer(
        model, bits=8, block_size=_RUN, is_symmetric=True, accuracy_level=4, nodes_to_exclude=wide
    )
    in_runs.process()
    of_words = MatMulNBitsQuantizer(
        in_runs.model.model,
        bits=4,
        block_size=_WORD_RUN,
        is_symmetric=True,
        op_types_to_quantize=("Gather",),
        quant_axes=(("Gather", 1),),
        nodes_to_exclude=[n.name for n in nodes["Gather"] if n.name != words.name],
    )
    of_words.process()
    half, path = whole.with_name("half.onnx"), whole.with_name("quantised.onnx")
    of_words.model.save_model_to_file(str(half))
    quantize_dynamic(
        half,
        path,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul"],
        extra_options={"MatMulConstBOnly": True},
    )
    return onnx.load(str(path))


def _narrows(shape: tuple[int, ...] | None) -> bool:
    """Whether a weight makes many values few: the second half of a feed-forward part."""
    return shape is not None and len(shape) > 1 and shape[0] > shape[1]


def _move_words(model: onnx.ModelProto, path: Path) -> None:
    """Take the word vectors out of a model, into the file from which it will read them.

    Raises:
        ValueError: the file is there, with the word vectors of another base model.
    """
    (gather,) = (node for node in model.graph.node if node.op_type == "GatherBlockQuantized")
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    kept = b""
    for name in (gather.input[0], gather.input[2]):
        tensor = tensors[name]
        data = tensor.raw_data
        set_external_data(tensor, path.name, offset=len(kept), length=len(data))
        tensor.ClearField("raw_data")
        kept += data
    if path.exists() and path.read_bytes() != kept:
        raise ValueError(f"{path} holds other word vectors: remove it and export both models")
    path.write_bytes(kept)


def main() -> None:
    """Export what `training.embedder` or `training.reader` has trained, or renew the hashes in the cards."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=["embedder", "reader", "cards"])
    what = parser.parse_args().what
    if what == "cards":
        renew_cards(SHIPPED)
    elif what == "embedder":
        export_embedder(SentenceTransformer(str(MODELS / "embedder" / "model")), SHIPPED)
    else:
        export_reader(trained_reader(MODELS / "reader" / "model"), SHIPPED)


if __name__ == "__main__":
    main()
