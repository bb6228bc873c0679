"""What the commands share: the user's language, where they print to, and common options."""

import re
import socket
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from ipqa.errors import AddressInUse, IpqaError
from ipqa.settings import Settings, message_language, read_settings

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What a terminal may obey rather than show; a line feed and a tab only move on."""

_IN_PLACE = "\N{REPLACEMENT CHARACTER}"


class _Terminal(Console):
    """Prints what reports, questions and models say as text: none of it can command the terminal."""

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401 - as rich has it
        """Print objects, each control character in a text as one that is shown."""
        super().print(*map(_shown, objects), **options)


def _shown(printed: object) -> object:
    if isinstance(printed, str):
        return _CONTROLS.sub(_IN_PLACE, printed)
    if isinstance(printed, Text):
        printed.plain = _CONTROLS.sub(_IN_PLACE, printed.plain)
    return printed


out = _Terminal(soft_wrap=True, highlight=False, markup=False, emoji=False)
err = _Terminal(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)


def say(ja: str, en: str) -> str:
    """The text in the user's language."""
    return ja if message_language() == "ja" else en


def complain(opening: str, error: IpqaError) -> None:
    """Tell an error in the user's language."""
    err.print(Text(opening + error.message(message_language()), style="red"))


def settings_of(**given: object) -> Settings:
    """Settings from the environment, and over them the options that were given."""
    return read_settings(**{name: value for name, value in given.items() if value is not None})


IndexOption = Annotated[
    Path | None,
    typer.Option(
        "--index", help=say("索引のフォルダ", "Folder of the index"), show_default="index"
    ),
]

ReaderOption = Annotated[
    bool | None,
    typer.Option(
        " /--no-reader",
        help=say(
            "読み取りモデルを使いません(速くなりますが精度は下がります)",
            "Without the reader model: faster, less accurate",
        ),
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help=say("JSON で出力します", "Print JSON"))]


def listening(settings: Settings) -> tuple[socket.socket, str]:
    """A socket that listens where the settings say, and its address for a browser.

    Raises:
        AddressInUse: nothing can listen there.
    """
    try:
        listener = socket.create_server((settings.host, settings.port))
    except OSError as error:
        raise AddressInUse(
            host=settings.host, port=settings.port, reason=error.strerror or str(error)
        ) from error
    address, bound = listener.getsockname()[:2]
    return listener, f"http://{address}:{bound}"
