"""The requests that the model CSMS sends, valid ones and wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.simulation.csms import TAGS, Book

Request = tuple[str, dict[str, Any]]
Kind = Callable[[Random, Book], Request]

MALFORMED: tuple[str | bytes, ...] = (
    "",
    "[]",
    "nonsense",
    "[2]",
    '[2,"x"]',
    '[2,"x","Reset"]',
    '[2,"x","Reset",{}]',
    '[2,"x","Reset",{"type":7}]',
    '[2,"x","NoSuchAction",{}]',
    '[2,"x","Heartbeat",{}]',
    '[2,"","ClearCache",{}]',
    '[2,7,"ClearCache",{}]',
    '[2,"' + "y" * 40 + '","ClearCache",{}]',
    '[2,"x","RemoteStartTransaction",{"idTag":"' + "T" * 21 + '"}]',
    '[3,"nobody-asked",{}]',
    '[4,"nobody-asked","GenericError","",{}]',
    "[5]",
    '{"a":1}',
    '[3,"x",[]]',
    b"\xff\xfe",
    "[" * 5_000,
)

ENDS = (
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-14:00",
)
"""Instants at the ends of the calendar, and beyond."""
SPANS = (0, 1, 2**31 - 1, 2**31, 10**12, 2**53 - 1)
"""Durations in s that reach beyond it."""

CHANGES = (
    ("HeartbeatInterval", ("10", "600", "0", "-1", "99999999999", "x")),
    ("MeterValueSampleInterval", ("0", "30", "600", "2147483647", "99999999999999")),
    ("ClockAlignedDataInterval", ("0", "300", "900", "86400", "86401")),
    ("MinimumStatusDuration", ("0", "10", "2147483647")),
    ("ConnectionTimeOut", ("0", "20", "60", "2147483647")),
    ("MessageTimeout", ("10", "20")),
    ("TransactionMessageAttempts", ("1", "2", "5", "0")),
    ("TransactionMessageRetryInterval", ("0", "5", "60")),
    ("StopTransactionOnInvalidId", ("true", "false")),
    ("StopTransactionOnEVSideDisconnect", ("true", "false")),
    ("UnlockConnectorOnEVSideDisconnect", ("true", "false")),
    ("MaxEnergyOnInvalidId", ("0", "100", "2147483647")),
    ("LocalPreAuthorize", ("true", "false")),
    ("AuthorizeRemoteTxRequests", ("true", "false")),
    ("AuthorizationCacheEnabled", ("true", "false")),
    ("MeterValuesSampledData", ("", "Energy.Active.Import.Register,SoC", "Rubbish")),
    ("StopTxnSampledData", ("", "Energy.Active.Import.Register,Power.Active.Import")),
    ("StopTxnAlignedData", ("", "Energy.Active.Import.Register")),
    ("NumberOfConnectors", ("7",)),
    ("NoSuchKey", ("1",)),
)


def remote_start(random: Random, book: Book) -> Request:
    payload: dict[str, Any] = {"idTag": random.choice(TAGS)}
    if random.random() < 0.8:
        payload["connectorId"] = random.choice((0, 1, 1, 2, 2, 3, 9))
    if random.random() < 0.2:
        payload["chargingProfile"] = _profile(random, "TxProfile")
    return "RemoteStartTransaction", payload


def remote_stop(random: Random, book: Book) -> Request:
    known = [*book.transactions, -1, 0]
    return "RemoteStopTransaction", {"transactionId": random.choice(known)}


def change_availability(random: Random, book: Book) -> Request:
    kind = random.choice(("Operative", "Operative", "Inoperative"))
    return "ChangeAvailability", {"connectorId": random.choice((0, 1, 2, 3)), "type": kind}


def unlock(random: Random, book: Book) -> Request:
    return "UnlockConnector", {"connectorId": random.choice((0, 1, 2, 3))}


def trigger(random: Random, book: Book) -> Request:
    messages = (
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "MeterValues",
        "StatusNotification",
    )
    payload: dict[str, Any] = {"requestedMessage": random.choice(messages)}
    if random.random() < 0.5:
        payload["connectorId"] = random.choice((0, 1, 2, 9))
    return "TriggerMessage", payload


def trigger_extended(random: Random, book: Book) -> Request:
    messages = ("LogStatusNotification", "SignChargePointCertificate", "Heartbeat", "MeterValues")
    return "ExtendedTriggerMessage", {"requestedMessage": random.choice(messages)}


def data_transfer(random: Random, book: Book) -> Request:
    return "DataTransfer", {"vendorId": "com.example", "data": "x" * random.choice((0, 10, 5_000))}


def get_configuration(random: Random, book: Book) -> Request:
    asked: tuple[dict[str, Any], ...] = ({}, {"key": []}, {"key": ["heartbeatinterval", "Nothing"]})
    return "GetConfiguration", random.choice(asked)


def clear_cache(random: Random, book: Book) -> Request:
    return "ClearCache", {}


def change_configuration(random: Random, book: Book) -> Request:
    key, values = random.choice(CHANGES)
    return "ChangeConfiguration", {"key": key, "value": random.choice(values)}


def reset(random: Random, book: Book) -> Request:
    return "Reset", {"type": random.choice(("Hard", "Soft", "Soft"))}


def set_profile(random: Random, book: Book) -> Request:
    purpose = random.choice(("TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"))
    return "SetChargingProfile", {
        "connectorId": random.choice((0, 0, 1, 2)),
        "csChargingProfiles": _profile(random, purpose),
    }


def clear_profile(random: Random, book: Book) -> Request:
    criteria: tuple[dict[str, Any], ...] = ({}, {"id": 3}, {"connectorId": 1}, {"stackLevel": 1})
    return "ClearChargingProfile", random.choice(criteria)


def composite_schedule(random: Random, book: Book) -> Request:
    connector_id = random.choice((0, 1, 2))
    return "GetCompositeSchedule", {"connectorId": connector_id, "duration": 7_200}


def _profile(random: Random, purpose: str) -> dict[str, Any]:
    kind = random.choice(("Absolute", "Relative", "Recurring"))
    schedule: dict[str, Any] = {
        "chargingRateUnit": random.choice(("A", "W")),
        "chargingSchedulePeriod": [
            {"startPeriod": start, "limit": random.choice((0.0, 4.0, 10.0, 3_000.0))}
            for start in (0, 600, 3_600)[: random.choice((1, 2, 3))]
        ],
    }
    if kind != "Relative":
        schedule["startSchedule"] = f"2026-01-05T{random.choice((7, 8, 9, 12)):02d}:00:00Z"
    if random.random() < 0.5:
        schedule["duration"] = random.choice((900, 7_200))
    profile: dict[str, Any] = {
        "chargingProfileId": random.randrange(6),
        "stackLevel": random.randrange(3),
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule,
    }
    if kind == "Recurring":
        profile["recurrencyKind"] = random.choice(("Daily", "Weekly"))
    if random.random() < 0.2:
        profile["validTo"] = f"2026-01-05T{random.choice((9, 11, 20)):02d}:00:00Z"
    return profile


def reserve(random: Random, book: Book) -> Request:
    return "ReserveNow", {
        "connectorId": random.choice((0, 1, 2)),
        "expiryDate": f"2026-01-05T{random.choice((8, 9, 12, 20)):02d}:30:00Z",
        "idTag": random.choice(TAGS),
        "reservationId": random.randrange(4),
    }


def cancel_reservation(random: Random, book: Book) -> Request:
    return "CancelReservation", {"reservationId": random.randrange(4)}


def send_local_list(random: Random, book: Book) -> Request:
    status = random.choice(("Accepted", "Blocked"))
    entries = [{"idTag": tag, "idTagInfo": {"status": status}} for tag in ("GUEST", "TAG-B")]
    return "SendLocalList", {
        "listVersion": random.randrange(1, 9),
        "updateType": random.choice(("Full", "Differential")),
        "localAuthorizationList": random.choice((entries, entries[:1], [])),
    }


def local_list_version(random: Random, book: Book) -> Request:
    return "GetLocalListVersion", {}


def profile_of_all_time(random: Random, book: Book) -> Request:
    action, payload = set_profile(random, book)
    profile = payload["csChargingProfiles"]
    schedule = profile["chargingSchedule"]
    if random.random() < 0.4:
        profile["validTo"] = random.choice(ENDS)
    if random.random() < 0.4:
        profile["validFrom"] = random.choice(ENDS)
    if random.random() < 0.4:
        schedule["duration"] = random.choice(SPANS)
    if random.random() < 0.4 and "startSchedule" in schedule:
        schedule["startSchedule"] = random.choice(ENDS)
    if random.random() < 0.4:
        period = {"startPeriod": random.choice(SPANS[1:]), "limit": 12.0}
        schedule["chargingSchedulePeriod"] = [schedule["chargingSchedulePeriod"][0], period]
    return action, payload


def reserve_for_ever(random: Random, book: Book) -> Request:
    action, payload = reserve(random, book)
    return action, {**payload, "expiryDate": random.choice(ENDS)}


def list_for_ever(random: Random, book: Book) -> Request:
    action, payload = send_local_list(random, book)
    for entry in payload["localAuthorizationList"]:
        entry["idTagInfo"]["expiryDate"] = random.choice(ENDS)
    return action, payload


def long_composite_schedule(random: Random, book: Book) -> Request:
    connector_id = random.choice((0, 1, 2))
    payload = {"connectorId": connector_id, "duration": random.choice(SPANS)}
    return "GetCompositeSchedule", payload


def remote_start_for_ever(random: Random, book: Book) -> Request:
    _, profile = profile_of_all_time(random, book)
    wanted = {**profile["csChargingProfiles"], "chargingProfilePurpose": "TxProfile"}
    connector_id = random.choice((1, 2))
    payload = {"idTag": random.choice(TAGS), "connectorId": connector_id}
    return "RemoteStartTransaction", {**payload, "chargingProfile": wanted}


CALENDAR_ENDS: list[Kind] = [
    profile_of_all_time,
    profile_of_all_time,
    reserve_for_ever,
    list_for_ever,
    long_composite_schedule,
    remote_start_for_ever,
]

REQUESTS: list[Kind] = [
    remote_start,
    remote_start,
    remote_start,
    remote_stop,
    remote_stop,
    change_availability,
    unlock,
    trigger,
    trigger,
    trigger_extended,
    data_transfer,
    get_configuration,
    clear_cache,
    reserve,
    cancel_reservation,
    send_local_list,
    local_list_version,
]
PROFILES: list[Kind] = [set_profile, set_profile, clear_profile, composite_schedule]
