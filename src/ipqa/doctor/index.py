"""The index, file by file: the generation in force, the one to go back to, the reports of the first."""

from pathlib import Path

from ipqa.doctor.checkup import (
    Fault,
    FileState,
    GenerationState,
    IndexState,
    ReportState,
    fault_of,
)
from ipqa.embedding import EmbeddingModel
from ipqa.errors import BadSetting, CopyDamaged, ExtraMissing, IndexProblem, IpqaError
from ipqa.index.canaries import require_canaries
from ipqa.index.engines import index_of
from ipqa.index.files import FileFault, check
from ipqa.index.generations import (
    Manifest,
    ReportRecord,
    damaged,
    generation_names,
    manifest_of,
    manifest_path,
    names_before,
    pointer_path,
    read_pointer,
)
from ipqa.index.library import Library
from ipqa.index.making import require_answerable
from ipqa.index.readings import Readings
from ipqa.index.store import Index, files_of
from ipqa.settings import Settings


def examine_index(
    settings: Settings, model: EmbeddingModel | None
) -> tuple[IndexState, list[Fault]]:
    """The index that the settings name, and each file in it that is not what it was written as.

    Args:
        settings: which index.
        model: what questions are embedded with; None where that does not work.
    """
    folder = settings.index
    try:
        name = _name_in_force(folder)
    except IndexProblem as error:
        return IndexState(folder=str(folder)), [fault_of(pointer_path(folder), error)]
    examination = _Examination(settings)
    in_force = examination.generation(name)
    earlier = names_before(folder, name)
    before = examination.generation(earlier[-1]) if earlier else None
    reports = examination.reports(name, model)
    state = IndexState(folder=str(folder), in_force=in_force, before=before, reports=reports)
    return state, list(examination.faults.values())


def _name_in_force(folder: Path) -> str:
    """The generation in force, which must be there: where it is not, ``current`` is wrong."""
    name = read_pointer(folder).name
    if name not in generation_names(folder):
        raise damaged(
            folder,
            f"the file current names generation {name}, which is not there",
            f"current の指す世代 {name} がありません",
        )
    return name


class _Examination:
    """Collects the faults of one index, each file's once."""

    def __init__(self, settings: Settings) -> None:
        folder = settings.index
        self.faults: dict[Path, Fault] = {}
        self._settings = settings
        self._folder = folder
        self._readings = Readings(folder)
        self._library = Library(folder)

    def generation(self, name: str) -> GenerationState:
        """A generation, each of its files held against its record."""
        path = manifest_path(self._folder, name)
        try:
            manifest = manifest_of(self._folder, name)
        except IndexProblem as error:
            self._note(path, error)
            return GenerationState(
                name=name, files=(FileState(path=self._told(path), whole=False),)
            )
        states = [FileState(path=self._told(path), whole=True)]
        for file, record in files_of(self._folder, name, manifest).items():
            try:
                check(file, record)
            except FileFault as fault:
                self._note_fault(fault)
            states.append(FileState(path=self._told(file), whole=file not in self.faults))
        for entry in manifest.reports:
            self._reading_is_whole(entry)
        return GenerationState(
            name=name,
            created=manifest.created,
            reports=len(manifest.reports),
            files=tuple(states),
        )

    def reports(self, name: str, model: EmbeddingModel | None) -> tuple[ReportState, ...]:
        """The reports of the generation in force, which is opened for this."""
        try:
            manifest = manifest_of(self._folder, name)
        except IndexProblem:
            return ()  # noted already
        index = self._opened(manifest, model)
        return tuple(
            ReportState(
                id=entry.id,
                origin=entry.origin,
                characters=len(index.reports[entry.id].text) if index else None,
                passages=entry.passages if index else None,
                sentences=entry.sentences if index else None,
                reading=self._reading_is_whole(entry),
                copied=self._copy_is_whole(entry) if entry.added else None,
            )
            for entry in manifest.reports
        )

    def _opened(self, manifest: Manifest, model: EmbeddingModel | None) -> Index | None:
        """The index, where it opens; a fault of a file has been noted, others are of the whole."""
        try:
            index = index_of(self._settings)
        except (IndexProblem, BadSetting, ExtraMissing) as error:
            if not self.faults:
                self._note(pointer_path(self._folder), error)
            return None
        try:
            if model is not None:
                require_answerable(self._folder, manifest, model)
                require_canaries(self._folder, index, model)
        except IndexProblem as error:
            self._note(manifest_path(self._folder, index.name), error)
        return index

    def _reading_is_whole(self, entry: ReportRecord) -> bool:
        try:
            self._readings.checked(entry.reading)
        except FileFault as fault:
            self._note_fault(fault)
            return False
        return True

    def _copy_is_whole(self, entry: ReportRecord) -> bool:
        path = self._library.entry(entry).path
        try:
            self._library.check(entry)
        except CopyDamaged as error:
            self._note(path, error)
            return False
        return True

    def _note_fault(self, fault: FileFault) -> None:
        self._note(fault.path, damaged(self._folder, *fault.told(self._folder)))

    def _note(self, path: Path, error: IpqaError) -> None:
        self.faults.setdefault(path, fault_of(path, error))

    def _told(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()
