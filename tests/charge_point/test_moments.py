"""Every moment that is published, ten minutes later: what comes next is to come, what was is past.

One walk over all variables by the names of their fields. A field of a name that it does not know
fails: whoever adds a moment says here what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from msgspec import Struct
from pydantic import BaseModel

from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.events import Stop
from cp_tui.charge_point.variables import RegistrationView
from cp_tui.charge_point.views import VIEWS
from cp_tui.charger.charger import STATION_KEY
from tests.charge_point.rig import NEW_FIRMWARE, Rig, rig

AHEAD = {
    "next_boot_at",
    "next_heartbeat_at",
    "times_out_at",
    "next_attempt_at",
    "next_try_at",
    "authorized_until",
    "ends_at",
    "plug_in_by",
    "Restraint.until",
    "VehicleView.full_at",
}
"""In the clock of the machine; never before now."""

AHEAD_OF_CSMS = {"until", "Reservation.expiry_date", "ProfileChange.at"}
"""In the clock of the charge point; never before now. Of a reservation: while it is in force."""

BEHIND = {
    "since",
    "last_at",
    "clock_set_at",
    "changed_at",
    "Refusal.at",
    "StopReport.at",
    "LastFrame.at",
    "LinkError.at",
    "ClockStep.at",
}
"""In the clock of the machine; never after now."""

BEHIND_OF_CSMS = {
    "time",
    "started_at",
    "stopped_at",
    "delivered_at",
    "updated_at",
    "made_at",
    "ended_at",
    "installed_at",
    "CompositeSchedule.start",
    "ClockStep.after",
}
"""In the clock of the charge point; never after now."""

ANY = {
    "TagEntry.expiry_date",
    "CachedTag.expiry_date",
    "ChargingProfile.valid_from",
    "ChargingProfile.valid_to",
    "ChargingSchedule.start_schedule",
    "CompositePeriod.start",
    "CompositePeriod.end",
    "ClockStep.before",
}
"""What the CSMS, or the clock before it was set, said, whatever the time; a tag counts as Expired
after its date. What the periods cover, `lies` looks at."""


Moments = list[tuple[str, str, datetime]]
Seen = dict[str, tuple[object, Moments]]
"""Name of a variable -> the value that was looked through last, and what was found in it."""


def moments(value: object, path: str = "", inside: str = "") -> Iterator[tuple[str, str, datetime]]:
    """Every datetime within a published value, with its path and its name with and without type."""
    if isinstance(value, datetime):
        yield path, inside, value
    elif isinstance(value, BaseModel | Struct):
        for name in _fields(value):
            yield from moments(
                getattr(value, name), f"{path}.{name}", f"{type(value).__name__}.{name}"
            )
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from moments(each, f"{path}[{key}]", inside)
    elif isinstance(value, tuple | list | frozenset):
        for index, each in enumerate(value):
            yield from moments(each, f"{path}[{index}]", inside)


def _fields(value: BaseModel | Struct) -> tuple[str, ...]:
    return value.__struct_fields__ if isinstance(value, Struct) else (*type(value).model_fields,)


@cache
def kinds(inside: str) -> list[int]:
    """What a name means: with its type where that is told apart, else alone."""
    known = (AHEAD, AHEAD_OF_CSMS, BEHIND, BEHIND_OF_CSMS, ANY)
    own = [number for number, names in enumerate(known) if inside in names]
    name = inside.rpartition(".")[2]
    return own or [number for number, names in enumerate(known) if name in names]


def moments_of(made: Rig, name: str, seen: Seen) -> Moments:
    """Every moment of a variable; one that has not changed is not looked through again."""
    value = made.variables[name]
    if name not in seen or seen[name][0] is not value:
        seen[name] = value, list(moments(value, name))
    return seen[name][1]


def lies(made: Rig, seen: Seen, latest: datetime | None = None) -> list[str]:
    """What is published now and cannot be so; `latest`: the latest that the CSMS's clock read.

    Where it is set back, what was before stays as the clock said it then (S 4.2).
    """
    offset = made.charger.mind.clock_offset
    latest = latest or made.now + offset
    found = []
    for name in made.variables:
        for path, inside, at in moments_of(made, name, seen):
            # An ended reservation shows what it was.
            if path.startswith("reservations.ended"):
                continue
            match kinds(inside):
                case [0]:
                    is_true = at >= made.now
                case [1]:
                    is_true = at >= made.now + offset
                case [2]:
                    is_true = at <= made.now
                case [3]:
                    is_true = at <= latest
                case [4]:
                    is_true = True
                case other:
                    raise AssertionError(f"{path} ({inside}): what does it mean? {other}")
            if not is_true:
                found.append(f"{path} = {at:%H:%M:%S} at {made.now:%H:%M:%S} ({offset})")
    schedules: Any = made.variables.get("charging_schedules")
    for schedule in schedules.values() if schedules else ():
        if not schedule.periods[0].start <= made.now + offset < schedule.periods[-1].end:
            found.append(f"schedule of {schedule.connector_id} does not cover now")
    return found


def walk(made: Rig, minutes: float = 10.0) -> None:
    """Let time pass, and look at everything again and again."""
    latest = made.now + made.charger.mind.clock_offset
    seen: Seen = {}
    for _ in range(int(minutes * 60 / 7)):
        made.after(7)
        latest = max(latest, made.now + made.charger.mind.clock_offset)
        assert lies(made, seen, latest) == []


def registration(made: Rig) -> RegistrationView:
    view = made.variables["registration"]
    assert isinstance(view, RegistrationView)
    return view


def charge(made: Rig, connector_id: int = 1) -> None:
    made.act("plug_in", connector_id=connector_id)
    made.act("swipe", id_tag="TAG1", connector_id=connector_id)


def csms_ahead(made: Rig, seconds: float) -> None:
    """Let the clock of the CSMS be another one, from the next Heartbeat on."""

    def time(_: dict[str, Any]) -> dict[str, Any]:
        return {"currentTime": (made.now + timedelta(seconds=seconds)).isoformat()}

    made.responders["Heartbeat"] = time


def silent(_: dict[str, Any]) -> None:
    return None


def idling(made: Rig) -> None:
    """Nothing happens but heartbeats."""


def charging(made: Rig) -> None:
    charge(made, 1)
    charge(made, 2)


def charging_until_full(made: Rig) -> None:
    made.act("set_vehicle", connector_id=1, battery_wh=1000, soc_percent=50)
    charge(made)


def offline_in_a_transaction(made: Rig) -> None:
    charge(made)
    made.after(30)
    made.cut()


def offline_with_a_message_that_failed(made: Rig) -> None:
    made.responders["StartTransaction"] = lambda _: "InternalError"
    charge(made)
    made.after(5)
    made.cut()


def a_message_that_fails_again_and_again(made: Rig) -> None:
    made.responders["MeterValues"] = lambda _: "InternalError"
    charge(made)


def a_message_that_waits_behind_silence(made: Rig) -> None:
    made.responders["StartTransaction"] = lambda _: "InternalError"
    made.responders["StatusNotification"] = silent
    charge(made)


def pending_and_then_offline(made: Rig) -> None:
    made.responders["BootNotification"] = lambda _: {
        "status": "Pending",
        "currentTime": made.now.isoformat(),
        "interval": 60,
    }
    made.power_cycle()
    made.after(20)
    made.cut()


def a_csms_that_does_not_answer(made: Rig) -> None:
    for action in ("Heartbeat", "StatusNotification", "BootNotification"):
        made.responders[action] = silent
    made.act("plug_in", connector_id=1)


def a_tag_that_waits_for_its_cable(made: Rig) -> None:
    made.act("swipe", id_tag="TAG1", connector_id=1)


def stopped_by_the_operator(made: Rig) -> None:
    charge(made)
    made.after(10)
    made.command(Stop)


def profiles_and_reservations(made: Rig) -> None:
    for number, seconds in enumerate((30, 200, 400), 1):
        profile = {
            "chargingProfileId": number,
            "stackLevel": number,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "validTo": (made.now + timedelta(seconds=seconds)).isoformat(),
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "startSchedule": made.now.isoformat(),
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": 16 + number},
                    {"startPeriod": 25, "limit": 10 + number},
                ],
            },
        }
        made.request("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": profile})
    made.request(
        "ReserveNow",
        {
            "connectorId": 2,
            "expiryDate": (made.now + timedelta(seconds=100)).isoformat(),
            "idTag": "OTHER",
            "reservationId": 5,
        },
    )
    charge(made)


def transfers_that_fail(made: Rig) -> None:
    made.carrier = lambda _: "no route"
    at = (made.now + timedelta(seconds=40)).isoformat()
    made.request(
        "UpdateFirmware",
        {"location": "ftp://h/f", "retrieveDate": at, "retries": 3, "retryInterval": 60},
    )
    made.request("GetDiagnostics", {"location": "ftp://h/", "retries": 2, "retryInterval": 50})


def transfers_of_a_stopped_charger(made: Rig) -> None:
    transfers_that_fail(made)
    made.after(45)
    made.command(Stop)


def a_firmware_to_come_of_a_stopped_charger(made: Rig) -> None:
    transfers_that_fail(made)
    made.command(Stop)


def a_firmware_by_a_clock_that_is_set_ahead(made: Rig) -> None:
    transfers_that_fail(made)
    csms_ahead(made, 300)


def a_firmware_by_a_clock_that_is_set_back(made: Rig) -> None:
    transfers_that_fail(made)
    csms_ahead(made, -300)


def a_firmware_that_is_installed(made: Rig) -> None:
    made.carrier = lambda transfer: NEW_FIRMWARE
    charge(made)
    at = (made.now + timedelta(seconds=40)).isoformat()
    made.request("UpdateFirmware", {"location": "ftp://h/f", "retrieveDate": at})


def a_clock_that_is_set_ahead(made: Rig) -> None:
    profiles_and_reservations(made)
    csms_ahead(made, 130)


def a_clock_that_is_set_back(made: Rig) -> None:
    profiles_and_reservations(made)
    csms_ahead(made, -130)


def a_power_cut_while_a_message_waits(made: Rig) -> None:
    offline_with_a_message_that_failed(made)
    made.power_cycle()


SITUATIONS: tuple[Callable[[Rig], None], ...] = (
    idling,
    charging,
    charging_until_full,
    offline_in_a_transaction,
    offline_with_a_message_that_failed,
    a_message_that_fails_again_and_again,
    a_message_that_waits_behind_silence,
    pending_and_then_offline,
    a_csms_that_does_not_answer,
    a_tag_that_waits_for_its_cable,
    stopped_by_the_operator,
    profiles_and_reservations,
    transfers_that_fail,
    transfers_of_a_stopped_charger,
    a_firmware_to_come_of_a_stopped_charger,
    a_firmware_by_a_clock_that_is_set_ahead,
    a_firmware_by_a_clock_that_is_set_back,
    a_firmware_that_is_installed,
    a_clock_that_is_set_ahead,
    a_clock_that_is_set_back,
    a_power_cut_while_a_message_waits,
)


@pytest.mark.parametrize("interval_s", [25, 300])
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__)
def test_what_is_published_is_true_ten_minutes_long(
    situation: Callable[[Rig], None], interval_s: int
) -> None:
    made = rig(keys={"MessageTimeout": "60", "MeterValueSampleInterval": "60"})
    made.request("ChangeConfiguration", {"key": "HeartbeatInterval", "value": f"{interval_s}"})
    situation(made)
    walk(made)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__)
def test_whether_somebody_looks_makes_no_difference(situation: Callable[[Rig], None]) -> None:
    """Variables are looked at only where somebody watches: nothing may hang on it."""
    made = []
    for is_watched in (True, False):
        one = rig(keys={"MessageTimeout": "60", "MeterValueSampleInterval": "60"}, boot=False)
        one.is_watched = is_watched
        one.power_on()
        situation(one)
        for _ in range(8):
            one.after(71)
            if is_watched:
                for name in VIEWS:
                    one.charger.mind.view(name, one.now)
        made.append(one)
    watched, alone = made
    assert alone.published == []
    assert alone.sent == watched.sent
    for one in made:
        # To look moves the meters on, and the sum of more steps is rounded otherwise.
        del one.store[Table.STATE][STATION_KEY]
    assert alone.store == watched.store


def heartbeats(made: Rig) -> int:
    return made.actions().count("Heartbeat")


@pytest.mark.parametrize("minutes", [0, 1, 6, 10])
def test_the_next_heartbeat_goes_when_it_was_said(minutes: int) -> None:
    """S 4.6: what is sent meanwhile moves it, and so it must move what is published."""
    made = rig(keys={"MeterValueSampleInterval": "60"})
    charge(made)
    made.after(60 * minutes + 20)
    # From here on nothing is sent by itself.
    made.request("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "0"})
    due = registration(made).next_heartbeat_at
    assert due is not None
    before = heartbeats(made)
    made.after((due - made.now).total_seconds() - 2)
    assert heartbeats(made) == before
    assert registration(made).next_heartbeat_at == due
    made.after(3)
    assert heartbeats(made) == before + 1


def test_a_flood_of_messages_tells_the_next_heartbeat_once_a_second() -> None:
    made = rig()
    before = len(made.published)
    for _ in range(500):
        made.now += timedelta(milliseconds=10)
        made.request("GetConfiguration", {"key": ["HeartbeatInterval"]})
    told = [name for name, _ in made.published[before:] if name == "registration"]
    assert 4 <= len(told) <= 6
