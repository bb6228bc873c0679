"""A file that is mangled is read and added whole, or refused, and the index answers as before."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from ipqa.doctor.index import examine_index
from ipqa.embedding import EmbeddingModel, Vectors
from ipqa.errors import IpqaError, ReadingCrashed, ReadingTooHeavy, ReadingTooSlow
from ipqa.index.build import add_reports, remove_report
from ipqa.index.store import open_index, read_manifest
from ipqa.reports import SourceFile, parse
from tests.mangling import SECONDS, TooSlow, come_to, in_time, mangled
from tests.parts import shipped_model
from tests.tally import Tally, Wrong
from tests.torture.place import Place
from tests.torture.world import Remembered, require_right

_MORE = 10
"""Files for each process that is killed: ten thousand unless told otherwise."""

_SEE = 50
"""After so many files the whole index is looked at."""

_AT_ONCE = 20
"""Files that one command adds."""

_STARVED = 60.0
"""Seconds by the clock that a worker has, which may get little of a busy machine."""

_SMALL = 10_000
"""Bytes of a file that the shipped model embeds."""

_ORIGIN = "mangled"
_SEED = os.environ.get("IPQA_TORTURE_SEED", "1")


class Drawn(Remembered):
    """The shipped model's vectors of the editions, and some of any other text, without the model."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors that are remembered, or drawn by the text."""
        rows = [self._of(text) for text in texts]
        return np.stack(rows)

    def _of(self, text: str) -> Vectors:
        if self.remembers(text):
            known: Vectors = super().embed_passages([text])[0]
            return known
        digest = sha256(text.encode("utf-8", "surrogatepass")).digest()
        drawn = np.random.default_rng(list(digest)).standard_normal(self.dimension)
        vector: Vectors = (drawn / np.linalg.norm(drawn)).astype(np.float32)
        return vector


def add(place: Place, model: EmbeddingModel, file: SourceFile) -> None:
    """Add a file in the place of the one before.

    Raises:
        Wrong: it was neither added whole nor refused for what it is.
    """
    settings = place.settings.model_copy(update={"max_report_seconds": _STARVED})
    before = read_manifest(settings.index).reports
    try:
        come_to(file)  # within the time of the processor that a file has
        with in_time():
            result = add_reports(settings, model, [(file, _ORIGIN)], lambda _: None)
            added = {record.digest: record.id for record in result.manifest.reports}
            if result.failures:
                _require_refused(result.failures)
                if result.manifest.reports != before:
                    raise Wrong("refused, and the index is another")
            elif open_index(settings.index).reports[added[file.digest]].text != parse(file).text:
                raise Wrong("what was added is not what stands in the file")
    except (IpqaError, TooSlow, ArithmeticError, LookupError, ValueError, TypeError) as error:
        raise Wrong(f"{type(error).__name__}: {error}") from error


def _require_refused(failures: Sequence[IpqaError]) -> None:
    for failure in failures:
        if isinstance(failure, ReadingCrashed | ReadingTooHeavy | ReadingTooSlow):
            raise Wrong(str(failure))


def see(place: Place, model: EmbeddingModel) -> None:
    """Nothing is wrong with the index; without what was added it holds what it held, and answers."""
    settings = place.settings
    _, faults = examine_index(settings, model)
    if faults:
        raise Wrong(f"doctor: {faults[0].message_en}")
    for record in read_manifest(settings.index).reports:
        if record.origin == _ORIGIN:
            remove_report(settings, model, record.id)
    if require_right(settings, [place.held]) is None:
        raise Wrong("the index is refused")


def test_mangled_files_are_added_whole_or_refused(
    place: Place, vectors: Path, trials: int, tally: Tally
) -> None:
    test = f"mangled files of every format, added, {SECONDS} s of the processor each at the most"
    model = Drawn(vectors)
    for number in range(_MORE * trials):
        with tally.trial(test, f"file {number}"):
            add(place, model, mangled(_SEED, number))
            if number % _SEE == 0:
                see(place, model)
    see(place, model)
    tally.require(test)


def test_the_command_adds_or_names_each_of_many_mangled_files(
    origin: Place, tmp_path: Path, trials: int, tally: Tally, chance: random.Random
) -> None:
    """As a user runs it, with the shipped model."""
    test = "mangled files, a folder at a time, by the command `ipqa add`"
    for batch in range(max(1, trials // _AT_ONCE)):
        place = origin.copy(tmp_path / str(batch))
        files = some_files(place.folder / "mangled", chance)
        command = [sys.executable, "-m", "ipqa.cli", "add", str(place.folder / "mangled")]
        ended = subprocess.run(
            [*command, "--index", str(place.settings.index)],
            check=False,
            capture_output=True,
            env={**os.environ, "COLUMNS": "1000"},
        )
        told = ended.stdout.decode() + ended.stderr.decode()
        # the progress names the file that was read last
        refused = "".join(line for line in ended.stderr.decode().splitlines() if "━" not in line)
        held = {record.digest for record in read_manifest(place.settings.index).reports}
        for file in files:
            with tally.trial(test, str(file.path)):
                if ended.returncode not in {0, 1} or "Traceback" in told:
                    raise Wrong(told)
                if (file.digest in held) == (file.path.name in refused):
                    raise Wrong("it is neither in the index nor named, or both")
        _, faults = examine_index(place.settings, shipped_model())
        assert not faults
        shutil.rmtree(place.folder)
    tally.require(test)


def some_files(folder: Path, chance: random.Random) -> list[SourceFile]:
    """Mangled files in a folder, small ones that a folder's reports are taken from."""
    folder.mkdir()
    files: list[SourceFile] = []
    while len(files) < _AT_ONCE:
        file = mangled(_SEED, chance.randrange(10**9))
        if file.path.suffix and len(file.raw) <= _SMALL:
            path = folder / file.path
            path.write_bytes(file.raw)
            files.append(SourceFile(path, file.raw))
    return files
