"""How long an answer takes on the report that ships, with and without the reader model (`make bench`).

An index in memory, models that are loaded, the gold questions one after the other, asked of both in turn: the
first round reads the sentences, the second finds them read. Milliseconds on the machine at hand; a fresh process is
timed by `ipqa eval run`.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ipqa.assistant import Assistant
from ipqa.embedding import load_model
from ipqa.evaluation.gold import read_gold
from ipqa.reader import Reader, Text, text_of
from ipqa.settings import SHIPPED_MODEL, read_settings

GOLD = Path(__file__).resolve().parent / "gold" / "dev.jsonl"
ROUNDS = ("first round", "second round")
SENTENCES, PASSAGES = 20, 10


def milliseconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def told(name: str, taken: Sequence[float]) -> str:
    """A line with the median and the 95th percentile."""
    p95 = statistics.quantiles(taken, n=20)[-1]
    return f"{name:30} p50 {statistics.median(taken):6.1f}  p95 {p95:6.1f}  n={len(taken)}"


def bench_models(assistant: Assistant, questions: Sequence[str]) -> None:
    """Print what the models cost by themselves: a question's vector, and texts beside it."""
    model, reader, index = load_model(SHIPPED_MODEL), Reader(), assistant.index
    sentences = [text_of(index, number) for number in range(SENTENCES)]
    longest = sorted(index.passages, key=lambda passage: -len(passage.indexed_text))[:PASSAGES]
    passages = [Text(" ".join(p.section), p.indexed_text.partition("\n")[2]) for p in longest]
    taken = [milliseconds(lambda q=q: model.embed_queries([q])) for q in questions]  # type: ignore[misc]
    print(told("vector of a question", taken))
    for name, texts in ((f"{SENTENCES} sentences read", sentences), (f"{PASSAGES} passages read", passages)):  # fmt: skip
        taken = [milliseconds(lambda q=q, t=texts: reader.read(q, t)) for q in questions[:30]]  # type: ignore[misc]
        print(told(name, taken))


def main() -> None:
    """Print the times of answers and of the models, in milliseconds."""
    settings = read_settings()
    both = {
        "with the reader": Assistant.open(settings.model_copy(update={"reader": True})),
        "without": Assistant.open(settings.model_copy(update={"reader": False})),
    }
    questions = [gold.question for gold in read_gold(GOLD)]
    for round_ in ROUNDS:
        taken: dict[str, list[float]] = {name: [] for name in both}
        for question in questions:
            for name, assistant in both.items():
                taken[name].append(milliseconds(lambda a=assistant, q=question: a.ask(q)))  # type: ignore[misc]
        for name, values in taken.items():
            print(told(f"{round_}, {name}", values))
    bench_models(both["without"], questions)


if __name__ == "__main__":
    main()
