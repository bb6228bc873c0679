"""Vectors from the shipped model and from any sentence-transformers model."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from ipqa.embedding import SentenceTransformerModel, load_model
from ipqa.errors import ModelUnavailable
from ipqa.settings import SHIPPED_MODEL, Settings
from tests.parts import shipped_model

TEXTS = [
    "海藻の養殖を始めた。",
    "水温は年平均14度である。",
    "出荷量が増えた。",
    "a" * 200,
    "",
    "🙂\0終わり",
]


def test_vectors_have_length_one_and_keep_the_order() -> None:
    model = shipped_model()
    vectors = model.embed_passages(TEXTS * 5)
    assert vectors.shape == (30, model.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    alone = np.concatenate([model.embed_passages([text]) for text in TEXTS])
    np.testing.assert_array_equal(vectors[: len(TEXTS)], alone)


def test_no_texts_give_no_rows() -> None:
    assert shipped_model().embed_queries([]).shape == (0, shipped_model().dimension)


def test_a_question_is_nearest_to_what_answers_it() -> None:
    model = shipped_model()
    passages = model.embed_passages(TEXTS[:3])
    query = model.embed_queries(["養殖はいつから？"])[0]
    assert int(np.argmax(passages @ query)) == 0


def test_questions_and_passages_are_embedded_with_different_prompts() -> None:
    model = shipped_model()
    assert not np.allclose(model.embed_queries(TEXTS[:1]), model.embed_passages(TEXTS[:1]))


def test_many_threads_get_what_one_gets() -> None:
    model = shipped_model()
    expected = model.embed_queries(TEXTS)
    with ThreadPoolExecutor(8) as pool:
        for vectors in pool.map(lambda _: model.embed_queries(TEXTS), range(16)):
            np.testing.assert_array_equal(vectors, expected)


def test_a_model_that_is_not_there_is_told_with_its_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelUnavailable, match="IPQA_EMBEDDING_MODEL"):
        load_model(str(tmp_path / "none"))


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of two small layers with random weights, made on the spot."""
    folder = tmp_path_factory.mktemp("tiny-e5")
    subprocess.run([sys.executable, "-c", _MAKE_TINY_MODEL, str(folder)], check=True, timeout=120)
    return folder / "tiny-e5"


_MAKE_TINY_MODEL = """
import sys, torch
from pathlib import Path
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
folder = Path(sys.argv[1])
bert = folder / "bert"
letters = [chr(c) for c in (*range(0x20, 0x7F), *range(0x3041, 0x30FF), *range(0x4E00, 0xA000))]
vocabulary = {piece: number for number, piece in enumerate(["[PAD]", "[UNK]", *letters])}
tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
torch.manual_seed(0)
config = BertConfig(vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2,
                    num_attention_heads=2, intermediate_size=64)
BertModel(config).save_pretrained(bert)
PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]",
                        model_max_length=128).save_pretrained(bert)
SentenceTransformer(modules=[Transformer(str(bert)), Pooling(32)]).save(str(folder / "tiny-e5"))
"""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_any_sentence_transformers_model_serves_by_its_folder(tiny_model: Path) -> None:
    model = SentenceTransformerModel(str(tiny_model))
    vectors = model.embed_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), model.dimension) == (len(TEXTS), 32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert "query: " in model.fingerprint  # E5 models get their prompts
    assert not np.allclose(model.embed_queries(TEXTS[:1]), model.embed_passages(TEXTS[:1]))
    assert SentenceTransformerModel(str(tiny_model)).fingerprint == model.fingerprint
    assert model.fingerprint != shipped_model().fingerprint


def test_the_shipped_model_is_the_default() -> None:
    assert Settings().embedding_model == SHIPPED_MODEL
