"""What a form makes of its texts: the parameters of a command, each of the kind in the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import get_args, get_origin

from pydantic import JsonValue

from cp_tui.tui.actions.commands import CommandCall, commands_of

DECIMALS = 6
"""As many as a person types at most."""


def filled(
    call: CommandCall,
    texts: Mapping[str, str],
    *,
    labels: Mapping[str, str] | None = None,
    factors: Mapping[str, float] | None = None,
) -> CommandCall | str:
    """Add what was typed to a call; empty texts are left out. A sentence tells what does not fit.

    `labels` name the fields; a number is typed in so many of its units as `factors` has it.
    """
    fields = call.command.params.model_fields
    params = dict(call.params)
    for name, text in texts.items():
        kinds = set(_kinds(fields[name].annotation))
        label = (labels or {}).get(name, name.replace("_", " "))
        factor = (factors or {}).get(name, 1)
        try:
            value = _value(kinds, text, factor)
        except ValueError as error:
            return f"{label} = {text!r}: {error}"
        if value is not None:
            params[name] = value
    return CommandCall(call.method, params, call.is_for_csms)


def choices(method: str, name: str, *, is_csms: bool = False) -> tuple[str, ...]:
    """All that may stand in a parameter that is one of several texts."""
    field = commands_of(is_csms=is_csms)[method].params.model_fields[name]
    kinds = [kind for kind in _kinds(field.annotation) if issubclass(kind, Enum)]
    return tuple(f"{each.value}" for kind in kinds for each in kind)


def _kinds(annotation: object) -> Iterator[type]:
    """Give the types that a value may have, without what restricts them."""
    origin = get_origin(annotation)
    if origin is list:
        yield list
    elif origin is None and isinstance(annotation, type):
        yield annotation
    else:
        for each in get_args(annotation):
            yield from _kinds(each)


def _value(kinds: set[type], text: str, factor: float) -> JsonValue:
    """Read a text; None for an empty one, `ValueError` with words for one that does not fit."""
    if list in kinds:
        return [*names_in(text)]
    if not kinds & {int, float}:
        return text or None
    return _number(text, factor, is_whole=float not in kinds) if text.strip() else None


def _number(text: str, factor: float, *, is_whole: bool) -> JsonValue:
    is_exact = text.strip().removeprefix("-").isdecimal()
    try:
        # A number of kilowatts is no whole number of watts when it is multiplied.
        number = int(text) * factor if is_exact else round(float(text) * factor, DECIMALS)
    except ValueError:
        raise ValueError("a number is needed") from None
    if not is_whole:
        return number
    if number % 1:
        raise ValueError("a whole number is needed")
    return int(number)


def names_in(text: str) -> list[str]:
    """Names with spaces or commas between."""
    return text.replace(",", " ").split()
