"""Which generations there are, what each says of itself, and which one is in force.

    index/
      current                   one line: the generation in force, and the digest of its manifest
      generations/000002/
        manifest.json           which reports, what they were made with, and the hash of every file

Both files guard themselves: a manifest holds a digest of all else in it, and ``current`` repeats it, so
that a flipped bit neither renames a report nor puts another generation in force.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ipqa.errors import IndexDamaged, IndexMissing, IndexTooNew, IndexTooOld
from ipqa.index.files import FileRecord, flush
from ipqa.index.readings import Recipe

FORMAT = 4
"""Counted up when a generation is laid out differently than before."""

_CURRENT = "current"
_GENERATIONS = "generations"
_MANIFEST = "manifest.json"
_NAME = re.compile(r"[0-9]{6,}")
_POINTER = re.compile(r"([0-9]{6,})(?: ([0-9a-f]{64}))?\n")


class ReportSource(BaseModel):
    """Where a report of a generation comes from, which manifests have told the same way in every format.

    Attributes:
        source: the file's name.
        origin: where the file came from: an absolute path, or an address on the web.
        added: whether it was added by itself (``ipqa add``) and is kept in the library, rather than
            read from the corpus folder.
        digest: SHA-256 of the file, in hexadecimal.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    source: str
    origin: str
    added: bool
    digest: str


class ReportRecord(ReportSource):
    """One report of a generation.

    Attributes:
        reading: the name of its reading, and ``files`` the records of what that consists of.
        passages, sentences: how many it is cut into.
    """

    reading: str
    files: dict[str, FileRecord]
    passages: int
    sentences: int


class Manifest(BaseModel):
    """What a generation says of itself.

    Attributes:
        digest: SHA-256 of all the rest, in hexadecimal; empty in manifests made before there was one.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    ipqa: str
    created: str
    recipe: Recipe
    reports: tuple[ReportRecord, ...]
    counts: dict[str, int]
    files: dict[str, FileRecord]
    digest: str = ""

    def sealed(self) -> "Manifest":
        """The same with the digest of what it says."""
        return self.model_copy(update={"digest": _digest(self.model_dump(mode="json"))})


_SOURCES_JSON = TypeAdapter(tuple[ReportSource, ...])


@dataclass(frozen=True, slots=True)
class Pointer:
    """What ``current`` says: a generation, and the digest of its manifest where that has one."""

    name: str
    digest: str


def rebuild_command(folder: Path) -> str:
    """The command that makes the index in a folder anew, for error messages."""
    return "ipqa build" if folder == Path("index") else f"ipqa build --index {folder}"


def damaged(folder: Path, reason: str, reason_ja: str) -> IndexDamaged:
    """The error for an index that must be built anew."""
    return IndexDamaged(
        folder=folder, reason=reason, reason_ja=reason_ja, remedy=rebuild_command(folder)
    )


def generations_folder(folder: Path) -> Path:
    """The folder of all generations of an index."""
    return folder / _GENERATIONS


def generation_folder(folder: Path, name: str) -> Path:
    """The folder of one generation."""
    return folder / _GENERATIONS / name


def generation_names(folder: Path) -> list[str]:
    """The generations that were finished, oldest first; none where there is no index."""
    found = (path.name for path in (folder / _GENERATIONS).glob("*") if _NAME.fullmatch(path.name))
    return sorted(found, key=int)


def names_before(folder: Path, name: str) -> list[str]:
    """The generations before one, oldest first."""
    return [other for other in generation_names(folder) if int(other) < int(name)]


def pointer_path(folder: Path) -> Path:
    """The file that names the generation in force."""
    return folder / _CURRENT


def manifest_path(folder: Path, name: str) -> Path:
    """The manifest of a generation."""
    return generation_folder(folder, name) / _MANIFEST


def read_pointer(folder: Path) -> Pointer:
    """Which generation is in force.

    Raises:
        IndexMissing: the folder holds no index.
        IndexDamaged: it holds generations, but ``current`` is missing or torn.
    """
    try:
        text = pointer_path(folder).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        if generation_names(folder):
            raise damaged(folder, "the file current is missing", "current がありません") from error
        raise IndexMissing(folder=folder, remedy=rebuild_command(folder)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise damaged(folder, "the file current is unreadable", "current が読めません") from error
    found = _POINTER.fullmatch(text)
    if found is None:
        raise damaged(folder, "the file current is torn", "current の内容が壊れています")
    return Pointer(found[1], found[2] or "")


def put_in_force(folder: Path, name: str, manifest: Manifest) -> None:
    """Name a generation in ``current``, by one rename that is on the disk when this returns.

    Raises:
        OSError: it cannot be written; the generation before is in force then, as ever.
    """
    pointer, pending = pointer_path(folder), folder / f".{_CURRENT}"
    before = pointer.read_bytes() if pointer.exists() else None
    pending.write_text(f"{name} {manifest.digest}".strip() + "\n", encoding="utf-8")
    flush(pending)
    pending.replace(pointer)
    try:
        flush(folder)
    except OSError:  # renamed, but perhaps not for good: what is told is to be so
        if before is None:
            pointer.unlink()
        else:
            pending.write_bytes(before)
            pending.replace(pointer)
        raise


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into the folder of a generation."""
    path = folder / _MANIFEST
    path.write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
    flush(path)


