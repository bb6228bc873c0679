"""A server as a user starts it, and how much memory it takes."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ADDRESS = re.compile(r"http://[\d.]+:\d+")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers.

    Attributes:
        address: where, up to the port.
    """

    address: str
    process: int

    @property
    def memory(self) -> dict[str, float]:
        """What its process has in memory now, in MB, and how much of it are pages of files: the dictionary's, mostly.

        Those are shared by all processes that read the file, and the kernel may drop them.
        """
        status = Path(f"/proc/{self.process}/status").read_text("ascii")
        kilobytes = dict(re.findall(r"^(VmRSS|RssFile):\s+(\d+) kB$", status, re.MULTILINE))
        return {
            "memory_mb": int(kilobytes["VmRSS"]) / 1024,
            "of_files_mb": int(kilobytes["RssFile"]) / 1024,
        }


@contextmanager
def serving(index: Path, records: Path, *, reader: bool) -> Iterator[Server]:
    """`ipqa serve` in a process of its own on a free port of this machine, until it is left.

    Args:
        index: what it answers from.
        records: a folder for the file of records.
        reader: whether with the reader model.
    """
    options = [] if reader else ["--no-reader"]
    command = [sys.executable, "-m", "ipqa.cli", "serve", "--index", str(index), "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - ourselves
        [*command, *options],
        env=os.environ | {"IPQA_DATABASE_URL": f"sqlite:///{records}/records.sqlite3"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            told = process.stdout.readline() if process.stdout else ""
            place = _ADDRESS.search(told)
            if place is None:
                raise RuntimeError(f"the server did not start: {told}")
            yield Server(place[0], process.pid)
        finally:
            process.terminate()
