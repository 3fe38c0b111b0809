"""How mind and body were before a turn, so that a turn that failed has not been.

It remembers whatever can change behind an object: attributes and containers, as far as they can be
reached. Values do not change, such as frozen models; they are remembered by reference. Putting back
happens in place, so that everything still refers to everything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache, partial
from operator import attrgetter, is_
from types import FunctionType, MethodType, ModuleType
from typing import Any, Protocol

from pydantic import BaseModel

SPARE = 150
"""Things that nobody refers to any more are looked at until there are so many of them."""


class Kind(Enum):
    """What of a thing can change, by its type."""

    VALUE = "nothing"
    FROZEN = "nothing of its own, but what it refers to"
    ATTRIBUTES = "its attributes"
    SLOTS = "its slots"
    DICT = "its items"
    SEQUENCE = "its elements, in order"
    SET = "its elements"
    CALLABLE = "what it is bound to"


class Memento:
    """Everything that can change behind a root, as it was when last renewed.

    Between two turns almost nothing changes: renewing compares, and copies only what did.
    """

    def __init__(self, root: object) -> None:
        self._root = root
        self._start()

    def renew(self) -> None:
        """Remember how things are now."""
        for kept in self._kept:
            if not kept.is_unchanged():
                self._follow(kept.renew())
        if len(self._seen) > self._seen_max:
            # What nobody refers to any more is forgotten.
            self._start()

    def restore(self) -> None:
        """Put everything back as it was, in place."""
        for kept in self._kept:
            if not kept.is_unchanged():
                kept.restore()

    def _start(self) -> None:
        self._kept: list[_Kept] = []
        self._seen: dict[int, object] = {id(self._root): self._root}
        self._follow_all([self._root])
        self._seen_max = len(self._seen) + SPARE

    def _follow(self, referred: Iterable[object]) -> None:
        self._follow_all(self._unseen(referred))

    def _follow_all(self, waiting: list[object]) -> None:
        while waiting:
            thing = waiting.pop()
            kept = _kept(thing)
            if kept is None:
                waiting += self._unseen(_referred(thing))
            else:
                self._kept.append(kept)
                waiting += self._unseen(kept.renew())

    def _unseen(self, things: Iterable[object]) -> list[object]:
        new = []
        for each in things:
            if kind_of(_type(each)) is not Kind.VALUE and id(each) not in self._seen:
                # Kept alive here, so that no other thing takes its id.
                self._seen[id(each)] = each
                new.append(each)
        return new


class _Kept(Protocol):
    """One thing that can change, and how it was."""

    def is_unchanged(self) -> bool:
        """Say whether it refers to exactly what it referred to."""

    def renew(self) -> Iterable[object]:
        """Remember what it refers to now, and give what of that can change."""

    def restore(self) -> None:
        """Put it back."""


class _KeptDict:
    def __init__(self, thing: dict[Any, Any]) -> None:
        self._thing = thing
        self._was: dict[Any, Any] = {}

    def is_unchanged(self) -> bool:
        now, was = self._thing, self._was
        return (
            len(now) == len(was)
            and all(map(is_, now.values(), was.values()))
            and all(map(is_, now, was))
        )

    def renew(self) -> Iterable[object]:
        self._was = dict(self._thing)
        return _changeable(self._was.values())

    def restore(self) -> None:
        self._thing.clear()
        self._thing.update(self._was)


class _KeptAttributes(_KeptDict):
    def renew(self) -> Iterable[object]:
        super().renew()
        # Of attributes there are few, and a frozen one may join parts that change.
        return self._was.values()


class _KeptSequence:
    def __init__(self, thing: list[Any] | deque[Any]) -> None:
        self._thing = thing
        self._was: list[Any] = []

    def is_unchanged(self) -> bool:
        return len(self._thing) == len(self._was) and all(map(is_, self._thing, self._was))

    def renew(self) -> Iterable[object]:
        self._was = list(self._thing)
        return _changeable(self._was)

    def restore(self) -> None:
        self._thing.clear()
        self._thing.extend(self._was)


class _KeptSet:
    def __init__(self, thing: set[Any]) -> None:
        self._thing = thing
        self._was: set[Any] = set()

    def is_unchanged(self) -> bool:
        return self._thing == self._was

    def renew(self) -> Iterable[object]:
        # What is hashed does not change.
        self._was = set(self._thing)
        return ()

    def restore(self) -> None:
        self._thing.clear()
        self._thing.update(self._was)


class _KeptSlots:
    def __init__(self, thing: object) -> None:
        self._thing = thing
        self._names = slots_of(_type(thing))
        # With a single name it would give no tuple: the first is read twice.
        self._read = attrgetter(*self._names, self._names[0])
        self._was: tuple[Any, ...] = ()

    def _now(self) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self._read(self._thing)
        return found

    def is_unchanged(self) -> bool:
        return all(map(is_, self._now(), self._was))

    def renew(self) -> Iterable[object]:
        self._was = self._now()
        return self._was

    def restore(self) -> None:
        for name, value in zip(self._names, self._was, strict=False):
            setattr(self._thing, name, value)


def _kept(thing: Any) -> _Kept | None:
    """Give what keeps a thing; None where it cannot change itself."""
    match kind_of(_type(thing)):
        case Kind.ATTRIBUTES:
            return _KeptAttributes(vars(thing))
        case Kind.SLOTS:
            return _KeptSlots(thing)
        case Kind.DICT:
            return _KeptDict(thing)
        case Kind.SEQUENCE:
            return _KeptSequence(thing)
        case Kind.SET:
            return _KeptSet(thing)
        case _:
            return None


@cache
def kind_of(kind: Any) -> Kind:
    """Say what can change of the things of a type."""
    if issubclass(kind, dict):
        return Kind.DICT
    if issubclass(kind, list | deque):
        return Kind.SEQUENCE
    if issubclass(kind, set):
        return Kind.SET
    if issubclass(kind, MethodType | FunctionType | partial):
        return Kind.CALLABLE
    if issubclass(kind, BaseModel | Enum | type | ModuleType | str | int | float | bytes):
        return Kind.VALUE
    parameters = getattr(kind, "__dataclass_params__", None)
    if issubclass(kind, tuple) or (parameters is not None and parameters.frozen):
        return Kind.FROZEN
    if slots_of(kind):
        return Kind.SLOTS
    return Kind.ATTRIBUTES if kind.__dictoffset__ else Kind.VALUE


def _changeable(elements: Iterable[object]) -> Iterable[object]:
    """Give the elements that can change; there may be thousands that cannot, all of one type."""
    kinds = {each for each in set(map(_type, elements)) if not _is_value(each)}
    return [each for each in elements if type(each) in kinds] if kinds else ()


def _is_value(kind: Any) -> bool:
    # A frozen element is a record, and refers to records.
    return kind_of(kind) is Kind.VALUE or (
        kind_of(kind) is Kind.FROZEN and not issubclass(kind, tuple)
    )


def _referred(thing: Any) -> Iterator[object]:
    """Give what something refers to that cannot change itself."""
    match thing:
        case tuple():
            yield from thing
        case MethodType():
            yield thing.__self__
        case partial():
            yield thing.func
            yield from thing.args
            yield from thing.keywords.values()
        case FunctionType():
            for cell in thing.__closure__ or ():
                yield cell.cell_contents
        case _:
            for name in type(thing).__dataclass_fields__:
                yield getattr(thing, name)


@cache
def slots_of(kind: type) -> tuple[str, ...]:
    """Give the names of all slots of a type."""
    return tuple(name for each in kind.__mro__ for name in vars(each).get("__slots__", ()))


def _type(thing: object) -> Any:
    """Give the type of a thing, which mypy does not take for something that has a hash."""
    return type(thing)
