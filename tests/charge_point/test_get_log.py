"""GetLog in virtual time: both logs, tries, what a failure was, replacement, power cuts (W N01)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cp_tui.charge_point.effects import Upload
from cp_tui.charge_point.events import (
    Restart,
    SecurityLogChanged,
    Stop,
    TransferFinished,
    TransferProgressed,
)
from cp_tui.charge_point.variables import (
    DiagnosticsState,
    LogKind,
    LogUploadView,
    TransferFault,
)
from cp_tui.ocpp.security_enumerations import UploadLogStatus
from tests.charge_point.rig import Rig, rig
from tests.charge_point.securing import reason_of

LOCATION = "ftp://user:geheim@logs.example/in"
HOUR = timedelta(hours=1)


def ask(
    made: Rig,
    request_id: int = 5,
    kind: str = "SecurityLog",
    log: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """Send a GetLog; give the answer."""
    where = {"remoteLocation": LOCATION} | (log or {})
    payload = {"logType": kind, "requestId": request_id, "log": where} | more
    answer = made.request("GetLog", payload)
    assert answer[0] == 3, answer
    found: dict[str, Any] = answer[2]
    return found


def told(made: Rig, request_id: int = 5) -> list[str]:
    """Give the statuses that were told of a request."""
    calls = made.calls("LogStatusNotification")
    return [each["status"] for each in calls if each.get("requestId") == request_id]


def shown(made: Rig) -> LogUploadView:
    """Give the variable `log_upload`."""
    value = made.variables["log_upload"]
    assert isinstance(value, LogUploadView)
    return value


def newest(made: Rig) -> Upload:
    """Give the upload that was begun last."""
    upload = made.transfers[-1]
    assert isinstance(upload, Upload)
    return upload


def slow(made: Rig) -> None:
    """Have transfers go on until the test ends them."""
    made.carrier = lambda _: None


def fail(made: Rig, fault: TransferFault = TransferFault.OTHER) -> None:
    """End the newest transfer badly."""
    made.handle(TransferFinished(newest(made).transfer_id, False, "no route", fault=fault))


def test_before_anything_was_asked_it_is_idle() -> None:
    assert shown(rig()) == LogUploadView()


def test_the_security_log_is_delivered_and_each_step_told_with_its_request() -> None:
    """T TC_079."""
    made = rig()
    answer = ask(made)
    assert answer == {"status": "Accepted", "filename": "security-CP001-20260105T080000Z.log"}
    assert [frame[0] for frame in made.sent][:2] == [3, 2], "the answer comes first"
    assert told(made) == ["Uploading", "Uploaded"]
    upload = newest(made)
    assert upload.content is LogKind.SECURITY
    assert upload.file_name == answer["filename"]
    assert upload.location == LOCATION
    value = shown(made)
    assert value.state is DiagnosticsState.UPLOADED
    assert (value.status, value.kind, value.request_id) == ("Uploaded", LogKind.SECURITY, 5)
    assert value.transfer is not None
    assert value.transfer.location == "ftp://***@logs.example/in"
    seen = [*map(repr, made.effects), *map(repr, made.events), *map(repr, made.published)]
    assert not [text for text in seen if "geheim" in text]


def test_the_limits_are_in_the_clock_that_each_log_is_written_in() -> None:
    """The security log has the time of the charge point, the other one that of the machine."""
    made = rig(boot=False)
    ahead = {"status": "Accepted", "currentTime": "2026-01-05T09:00:00Z", "interval": 300}
    made.responders["BootNotification"] = lambda _: ahead
    made.power_on()
    limits = {"oldestTimestamp": "2026-01-05T08:30:00Z", "latestTimestamp": "2026-01-05T09:00:00Z"}
    oldest, latest = (datetime.fromisoformat(each) for each in limits.values())
    ask(made, log=limits)
    assert (newest(made).start_time, newest(made).stop_time) == (oldest, latest)
    assert (shown(made).oldest, shown(made).latest) == (oldest, latest)
    answer = ask(made, 6, "DiagnosticsLog", limits)
    assert answer["filename"] == "diagnostics-CP001-20260105T090000Z.zip"
    assert newest(made).content is LogKind.DIAGNOSTICS
    assert (newest(made).start_time, newest(made).stop_time) == (oldest - HOUR, latest - HOUR)
    assert told(made, 6) == ["Uploading", "Uploaded"]


def test_a_limit_of_this_moment_is_no_reason_to_upload_nothing() -> None:
    made = rig()
    assert "filename" in ask(made, log={"oldestTimestamp": "2026-01-05T08:00:00Z"})


def test_limits_at_the_ends_of_the_calendar_harm_nothing() -> None:
    ends = {
        "oldestTimestamp": "0001-01-01T00:00:00+00:00",
        "latestTimestamp": "9999-12-31T23:59:59Z",
    }
    for number, kind in enumerate(LogKind):
        made = rig()
        ask(made, number, kind, ends)
        assert told(made, number) == ["Uploading", "Uploaded"]


def test_a_period_that_ends_before_it_begins_is_refused_with_both_values() -> None:
    made = rig()
    limits = {"oldestTimestamp": "2026-01-05T09:00:00Z", "latestTimestamp": "2026-01-05T08:30:00Z"}
    assert ask(made, log=limits) == {"status": "Rejected"}
    reason = reason_of(made, "GetLog")
    assert "09:00" in reason.values["oldest"]
    assert "08:30" in reason.values["latest"]
    assert shown(made).refusal == reason
    assert made.transfers == []
    assert made.calls("LogStatusNotification") == []
    ask(made, 6)
    assert shown(made).refusal is None


def test_progress_is_shown_of_the_upload_that_goes_on_and_of_no_other() -> None:
    made = rig()
    slow(made)
    ask(made)
    made.handle(TransferProgressed(newest(made).transfer_id, 500, 1_000))
    made.handle(TransferProgressed("another", 700, 1_000))
    transfer = shown(made).transfer
    assert transfer is not None
    assert (transfer.done_bytes, transfer.total_bytes) == (500, 1_000)


def test_where_there_is_nothing_there_is_no_file_name_and_nothing_follows() -> None:
    """W N01.FR.01: an upload that goes on is left alone."""
    made = rig()
    slow(made)
    ask(made, 4, "DiagnosticsLog")
    made.handle(SecurityLogChanged(0))
    assert ask(made) == {"status": "Accepted"}
    assert reason_of(made, "GetLog").text == "the security log is empty: there is nothing to upload"
    assert len(made.transfers) == 1
    assert made.cancelled == []
    made.finish_transfer(True)
    assert told(made, 4) == ["Uploading", "Uploaded"]
    assert told(made, 5) == []
    made.handle(SecurityLogChanged(80))
    assert "filename" in ask(made, 6)


def test_each_try_is_told_and_after_the_last_there_is_silence() -> None:
    """n + 1 times Uploading and UploadFailure."""
    made = rig()
    made.carrier = lambda _: "no route"
    ask(made, retries=2, retryInterval=30)
    transfer = shown(made).transfer
    assert transfer is not None
    assert (transfer.attempt, transfer.attempts_max, transfer.last_error) == (1, 3, "no route")
    made.after(3_600)
    assert told(made) == ["Uploading", "UploadFailure"] * 3
    assert shown(made).state is DiagnosticsState.UPLOAD_FAILED
    made.cut()
    made.reconnect()
    made.power_cycle()
    made.after(3_600)
    assert told(made) == ["Uploading", "UploadFailure"] * 3


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (TransferFault.BAD_MESSAGE, UploadLogStatus.BAD_MESSAGE),
        (TransferFault.PERMISSION_DENIED, UploadLogStatus.PERMISSION_DENIED),
        (TransferFault.NOT_SUPPORTED_OPERATION, UploadLogStatus.NOT_SUPPORTED_OPERATION),
        (TransferFault.OTHER, UploadLogStatus.UPLOAD_FAILURE),
    ],
)
def test_a_failure_is_told_as_what_it_was(fault: TransferFault, status: UploadLogStatus) -> None:
    made = rig()
    slow(made)
    ask(made, retries=1, retryInterval=10)
    fail(made)
    made.after(10)
    fail(made, fault)
    assert told(made) == ["Uploading", "UploadFailure", "Uploading", status]
    assert shown(made).status == status


@pytest.mark.parametrize("is_waiting", [False, True])
def test_another_request_takes_the_place_of_an_upload_that_goes_on(is_waiting: bool) -> None:
    """AcceptedCanceled, and nothing more of the old request, not even what waited to be told."""
    made = rig()
    slow(made)
    made.responders["Heartbeat"] = lambda _: None
    if not is_waiting:
        made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
    ask(made, 1, retries=5)
    first = newest(made).transfer_id
    if is_waiting:
        fail(made)
        made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})
    before = told(made, 1)
    assert before == (["Uploading", "UploadFailure"] if is_waiting else [])
    answer = ask(made, 2, "DiagnosticsLog")
    assert answer["status"] == "AcceptedCanceled"
    assert answer["filename"].startswith("diagnostics-")
    assert made.cancelled == ([] if is_waiting else [first])
    made.handle(TransferFinished(first, True, "too late"))
    made.finish_transfer(True)
    made.after(3_600)
    assert told(made, 1) == before
    assert told(made, 2) == ["Uploading", "Uploaded"]
    assert len(made.transfers) == 2


def trigger(made: Rig) -> dict[str, Any]:
    """Ask for the status; give what was told."""
    made.forget_sent()
    payload = {"requestedMessage": "LogStatusNotification"}
    assert made.request("ExtendedTriggerMessage", payload)[2] == {"status": "Accepted"}
    (found,) = made.calls("LogStatusNotification")
    return found


def test_triggered_it_tells_the_present_status_or_idle_without_a_request() -> None:
    """W N01.FR.12."""
    made = rig()
    assert trigger(made) == {"status": "Idle"}
    slow(made)
    ask(made, retries=1, retryInterval=60)
    assert trigger(made) == {"status": "Uploading", "requestId": 5}
    fail(made)
    assert trigger(made) == {"status": "UploadFailure", "requestId": 5}
    made.after(60)
    made.cut()
    made.finish_transfer(True)
    made.responders["LogStatusNotification"] = lambda _: None
    made.reconnect()
    assert told(made)[-1] == "Uploaded"
    del made.responders["LogStatusNotification"]
    made.after(60)
    assert trigger(made) == {"status": "Uploaded", "requestId": 5}, "it was not heard"
    made.cut()
    made.reconnect()
    assert trigger(made) == {"status": "Idle"}


def test_a_power_cut_begins_the_same_try_again() -> None:
    made = rig()
    slow(made)
    ask(made, retries=0)
    made.power_cycle()
    assert len(made.transfers) == 2
    assert newest(made).content is LogKind.SECURITY
    assert newest(made).file_name == "security-CP001-20260105T080000Z.log"
    made.finish_transfer(True)
    assert told(made) == ["Uploading", "Uploading", "Uploaded"]


def test_an_end_that_the_csms_did_not_hear_is_told_after_the_reconnect() -> None:
    made = rig()
    slow(made)
    ask(made)
    made.cut()
    made.finish_transfer(True)
    made.reconnect()
    made.power_cycle()
    assert told(made) == ["Uploading", "Uploaded"]


def test_diagnostics_and_a_log_go_side_by_side() -> None:
    made = rig()
    slow(made)
    made.request("GetDiagnostics", {"location": LOCATION})
    diagnostics = newest(made).transfer_id
    assert ask(made)["status"] == "Accepted"
    made.finish_transfer(True)
    made.handle(TransferFinished(diagnostics, False, "no route"))
    statuses = [each["status"] for each in made.calls("DiagnosticsStatusNotification")]
    assert statuses == ["Uploading", "UploadFailed"]
    assert told(made) == ["Uploading", "Uploaded"]
    assert made.cancelled == []


def test_a_stopped_charge_point_tells_no_time_of_the_next_try_and_goes_on_after_restart() -> None:
    made = rig()
    made.carrier = lambda _: "no route"
    ask(made, retries=1, retryInterval=60)
    transfer = shown(made).transfer
    assert transfer is not None
    assert transfer.next_try_at == datetime(2026, 1, 5, 8, 1, tzinfo=UTC)
    made.command(Stop)
    transfer = shown(made).transfer
    assert transfer is not None
    assert transfer.next_try_at is None
    made.after(120)
    assert len(made.transfers) == 1
    made.command(Restart)
    made.after(120)
    assert len(made.transfers) == 2


def test_nothing_is_uploaded_by_an_older_record_without_a_kind() -> None:
    """What GetDiagnostics has kept is told by its own messages, whatever GetLog does."""
    made = rig()
    made.request("GetDiagnostics", {"location": LOCATION})
    made.power_cycle()
    assert shown(made) == LogUploadView()
