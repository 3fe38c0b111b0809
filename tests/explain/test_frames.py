"""Rules of frames before their payload matters."""

from __future__ import annotations

import json

import pytest

from cp_tui.explain.finding import Severity
from cp_tui.traces.record import DirectionFrom, FrameDirection, ParsedFrame, RecordKind
from tests.explain.talk import Talk

FROM_CHARGE_POINT = FrameDirection.TO_CSMS
FROM_CSMS = FrameDirection.TO_CHARGE_POINT


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ('[2,"1","Heartbeat",{]', "frame.not_json"),
        ('{"a":1}', "frame.shape"),
        ('["2","1","Heartbeat",{}]', "frame.shape"),
        ('[2,"1","DataTransfer"]', "frame.shape"),
        ('[3,"1",{},{}]', "frame.shape"),
        ('[4,"1","InternalError",""]', "frame.shape"),
        ('[7,"1",{}]', "frame.unknown_type"),
        ('[2,17,"DataTransfer",{"vendorId":"x"}]', "frame.id_not_text"),
        (f'[2,"{"x" * 37}","DataTransfer",{{"vendorId":"x"}}]', "frame.id_too_long"),
    ],
)
def test_what_is_no_frame_of_ocpp_is_a_fault_of_who_sent_it(text: str, id: str) -> None:
    for direction, party in ((FROM_CHARGE_POINT, "charger"), (FROM_CSMS, "csms")):
        talk = Talk()
        talk.booted()
        talk.text(text, direction)
        assert talk.only(id).at_fault == party


def test_a_frame_that_the_log_has_cut_off_or_written_anew_is_nobody_s_fault() -> None:
    talk = Talk()
    talk.booted()
    talk.text('[2,"1","Heartb', FROM_CHARGE_POINT, is_truncated=True)
    talk.text('[2,17,"Heartbeat",{}]', FROM_CHARGE_POINT, is_raw_exact=False)
    talk.text("{]", FROM_CHARGE_POINT, is_raw_exact=False)
    assert talk.found() == []


def test_a_log_that_is_broken_throughout_blames_nobody() -> None:
    talk = Talk()
    for _ in range(12):
        talk.text("[2 1 Heartbeat {}]", FROM_CHARGE_POINT)
    assert talk.found() == []


def test_an_id_is_used_once_but_a_repetition_keeps_it() -> None:
    talk = Talk()
    talk.booted()
    talk.charge_point("Heartbeat", id="one")
    talk.answer({"currentTime": talk.time})
    talk.charge_point("Heartbeat", id="one")
    talk.answer({"currentTime": talk.time})
    talk.ask("ClearCache", None, {"status": "Accepted"})
    # The other side has ids of its own.
    talk.csms("ClearCache", id="one")
    talk.answer({"status": "Accepted"})
    assert talk.found() == []
    talk.charge_point("Authorize", {"idTag": "A"}, id="one")
    talk.answer({"idTagInfo": {"status": "Accepted"}})
    finding = talk.only("frame.id_reused")
    assert [frame.number for frame in finding.frames] == [15, 7]
    assert "line 7" in finding.text


def test_ids_that_are_counted_anew_in_a_log_without_the_boot_are_a_note() -> None:
    talk = Talk()
    for action in ("Heartbeat", "StatusNotification"):
        payload = {} if action == "Heartbeat" else talk_status()
        talk.charge_point(action, payload, id="1")
        talk.answer({"currentTime": talk.time} if not payload else {})
        talk.wait(1000)
    assert talk.only("frame.id_reused").severity is Severity.NOTE


def talk_status() -> dict[str, object]:
    return {"connectorId": 0, "status": "Available", "errorCode": "NoError"}


def test_who_may_send_an_action_is_judged_where_the_log_says_who_did() -> None:
    talk = Talk()
    talk.booted()
    talk.charge_point("ClearCache")
    talk.answer({"status": "Accepted"})
    finding = talk.only("direction.wrong_side")
    assert (finding.at_fault, "only the CSMS" in finding.text) == ("charger", True)
    guessed = Talk()
    guessed.booted()
    guessed.charge_point("ClearCache", direction_from=DirectionFrom.ACTION)
    guessed.answer({"status": "Accepted"})
    guessed.tell("DataTransfer", {"vendorId": "x"}, {"status": "Accepted"})
    guessed.ask("DataTransfer", {"vendorId": "x"}, {"status": "Accepted"})
    assert guessed.found() == []


def test_codes_of_errors_are_those_of_the_list_and_fit() -> None:
    talk = Talk()
    talk.booted()
    for code in ("OccurrenceConstraintViolation", "FormatViolation", "GenericError"):
        talk.csms("GetConfiguration", {"key": 7})
        talk.error(code)
    talk.csms("ReserveNow", {})
    talk.error("NotSupported")
    assert "callerror.unknown_code" not in talk.found()
    assert "callerror.unfit_code" not in talk.noted()
    talk.ask("ClearCache", None, {"status": "Accepted"})
    for code in ("Oops", "NotImplemented", "NotSupported"):
        talk.csms("ClearCache")
        talk.error(code)
    assert talk.found().count("callerror.unknown_code") == 1
    [unfit] = [each for each in talk.findings(Severity.NOTE) if each.id == "callerror.unfit_code"]
    assert (unfit.count, unfit.at_fault) == (2, "charger")


def test_a_frame_that_a_person_made_wrong_on_purpose_is_a_note() -> None:
    talk = Talk()
    talk.booted()
    raw = json.dumps([2, "x", "Nothing", {}])
    talk._record(
        RecordKind.CALL,
        FROM_CHARGE_POINT,
        raw,
        ParsedFrame(2, "x", "Nothing", {}, elements=(2, "x", "Nothing", {})),
        {"is_injected": True},
    )
    assert talk.only("schema.unknown_action").severity is Severity.NOTE
