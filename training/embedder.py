"""Fine-tunes the embedder on questions and the sentences that answer them: `python -m training.embedder`.

Contrastive learning with in-batch and hard negatives (multiple negatives ranking loss: Henderson et al. 2017,
https://arxiv.org/abs/1705.00652). The word embeddings stay as they are, so that what no example holds keeps
its meaning. A run that was interrupted goes on where it last saved.
"""

import json
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.trainer import SentenceTransformerTrainer
from sentence_transformers.sentence_transformer.training_args import (
    BatchSamplers,
    SentenceTransformerTrainingArguments,
)

from ipqa.embedding import load_model
from training.base import PROMPTS, base_model
from training.command import JAQUAD, start
from training.examples import Example, columns, jaquad_examples, written_examples

SEED = 7
SCALE = 30.0
RATE = 5e-5
BATCH = 12
JAQUAD_EXAMPLES = 1_000


def measured(examples: list[Example]) -> InformationRetrievalEvaluator:
    """Held-out questions against all sentences that stand as right or wrong ones among the examples."""
    texts = sorted({text for e in examples for text in (e.positive, e.negative_1, e.negative_2)})
    numbers = {text: str(number) for number, text in enumerate(texts)}
    right: dict[str, set[str]] = {}
    for example in examples:
        right.setdefault(example.query, set()).add(numbers[example.positive])
    return InformationRetrievalEvaluator(
        queries={query: query for query in right},
        corpus={number: text for text, number in numbers.items()},
        relevant_docs=right,
        query_prompt=PROMPTS["query"],
        corpus_prompt=PROMPTS["document"],
        accuracy_at_k=[1, 5],
        name="held-out",
    )


def arguments(folder: Path, epochs: float, every: int) -> SentenceTransformerTrainingArguments:
    """How a run goes: on a GPU where there is one, else on the processor in bfloat16."""
    return SentenceTransformerTrainingArguments(
        output_dir=str(folder / "checkpoints"),
        num_train_epochs=epochs,
        per_device_train_batch_size=BATCH,
        learning_rate=RATE,
        warmup_steps=40,
        lr_scheduler_type="linear",
        bf16=True,
        seed=SEED,
        batch_sampler=BatchSamplers.NO_DUPLICATES,
        prompts={name: PROMPTS["query" if name == "query" else "document"] for name in ("query", "positive", "negative_1", "negative_2")},
        logging_steps=25,
        save_steps=every,
        eval_steps=every,
        eval_strategy="steps",
        save_total_limit=2,
        report_to=[],
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=False,
        disable_tqdm=True,
    )  # fmt: skip


def train(folder: Path, share: float, epochs: float, every: int) -> SentenceTransformer:
    """Train on a share of the written questions, and write the model to `folder`."""
    model = base_model(folder)
    model.save_pretrained(str(folder / "base"))
    base = load_model(str(folder / "base"))
    written = list(written_examples(base, folder / "indexes", held_out=False))
    learned = written[:: round(1 / share)] + jaquad_examples(JAQUAD, round(JAQUAD_EXAMPLES * share))
    evaluator = measured(list(written_examples(base, folder / "indexes", held_out=True)))
    transformer: Any = model[0]
    transformer.auto_model.embeddings.word_embeddings.weight.requires_grad = False
    print(json.dumps({"examples": len(learned), "written": len(written)}), flush=True)
    trainer = SentenceTransformerTrainer(
        model=model,
        args=arguments(folder, epochs, every),
        train_dataset=Dataset.from_dict(columns(learned)),
        loss=MultipleNegativesRankingLoss(model, scale=SCALE),
        evaluator=evaluator,
    )
    _print_scores(evaluator, model)
    trainer.train(resume_from_checkpoint=any((folder / "checkpoints").glob("checkpoint-*")))
    _print_scores(evaluator, model)
    model.save_pretrained(str(folder / "model"))
    return model


def _print_scores(evaluator: InformationRetrievalEvaluator, model: SentenceTransformer) -> None:
    scores = evaluator(model)
    shown = {
        name: scores[f"held-out_cosine_{name}"] for name in ("accuracy@1", "accuracy@5", "mrr@10")
    }
    print(json.dumps({name: round(score, 3) for name, score in shown.items()}), flush=True)


if __name__ == "__main__":
    start(train, "embedder", __doc__, epochs=2.0, every=150)
