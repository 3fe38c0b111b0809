"""The settings as tables: what `cp-tui.toml` may hold, made from the model that reads it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from cp_tui.network.reading import FaultTable, WeatherTable
from cp_tui.network.written_table import WrittenTable
from cp_tui.settings.model import ENVIRONMENT_PREFIX, CustomKeySettings, Settings
from docs.shapes import notes_of, words

HEAD = f"""\
What `cp-tui.toml` may hold. All of it can be left out but `csms.url` and `charge_point.id`; where
there is no default, the words say what holds without it. In the environment `csms.url` is
`{ENVIRONMENT_PREFIX}CSMS__URL`.
"""
PLAIN = {
    "array": "list",
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "object": "table",
    "string": "text",
}

WITHIN: Mapping[str, Sequence[tuple[str, type[BaseModel]]]] = {
    "network": (
        ("network.weathers.NAME", WeatherTable),
        ("[network.weathers.NAME.faults]", FaultTable),
    )
}
"""Tables within a table."""


def settings() -> str:
    """List every table with its keys."""
    notes, tables, outside = notes_of(Settings), [HEAD], []
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, WrittenTable):
            tables.append(table_of(name, inspect.getdoc(kind), kind))
            tables += [
                table_of(at, inspect.getdoc(each), each) for at, each in WITHIN.get(name, ())
            ]
        elif name == "custom_keys":
            tables.append(table_of(f"{name}.NAME", notes[name], CustomKeySettings))
        elif name == "keys":
            tables.append(f"### `[{name}]`\n\n{words(notes[name])}\n")
        else:
            outside.append(name)
    above = "Above the first table of the file:\n\n"
    return "\n".join([*tables, above + rows(Settings, outside)])


def table_of(name: str, about: str | None, kind: type[BaseModel]) -> str:
    """List a table with its keys."""
    return f"### `[{name}]`\n\n{words(about)}\n\n{rows(kind, list(kind.model_fields))}"


def rows(kind: type[BaseModel], names: list[str]) -> str:
    """List keys of a table, each with what it may be."""
    schema, notes = kind.model_json_schema(), notes_of(kind)
    lines = ["| Key | Value | Default | |\n|---|---|---|---|\n"]
    for field in names:
        name = kind.model_fields[field].alias or field
        found = schema["properties"][name]
        value = _value(found, schema.get("$defs", {}))
        # What is written in a way of its own has a default that the words give.
        default = _toml(found.get("default")) if "anyOf" in found or _is_plain(found) else ""
        lines.append(f"| `{name}` | {value} | {default} | {words(notes.get(field))} |\n")
    return "".join(lines)


def _value(found: Mapping[str, Any], shapes: Mapping[str, Any]) -> str:
    """Say what a value may be, by its JSON schema."""
    if "anyOf" in found:
        kinds = [each for each in found["anyOf"] if each.get("type") != "null"]
        # A decimal number may be written as text as well, which is nothing that a file needs.
        return _value(kinds[0], shapes)
    if "$ref" in found:
        found = shapes[found["$ref"].rpartition("/")[2]]
    if "enum" in found:
        return ", ".join(f"`{each}`" for each in found["enum"])
    if found.get("format") == "path":
        return "path"
    text = str(PLAIN.get(found["type"], found["type"]))
    if "maxLength" in found:
        return f"{text} up to {found['maxLength']} characters"
    if "exclusiveMinimum" in found:
        return f"{text} above {found['exclusiveMinimum']:g} up to {found['maximum']:g}"
    if "minimum" in found:
        return f"{text}, {found['minimum']:,} to {found['maximum']:,}"
    return text


def _is_plain(found: Mapping[str, Any]) -> bool:
    return found.get("type") in (None, *PLAIN)


def _toml(value: object) -> str:
    """Write a default as the file would; nothing where it only says that it is left out."""
    if value in (None, [], {}):
        return ""
    text = f'"{value}"' if isinstance(value, str) else str(value).lower()
    return f"`{text}`"
