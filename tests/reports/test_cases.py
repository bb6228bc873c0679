"""Files over which a reader once broke, most of them found by ``make fuzz``: each is read soundly or refused."""

from pathlib import Path

import pytest

from ipqa.reports import SourceFile
from tests.fuzz.judging import CASES, read_soundly


@pytest.mark.parametrize("path", sorted(CASES.glob("*.*")), ids=lambda path: path.name)
def test_what_broke_a_reader_is_read_or_refused(path: Path) -> None:
    read_soundly(SourceFile(path, path.read_bytes()))
