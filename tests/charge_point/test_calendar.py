"""Instants and durations at the ends of the calendar, as a CSMS sends them (S 5.16, S 5.7)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from cp_tui.charge_point.codec import decode, encode
from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.variables import VARIABLES
from tests.charge_point.charging import charger, limit_now, offered
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import charging, set_key
from tests.tiers import tier

FIRST, LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"
HUGE = 2**53 - 1
LATER_THAN_ALL = (10**12, 2**31 - 1, 2**31, HUGE, 2**63 - 1)


def a_profile(schedule: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A TxDefaultProfile of 9 A that began in 2020, with other fields."""
    return {
        "chargingProfileId": 1,
        "stackLevel": 3,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "startSchedule": "2020-01-01T00:00:00Z",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 9}],
        }
        | (schedule or {}),
    } | fields


def installed(made: Rig, profile: dict[str, Any], connector_id: int = 0) -> str:
    """Send SetChargingProfile; give the status, or the code of the CALLERROR."""
    payload = {"connectorId": connector_id, "csChargingProfiles": profile}
    answer = made.request("SetChargingProfile", payload)
    return str(answer[2]["status"] if answer[0] == 3 else answer[2])


def steps(made: Rig, duration_s: int, connector_id: int = 1) -> list[tuple[int, float]]:
    """Ask GetCompositeSchedule in A; give start and limit of each period."""
    payload = {"connectorId": connector_id, "duration": duration_s, "chargingRateUnit": "A"}
    answer = made.request("GetCompositeSchedule", payload)
    assert answer[0] == 3, answer
    periods = answer[2]["chargingSchedule"]["chargingSchedulePeriod"]
    return [(each["startPeriod"], each["limit"]) for each in periods]


WITHOUT_END = [
    a_profile(validTo=LAST),
    a_profile(validTo="9999-12-31T23:59:59.9999999Z"),
    a_profile(validTo="9999-12-31T00:00:00Z"),
    a_profile(validFrom=FIRST, validTo=LAST),
    *(a_profile({"duration": each}) for each in LATER_THAN_ALL),
    a_profile({"duration": HUGE}, validTo=LAST),
    a_profile({"startSchedule": FIRST}),
    a_profile({"startSchedule": FIRST, "duration": HUGE}),
    a_profile({"duration": HUGE}, chargingProfileKind="Recurring", recurrencyKind="Daily"),
    a_profile(
        {"startSchedule": LAST, "duration": HUGE},
        chargingProfileKind="Recurring",
        recurrencyKind="Weekly",
    ),
    a_profile({"startSchedule": FIRST}, chargingProfileKind="Recurring", recurrencyKind="Daily"),
    a_profile(
        {
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 9},
                {"startPeriod": HUGE, "limit": 8},
            ]
        }
    ),
    a_profile({"minChargingRate": 10**13}),
]


@pytest.mark.parametrize("profile", WITHOUT_END)
def test_a_profile_that_ends_beyond_the_calendar_ends_never(profile: dict[str, Any]) -> None:
    made = rig()
    assert installed(made, profile) == "Accepted"
    for duration_s in (60, 86_400, 2**31):
        assert steps(made, duration_s) == [(0, 9)]
    charging(made)
    made.after(3600)
    assert limit_now(made, 1) == offered(made, 1) == 9
    made.power_cycle()
    charging(made, 2)
    assert limit_now(made, 2) == 9


@pytest.mark.parametrize(
    "profile",
    [
        a_profile({"startSchedule": LAST, "duration": 60}),
        a_profile({"startSchedule": LAST}),
        a_profile(validFrom=LAST),
        a_profile(validTo="0001-01-01T00:00:01Z"),
        a_profile({"startSchedule": FIRST, "duration": 1}),
    ],
)
def test_a_profile_that_is_never_in_force_limits_nothing(profile: dict[str, Any]) -> None:
    made = rig()
    assert installed(made, profile) == "Accepted"
    charging(made)
    made.after(60)
    assert limit_now(made, 1) == 32
    assert steps(made, 2**31) == [(0, 32)]


def test_an_enormous_limit_is_that_of_the_hardware() -> None:
    made = charger()
    periods = [{"startPeriod": 0, "limit": 10**14 - 1}]
    assert installed(made, a_profile({"chargingSchedulePeriod": periods})) == "Accepted"
    assert limit_now(made, 1) == 32


