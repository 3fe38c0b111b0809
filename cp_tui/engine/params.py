"""The parameters of a command, checked: field, value and what is allowed are named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
)

from cp_tui.engine.errors import CommandError, ErrorNumber

VALUE_SHOWN_MAX = 60
_NEVER_SHOWN = frozenset({"value", "data", "payload", "text"})
"""Parameters that may hold a secret, whatever is wrong with them."""


class Params(BaseModel):
    """Base of the parameters of all commands: closed and strict."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


def _as_text(value: object) -> object:
    """Take a whole number or a truth value for the text that it was typed as.

    A shell user types `id_tag=12345678`, and what parses as JSON arrives as a number. A number with
    a fraction is refused: 1.50 would come back as 1.5.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


AS_TEXT = BeforeValidator(_as_text)


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


NONE_IF_EMPTY = BeforeValidator(_none_if_empty)
"""Of an optional text: an empty one is none, and is neither compared nor put on the wire."""
PRINTABLE_ASCII = r"^[ -~]*$"
Text = Annotated[str, AS_TEXT]
IdTag = Annotated[
    str, StringConstraints(min_length=1, max_length=20, pattern=PRINTABLE_ASCII), AS_TEXT
]
"""CiString20 (S 7.28)."""
ConnectorId = Annotated[int, Field(ge=1)]
ConnectorIdOrZero = Annotated[int, Field(ge=0)]

ParamsT = TypeVar("ParamsT", bound=BaseModel)


def checked(model: type[ParamsT], method: str, params: Mapping[str, JsonValue]) -> ParamsT:
    """Validate the parameters of a method; raises `CommandError`."""
    try:
        return model.model_validate(dict(params))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        text = _sentence(model, str(first["type"]), first["loc"], first["msg"], first["input"])
        raise CommandError(ErrorNumber.INVALID_PARAMS, f"{method}: {text}") from None


def _sentence(
    model: type[BaseModel], kind: str, location: tuple[int | str, ...], message: str, value: object
) -> str:
    # A payload that is nested too deep would be named level by level.
    name = ".".join(str(part) for part in location)[:VALUE_SHOWN_MAX]
    if kind == "missing":
        return f"parameter {name} is missing; it takes {_names(model)}"
    if kind == "extra_forbidden":
        return f"unknown parameter {name}; it takes {_names(model)}"
    problem = message[:1].lower() + message[1:]
    if kind == "string_pattern_mismatch":
        problem = "must be printable ASCII"
    if location and location[0] in _NEVER_SHOWN:
        return f"{name}: {problem}"
    return f"{name} = {_shown(value)}: {problem}"


def _names(model: type[BaseModel]) -> str:
    names = [
        name if field.is_required() else f"{name} (optional)"
        for name, field in model.model_fields.items()
    ]
    return ", ".join(names) or "none"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= VALUE_SHOWN_MAX else f"{text[:VALUE_SHOWN_MAX]}..."
