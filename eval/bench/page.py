"""The page on performance: what was measured is written between its marks, and the charts beside it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from eval.bench import answers, changes, embedding, floor, peers, retrieval
from eval.bench.charts import CHARTS, charts
from eval.bench.parts import Figures, Part

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
RESULTS = ROOT / "eval" / "bench" / "results.json"

PARTS: dict[str, Part] = {
    "peers": peers.PART,
    "answers": answers.ANSWERS,
    "throughput": answers.THROUGHPUT,
    "models": floor.PART,
    "embedding": embedding.PART,
    "retrieval": retrieval.PART,
    "rebuild": changes.REBUILD,
    "filter": changes.FILTER,
}
"""In the order of the page."""


def kept() -> dict[str, Figures]:
    """The figures that are committed, by part."""
    if not RESULTS.is_file():
        return {}
    found: dict[str, Figures] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


def keep(results: Mapping[str, Figures]) -> None:
    """Keep the figures, and write them into the page."""
    text = json.dumps(results, ensure_ascii=False, indent=1)
    RESULTS.write_text(text + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    for name, shown in sections(results).items():
        page = written(page, name, shown)
    PAGE.write_text(page, encoding="utf-8")
    if "rows" in results.get("peers", {}):
        for name, svg in charts(results["peers"]).items():
            (IMAGES / f"{name}.svg").write_text(svg, encoding="utf-8")


def sections(results: Mapping[str, Figures]) -> dict[str, str]:
    """What stands between the marks of each part."""
    found = {name: _told(part.told, results.get(name)) for name, part in PARTS.items()}
    if "rows" in results.get("peers", {}):
        pictures = [f"![{told}](images/{name}.svg)" for name, told in CHARTS.items()]
        found["peers"] = "\n\n".join([found["peers"], *pictures])
    return found


def written(page: str, name: str, shown: str) -> str:
    """The page with this between the marks of a part."""
    begin, end = f"<!-- {name}: written by make bench -->", f"<!-- end of {name} -->"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{shown}\n{end}{after}"


def _told(told: Callable[[Figures], str], figures: Figures | None) -> str:
    if figures is None:
        return "Not measured yet."
    if "skipped" in figures:
        return f"Not measured: {figures['skipped']}."
    head = figures.get("machine")
    where = (
        f"\n\n{head['processor']}, {head['cores']} cores, Python {head['python']}; {figures['date']}."
        if head
        else ""
    )
    return told(figures) + where
