"""The assistant that answers now: a new one takes its place when the reports have changed."""

from typing import Annotated

from fastapi import Depends, Request

from ipqa.assistant import Assistant
from ipqa.settings import Settings


class CurrentAssistant:
    """Holds the assistant that answers; who has taken it goes on with it to the end."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    def reopen(self) -> Assistant:
        """Answer from the index that is in force by now.

        Raises:
            IndexProblem: it cannot be opened; the assistant then stays.
        """
        self.assistant = self.assistant.reopened()
        return self.assistant


def current_of(request: Request) -> CurrentAssistant:
    """What holds the assistant of this server."""
    current: CurrentAssistant = request.state.current
    return current


def assistant_of(request: Request) -> Assistant:
    """The assistant that answers now."""
    return current_of(request).assistant


def settings_of(request: Request) -> Settings:
    """What the server was started with."""
    settings: Settings = request.state.settings
    return settings


CurrentOf = Annotated[CurrentAssistant, Depends(current_of)]
AssistantOf = Annotated[Assistant, Depends(assistant_of)]
SettingsOf = Annotated[Settings, Depends(settings_of)]
