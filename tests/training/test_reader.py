"""The reader's examples, a few steps of training on a tiny set, and what is shipped of it."""

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import TrainerState

from ipqa.network import Network, tokenizer
from ipqa.reader import Reading, Text, reading_of, tokens_of
from training.base import base_model
from training.export import export_reader
from training.reader import (
    NOTHING,
    ROUNDS,
    WARMUP,
    Drawer,
    KeepingRounds,
    ReaderModel,
    batch_of,
    judge,
    optimizer_of,
)
from training.reader_examples import (
    HASTY,
    Item,
    Pair,
    in_full_width,
    in_half_width,
    in_kana,
    stretches,
    with_another_word,
    without_particles,
)
from training.reader_scores import scores

SUBJECTS = ("倉庫", "工場", "港", "病院", "学校", "鉄道", "水道", "図書館")
ASKED = "港の職員の数は"
TEXT = "港の職員は25人である。"


def told(subject: str) -> list[Text]:
    return [
        Text(f"{subject}の報告", f"{subject}は1990年に完成した。"),
        Text(f"{subject}の報告", f"{subject}の職員は25人である。"),
    ]


def items() -> list[Item]:
    found = []
    for subject in SUBJECTS:
        built, staff = told(subject)
        question = f"{subject}はいつできた"
        place = (len(subject) + 1, len(subject) + 6)
        right = Pair(question, built, right=True, answer=place)
        found.append(Item("question", (right,), (Pair(question, staff, right=False),)))
        missed = f"{subject}の費用は"
        found.append(
            Item("contrast", (), tuple(Pair(missed, t, right=False) for t in (built, staff)))
        )
        true, false = f"{subject}は完成した。", f"{subject}は取り壊された。"
        wrong = (Pair(false, built, right=False), Pair(true, staff, right=False))
        found.append(Item("claim", (Pair(true, built, right=True),), wrong))
    return found


def test_of_a_question_the_right_sentence_stands_beside_rivals_that_are_asked_the_same() -> None:
    texts = [Text("", f"{n}番目の文。") for n in range(9)]
    right = Pair(ASKED, texts[0], right=True)
    item = Item("question", (right,), tuple(Pair(ASKED, t, right=False) for t in texts[1:]))
    chance = random.Random(0)
    drawn = [item.drawn(chance) for _ in range(300)]
    assert all(pairs[0].right and not any(p.right for p in pairs[1:]) for pairs in drawn)
    assert all(len({p.query for p in pairs[:3]}) == 1 for pairs in drawn)
    rivals = [p.text.said for pairs in drawn for p in pairs[1:3]]
    assert rivals.count("1番目の文。") > rivals.count("8番目の文。") > 0


def test_a_claim_stands_beside_its_opposite_and_now_and_then_beside_another_sentence() -> None:
    claim = next(item for item in items() if item.kind == "claim")
    chance = random.Random(0)
    assert {len(claim.drawn(chance)) for _ in range(50)} >= {2, 3}


def test_a_swapped_word_makes_what_is_right_wrong_of_the_same_text() -> None:
    item = items()[0]
    rivals = (Pair(ASKED, Text("", "図書館の職員と鉄道。"), right=False),)
    drawn = [replace(item, wrong=rivals).drawn(random.Random(seed)) for seed in range(60)]
    swapped = [pairs[-1] for pairs in drawn if pairs[-1].text == item.right[0].text and not pairs[-1].right]  # fmt: skip
    assert 0 < len(swapped) < len(drawn)
    assert any(p.query == "鉄道はいつできた" for p in swapped)


@given(st.text(max_size=40), st.text(max_size=40), st.integers(0, 9))
def test_another_word_is_one_that_neither_the_query_nor_the_text_holds(query: str, others: str, seed: int) -> None:  # fmt: skip
    swapped = with_another_word(query, TEXT, others, random.Random(seed))
    assert swapped is None or swapped not in {query, TEXT}


def test_a_figure_is_swapped_for_a_figure_and_a_name_for_a_name() -> None:
    others = "京都の支店は37人、費用は500万円。"
    found = {with_another_word("大阪の25人", "大阪に25人いる。", others, random.Random(seed)) for seed in range(40)}  # fmt: skip
    assert "京都の25人" in found
    assert found & {"大阪の37人", "大阪の500人"}
    assert not {"37の25人", "大阪の京都人"} & found


@pytest.mark.parametrize(
    ("hasty", "expected"),
    [
        (without_particles, "港 職員 数"),
        (in_full_width, "港の職員の数は"),
        (in_half_width, "港の職員の数は"),
    ],
)
def test_a_question_is_asked_as_hasty_people_type_it(hasty: object, expected: str) -> None:
    assert callable(hasty)
    assert hasty(ASKED, random.Random(0)) == expected


