"""Texts to vectors: the model that is installed with ipqa, any sentence-transformers model, or one at a server.

Vectors are float32 rows of length one, so that an inner product is a cosine.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ipqa.errors import ModelUnavailable
from ipqa.network import Network, tokenizer
from ipqa.settings import SHIPPED_MODEL, Settings

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


def model_of(settings: Settings) -> EmbeddingModel:
    """The model that the settings name, loaded here or asked for at a server.

    Raises:
        ModelUnavailable: it cannot be loaded, or its server cannot be asked.
        BadSetting: the server's address is none.
    """
    if settings.embedding_base_url is None:
        return load_model(settings.embedding_model)
    from ipqa.embedding.served import ServedModel  # noqa: PLC0415 - an HTTP client, which few need

    return ServedModel(
        settings.embedding_base_url, settings.embedding_model, settings.embedding_api_key
    )


def load_model(name: str) -> EmbeddingModel:
    """The model of that name: the shipped one, or a sentence-transformers name or folder.

    Raises:
        ModelUnavailable: it cannot be loaded.
    """
    return ShippedModel() if name == SHIPPED_MODEL else SentenceTransformerModel(name)


E5_PROMPTS = {"query": "query: ", "document": "passage: "}
"""E5 models were trained with these prefixes, but few publish them as prompts."""


def is_e5(name: str) -> bool:
    """Whether a model of that name is, or was made from, an E5 model."""
    return name == SHIPPED_MODEL or "e5" in name.lower().split("/")[-1]


class ShippedModel:
    """multilingual-e5-small in eight bits, taught on questions of analysts: `models/embedder.md` tells how."""

    def __init__(self) -> None:
        with ThreadPoolExecutor(1) as beside:  # the network loads without Python's lock
            loading = beside.submit(Network, "embedder")
            tokenizer()
        self._network = loading.result()
        card = self._network.card
        self.dimension: int = card["dimension"]
        self._longest: int = card["longest"]
        self._prompts: dict[str, str] = card["prompts"]
        self._name = f"{card['name']}/{card['sha256'][:16]}"

    @property
    def fingerprint(self) -> str:
        """Name and hash of the weights, the dimension and the prompts."""
        return f"{self._name}/{self.dimension}/{'|'.join(self._prompts.values())}"

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, one row each."""
        return self._embed(self._prompts["query"], texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that are to be found, one row each."""
        return self._embed(self._prompts["document"], texts)

    def _embed(self, prompt: str, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        encoded = tokenizer().encode_batch_fast([prompt + text for text in texts])
        rows = [
            [*e.ids[: self._longest - 1], e.ids[-1]] if len(e.ids) > self._longest else e.ids
            for e in encoded
        ]
        return np.stack([vector for (vector,) in self._network.run(rows)])


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
        if not any(self._model.prompts.values()) and is_e5(name):
            self._model.prompts = dict(E5_PROMPTS)

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
