"""The JSON array that a frame is, read from whatever a peer sends (J 4.1.2).

There are two ways to read one. `load_quickly` uses a decoder in C, which takes a half to a tenth of
the time, and gives None for all that is not JSON or is awkward JSON: numbers beyond a float, lone
surrogates, deep nesting. Nearly all frames are harmless and need no more. The others are read again
by `load`, which can be told what to do with each of these: a peer gets an exact reason, and an
answer counts even where its JSON is awkward. tests/ocpp/test_quick_paths.py holds that both ways
read the same.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec

from cp_tui.ocpp.errors import ErrorCode, OcppError

DEPTH_MAX = 32
"""Objects and lists within each other; the deepest message of OCPP 1.6 needs seven."""

_QUICK = msgspec.json.Decoder()


def load_quickly(data: str | bytes) -> list[Any] | None:
    """Read what `load` reads, if it is an array of Unicode only and not too deep; None: maybe not.

    The decoder takes nothing but JSON, no lone surrogate and no number beyond a float.
    """
    try:
        elements = _QUICK.decode(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(elements, list):
        return None
    # More than there are brackets cannot be within each other.
    brackets = (
        data.count("[") + data.count("{")
        if isinstance(data, str)
        else data.count(b"[") + data.count(b"{")
    )
    is_flat = brackets <= DEPTH_MAX or not is_deeper_than(elements, DEPTH_MAX)
    return elements if is_flat else None


def is_json(text: str) -> bool:
    """Say whether a text is JSON of any kind."""
    try:
        _DECODER.decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def load(data: str | bytes) -> list[Any]:
    try:
        text = data.decode() if isinstance(data, bytes) else data
        elements = _DECODER.decode(text)
        if isinstance(elements, list):
            return elements
        defect = "this is JSON, but not an array"
    except UnicodeDecodeError:
        defect = "this is not UTF-8"
    except ValueError:
        defect = "this is not JSON"
    except RecursionError:
        defect = "this is nested too deep"
    # Raised here, so that the error does not carry the text that it refuses.
    raise OcppError(ErrorCode.GENERIC_ERROR, f"a message is a JSON array; {defect}")


def load_from(text: str) -> tuple[list[Any], int]:
    """Read the array at the begin of a text, with whatever behind it; gives where the array ends.

    Raises:
        ValueError: there is none.
        RecursionError: it is nested too deep.
    """
    elements, end = _DECODER.raw_decode(text)
    if not isinstance(elements, list):
        raise ValueError("this is no array")
    return elements, end


def _integer(digits: str) -> int:
    # Python refuses to read integers of thousands of digits. Forty are already out of every range.
    return int(digits if len(digits) <= _DIGITS_MAX else digits[:40])


_DIGITS_MAX = 4_300
"""Of an integer, with its sign."""


def _float(digits: str) -> float:
    # 1e999 would become infinite, which nothing can write down again.
    return max(-sys.float_info.max, min(sys.float_info.max, float(digits)))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_float, parse_constant=_refuse_constant)


def harmless(value: Any, depth: int) -> Any:
    """Copy a value without what cannot be written down again: lone surrogates, and the depths."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {harmless(k, 0): harmless(v, depth - 1) for k, v in value.items() if depth > 0}
    if isinstance(value, list):
        return [harmless(each, depth - 1) for each in value if depth > 0]
    return value


def is_deeper_than(value: list[Any], depth_max: int) -> bool:
    # Level by level: recursion would meet Python's limit before ours.
    level: list[Any] = [value]
    for _ in range(depth_max):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return any(level)
