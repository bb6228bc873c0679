"""Asks the gold questions of the report that ships and prints what came of it (`make questions`)."""

import json
import re
import unicodedata
from pathlib import Path

from ipqa.assistant import Assistant
from ipqa.settings import Settings

GOLD = Path(__file__).resolve().parent / "gold" / "dev.jsonl"


def flat(text: str) -> str:
    """Text without white space, in NFKC, as facts are compared."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def main() -> None:
    """Print one line for each kind of question, and those that went wrong."""
    assistant = Assistant.open(Settings())
    right: dict[bool, list[bool]] = {True: [], False: []}
    lengths = []
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        answer = assistant.ask(gold["question"])
        if gold["answerable"]:
            said = flat(answer.answer)
            holds = all(any(flat(text) in said for text in fact) for fact in gold["facts"])
            well = answer.answered and holds
            lengths.append(len(answer.answer))
        else:
            well = not answer.answered
        right[gold["answerable"]].append(well)
        if not well:
            print(f"{gold['id']}: {gold['question']}\n    {answer.answer[:120]}")
    print(f"all facts: {sum(right[True])} of {len(right[True])}")
    print(f"declined:  {sum(right[False])} of {len(right[False])}")
    print(f"characters of an answer: {sum(lengths) / len(lengths):.0f}")


if __name__ == "__main__":
    main()
