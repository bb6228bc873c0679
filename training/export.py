"""Writes the trained models as ipqa ships them: ONNX files of eight bits, and what they have in common.

    python -m training.export embedder|reader
    python -m training.export cards    # only the hashes in the cards, of the files as they are now

`training.graph` says how they are built. The word vectors were learned before anything that is done here, and keep
the four bits in which the base model has them; both models read them from one file.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx.external_data_helper import set_external_data
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from sentence_transformers import SentenceTransformer
from torch import Tensor
from transformers import BertModel

from ipqa.network import card_of, tokenizer
from training.base import PROMPTS
from training.check_data import DATA, ROOT
from training.command import MODELS
from training.graph import LOUD, WORDS, graph_of
from training.reader import ReaderModel, trained_reader

SHIPPED = ROOT / "src" / "ipqa" / "models"
LONGEST = 512
"""Tokens that are read of a text; more than in training, as positions were learned before."""

_TEXTS, _CHARACTERS = 40, 300
"""Texts, and characters of each, that tell which channels are loud."""

_WORD_RUN = 32
"""Values of a word vector that share a scale, as in the base model."""


def export_embedder(model: SentenceTransformer, folder: Path) -> None:
    """Write the embedder, its card and the tokenizer into a folder."""
    transformer: Any = model[0]
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
    state = {f"encoder.{name}": w for name, w in transformer.auto_model.state_dict().items()}
    _export(transformer.auto_model, state, "embedder", card, folder)


def export_reader(reader: ReaderModel, folder: Path) -> None:
    """Write the reader and its card into a folder."""
    _export(reader.encoder, reader.state_dict(), "reader", {}, folder)


def _export(
    encoder: BertModel, state: Mapping[str, Tensor], name: str, card: dict[str, Any], folder: Path
) -> None:
    weights = {part: tensor.float().cpu().numpy() for part, tensor in state.items()}
    model = _words_in_four_bits(graph_of(name, weights, loudest_channels(encoder)))
    folder.mkdir(parents=True, exist_ok=True)
    _move_words(model, folder / "words.bin")
    path = folder / f"{name}.onnx"
    path.write_bytes(model.SerializeToString())
    onnx.checker.check_model(str(path))
    _write_card(folder, name, {"name": f"ipqa-{name}", **card})


def loudest_channels(encoder: BertModel) -> list[NDArray[np.int64]]:
    """For each layer the channels of its feed-forward part that reach furthest from nought over some texts."""
    furthest: list[Tensor] = []
    layers: Any = encoder.encoder.layer
    hooks = [
        layer.intermediate.register_forward_hook(
            lambda _, __, made: furthest.append(made.abs().amax(dim=(0, 1)))
        )
        for layer in layers
    ]
    texts = [path.read_text("utf-8")[:_CHARACTERS] for path in sorted(DATA.glob("*/*.md"))[:_TEXTS]]
    encoder.train(mode=False)
    with torch.inference_mode():
        for encoded in tokenizer().encode_batch(texts):
            encoder(input_ids=torch.tensor([encoded.ids]).to(encoder.device))
    for hook in hooks:
        hook.remove()
    reached = [torch.stack(furthest[n :: len(layers)]).amax(dim=0) for n in range(len(layers))]
    return [np.sort(one.float().cpu().numpy().argsort()[-LOUD:]) for one in reached]


def renew_cards(folder: Path) -> None:
    """Write the hashes of the files in a folder of models into their cards."""
    for name in ("embedder", "reader"):
        _write_card(folder, name, json.loads((folder / f"{name}.json").read_text("utf-8")))


def _write_card(folder: Path, name: str, told: dict[str, Any]) -> None:
    text = json.dumps(card_of(folder, name, told), indent=2)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def _words_in_four_bits(model: onnx.ModelProto) -> onnx.ModelProto:
    quantiser = MatMulNBitsQuantizer(
        model,
        bits=4,
        block_size=_WORD_RUN,
        is_symmetric=True,
        op_types_to_quantize=("Gather",),
        quant_axes=(("Gather", 1),),
        nodes_to_exclude=[
            node.name
            for node in model.graph.node
            if node.op_type == "Gather" and node.input[0] != WORDS
        ],
    )
    quantiser.process()
    quantised: onnx.ModelProto = quantiser.model.model
    return quantised


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
