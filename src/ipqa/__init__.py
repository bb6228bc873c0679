"""ipqa: cited answers to Japanese questions about Japanese reports, on the user's own machine."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str


def __getattr__(name: str) -> str:
    """The version, looked up when it is asked for: that takes a tenth of the time in which a command starts."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # noqa: PLC0415 - see above

    return version("ipqa")
