"""What an examination comes to."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from ipqa.errors import IpqaError


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Fault(_Frozen):
    """Something that is wrong.

    Attributes:
        file: the file or folder that it is wrong with, or the address.
        error: the name of its class in ``ipqa.errors``.
        message: what is wrong and what to do about it, in Japanese, and ``message_en`` in English.
    """

    file: str
    error: str
    message: str
    message_en: str


class FileState(_Frozen):
    """A file of the index, by its path within the folder, and whether it is what it was written as."""

    path: str
    whole: bool


class GenerationState(_Frozen):
    """A generation of the index.

    Attributes:
        created: when it was made, in UTC; empty where its manifest cannot be read, as the rest is then.
        reports: how many there are in it.
        files: everything that it is opened from.
    """

    name: str
    created: str = ""
    reports: int = 0
    files: tuple[FileState, ...] = ()


class ReportState(_Frozen):
    """A report that is answered from.

    Attributes:
        characters, passages, sentences: how much there is; None where the index does not open.
        reading: whether all that is kept of it as read is whole.
        copied: whether the library's copy is what was added; None for a report of the corpus folder.
    """

    id: str
    origin: str
    characters: int | None
    passages: int | None
    sentences: int | None
    reading: bool
    copied: bool | None


class IndexState(_Frozen):
    """The index: the generation in force, the one before it, and the reports."""

    folder: str
    in_force: GenerationState | None = None
    before: GenerationState | None = None
    reports: tuple[ReportState, ...] = ()


class RecordsState(_Frozen):
    """The file or database of conversations, feedback and keys, which is filled on first use."""

    place: str
    there: bool


class EndpointState(_Frozen):
    """The language model's endpoint; None where none is configured."""

    address: str | None
    model: str | None
    reachable: bool | None


class DiskState(_Frozen):
    """Where the index lies: bytes that are free, and bytes that it takes."""

    folder: str
    free: int
    index: int


class Checkup(_Frozen):
    """An installation as it was found.

    Attributes:
        dictionary: version of the dictionary that cuts Japanese into words; None where it is missing.
        embedding: name, hash and dimension of the embedding model; None where it does not load.
        settings: the options that differ from their defaults; secrets are masked.
        faults: everything that is wrong; empty where all is in order.
    """

    ipqa: str
    python: str
    dictionary: str | None
    embedding: str | None
    settings: dict[str, str]
    index: IndexState
    records: RecordsState
    endpoint: EndpointState
    disk: DiskState
    faults: tuple[Fault, ...]


def fault_of(file: Path | str, error: IpqaError) -> Fault:
    """An error as a fault of a file."""
    return Fault(
        file=str(file),
        error=type(error).__name__,
        message=error.message("ja"),
        message_en=error.message("en"),
    )
