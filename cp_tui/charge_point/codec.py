"""Structs as JSON: the base of what is published, and the one way in which structs cross over.

A model of the wire that a struct holds is written and checked by pydantic, under the names of its
fields; all else is msgspec's. An instant is text with its offset, a decimal is a number.

There is one way only, so that a record in the store, a value at the door and an event in a file are
the same text for the same struct, and each can be read wherever the other can.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Raw, Struct, convert
from msgspec.json import Decoder, Encoder
from pydantic import BaseModel, ValidationError

from cp_tui.ocpp.plural import count

if TYPE_CHECKING:
    from pydantic import JsonValue as JsonValue
else:
    JsonValue = Any


T = TypeVar("T")


class Value(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every published value: it never changes, and unknown fields are refused."""


def encode(value: object) -> bytes:
    """Write a struct, or JSON that may hold some, in UTF-8."""
    return _ENCODER.encode(value)


def decode(kind: type[T], text: str | bytes) -> T:
    """Read what `encode` wrote; raises `msgspec.DecodeError`, with words that show no value."""
    known: Any = kind
    value: T = _decoder(known).decode(text)
    return value


def converted(kind: type[T], content: object) -> T:
    """Read JSON that is read already; raises as `decode` does."""
    return convert(content, kind, str_keys=True, dec_hook=_checked)


def builtins_of(value: object) -> JsonValue:
    """Give a struct as its JSON is read where nobody knows the struct."""
    content: JsonValue = _decoder(Any).decode(encode(value))
    return content


def _written(model: object) -> Raw:
    assert isinstance(model, BaseModel), type(model)
    return Raw(model.model_dump_json().encode())


def _checked(kind: type[BaseModel], content: object) -> BaseModel:
    """Check a model of the wire; raises `ValueError`, which msgspec makes its own."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        text = f"{count(error.error_count(), 'error')} in {kind.__name__}"
        raise ValueError(text) from None


@cache
def _decoder(kind: Any) -> Decoder[Any]:
    return Decoder(kind, dec_hook=_checked)


_ENCODER = Encoder(enc_hook=_written, decimal_format="number")
