"""A few steps of training on a tiny set, and what is shipped of it."""

from pathlib import Path

import numpy as np
import pytest
from datasets import Dataset
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.trainer import SentenceTransformerTrainer

from ipqa.network import Network, tokenizer
from training.base import base_model
from training.embedder import arguments, measured
from training.examples import Example, columns
from training.export import export_embedder

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

SUBJECTS = ("倉庫", "工場", "港", "病院", "学校", "鉄道", "水道", "図書館")
EXAMPLES = [
    Example(
        f"{subject}はいつできた",
        f"{subject}は{1990 + number}年に完成した。",
        f"{subject}の職員は{number + 3}人である。",
        f"{subject}の費用は{number + 2}億円だった。",
    )
    for number, subject in enumerate(SUBJECTS)
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[SentenceTransformer, list[float]]:
    """A model after a few steps, and the loss at each of them."""
    folder = tmp_path_factory.mktemp("embedder")
    model = base_model(folder)
    given = arguments(folder, epochs=3, every=100)
    given.logging_steps = 1
    given.per_device_train_batch_size = 4
    given.warmup_steps = 0
    trainer = SentenceTransformerTrainer(
        model=model,
        args=given,
        train_dataset=Dataset.from_dict(columns(EXAMPLES)),
        loss=MultipleNegativesRankingLoss(model),
        evaluator=measured(EXAMPLES),
    )
    trainer.train()
    return model, [step["loss"] for step in trainer.state.log_history if "loss" in step]


def test_a_few_steps_lower_the_loss(trained: tuple[SentenceTransformer, list[float]]) -> None:
    _, losses = trained
    assert np.mean(losses[-2:]) < np.mean(losses[:2])


def test_what_is_shipped_gives_nearly_the_vectors_of_what_was_trained(
    trained: tuple[SentenceTransformer, list[float]], tmp_path: Path
) -> None:
    model, _ = trained
    export_embedder(model, tmp_path)
    network = Network("embedder", tmp_path)
    for example in EXAMPLES:
        ids = tokenizer(tmp_path).encode(f"passage: {example.positive}").ids
        ((vector,),) = network.run([ids])
        assert float(vector @ model.encode_document(example.positive)) > 0.98
