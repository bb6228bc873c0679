"""The engine for what is too much for one machine: Milvus, or Milvus Lite in a file.

A generation has two collections there, one of sentences with their vectors and one of passages with their
words as sparse vectors, and in its folder what they are called and which words they know:

    milvus.json             the name that both collections begin with
    words/                  the words that occur, and in how many passages (see ``terms``)

The vectors themselves are read from the readings where products are wanted, so that Milvus only proposes rows.
"""

from ipqa.index.milvus.address import Address, address_of
from ipqa.index.milvus.engine import MilvusEngine

__all__ = ["Address", "MilvusEngine", "address_of"]
