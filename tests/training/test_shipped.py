"""The models that ship are PyTorch models again."""

from pathlib import Path

import pytest
import torch

from ipqa.embedding import load_model
from ipqa.network import tokenizer
from ipqa.reader import Reader, Text
from ipqa.settings import SHIPPED_MODEL
from training.reader import judge
from training.reader_examples import Item, Pair
from training.shipped import shipped_embedder, shipped_reader

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


def test_the_shipped_embedder_gives_nearly_its_vectors_in_fp32(tmp_path: Path) -> None:
    model, shipped = shipped_embedder(tmp_path), load_model(SHIPPED_MODEL)
    for text in (QUESTION, *TEXTS, "。".join(TEXTS * 8)):
        expected = model.encode_document([text], normalize_embeddings=True)
        assert (expected @ shipped.embed_passages([text]).T).item() > 0.985