def test_one_noun_may_stay_in_kana_and_widths_may_change() -> None:
    spelled = {in_kana(ASKED, random.Random(seed)) for seed in range(20)}
    assert spelled == {"みなとの職員の数は", "港のしょくいんの数は", "港の職員のかずは"}
    assert in_full_width("DRY-2は3台?", random.Random(0)) == "ＤＲＹ－２は３台？"
    assert in_half_width("ＤＲＹ－２は３台？", random.Random(0)) == "DRY-2は3台?"


@given(st.text(max_size=60), st.integers(0, 9))
def test_no_question_is_too_strange_to_be_asked_hastily(question: str, seed: int) -> None:
    for hasty in HASTY:
        assert isinstance(hasty(question, random.Random(seed)), str)


@given(st.text(alphabet="あ。い、\nう", max_size=900))
def test_stretches_of_a_paragraph_follow_one_another(paragraph: str) -> None:
    found = stretches(paragraph)
    assert all(a[1] <= b[0] for a, b in pairwise(found))
    said = "".join(paragraph[start:end] for start, end in found)
    assert said.replace("\n", "") in paragraph.replace("\n", "")


def test_tokens_of_an_answer_are_those_that_hold_it() -> None:
    (right,) = items()[0].right
    batch = batch_of(tokenizer(), [(0, right)])
    tokens = tokens_of(tokenizer(), right.query, right.text)
    first, last = int(batch.starts[0]), int(batch.ends[0])
    held = right.text.said[tokens.offsets[first][0] : tokens.offsets[last][1]]
    assert "1990年" in held
    assert len(held) <= len("1990年") + 2
    cut = Pair(right.query, right.text, right=True, answer=None)
    assert int(batch_of(tokenizer(), [(0, cut)]).starts[0]) == NOTHING


def test_scores_of_a_perfect_judge_are_perfect_and_of_its_opposite_are_not() -> None:
    asked = items()
    right = {p: Reading(1.0, 1.0, 1.0, p.answer or (0, 1), 0.0) for i in asked for p in i.right}
    wrong = {p: Reading(-1.0, -1.0, -1.0, (0, 1), 0.0) for i in asked for p in i.wrong}
    best = scores(asked, wrong | right)
    assert (best["first"], best["claim_auroc"], best["claim_pairs"]) == (1, 1, 1)
    worst = scores(asked, {p: Reading(-r.relevance, -r.answers, -r.supports, (0, 1), 0.0) for p, r in (wrong | right).items()})  # fmt: skip
    assert (worst["first"], worst["claim_auroc"], worst["claim_pairs"]) == (0, 0, 0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[ReaderModel, list[float]]:
    """A reader after a few steps, and the loss at each of them."""
    torch.manual_seed(0)
    transformer = base_model(tmp_path_factory.mktemp("reader"))[0]
    model = ReaderModel(transformer.auto_model)  # type: ignore[arg-type]
    optimizer, drawer = optimizer_of(model), Drawer(tokenizer())
    losses = []
    for _ in range(6):
        loss = model(drawer(items()[:9])["batch"])["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    return model.eval(), losses


def test_the_mean_of_the_weights_at_the_ends_of_both_rounds_is_kept(tmp_path: Path) -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    of_another_run = tmp_path / "round-9.safetensors"
    of_another_run.write_bytes(b"")
    keeping = KeepingRounds(model, tmp_path, rounds=2)
    state = TrainerState(max_steps=WARMUP + ROUNDS * 10)
    keeping.on_train_begin(None, state, None)
    for step in range(1, state.max_steps + 1):
        torch.nn.init.constant_(model.weight, step)
        state.global_step = step
        keeping.on_step_end(None, state, None)
    keeping.on_train_end(None, state, None)
    assert float(model.weight.detach()) == WARMUP + 15


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_few_steps_lower_the_loss(trained: tuple[ReaderModel, list[float]]) -> None:
    _, losses = trained
    assert np.mean(losses[-2:]) < np.mean(losses[:2])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_is_shipped_says_nearly_what_was_trained(
    trained: tuple[ReaderModel, list[float]], tmp_path: Path
) -> None:
    model, _ = trained
    asked = items()[:6]
    expected = judge(model, tokenizer(), asked)
    export_reader(model, tmp_path)
    network = Network("reader", tmp_path)
    for pair, reading in expected.items():
        tokens = tokens_of(tokenizer(), pair.query, pair.text)
        ((judged, sides),) = network.run([tokens.ids])
        found = reading_of(judged, sides, tokens)
        assert found.relevance == pytest.approx(reading.relevance, abs=0.3)
        assert found.supports == pytest.approx(reading.supports, abs=0.3)
