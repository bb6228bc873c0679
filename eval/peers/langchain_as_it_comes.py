"""LangChain as its tutorial has it: the embedding model by sentence-transformers, in fp32."""

from pathlib import Path

from langchain_core.embeddings import Embeddings

from eval.peers.common import WEIGHTS, Embedder, Variant, main
from eval.peers.langchain_faiss import built, dense


class _Noted(Embeddings):
    """LangChain's own embeddings, whose time is noted."""

    def __init__(self, own: Embeddings, embedder: Embedder) -> None:
        self._own = own
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._embedder.timed(self._own.embed_documents, texts)

    def embed_query(self, text: str) -> list[float]:
        return self._embedder.timed(self._own.embed_query, text)


def _own(embedder: Embedder, folder: Path) -> Embeddings:
    from langchain_huggingface import HuggingFaceEmbeddings  # noqa: PLC0415 - a leg imports only its own

    return _Noted(HuggingFaceEmbeddings(model_name=str(folder.parents[1] / WEIGHTS)), embedder)


VARIANTS = [Variant("1000/200", built(1000, 200, None, _own), {"dense, FAISS": dense(_own)})]

if __name__ == "__main__":
    main(VARIANTS)
