"""A reading that is held open to answer from: looked into when it is wanted, also where it is removed meanwhile."""

import hashlib
from dataclasses import replace
from mmap import mmap
from pathlib import Path

from pydantic import ValidationError

from ipqa.embedding import Vectors
from ipqa.index.arrays import read_bytes
from ipqa.index.generations import ReportRecord, damaged
from ipqa.index.readings import CUT_JSON, PLAIN, READING, Cut, Readings


class HeldReading:
    """The reading of one report of a generation, under the report's id and file name."""

    def __init__(self, folder: Path, record: ReportRecord, *, whole: bool) -> None:
        """Hold the files of a reading open.

        Args:
            folder: of the index.
            record: of the report.
            whole: whether to read the files now, which were held against their hashes, rather than
                when they are looked into, and hold them against these then.

        Raises:
            OSError: a file is missing.
        """
        readings = Readings(folder)
        self.record = record
        self._folder = folder
        self._key = record.reading
        self._checked = whole
        self._report = read_bytes(readings.path(record.reading, READING), whole=whole)
        self._plain = read_bytes(readings.path(record.reading, PLAIN), whole=whole)

    def cut(self) -> Cut:
        """The report, its passages and sentences.

        Raises:
            IndexDamaged: they are not what was written.
        """
        content = self._report[:]
        told = f"readings/{self._key}/{READING}"
        if not self._checked:
            digest = hashlib.sha256(content).hexdigest()
            if digest != self.record.files[READING].sha256:
                raise damaged(self._folder, f"{told} has changed", f"{told} の内容が変わっています")
        try:
            cut = CUT_JSON.validate_json(content)
        except ValidationError as error:
            raise damaged(self._folder, f"{told} is unreadable", f"{told} が読めません") from error
        name, source = self.record.id, self.record.source
        return Cut(
            cut.report.named(name, source),
            tuple(
                replace(p, report=name, id=f"{name}:{p.span.start}-{p.span.end}")
                for p in cut.passages
            ),
            cut.sentences,
        )

    def plain_text(self) -> mmap | bytes:
        """The text as words are looked for in it, in UTF-8."""
        return self._plain

    def vectors(self) -> Vectors:
        """The vectors of the sentences, one row each."""
        return Readings(self._folder).vectors(self._key)
