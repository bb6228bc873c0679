"""The process that reads files for another: each file in a child of its own, with limits.

Run as ``python -P -m ipqa.reports.worker``, with ``isolation.ReadingProcess`` at the other end of its
standard input and output. A request is two frames, a ``Task`` as JSON and the file's bytes; the outcome
is one frame of JSON. The worker itself parses nothing: it imports the readers, forks, and waits. So a
file can break nothing but its own child, and costs no start of Python.
"""

import ctypes
import json
import math
import os
import resource
import select
import signal
import struct
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, NoReturn

from ipqa.errors import IpqaError
from ipqa.japanese import load_dictionary
from ipqa.reports import SourceFile, parse

_LENGTH = struct.Struct(">Q")
_PIECE = 1 << 20
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_READERS = {
    b"%PDF-": ("pdf.document",),
    b"PK\x03\x04": ("word.document", "slides.deck"),
    b"": ("markdown", "plain_text", "web.page"),
}
"""What a file that begins so may need; the first entry that fits holds."""


@dataclass(frozen=True, slots=True)
class Task:
    """A file to be read.

    Attributes:
        ending: of its name, which is all that a reader needs of it.
        seconds: longest time, by the clock and of the processor.
        memory: most bytes of address space.
    """

    ending: str
    seconds: float
    memory: int


def send(stream: IO[bytes], frame: bytes) -> None:
    """Write one frame: its length, and itself."""
    stream.write(_LENGTH.pack(len(frame)))
    stream.write(frame)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Read one frame; None where the other end is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    frame = stream.read(length)
    return frame if len(frame) == length else None


def main() -> None:
    """Read what is asked for until nobody asks any more."""
    _leave_the_network()
    with suppress(IpqaError):  # told by the child that needs it
        load_dictionary()
    requests, outcomes = sys.stdin.buffer, sys.stdout.buffer
    while (task := receive(requests)) is not None and (raw := receive(requests)) is not None:
        send(outcomes, _read_in_child(Task(**json.loads(task)), raw))


def _read_in_child(task: Task, raw: bytes) -> bytes:
    """The outcome of reading a file, or of how its child ended without one."""
    _import_readers(raw)
    deadline = time.monotonic() + task.seconds
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        _be_child(task, raw, theirs)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as pipe:
        outcome = _written(pipe, deadline)
    if outcome is None:
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if outcome is None or code == -signal.SIGXCPU:
        return _encoded({"exceeded": "seconds"})
    if code:
        return _encoded({"ended": signal.Signals(-code).name if code < 0 else f"exit {code}"})
    return outcome


def _import_readers(raw: bytes) -> None:
    """Import before the fork what the child would import after it, once for all files."""
    names = next(names for start, names in _READERS.items() if raw.startswith(start))
    for name in names:
        import_module(f"ipqa.reports.{name}")


def _written(pipe: IO[bytes], deadline: float) -> bytes | None:
    """What a child writes until it ends; None where its time is over before that."""
    pieces: list[bytes] = []
    while (left := deadline - time.monotonic()) > 0:
        ready, _, _ = select.select([pipe, sys.stdin.buffer], [], [], left)
        if sys.stdin.buffer in ready:  # nobody asks before the outcome: the caller is gone
            os.killpg(0, signal.SIGKILL)
        if pipe in ready:
            piece = pipe.read(_PIECE)
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
    return None


def _be_child(task: Task, raw: bytes, theirs: int) -> NoReturn:
    """Read the file, write the outcome and end, without what the worker would do at its end."""
    code = 1
    try:
        _confine(task)
        with os.fdopen(theirs, "wb") as pipe:
            pipe.write(_outcome(SourceFile(Path(f"report{task.ending}"), raw)))
        code = 0
    finally:
        os._exit(code)


def _confine(task: Task) -> None:
    """Set the limits, and let go of the pipes of the worker."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    seconds = math.ceil(task.seconds)
    # by the clock the worker watches; this one holds also when the worker is killed
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the limit is refused, or not held to
        resource.setrlimit(resource.RLIMIT_AS, (task.memory, task.memory))


def _outcome(file: SourceFile) -> bytes:
    """The report, or why there is none."""
    try:
        return _encoded({"report": parse(file)})
    except IpqaError as error:
        if _is_of_memory(error):
            return _encoded({"exceeded": "memory"})
        details = {name: given for name, given in error.details.items() if name != "path"}
        return _encoded({"error": type(error).__name__, "details": details})
    except MemoryError:
        return _encoded({"exceeded": "memory"})
    except Exception:  # noqa: BLE001 - told to the other end, which logs it
        return _encoded({"fault": traceback.format_exc()})


def _is_of_memory(error: BaseException | None) -> bool:
    """Whether an error comes of memory that there was none of: a file that seems broken is not."""
    while error is not None and not isinstance(error, MemoryError):
        error = error.__cause__ or error.__context__
    return error is not None


def _encoded(outcome: dict[str, object]) -> bytes:
    return json.dumps(outcome, ensure_ascii=False, default=_by_fields).encode()


def _by_fields(part: object) -> dict[str, object]:
    """A part of a report, all of which are dataclasses with slots."""
    return {name: getattr(part, name) for name in type(part).__slots__}  # type: ignore[attr-defined]


def _leave_the_network() -> None:
    """Go where there is no network, where the system lets an ordinary user do so (Linux).

    Without a new user for root: it would lose the right to read the packages of others.
    """
    if sys.platform != "linux":
        return
    user = 0 if os.geteuid() == 0 else _CLONE_NEWUSER
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(user | _CLONE_NEWNET)


def request(task: Task) -> bytes:
    """A task as the frame that asks for it."""
    return json.dumps(asdict(task)).encode()


if __name__ == "__main__":
    main()
