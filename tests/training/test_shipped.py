"""The reader that ships is a model that can be taught further."""

import pytest
import torch

from ipqa.network import tokenizer
from ipqa.reader import Reader, Text
from training.reader import judge
from training.reader_examples import Item, Pair
from training.shipped import shipped_reader

QUESTION = "電池の特許は何件ですか"
TEXTS = ("電池の特許は2024年に123件であった。", "来年の売上高は減る見通しである。")


def test_the_shipped_reader_says_the_same_as_a_model_that_can_be_taught() -> None:
    """Activations have eight bits in the one and not in the other; a thousandth of the range is lost by that."""
    texts = [Text("電池の知財", said) for said in TEXTS]
    torch.manual_seed(0)
    pairs = [Pair(QUESTION, text, right=False) for text in texts]
    judged = judge(shipped_reader(), tokenizer(), [Item("question", (), tuple(pairs))])
    for pair, shipped in zip(pairs, Reader().read(QUESTION, texts), strict=True):
        assert judged[pair].relevance == pytest.approx(shipped.relevance, abs=0.5)
        assert judged[pair].answers == pytest.approx(shipped.answers, abs=0.5)
        assert judged[pair].answer == shipped.answer
