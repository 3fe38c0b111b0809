"""JSON in pieces, so that a long value holds nobody up while it is written.

ASCII only: no control or bidirectional character ever crosses the door raw.

To write a history of 1,000 frames takes tens of milliseconds, in which no answer to the CSMS
leaves. So a value is a sequence of pieces, each worked out when it is asked for, and who writes
them pauses in between. What several clients follow is worked out once all the same: `Written`
remembers the pieces that the first of them has asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import count, islice

from msgspec import Struct
from msgspec.structs import asdict

from cp_tui.charge_point.codec import encode
from cp_tui.ocpp.printable import ascii_json

LONG = 8
"""From so many structs in a row on, each is a piece of its own."""


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


def written(value: object) -> str:
    """Give the JSON of a struct, or of JSON that holds some, in one piece."""
    return ascii_json(encode(value).decode())


def pieces(value: object) -> Iterator[str]:
    """Give the JSON of a value a piece at a time, each worked out when it is asked for.

    The value is JSON, a struct, a tuple of structs, or a dict or list of such. Of a struct, long
    tuples and dicts of structs come last, whatever their place is.
    """
    match value:
        case Encoded(texts):
            yield from texts
        case Struct():
            yield from _of_struct(value)
        case tuple():
            yield "["
            yield from (f"{',' if number else ''}{written(e)}" for number, e in enumerate(value))
            yield "]"
        case list() if any(map(_holds_structs, value)):
            yield "["
            for number, each in enumerate(value):
                yield "," if number else ""
                yield from pieces(each)
            yield "]"
        case dict() if any(map(_holds_structs, value.values())):
            yield "{"
            for number, (key, each) in enumerate(value.items()):
                yield f"{',' if number else ''}{json.dumps(str(key))}:"
                yield from pieces(each)
            yield "}"
        case _:
            # It may hold half a surrogate pair, such as of the name of a file.
            yield json.dumps(value, separators=(",", ":"))


def _of_struct(struct: Struct) -> Iterator[str]:
    """Write what is short in one piece, and what is long after it."""
    fields = asdict(struct)
    long = {name: each for name, each in fields.items() if _is_long(each)}
    if not long:
        yield written(struct)
        return
    head = written({name: each for name, each in fields.items() if name not in long})[:-1]
    yield head
    for number, (name, each) in enumerate(long.items()):
        yield f"{',' if number or len(head) > 1 else ''}{json.dumps(name)}:"
        yield from pieces(each)
    yield "}"


def _holds_structs(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_structs, value.values()))
    return isinstance(value, Struct | tuple)


def _is_long(value: object) -> bool:
    """Say whether a value of a struct is better written one by one."""
    match value:
        case tuple():
            return len(value) >= LONG and isinstance(value[0], Struct)
        case dict():
            return any(isinstance(each, Struct) for each in islice(value.values(), 1))
        case _:
            return False
