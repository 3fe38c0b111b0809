"""The parameters of the commands with which a person composes messages; what is in them is free."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue, StringConstraints
from pydantic_core import PydanticCustomError

from cp_tui.engine.params import AS_TEXT, Params

NAME_MAX = 255
"""Of an action and a message id; longer ones can be sent with `send_raw`."""
Name = Annotated[str, StringConstraints(max_length=NAME_MAX), AS_TEXT]


def _only_text(value: object) -> object:
    """A shell reads what looks like JSON as JSON, and would not give the text back as it stood."""
    if not isinstance(value, str):
        hint = "a frame must be text; in a shell quote it twice: text='\"[3, 5]\"'"
        raise PydanticCustomError("not_text", hint)
    return value


class ComposedCall(Params):
    """A CALL that goes out as it stands."""

    action: Name
    payload: dict[str, JsonValue] = Field(default_factory=dict)
    message_id: Name | None = None


class ComposedText(Params):
    """A text that goes out as it stands."""

    text: Annotated[str, BeforeValidator(_only_text)]
