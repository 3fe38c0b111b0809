"""Fields of a payload of a log, read as far as they can be: their flaws are found elsewhere.

A log may have written numbers as text, so both are read.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from cp_tui.ocpp.datatypes import parse_date_time

NUMBER_MAX = 2**63
"""What is further from zero is no number that a charge point counts with."""
_INTEGER = re.compile(r"\s*[+-]?\d{1,19}\s*", re.ASCII)


def fields(value: Any) -> dict[str, Any]:
    """Give an object; an empty one for what is none."""
    return value if isinstance(value, dict) else {}


def text(payload: Any, name: str) -> str:
    """Give a text; empty: there is none."""
    value = fields(payload).get(name)
    return value if isinstance(value, str) else ""


def integer(payload: Any, name: str) -> int | None:
    """Give a whole number."""
    return whole(fields(payload).get(name))


def whole(value: Any) -> int | None:
    """Read a whole number; None: it is none."""
    match value:
        case bool():
            return None
        case int() if abs(value) < NUMBER_MAX:
            return value
        case float() if value.is_integer() and abs(value) < NUMBER_MAX:
            return int(value)
        case str() if _INTEGER.fullmatch(value):
            return whole(int(value))
    return None


def instant(payload: Any, name: str) -> datetime | None:
    """Give a date and time in UTC; None: it is none."""
    try:
        return parse_date_time(text(payload, name).strip())
    except ValueError:
        return None
