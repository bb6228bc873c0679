"""What reading an input must come to, and where what came to something else is kept."""

from ipqa.errors import ReadError
from ipqa.reports import SourceFile, parse
from tests.mangling import in_time
from tests.parts import ROOT
from tests.reports.soundness import assert_sound

CASES = ROOT / "tests" / "reports" / "cases"
"""Files over which a reader broke: ``make fuzz`` puts what it finds here, to be mended and kept."""


def read_soundly(file: SourceFile) -> None:
    """Read a file within the time that it may take, and hold what is read against all that must hold.

    Raises:
        Exception: the reader has a fault; a file that is refused for what it is is none.
        TooSlow: it takes too long.
    """
    with in_time():
        try:
            report = parse(file)
        except ReadError:
            return
        assert_sound(report)
