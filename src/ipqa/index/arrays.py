"""Arrays in files: written so that no lost byte goes unnoticed, opened without being read."""

import io
import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array to a .npy file; where NumPy does it itself, it loses the last bytes unnoticed."""
    header = io.BytesIO()
    contiguous = np.ascontiguousarray(array)
    np.lib.format.write_array_header_1_0(
        header, np.lib.format.header_data_from_array_1_0(contiguous)
    )
    with path.open("wb") as file:
        file.write(header.getvalue())
        file.write(contiguous.data if contiguous.size else b"")


def mapped(path: Path) -> NDArray[Any]:
    """An array in a .npy file, of which only what is looked at is read.

    It stays readable where the file is removed.

    Raises:
        OSError: there is no such file.
        ValueError: it is no whole array.
    """
    held = np.load(path, mmap_mode="r", allow_pickle=False)
    array: NDArray[Any] = held.view(np.ndarray)  # every slice of a memmap is one, which takes long
    return array


def let_go(array: NDArray[Any]) -> None:
    """Take what was looked at of an array that is mapped off this process; it is there again where it is wanted."""
    base: object = array
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


def read_array(path: Path, *, whole: bool) -> NDArray[Any]:
    """An array in a .npy file, read as a whole or, as ``mapped``, where it is looked at; raises as that does."""
    return np.load(path, allow_pickle=False) if whole else mapped(path)


def read_bytes(path: Path, *, whole: bool) -> mmap.mmap | bytes:
    """What is in a file, read as a whole or where it is looked at; it stays readable where that is removed."""
    if whole or path.stat().st_size == 0:
        return path.read_bytes()
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
