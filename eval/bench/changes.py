"""Many reports in one index: one of them changes, and one of them is asked alone.

The vectors are made up, so that what remains is the cost of the index itself.
"""

import sys
from pathlib import Path

from eval.bench.made_up import MadeUpVectors, report_text, write_reports
from eval.bench.parts import Bench, Figures, Part, seconds_of, spread, table
from ipqa.glossary import Glossary
from ipqa.index.build import build_index
from ipqa.index.store import open_index
from ipqa.retrieval import Retriever
from ipqa.settings import read_settings

REPORTS, SECTIONS = 1000, 4
FILTERED, WANTED = 40, 10
_DIMENSION = 384


def measure_rebuild(bench: Bench) -> Figures:
    """What a build takes after one of many reports has changed, and after that report alone has."""
    many, alone = (
        _Library(bench.work / f"rebuild-{count}", count, SECTIONS) for count in (REPORTS, 1)
    )
    for library in (many, alone):
        print(f"  building {len(library.paths):,} reports", file=sys.stderr, flush=True)
        library.build()
    taken: dict[_Library, list[float]] = {many: [], alone: []}
    for number in range(bench.rounds):
        for library, seconds in taken.items():
            text = report_text(f"第{number}改称水産", SECTIONS)
            library.paths[0].write_text(text, encoding="utf-8")
            seconds.append(seconds_of(library.build))
    beyond = [of_many - of_one for of_many, of_one in zip(taken[many], taken[alone], strict=True)]
    return {
        "reports": REPORTS,
        "rounds": bench.rounds,
        "seconds": spread(taken[many]),
        "beyond_the_report": spread(beyond),
    }


def told_rebuild(figures: Figures) -> str:
    """Seconds, as the goal is told in them."""
    rows = [
        [
            f"one of {figures['reports']:,} changed",
            f"{figures['seconds']['p50']:.1f}",
            f"{figures['beyond_the_report']['p50']:.1f}",
        ]
    ]
    return table(["", "build, s", "beyond the same of that report alone, s"], rows)


def measure_filter(bench: Bench) -> Figures:
    """How many hits come back where one report is asked that holds enough of them."""
    library = _Library(bench.work / "filter", FILTERED, 2 * WANTED)
    library.build()
    index = open_index(library.settings.index)
    glossary = Glossary(index.names())
    retriever = Retriever(index, library.model, glossary)
    found = []
    for report in index.reports:
        hits = retriever.search("出荷の伸びと設備への投資はどれくらいですか", WANTED, [report])
        found.append(sum(hit.passage.report == report for hit in hits))
    return {"reports": FILTERED, "wanted": WANTED, "least": min(found), "most": max(found)}


def told_filter(figures: Figures) -> str:
    """One line."""
    return (
        f"Asked for {figures['wanted']} passages of one report among {figures['reports']}, each report "
        f"in turn: {figures['least']} to {figures['most']} came back, all of that report."
    )


class _Library:
    """Made-up reports, and an index of them."""

    def __init__(self, folder: Path, count: int, sections: int) -> None:
        self.paths = write_reports(folder / "corpus", count, sections)
        self.settings = read_settings(
            corpus=folder / "corpus", index=folder / "index", passage_length=80
        )
        self.model = MadeUpVectors(_DIMENSION)

    def build(self) -> None:
        """Read and embed what changed, and put a new generation in force."""
        build_index(self.settings, self.model, lambda _: None)


REBUILD = Part(measure_rebuild, told_rebuild)
FILTER = Part(measure_filter, told_filter)
