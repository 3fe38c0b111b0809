"""Where a text stops being JSON and why, in words for whoever typed it. Pure."""

from __future__ import annotations

import json
import re

from msgspec import Struct

NUMBER_MAX = 400
"""Characters of a number that are looked at."""

PARTNER = {"[": "]", "{": "}"}

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_CONSTANT = re.compile(r"-?Infinity|NaN")
"""Python reads these as numbers, JSON has none."""
_WORD = re.compile(r"\w{1,20}")
_NUMBER_END = re.compile(r"(?<![\w.])-?\d[\d.eE+-]*\Z")
"""A number that ends where the text does."""
_NO_VALUE = {
    "'": "JSON has double quotes only",
    "/": "JSON has no comments",
    "+": "a number has no plus sign",
    ".": "a number begins with a digit, as in 0.5",
}
"""What stands where a value should, by its sign."""


class JsonFault(Struct, frozen=True):
    """The first place at which a text is no JSON; line and column count from 1."""

    line: int
    column: int
    words: str

    def __str__(self) -> str:
        return f"line {self.line} column {self.column}: {self.words}"


def json_fault(text: str) -> JsonFault | None:
    """What keeps a text from being JSON; None: nothing, or not its JSON but its depth."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return _at(text, *_place_and_words(text, error))
    except (ValueError, RecursionError):
        return None
    # With texts blanked out, so that what is left of them is in its place.
    bare = _STRING.sub(lambda found: " " * len(found[0]), text)
    constant = _CONSTANT.search(bare)
    return _at(text, constant.start(), f"{constant[0]} is no number") if constant else None


def _at(text: str, place: int, words: str) -> JsonFault:
    before = text[:place]
    return JsonFault(before.count("\n") + 1, place - before.rfind("\n"), words)


def _place_and_words(text: str, error: json.JSONDecodeError) -> tuple[int, str]:
    """The place that is to be changed, which is not always where the reader gave up."""
    place, said = error.pos, error.msg
    here, before = text[place : place + 1], text[:place].rstrip()
    if number := _NUMBER_END.search(text, max(0, place - NUMBER_MAX), place):
        if number[0] in ("0", "-0") and here.isdigit():
            return place - 1, "a zero too many: no number begins with one"
        if here == "." or here == "_" or here.isalnum():
            return place, "a number cannot go on like this"
    if said.startswith(("Expecting value", "Expecting property name")):
        return _nothing_there(text, place, before)
    if said.startswith("Illegal trailing comma"):
        return place, "a comma too many"
    if here == "/":
        return place, _NO_VALUE[here]
    if said.startswith("Expecting ',' delimiter"):
        return place, _not_closed(before, here)
    if said.startswith("Expecting ':' delimiter"):
        return place, "a colon is missing after the name"
    if said.startswith("Extra data"):
        return place, f"a {here} too many" if here in ("]", "}") else "more follows after the end"
    if said.startswith("Unterminated string"):
        return place, "the closing quote of this text is missing"
    if said.startswith("Invalid control character"):
        return place, r"within a text, a line break is \n and a tab \t"
    if said.startswith("Invalid \\"):
        return place, "no escape of JSON follows the backslash"
    return place, "no JSON from here on"


def _nothing_there(text: str, place: int, before: str) -> tuple[int, str]:
    """Where a value or a name should stand."""
    here, last = text[place : place + 1], before[-1:]
    if last == "," and here in ("]", "}"):
        return len(before) - 1, "a comma too many"
    if last == ":" and here in ("", ",", "]", "}"):
        return place, "a value is missing after the colon"
    if here == ",":
        return place, "a comma too many"
    if not here and before:
        return place, _not_closed(before, here)
    if here in _NO_VALUE:
        return place, _NO_VALUE[here]
    if word := _WORD.match(text, place):
        return place, f"{word[0]} is no JSON; a text stands in double quotes"
    return place, "a value is missing here"


def _not_closed(before: str, here: str) -> str:
    """What is missing where another value, or the end of what is open, should stand."""
    if here and here not in ("]", "}"):
        return "a comma is missing before this"
    is_open: list[str] = []
    for sign in _STRING.sub("", before):
        if sign in PARTNER:
            is_open.append(sign)
        elif is_open and sign == PARTNER[is_open[-1]]:
            is_open.pop()
    end = PARTNER[is_open[-1]] if is_open else "end"
    return f"a {end} is missing before {here}" if here else f"a {end} is missing at the end"
