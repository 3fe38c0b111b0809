"""Faults of frames, payloads, answers and registrations, to be planted."""

from __future__ import annotations

import copy

from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from tests.explain.days import LogFrame
from tests.explain.planting import DOWN, STATUS, UP, Kinds, Log, change, payload, samples_of

KINDS = Kinds()
kind = KINDS.made


@kind("frame.id_reused")
def id_of_an_earlier_call(log: Log) -> bool:
    calls = [call for call in log.calls() if call["way"] == UP]
    earlier = log.random.choice(calls[:5])
    call = next(each for each in calls[6:] if each["elements"][2:] != earlier["elements"][2:])
    answer = log.answer(call)
    call["elements"][1] = answer["elements"][1] = earlier["elements"][1]
    return True


@kind("frame.id_too_long", party="csms")
def id_too_long(log: Log) -> bool:
    call = log.random.choice([each for each in log.calls() if each["way"] == DOWN])
    answer = log.answer(call)
    call["elements"][1] = answer["elements"][1] = "x" * 37
    return True


@kind("frame.unknown_type", party="csms")
def unknown_type(log: Log) -> bool:
    log.put(log.random.choice(log.frames[5:]), DOWN, [5, "send", {}])
    return True


@kind("frame.id_not_text")
def id_not_text(log: Log) -> bool:
    log.put(log.random.choice(log.frames[5:-1]), UP, [2, 17, "Heartbeat", {}])
    return True


@kind("frame.shape", party="csms")
def four_elements_in_an_answer(log: Log) -> bool:
    call = log.any("MeterValues")
    if call is None:
        return False
    log.answer(call)["elements"].append({})
    return True


@kind("schema.unknown_action", party="csms")
def unknown_action(log: Log) -> bool:
    call = log.random.choice([each for each in log.calls() if each["way"] == DOWN])
    call["elements"][2] += "s"
    return True


@kind("schema.missing_field")
def missing_field(log: Log) -> bool:
    call = log.any(STATUS)
    if call is None:
        return False
    del payload(call)["errorCode"]
    return True


@kind("schema.missing_field", party="csms")
def answer_without_time(log: Log) -> bool:
    call = log.any("Heartbeat")
    if call is None:
        return False
    payload(log.answer(call)).clear()
    return True


@kind("schema.unknown_field")
def unknown_field(log: Log) -> bool:
    return change(log.any("MeterValues"), evseId=1)


@kind("schema.wrong_type")
def number_as_text(log: Log) -> bool:
    return change(log.any(STATUS), connectorId="1")


@kind("schema.too_long", party="csms")
def tag_too_long(log: Log) -> bool:
    return change(log.any("RemoteStartTransaction"), idTag="x" * 21)


@kind("schema.not_in_enum")
def unknown_status(log: Log) -> bool:
    return change(log.any(STATUS), status="Occupied")


@kind("schema.null_value")
def null(log: Log) -> bool:
    return change(log.any("StopTransaction"), idTag=None)


@kind("schema.bad_time")
def no_time(log: Log) -> bool:
    return change(log.any("StartTransaction"), timestamp="05/01/2026 10:00")


@kind("schema.time_without_zone")
def time_without_zone(log: Log) -> bool:
    call = log.any("StopTransaction")
    return call is not None and change(call, timestamp=payload(call)["timestamp"].rstrip("Z"))


@kind("schema.out_of_range")
def meter_below_zero(log: Log) -> bool:
    return change(log.any("StartTransaction"), meterStart=-5)


@kind("schema.value_not_decimal")
def value_with_exponent(log: Log) -> bool:
    call = log.any("MeterValues")
    if call is None:
        return False
    samples_of(call)[0]["value"] = "2e+01"
    return True


@kind("schema.list_count")
def no_values(log: Log) -> bool:
    return change(log.any("MeterValues"), meterValue=[])


@kind("direction.wrong_side", party="csms")
def from_the_wrong_side(log: Log) -> bool:
    call = log.any(STATUS)
    if call is None:
        return False
    answer = log.answer(call)
    call["way"], answer["way"] = DOWN, UP
    return True


@kind("callerror.unknown_code", party="csms")
def unknown_code(log: Log) -> bool:
    call = log.any("MeterValues")
    if call is None:
        return False
    log.answer(call)["elements"] = [4, call["elements"][1], "NotToday", "", {}]
    return True


