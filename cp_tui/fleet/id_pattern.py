"""Ids of the charge points of a fleet: a pattern with one place for the number, `CP{:05d}`."""

from __future__ import annotations

import re

from cp_tui.engine.endpoint import EndpointError, endpoint
from cp_tui.ocpp.printable import is_clean

ID_LENGTH_MAX = 255
"""As for one charge point: OCPP sets no limit, and it must fit into a URL and a file name."""
_PLACE = re.compile(r"\{(?::0(\d{1,2})d?)?\}", re.ASCII)
WORDS = "must have one place for the number, such as CP{:05d} or DEPOT-{}"


def check_id_pattern(pattern: str) -> str:
    """Return the pattern as it is, or raise a ValueError that says what is allowed."""
    rest, places = _PLACE.subn("", pattern)
    if places != 1 or "{" in rest or "}" in rest:
        raise ValueError(WORDS)
    if not is_clean(pattern):
        raise ValueError("must not hold control characters")
    if len(pattern) + 20 > ID_LENGTH_MAX:
        raise ValueError(f"must make ids of at most {ID_LENGTH_MAX} characters")
    try:
        endpoint("ws://any", id_of(pattern, 1))
    except EndpointError as error:
        raise ValueError(str(error)) from None
    return pattern


def id_of(pattern: str, number: int) -> str:
    """Give the id with this number."""
    return _PLACE.sub(lambda place: f"{number:0{int(place[1] or 1)}d}", pattern)


def last_number(pattern: str) -> int | None:
    """Give the last number for which the pattern has digits enough; None: there is no last."""
    place = _PLACE.search(pattern)
    assert place is not None, "the pattern was checked"
    return 10 ** int(place[1]) - 1 if place[1] else None
