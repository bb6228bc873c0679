"""The real commands that serve, in a process of their own, and what can be seen of them from outside."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

_COMMAND = (sys.executable, "-m", "ipqa.cli")
_GAUGE = r"^{name}(?:\{{[^}}]*\}})? ([\d.e+]+)$"


@dataclass(frozen=True)
class Served:
    """A server that runs.

    Attributes:
        port: where it listens, on loopback.
        process: its id.
        log: the file that it writes to.
    """

    port: int
    process: int
    log: Path

    @property
    def address(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> int:
        """The bytes of memory that it holds."""
        status = Path(f"/proc/{self.process}/status").read_text(encoding="utf-8")
        found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        assert found is not None
        return int(found[1]) * 1024

    def figure(self, name: str) -> float:
        """A figure of ``/metrics``, summed over its labels."""
        told = httpx.get(f"{self.address}/metrics", timeout=60).text
        return sum(float(v) for v in re.findall(_GAUGE.format(name=name), told, re.MULTILINE))


@dataclass(frozen=True)
class Started:
    """A command that serves.

    Attributes:
        address: where, as it told.
        process: its process.
    """

    address: str
    process: subprocess.Popen[str]

    def ended(self, number: signal.Signals = signal.SIGINT) -> tuple[str, str]:
        """End it by a signal; what it wrote to standard output and error after its address."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=60)


@contextmanager
def started(
    *arguments: str | Path,
    environment: Mapping[str, str] | None = None,
    told_on: Literal["stdout", "stderr"] = "stdout",
) -> Iterator[Started]:
    """A command that tells its address before all else, at a port that is free, until this ends.

    Args:
        arguments: the command and its options.
        environment: variables beyond those of this process, whose options of ipqa it does not get.
        told_on: where it tells its address.
    """
    utf8 = {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*_COMMAND, *arguments, "--port", "0"],
        env={**_environment(environment), **utf8},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            stream = process.stdout if told_on == "stdout" else process.stderr
            assert stream is not None
            address = re.search(r"http://\S+", stream.readline())
            assert address is not None
            yield Started(address[0], process)
        finally:
            process.terminate()


def ipqa(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of ipqa to its end, in English."""
    return subprocess.run(
        [*_COMMAND, *arguments],
        env=_environment(environment),
        capture_output=True,
        text=True,
        check=False,
    )


def free_port() -> int:
    """A port on loopback on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def serving(
    folder: Path,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[Served]:
    """A server of the index in a folder, until this ends.

    Args:
        folder: in which ``index`` is.
        options: of the command.
        environment: options as variables.
        port: where it listens; one that is free where None.
    """
    port = port or free_port()
    log = folder / f"server-{port}.log"
    command = [*_COMMAND, "serve", "--index", str(folder / "index"), "--port", str(port)]
    with (
        log.open("a", encoding="utf-8") as written,
        subprocess.Popen(
            [*command, *options],
            env=_environment(environment),
            stdout=written,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        served = Served(port, process.pid, log)
        try:
            _wait_until_ready(served, process)
            yield served
        finally:
            process.terminate()


def _wait_until_ready(served: Served, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            if httpx.get(f"{served.address}/readyz", timeout=10).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(served.log.read_text(encoding="utf-8"))


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    """That of this process, without options of ipqa but those that are given, in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IPQA_")}
    return {**kept, "IPQA_LANGUAGE": "en", **(more or {})}
