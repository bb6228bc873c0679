"""What the commands of ``ipqa eval`` share: output, thresholds, and an index for data of others."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from ipqa.cli.output import err, out, say, settings_of
from ipqa.errors import BadThreshold

if TYPE_CHECKING:
    from collections.abc import Callable

    from ipqa.assistant import Assistant
    from ipqa.evaluation.compare import RunComparison
    from ipqa.evaluation.run import Scores

EXIT_FELL = 1


def gate(fallen: Sequence[str]) -> None:
    """End with exit code 1 where measures have fallen below what was asked of them."""
    if fallen:
        names = "、".join(fallen)
        err.print(Text(say(f"基準を満たしていません: {names}", f"Not good enough: {names}"), "red"))
        raise typer.Exit(EXIT_FELL)


def thresholds_of(given: Sequence[str] | None) -> dict[str, float]:
    """Names of metrics with the figure after each: 「all_facts=0.8」."""
    found = {}
    for one in given or ():
        name, _, figure = one.partition("=")
        try:
            found[name.strip()] = float(figure)
        except ValueError as error:
            raise BadThreshold(given=one) from error
    return found


_BETTER_WHEN_LOWER = {"declined_wrong", "ece", "answer_chars"}


def worsening(name: str) -> float:
    """1 for a measure that is better when it is lower, -1 for the others."""
    return 1.0 if name in _BETTER_WHEN_LOWER or name.startswith("ms_") else -1.0


def print_scores(scores: "Scores", questions: int) -> None:
    """Every score of a run, and the recall of each leg of retrieval."""
    out.print(say(f"{questions:,} 問", f"{questions:,} questions"))
    for name, score in scores.overall.items():
        out.print(f"{name:20} {score.value:9.3f}  [{score.low:.3f}, {score.high:.3f}]  n={score.n}")
    for leg, found in scores.legs.items():
        recall = "  ".join(f"@{d} {found[f'evidence_recall@{d}'].value:.3f}" for d in (1, 3, 5, 10))
        out.print(f"evidence_recall {leg:8} {recall}")


def print_comparison(comparison: "RunComparison") -> None:
    """The paired differences of two runs, and the questions that flipped."""
    out.print(say(f"{comparison.questions:,} 問", f"{comparison.questions:,} questions"))
    for name, d in comparison.differences.items():
        out.print(
            f"{name:20} {d.before:8.3f} → {d.after:8.3f}  {d.change:+.3f} "
            f"[{d.low:+.3f}, {d.high:+.3f}]  p={d.p:.3f}  n={d.n}"
        )
    for flip in comparison.flips:
        sign = "-" if flip.right_before else "+"
        out.print(
            Text(f"{sign} {flip.id}: {flip.question}", "red" if flip.right_before else "green")
        )


@contextmanager
def asking_progress(total: int) -> Iterator["Callable[[int], None]"]:
    """A bar over the questions."""
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=err) as bar:
        task: Any = bar.add_task(say("質問しています", "Asking"), total=total)
        yield lambda done: bar.update(task, completed=done)


def indexed(corpus: Path, index: Path) -> "Assistant":
    """An assistant for a folder of reports, which are indexed for this."""
    from ipqa.assistant import Assistant  # noqa: PLC0415
    from ipqa.cli.library import progress  # noqa: PLC0415
    from ipqa.embedding import model_of  # noqa: PLC0415
    from ipqa.index.build import build_index  # noqa: PLC0415

    settings = settings_of(corpus=corpus, index=index)
    with progress() as watch:
        build_index(settings, model_of(settings), watch)
    return Assistant.open(settings)
