"""The pairs that measure the gate are what their README says: certain, reworded, not to be told by style."""

import re
import unicodedata
from collections import Counter, defaultdict
from statistics import mean
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from ipqa.evaluation.matching import flat
from tests.parts import ROOT
from training.check_data import corpus_names

Kind = Literal[
    "paraphrase", "merge", "notation", "hedged", "english",
    "digit", "year", "name", "place", "negation", "unit", "direction", "certainty", "added", "swapped",
]  # fmt: skip

COUNTS = {
    "paraphrase": {"dev": 18, "test": 27},
    "merge": {"dev": 6, "test": 9},
    "notation": {"dev": 8, "test": 12},
    "hedged": {"dev": 4, "test": 6},
    "english": {"dev": 4, "test": 6},
    "digit": {"dev": 6, "test": 9},
    "year": {"dev": 5, "test": 7},
    "name": {"dev": 5, "test": 7},
    "place": {"dev": 2, "test": 4},
    "negation": {"dev": 5, "test": 7},
    "unit": {"dev": 3, "test": 5},
    "direction": {"dev": 5, "test": 7},
    "certainty": {"dev": 4, "test": 6},
    "added": {"dev": 3, "test": 5},
    "swapped": {"dev": 2, "test": 3},
}
RIGHT = {"paraphrase", "merge", "notation", "hedged", "english"}
FIGURES_AS_QUOTED = {
    "paraphrase", "merge", "hedged", "name", "place", "negation", "direction", "certainty", "swapped",
}  # fmt: skip
"""Kinds of claims that take their figures from the quotes as they stand there."""
LONGEST_SHARED = 15
MOST_TWINS = 30
COUNTING_WORDS = {"1"}
"""Figures that claims may add: 1人当たり, 1年前."""
FIRST_YEAR_OF = {"昭和": 1926, "平成": 1989, "令和": 2019}

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_ERA_YEAR = re.compile(rf"({'|'.join(FIRST_YEAR_OF)})(\d+)")
_YEAR = re.compile(r"(?<![\d,.])(?:19|20)\d\d(?=年| |,|\.|$)")
_POLITE = re.compile(r"(?:です|ます|ました|でした|ません)。$")


