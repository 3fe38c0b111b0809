"""Rules of smart charging, each found and silent."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.explain.finding import Severity
from tests.explain.talk import Talk, status

Json = dict[str, Any]
ALL_KEYS = {
    "ChargeProfileMaxStackLevel": "5",
    "ChargingScheduleMaxPeriods": "3",
    "ChargingScheduleAllowedChargingRateUnit": "Current",
    "MaxChargingProfilesInstalled": "2",
    "NumberOfConnectors": "1",
}


def profile(
    *periods: tuple[int, float], unit: str = "A", purpose: str = "TxDefault", **more: Any
) -> Json:
    schedule = {
        "chargingRateUnit": unit,
        "startSchedule": "2026-11-03T08:00:00Z",
        "chargingSchedulePeriod": [
            {"startPeriod": start, "limit": limit} for start, limit in periods or ((0, 10),)
        ],
    }
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": f"{purpose}Profile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedule,
    } | more


def is_set(talk: Talk, what: Json, answer: str = "Accepted", connector: int = 1) -> None:
    payload = {"connectorId": connector, "csChargingProfiles": what}
    talk.ask("SetChargingProfile", payload, {"status": answer})


def booted(keys: Json | None = None, *, is_cleared: bool = False) -> Talk:
    talk = Talk()
    talk.booted(3600)
    if keys:
        listed = [{"key": key, "readonly": True, "value": value} for key, value in keys.items()]
        talk.ask("GetConfiguration", {"key": [*keys]}, {"configurationKey": listed})
    if is_cleared:
        talk.ask("ClearChargingProfile", {}, {"status": "Unknown"})
    return talk


NO_RECURRENCY = profile(chargingProfileKind="Recurring")


@pytest.mark.parametrize(
    ("what", "connector", "is_malformed"),
    [
        (profile((5, 10)), 1, True),
        (profile((0, 10), (20, 8), (20, 6)), 1, True),
        (profile(purpose="ChargePointMax"), 1, True),
        (profile(purpose="Tx"), 0, True),
        (NO_RECURRENCY, 1, True),
        (profile(stackLevel=9), 1, False),
        (profile((0, 10), (1, 9), (2, 8), (3, 7)), 1, False),
        (profile(unit="W"), 1, False),
    ],
)
def test_what_cannot_be_taken_is_rejected(what: Json, connector: int, is_malformed: bool) -> None:
    talk = booted(ALL_KEYS)
    is_set(talk, what, connector=connector)
    found = ["profile.malformed"] * is_malformed + ["profile.wrongly_accepted"]
    assert talk.found() == found
    # What follows from another finding says so.
    assert [each.cause for each in talk.findings()] == ["", *found[:-1]]
    talk = booted(ALL_KEYS)
    is_set(talk, what, "Rejected", connector=connector)
    assert talk.found() == found[:-1]
    if not is_malformed:  # unknown keys bind nobody
        talk = booted()
        is_set(talk, what, connector=connector)
        assert talk.found() == []


def test_what_can_be_taken_is_accepted() -> None:
    talk = booted(ALL_KEYS, is_cleared=True)
    is_set(talk, profile())
    assert talk.found() == []
    is_set(talk, profile(), "Rejected")
    assert talk.only("profile.wrongly_rejected").severity == "warning"
    for keys, is_cleared in ((ALL_KEYS, False), (None, True)):
        talk = booted(keys, is_cleared=is_cleared)
        is_set(talk, profile(), "Rejected")
        assert talk.only("profile.wrongly_rejected").severity == Severity.NOTE
    talk = booted(ALL_KEYS, is_cleared=True)
    is_set(talk, profile(validTo="2026-11-01T00:00:00Z"), "Rejected")
    assert talk.noted() == []


def test_a_profile_for_a_transaction_has_one() -> None:
    talk = booted()
    is_set(talk, profile(purpose="Tx", transactionId=7), "Rejected")
    assert talk.only("profile.tx_without_transaction").at_fault == "csms"
    talk = booted()
    is_set(talk, profile(purpose="Tx", transactionId=7))
    assert talk.found() == ["profile.tx_without_transaction", "profile.wrongly_accepted"]
    for id, found in ((7, []), (8, ["profile.tx_without_transaction"])):
        talk = booted()
        talk.started()
        is_set(talk, profile(purpose="Tx", transactionId=id), "Rejected" if found else "Accepted")
        assert talk.found() == found
    talk = booted()
    talk.started()
    is_set(talk, profile(purpose="Tx"))
    assert talk.only("profile.malformed").at_fault == "csms"
    cold = Talk()
    is_set(cold, profile(purpose="Tx", transactionId=7))
    assert cold.found() == []


def test_clear_says_whether_there_was_one() -> None:
    for id, answer, is_wrong in (
        (1, "Accepted", False),
        (1, "Unknown", True),
        (2, "Unknown", False),
        (2, "Accepted", True),
    ):
        for is_cleared in (True, False):
            talk = booted(is_cleared=is_cleared)
            is_set(talk, profile())
            talk.ask("ClearChargingProfile", {"id": id}, {"status": answer})
            is_found = is_wrong and is_cleared
            assert talk.found() == (["profile.clear_mismatch"] if is_found else [])


def told(talk: Talk, *periods: tuple[int, float], unit: str = "A", **more: Any) -> None:
    talk.csms("GetCompositeSchedule", {"connectorId": 1, "duration": 600, "chargingRateUnit": "A"})
    schedule = {
        "duration": 600,
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [
            {"startPeriod": start, "limit": limit} for start, limit in periods
        ],
    }
    answer = {
        "connectorId": 1,
        "scheduleStart": "2026-11-03T08:10:00Z",
        "chargingSchedule": schedule,
    }
    answer = {key: value for key, value in (answer | more).items() if value is not None}
    talk.answer({"status": "Accepted", "connectorId": 1} | answer)


@pytest.mark.parametrize(
    ("periods", "more"),
    [
        (((1, 10),), {}),
        (((0, 10), (9, 8), (9, 7)), {}),
        (((0, 10),), {"unit": "W"}),
        (((0, 10),), {"scheduleStart": None}),
        ((), {"chargingSchedule": None}),
    ],
)
def test_a_composite_schedule_has_a_shape(periods: Any, more: Json) -> None:
    talk = booted()
    told(talk, *periods, **more)
    assert talk.only("composite.shape").at_fault == "charger"


def test_a_composite_schedule_is_what_the_profiles_come_to() -> None:
    # From 08:00, seen from 08:10 on: 10 A until 08:15, then 20 A.
    what = profile((0, 10), (900, 20))
    for periods, is_right in (
        (((0, 10), (300, 20)), True),
        (((0, 10), (303, 20)), True),
        (((0, 10), (300, 16)), True),  # the hardware may allow no more
        (((0, 12), (300, 20)), False),
        (((0, 8), (300, 20)), False),
        (((0, 10), (300, 25)), False),
    ):
        for is_cleared in (True, False):
            talk = booted(is_cleared=is_cleared)
            is_set(talk, what)
            told(talk, *periods)
            is_found = is_cleared and not is_right
            assert talk.found() == (["composite.differs"] if is_found else []), periods


def measured(talk: Talk, **amounts: float) -> None:
    """Sampled values, such as Current_Import_L1=16."""
    values = []
    for name, amount in amounts.items():
        words = name.split("_")
        phase = {"phase": words.pop()} if words[-1].startswith("L") else {}
        values.append({"measurand": ".".join(words), "value": f"{amount}", **phase})
    meter = {"timestamp": talk.time, "sampledValue": values}
    talk.tell("MeterValues", {"connectorId": 1, "transactionId": 7, "meterValue": [meter]})


@pytest.mark.parametrize(
    ("amounts", "found"),
    [
        ({"Current_Import_L1": 10.5}, []),
        ({"Current_Import_L1": 16}, ["limit.exceeded"]),
        ({"Current_Import": 28}, []),
        ({"Current_Import": 40}, ["limit.exceeded"]),
        ({"Current_Offered": 16}, ["limit.not_offered"]),
        ({"Power_Active_Import": 11000}, []),
    ],
)
def test_what_flows_keeps_to_the_limit(amounts: Json, found: list[str]) -> None:
    for is_cleared in (True, False):
        talk = booted(is_cleared=is_cleared)
        is_set(talk, profile((0, 10)))
        talk.started()
        talk.wait(60)
        measured(talk, **amounts)
        assert talk.found() == (found if is_cleared else [])


def test_a_limit_that_has_just_come_is_not_exceeded() -> None:
    talk = booted(is_cleared=True)
    talk.started()
    talk.wait(60)
    is_set(talk, profile((0, 10)))
    talk.wait(10)
    measured(talk, Current_Import_L1=32)
    assert talk.found() == []
    talk.wait(40)
    measured(talk, Current_Import_L1=32)
    assert talk.found() == ["limit.exceeded"]


def test_where_nothing_is_offered_the_status_says_so() -> None:
    for told_status in ("Charging", "SuspendedEVSE"):
        talk = booted(is_cleared=True)
        talk.started()
        is_set(talk, profile((0, 0)))
        if told_status != "Charging":
            talk.tell("StatusNotification", status(1, told_status))
        talk.wait(60)
        measured(talk, Current_Import_L1=0)
        is_noted = told_status == "Charging"
        assert ("limit.zero_status" in talk.noted()) is is_noted


@pytest.mark.parametrize(
    ("purpose", "is_begun_by_csms", "found"),
    [("Tx", False, ["limit.exceeded"]), ("TxDefault", False, []), ("Tx", True, [])],
)
def test_what_was_installed_before_the_log_cannot_lift_the_limit_of_a_transaction(
    purpose: str, is_begun_by_csms: bool, found: list[str]
) -> None:
    """S 3.13.3: of the TxProfiles of a transaction that began here, none came before."""
    talk = booted()
    if is_begun_by_csms:
        own = profile((0, 32), purpose="Tx", chargingProfileId=2, stackLevel=3)
        payload = {"connectorId": 1, "idTag": "TAG-1", "chargingProfile": own}
        talk.ask("RemoteStartTransaction", payload, {"status": "Accepted"})
    talk.started()
    transaction: Json = {"transactionId": 7} if purpose == "Tx" else {}
    is_set(talk, profile((0, 6), purpose=purpose, **transaction))
    talk.wait(60)
    measured(talk, Current_Import_L1=16.2, Current_Import_L2=16.2, Current_Import_L3=16.2)
    assert talk.found() == found
