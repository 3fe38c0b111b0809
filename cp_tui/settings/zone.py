"""The time zone that a setting names."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from pydantic_core import PydanticCustomError

_OFFSET = re.compile(r"[+-]\d\d:\d\d", re.ASCII)


def zone_of(name: str) -> tzinfo | None:
    """Find a zone by its name or its offset to UTC, None for an empty text."""
    if not name:
        return None
    # Hardly anybody sets one.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return datetime.strptime(name, "%z").tzinfo if _OFFSET.fullmatch(name) else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = "must be a time zone that this machine knows, such as Europe/Berlin, or +02:00"
        raise PydanticCustomError("zone", words) from None
