"""A real model behind llama.cpp, run by hand: `IPQA_TEST_GGUF=model.gguf pytest -m llm`.

What it writes is its own affair; what is said of it must stand in the quotes.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ipqa.answering.grounding import figures, is_verbatim
from ipqa.assistant import Assistant
from ipqa.settings import Settings

GGUF = os.environ.get("IPQA_TEST_GGUF")

pytestmark = [
    pytest.mark.llm,
    pytest.mark.skipif(GGUF is None, reason="IPQA_TEST_GGUF names no model file"),
]


@pytest.fixture(scope="module")
def assistant(small_settings: Settings) -> Iterator[Assistant]:
    pytest.importorskip("xllamacpp")
    from eval.llama_server import llama_server  # noqa: PLC0415 - needs a package that is installed by hand

    with llama_server(Path(str(GGUF))) as address:
        yield Assistant.open(
            small_settings.model_copy(update={"llm_base_url": address, "llm_model": "local"})
        )


@pytest.mark.parametrize(
    "question", ["2024年の出荷量は", "海藻の養殖はいつ始まりましたか", "品質管理委員会の構成は"]
)
def test_what_a_real_model_writes_is_said_only_with_its_quotes(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question, mode="generative")
    quotes = {citation.number: citation.quote for citation in answer.citations}
    assert answer.model == "local"
    assert all(is_verbatim(citation, assistant.index.reports) for citation in answer.citations)
    for claim in answer.claims:
        said = "\n".join(quotes[number] for number in claim.citations)
        assert figures(claim.text) <= figures(said)
