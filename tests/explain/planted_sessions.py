"""Faults of status, tags, transactions, keys, profiles and lists, to be planted."""

from __future__ import annotations

from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from tests.explain.planting import (
    DOWN,
    STATUS,
    UP,
    Kinds,
    Log,
    answered,
    begun,
    change,
    payload,
    samples_of,
)

KINDS = Kinds()
kind = KINDS.made


@kind("status.illegal_transition")
def straight_to_finishing(log: Log) -> bool:
    before: dict[int, str] = {}
    for call in log.calls(STATUS):
        told = payload(call)
        if before.get(told["connectorId"]) == "Available" and told["status"] == "Preparing":
            told["status"] = "Finishing"
            return True
        before[told["connectorId"]] = told["status"]
    return False


@kind("status.connector_zero")
def connector_0_charges(log: Log) -> bool:
    return change(log.any(STATUS, connectorId=0), status="Charging")


@kind("status.ev_communication_error")
def communication_error_while_available(log: Log) -> bool:
    return change(log.any(STATUS, status="Available"), errorCode="EVCommunicationError")


@kind("status.faulted_without_error")
def faulted_without_error(log: Log) -> bool:
    return change(log.any(STATUS, connectorId=1), status="Faulted", errorCode="NoError")


@kind("auth.start_after_refusal")
def start_of_a_refused_tag(log: Log) -> bool:
    for call in log.calls("Authorize"):
        following = next(iter(each for each in log.between(call) if each["way"] == UP), None)
        behind = [each for each in log.between(call) if each["elements"][0] == 2]
        start = next((each for each in behind if each["elements"][2] == "StartTransaction"), None)
        if following and start and payload(start)["idTag"] == payload(call)["idTag"]:
            payload(log.answer(call))["idTagInfo"] = {"status": "Blocked"}
            return True
    return False


@kind("tx.meter_stop_below_start")
def meter_stop_below_start(log: Log) -> bool:
    found = begun(log)
    if found is None:
        return False
    start, stop = found
    payload(start)["meterStart"] = payload(stop)["meterStop"] + 1_000
    return True


@kind("tx.wrong_id", "tx.stop_without_start")
def stop_of_another_transaction(log: Log) -> bool:
    return change(log.any("StopTransaction"), transactionId=987_654)


@kind("tx.wrong_id")
def values_of_another_transaction(log: Log) -> bool:
    calls = [call for call in log.calls("MeterValues") if "transactionId" in payload(call)]
    return bool(calls) and change(log.random.choice(calls), transactionId=987_654)


@kind("tx.register_falls")
def register_falls(log: Log) -> bool:
    for start in log.calls("StartTransaction"):
        id_ = payload(log.answer(start)).get("transactionId")
        calls = log.calls("MeterValues", transactionId=id_)
        for call in calls[2:]:
            for each in samples_of(call):
                if each.get("measurand") == "Energy.Active.Import.Register":
                    each["value"] = "1"
                    return True
    return False


@kind("tx.time_backwards")
def stop_before_start(log: Log) -> bool:
    found = begun(log)
    if found is None:
        return False
    start, stop = found
    payload(start)["timestamp"], payload(stop)["timestamp"] = (
        payload(stop)["timestamp"],
        payload(start)["timestamp"],
    )
    return True


@kind("tx.not_stopped", "remote.stop_without_result")
def never_stopped(log: Log) -> bool:
    found = begun(log)
    if found is None:
        return False
    log.remove(found[1])
    return True


@kind("tx.id_given_twice", "tx.parallel", party="csms")
def one_id_for_two(log: Log) -> bool:
    starts = [
        start
        for start in log.calls("StartTransaction")
        if "transactionId" in payload(log.answer(start))
    ]
    if not starts:
        return False
    start = log.random.choice(starts)
    answer = log.answer(start)
    other = 3 - payload(start)["connectorId"]
    again = {**payload(start), "connectorId": other, "idTag": "TAG-9"}
    log.exchange(answer, UP, "Authorize", {"idTag": "TAG-9"}, {"idTagInfo": {"status": "Accepted"}})
    log.exchange(answer, UP, "StartTransaction", again, payload(answer))
    return True


@kind("tx.reason_mismatch")
def remote_stop_without_reason(log: Log) -> bool:
    stops = log.calls("StopTransaction", reason="Remote")
    return bool(stops) and change(log.random.choice(stops), reason="EVDisconnected")


@kind("retry.after_answer")
def sent_again_after_the_answer(log: Log) -> bool:
    stop = log.any("StopTransaction")
    if stop is None:
        return False
    answer = log.answer(stop)
    log.exchange(answer, UP, "StopTransaction", payload(stop), {})
    return True


@kind("retry.content_changed")
def another_meter_stop_in_the_retry(log: Log) -> bool:
    stop = log.any("StopTransaction")
    if stop is None:
        return False
    answer = log.answer(stop)
    again = {**payload(stop), "meterStop": payload(stop)["meterStop"] + 7}
    answer["elements"] = [4, stop["elements"][1], "InternalError", "", {}]
    log.exchange(answer, UP, "StopTransaction", again, {})
    return True


