"""A real Milvus server on loopback that can be killed and started again: Milvus Lite's own, in a process apart."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PATIENCE = 60.0
"""Seconds that it may take to listen, on a machine that has much else to do."""


class MilvusServer:
    """A server of the collections in a folder."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"milvus://127.0.0.1:{self.port}/default"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        command = [sys.executable, "-m", "milvus_lite", "server", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--data-dir", str(self._folder)]
        with (self._folder.parent / "milvus.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until = time.monotonic() + _PATIENCE
        while True:
            with (
                suppress(ConnectionRefusedError),
                socket.create_connection(("127.0.0.1", self.port)),
            ):
                return
            assert self._process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)

    def freeze(self) -> None:
        """Have it neither answer nor hang up, as a network that loses everything would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Have it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power failure would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def served(folder: Path) -> Iterator[MilvusServer]:
    """A server that runs, until this ends."""
    server = MilvusServer(folder / "milvus")
    server.start()
    try:
        yield server
    finally:
        server.kill()
