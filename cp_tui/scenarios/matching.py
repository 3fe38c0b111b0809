"""Holds what a message says against what is wanted, and fills in what steps have saved. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from pydantic import JsonValue

from cp_tui.ocpp.calendar import later
from cp_tui.rpc.json_path import WrongPath, found_at, shown
from cp_tui.scenarios.plan import Wanted

NAME = re.compile(r"\{([A-Za-z][A-Za-z0-9_ ]*)\}")
MOMENTS = {"now": 0, "soon": 2, "later": 3_600}
"""Names of moments -> how many seconds from now."""
TAGS = {
    "tag": "TAG1",
    "other_tag": "TAG2",
    "blocked_tag": "BLOCKED",
    "expired_tag": "EXPIRED",
    "invalid_tag": "INVALID",
    "family_tag": "FAMILY-1",
    "family_tag_2": "FAMILY-2",
}
"""What scenarios call tags -> those of `cp-tui csms`."""
OF_THE_CSMS = frozenset(
    {
        "certificate",
        "csms root",
        "firmware url",
        "issuer key hash",
        "issuer name hash",
        "log url",
        "manufacturer root",
        "serial number",
        "signature",
        "signing certificate",
    }
)
"""What only the CSMS has: ours fills it in, and for another it is given with the hooks."""


def differences(content: JsonValue, wanted: Wanted) -> list[str]:
    """Say in what a payload differs from what is wanted."""
    found = []
    for path, want in wanted.items():
        try:
            value = found_at(content, path)
        except WrongPath:
            value = None
        if not is_met(value, want):
            found.append(f"{path} is {shown(value)}, not {told(want)}")
    return found


def is_met(value: JsonValue, want: JsonValue) -> bool:
    """Say whether a value is one of those that are wanted."""
    if want == "*":
        return value is not None
    if isinstance(want, list) and not isinstance(value, list):
        return any(is_met(value, each) for each in want)
    if isinstance(want, dict):
        return isinstance(value, dict) and all(
            is_met(value.get(name), each) for name, each in want.items()
        )
    if isinstance(want, list):
        return (
            isinstance(value, list)
            and len(value) == len(want)
            and all(is_met(one, other) for one, other in zip(value, want, strict=True))
        )
    return value == want and isinstance(value, bool) is isinstance(want, bool)


def told(want: JsonValue) -> str:
    """Put what is wanted into words."""
    if isinstance(want, list):
        return " or ".join(shown(each) for each in want)
    return "anything" if want == "*" else shown(want)


def filled(value: JsonValue, known: Mapping[str, JsonValue], now: datetime) -> JsonValue:
    """Give a value with what its names in braces stand for; other words in braces stay."""
    if isinstance(value, dict):
        return {name: filled(each, known, now) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, known, now) for each in value]
    if not isinstance(value, str):
        return value
    whole = NAME.fullmatch(value)
    if whole is not None:
        return _meaning(whole, known, now)
    return NAME.sub(lambda found: str(_meaning(found, known, now)), value)


def _meaning(found: re.Match[str], known: Mapping[str, JsonValue], now: datetime) -> JsonValue:
    name = found[1]
    if name in MOMENTS and name not in known:
        moment = later(now, MOMENTS[name])
        return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
    return known.get(name, found[0])


def names_in(value: JsonValue) -> Iterator[str]:
    """Give the names in braces of a value."""
    if isinstance(value, dict):
        yield from (name for each in value.values() for name in names_in(each))
    elif isinstance(value, list):
        yield from (name for each in value for name in names_in(each))
    elif isinstance(value, str):
        yield from NAME.findall(value)


def settled(wanted: Wanted) -> Wanted:
    """Leave out what only the CSMS itself can say: words in braces that stand for nothing here."""
    return {name: value for name, value in wanted.items() if not _is_open(value)}


def _is_open(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return any(_is_open(each) for each in value.values())
    if isinstance(value, list):
        return any(_is_open(each) for each in value)
    return isinstance(value, str) and re.fullmatch(r"\{.*\}", value) is not None
