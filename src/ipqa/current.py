"""The assistant that answers now: it follows the index, whoever changes it.

A build, a rollback or an upload puts another generation in force by renaming the file ``current``. What holds the
assistant looks at that file every second and opens what it names in a thread of its own: who has taken the
assistant goes on with it to the end, who comes after gets the new one. What cannot be relied on is not taken up,
and the reason is kept, for the health check to tell.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

from ipqa.assistant import Assistant
from ipqa.errors import IndexDamaged, IpqaError, NotReady
from ipqa.index.engines import engine_of
from ipqa.index.generations import pointer_path
from ipqa.settings import Settings

_LOOK = 1.0
"""Seconds between two looks at which generation is in force."""

_AGAIN = 30.0
"""Seconds until what could not be opened is tried again: it may have been mended in its place."""

_log = logging.getLogger(__name__)


class CurrentAssistant:
    """Holds the assistant that answers; there is none before ``catch_up``, nor where that fails.

    Args:
        settings: which index.
        open_assistant: opens it for the first time; from then on the assistant opens its own successors.
    """

    def __init__(self, settings: Settings, open_assistant: Callable[[Settings], Assistant]) -> None:
        self._settings = settings
        self._open = open_assistant
        self._assistant: Assistant | None = None
        self._fault: IpqaError | None = NotReady()
        self._seen: object = None
        self._tried = float("-inf")
        self._limited: dict[frozenset[str], Assistant] = {}
        self._lock = Lock()
        self._opening = Lock()

    @property
    def assistant(self) -> Assistant:
        """The assistant that answers.

        Raises:
            IpqaError: there is none yet, and why.
        """
        if self._assistant is None:
            self.require_ready()
            raise NotReady
        return self._assistant

    def limited_to(self, reports: frozenset[str]) -> Assistant:
        """An assistant that knows these reports alone, made when it is first asked for.

        Raises:
            NothingToRead: the index holds none of them.
            IndexDamaged: a file of the index is gone.
            NotReady: there is no assistant yet; why may name reports that one must not know of.
        """
        if self._assistant is None:
            raise NotReady
        try:
            return self._part(reports)
        except IndexDamaged:  # its files may have gone with the change that it is about to follow
            self.catch_up()
            return self._part(reports)

    def require_ready(self) -> None:
        """Raise what keeps the index that is in force from being answered from, if anything does.

        There may be an assistant all the same, that of a generation before.

        Raises:
            IpqaError: that.
        """
        fault = self._fault
        if fault is not None:
            raise type(fault)(**fault.details)  # each raising has a traceback of its own
        engine_of(self._settings).require_reachable()

    def catch_up(self) -> None:
        """Answer from the generation in force by now; where it cannot be opened, go on as before."""
        with self._opening:
            seen = self._look()
            waited = time.monotonic() - self._tried >= _AGAIN
            if seen == self._seen and (self._fault is None or not waited):
                return
            try:
                assistant = self._opened()
            except IpqaError as error:
                self._note(error)
            except Exception:  # noqa: BLE001 - logged in full; nobody waits for this thread to fall
                _log.exception("the index could not be opened")
                self._fault = NotReady()
            else:
                with self._lock:
                    self._assistant = assistant
                    self._limited.clear()
                self._fault = None
                _log.info("generation %s answers", assistant.index.name)
            self._seen = seen
            self._tried = time.monotonic()

    @contextmanager
    def following(self) -> Iterator[None]:
        """Follow the index for as long as this lasts."""
        ended = Event()

        def follow() -> None:
            while not ended.wait(_LOOK):
                self.catch_up()

        thread = Thread(target=follow, name="following", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _look(self) -> object:
        """What changes whenever another generation is put in force."""
        try:
            found = pointer_path(self._settings.index).stat()
        except OSError as error:
            return error.errno
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def _opened(self) -> Assistant:
        before = self._assistant
        assistant = self._open(self._settings) if before is None else before.reopened()
        assistant.require_canaries()
        return assistant

    def _part(self, reports: frozenset[str]) -> Assistant:
        with self._lock:
            if reports not in self._limited:
                self._limited[reports] = self.assistant.limited_to(reports)
            return self._limited[reports]

    def _note(self, error: IpqaError) -> None:
        before, self._fault = self._fault, error
        if str(before) != str(error):
            _log.error("not ready: %s", error)