class Pair(BaseModel):
    """A claim and the quotes it rests on."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str = Field(pattern=r"^(dev|test)-\d{3}$")
    domain: str = Field(pattern=r"^[a-z]+$")
    quotes: list[str] = Field(min_length=1, max_length=3)
    section: list[str] = Field(min_length=2, max_length=2)
    claim: str
    right: bool
    kind: Kind

    @property
    def split(self) -> str:
        """The set it belongs to, dev or test."""
        return self.id.partition("-")[0]

    @property
    def in_english(self) -> bool:
        """Whether the claim is English."""
        return self.claim.isascii()

    @property
    def sources(self) -> str:
        """All that the claim may draw on."""
        return "\n".join([*self.section, *self.quotes])


LINES = (ROOT / "eval" / "gate" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
PAIRS = [Pair.model_validate_json(line) for line in LINES]

every_pair = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.id)


def sharing_a_quote() -> list[list[Pair]]:
    holders: dict[str, list[Pair]] = defaultdict(list)
    for pair in PAIRS:
        for quote in pair.quotes:
            holders[flat(quote)].append(pair)
    return [pairs for pairs in holders.values() if len(pairs) > 1]


def figures(text: str) -> set[str]:
    """The figures of a text as digits, no matter how wide they are and where commas stand."""
    found = _FIGURE.findall(unicodedata.normalize("NFKC", text))
    return {figure.replace(",", "") for figure in found}


def years(text: str) -> set[int]:
    """The years of a text, those of Japanese eras as Western ones."""
    normal = unicodedata.normalize("NFKC", text)
    eras = {FIRST_YEAR_OF[era] + int(year) - 1 for era, year in _ERA_YEAR.findall(normal)}
    return eras | {int(year) for year in _YEAR.findall(normal)}


def test_there_are_as_many_of_each_kind_in_each_set_as_told() -> None:
    found = Counter((pair.kind, pair.split) for pair in PAIRS)
    assert found == {(kind, name): n for kind, sets in COUNTS.items() for name, n in sets.items()}


def test_half_are_right_and_the_kind_says_which() -> None:
    assert {pair.id for pair in PAIRS if pair.right != (pair.kind in RIGHT)} == set()
    assert sum(pair.right for pair in PAIRS) * 2 == len(PAIRS) == 200


def test_ids_and_claims_are_unique() -> None:
    assert len({pair.id for pair in PAIRS}) == len(PAIRS)
    assert len({flat(pair.claim) for pair in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize("name", ["dev", "test"])
def test_each_set_is_about_many_domains(name: str) -> None:
    assert len({pair.domain for pair in PAIRS if pair.split == name}) >= 12


def test_only_a_right_and_a_wrong_claim_of_one_set_share_quotes_and_few_do() -> None:
    shared = sharing_a_quote()
    for twins in shared:
        assert sorted(pair.right for pair in twins) == [False, True]
        one, other = twins
        assert (one.split, one.quotes, one.section) == (other.split, other.quotes, other.section)
    assert len({frozenset(pair.id for pair in twins) for twins in shared}) <= MOST_TWINS


@every_pair
def test_quotes_are_sentences_of_a_common_length(pair: Pair) -> None:
    assert [quote for quote in pair.quotes if not 20 <= len(quote) <= 120] == []
    assert all(pair.section)


@every_pair
def test_a_claim_is_one_sentence_polite_where_it_is_japanese(pair: Pair) -> None:
    assert pair.in_english or (_POLITE.search(pair.claim) and pair.claim.count("。") == 1)
    assert pair.in_english or pair.kind != "english"
    assert not pair.in_english or re.fullmatch(r"[A-Z].+\.", pair.claim)


@every_pair
def test_a_claim_has_words_of_its_own(pair: Pair) -> None:
    length = LONGEST_SHARED + 1
    quotes = [flat(quote) for quote in pair.quotes]
    pieces = _FIGURE.split(flat(pair.claim))
    runs = {piece[i : i + length] for piece in pieces for i in range(len(piece) - length + 1)}
    assert [run for run in runs if any(run in quote for quote in quotes)] == []


@every_pair
def test_figures_are_those_of_the_quotes_unless_they_are_what_is_wrong(pair: Pair) -> None:
    strange = figures(pair.claim) - figures(pair.sources) - COUNTING_WORDS
    strange_years = years(pair.claim) - years(pair.sources)
    if pair.kind in FIGURES_AS_QUOTED and not pair.in_english:
        assert strange == set()
    if pair.kind == "digit":
        assert len(strange) == 1
    assert len(strange_years) == (pair.kind == "year")


@pytest.mark.parametrize("pair", [p for p in PAIRS if p.kind == "notation"], ids=lambda p: p.id)
def test_a_claim_in_another_notation_writes_its_figures_otherwise(pair: Pair) -> None:
    written = {figure for quote in pair.quotes for figure in _FIGURE.findall(quote)}
    negative = any(re.search(r"[△▲]", quote) for quote in pair.quotes)
    assert negative or set(_FIGURE.findall(pair.claim)) - written


@pytest.mark.parametrize("pair", [p for p in PAIRS if p.kind == "merge"], ids=lambda p: p.id)
def test_a_merged_claim_rests_on_several_quotes(pair: Pair) -> None:
    assert len(pair.quotes) > 1


@pytest.mark.parametrize("name", ["dev", "test"])
def test_length_does_not_tell_right_from_wrong(name: str) -> None:
    of_set = [pair for pair in PAIRS if pair.split == name and not pair.in_english]
    right = [len(pair.claim) for pair in of_set if pair.right]
    wrong = [len(pair.claim) for pair in of_set if not pair.right]
    longer = mean((r > w) + (r == w) / 2 for r in right for w in wrong)
    assert 0.4 < longer < 0.6


@pytest.mark.parametrize("right", [True, False])
def test_both_right_and_wrong_claims_are_made_in_english_and_of_several_quotes(
    *, right: bool
) -> None:
    pairs = [pair for pair in PAIRS if pair.right is right]
    assert sum(pair.in_english for pair in pairs) >= 10
    assert sum(len(pair.quotes) > 1 for pair in pairs) >= 10


def test_nothing_is_about_those_whom_the_report_that_ships_names() -> None:
    texts = {pair.id: f"{pair.sources}\n{pair.claim}" for pair in PAIRS}
    found = {name: corpus_names().findall(text) for name, text in texts.items()}
    assert {name: names for name, names in found.items() if names} == {}
