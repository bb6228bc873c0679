"""From files to an index: read, cut, embed what is new, and put a new generation in force.

One report is in memory at a time, or a few for each worker, and is kept as soon as it is embedded: an
interrupted build loses nothing, and the index in force stays as it is until the new one is whole.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ipqa.embedding import EmbeddingModel
from ipqa.errors import (
    EmptyCorpus,
    FileMissing,
    IndexMissing,
    IndexTooOld,
    LastReport,
    ReadError,
    UnknownReport,
)
from ipqa.index.builder import Builder, BuildResult, Watch, told
from ipqa.index.engines import engine_of
from ipqa.index.files import FileFault
from ipqa.index.generations import ReportRecord, damaged
from ipqa.index.legs import Engine
from ipqa.index.library import Entry, Library, corpus_entries, free_id
from ipqa.index.making import recipe_of, require_answerable, require_recipe
from ipqa.index.publishing import publish
from ipqa.index.readings import Readings, Recipe
from ipqa.index.recovery import reports_before
from ipqa.index.store import is_large, one_writer, read_manifest
from ipqa.index.workers import InTurn, MakersFor
from ipqa.reports import SourceFile, report_id_of
from ipqa.settings import Settings


def build_index(
    settings: Settings,
    model: EmbeddingModel,
    watch: Watch,
    *,
    engine: Engine | None = None,
    makers: MakersFor = InTurn,
) -> BuildResult:
    """Bring the index up to date with the corpus folder, and with what was added to it.

    Args:
        settings: which corpus, which index.
        model: what the sentences are embedded with.
        watch: is told how far the work is.
        engine: what is to search it, where not the one that the settings name.
        makers: what reads and embeds reports: this process, several of this machine, or a cluster's.

    Raises:
        ReadError: the corpus is missing, or none of its files can be read.
        EmptyCorpus: there is nothing to read.
        IndexTooNew: a later version of ipqa wrote the index.
        IndexNotWritable: the index folder cannot be written.
        IndexBusy: another process writes to it.
    """
    with one_writer(settings.index):
        before, added = reports_before(settings.index)
        corpus_is_optional = added and "corpus" not in settings.model_fields_set
        if corpus_is_optional and not settings.corpus.exists():
            entries = added
        else:
            entries = [*corpus_entries(settings.corpus, before, added), *added]
        builder = Builder(settings, model, watch, before, engine=engine, makers=makers)
        return builder.make(entries, kept=())


def add_reports(
    settings: Settings, model: EmbeddingModel, files: Iterable[tuple[SourceFile, str]], watch: Watch
) -> BuildResult:
    """Add files to the index and leave the other reports as they are.

    An index of an earlier version of ipqa is first made anew from the same reports.

    Args:
        settings: which index.
        model: the one that the index was made with.
        files: each with where it came from, an absolute path, an address, or the bare name of a file
            that was sent; a file from where a report came before takes its place once it is read, and
            one whose content the index holds is left out.
        watch: is told how far the work is.

    Raises:
        ReadError: none of the files can be read.
        IndexMismatch: the index was made in another way, and must be built anew first; or it is of an
            earlier version of ipqa, and a report of it is not in the corpus folder any more.
        IndexTooNew: a later version of ipqa wrote it.
        IndexDamaged: the same holds, because a file of a report in it is not what it was.
        IndexNotWritable: the index folder cannot be written.
        IndexBusy: another process writes to it.
    """
    with one_writer(settings.index):
        brought = _brought_over(settings, model, watch)
        before = _reports_of_same_making(settings, recipe_of(settings, model))
        library = Library(settings.index)
        by_origin = {record.origin: record for record in before if record.added}
        copies = {record.digest: record for record in before if record.added}
        held = {record.digest for record in before}
        taken = {record.id for record in before}
        entries: list[Entry] = []
        new: list[str] = []
        for file, origin in files:
            if file.digest in copies:  # what is added again mends a copy that is damaged
                library.keep(file, copies[file.digest].source)
            if file.digest in held:
                continue
            held.add(file.digest)
            replaced = by_origin.get(origin)
            report_id = replaced.id if replaced else free_id(report_id_of(file.path), taken)
            taken.add(report_id)
            if not library.has(file.digest):
                new.append(file.digest)
            copy = library.keep(file, file.path.name)
            entries.append(Entry(report_id, copy, origin, copy_of=file.digest))
        if not entries and not before:
            raise EmptyCorpus(path=settings.index)
        try:
            result = Builder(settings, model, watch, before).make(entries, kept=before)
        except ReadError:  # else the next build would take the copies for reports that were lost
            library.drop(new)
            raise
        return result if brought is None else _both(brought, result)


def remove_report(settings: Settings, model: EmbeddingModel, report_id: str) -> BuildResult:
    """Take a report out of the index; the model is the one that it was made with.

    Raises:
        UnknownReport: the index holds no such report.
        LastReport: there is no other.
        IndexMismatch: questions are asked in another way than the index was made, so that what is
            left could not be checked; it must be built anew first.
        IndexProblem: there is no index, or it cannot be written.
    """
    with one_writer(settings.index):
        manifest = read_manifest(settings.index)
        kept = [record for record in manifest.reports if record.id != report_id]
        if len(kept) == len(manifest.reports):
            raise UnknownReport(report=report_id, known="、".join(r.id for r in kept))
        if not kept:
            raise LastReport(report=report_id, folder=settings.index)
        require_answerable(settings.index, manifest, model)
        _require_whole(settings.index, kept)
        now, rebuilt = publish(settings.index, model, manifest.recipe, kept, engine_of(settings))
        return told(now, manifest.reports, rebuilt=rebuilt)


def _brought_over(settings: Settings, model: EmbeddingModel, watch: Watch) -> BuildResult | None:
    """Make an index of an earlier version anew, from the same reports; None where it is of this version.

    Raises:
        IndexTooOld: a report of the corpus is not there any more, so that it would be lost.
    """
    try:
        read_manifest(settings.index)
    except IndexMissing:
        return None
    except IndexTooOld as error:
        before, added = reports_before(settings.index)
        wanted = {record.origin for record in before if not record.added}
        found: list[Entry] = []
        if wanted:
            with suppress(FileMissing, EmptyCorpus):
                found = corpus_entries(settings.corpus, before, added)
        of_corpus = [entry for entry in found if entry.origin in wanted]
        if len(of_corpus) < len(wanted):
            raise error from None
        return Builder(settings, model, watch, before).make([*of_corpus, *added], kept=())
    return None


def _both(first: BuildResult, then: BuildResult) -> BuildResult:
    """Two builds, told as one."""
    read = (*first.read, *then.read)
    return replace(
        then,
        rebuilt=True,
        read=read,
        reused=tuple(r for r in then.reused if r not in read),
        gone=(*first.gone, *then.gone),
        failures=(*first.failures, *then.failures),
    )


def _reports_of_same_making(settings: Settings, recipe: Recipe) -> Sequence[ReportRecord]:
    try:
        manifest = read_manifest(settings.index)
    except IndexMissing:
        return ()
    require_recipe(settings.index, manifest, recipe)
    _require_whole(settings.index, manifest.reports)
    return manifest.reports


def _require_whole(folder: Path, records: Sequence[ReportRecord]) -> None:
    """Refuse to go on with readings that are damaged: a new generation would seal what they hold now."""
    readings = Readings(folder, by_time=is_large(records))
    for record in records:
        try:
            whole = readings.checked(record.reading) == record.files
        except FileFault as fault:
            raise damaged(folder, *fault.told(folder)) from fault
        if not whole:
            raise damaged(
                folder,
                f"the reading of {record.id} is another",
                f"{record.id} の読み取り結果が別物です",
            )
