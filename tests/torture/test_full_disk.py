"""Where writing fails, at any byte or at any call, the index stays as it was and the error says so."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ipqa.doctor.installation import examine_disk
from tests.parts import ROOT
from tests.tally import Tally, Wrong
from tests.torture.child import DONE, REFUSED, Task, command, start
from tests.torture.place import Place
from tests.torture.world import IN_CORPUS, OTHERS, Edition, Held, require_right

_ROOM = 2_000_000
"""Bytes of the small disk."""

_CALLS = ("write", "fsync", "rename", "mkdir")
_FIRST_CALLS = 60
"""Calls of each kind after the imports, one of which fails."""


def plans(place: Place, number: int) -> tuple[Task, Held]:
    """A change of each kind in turn."""
    return (
        lambda: place.build(Edition(IN_CORPUS[0], 1)),
        lambda: place.add(Edition(OTHERS[1], 1)),
        lambda: place.remove(OTHERS[0]),
    )[number % 3]()


def see(place: Place, after: Held, code: int | None) -> None:
    """What was told is what is so."""
    if code not in {DONE, REFUSED}:
        raise Wrong(f"it ended with {code}")
    held = require_right(place.settings, [after if code == DONE else place.held])
    if held is None:
        raise Wrong("the index is refused where writing failed")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that is soon full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", f"size={_ROOM}", "tmpfs", str(folder)]
    if mount is None or subprocess.run([mount, *options], check=False).returncode:
        pytest.skip("no small disk can be mounted here; that takes the rights of root")
    yield folder
    subprocess.run([str(shutil.which("umount")), str(folder)], check=True)


def test_a_full_disk_is_told_and_the_index_stays(
    origin: Place, small_disk: Path, trials: int, tally: Tally, chance: random.Random
) -> None:
    test = "disk full (a small one, filled up to some bytes)"
    for number in range(max(3, trials // 20)):
        place = origin.copy(small_disk / "place")
        task, after = plans(place, number)
        free = shutil.disk_usage(small_disk).free
        left = chance.randrange(0, 150_000)
        (small_disk / "filler").write_bytes(bytes(max(0, free - left)))
        with tally.trial(test, f"{left} bytes left for {task.action}"):
            process = start(task)
            process.join()
            see(place, after, process.exitcode)
            _, faults = examine_disk(place.settings.index)
            if [fault.error for fault in faults] != ["DiskNearlyFull"]:
                raise Wrong("doctor does not name the full disk")
        (small_disk / "filler").unlink()
        shutil.rmtree(place.folder)
    tally.require(test)


def test_files_that_cannot_grow_are_told_and_the_index_stays(
    origin: Place, tmp_path: Path, trials: int, tally: Tally, chance: random.Random
) -> None:
    test = "no file may grow beyond some bytes"
    for number in range(max(3, trials // 10)):
        place = origin.copy(tmp_path / str(number))
        task, after = plans(place, number)
        most = int(2 ** chance.uniform(0, 18))
        with tally.trial(test, f"{most} bytes for {task.action}"):
            process = start(replace(task, file_size=most))
            process.join()
            see(place, after, process.exitcode)
        shutil.rmtree(place.folder)
    tally.require(test)


def test_a_call_that_fails_is_told_and_the_index_stays(
    origin: Place, tmp_path: Path, trials: int, tally: Tally, chance: random.Random
) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace makes calls fail, and is not installed")
    test = "the n-th write, fsync, rename or mkdir fails"
    for number in range(max(3, trials // 20)):
        place = origin.copy(tmp_path / str(number))
        task, after = plans(place, number)
        call, n = chance.choice(_CALLS), chance.randrange(1, _FIRST_CALLS)
        fault = "EIO" if call == "fsync" else "ENOSPC"
        inject = [strace, "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf"]
        inject += ["-e", f"trace={call}", "-e", f"inject={call}:error={fault}:when={n}"]
        with tally.trial(test, f"{call} {n} of {task.action}"):
            ended = subprocess.run([*inject, *command(task)], check=False, cwd=ROOT)
            see(place, after, ended.returncode)
        shutil.rmtree(place.folder)
    tally.require(test)
