"""The gold questions are what they claim to be."""

import json
import re
import unicodedata
from typing import Any

from tests.parts import ROOT

LINES = (ROOT / "eval" / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
GOLD: list[dict[str, Any]] = [json.loads(line) for line in LINES]


def flat(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", re.sub(r"\[\^\d+\]", "", text)))


def test_ids_and_questions_are_unique() -> None:
    assert len({gold["id"] for gold in GOLD}) == len(GOLD)
    assert len({gold["question"] for gold in GOLD}) == len(GOLD)


def test_every_fact_and_snippet_stands_in_the_report() -> None:
    report = flat((ROOT / "corpus" / "nissan-ip-strategy.md").read_text(encoding="utf-8"))
    missing = [
        (gold["id"], text)
        for gold in GOLD
        for text in (*gold["evidence"], *(fact[0] for fact in gold["facts"]))
        if flat(text) not in report
    ]
    assert missing == []


def test_just_the_answerable_have_facts_and_evidence() -> None:
    for gold in GOLD:
        assert bool(gold["facts"]) == bool(gold["evidence"]) == gold["answerable"]
