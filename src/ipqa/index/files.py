"""Files that can be trusted: flushed to the disk when written, held against their hash when read."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class FileRecord(BaseModel):
    """Size and SHA-256 of one file."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class FileFault(Exception):
    """A file is missing, torn or changed.

    Attributes:
        path: the file.
        ja, en: what is wrong with it, as the end of a sentence that begins with its name.
    """

    def __init__(self, path: Path, ja: str, en: str) -> None:
        super().__init__(f"{path.name} {en}")
        self.path = path
        self.ja = ja
        self.en = en

    def told(self, folder: Path) -> tuple[str, str]:
        """The fault in English and in Japanese, the file by its path within a folder."""
        name = self.path.relative_to(folder)
        return f"{name} {self.en}", f"{name} {self.ja}"


def check(path: Path, record: FileRecord) -> None:
    """Hold a file against its record.

    Raises:
        FileFault: it is missing, of another size, or has another content.
    """
    check_size(path, record)
    try:
        digest = sha256(path)
    except OSError as error:
        raise FileFault(path, "がありません", "is missing") from error
    if digest != record.sha256:
        raise FileFault(path, "の内容が変わっています", "has changed")


def check_size(path: Path, record: FileRecord) -> None:
    """Hold the size of a file against its record.

    Raises:
        FileFault: it is missing, or of another size.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise FileFault(path, "がありません", "is missing") from error
    if size != record.size:
        raise FileFault(
            path,
            f"が {record.size} バイトではなく {size} バイトです",
            f"has {size} bytes instead of {record.size}",
        )


def seal(folder: Path) -> dict[str, FileRecord]:
    """Flush all that is in a folder to the disk and record its files, by their paths within it."""
    records = {}
    for path in sorted(folder.rglob("*")):
        flush(path)
        if path.is_dir():
            continue
        records[path.relative_to(folder).as_posix()] = FileRecord(
            size=path.stat().st_size, sha256=sha256(path)
        )
    return records


@contextmanager
def draft(beside: Path) -> Iterator[Path]:
    """A new folder to be filled and renamed; it is gone where that does not happen."""
    beside.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".draft-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def drop_folder(folder: Path) -> None:
    """Remove a folder at once: it is renamed first, so that nobody finds half of it."""
    if folder.is_dir():
        doomed = Path(tempfile.mkdtemp(prefix=".gone-", dir=folder.parent))
        folder.rename(doomed / folder.name)
        shutil.rmtree(doomed, ignore_errors=True)


def flush(path: Path) -> None:
    """Have the operating system write a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """The hash of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
