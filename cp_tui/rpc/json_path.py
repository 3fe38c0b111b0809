"""A place within a value as JSON, such as `1.status`, and what is there. Pure.

A name goes into an object. In a list it goes to the object whose first field has that value, such
as the number of a connector or the name of a key; else it counts from 0, or with a minus from the
end.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pydantic import JsonValue

FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*")
POSITION = re.compile(r"-?\d{1,9}")
CONDITION = re.compile(r"([^=!<>]+)(!=|>=|<=|=|>|<)(.*)", re.DOTALL)
SHOWN_MAX = 200
"""How many characters of a value are told."""
WHY = ("cause", "reason", "why", "restraint", "last_refusal", "last_error")
"""Fields that tell why the ones beside them are as they are."""


class WrongPath(ValueError):
    """There is no such place, and none can come; the text says what there is."""


def found_at(value: JsonValue, path: str) -> JsonValue:
    """Give what stands at a place; None where nothing is there now. Raises `WrongPath`."""
    return _within(value, path)[0]


def _within(value: JsonValue, path: str) -> tuple[JsonValue, JsonValue]:
    """Give what stands at a place, and the object or the list that holds it."""
    holder: JsonValue = None
    walked = ""
    for name in path.split(".") if path else []:
        holder = value
        match value:
            case dict():
                if name not in value and value and all(map(FIELD_NAME.fullmatch, value)):
                    raise WrongPath(f"no {walked}{name}; there are: {', '.join(value)}")
                value = value.get(name)
            case list():
                value = _in_list(value, name, walked)
            case None:
                return None, None
            case _:
                raise WrongPath(f"no {walked}{name}: {_called(walked)} is {shown(value)}")
        walked += f"{name}."
    return value, holder


def _in_list(items: list[JsonValue], name: str, walked: str) -> JsonValue:
    for item in items:
        if isinstance(item, dict) and item and _text(next(iter(item.values()))) == name:
            return item
    if POSITION.fullmatch(name) is None:
        if _names_in(items):
            return None
        raise WrongPath(f"no {walked}{name}: {_called(walked)} is a list; count from 0")
    at = int(name)
    return items[at] if -len(items) <= at < len(items) else None


def _names_in(items: list[JsonValue]) -> list[str]:
    """Give what the items of a list are called: by the first field of each."""
    return [_text(next(iter(item.values()))) for item in items if isinstance(item, dict) and item]


def _called(walked: str) -> str:
    return walked.rstrip(".") or "it"


class Condition(Struct, frozen=True):
    """What is waited for: a place in a variable, and what is to be there."""

    variable: str
    path: str
    operator: str
    text: str

    @property
    def place(self) -> str:
        """The variable, and where in it."""
        return f"{self.variable}.{self.path}" if self.path else self.variable

    def is_met(self, value: JsonValue) -> bool:
        """Say whether a value of the variable is as wanted; raises `WrongPath`."""
        found = found_at(value, self.path)
        match self.operator:
            case "=":
                return is_same(found, self.text)
            case "!=":
                return not is_same(found, self.text)
        return _is_beyond(found, self.operator, self.text)

    def told(self, value: JsonValue) -> str:
        """Say what is there instead, and why as far as that stands beside it."""
        found, holder = _within(value, self.path)
        if found is None and (lack := self._lack(value)):
            return lack
        words = f"{self.place} is {shown(found)}, not {self.operator.lstrip('=')}{self.text}"
        if isinstance(holder, dict):
            why = {name: holder[name] for name in WHY if holder.get(name)}
            words += "".join(f"; {name.replace('_', ' ')}: {shown(why[name])}" for name in why)
        return words

    def _lack(self, value: JsonValue) -> str:
        """Say which item a list on the way has not, if that is why nothing is there."""
        names = self.path.split(".") if self.path else []
        for depth, name in enumerate(names):
            items = found_at(value, ".".join(names[:depth]))
            if isinstance(items, list) and _in_list(items, name, "") is None:
                place = ".".join((self.variable, *names[:depth]))
                there = ", ".join(_names_in(items)) or "none"
                return f"{place} has no {name}; there are: {shown(there)}"
        return ""


def condition(text: str) -> Condition | None:
    """Read a condition such as `connectors.1.status=Charging`; None: it is none."""
    found = CONDITION.fullmatch(text)
    if found is None:
        return None
    variable, _, path = found[1].strip().partition(".")
    return Condition(variable, path, found[2], found[3])


def is_same(found: JsonValue, text: str) -> bool:
    """Compare a value with what was typed: a text as it is, else as JSON."""
    if isinstance(found, str):
        return found == text or found == _as_json(text)
    typed = _as_json(text)
    return found == typed and isinstance(found, bool) == isinstance(typed, bool)


def _is_beyond(found: JsonValue, operator: str, text: str) -> bool:
    """Compare numbers, and texts such as instants by their letters."""
    if found is None:
        return False
    left: float | str
    right: float | str
    try:
        left, right = float(_text(found)), float(text)
    except ValueError:
        left, right = _text(found), text
    match operator:
        case ">":
            return left > right  # type: ignore[operator]
        case "<":
            return left < right  # type: ignore[operator]
        case ">=":
            return left >= right  # type: ignore[operator]
    return left <= right  # type: ignore[operator]


def _as_json(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def shown(value: JsonValue) -> str:
    """Write a value on a line, not longer than people read it; a reason by its words."""
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        value = value["text"]
    text = value if isinstance(value, str) and value else json.dumps(value)
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"
