"""How an index is made, and whether one that is there was made so."""

from pathlib import Path

from ipqa.embedding import EmbeddingModel
from ipqa.errors import IndexMismatch
from ipqa.index.generations import Manifest, rebuild_command
from ipqa.index.readings import SENTENCE_VECTORS, Recipe
from ipqa.japanese import tokenizer_fingerprint
from ipqa.reports import READER_VERSION
from ipqa.settings import Settings


def recipe_of(settings: Settings, model: EmbeddingModel) -> Recipe:
    """How an index is made under these settings with this model."""
    return Recipe(
        embedding=model.fingerprint,
        dimension=model.dimension,
        tokenizer=tokenizer_fingerprint(),
        reader=READER_VERSION,
        passage_length=settings.passage_length,
        sentence_vectors=SENTENCE_VECTORS,
    )


def require_recipe(folder: Path, manifest: Manifest, recipe: Recipe) -> None:
    """Refuse an index that was made in another way, in whatever point.

    Raises:
        IndexMismatch: it was.
    """
    _require(folder, manifest, recipe.model_dump())


def require_answerable(folder: Path, manifest: Manifest, model: EmbeddingModel) -> None:
    """Refuse an index whose vectors or words were made in another way than a question's will be.

    Raises:
        IndexMismatch: they were.
    """
    now = {
        "embedding": model.fingerprint,
        "dimension": model.dimension,
        "tokenizer": tokenizer_fingerprint(),
        "reader": READER_VERSION,
        "sentence_vectors": SENTENCE_VECTORS,
    }
    _require(folder, manifest, now)


def _require(folder: Path, manifest: Manifest, now: dict[str, object]) -> None:
    difference = manifest.recipe.differences(**now)
    if difference:
        raise IndexMismatch(folder=folder, difference=difference, remedy=rebuild_command(folder))
