"""Whole numbers as JSON has them."""

from typing import Annotated

from pydantic import BeforeValidator, Field


def _a_number(given: object) -> object:
    """What was given, unless it is a number only by Python's lights."""
    if isinstance(given, bool | str):
        raise ValueError("Input should be a number")  # noqa: TRY004 - which pydantic tells
    return given


Whole = Annotated[int, BeforeValidator(_a_number)]
"""A number without a fraction, ``1`` or ``1.0``, as JSON Schema's ``integer``; neither ``true`` nor ``"1"``."""

Offset = Annotated[int, Field(ge=0), BeforeValidator(_a_number)]
"""A whole number from 0 on."""
