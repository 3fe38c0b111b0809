"""How mind and body were before a turn, so that a turn that failed has not been.

It remembers whatever can change behind an object: attributes and containers, as far as they can be
reached. Values do not change, such as frozen models; they are remembered by reference. Putting back
happens in place, so that everything still refers to everything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import cache, partial
from types import FunctionType, MethodType, ModuleType
from typing import Any

from pydantic import BaseModel


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
    """Everything that can change behind a root, as it was."""

    def __init__(self, root: object) -> None:
        self._put_back: list[Callable[[], object]] = []
        seen = {id(root)}
        waiting: list[object] = [root]
        while waiting:
            for each in self._remember(waiting.pop()):
                if kind_of(_type(each)) is not Kind.VALUE and id(each) not in seen:
                    seen.add(id(each))
                    waiting.append(each)

    def restore(self) -> None:
        """Put everything back, in place."""
        for put_back in self._put_back:
            put_back()

    def _remember(self, thing: Any) -> Iterable[object]:
        """Remember one thing; give what it refers to."""
        match kind_of(_type(thing)):
            case Kind.ATTRIBUTES:
                attributes = dict(vars(thing))
                self._put_back.append(partial(_refill, vars(thing), attributes))
                return attributes.values()
            case Kind.SLOTS:
                slots = {name: getattr(thing, name) for name in slots_of(_type(thing))}
                self._put_back.append(partial(_set_slots, thing, slots))
                return slots.values()
            case Kind.DICT:
                items = dict(thing)
                self._put_back.append(partial(_refill, thing, items))
                return _changeable(items.values())
            case Kind.SEQUENCE:
                elements = list(thing)
                self._put_back.append(partial(_extend, thing, elements))
                return _changeable(elements)
            case Kind.SET:
                # What is hashed does not change.
                self._put_back.append(partial(_refill, thing, set(thing)))
                return ()
            case _:
                return _referred(thing)


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


def _refill(container: Any, content: Any) -> None:
    container.clear()
    container.update(content)


def _extend(container: Any, elements: list[object]) -> None:
    container.clear()
    container.extend(elements)


def _set_slots(thing: object, slots: dict[str, object]) -> None:
    for name, value in slots.items():
        setattr(thing, name, value)
