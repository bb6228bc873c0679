"""LlamaIndex: its sentence splitter, its own store and FAISS, its BM25 retriever, and its fusion of both."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from llama_index.core import Document, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.embeddings import BaseEmbedding
from pydantic import PrivateAttr

from eval.peers.common import DEPTH, Build, Embedder, Open, Search, Variant, main, texts_of

_BM25 = "bm25"


class _Wrapped(BaseEmbedding):  # type: ignore[misc]  # nothing to check by
    """The shared model, as LlamaIndex asks for vectors."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__()
        self._embedder = embedder

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self._embedder.embed_queries([query])[0].tolist()
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return vectors


def _built(*, faiss: bool, **splitting: int) -> Build:
    """Pieces of so many tokens, or of the splitter's own number; in FAISS, or in LlamaIndex's own store."""

    def build(corpus: Path, folder: Path, embedder: Embedder) -> None:
        from llama_index.core.node_parser import SentenceSplitter  # noqa: PLC0415 - a leg imports only its own

        documents = [Document(text=text) for text in texts_of(corpus)]
        nodes = SentenceSplitter(**splitting).get_nodes_from_documents(documents)
        storage = StorageContext.from_defaults(
            vector_store=_new_faiss_store(embedder.dimension) if faiss else None
        )
        index = VectorStoreIndex(nodes, storage_context=storage, embed_model=_Wrapped(embedder))
        index.storage_context.persist(str(folder))
        _new_bm25(nodes).persist(str(folder / _BM25))

    return build


def _dense(*, faiss: bool) -> Open:
    def open_leg(folder: Path, embedder: Embedder) -> Search:
        retriever = _index(folder, embedder, faiss=faiss).as_retriever(similarity_top_k=DEPTH)
        return lambda question: _contents(retriever.retrieve(question))

    return open_leg


def _lexical(folder: Path, _: Embedder) -> Search:
    retriever = _bm25(folder)
    return lambda question: _contents(retriever.retrieve(question))


def _hybrid(*, faiss: bool) -> Open:
    def open_leg(folder: Path, embedder: Embedder) -> Search:
        from llama_index.core.llms import MockLLM  # noqa: PLC0415 - a leg imports only its own
        from llama_index.core.retrievers import QueryFusionRetriever  # noqa: PLC0415

        dense = _index(folder, embedder, faiss=faiss).as_retriever(similarity_top_k=DEPTH)
        both = QueryFusionRetriever(
            [dense, _bm25(folder)],
            llm=MockLLM(),  # asked only for further questions, of which there are none
            mode="reciprocal_rerank",
            num_queries=1,
            similarity_top_k=DEPTH,
            use_async=False,
        )
        return lambda question: _contents(both.retrieve(question))

    return open_leg


def _index(folder: Path, embedder: Embedder, *, faiss: bool) -> Any:  # noqa: ANN401 - the package is not there to check
    store = None
    if faiss:
        from llama_index.vector_stores.faiss import FaissVectorStore  # noqa: PLC0415 - a leg imports only its own

        store = FaissVectorStore.from_persist_dir(str(folder))
    storage = StorageContext.from_defaults(vector_store=store, persist_dir=str(folder))
    return load_index_from_storage(storage, embed_model=_Wrapped(embedder))


def _new_faiss_store(dimension: int) -> Any:  # noqa: ANN401 - the package is not there to check
    import faiss  # noqa: PLC0415 - a leg imports only its own
    from llama_index.vector_stores.faiss import FaissVectorStore  # noqa: PLC0415

    return FaissVectorStore(faiss_index=faiss.IndexFlatIP(dimension))


def _new_bm25(nodes: list[Any]) -> Any:  # noqa: ANN401 - the package is not there to check
    from llama_index.retrievers.bm25 import BM25Retriever  # noqa: PLC0415 - a leg imports only its own

    return BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=min(DEPTH, len(nodes)))


def _bm25(folder: Path) -> Any:  # noqa: ANN401 - the package is not there to check
    from llama_index.retrievers.bm25 import BM25Retriever  # noqa: PLC0415 - a leg imports only its own

    return BM25Retriever.from_persist_dir(str(folder / _BM25))


def _contents(found: Iterable[Any]) -> list[str]:
    return [one.node.get_content() for one in found]


VARIANTS = [
    Variant(
        "default splitter",
        _built(faiss=False),
        {"dense, own store": _dense(faiss=False), "BM25": _lexical, "hybrid": _hybrid(faiss=False)},
    ),
    Variant(
        "512/50 tokens",
        _built(faiss=True, chunk_size=512, chunk_overlap=50),
        {"dense, FAISS": _dense(faiss=True), "BM25": _lexical, "hybrid": _hybrid(faiss=True)},
    ),
]

if __name__ == "__main__":
    main(VARIANTS)
