"""Structs and models as tables: each field with its type, its unit and what it means.

The types are those of the annotations, the words are the docstrings below the fields, and a unit
stands at the end of a name, as everywhere in the code: `energy_wh`, `interval_s`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec
from pydantic import BaseModel

UNITS = {
    "_a": "A per phase",
    "_bytes": "bytes",
    "_ms": "ms",
    "_percent": "%",
    "_s": "s",
    "_v": "V",
    "_w": "W",
    "_wh": "Wh",
}
PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    Decimal: "number",
    bool: "true or false",
    datetime: "date and time",
    types.NoneType: "null",
}


def words(text: str | None) -> str:
    """Put a docstring on one line, ready for a cell of a table."""
    return " ".join((text or "").split()).replace("|", "\\|")


def link(name: str) -> str:
    """Link to the heading of a shape."""
    return f"[{name}](#{name.lower()})"


def is_shape(kind: Any) -> bool:
    """Say whether a type has a table of its own."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct | BaseModel | Enum)


def type_words(kind: Any) -> str:
    """Say what a value may be."""
    origin, given = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return type_words(given[0])
    if origin in (typing.Union, types.UnionType):
        return " or ".join(type_words(each) for each in given)
    if origin in (tuple, list):
        return f"list of {type_words(given[0])}"
    if origin in (dict, Mapping):
        return f"object: {type_words(given[0])} to {type_words(given[1])}"
    if is_shape(kind):
        return link(kind.__name__)
    return PLAIN.get(kind, "JSON")


def shapes_in(kind: Any, found: dict[str, type]) -> None:
    """Collect every shape that a type is made of, by its name."""
    if not is_shape(kind):
        for each in typing.get_args(kind):
            shapes_in(each, found)
    elif kind.__name__ not in found:
        found[kind.__name__] = kind
        for _, hint in _fields(kind):
            shapes_in(hint, found)


def table(kind: type) -> str:
    """Describe a shape: its sentence, and its fields or values."""
    head = f"### {kind.__name__}\n\n{words(inspect.getdoc(kind))}\n\n"
    notes = _notes(kind)
    if issubclass(kind, Enum) and not notes:
        return head + f"One of {', '.join(f'`{each.value}`' for each in kind)}.\n"
    if issubclass(kind, Enum):
        return head + "".join(f"- `{each.value}`{_dash(notes.get(each.name))}\n" for each in kind)
    rows = [
        f"| `{name}` | {type_words(hint)} | {_unit(name)} | {words(notes.get(name))} |\n"
        for name, hint in _fields(kind)
    ]
    return head + "| Field | Type | Unit | |\n|---|---|---|---|\n" + "".join(rows)


def notes_of(kind: type) -> dict[str, str]:
    """Give the docstrings below the fields of a class and of its bases."""
    return _notes(kind)


def _fields(kind: type) -> Iterator[tuple[str, Any]]:
    if issubclass(kind, msgspec.Struct):
        yield from ((each.name, each.type) for each in msgspec.structs.fields(kind))
    elif issubclass(kind, BaseModel):
        hints = typing.get_type_hints(kind, include_extras=True)
        yield from ((name, hints[name]) for name in kind.model_fields)


def _notes(kind: type) -> dict[str, str]:
    notes: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("cp_tui."):
            notes |= _own_notes(base)
    return notes


def _own_notes(kind: type) -> dict[str, str]:
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    notes: dict[str, str] = {}
    for statement, after in zip(tree.body, tree.body[1:], strict=False):
        match statement, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                notes[name] = text
    return notes


def _unit(name: str) -> str:
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")


def _dash(text: str | None) -> str:
    return f": {words(text)}" if text else ""
