"""ipqa: cited answers to Japanese questions about Japanese reports, on the user's own machine."""

from importlib.metadata import version

__version__ = version("ipqa")
