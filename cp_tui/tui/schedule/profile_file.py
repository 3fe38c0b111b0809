"""Charging profiles out of a form or a file: texts in, parameters of the command out.

What is wrong is said in one sentence that names the field and its value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Struct
from pydantic import Field, JsonValue, StringConstraints

from cp_tui.charge_point.command_fields import Purpose, Unit
from cp_tui.engine.command import Params
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import in_zone
from cp_tui.ocpp.datatypes import RecurrencyKindType, format_date_time
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.validation import parse_request
from cp_tui.tui.actions.command_form import DIGITS_MAX, values_of
from cp_tui.tui.text.parameters import label_of
from cp_tui.tui.text.paths import UnusableInput, expanded, text_of
from cp_tui.tui.text.words import Clock

FILE_BYTES_MAX = 1024 * 1024
"""A profile of a thousand periods is 60 KB."""

PERIOD = r"(\d+)\s*:\s*(\d+(?:\.\d+)?)(?:\s*:\s*([123]))?"
"""`start:limit`, or `start:limit:phases`."""

PERIODS_WORDS = "start:limit[:phases] with commas between, such as 0:16, 3600:8"

TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})")

Whole = Annotated[int, Field(ge=0)]
Kind = Literal["Absolute", "Relative", "Daily", "Weekly"]
"""Of the recurring kind, how often it recurs."""


class TypedProfile(Params):
    """What is typed into a form, each where it belongs; its periods and times are still texts."""

    id: Whole
    connector: Whole
    purpose: Purpose
    level: Whole
    kind: Kind
    unit: Unit
    periods: Annotated[
        str,
        StringConstraints(pattern=rf"^[\s,]*{PERIOD}(\s*,[\s,]*{PERIOD})*[\s,]*$"),
        Field(description=PERIODS_WORDS),
    ]
    duration: Whole | None = None
    start: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


class ProfileDestination(Struct, frozen=True):
    """A profile and where it goes."""

    connector_id: int
    profile: dict[str, JsonValue]

    def params(self) -> dict[str, JsonValue]:
        """The parameters of `install_charging_profile`."""
        return {"connector_id": self.connector_id, "profile": self.profile}


def from_form(texts: Mapping[str, str], clock: Clock) -> ProfileDestination:
    """The profile that is filled in; raises `UnusableInput`."""
    typed = TypedProfile.model_validate(values_of(TypedProfile, texts))
    is_recurring = typed.kind in set(RecurrencyKindType)
    schedule: dict[str, JsonValue] = {
        "chargingRateUnit": typed.unit.value,
        "chargingSchedulePeriod": _periods(typed.periods),
    }
    profile: dict[str, JsonValue] = {
        "chargingProfileId": typed.id,
        "stackLevel": typed.level,
        "chargingProfilePurpose": typed.purpose.value,
        "chargingProfileKind": "Recurring" if is_recurring else typed.kind,
        "chargingSchedule": schedule,
    }
    if is_recurring:
        profile["recurrencyKind"] = typed.kind
    if typed.duration is not None:
        schedule["duration"] = typed.duration
    for name, target, field in (
        ("start", schedule, "startSchedule"),
        ("valid_from", profile, "validFrom"),
        ("valid_to", profile, "validTo"),
    ):
        if text := texts[name].strip():
            target[field] = format_date_time(_instant(name, text, clock))
    return checked(ProfileDestination(typed.connector, profile))


def from_file(path: Path, connector: str) -> ProfileDestination:
    """The profile in a file: `csChargingProfiles`, or a whole SetChargingProfile.req.

    The connector is that of the request, unless one is given. Blocks; raises `UnusableInput`.
    """
    content = _json(path)
    profile, where = content, connector
    if "csChargingProfiles" in content:
        inner = content["csChargingProfiles"]
        if not isinstance(inner, dict):
            raise UnusableInput(f"{path.name}: csChargingProfiles is no JSON object")
        profile = inner
        where = connector or f"{content.get('connectorId', '')}"
    if not where:
        raise UnusableInput("Connector is empty, and the file names none", "connector")
    if not (where.isascii() and where.isdigit()):
        raise UnusableInput(f"Connector: {where!r} is no whole number", "connector")
    if len(where) > DIGITS_MAX:
        raise UnusableInput(f"Connector: '{where[:DIGITS_MAX]}…' is too large", "connector")
    return checked(ProfileDestination(int(where), profile))


def checked(installation: ProfileDestination) -> ProfileDestination:
    """The same, if it is a profile at all; its rules are checked by the charge point."""
    payload: dict[str, JsonValue] = {
        "connectorId": installation.connector_id,
        "csChargingProfiles": installation.profile,
    }
    try:
        parse_request(Action.SET_CHARGING_PROFILE, payload)
    except OcppError as error:
        raise UnusableInput(error.description) from None
    return installation


def _json(path: Path) -> dict[str, JsonValue]:
    text = text_of(expanded(str(path)), FILE_BYTES_MAX)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}: no JSON from column {error.colno} on"
        raise UnusableInput(f"{path.name} {where}") from None
    except (ValueError, RecursionError):
        raise UnusableInput(f"{path.name} is no JSON text") from None
    if not isinstance(content, dict):
        raise UnusableInput(f"{path.name} holds no JSON object")
    return content


def _periods(text: str) -> list[JsonValue]:
    periods: list[JsonValue] = []
    for start, limit, phases in re.findall(PERIOD, text):
        if len(start) > DIGITS_MAX:
            text = f"Periods: '{start[:DIGITS_MAX]}…' is too large for a start"
            raise UnusableInput(text, "periods")
        period: dict[str, JsonValue] = {"startPeriod": int(start), "limit": float(limit)}
        if phases:
            period["numberPhases"] = int(phases)
        periods.append(period)
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
        allowed = "now, 22:00 or 2026-01-05T22:00:00Z"
        raise UnusableInput(f"{label_of(field)}: {text!r} is none of {allowed}", field) from None
    return at if at.tzinfo is not None else at.replace(tzinfo=clock.zone)
