"""Payloads made from a schema: the least and the fullest legal one, and both with one change."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.ocpp.messages import Schema

Path = tuple[str | int, ...]


class Mutant(NamedTuple):
    """A payload as JSON text, what was done to it, and where."""

    change: str
    where: str
    payload: str


class Raw(NamedTuple):
    """JSON text that stands in a payload as it is."""

    text: str


def sample(node: Schema, *, full: bool) -> Any:
    """Make a legal value, with every optional field or with none."""
    match node["type"]:
        case "object":
            wanted = node.get("properties", {}) if full else node.get("required", [])
            return {name: sample(node["properties"][name], full=full) for name in wanted}
        case "array":
            return [sample(node["items"], full=full)]
        case "string" if "enum" in node:
            return node["enum"][0]
        case "string" if node.get("format") == "date-time":
            return "2026-01-05T08:00:00Z"
        case "string":
            return "a"
        case "integer":
            return 1
        case "number":
            return 8.1
        case "boolean":
            return False
    raise AssertionError(node)


def mutants(root: Schema) -> Iterator[Mutant]:
    """Yield the payloads; each differs from a legal one in a single place."""
    full = sample(root, full=True)
    yield Mutant("nothing", "", json.dumps(full))
    yield Mutant("nothing, least", "", json.dumps(sample(root, full=False)))
    for path, node in _places(root, full, ()):
        where = "".join("[]" if isinstance(step, int) else f".{step}" for step in path)[1:]
        if path and not isinstance(path[-1], int):
            yield Mutant("left out", where, _text(full, path, None, remove=True))
        for change, value in _values(node):
            yield Mutant(change, where, _text(full, path, value))


def _places(node: Schema, value: Any, path: Path) -> Iterator[tuple[Path, Schema]]:
    yield path, node
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _places(node["properties"][name], child, (*path, name))
    elif isinstance(value, list):
        yield from _places(node["items"], value[0], (*path, 0))


def _text(payload: Any, path: Path, value: Any, *, remove: bool = False) -> str:
    """Write the payload with the value at `path` changed."""
    hole = "\0hole"
    root = [copy.deepcopy(payload)]
    parent: Any = root
    *way, last = (0, *path)
    for step in way:
        parent = parent[step]
    if remove:
        del parent[last]
    else:
        parent[last] = hole
    written = value.text if isinstance(value, Raw) else json.dumps(value)
    return json.dumps(root[0]).replace(json.dumps(hole), written)


_ONE_OF_EACH_TYPE: dict[str, Any] = {
    "null": None,
    "boolean": True,
    "integer": 3,
    "number": 1.5,
    "string": "x",
    "array": [],
    "object": {},
}


def _values(node: Schema) -> Iterator[tuple[str, Any]]:
    fitting = {node["type"], "integer"} if node["type"] == "number" else {node["type"]}
    for name, value in _ONE_OF_EACH_TYPE.items():
        if name not in fitting:
            yield f"{name} in its place", value
    match node["type"]:
        case "object":
            yield "an extra field", {**sample(node, full=True), "bogus": 1}
            yield "an extra field in snake_case", {**sample(node, full=True), "bo_gus": 1}
            for name in node.get("required", []):
                rest = {key: v for key, v in sample(node, full=True).items() if key != name}
                yield "a required field left out", rest
        case "array":
            item = sample(node["items"], full=True)
            yield "empty list", []
            yield "list of two", [item, item]
        case "string":
            yield from _texts(node)
        case "integer":
            yield from (("integer", value) for value in (-1, 0, 2**63 - 1, -(2**63)))
            yield from (("beyond 64 bits", value) for value in (2**63, -(2**63) - 1))
            yield "integer written 1.0", Raw("1.0")
            yield "integer written 1e0", Raw("1e0")
        case "number":
            legal = ("0", "-1", "0.1", "8.1", "21.4", "16.0", "1e1", "3.30", "99999999999.9")
            yield from (("one decimal", Raw(text)) for text in legal)
            yield from (("two decimals", Raw(text)) for text in ("8.15", "0.01", "1e-2"))
            yield "beyond 10^14", Raw("1e14")


def _texts(node: Schema) -> Iterator[tuple[str, str]]:
    if "enum" in node:
        yield from ((f"the word {word}", word) for word in node["enum"])
        yield "no word of the enumeration", "Bogus"
        yield "a word in lower case", node["enum"][0].lower() + " "
    elif node.get("format") == "date-time":
        for text in ("2026-01-05T08:00:00+02:00", "2026-01-05T08:00:00.123456789Z"):
            yield "a date and time", text
        yield from (("no date and time", text) for text in ("", "soon", "2026-13-01T00:00:00Z"))
    else:
        yield "empty text", ""
        yield "not ASCII", "é"
        yield "a control character", "\n"
        if "maxLength" in node:
            yield "longest text", "x" * node["maxLength"]
            yield "text too long", "x" * (node["maxLength"] + 1)
