"""Charging profiles out of a form or a file: texts in, parameters of the command out.

What is wrong is said in one sentence that names the field and its value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from pydantic import JsonValue

from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import in_zone
from cp_tui.ocpp.datatypes import (
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
    RecurrencyKindType,
    format_date_time,
)
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.validation import parse_request
from cp_tui.tui.text.paths import expanded, read_at_most
from cp_tui.tui.text.words import Clock

FILE_BYTES_MAX = 1024 * 1024
"""A profile of a thousand periods is 60 KB."""

PERIOD = re.compile(r"(\d+)\s*:\s*(\d+(?:\.\d+)?)(?:\s*:\s*([123]))?")
"""`start:limit`, or `start:limit:phases`."""

TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})")

CHOICES: Mapping[str, tuple[str, ...]] = {
    "purpose": tuple(each.value for each in ChargingProfilePurposeType),
    "kind": tuple(
        each.value
        for each in ChargingProfileKindType
        if each is not ChargingProfileKindType.RECURRING
    )
    + tuple(each.value for each in RecurrencyKindType),
    "unit": tuple(each.value for each in ChargingRateUnitType),
}
"""What can be typed in a field; of the recurring kind, how often it recurs."""


class Wrong(Exception):
    """What is typed or written makes no profile; the text says why."""


class ProfileDestination(Struct, frozen=True):
    """A profile and where it goes."""

    connector_id: int
    profile: dict[str, JsonValue]

    def params(self) -> dict[str, JsonValue]:
        """The parameters of `install_charging_profile`."""
        return {"connector_id": self.connector_id, "profile": self.profile}


def from_form(values: Mapping[str, str], clock: Clock) -> ProfileDestination:
    """The profile that is filled in; raises `Wrong`."""
    kind = _choice("kind", values["kind"])
    schedule: dict[str, JsonValue] = {
        "chargingRateUnit": _choice("unit", values["unit"]),
        "chargingSchedulePeriod": _periods(values["periods"]),
    }
    profile: dict[str, JsonValue] = {
        "chargingProfileId": _whole("id", values["id"]),
        "stackLevel": _whole("level", values["level"]),
        "chargingProfilePurpose": _choice("purpose", values["purpose"]),
        "chargingProfileKind": kind,
        "chargingSchedule": schedule,
    }
    if kind in {each.value for each in RecurrencyKindType}:
        profile |= {"chargingProfileKind": "Recurring", "recurrencyKind": kind}
    if values["duration"]:
        schedule["duration"] = _whole("duration", values["duration"])
    for name, target, field in (
        ("start", schedule, "startSchedule"),
        ("valid_from", profile, "validFrom"),
        ("valid_to", profile, "validTo"),
    ):
        if values[name]:
            target[field] = format_date_time(_instant(name, values[name], clock))
    return checked(ProfileDestination(_whole("connector", values["connector"]), profile))


def from_file(path: Path, connector: str) -> ProfileDestination:
    """The profile in a file: `csChargingProfiles`, or a whole SetChargingProfile.req.

    The connector is that of the request, unless one is given. Blocks; raises `Wrong`.
    """
    content = _json(path)
    profile, where = content, connector
    if "csChargingProfiles" in content:
        inner = content["csChargingProfiles"]
        if not isinstance(inner, dict):
            raise Wrong(f"{path.name}: csChargingProfiles is no JSON object")
        profile = inner
        where = connector or f"{content.get('connectorId', '')}"
    if not where:
        raise Wrong("connector is empty, and the file names none")
    return checked(ProfileDestination(_whole("connector", where), profile))


def checked(installation: ProfileDestination) -> ProfileDestination:
    """The same, if it is a profile at all; its rules are checked by the charge point."""
    payload: dict[str, JsonValue] = {
        "connectorId": installation.connector_id,
        "csChargingProfiles": installation.profile,
    }
    try:
        parse_request(Action.SET_CHARGING_PROFILE, payload)
    except OcppError as error:
        raise Wrong(error.description) from None
    return installation


def _json(path: Path) -> dict[str, JsonValue]:
    try:
        data = read_at_most(expanded(str(path)), FILE_BYTES_MAX + 1)
    except OSError as error:
        raise Wrong(f"{path}: {error.strerror}") from None
    if len(data) > FILE_BYTES_MAX:
        raise Wrong(f"{path.name} is larger than {FILE_BYTES_MAX} bytes")
    try:
        content = json.loads(data)
    except json.JSONDecodeError as error:
        raise Wrong(f"{path.name} line {error.lineno}: {error.msg}") from None
    except (ValueError, RecursionError):
        raise Wrong(f"{path.name} is no JSON text") from None
    if not isinstance(content, dict):
        raise Wrong(f"{path.name} holds no JSON object")
    return content


def _whole(field: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Wrong(f"{field} = {text!r}: a whole number is needed")
    return int(text)


def _choice(field: str, text: str) -> str:
    for choice in CHOICES[field]:
        if choice.casefold() == text.casefold():
            return choice
    raise Wrong(f"{field} = {text!r}: one of {', '.join(CHOICES[field])}")


def _periods(text: str) -> list[JsonValue]:
    periods: list[JsonValue] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = PERIOD.fullmatch(part)
        if found is None:
            raise Wrong(f"periods: {part!r} is not start:limit, such as 0:16 or 3600:8:1")
        start, limit, phases = found.groups()
        period: dict[str, JsonValue] = {"startPeriod": int(start), "limit": float(limit)}
        if phases is not None:
            period["numberPhases"] = int(phases)
        periods.append(period)
    if not periods:
        raise Wrong("periods is empty: at least one is needed, such as 0:16")
    return periods


def _instant(field: str, text: str, clock: Clock) -> datetime:
    """`now`, a time of today on the clock that the screen shows, or ISO 8601."""
    if text == "now":
        return clock.now.replace(microsecond=0)
    today = in_zone(clock.now, clock.zone)
    try:
        if (found := TIME_OF_DAY.fullmatch(text)) is not None:
            hour, minute = map(int, found.groups())
            return today.replace(hour=hour, minute=minute, second=0, microsecond=0)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Wrong(f"{field} = {text!r}: now, 22:00 or 2026-01-05T22:00:00Z") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=clock.zone)