def manifest_in_force(folder: Path, pointer: Pointer) -> Manifest:
    """The manifest of the generation that a pointer names; raises as ``manifest_of`` does."""
    manifest = manifest_of(folder, pointer.name)
    if pointer.digest != manifest.digest:
        raise _apart(folder, pointer)
    return manifest


def manifest_of(folder: Path, name: str) -> Manifest:
    """The manifest of a generation.

    Raises:
        IndexDamaged: it is missing, torn or changed.
        IndexTooOld: an earlier version of ipqa laid the generation out in another way.
        IndexTooNew: a later version of ipqa wrote it.
    """
    raw = _raw_manifest(folder, name)
    _require_format(folder, raw)
    try:
        manifest = Manifest.model_validate(raw)
    except ValidationError as error:
        raise _damaged_manifest(folder, name, "is incomplete", "の項目が欠けています") from error
    # a flipped bit in the word "digest" must not pass for a manifest of before there was one
    if not manifest.digest and set(raw) - set(Manifest.model_fields):
        raise _damaged_manifest(folder, name, *_CHANGED)
    return manifest


def sources_in_force(folder: Path) -> tuple[ReportSource, ...]:
    """The reports of the generation in force, also of an older one; raises as ``open_index`` does else."""
    pointer = read_pointer(folder)
    try:
        return manifest_in_force(folder, pointer).reports
    except IndexTooOld:
        if pointer.digest != _raw_manifest(folder, pointer.name).get("digest", ""):
            raise _apart(folder, pointer) from None
        return sources_of(folder, pointer.name)


def sources_of(folder: Path, name: str) -> tuple[ReportSource, ...]:
    """The reports of a generation, also where an earlier version of ipqa laid it out in another way.

    Raises:
        IndexProblem: as ``manifest_of``, but for what is only older.
    """
    try:
        return manifest_of(folder, name).reports
    except IndexTooOld:
        try:
            return _SOURCES_JSON.validate_python(_raw_manifest(folder, name).get("reports"))
        except ValidationError as error:
            raise _damaged_manifest(folder, name, *_CHANGED) from error


def _raw_manifest(folder: Path, name: str) -> dict[str, Any]:
    """What a manifest says, of whatever format: in each of them its digest is made in the same way.

    Raises:
        IndexDamaged: it is missing or unreadable, or not what it was written as.
    """
    try:
        raw = json.loads(manifest_path(folder, name).read_bytes())
    except FileNotFoundError as error:
        raise _damaged_manifest(folder, name, "is missing", "がありません") from error
    except (OSError, ValueError) as error:
        raise _damaged_manifest(folder, name, "is unreadable", "が読めません") from error
    if not isinstance(raw, dict):
        raise _damaged_manifest(folder, name, "is incomplete", "の項目が欠けています")
    if raw.get("digest") and raw["digest"] != _digest(raw):
        raise _damaged_manifest(folder, name, *_CHANGED)
    return raw


_CHANGED = ("has changed", "の内容が変わっています")


def _damaged_manifest(folder: Path, name: str, reason: str, reason_ja: str) -> IndexDamaged:
    told = manifest_path(folder, name).relative_to(folder)
    return damaged(folder, f"{told} {reason}", f"{told} {reason_ja}")


def _apart(folder: Path, pointer: Pointer) -> IndexDamaged:
    return damaged(
        folder,
        f"the file current and generation {pointer.name} do not belong together",
        f"current と世代 {pointer.name} が合っていません",
    )


def _require_format(folder: Path, raw: dict[str, Any]) -> None:
    found = raw.get("format")
    if isinstance(found, int) and found > FORMAT:
        beside = rebuild_command(folder.with_name(f"{folder.name}-{FORMAT}"))
        raise IndexTooNew(folder=folder, found=found, known=FORMAT, remedy=beside)
    if isinstance(found, int) and found < FORMAT:
        remedy = rebuild_command(folder)
        raise IndexTooOld(folder=folder, found=found, known=FORMAT, remedy=remedy)


def _digest(content: dict[str, Any]) -> str:
    """Of what a manifest says, whatever the order and the spaces it is written with."""
    said = {name: value for name, value in content.items() if name != "digest"}
    text = json.dumps(said, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
