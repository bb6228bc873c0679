"""What endpoints are given: the assistant that answers their caller, and the settings."""

from typing import Annotated

from fastapi import Depends, Request

from ipqa.assistant import Assistant
from ipqa.current import CurrentAssistant
from ipqa.server.callers import CallerOf
from ipqa.settings import Settings


def current_of(request: Request) -> CurrentAssistant:
    """What holds the assistant of this server."""
    current: CurrentAssistant = request.state.current
    return current


def assistant_of(request: Request, caller: CallerOf) -> Assistant:
    """The assistant that answers the caller now: it knows no report that they may not read."""
    current = current_of(request)
    return current.assistant if caller.reports is None else current.limited_to(caller.reports)


def settings_of(request: Request) -> Settings:
    """What the server was started with."""
    settings: Settings = request.state.settings
    return settings


CurrentOf = Annotated[CurrentAssistant, Depends(current_of)]
AssistantOf = Annotated[Assistant, Depends(assistant_of)]
SettingsOf = Annotated[Settings, Depends(settings_of)]
