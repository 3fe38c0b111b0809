"""The fields of a form, read from the model that checks what is filled in; texts to JSON and back.

A model is that of a command's parameters, or of a request of OCPP 1.6. What is typed into a request
never becomes an error: what does not fit its field goes into the payload as it stands, because a
payload may be wrong on purpose. What is wrong with it is said apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct
from pydantic import BaseModel, JsonValue

from cp_tui.engine.value_words import Schema, given, in_words
from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.validation import parse_request

EMPTY_TEXT = '""'
"""What is typed for a text of no characters; an empty field is left out."""


YES_NO = ("true", "false")


class FieldKind(StrEnum):
    """What a field takes, in words for people."""

    TEXT = "text"
    INTEGER = "whole number"
    NUMBER = "number"
    BOOLEAN = "true or false"
    CHOICE = "choice"
    INSTANT = "date and time"
    TEXTS = "texts with commas between"
    PAIRS = "NAME=VALUE with commas between"
    JSON = "JSON"


class ModelField(Struct, frozen=True):
    """A parameter of a command, or one field of a request or of an object within it."""

    name: str
    """As on the wire, with dots: `csChargingProfiles.stackLevel`."""
    kind: FieldKind
    is_required: bool = False
    """In an object that is optional itself: required as soon as one of its fields is given."""
    is_in_optional: bool = False
    """It belongs to an object that may be left out as a whole."""
    choices: tuple[str, ...] = ()
    schema: Schema = {}
    """All that the model says about its value."""
    words: str = ""
    """What it may be, or each value of its pairs, as the help of a command says it."""

    @property
    def group(self) -> str:
        """The object that it belongs to; empty: the request itself."""
        return self.name.rpartition(".")[0]

    @property
    def label(self) -> str:
        """Its own name."""
        return self.name.rpartition(".")[2]

    @property
    def unit(self) -> str:
        """In what it is counted on the wire; empty: it is no quantity, or has no unit."""
        unit: str = self.schema.get("unit", "")
        return unit

    @property
    def rule(self) -> str:
        """What may stand in it, in a line."""
        needed = f"required in {self.group}" if self.is_in_optional else "required"
        parts = [needed if self.is_required else "optional"]
        if self.kind is FieldKind.CHOICE:
            parts.append(" | ".join(self.choices))
        elif (length_max := self.schema.get("maxLength")) is not None:
            parts.append(f"{self.kind.value}, up to {length_max} characters")
        else:
            parts.append(self.kind.value)
        return ", ".join(parts)


def action_fields(action: Action) -> Sequence[ModelField]:
    """The fields of the request of an action, in the order of the standard."""
    return model_fields(SPEC[action].request)


@lru_cache(None)
def model_fields(model: type[BaseModel]) -> Sequence[ModelField]:
    """The fields of a model, and in their place those of the objects in it."""
    whole = model.model_json_schema()
    return tuple(_fields(whole, whole))


def _fields(
    of: Schema, whole: Schema, prefix: str = "", *, is_in_optional: bool = False
) -> Iterator[ModelField]:
    for label, each in of["properties"].items():
        name, inner = f"{prefix}{label}", given(each, whole)
        is_required = label in of.get("required", ())
        if "properties" in inner:
            is_optional = is_in_optional or not is_required
            yield from _fields(inner, whole, f"{name}.", is_in_optional=is_optional)
            continue
        kind, words = _kind(inner, whole), in_words(each, whole)
        if kind is FieldKind.PAIRS:
            words = each.get("description") or in_words(inner["additionalProperties"], whole)
        choices = YES_NO if kind is FieldKind.BOOLEAN else tuple(inner.get("enum", ()))
        yield ModelField(name, kind, is_required, is_in_optional, choices, inner, words)


def _kind(of: Schema, whole: Schema) -> FieldKind:
    if "enum" in of:
        return FieldKind.CHOICE
    match of.get("type"):
        case "string":
            return FieldKind.INSTANT if of.get("format") == "date-time" else FieldKind.TEXT
        case "integer":
            return FieldKind.INTEGER
        case "number":
            return FieldKind.NUMBER
        case "boolean":
            return FieldKind.BOOLEAN
        case "array" if given(of["items"], whole).get("type") == "string":
            return FieldKind.TEXTS
        case "object" if _is_of_texts(of, whole):
            return FieldKind.PAIRS
        case _:
            return FieldKind.JSON


def _is_of_texts(of: Schema, whole: Schema) -> bool:
    values = of.get("additionalProperties")
    return isinstance(values, dict) and given(values, whole).get("type") == "string"


def payload_of(fields: Sequence[ModelField], texts: Mapping[str, str]) -> dict[str, JsonValue]:
    """The payload that the texts of a form stand for; empty ones leave no trace."""
    payload: dict[str, JsonValue] = {}
    for field in fields:
        text = texts.get(field.name, "")
        if not text:
            continue
        place = payload
        *groups, last = field.name.split(".")
        for group in groups:
            inside = place.setdefault(group, {})
            assert isinstance(inside, dict), "a name is a field or an object, never both"
            place = inside
        place[last] = value_of(field.kind, text)
    return payload


def texts_of(
    fields: Sequence[ModelField], payload: Mapping[str, JsonValue]
) -> dict[str, str] | None:
    """The texts that stand for a payload; None where a form cannot hold all of it."""
    texts: dict[str, str] = {}
    for field in fields:
        value: JsonValue = dict(payload)
        for step in field.name.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            texts[field.name] = _text(field.kind, value)
    return texts if payload_of(fields, texts) == payload else None


def defect_of(action: str, payload: Mapping[str, JsonValue]) -> str | None:
    """What is wrong with a request by its model, as a CALLERROR would say it; None: nothing."""
    try:
        parse_request(action, payload)
    except OcppError as error:
        return f"{error.description} ({error.code})"
    return None


def wrong_field(fields: Sequence[ModelField], defect: str) -> ModelField | None:
    """The field that a defect is about, which begins with its place; of an object its first."""
    place = re.split(r"[\s\[]", defect, maxsplit=1)[0]
    found = (f for f in fields if f.name == place or f.name.startswith(f"{place}."))
    return next(found, None)


def value_of(kind: FieldKind, text: str) -> JsonValue:
    """What a text stands for in a request; one that does not fit stays as it is."""
    match kind:
        case FieldKind.TEXT | FieldKind.CHOICE | FieldKind.INSTANT:
            return "" if text == EMPTY_TEXT else text
        case FieldKind.TEXTS:
            if text == EMPTY_TEXT:
                return []
            names: list[JsonValue] = [each.strip() for each in text.split(",") if each.strip()]
            return names
        case _:
            return _json(text)


def _json(text: str) -> JsonValue:
    """JSON where it is some, else the text as it stands."""
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse)
        json.dumps(value)
    except (ValueError, RecursionError):
        return text
    return value


def _refuse(name: str) -> None:
    raise ValueError(name)


def _text(kind: FieldKind, value: JsonValue) -> str:
    if kind is FieldKind.TEXTS and isinstance(value, list):
        return ", ".join(f"{each}" for each in value) or EMPTY_TEXT
    if kind in (FieldKind.TEXT, FieldKind.CHOICE, FieldKind.INSTANT) and isinstance(value, str):
        return value or EMPTY_TEXT
    return json.dumps(value)
