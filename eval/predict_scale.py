"""What an index beyond the sizes that were measured would cost (`make predict-scale`), written into `docs/scaling.md`.

Each figure goes through the two largest sizes of `eval/bench/scale.json`, by the law that its part of the design
follows: in proportion to the passages, or, for the dense search, which looks into a fixed number of about √n cells, to
their square root. Times are those of the processor.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.pages import write_between

ROOT = Path(__file__).resolve().parents[1]
MEASURED = ROOT / "eval" / "bench" / "scale.json"
PAGE = ROOT / "docs" / "scaling.md"
BEGIN, END = "<!-- prediction: written by make predict-scale -->", "<!-- end of prediction -->"

SIZES = (10_000_000, 100_000_000, 1_000_000_000)
BYTES_OF_A_VECTOR = 384 * 4

Size = Mapping[str, Any]
"""What was measured of one size."""

Shown = Callable[[float], str]


@dataclass(frozen=True)
class Figure:
    """Something that grows.

    Attributes:
        name: what it is, and its unit.
        of: reads it from what was measured of one size.
        law: what of the number of passages it grows in proportion to.
        shown: as it is written.
    """

    name: str
    of: Callable[[Size], float]
    law: Callable[[float], float]
    shown: Shown

    def predicted(self, smaller: Size, larger: Size, passages: int) -> float:
        """The value at so many passages, on the line through two sizes that were measured."""
        low, high = self.law(smaller["passages"]), self.law(larger["passages"])
        slope = (self.of(larger) - self.of(smaller)) / (high - low)
        return self.of(larger) + slope * (self.law(passages) - high)


def _in_proportion(passages: float) -> float:
    return passages


def _gigabytes(megabytes: float) -> str:
    return f"{_rounded(megabytes / 1000)} GB"


def _duration(seconds: float) -> str:
    for unit, length in (("h", 3600), ("min", 60), ("s", 1)):
        if seconds >= 2 * length:
            return f"{_rounded(seconds / length)} {unit}"
    return f"{_rounded(1000 * seconds)} ms"


def _rounded(value: float) -> str:
    """With two digits that count: more would be made up."""
    if value == 0:
        return "0"
    digits = 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{max(digits, 0)}f}"


FIGURES = (
    Figure("on the disk", lambda size: size["index_mb"], _in_proportion, _gigabytes),
    Figure(
        "of it vectors, which questions draw into memory",
        lambda size: size["sentences"] * BYTES_OF_A_VECTOR / 2**20,
        _in_proportion,
        _gigabytes,
    ),
    Figure(
        "memory of each process's own",
        lambda size: size["after_asking"]["anonymous_mb"],
        _in_proportion,
        _gigabytes,
    ),
    Figure("put together", lambda size: size["build_worked_s"], _in_proportion, _duration),
    Figure("one report taken out", lambda size: size["change_worked_s"], _in_proportion, _duration),
    Figure("opened", lambda size: size["open_worked_s"], _in_proportion, _duration),
    Figure("dense, p50", lambda size: size["dense"]["worked_p50"] / 1000, math.sqrt, _duration),
    Figure(
        "lexical, p50",
        lambda size: size["lexical"]["worked_p50"] / 1000,
        _in_proportion,
        _duration,
    ),
)


def table(measured: Mapping[str, Any]) -> str:
    """The prediction as Markdown: a row for each figure, a column for each size, the largest measured one first."""
    *_, smaller, larger = sorted(measured["sizes"], key=lambda size: int(size["passages"]))
    head = [f"{larger['passages']:,} (measured)", *(f"{size:,}" for size in SIZES)]
    rows = [
        [
            figure.name,
            figure.shown(figure.of(larger)),
            *(figure.shown(figure.predicted(smaller, larger, size)) for size in SIZES),
        ]
        for figure in FIGURES
    ]
    lines = [["passages", *head], ["---"] * (len(head) + 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def kept() -> dict[str, Any]:
    """What was measured last.

    Raises:
        OSError: nothing was.
    """
    found: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Print the prediction, and write it into the page."""
    shown = table(kept())
    print(shown)
    write_between(PAGE, BEGIN, END, shown)


if __name__ == "__main__":
    main()
