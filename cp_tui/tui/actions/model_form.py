"""A form for any request of OCPP 1.6, made from its model: fields with their rules, texts to JSON.

Pure. A text never becomes an error: what does not fit its field goes into the payload as it stands,
because a payload may be wrong on purpose. What is wrong with it is said apart.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Union, get_args, get_origin

from annotated_types import MaxLen
from msgspec import Struct
from msgspec.structs import replace
from pydantic import JsonValue, StringConstraints
from pydantic.fields import FieldInfo

from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.validation import parse_request

EMPTY_TEXT = '""'
"""What is typed for a text of no characters; an empty field is left out."""


class FieldKind(StrEnum):
    """What a field takes, in words for people."""

    TEXT = "text"
    INTEGER = "whole number"
    NUMBER = "number"
    BOOLEAN = "true or false"
    CHOICE = "choice"
    INSTANT = "date and time"
    TEXTS = "texts with commas between"
    JSON = "JSON"


class ModelField(Struct, frozen=True):
    """One field of a request, or of an object within it."""

    name: str
    """As on the wire, with dots: `csChargingProfiles.stackLevel`."""
    kind: FieldKind
    is_required: bool = False
    """In an object that is optional itself: required as soon as one of its fields is given."""
    is_in_optional: bool = False
    """It belongs to an object that may be left out as a whole."""
    choices: tuple[str, ...] = ()
    length_max: int | None = None

    @property
    def group(self) -> str:
        """The object that it belongs to; empty: the request itself."""
        return self.name.rpartition(".")[0]

    @property
    def label(self) -> str:
        """Its own name."""
        return self.name.rpartition(".")[2]

    @property
    def rule(self) -> str:
        """What may stand in it, in a line."""
        needed = f"required in {self.group}" if self.is_in_optional else "required"
        parts = [needed if self.is_required else "optional"]
        if self.kind is FieldKind.CHOICE:
            parts.append(" | ".join(self.choices))
        elif self.length_max is not None:
            parts.append(f"{self.kind.value}, up to {self.length_max} characters")
        else:
            parts.append(self.kind.value)
        return ", ".join(parts)


def action_fields(action: Action) -> tuple[ModelField, ...]:
    """The fields of the request of an action, in the order of the standard."""
    return tuple(_fields(SPEC[action].request))


def _fields(
    model: type[WireModel], prefix: str = "", *, is_in_optional: bool = False
) -> Iterator[ModelField]:
    for info in model.model_fields.values():
        name = prefix + (info.alias or "")
        inner, metadata = _unwrapped(info)
        if isinstance(inner, type) and issubclass(inner, WireModel):
            is_optional = is_in_optional or not info.is_required()
            yield from _fields(inner, f"{name}.", is_in_optional=is_optional)
        else:
            field = _field(name, inner, metadata)
            yield replace(field, is_required=info.is_required(), is_in_optional=is_in_optional)


def _unwrapped(info: FieldInfo) -> tuple[object, Sequence[object]]:
    """The type in an annotation, without `None` and with what restricts it."""
    annotation: object = info.annotation
    metadata: list[object] = list(info.metadata)
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            metadata += more
        elif origin in (Union, types.UnionType):
            annotation = next(each for each in get_args(annotation) if each is not type(None))
        else:
            return annotation, metadata


def _field(name: str, inner: object, metadata: Sequence[object]) -> ModelField:
    if get_origin(inner) is tuple:
        item, _ = get_args(inner)
        while get_origin(item) is Annotated:
            item = get_args(item)[0]
        kind = FieldKind.TEXTS if item is str else FieldKind.JSON
        return ModelField(name, kind)
    assert isinstance(inner, type), f"{name} has a type that no form knows"
    if issubclass(inner, Enum):
        choices = tuple(f"{each.value}" for each in inner)
        return ModelField(name, FieldKind.CHOICE, choices=choices)
    return ModelField(name, _KINDS[inner], length_max=_length_max(metadata))


_KINDS: Mapping[type, FieldKind] = types.MappingProxyType(
    {
        str: FieldKind.TEXT,
        int: FieldKind.INTEGER,
        bool: FieldKind.BOOLEAN,
        Decimal: FieldKind.NUMBER,
        datetime: FieldKind.INSTANT,
    }
)


def _length_max(metadata: Sequence[object]) -> int | None:
    for each in metadata:
        if isinstance(each, StringConstraints | MaxLen) and each.max_length is not None:
            return each.max_length
    return None


# --- texts to JSON and back -----------------------------------------------------------------------


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
        place[last] = _value(field.kind, text)
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


def _value(kind: FieldKind, text: str) -> JsonValue:
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
