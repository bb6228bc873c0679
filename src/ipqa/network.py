"""The networks that are installed with ipqa, run by ONNX Runtime without PyTorch.

`models/` holds them in eight bits, each with a card that tells how it was made, and what they have in common: the
word vectors (in four bits, as the model they were made from has them) and the tokenizer. The cards name the hashes of
all these files; ``python -m training.export`` writes them.
"""

import ctypes
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ipqa.errors import ShippedModelChanged, ShippedModelUnavailable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_SHIPPED = Path(__file__).parent / "models"
_NETWORKS = ("embedder", "reader")
_WORDS = "words.bin"
_TOKENIZER = "tokenizer.json"
_TOKENIZER_CARD = "embedder"
"""The card that names the tokenizer's hash: both are exported together."""

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
        found = self._session.run(None, {"input_ids": np.array([ids], dtype=np.int64)})
        return [np.asarray(output, dtype=np.float32)[0] for output in found]


def give_back_memory() -> None:
    """Have the allocator give back what loading has freed, tens of megabytes, where the system has a way (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def card_of(folder: Path, name: str, told: dict[str, Any]) -> dict[str, Any]:
    """What the card of a network is to say: what is told of it, and the hashes of its files as they are now.

    Args:
        folder: of the models.
        name: of the network.
        told: the rest of the card.

    Raises:
        OSError: a file cannot be read.
    """
    hashes = {"sha256": _sha256(folder / f"{name}.onnx", folder / _WORDS)}
    if name == _TOKENIZER_CARD:
        hashes["tokenizer_sha256"] = _sha256(folder / _TOKENIZER)
    return {**told, **hashes}


def changed_files(folder: Path = _SHIPPED) -> list[Path]:
    """The files of the models that are not those whose hashes the cards name.

    Raises:
        ShippedModelUnavailable: a file cannot be read.
    """
    wrong = {name: _wrong_hashes(folder, name) for name in _NETWORKS}
    changed = [name for name, hashes in wrong.items() if "sha256" in hashes]
    files = [f"{name}.onnx" for name in changed]
    if len(changed) == len(_NETWORKS):
        files = [_WORDS]  # what they have in common
    if "tokenizer_sha256" in wrong[_TOKENIZER_CARD]:
        files.append(_TOKENIZER)
    return [folder / file for file in files]


def _wrong_hashes(folder: Path, name: str) -> set[str]:
    """The entries of a card that are not the hashes of the files."""
    try:
        card = json.loads((folder / f"{name}.json").read_text("utf-8"))
        now = card_of(folder, name, card)
        return {entry for entry in now if now[entry] != card.get(entry)}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ShippedModelUnavailable(model=name, reason=str(error)) from error


def _sha256(*files: Path) -> str:
    """The hash of files, one after the other, in hexadecimal."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def tokenizer(folder: Path = _SHIPPED) -> "Tokenizer":
    """What cuts a text into the tokens of the networks, read once; offsets are code points.

    Raises:
        ShippedModelUnavailable: its file cannot be read.
        ShippedModelChanged: it is not the file whose hash the card names.
    """
    with _reading_tokens:  # both networks may be loading
        return _tokenizer(folder)


@cache
def _tokenizer(folder: Path) -> "Tokenizer":
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - a native library

        content = (folder / _TOKENIZER).read_bytes()
        card = json.loads((folder / f"{_TOKENIZER_CARD}.json").read_text("utf-8"))
        whole = hashlib.sha256(content).hexdigest() == card["tokenizer_sha256"]
        # one whose hash is wrong is not even parsed
        read = Tokenizer.from_buffer(content) if whole else None
    except Exception as error:  # nor has what tokenizers raises
        raise ShippedModelUnavailable(model="tokenizer", reason=str(error)) from error
    if read is None:
        raise ShippedModelChanged(model="tokenizer", file=folder / _TOKENIZER)
    return read
