"""An embedding model at an OpenAI-compatible server (TEI, vLLM, Infinity), which may have an accelerator.

A server does not say what its model was trained with: prompts are those of E5 models where the name is one, and none
else. Nor does it show its weights: that they are others under the same name is noticed by the questions that each
generation is asked before it is relied on.
"""

import time
from collections.abc import Sequence
from http import HTTPStatus

import httpx
import numpy as np
from pydantic import BaseModel, SecretStr, ValidationError

from ipqa.embedding import E5_PROMPTS, Vectors, is_e5
from ipqa.errors import BadSetting, ModelUnreachable

_BATCH = 32
"""Texts that are sent at once: what TEI takes by default."""

_CONNECTED = 3.0
"""Seconds in which a server must accept a connection."""

_ANSWERED, _EMBEDDED = 10.0, 120.0
"""Seconds in which it must embed a question, for which somebody waits, and a batch of a report."""

_PAUSES = (0.5, 2.0)
"""Seconds until a batch that a server was too busy for, or was started anew at, is sent again."""

_TRIAL = "報告書"


class _Embedding(BaseModel):
    index: int
    embedding: list[float]


class _Embeddings(BaseModel):
    data: list[_Embedding]


class ServedModel:
    """A model that embeds elsewhere; its vectors are brought to length one."""

    def __init__(self, base_url: str, name: str, key: SecretStr | None = None) -> None:
        """Ask the server for a vector, which tells the dimension.

        Args:
            base_url: of the server, up to and with its version (http://127.0.0.1:8080/v1).
            name: of the model, at that server.
            key: where the server wants one.

        Raises:
            ModelUnreachable: the server cannot be asked, or has no such model.
            BadSetting: the address is none.
        """
        try:
            url = httpx.URL(base_url)
        except httpx.InvalidURL as error:
            raise BadSetting(names="IPQA_EMBEDDING_BASE_URL", reason=str(error)) from error
        if url.scheme not in {"http", "https"} or not url.host:
            reason = "not an http:// or https:// address"
            raise BadSetting(names="IPQA_EMBEDDING_BASE_URL", reason=reason)
        self._url = url.copy_with(path=url.path.rstrip("/") + "/embeddings")
        self._told = str(url.copy_with(userinfo=b"", query=None))
        self._name = name
        self._prompts = E5_PROMPTS if is_e5(name) else dict.fromkeys(E5_PROMPTS, "")
        self._client = httpx.Client(
            headers={"authorization": f"Bearer {key.get_secret_value()}"} if key else {},
            trust_env=False,  # reports go to this server, and to no proxy on the way
        )
        self._dimension = len(self._embedded([_TRIAL], _ANSWERED)[0])

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    @property
    def fingerprint(self) -> str:
        """Name, dimension and prompts: all that a server tells."""
        return f"{self._name}/served/{self._dimension}/{'|'.join(self._prompts.values())}"

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions, one row each."""
        return self._rows(self._prompts["query"], texts, _ANSWERED)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts that are to be found, one row each."""
        return self._rows(self._prompts["document"], texts, _EMBEDDED)

    def _rows(self, prompt: str, texts: Sequence[str], within: float) -> Vectors:
        rows = np.empty((len(texts), self._dimension), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            batch = [prompt + text for text in texts[start : start + _BATCH]]
            found = self._embedded(batch, within)
            if found.shape[1:] != rows.shape[1:]:
                raise self._unreachable("its vectors have another length than before")
            rows[start : start + len(batch)] = found
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return rows

    def _embedded(self, texts: Sequence[str], within: float) -> Vectors:
        """The vectors of a few texts, in their order."""
        for pause in (*_PAUSES, None):
            try:
                response = self._client.post(
                    self._url,
                    json={"model": self._name, "input": texts},
                    timeout=httpx.Timeout(within, connect=_CONNECTED),
                )
                busy = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
                if pause is None or not (busy or response.is_server_error):
                    return self._vectors(response, len(texts))
            except httpx.HTTPError as error:
                if pause is None:
                    raise self._unreachable(str(error) or type(error).__name__) from error
            time.sleep(pause)
        raise AssertionError  # the last try returns or raises

    def _vectors(self, response: httpx.Response, count: int) -> Vectors:
        """The vectors in an answer, which must be so many, by their numbers."""
        if not response.is_success:
            said = response.text.strip().partition("\n")[0][:200]
            raise self._unreachable(f"HTTP {response.status_code}: {said}")
        try:
            data = _Embeddings.model_validate_json(response.content).data
            found = {one.index: one.embedding for one in data}
            return np.array([found[number] for number in range(count)], dtype=np.float32)
        except (ValidationError, ValueError, KeyError) as error:
            raise self._unreachable("its answer is not that of /v1/embeddings") from error

    def _unreachable(self, reason: str) -> ModelUnreachable:
        return ModelUnreachable(url=self._told, model=self._name, reason=reason)