@kind("call.unanswered", party="csms")
def no_answer(log: Log) -> bool:
    calls = [
        call for call in log.calls("MeterValues") if call["at"] < later(log.frames[-1]["at"], -90)
    ]
    if not calls:
        return False
    log.frames.remove(log.answer(log.random.choice(calls)))
    return True


@kind("call.answered_twice")
def two_answers(log: Log) -> bool:
    answers = [each for each in log.frames if each["elements"][0] == 3 and each["way"] == UP]
    answer = log.random.choice(answers)
    log.put(answer, UP, copy.deepcopy(answer["elements"]))
    return True


@kind("call.two_outstanding")
def two_calls_at_once(log: Log) -> bool:
    call = log.any("MeterValues")
    if call is None:
        return False
    log.put(call, UP, [2, "second", "DataTransfer", {"vendorId": "Northwind"}])
    log.put(log.answer(call), DOWN, [3, "second", {"status": "UnknownVendorId"}])
    return True


@kind("call.answer_late", party="csms")
def answer_after_40_s(log: Log) -> bool:
    call = log.any("MeterValues")
    if call is None:
        return False
    log.shift(log.frames.index(log.answer(call)), 40)
    return True


def _boot(log: Log, status: str, interval: int, seconds: float) -> LogFrame:
    """Put a BootNotification before all others, so many seconds before; give its answer."""
    call = copy.deepcopy(log.frames[0])
    answer = copy.deepcopy(log.answer(log.frames[0]))
    for frame in (call, answer):
        frame["elements"][1] = "first-boot"
        frame["at"] = later(frame["at"], -seconds)
    payload(answer).update(
        status=status, interval=interval, currentTime=format_date_time(answer["at"])
    )
    log.frames[:0] = [call, answer]
    return answer


@kind("boot.call_before_accepted")
def status_before_the_boot_is_answered(log: Log) -> bool:
    boot = log.frames[0]
    notice = {"connectorId": 0, "status": "Available", "errorCode": "NoError"}
    log.put(boot, UP, [2, "hasty", STATUS, notice])
    log.put(log.answer(boot), DOWN, [3, "hasty", {}])
    return True


@kind("boot.call_while_pending")
def call_while_pending(log: Log) -> bool:
    answer = _boot(log, "Pending", 60, 70)
    notice = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}
    log.exchange(answer, UP, STATUS, notice, {})
    return True


@kind("boot.retry_too_early")
def boot_again_too_early(log: Log) -> bool:
    _boot(log, log.random.choice(("Pending", "Rejected")), 300, 20)
    return True


@kind("boot.csms_call_while_rejected", party="csms")
def csms_speaks_after_rejecting(log: Log) -> bool:
    log.put(_boot(log, "Rejected", 60, 70), DOWN, [2, "x", "ClearCache", {}])
    return True


@kind("boot.remote_start_before_accepted", party="csms")
def start_while_pending(log: Log) -> bool:
    answer = _boot(log, "Pending", 60, 70)
    start = {"connectorId": 1, "idTag": "TAG-1"}
    log.exchange(answer, DOWN, "RemoteStartTransaction", start, {"status": "Rejected"})
    return True


@kind("boot.status_missing")
def no_status_of_connector_0(log: Log) -> bool:
    for call in log.calls(STATUS, connectorId=0):
        log.remove(call)
    return True


@kind("boot.loop")
def boots_in_a_loop(log: Log) -> bool:
    boot = log.frames[:2]
    for number in range(3):
        again = copy.deepcopy(boot)
        for frame in again:
            frame["elements"][1] = f"loop-{number}"
            frame["at"] = later(frame["at"], -30 * (number + 1))
        log.frames[:0] = again
    return True


@kind("heartbeat.missing")
def silence(log: Log) -> bool:
    interval = payload(log.answer(log.frames[0]))["interval"]
    if not log.calls("Heartbeat"):
        return False
    last = log.frames[-1]
    log.exchange(
        last,
        UP,
        "Heartbeat",
        {},
        {"currentTime": format_date_time(later(last["at"], 2 * interval))},
    )
    log.shift(len(log.frames) - 2, 2 * interval)
    return True
