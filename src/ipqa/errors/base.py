"""What every error that is told to the user has in common."""

from functools import partial
from typing import ClassVar, Literal

Language = Literal["ja", "en"]


class IpqaError(Exception):
    """Base of all errors that are told to the user; never raised itself.

    Args:
        details: the values that the message templates name, such as ``path`` or ``limit``.
    """

    ja: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message("en"))

    def __reduce__(self) -> tuple[partial["IpqaError"], tuple[()]]:
        """How it is made again in another process: an exception would forget its details."""
        return partial(type(self), **self.details), ()

    def message(self, language: Language) -> str:
        """The message in the given language, with its details filled in."""
        template = self.ja if language == "ja" else self.en
        return template.format_map(self.details)