def test_a_store_of_an_older_version_with_such_a_profile_boots_and_charges() -> None:
    """The older version kept what it answered InternalError to."""
    before = rig()
    assert installed(before, a_profile({"duration": HUGE}, validTo=LAST)) == "Accepted"
    after = Rig(before.config, store={Table.PROFILE: dict(before.store[Table.PROFILE])})
    after.power_on()
    charging(after)
    after.after(3600)
    assert limit_now(after, 1) == offered(after, 1) == 9


BEFORE_ALL, AFTER_ALL = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("GetDiagnostics", {"location": "ftp://a.example/", "startTime": BEFORE_ALL}),
        ("GetDiagnostics", {"location": "ftp://a.example/", "stopTime": AFTER_ALL}),
        ("UpdateFirmware", {"location": "ftp://a.example/f", "retrieveDate": BEFORE_ALL}),
        ("UpdateFirmware", {"location": "ftp://a.example/f", "retrieveDate": AFTER_ALL}),
    ],
)
def test_a_transfer_takes_instants_beyond_the_calendar(
    action: str, payload: dict[str, Any]
) -> None:
    made = rig()
    assert made.request(action, payload)[0] == 3
    made.after(3600)
    is_put_off = AFTER_ALL in payload.values() and action == "UpdateFirmware"
    assert bool(made.transfers) is not is_put_off


@pytest.mark.parametrize(("expiry", "is_over"), [(BEFORE_ALL, True), (AFTER_ALL, False)])
def test_reservations_and_tags_end_by_instants_beyond_the_calendar(
    expiry: str, is_over: bool
) -> None:
    made = rig(keys={"LocalPreAuthorize": "true", "AllowOfflineTxForUnknownId": "false"})
    booked = {"connectorId": 2, "expiryDate": expiry, "idTag": "TAG", "reservationId": 1}
    status = made.request("ReserveNow", booked)[2]["status"]
    assert status == ("Rejected" if is_over else "Accepted")
    tags = [{"idTag": "LISTED", "idTagInfo": {"status": "Accepted", "expiryDate": expiry}}]
    sent = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": tags}
    assert made.request("SendLocalList", sent)[2] == {"status": "Accepted"}
    made.cut()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="LISTED", connector_id=1)
    connectors: Any = made.variables["connectors"]
    assert (connectors[1].transaction is None) is is_over


@pytest.mark.parametrize(
    ("profile", "limit"),
    [
        (a_profile(validTo=AFTER_ALL), 9),
        (a_profile(validFrom=BEFORE_ALL, validTo=AFTER_ALL), 9),
        (a_profile({"startSchedule": BEFORE_ALL}), 9),
        (a_profile(validTo=BEFORE_ALL), 32),
        (a_profile(validFrom=AFTER_ALL), 32),
        (a_profile({"startSchedule": AFTER_ALL}), 32),
    ],
)
def test_profiles_take_instants_beyond_the_calendar(profile: dict[str, Any], limit: int) -> None:
    made = rig()
    assert installed(made, profile) == "Accepted"
    charging(made)
    assert limit_now(made, 1) == limit


@pytest.mark.parametrize(("expiry", "status"), [(BEFORE_ALL, "Expired"), (AFTER_ALL, "Accepted")])
def test_an_answer_with_an_expiry_beyond_the_calendar_is_without_flaw(
    expiry: str, status: str
) -> None:
    made = rig()
    info = {"idTagInfo": {"status": "Accepted", "expiryDate": expiry}}
    made.responders["Authorize"] = lambda _: info
    made.responders["StartTransaction"] = lambda _: {"transactionId": 5, **info}
    charging(made, 1, "TAG")
    told: list[Any] = [event for name, event in made.events if name == "messages"]
    assert [record.flaws for record in told if record.flaws] == []
    assert made.charger.mind.explain_tag("TAG", made.now).status == status


def test_a_reservation_without_end_stays() -> None:
    made = rig()
    step_clock(made, "2000-01-01T00:00:00Z")
    request = {"connectorId": 1, "expiryDate": LAST, "idTag": "TAG", "reservationId": 1}
    assert made.request("ReserveNow", request)[2] == {"status": "Accepted"}
    made.after(86_400)
    assert made.statuses(1)[-1] == "Reserved"
    made.power_cycle()
    made.after(3600)
    assert made.statuses(1)[-1] == "Reserved"


def test_a_tag_that_expires_never_charges() -> None:
    made = rig()
    made.responders["Authorize"] = lambda _: {
        "idTagInfo": {"status": "Accepted", "expiryDate": LAST}
    }
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG", connector_id=1)
    assert made.statuses(1)[-1] == "Charging"


