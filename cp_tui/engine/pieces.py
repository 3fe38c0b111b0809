"""JSON in pieces, so that a long value holds nobody up while it is written.

ASCII only: no control or bidirectional character ever crosses the door raw.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import count, islice

from msgspec import Struct
from pydantic import BaseModel, RootModel

LONG = 8
"""So many models in a row are written one by one."""


class Encoded(Struct, frozen=True):
    """What is JSON already, in pieces."""

    texts: Iterable[str]


class Written:
    """The JSON of a value, each piece worked out once, when the first of its readers needs it."""

    def __init__(self, value: object) -> None:
        self._done: list[str] = []
        self._rest = pieces(value)

    def __iter__(self) -> Iterator[str]:
        """Give the pieces, those first that are worked out already."""
        for number in count():
            if number == len(self._done):
                piece = next(self._rest, None)
                if piece is None:
                    return
                self._done.append(piece)
            yield self._done[number]


def line(value: object) -> Iterator[str]:
    """Give the JSON of a value as a line, in pieces."""
    yield from pieces(value)
    yield "\n"


def pieces(value: object) -> Iterator[str]:
    """Give the JSON of a value a piece at a time, each worked out when it is asked for.

    The value is JSON, a model, a tuple of models, or a dict or list of such. Of a model, long
    tuples and dicts of models come last, whatever their place is.
    """
    match value:
        case Encoded(texts):
            yield from texts
        case RootModel(root=root) if _is_long(root):
            yield from pieces(root)
        case BaseModel():
            yield from _of_model(value)
        case tuple():
            yield "["
            yield from (f"{',' if number else ''}{_whole(e)}" for number, e in enumerate(value))
            yield "]"
        case list() if any(map(_holds_models, value)):
            yield "["
            for number, each in enumerate(value):
                yield "," if number else ""
                yield from pieces(each)
            yield "]"
        case dict() if any(map(_holds_models, value.values())):
            yield "{"
            for number, (key, each) in enumerate(value.items()):
                yield f"{',' if number else ''}{json.dumps(str(key))}:"
                yield from pieces(each)
            yield "}"
        case _:
            yield json.dumps(value, separators=(",", ":"))


def _of_model(model: BaseModel) -> Iterator[str]:
    """Write what is short in one piece, and what is long after it."""
    long = {name: each for name, each in model.__dict__.items() if _is_long(each)}
    if not long:
        yield _whole(model)
        return
    head = model.model_dump_json(exclude=set(long), ensure_ascii=True)[:-1]
    yield head
    for number, (name, each) in enumerate(long.items()):
        yield f"{',' if number or len(head) > 1 else ''}{json.dumps(name)}:"
        yield from pieces(each)
    yield "}"


def _whole(model: BaseModel) -> str:
    return model.model_dump_json(ensure_ascii=True)


def _holds_models(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_models, value.values()))
    return isinstance(value, BaseModel | tuple | Encoded)


def _is_long(value: object) -> bool:
    """Say whether a value of a model is better written one by one."""
    match value:
        case tuple():
            return len(value) >= LONG and isinstance(value[0], BaseModel)
        case dict():
            return any(isinstance(each, BaseModel) for each in islice(value.values(), 1))
        case _:
            return False
