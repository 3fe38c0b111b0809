"""What a value may be, in words: read from the JSON schema of the model that checks it.

The help of a command, its page, and the forms of the screen say it in the same words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

COUNTED_MAX = 2**53
"""A bound from here on is that of a machine, which nobody needs to know before it is hit."""


def resolved(of: Schema, whole: Schema) -> Schema:
    """Give the schema that a reference stands for."""
    name = of.get("$ref", "").rpartition("/")[2]
    found: Schema = whole["$defs"][name] if name else of
    return found


def given(of: Schema, whole: Schema) -> Schema:
    """Give the schema of a value where there is one: without `null`, and the first of several."""
    of = resolved(of, whole)
    others = (each for each in of.get("anyOf", ()) if each.get("type") != "null")
    return resolved(next(others, of), whole)


def in_words(of: Schema, whole: Schema) -> str:
    """Put the schema of a value into words."""
    of = resolved(of, whole)
    if "anyOf" in of:
        others = [each for each in of["anyOf"] if each.get("type") != "null"]
        return " or ".join(dict.fromkeys(in_words(each, whole) for each in others))
    if "enum" in of:
        return f"one of {', '.join(map(value_in_words, of['enum']))}"
    match of.get("type"):
        case "string":
            kind = "date and time" if of.get("format") == "date-time" else "text"
            return kind + bounds(of, "minLength", "maxLength", " characters")
        case "integer":
            return "whole number" + bounds(of, "minimum", "maximum")
        case "number":
            return "number" + bounds(of, "minimum", "maximum")
        case "boolean":
            return "true or false"
        case "array":
            return f"list{bounds(of, 'minItems', 'maxItems')}, each {in_words(of['items'], whole)}"
        case "null":
            return "null"
        case _:
            return "object"


def bounds(of: Schema, least: str, most: str, unit: str = "", factor: int = 1) -> str:
    """Say between which bounds a value lies, in units that are `factor` times as large."""
    low, high = (None if of.get(key) is None else of[key] / factor for key in (least, most))
    if high is None or high >= COUNTED_MAX:
        if low is None or low <= -COUNTED_MAX:
            return ""
        one = unit.removesuffix("s") if low == 1 else unit
        return f" of at least {low:,.12g}{one}" if unit else f" from {low:,.12g}"
    least_words = "" if low is None else f"of {low:,.12g} to "
    return f" {least_words or 'up to '}{high:,.12g}{unit}"


def value_in_words(value: object) -> str:
    """Write a value as a shell takes it."""
    return str(value).lower() if isinstance(value, bool) else f"{value}"