@kind("config.accepted_not_applied")
def value_stays(log: Log) -> bool:
    for changed in log.calls("ChangeConfiguration"):
        if payload(log.answer(changed)).get("status") != "Accepted":
            continue
        key = payload(changed)["key"]
        asked = [e for e in log.between(changed) if e["elements"][2:3] == ["GetConfiguration"]]
        for each in asked[:1]:
            for told in payload(log.answer(each)).get("configurationKey", []):
                if told["key"] == key:
                    told["value"] = "7777"
                    return True
    return False


@kind("config.key_not_answered")
def key_not_answered(log: Log) -> bool:
    asked = [call for call in log.calls("GetConfiguration") if payload(call).get("key")]
    if not asked:
        return False
    answer = payload(log.answer(log.random.choice(asked)))
    answer.pop("configurationKey", None)
    answer.pop("unknownKey", None)
    return True


@kind("config.read_only_accepted")
def read_only_key_changed(log: Log) -> bool:
    lists = [call for call in log.calls("GetConfiguration") if not payload(call).get("key")]
    if not lists:
        return False
    change = {"key": "NumberOfConnectors", "value": "9"}
    answer = log.answer(log.random.choice(lists))
    log.exchange(answer, DOWN, "ChangeConfiguration", change, {"status": "Accepted"})
    return True


@kind("profile.wrongly_accepted")
def profile_of_nobody_accepted(log: Log) -> bool:
    profile = {
        "chargingProfileId": 99,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "transactionId": 4_711,
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
        },
    }
    # At the end nothing runs, and the log has said so.
    log.exchange(
        log.frames[-1],
        DOWN,
        "SetChargingProfile",
        {"connectorId": 1, "csChargingProfiles": profile},
        {"status": "Accepted"},
    )
    return True


@kind("composite.shape")
def schedule_does_not_begin_at_0(log: Log) -> bool:
    call = answered(log, "GetCompositeSchedule", "Accepted")
    if call is None:
        return False
    schedule = payload(log.answer(call))["chargingSchedule"]
    schedule["chargingSchedulePeriod"][0]["startPeriod"] = 30
    return True


@kind("list.version_wrong")
def version_of_another_list(log: Log) -> bool:
    update = answered(log, "SendLocalList", "Accepted")
    if update is None:
        return False
    asked = [e for e in log.between(update) if e["elements"][2:3] == ["GetLocalListVersion"]]
    return bool(asked) and change(log.answer(asked[0]), listVersion=1_234)


@kind("list.version_illegal", party="csms")
def version_0(log: Log) -> bool:
    return change(log.any("SendLocalList"), listVersion=0)


@kind("reservation.cancel_mismatch")
def cancel_refused(log: Log) -> bool:
    call = answered(log, "CancelReservation", "Accepted")
    return call is not None and change(log.answer(call), status="Rejected")


@kind("trigger.no_message")
def trigger_without_message(log: Log) -> bool:
    end = later(log.frames[-1]["at"], -60)
    for call in log.calls("TriggerMessage", requestedMessage="Heartbeat"):
        if call["at"] < end:
            log.remove(next(e for e in log.between(call) if e["elements"][2:3] == ["Heartbeat"]))
            return True
    return False


@kind("availability.not_applied")
def change_of_availability_does_not_show(log: Log) -> bool:
    call = answered(log, "ChangeAvailability", "Accepted")
    if call is None:
        return False
    for told in log.between(call):
        if told["elements"][2:3] == [STATUS] and payload(told)["connectorId"] == 2:
            log.remove(told)
            return True
    return False


@kind("reset.no_boot")
def no_boot_after_a_reset(log: Log) -> bool:
    reset = answered(log, "Reset", "Accepted")
    if reset is None:
        return False
    answer = log.answer(reset)
    del log.frames[log.frames.index(answer) + 1 :]
    for _ in range(2):
        log.exchange(answer, UP, "Heartbeat", {}, {"currentTime": format_date_time(answer["at"])})
        log.shift(log.frames.index(answer) + 1, 650)
    return True


@kind("security.key_returned")
def key_told(log: Log) -> bool:
    call = log.any("GetConfiguration")
    if call is None:
        return False
    told = {"key": "AuthorizationKey", "readonly": False, "value": "0123456789abcdef"}
    payload(log.answer(call)).setdefault("configurationKey", []).append(told)
    return True


@kind("remote.start_connector_zero", party="csms")
def start_on_connector_0(log: Log) -> bool:
    return change(log.any("RemoteStartTransaction"), connectorId=0)


@kind("diagnostics.sequence")
def upload_ends_before_it_begins(log: Log) -> bool:
    began = log.any("DiagnosticsStatusNotification", status="Uploading")
    if began is None:
        return False
    log.remove(began)
    return True
