"""The installed networks: what they weigh, that they are what their cards say, and how they are run."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ipqa.errors import ShippedModelChanged, ShippedModelUnavailable
from ipqa.network import Network, changed_files, tokenizer
from tests.parts import ROOT

MODELS = ROOT / "src" / "ipqa" / "models"
NAMES = ("embedder", "reader")
MEGABYTE = 1_000_000


def test_the_models_together_stay_small() -> None:
    assert sum(file.stat().st_size for file in MODELS.iterdir()) < 62 * MEGABYTE
    assert sum((MODELS / f"{name}.onnx").stat().st_size for name in NAMES) < 50 * MEGABYTE


@pytest.mark.parametrize("name", NAMES)
def test_a_card_names_the_hash_of_its_weights(name: str) -> None:
    card = json.loads((MODELS / f"{name}.json").read_text(encoding="utf-8"))
    weights = (MODELS / f"{name}.onnx").read_bytes() + (MODELS / "words.bin").read_bytes()
    assert card["sha256"] == hashlib.sha256(weights).hexdigest()
    if name == "embedder":
        cut_by = (MODELS / "tokenizer.json").read_bytes()
        assert card["tokenizer_sha256"] == hashlib.sha256(cut_by).hexdigest()
    told = (MODELS / f"{name}.md").read_text(encoding="utf-8")
    for wanted in (f"# ipqa-{name}", "licence", "JaQuAD", "CC BY-SA 3.0", "What it cannot do"):
        assert wanted in told


@pytest.mark.parametrize("name", NAMES)
def test_what_comes_out_does_not_depend_on_the_rows_beside_it(name: str) -> None:
    network = Network(name)
    rows = [
        tokenizer().encode(text).ids for text in ("出荷量", "2024年の出荷量は1,250トン。" * 9, "")
    ]
    together = network.run(rows)
    for row, outputs in zip(rows, together, strict=True):
        (alone,) = network.run([row])
        for output, expected in zip(outputs, alone, strict=True):
            np.testing.assert_array_equal(output, expected)


def test_no_rows_give_nothing() -> None:
    assert Network("reader").run([]) == []


@pytest.mark.parametrize("lost", ["reader.json", "reader.onnx", "words.bin"])
def test_a_lost_file_is_told_by_the_model_that_lacks_it(tmp_path: Path, lost: str) -> None:
    for file in MODELS.iterdir():
        if file.name != lost:
            shutil.copy(file, tmp_path)
    with pytest.raises(ShippedModelUnavailable, match="reader"):
        Network("reader", tmp_path)


def spoil(path: Path) -> None:
    """Flip one bit of a file."""
    with path.open("r+b") as file:
        first = file.read(1)[0]
        file.seek(0)
        file.write(bytes([first ^ 1]))


FILES = ["embedder.onnx", "reader.onnx", "words.bin", "tokenizer.json"]


@pytest.mark.parametrize("changed", FILES)
def test_a_file_of_which_a_bit_flips_is_named(tmp_path: Path, changed: str) -> None:
    for file in MODELS.iterdir():
        shutil.copy(file, tmp_path)
    assert changed_files(tmp_path) == []
    spoil(tmp_path / changed)
    assert changed_files(tmp_path) == [tmp_path / changed]
    (tmp_path / changed).unlink()
    with pytest.raises(ShippedModelUnavailable, match=changed):
        changed_files(tmp_path)


def test_a_tokenizer_that_is_another_is_refused(tmp_path: Path) -> None:
    shutil.copy(MODELS / "embedder.json", tmp_path)
    shutil.copy(MODELS / "tokenizer.json", tmp_path)
    text = "2024年の出荷量は1,250トンで"
    assert tokenizer(tmp_path).encode(text).ids == tokenizer().encode(text).ids
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(MODELS / "embedder.json", other)
    changed = (MODELS / "tokenizer.json").read_text(encoding="utf-8").replace("年", "月", 1)
    (other / "tokenizer.json").write_text(changed, encoding="utf-8")
    with pytest.raises(ShippedModelChanged, match=r"tokenizer\.json.*pip install"):
        tokenizer(other)


def test_a_lost_tokenizer_is_told(tmp_path: Path) -> None:
    with pytest.raises(ShippedModelUnavailable, match="tokenizer"):
        tokenizer(tmp_path)
