"""Teaches the reader: `python -m training.reader`.

A cross-encoder made of the taught embedder's layers. Over each pair of a query and a text it learns four things:

- relevance: of a question's sentences the right one is to be first (listwise: Cao et al. 2007,
  https://www.microsoft.com/en-us/research/publication/learning-to-rank-from-pairwise-approach-to-listwise-approach/);
- answers: whether a sentence answers the question at all;
- supports: whether a text bears out a claim;
- where the shortest answer starts and ends (Devlin et al. 2019, https://arxiv.org/abs/1810.04805).

Word embeddings and the lowest layers stay as they are. The rate falls to nothing in each of two rounds, and the
mean of the weights at the ends of both is what is kept (Izmailov et al. 2018, https://arxiv.org/abs/1803.05407). A
run that was interrupted goes on where it last saved. `training.further` goes on from the reader that ships.
"""

import json
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from safetensors.torch import load_file, load_model, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel, Trainer, TrainerCallback, TrainingArguments

from ipqa.embedding import load_model as load_embedder
from ipqa.network import tokenizer as shipped_tokenizer
from ipqa.reader import Reading, reading_of, tokens_of
from ipqa.settings import SHIPPED_MODEL
from training.base import base_model
from training.check_data import held_out_families
from training.command import JAQUAD, MODELS, start
from training.reader_examples import Item, Pair, paragraph_items, written_items, written_libraries
from training.reader_scores import scores

SEED = 11
RATE = 8e-5
HEAD_RATE = 5 * RATE
ROUNDS, WARMUP = 2, 60
BATCH = 8
PARAGRAPHS = 4_000
FROZEN = 4
"""Layers that stay as the embedder has them: they read words, which it has learned, and cost a quarter of the time."""
CHUNK = 2_400
"""Tokens, padding among them, that go through the encoder at once."""

MEASURED, RIVALS_MEASURED = 200, 5
"""Held-out items that are looked at during a run, and rivals of each."""
TOGETHER = 24
"""Pairs that are judged at once."""

PADDING = 1
NOTHING = -100


@dataclass(frozen=True)
class Batch:
    """Pairs as tensors: token ids in chunks of like length, and what is to be said of each pair.

    Attributes:
        groups: pairs of one question are a group; -1 for claims.
        kinds: 0 for a question, 1 for a claim.
    """

    ids: list[Tensor]
    groups: Tensor
    kinds: Tensor
    right: Tensor
    first: Tensor
    starts: Tensor
    ends: Tensor

    def to(self, device: torch.device, **_: Any) -> "Batch":  # noqa: ANN401 - what accelerate passes
        """The batch on a device."""
        moved = {f.name: getattr(self, f.name).to(device) for f in fields(self) if f.name != "ids"}
        return Batch(ids=[ids.to(device) for ids in self.ids], **moved)


class Heads(nn.Module):
    """What is said of a pair from its tokens' vectors."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.dense = nn.Linear(2 * width, width)
        self.judge = nn.Linear(width, 3)
        self.span = nn.Linear(width, 2)

    def forward(self, hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Relevance, answers and supports (pairs, 3); start and end of each token (pairs, tokens, 2)."""
        weight = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        pooled = functional.gelu(self.dense(torch.cat([hidden[:, 0], mean], dim=-1)))
        return self.judge(pooled), self.span(hidden)


