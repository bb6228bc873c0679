"""Measures, keeps the figures in `results.json`, and writes them into docs/performance.md (`make bench`).

python -m eval.bench                      every part
python -m eval.bench answers throughput   these, and the others as they are kept
python -m eval.bench --corpus FOLDER --gold QUESTIONS.jsonl    about other reports, files of text
"""

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from eval.bench import page
from eval.bench.parts import Bench, Skipped, machine
from ipqa.embedding import load_model
from ipqa.index.build import build_index
from ipqa.settings import SHIPPED_MODEL, read_settings

GOLD = [page.ROOT / "eval" / "gold" / f"{name}.jsonl" for name in ("dev", "test")]


def main() -> None:
    """Measure the parts that are named, or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(page.PARTS))
    parser.add_argument("--corpus", type=Path, default=page.ROOT / "corpus")
    parser.add_argument("--gold", type=Path, nargs="+", default=GOLD)
    parser.add_argument(
        "--environments", type=Path, default=page.ROOT / "eval" / "bench" / "environments"
    )
    parser.add_argument(
        "--jaquad", type=Path, default=page.ROOT.parent / "shared" / "data" / "jaquad"
    )
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    unknown = [name for name in given.parts if name not in page.PARTS]
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}")
    results = page.kept()
    for name in given.parts or page.PARTS:
        print(f"{name}:", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory() as work:
            results[name] = _measured(name, given, Path(work))
        page.keep(results)
        print(f"\n{page.sections(results)[name]}\n", flush=True)


def _measured(name: str, given: argparse.Namespace, work: Path) -> dict[str, object]:
    """The figures of one part, with an index of the corpus made for it."""
    settings = read_settings(corpus=given.corpus.resolve(), index=work / "index")
    build_index(settings, load_model(SHIPPED_MODEL), lambda _: None)
    bench = Bench(
        corpus=settings.corpus,
        gold=tuple(path.resolve() for path in given.gold),
        environments=given.environments.resolve(),
        jaquad=given.jaquad.resolve(),
        index=settings.index,
        work=work,
        rounds=given.rounds,
    )
    try:
        figures = dict(page.PARTS[name].measure(bench))
    except Skipped as skipped:
        return {"skipped": str(skipped)}
    return figures | {"machine": machine(), "date": datetime.now(UTC).date().isoformat()}


if __name__ == "__main__":
    main()
