"""The description of the API at ``/openapi.json``: what FastAPI cannot know is set right."""

from typing import Any

from fastapi import FastAPI

from ipqa.server import openai_api

_METHODS = frozenset("get post put patch delete".split())


def describe_as_it_behaves(app: FastAPI) -> None:
    """Tell that keys may be left out, and that OpenAI's addresses answer 400 where the others answer 422."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        description = described()
        for path, item in description["paths"].items():
            for operation in (item[method] for method in _METHODS & item.keys()):
                if "security" in operation:  # on this machine, a server without keys wants none
                    operation["security"] = [*operation["security"][:1], {}]
                if path.startswith(openai_api.router.prefix):
                    operation["responses"].pop("422", None)
        return description

    app.openapi = openapi  # type: ignore[method-assign] # as FastAPI's own documents do it