@pytest.mark.parametrize("last", ["9999-12-31T23:59:59.9999999Z", "2026-03-01T00:00:00.0005Z"])
def test_whatever_fraction_the_csms_sends_all_that_is_published_survives_its_json(
    last: str,
) -> None:
    first = "0001-01-01T00:00:00.000001Z"
    info = {"status": "Accepted", "expiryDate": last}
    made = charger()
    made.responders["Authorize"] = lambda _: {"idTagInfo": info}
    profile = a_profile({"startSchedule": first}, validFrom=first, validTo=last)
    assert installed(made, profile) == "Accepted"
    booked = {"connectorId": 1, "expiryDate": last, "idTag": "TAG", "reservationId": 1}
    tags = [{"idTag": "LISTED", "idTagInfo": info}]
    diagnostics = {"location": "ftp://a.example/", "startTime": first, "stopTime": last}
    requests: dict[str, dict[str, Any]] = {
        "ReserveNow": booked,
        "SendLocalList": {"listVersion": 1, "updateType": "Full", "localAuthorizationList": tags},
        "GetDiagnostics": diagnostics,
        "UpdateFirmware": {"location": "ftp://a.example/f", "retrieveDate": last},
    }
    for action, payload in requests.items():
        assert made.request(action, payload)[0] == 3
        made.after(1)
    made.act("plug_in", connector_id=2)
    made.act("swipe", id_tag="CACHED", connector_id=2)
    assert {"profiles", "reservations", "firmware", "diagnostics"} <= made.variables.keys()
    for name, value in made.variables.items():
        assert decode(VARIABLES[name], encode(value)) == value, name


@pytest.mark.parametrize("time", ["2999-12-31T23:59:59Z", "2000-01-01T00:00:00Z", FIRST, LAST])
def test_whatever_time_the_csms_tells_the_charge_point_goes_on(time: str) -> None:
    made = charger()
    installed(made, a_profile({"startSchedule": FIRST, "duration": HUGE}, validTo=LAST))
    step_clock(made, time)
    made.after(tier(3_700, deep=86_460))
    assert offered(made, 1) == 9
    assert steps(made, 86_400) == [(0, 9)]
    made.power_cycle()
    made.after(60)
    charging(made, 2)


@pytest.mark.parametrize(
    "key",
    [
        "ConnectionTimeOut",
        "HeartbeatInterval",
        "MeterValueSampleInterval",
        "MinimumStatusDuration",
        "TransactionMessageRetryInterval",
        "WebSocketPingInterval",
    ],
)
def test_the_longest_interval_of_a_key_is_waited_for(key: str) -> None:
    made = rig()
    step_clock(made, "2999-12-31T23:00:00Z")
    set_key(made, key, str(2**31 - 1))
    if key == "MinimumStatusDuration":
        set_key(made, key, "0")
    charging(made)
    made.after(3600)


@pytest.mark.parametrize("action", ["UpdateFirmware", "GetDiagnostics"])
def test_transfers_at_the_ends_of_the_calendar_are_planned(action: str) -> None:
    made = rig()
    payload: dict[str, Any] = {
        "location": "http://127.0.0.1/x",
        "retries": 2**63 - 1,
        "retryInterval": 2**63 - 1,
    }
    if action == "UpdateFirmware":
        payload["retrieveDate"] = LAST
    else:
        payload |= {"startTime": FIRST, "stopTime": LAST}
    assert made.request(action, payload)[0] == 3
    made.after(86_400)
    charging(made)


@pytest.mark.parametrize("date", ["2036-11-26T10:21:22Z", LAST, AFTER_ALL])
def test_a_firmware_of_the_far_future_is_announced_for_the_date_that_was_said(date: str) -> None:
    made = rig()
    made.request("UpdateFirmware", {"location": "http://127.0.0.1/x", "retrieveDate": date})
    firmware: Any = made.variables["firmware"]
    assert firmware.transfer.next_try_at.date().isoformat() == date[:10]
    made.power_cycle()
    firmware = made.variables["firmware"]
    assert firmware.transfer.next_try_at.date().isoformat() == date[:10]
    made.after(86_400)
    assert made.transfers == []


