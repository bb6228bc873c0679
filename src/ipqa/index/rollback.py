"""Back to the generation before: for an index that answers worse, or not at all, after a change."""

from dataclasses import dataclass

from ipqa.embedding import EmbeddingModel
from ipqa.errors import NoGenerationBefore
from ipqa.index.canaries import require_canaries
from ipqa.index.engines import engine_of
from ipqa.index.generations import (
    Manifest,
    generation_folder,
    names_before,
    put_in_force,
    read_pointer,
    rebuild_command,
)
from ipqa.index.making import require_answerable
from ipqa.index.store import one_writer, open_generation
from ipqa.settings import Settings


@dataclass(frozen=True)
class Rollback:
    """What a rollback did.

    Attributes:
        left: the generation that was in force.
        name: the one that is in force now, and ``manifest`` what it says of itself.
    """

    left: str
    name: str
    manifest: Manifest


def roll_back(settings: Settings, model: EmbeddingModel) -> Rollback:
    """Put the generation before the one in force back in force.

    The one that is left stays until the next is written.

    Raises:
        NoGenerationBefore: there is none.
        IndexMissing: there is no index at all.
        IndexDamaged: the one before cannot be opened, or it is not known which is in force.
        IndexMismatch: the one before was made in another way than questions are asked now.
        CanaryFailed: what the reports of the one before say is not found in it.
        IndexMismatch: it was built for another engine.
        IndexUnreachable: the engine cannot be asked.
        IndexNotWritable: the index folder cannot be written.
        IndexBusy: another process writes to it.
    """
    folder = settings.index
    read_pointer(folder)  # a folder without an index is not made one
    with one_writer(folder):
        left = read_pointer(folder).name
        earlier = names_before(folder, left)
        if not earlier:
            raise NoGenerationBefore(folder=folder, remedy=rebuild_command(folder))
        engine = engine_of(settings)
        index = open_generation(folder, earlier[-1], engine)
        require_answerable(folder, index.manifest, model)
        require_canaries(folder, index, model)
        engine.put_in_force(generation_folder(folder, index.name))
        put_in_force(folder, index.name, index.manifest)
        return Rollback(left, index.name, index.manifest)
