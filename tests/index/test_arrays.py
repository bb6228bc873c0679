"""Arrays in files: mapped, and let go of again."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from ipqa.index import dense
from ipqa.index.arrays import let_go, mapped, write_array


def kilobytes_of(path: Path) -> int:
    """How much of a file is mapped into this process at the moment."""
    maps = re.split(
        r"^(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text(), flags=re.MULTILINE
    )
    found = [re.search(r"^Rss:\s+(\d+)", one, re.MULTILINE) for one in maps if str(path) in one]
    return sum(int(each[1]) for each in found if each)


@pytest.mark.skipif(sys.platform != "linux", reason="what is mapped is told by Linux's /proc")
def test_what_was_looked_at_is_let_go_and_there_again_when_wanted(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npy"
    vectors = np.arange(400_000, dtype=np.float32).reshape(-1, 40)
    write_array(path, vectors)
    read = mapped(path)
    assert float(read.sum(dtype=np.float64)) == float(vectors.sum(dtype=np.float64))
    assert kilobytes_of(path) > 1000
    let_go(read[5:])  # a part of it stands for all
    assert kilobytes_of(path) == 0
    np.testing.assert_array_equal(read, vectors)


def test_an_array_in_memory_has_nothing_to_let_go() -> None:
    array = np.ones(3)
    let_go(array)
    np.testing.assert_array_equal(array, [1, 1, 1])


@pytest.mark.skipif(sys.platform != "linux", reason="what is mapped is told by Linux's /proc")
def test_vectors_that_are_looked_at_do_not_pile_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "_LOOKED_AT", 100)
    path = tmp_path / "vectors.npy"
    vectors = np.arange(400_000, dtype=np.float32).reshape(-1, 40)
    write_array(path, vectors)
    read = dense.MappedVectors([mapped(path), vectors[:3]])
    for start in range(0, 10_000, 50):
        rows = range(start, start + 50)
        np.testing.assert_array_equal(read.rows(rows), vectors[start : start + 50])
    assert kilobytes_of(path) < 400
