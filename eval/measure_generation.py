"""Measures answers in a model's words: what the gate lets through, and what it costs.

    python -m eval.measure_generation [--base-url URL --model NAME | --gguf FILE] [--show]

The 120 questions about the documents of `eval/documents`, asked once of a model that makes most of what it says
up (`eval.overheard.Inventive`), and once of the model at an endpoint, or in a file, if one is given. A figure counts as
unsupported where it stands in a claim that was shown, if only until the answer was given in the report's words
after all, and in none of the quotes of that claim. Two readings are counted: by value (令和7年 is 2025年), as the gate reads figures, and by the bare digits, kanji numerals
among them, which is stricter and knows nothing of the gate's reading: what it names is to be looked at.
"""

import argparse
import re
import statistics
import tempfile
import time
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from eval.overheard import Inventive, Overheard
from ipqa.answering.answer import Answer, ClaimVerified, StageEntered
from ipqa.answering.grounding import figures
from ipqa.assistant import Assistant
from ipqa.embedding import load_model
from ipqa.evaluation.gold import read_gold
from ipqa.generation.sentences import written_sentences
from ipqa.index.build import build_index
from ipqa.index.store import open_index
from ipqa.llm import LanguageModel, language_model
from ipqa.settings import Settings, read_settings

DOCUMENTS = Path(__file__).parent / "documents"
_KANJI = str.maketrans("〇一二三四五六七八九", "0123456789")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


@dataclass
class Asked:
    """One question, what the model wrote, what was shown of it, and the seconds that each step took."""

    question: str
    answer: Answer
    written: str
    shown: list[ClaimVerified]
    model_seconds: float
    total_seconds: float
    first_claim_seconds: float | None = None
    gate_seconds: list[float] = field(default_factory=list)

    def unsupported(self, *, bare: bool) -> list[str]:
        """The figures of shown claims that their quotes do not hold."""
        found: list[str] = []
        for event in self.shown:
            said = "\n".join(citation.quote for citation in event.citations)
            if bare:
                found += _digits(event.claim.text) - _digits(said)
            else:
                found += map(str, figures(event.claim.text) - figures(said))
        return found


def _digits(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").translate(_KANJI)
    return set(_DIGITS.findall(plain))


def asked(assistant: Assistant, model: Overheard, question: str, report: str) -> Asked:
    """Ask one question, and time what happens from event to event."""
    model.written.clear()
    before, started = model.seconds, time.perf_counter()
    first: float | None = None
    gate: list[float] = []
    shown: list[ClaimVerified] = []
    verifying: tuple[float, float] | None = None
    answer: Answer | None = None
    for event in assistant.stream(question, reports=[report]):
        now = time.perf_counter()
        if verifying is not None and model.written:
            # the model writes on between a claim and the next stage; that is not the gate's time
            gate.append(now - verifying[0] - (model.seconds - verifying[1]))
        verifying = None
        if isinstance(event, StageEntered) and event.stage == "verifying":
            verifying = (now, model.seconds)
        elif isinstance(event, ClaimVerified):
            first = now - started if first is None else first
            shown.append(event)
        elif isinstance(event, Answer):
            answer = event
    if answer is None:
        raise RuntimeError(question)
    total = time.perf_counter() - started
    if answer.mode == "extractive":
        shown = shown[: len(shown) - len(answer.claims)]
    return Asked(question, answer, "".join(model.written), shown, model.seconds - before, total, first, gate)  # fmt: skip


def print_measures(name: str, found: list[Asked]) -> None:
    """What was written, shown and left out, the unsupported figures, and the times."""
    wrote = [one for one in found if one.written.strip()]
    worded = [one for one in wrote if one.answer.mode == "generative" and one.answer.answered]
    sentences = sum(len(list(written_sentences([one.written]))) for one in wrote)
    dropped = sum((Counter(one.answer.dropped_claims) for one in wrote), Counter())
    fallbacks = Counter(one.answer.fallback for one in wrote if one.answer.fallback)
    print(f"## {name}")
    print(f"{len(found)} questions, asked of the model {len(wrote)}, answered in its words {len(worded)}")  # fmt: skip
    print(f"sentences written {sentences}, passed {sum(len(one.shown) for one in wrote)}, dropped {dropped.total()}: {dict(dropped.most_common())}")  # fmt: skip
    print(f"answered in the report's words instead: {dict(fallbacks)}")
    by_value = [f for one in wrote for f in one.unsupported(bare=False)]
    bare = [f for one in wrote for f in one.unsupported(bare=True)]
    print(f"figures in what passed that are not in its quotes: {len(by_value)} (by the bare digits {len(bare)}: {bare})")  # fmt: skip
    gate = [1000 * seconds for one in wrote for seconds in one.gate_seconds]
    firsts = [one.first_claim_seconds for one in worded if one.first_claim_seconds is not None]
    if gate and firsts:
        p95 = statistics.quantiles(gate, n=20)[-1]
        print(f"gate: median {statistics.median(gate):.0f} ms a sentence, 95th percentile {p95:.0f} ms")  # fmt: skip
        model = statistics.median(one.model_seconds for one in worded)
        total = statistics.median(one.total_seconds for one in worded)
        print(f"first verified sentence {1000 * statistics.median(firsts):.0f} ms, whole answer {1000 * total:.0f} ms, of which the model's own {1000 * model:.0f} ms (medians)")  # fmt: skip
    print(flush=True)


def print_shown(found: list[Asked]) -> None:
    """What each question got, to be read."""
    for one in found:
        if one.written.strip():
            print(f"問 {one.question}\n  書 {one.written.strip()!r}\n  示 {one.answer.mode} {one.answer.answer!r}")  # fmt: skip


def measured(model: LanguageModel, settings: Settings) -> list[Asked]:
    """Every question of every document, asked of that document."""
    overheard = Overheard(model)
    index = open_index(settings.index)
    embedding = load_model(settings.embedding_model)
    assistant = Assistant(index, embedding, settings, language_model=overheard)
    return [
        asked(assistant, overheard, gold.question, path.stem)
        for path in sorted(DOCUMENTS.glob("*.jsonl"))
        for gold in read_gold(path)
    ]


def measured_all(base_url: str | None, model: str | None, *, show: bool) -> None:
    """Print the measures of the inventive model, and of the model at an endpoint if one is given."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(
            corpus=DOCUMENTS, index=Path(folder), llm_base_url=base_url, llm_model=model
        )
        build_index(settings, load_model(settings.embedding_model), lambda _: None)
        real = language_model(settings)
        for one in [Inventive(), real] if real is not None else [Inventive()]:
            found = measured(one, settings)
            print_measures(one.name, found)
            if show:
                print_shown(found)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--base-url", help="of an OpenAI-compatible endpoint")
    parser.add_argument("--model", help="name of the model at that endpoint")
    parser.add_argument("--gguf", type=Path, help="file of a model that llama.cpp runs here")
    parser.add_argument("--show", action="store_true", help="print what each question got, too")
    given = parser.parse_args()
    if given.gguf is None:
        measured_all(given.base_url, given.model, show=given.show)
        return
    from eval.llama_server import llama_server  # noqa: PLC0415 - needs a package that is installed by hand

    with llama_server(given.gguf) as address:
        measured_all(address, given.gguf.stem, show=given.show)


if __name__ == "__main__":
    main()
