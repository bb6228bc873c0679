"""LangChain, LlamaIndex, Haystack and txtai, each in an environment of its own.

Every peer gets the embedding model that is installed with ipqa; of ipqa's own requirements its environment holds only
what that model needs, so that a peer is not slowed down by what is not its own.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_EMBEDDER = (
    "onnxruntime==1.32.0",
    "pydantic==2.14.3",
    "pydantic-settings==2.16.3",
    "tokenizers==0.23.3",
)
"""What the embedding model needs, beside the project's own code."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A framework to compare with.

    Attributes:
        script: the module of this package that measures it.
        packages: what is installed for it, on top of what the embedding model needs.
    """

    name: str
    script: str
    packages: tuple[str, ...]


_LANGCHAIN = (
    "faiss-cpu==1.15.1",
    "langchain-classic==1.0.8",
    "langchain-community==0.4.2",
    "langchain-core==1.7.2",
    "langchain-text-splitters==1.1.3",
    "numpy==2.4.6",
    "rank-bm25==0.2.2",
)

PEERS = (
    Peer("LangChain", "langchain_faiss", _LANGCHAIN),
    Peer(
        "LangChain, HuggingFaceEmbeddings",
        "langchain_as_it_comes",
        (
            *_LANGCHAIN,
            "langchain-huggingface==1.2.3",
            "sentence-transformers==6.2.0",
            "torch==2.13.0",
            "transformers==5.23.0",
        ),
    ),
    Peer(
        "LlamaIndex",
        "llama_index_faiss",
        (
            "faiss-cpu==1.15.1",
            "llama-index-core==0.14.25",
            "llama-index-retrievers-bm25==0.8.0",
            "llama-index-vector-stores-faiss==0.7.0",
            "numpy==2.4.6",
        ),
    ),
    Peer(
        "Haystack",
        "haystack_hybrid",
        ("faiss-cpu==1.15.1", "faiss-haystack==3.0.0", "haystack-ai==3.4.0", "numpy==1.26.4"),
    ),
    Peer(
        "txtai",
        "txtai_embeddings",
        (
            "faiss-cpu==1.15.1",
            "numpy==2.4.6",
            "torch==2.13.0",
            "transformers==5.23.0",
            "txtai==9.14.0",
        ),
    ),
)


class NotInstalled(Exception):
    """A peer could not be installed; the message is pip's."""


def environment_of(peer: Peer, folder: Path) -> Path:
    """The Python of a peer's environment, which is made where it is not there, or is of other packages.

    Raises:
        NotInstalled: what it needs cannot be installed.
    """
    python = folder / peer.script / "bin" / "python"
    wanted = json.dumps([*_EMBEDDER, *peer.packages])
    installed = folder / f"{peer.script}.json"
    if not installed.is_file() or installed.read_text(encoding="utf-8") != wanted:
        print(f"{peer.name}: installing", file=sys.stderr, flush=True)
        _install(peer, folder / peer.script, python)
        installed.write_text(wanted, encoding="utf-8")
    return python


def _install(peer: Peer, environment: Path, python: Path) -> None:
    # this project's own constraints would hold back what a peer needs otherwise
    unconstrained = {key: value for key, value in os.environ.items() if key != "PIP_CONSTRAINT"}
    pip = [str(python), "-m", "pip", "install", "--quiet"]
    for command in (
        [sys.executable, "-m", "venv", str(environment)],
        [*pip, *_EMBEDDER, *peer.packages],
        [*pip, "--no-deps", "--editable", str(ROOT)],
    ):
        done = subprocess.run(  # noqa: S603 - ourselves
            command,
            check=False,
            env=unconstrained,
            stdout=sys.stderr,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            raise NotInstalled(last_error(done.stderr.splitlines()))


def last_error(told: Sequence[str]) -> str:
    """The line of an error output that says what went wrong."""
    lines = [line.strip() for line in told if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["it said nothing"])[-1]
