"""The networks that are installed with ipqa, run by ONNX Runtime without PyTorch.

`models/` holds them in eight bits, each with a card that tells how it was made, and what they have in common: the
word vectors (in four bits, as the model they were made from has them) and the tokenizer.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ipqa.errors import ShippedModelUnavailable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_SHIPPED = Path(__file__).parent / "models"
_NETWORKS = ("embedder", "reader")
_WORDS = "words.bin"
_reading_tokens = Lock()


class Network:
    """A network that reads token ids.

    Rows go through one at a time, on as many threads as there are cores: so what comes out does not depend on the
    rows beside it, and nothing is spent on padding.

    Raises:
        ShippedModelUnavailable: its files cannot be read.
    """

    def __init__(self, name: str, folder: Path = _SHIPPED) -> None:
        try:
            import onnxruntime  # noqa: PLC0415 - loads a native engine; commands that run no network skip it

            self.card: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            self._session = onnxruntime.InferenceSession(
                folder / f"{name}.onnx", options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # what onnxruntime raises has no nearer ancestor
            raise ShippedModelUnavailable(model=name, reason=str(error)) from error
        self._workers = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix=name)

    def run(self, rows: Sequence[Sequence[int]]) -> list[list[NDArray[np.float32]]]:
        """For each row of token ids the network's outputs, in their order."""
        return list(self._workers.map(self._run, rows))

    def _run(self, ids: Sequence[int]) -> list[NDArray[np.float32]]:
        tokens = np.array([ids], dtype=np.int64)
        found = self._session.run(
            None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        )
        return [np.asarray(output, dtype=np.float32)[0] for output in found]


def changed_weights(folder: Path = _SHIPPED) -> list[Path]:
    """The files of weights that are not those whose hash the cards name.

    Raises:
        ShippedModelUnavailable: a file cannot be read.
    """
    changed = [name for name in _NETWORKS if not _is_as_its_card_says(folder, name)]
    if len(changed) == len(_NETWORKS):
        return [folder / _WORDS]  # what they have in common
    return [folder / f"{name}.onnx" for name in changed]


def _is_as_its_card_says(folder: Path, name: str) -> bool:
    """A card names one hash, of the network and the word vectors after it."""
    digest = hashlib.sha256()
    try:
        card = json.loads((folder / f"{name}.json").read_text("utf-8"))
        for file in (f"{name}.onnx", _WORDS):
            digest.update((folder / file).read_bytes())
        return bool(card["sha256"] == digest.hexdigest())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ShippedModelUnavailable(model=name, reason=str(error)) from error


def tokenizer(folder: Path = _SHIPPED) -> "Tokenizer":
    """What cuts a text into the tokens of the networks, read once; offsets are code points.

    Raises:
        ShippedModelUnavailable: its file cannot be read.
    """
    with _reading_tokens:  # both networks may be loading
        return _tokenizer(folder)


@cache
def _tokenizer(folder: Path) -> "Tokenizer":
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - a native library

        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # nor has what tokenizers raises
        raise ShippedModelUnavailable(model="tokenizer", reason=str(error)) from error
