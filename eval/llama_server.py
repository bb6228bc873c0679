"""A llama.cpp server on loopback, for a model in a GGUF file: `pip install xllamacpp`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import xllamacpp

_CONTEXT = 8192
_PATIENCE = 60.0
"""Seconds that a model may take to load."""


@contextmanager
def llama_server(gguf: Path, *, threads: int = 1) -> Iterator[str]:
    """Serve a model, and give the address that `IPQA_LLM_BASE_URL` takes."""
    given = xllamacpp.CommonParams()
    given.model.path = str(gguf)
    given.n_ctx = _CONTEXT
    given.hostnames = ["127.0.0.1"]
    given.port = 0
    given.cpuparams.n_threads = threads
    server = xllamacpp.Server(given)
    address = f"{server.listening_address}/v1"
    started = time.monotonic()
    while httpx.get(f"{server.listening_address}/health").is_error:
        if time.monotonic() - started > _PATIENCE:
            raise TimeoutError(gguf)
        time.sleep(0.1)
    yield address
    del server
