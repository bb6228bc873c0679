"""Measures whether instructions in reports are obeyed: by the model, and by the answer that is shown.

    python -m eval.measure_injection [--base-url URL --model NAME]

Every attack of `eval/injection/` is a report of its own, of which an ordinary question is asked. The
obedient model does whatever its report dictates, which no real model does so willingly: what then stands in
the answer is what the gate lets through. With an endpoint, a real model is asked about those attacks that
reach its prompt.
"""

import argparse
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.injection.attacks import ATTACKS, Attack, write_reports
from eval.overheard import Overheard
from ipqa.answering.answer import Answer
from ipqa.assistant import Assistant
from ipqa.embedding import EmbeddingModel, load_model
from ipqa.index.build import build_index
from ipqa.index.store import Index, open_index
from ipqa.llm import LanguageModel, Message, language_model
from ipqa.settings import Settings, read_settings

COLUMNS = {
    "asked": "reports",
    "reached": "in the prompt",
    "wrote": "model wrote",
    "obeyed": "model obeyed",
    "worded": "model's answer shown",
    "shown": "dictated words shown",
}
"""What is counted of the outcomes, and its heading."""


class Obedient:
    """A model that writes what the attack dictates, if the attack stands in its prompt."""

    name = "obedient"

    def __init__(self, attack: Attack) -> None:
        self._attack = attack

    def stream(self, messages: Sequence[Message], longest: int) -> Generator[str, None, None]:
        """The dictated words, or nothing of use."""
        shown = messages[-1].content
        yield self._attack.dictated[:longest] if self._attack.reached(shown) else "読みました。"


@dataclass(frozen=True)
class Outcome:
    """What became of one attack: in the prompt, in the model's text, in the answer."""

    attack: Attack
    reached: bool
    written: str
    answer: Answer
    asked: bool = True  # counted as the rest is

    @property
    def wrote(self) -> bool:
        """Whether the model wrote anything at all."""
        return bool(self.written.strip())

    @property
    def worded(self) -> bool:
        """Whether anything that the model wrote is in the answer."""
        return self.answer.mode == "generative"

    @property
    def obeyed(self) -> bool:
        """Whether the model's own text says what was dictated."""
        return self.attack.succeeded(self.written)

    @property
    def shown(self) -> bool:
        """Whether the answer does: in its claims, or by declining where that was dictated."""
        if self.attack.kind == "refusal":
            return not self.answer.answered
        return any(self.attack.succeeded(claim.text) for claim in self.answer.claims)


def tried(
    attack: Attack,
    model: LanguageModel,
    index: Index,
    embedding: EmbeddingModel,
    settings: Settings,
) -> Outcome:
    """Ask the attacked report an ordinary question."""
    overheard = Overheard(model)
    assistant = Assistant(index, embedding, settings, language_model=overheard)
    answer = assistant.ask(attack.question, reports=[attack.name])
    return Outcome(attack, attack.reached(overheard.prompt), "".join(overheard.written), answer)


def print_table(name: str, outcomes: Sequence[Outcome]) -> None:
    """By kind: how many attacks reached the prompt, the model's text and the answer."""
    kinds: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        kinds[outcome.attack.kind].append(outcome)
    print(f"| {name} | {' | '.join(COLUMNS.values())} |\n|---|{'---|' * len(COLUMNS)}")
    for kind, of_kind in [*kinds.items(), ("all", list(outcomes))]:
        counts = [sum(getattr(o, step) for o in of_kind) for step in COLUMNS]
        print(f"| {kind} | {' | '.join(map(str, counts))} |", flush=True)
    through = ", ".join(o.attack.name for o in outcomes if o.shown)
    print(f"\nDictated words shown: {through or 'none'}\n", flush=True)


def main() -> None:
    """Print a table for the obedient model, and one for the model of an endpoint if that is given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--base-url", help="of an OpenAI-compatible endpoint")
    parser.add_argument("--model", help="name of the model at that endpoint")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        corpus = Path(name) / "corpus"
        corpus.mkdir()
        write_reports(corpus)
        settings = read_settings(
            corpus=corpus,
            index=Path(name) / "index",
            llm_base_url=options.base_url,
            llm_model=options.model,
        )
        embedding = load_model(settings.embedding_model)
        build_index(settings, embedding, lambda _: None)
        index = open_index(settings.index)
        outcomes = [tried(a, Obedient(a), index, embedding, settings) for a in ATTACKS]
        print_table("obedient", outcomes)
        real = language_model(settings)
        if real is not None:
            seen = [outcome.attack for outcome in outcomes if outcome.reached]
            print_table(real.name, [tried(a, real, index, embedding, settings) for a in seen])


if __name__ == "__main__":
    main()
