"""A process that writes a generation to Milvus, to be killed while it does."""

from multiprocessing import get_context
from multiprocessing.context import SpawnProcess

from ipqa.index.engines import engine_of
from ipqa.index.store import write_generation
from ipqa.settings import Settings
from tests.index.made import RECIPE, drawn, report

SENTENCES = 20_000
"""So many that to load them takes seconds."""


def start(settings: Settings) -> SpawnProcess:
    """Begin to write a generation of one large report."""
    process = get_context("spawn").Process(target=load, args=(settings.index, settings.index_url))
    process.start()
    return process


def load(index: str, url: str) -> None:
    """Write the generation."""
    settings = Settings.model_validate({"index": index, "index_url": url})
    record = report(settings.index, "large", [["特許"]] * 50, drawn(SENTENCES, 1))
    write_generation(settings.index, [record], RECIPE, "0", lambda _: None, engine_of(settings))
