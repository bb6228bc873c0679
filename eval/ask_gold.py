"""Asks the gold questions of the report that ships and prints what came of it (`make questions`)."""

import json
import re
import unicodedata
from pathlib import Path

from ipqa.assistant import Assistant
from ipqa.settings import read_settings

GOLD = Path(__file__).resolve().parent / "gold" / "dev.jsonl"


def flat(text: str) -> str:
    """Text without white space, in NFKC, as facts are compared."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def ask_all(assistant: Assistant) -> tuple[list[str], list[str]]:
    """What went wrong, question by question, and the figures."""
    right: dict[bool, list[bool]] = {True: [], False: []}
    failures, lengths = [], []
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        answer = assistant.ask(gold["question"])
        if gold["answerable"]:
            said = flat(answer.answer)
            holds = all(any(flat(text) in said for text in fact) for fact in gold["facts"])
            well = answer.answered and holds
        else:
            well = not answer.answered
        if answer.answered:
            lengths.append(len(answer.answer))
        right[gold["answerable"]].append(well)
        if not well:
            failures.append(f"{gold['id']}: {gold['question']}\n    {answer.answer[:120]}")
    figures = [
        f"all facts: {sum(right[True])} of {len(right[True])}",
        f"declined:  {sum(right[False])} of {len(right[False])}",
        f"characters of an answer: {sum(lengths) / len(lengths):.0f}",
    ]
    return failures, figures


if __name__ == "__main__":
    for lines in ask_all(Assistant.open(read_settings())):
        print("\n".join(lines))
