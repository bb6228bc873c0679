"""A Ray cluster of this machine, with two processors, for tests."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 120
"""Seconds that a cluster or a build may take, on a machine that has much else to do."""

_CLUSTER = """
import logging, ray, sys

ray.init(
    address="local", num_cpus=2, object_store_memory=100_000_000, include_dashboard=False,
    log_to_driver=False, logging_level=logging.ERROR, _temp_dir=sys.argv[1],
)
print(ray.get_runtime_context().gcs_address, flush=True)
sys.stdin.read()
ray.shutdown()
"""


@contextmanager
def ray_cluster() -> Iterator[dict[str, str]]:
    """The environment in which the cluster is found; nothing of it is left, no process and no file."""
    folder = Path(tempfile.mkdtemp(prefix="ray-"))  # a short path: Ray has sockets in it
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("RAY_")},
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }
    command = [sys.executable, "-c", _CLUSTER, str(folder)]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as head:
        try:
            assert head.stdout
            yield {**environment, "RAY_ADDRESS": head.stdout.readline().strip()}
        finally:
            head.communicate(timeout=PATIENCE)
            shutil.rmtree(folder)
    assert head.returncode == 0
    until = time.monotonic() + PATIENCE
    while processes_of(str(folder)):
        assert time.monotonic() < until, processes_of(str(folder))
        time.sleep(0.1)


def processes_of(words: str) -> dict[int, str]:
    """The processes whose command line, or the title that Ray gives them, holds some words."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            title = path.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if words in title:
            found[int(path.parent.name)] = title
    return found
