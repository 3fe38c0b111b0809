"""GetDiagnostics in virtual time: tries, replacement, power cuts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import force_setattr

from cp_tui.charge_point.effects import Upload
from cp_tui.charge_point.variables import DiagnosticsState, DiagnosticsView
from tests.charge_point.rig import Rig, rig

LOCATION = "ftp://user:geheim@logs.example/in"


def ask(made: Rig, **payload: Any) -> str:
    answer = made.request("GetDiagnostics", {"location": LOCATION, **payload})
    name: str = answer[2]["fileName"]
    return name


def statuses(made: Rig) -> list[str]:
    return [payload["status"] for payload in made.calls("DiagnosticsStatusNotification")]


def shown(made: Rig) -> DiagnosticsView:
    value = made.variables["diagnostics"]
    assert isinstance(value, DiagnosticsView)
    return value


def slow(made: Rig) -> None:
    """Have transfers go on until the test ends them."""
    made.carrier = lambda _: None


def test_before_anything_was_asked_it_is_idle() -> None:
    assert shown(rig()) == DiagnosticsView()


def test_state_tries_and_error_are_shown_without_credentials() -> None:
    made = rig()
    made.carrier = lambda _: "logs.example refuses the login"
    name = ask(made, retries=1, retryInterval=30)
    value = shown(made)
    assert value.state is DiagnosticsState.RETRYING
    assert value.file_name == name
    assert value.transfer is not None
    assert value.transfer.location == "ftp://***@logs.example/in"
    assert (value.transfer.attempt, value.transfer.attempts_max) == (1, 2)
    assert value.transfer.next_try_at == datetime(2026, 1, 5, 8, 0, 30, tzinfo=UTC)
    made.after(30)
    assert shown(made).state is DiagnosticsState.UPLOAD_FAILED
    seen = [*map(repr, made.effects), *map(repr, made.events), *map(repr, made.published)]
    assert not [text for text in seen if "geheim" in text]


def test_a_second_request_cancels_the_first() -> None:
    made = rig()
    slow(made)
    first_name = ask(made)
    first = made.transfers[-1].transfer_id
    made.after(2)
    second_name = ask(made)
    assert made.cancelled == [first]
    assert second_name != first_name
    made.finish_transfer(True)
    assert statuses(made) == ["Uploading", "Uploading", "Uploaded"]


def test_a_second_request_also_replaces_one_that_waits_for_its_next_try() -> None:
    made = rig()
    made.carrier = lambda _: "no route"
    ask(made, retries=5)
    slow(made)
    ask(made, retries=0)
    made.after(3_600)
    assert len(made.transfers) == 2


def test_start_and_stop_time_reach_the_transfer_in_the_clock_of_the_machine() -> None:
    made = rig(boot=False)
    ahead = {"status": "Accepted", "currentTime": "2026-01-05T09:00:00Z", "interval": 300}
    made.responders["BootNotification"] = lambda _: ahead
    made.power_on()
    slow(made)
    ask(made, startTime="2026-01-05T08:30:00Z", stopTime="2026-01-05T09:00:00Z")
    upload = made.transfers[-1]
    assert isinstance(upload, Upload)
    assert upload.start_time == datetime(2026, 1, 5, 7, 30, tzinfo=UTC)
    assert upload.stop_time == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def test_limits_at_the_ends_of_the_calendar_harm_nothing() -> None:
    made = rig()
    ask(made, startTime="0001-01-01T00:00:00+00:00", stopTime="9999-12-31T23:59:59Z")
    assert statuses(made) == ["Uploading", "Uploaded"]


def test_a_power_cut_begins_the_same_try_again() -> None:
    made = rig()
    slow(made)
    ask(made, retries=0)
    made.power_cycle()
    assert len(made.transfers) == 2
    assert made.transfers[0].location == made.transfers[1].location
    made.finish_transfer(True)
    assert statuses(made) == ["Uploading", "Uploading", "Uploaded"], "each PUT is told"


def test_an_end_that_the_csms_did_not_hear_is_told_after_the_reconnect() -> None:
    made = rig()
    slow(made)
    ask(made)
    made.cut()
    made.finish_transfer(True)
    made.reconnect()
    assert statuses(made) == ["Uploading", "Uploaded"]
    made.power_cycle()
    assert statuses(made) == ["Uploading", "Uploaded"]


def test_triggered_it_tells_the_present_status_or_idle() -> None:
    made = rig()
    slow(made)
    trigger = {"requestedMessage": "DiagnosticsStatusNotification"}
    ask(made)
    made.request("TriggerMessage", trigger)
    made.finish_transfer(True)
    made.request("TriggerMessage", trigger)
    assert statuses(made) == ["Uploading", "Uploading", "Uploaded", "Idle"]


def test_the_file_name_is_safe_whatever_the_identity() -> None:
    made = rig()
    force_setattr(made.config, "charge_point_id", "../a b/" + "x" * 100)
    name = ask(made)
    assert "/" not in name
    assert len(name) <= 255


def test_a_broken_frame_is_shown_without_credentials() -> None:
    made = rig()
    made.receive('[2,"a","GetDiagnostics",{"location":"ftp://user:geheim@h/x"')
    assert not [event for event in made.events if "geheim" in repr(event)]


def test_each_try_tells_its_start_and_its_failure_even_at_once() -> None:
    made = rig()
    made.carrier = lambda _: "no route"
    ask(made, retries=2, retryInterval=0)
    made.after(10)
    assert statuses(made) == ["Uploading", "UploadFailed"] * 3


def test_a_failure_between_tries_that_was_lost_with_the_line_is_told_after_it() -> None:
    made = rig()
    slow(made)
    ask(made, retries=1, retryInterval=60)
    made.cut()
    made.finish_transfer("no route")
    made.reconnect()
    made.after(60)
    made.finish_transfer(True)
    assert statuses(made) == ["Uploading", "UploadFailed", "Uploading", "Uploaded"]