class ReaderModel(nn.Module):
    """The encoder with heads on its last layer."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.encoder.embeddings.requires_grad_(requires_grad=False)
        for layer in encoder.encoder.layer[:FROZEN]:
            layer.requires_grad_(requires_grad=False)
        self.heads = Heads(encoder.config.hidden_size)

    def read(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """What the heads say of padded token ids (pairs, tokens)."""
        mask = torch.ne(ids, PADDING).long()
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        judged, spans = self.heads(hidden, mask)
        return judged, spans

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """The loss of a batch."""
        said = [self.read(ids) for ids in batch.ids]
        judged = torch.cat([of_pairs for of_pairs, _ in said]).float()
        spans = [row for _, of_tokens in said for row in of_tokens.float()]
        return {"loss": loss_of(judged, spans, batch)}


def loss_of(judged: Tensor, spans: Sequence[Tensor], batch: Batch) -> Tensor:
    """How far what is said is from what is so: rivals, answers, supports, spans."""
    questions, claims = batch.kinds == 0, batch.kinds == 1
    loss = torch.zeros((), device=judged.device)
    if questions.any():
        weight = torch.where(batch.right > 0, 2.0, 1.0)[questions]
        errors = functional.binary_cross_entropy_with_logits(judged[questions, 1], batch.right[questions], weight, reduction="sum")  # fmt: skip
        loss = loss + errors / weight.sum()
    if claims.any():
        loss = loss + functional.binary_cross_entropy_with_logits(judged[claims, 2], batch.right[claims])  # fmt: skip
    listwise = [
        -functional.log_softmax(judged[members, 0], 0)[batch.right[members] > 0].sum()
        for group in set(batch.groups.tolist())
        if (members := batch.groups == group).sum() > 1 and group >= 0 and batch.right[members].any()
    ]  # fmt: skip
    if listwise:
        loss = loss + torch.stack(listwise).mean()
    read = [n for n in range(len(spans)) if batch.starts[n] >= 0]
    if read:
        found = [
            functional.cross_entropy(spans[n][batch.first[n] :, side], at[n])
            for n in read
            for side, at in ((0, batch.starts), (1, batch.ends))
        ]
        loss = loss + torch.stack(found).mean()
    return loss


class Drawer:
    """Makes batches of items: draws their pairs, and turns them into tensors."""

    def __init__(self, tokenizer: Tokenizer, seed: int = SEED) -> None:
        self._tokenizer = tokenizer
        self._chance = random.Random(seed)

    def __call__(self, items: Sequence[Item]) -> dict[str, Batch]:
        """A batch of the items, by the name under which the model takes it."""
        drawn = [(item, pair) for item in items for pair in item.drawn(self._chance)]
        asked = list({pair.query: None for _, pair in drawn})
        groups = [-1 if item.kind == "claim" else asked.index(pair.query) for item, pair in drawn]
        pairs = [pair for _, pair in drawn]
        return {"batch": batch_of(self._tokenizer, list(zip(groups, pairs, strict=True)))}


def batch_of(tokenizer: Tokenizer, pairs: Sequence[tuple[int, Pair]]) -> Batch:
    """Pairs with the numbers of their groups as tensors, the shortest first."""
    read = [(tokens_of(tokenizer, pair.query, pair.text), group, pair) for group, pair in pairs]
    read.sort(key=lambda one: len(one[0].ids))
    ids, chunk = [], list[list[int]]()
    for tokens, _, _ in read:
        if chunk and (len(chunk) + 1) * len(tokens.ids) > CHUNK:
            ids.append(padded(chunk))
            chunk = []
        chunk.append(tokens.ids)
    ids.append(padded(chunk))
    places = [_tokens_at(tokens.offsets, pair.answer) for tokens, _, pair in read]
    return Batch(
        ids=ids,
        groups=torch.tensor([group for _, group, _ in read]),
        kinds=torch.tensor([int(group < 0) for _, group, _ in read]),
        right=torch.tensor([float(pair.right) for _, _, pair in read]),
        first=torch.tensor([tokens.first for tokens, _, _ in read]),
        starts=torch.tensor([start for start, _ in places]),
        ends=torch.tensor([end for _, end in places]),
    )


def padded(rows: Sequence[Sequence[int]]) -> Tensor:
    """Rows of token ids as one tensor, the shorter ones filled up."""
    longest = max(map(len, rows))
    return torch.tensor([[*row, *[PADDING] * (longest - len(row))] for row in rows])


def _tokens_at(offsets: Sequence[tuple[int, int]], answer: tuple[int, int] | None) -> tuple[int, int]:  # fmt: skip
    """The first and the last token of an answer; what counts as none where it is not read to its end."""
    if answer is None:
        return NOTHING, NOTHING
    held = [n for n, (start, end) in enumerate(offsets) if start < answer[1] and answer[0] < end]
    whole = held and offsets[held[-1]][1] >= answer[1]
    return (held[0], held[-1]) if whole else (NOTHING, NOTHING)


class Measuring(TrainerCallback):
    """Prints how held-out items are judged, now and then."""

    def __init__(self, model: ReaderModel, tokenizer: Tokenizer, items: Sequence[Item], every: int) -> None:  # fmt: skip
        self._model, self._tokenizer, self._items, self._every = model, tokenizer, items, every

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401, ARG002
        """Measure at every so many steps."""
        if state.global_step % self._every == 0:
            print_scores(self._model, self._tokenizer, self._items, state.global_step)


class KeepingRounds(TrainerCallback):
    """Keeps the weights at the end of each round, and tells their mean."""

    def __init__(self, model: nn.Module, folder: Path, rounds: int) -> None:
        self._model, self._folder, self._rounds = model, folder, rounds

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401, ARG002
        """Forget the rounds of another run, unless this one goes on."""
        if state.global_step == 0:
            shutil.rmtree(self._folder, ignore_errors=True)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401, ARG002
        """Keep the weights where a round ends."""
        length = max(1, (state.max_steps - WARMUP) // self._rounds)
        number, rest = divmod(state.global_step - WARMUP, length)
        if rest == 0 and 0 < number < self._rounds:
            self._keep(number)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ANN401, ARG002
        """Put the mean of all rounds into the model."""
        self._keep(self._rounds)
        kept = [load_file(path) for path in sorted(self._folder.glob("round-*.safetensors"))]
        mean = {name: torch.stack([one[name].float() for one in kept]).mean(0) for name in kept[0]}
        self._model.load_state_dict(mean)

    def _keep(self, number: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        save_file(self._model.state_dict(), self._folder / f"round-{number}.safetensors")


def print_scores(model: ReaderModel, tokenizer: Tokenizer, items: Sequence[Item], step: int) -> None:  # fmt: skip
    """Print how some items are judged."""
    print(json.dumps({"step": step} | scores(items, judge(model, tokenizer, items))), flush=True)


def judge(model: ReaderModel, tokenizer: Tokenizer, items: Sequence[Item]) -> dict[Pair, Reading]:
    """What the model says of every pair of some items."""
    pairs = list({pair: None for item in items for pair in (*item.right, *item.wrong)})
    tokens = [tokens_of(tokenizer, pair.query, pair.text) for pair in pairs]
    order = sorted(range(len(pairs)), key=lambda n: len(tokens[n].ids))
    found: dict[Pair, Reading] = {}
    model.eval()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for start in range(0, len(order), TOGETHER):
            chosen = order[start : start + TOGETHER]
            judged, spans = model.read(padded([tokens[n].ids for n in chosen]))
            for row, n in enumerate(chosen):
                found[pairs[n]] = reading_of(judged[row].float().numpy(), spans[row].float().numpy(), tokens[n])  # fmt: skip
    model.train()
    return found


def optimizer_of(model: ReaderModel) -> torch.optim.Optimizer:
    """The heads learn faster than what was taught before."""
    heads = list(model.heads.parameters())
    rest = [p for p in model.encoder.parameters() if p.requires_grad]
    return torch.optim.AdamW([{"params": rest, "lr": RATE}, {"params": heads, "lr": HEAD_RATE}], weight_decay=0.01)  # fmt: skip


def train(folder: Path, share: float, epochs: float, every: int) -> ReaderModel:
    """Train on a share of the items, and write the model to `folder`; `training.measure_reader` measures it."""
    torch.manual_seed(SEED)
    return teach(untrained_reader(), Course(folder, share, epochs, every, ROUNDS))


@dataclass(frozen=True)
class Course:
    """How a model is taught.

    Attributes:
        folder: where everything is written.
        share: of the items, for learning curves.
        epochs: how often each item is drawn, over all rounds.
        every: steps between checkpoints.
        rounds: how often the rate falls to nothing.
    """

    folder: Path
    share: float
    epochs: float
    every: int
    rounds: int


def arguments(course: Course) -> TrainingArguments:
    """How a run goes: on a GPU where there is one, else on the processor in bfloat16."""
    return TrainingArguments(
        output_dir=str(course.folder / "checkpoints"),
        num_train_epochs=course.epochs,
        per_device_train_batch_size=BATCH,
        learning_rate=RATE,
        warmup_steps=WARMUP,
        lr_scheduler_type="cosine_with_restarts",
        lr_scheduler_kwargs={"num_cycles": course.rounds},
        bf16=True,
        seed=SEED,
        logging_steps=25,
        save_steps=course.every,
        save_total_limit=1,
        remove_unused_columns=False,
        report_to=[],
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=False,
        disable_tqdm=True,
    )


def teach(model: ReaderModel, course: Course) -> ReaderModel:
    """Teach a model on the written items and on JaQuAD, and write it to the course's folder."""
    folder, share = course.folder, course.share
    tokenizer = shipped_tokenizer()
    items = list(written_items(written_libraries(load_embedder(SHIPPED_MODEL), folder / "indexes")))
    held_out = [item for item in items if item.family in held_out_families()]
    chance = random.Random(SEED)
    learned = [item for item in items if item.family not in held_out_families()]
    chance.shuffle(learned)
    learned = learned[: round(share * len(learned))]
    learned += [item for item in paragraph_items(JAQUAD, "train") if item.right][: round(share * PARAGRAPHS)]  # fmt: skip
    print(json.dumps({"learned": len(learned), "held out": len(held_out)}), flush=True)
    measured = chance.sample(held_out, min(MEASURED, len(held_out)))
    measured += paragraph_items(JAQUAD, "dev")[: MEASURED // 3]
    measured = [replace(item, wrong=item.wrong[:RIVALS_MEASURED]) for item in measured]
    trainer = Trainer(
        model=model,
        args=arguments(course),
        train_dataset=learned,
        data_collator=Drawer(tokenizer),
        optimizers=(optimizer_of(model), None),
        callbacks=[
            Measuring(model, tokenizer, measured, course.every),
            KeepingRounds(model, folder / "rounds", course.rounds),
        ],
    )
    trainer.train(resume_from_checkpoint=any((folder / "checkpoints").glob("checkpoint-*")))
    trainer.save_model(str(folder / "model"))
    return model


def untrained_reader() -> ReaderModel:
    """The taught embedder's encoder with heads that have learned nothing."""
    return _reader_of(MODELS / "embedder" / "model")


def base_reader() -> ReaderModel:
    """The base model's encoder, of whose weights the word vectors are those of every reader."""
    with TemporaryDirectory() as folder:
        base_model(Path(folder))
        return _reader_of(Path(folder) / "transformer")


def _reader_of(folder: Path) -> ReaderModel:
    encoder = BertModel.from_pretrained(str(folder), add_pooling_layer=False, attn_implementation="eager")  # fmt: skip
    return ReaderModel(encoder)


def trained_reader(folder: Path) -> ReaderModel:
    """What `teach` has written to a folder, or a checkpoint of it."""
    model = base_reader()
    load_model(model, folder / "model.safetensors")
    return model


if __name__ == "__main__":
    start(train, "reader", __doc__, epochs=3.2, every=300)
