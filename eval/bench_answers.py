"""How long an answer takes on the report that ships: the gold questions, one after the other (`make bench`).

An index in memory, a model that is loaded, questions that were not asked before: the first round reads
the sentences, the second finds them read. Milliseconds on the machine at hand; a fresh process is timed
by `ipqa eval run`.
"""

import statistics
import time
from pathlib import Path

from ipqa.assistant import Assistant
from ipqa.evaluation.gold import read_gold
from ipqa.settings import read_settings

GOLD = Path(__file__).resolve().parent / "gold" / "dev.jsonl"
ROUNDS = ("first round", "second round")


def milliseconds(assistant: Assistant, questions: list[str]) -> list[float]:
    """How long each question took."""
    taken = []
    for question in questions:
        started = time.perf_counter()
        assistant.ask(question)
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def main() -> None:
    """Print the median and the 95th percentile of each round, in milliseconds."""
    assistant = Assistant.open(read_settings())
    questions = [gold.question for gold in read_gold(GOLD)]
    for name in ROUNDS:
        taken = milliseconds(assistant, questions)
        p95 = statistics.quantiles(taken, n=20)[-1]
        print(f"{name:13} p50 {statistics.median(taken):5.1f}  p95 {p95:5.1f}  n={len(taken)}")


if __name__ == "__main__":
    main()