@pytest.mark.parametrize("action", ["UpdateFirmware", "GetDiagnostics"])
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"retries": 2, "retryInterval": 5}, "3 tries"),
        ({}, "3 tries"),
        ({"retries": 2**31 - 1}, "101 tries (retries is 2147483647; it is taken as 100)"),
        ({"retries": -1}, "1 try (retries is -1; it is taken as 0)"),
        (
            {"retries": 1, "retryInterval": 10**9},
            "2 tries (retryInterval is 1000000000 s; it is taken as 604800 s (7 d 00 h))",
        ),
    ],
)
def test_what_of_a_transfer_is_beyond_reason_is_said(
    action: str, asked: dict[str, int], words: str
) -> None:
    made = rig()
    payload: dict[str, Any] = {"location": "http://127.0.0.1/x", **asked}
    if action == "UpdateFirmware":
        payload["retrieveDate"] = LAST
    made.request(action, payload)
    told: list[Any] = [event for name, event in made.events if name == "messages"]
    (reason,) = [record.reason for record in told if record.action == action and record.reason]
    assert reason.text.endswith(words)


def step_clock(made: Rig, time: str) -> None:
    made.responders["Heartbeat"] = lambda _: {"currentTime": time}
    made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})


INSTANTS = st.sampled_from(
    [
        None,
        FIRST,
        "1970-01-01T00:00:00Z",
        "2026-01-05T08:00:00Z",
        "2026-01-05T08:01:00Z",
        "2999-01-01T00:00:00Z",
        "9999-12-31T00:00:00Z",
        LAST,
    ]
)
SECONDS = st.sampled_from([0, 1, 59, 86_399, 86_400, 604_801, *LATER_THAN_ALL, -1, -(2**63)])


@st.composite
def profiles(draw: st.DrawFn) -> dict[str, Any]:
    """Any profile that the schema allows, at the ends of every range."""
    starts = draw(st.lists(SECONDS, min_size=0, max_size=4))
    limits = st.sampled_from([0, 0.1, 5.9, 6, 9, 32, 63, 10**13])
    periods = [
        {"startPeriod": start, "limit": draw(limits)}
        | draw(st.sampled_from([{}, {"numberPhases": 1}, {"numberPhases": 3}]))
        for start in [0, *sorted(starts)]
    ]
    schedule = {
        "chargingRateUnit": draw(st.sampled_from(["A", "W"])),
        "chargingSchedulePeriod": periods,
        "duration": draw(st.none() | SECONDS),
        "startSchedule": draw(INSTANTS),
        "minChargingRate": draw(st.none() | limits),
    }
    profile = {
        "chargingProfileId": draw(st.integers(1, 3)),
        "stackLevel": draw(st.integers(0, 2)),
        "chargingProfilePurpose": draw(
            st.sampled_from(["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"])
        ),
        "chargingProfileKind": draw(st.sampled_from(["Absolute", "Recurring", "Relative"])),
        "recurrencyKind": draw(st.sampled_from([None, "Daily", "Weekly"])),
        "validFrom": draw(INSTANTS),
        "validTo": draw(INSTANTS),
        "chargingSchedule": {key: each for key, each in schedule.items() if each is not None},
    }
    return {key: each for key, each in profile.items() if each is not None}


@settings(max_examples=tier(12, deep=2_000))
@given(
    sent=st.lists(st.tuples(profiles(), st.integers(0, 2)), min_size=1, max_size=3),
    duration_s=SECONDS,
)
def test_whatever_profiles_come_a_car_charges_or_the_limit_says_why_not(
    sent: list[tuple[dict[str, Any], int]], duration_s: int
) -> None:
    made = charger()
    for profile, connector_id in sent:
        assert installed(made, profile, connector_id) != "InternalError"
    charging_or_held(made, 1)
    assert made.request("GetCompositeSchedule", {"connectorId": 0, "duration": duration_s})[0] == 3
    made.after(61)
    charging_or_held(made, 1)
    made.power_cycle()
    made.act("plug_in", connector_id=2)
    made.request("RemoteStartTransaction", {"connectorId": 2, "idTag": "TAG"})
    charging_or_held(made, 2)


def charging_or_held(made: Rig, connector_id: int) -> None:
    """The connector gives energy, or its limit is too low for it and names the profile."""
    made.after(10)
    connectors: Any = made.variables["connectors"]
    connector = connectors[connector_id]
    assert connector.transaction is not None
    if connector.limit.limit_a >= 6:
        assert connector.status == "Charging"
        assert offered(made, connector_id) == pytest.approx(float(connector.limit.limit_a), abs=1)
    else:
        assert connector.status == "SuspendedEVSE"
        assert "Profile #" in connector.limit.source
