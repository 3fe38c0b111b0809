"""The words of the maintenance screen, without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.codec import converted
from cp_tui.charge_point.reason import Reason
from cp_tui.ocpp.datatypes import AuthorizationStatus
from cp_tui.tui.frame.subjects import SubjectPane
from cp_tui.tui.maintenance.diagnostics_text import diagnostics_facts, diagnostics_line
from cp_tui.tui.maintenance.firmware_text import firmware_facts, firmware_line
from cp_tui.tui.maintenance.link_history_text import attempt_facts, attempts_line, duration, result
from cp_tui.tui.maintenance.log_upload_text import log_upload_facts, log_upload_line
from cp_tui.tui.maintenance.panes import SUBJECTS
from cp_tui.tui.maintenance.reservations_text import (
    left,
    reservation_facts,
    reservation_lines,
    reservation_of,
    reservations_line,
)
from cp_tui.tui.maintenance.status_history_text import (
    change_id,
    history_line,
    matching_changes,
    status_change_columns,
    status_change_facts,
)
from cp_tui.tui.maintenance.tags_text import (
    age,
    cache_line,
    list_line,
    matching as matching_tags,
    shown_of,
    status_of,
    tag_facts,
)
from cp_tui.tui.maintenance.transfer_text import moved
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.tag_explanation import explanation_facts, summary
from cp_tui.tui.text.words import Clock, size
from tests.tui import maintenance_world as world
from tests.tui.worlds import NOW, at

CLOCK = Clock(NOW, UTC)


def told(facts: Sequence[Fact]) -> dict[str, str]:
    """What the facts say, by label."""
    return {fact.label: fact.text.plain for fact in facts}


def transfer(**changes: object) -> v.Transfer:
    values = {"location": "https://example.com/fw.bin", "attempt": 1, "attempts_max": 3}
    return converted(v.Transfer, values | changes)


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (None, None, ""),
        (0, 2048, "0 %, 0 B of 2.0 KiB"),
        (850, None, "850 B"),
        (850, 0, "850 B"),
        (3000, 2048, "100 %, 2.9 KiB of 2.0 KiB"),
    ],
)
def test_progress_says_the_share_only_where_the_whole_is_known(
    done: int | None, total: int | None, words: str
) -> None:
    assert moved(transfer(done_bytes=done, total_bytes=total)) == words


def test_sizes_are_told_in_the_unit_that_is_read_at_a_glance() -> None:
    assert [size(n) for n in (0, 1023, 1024, 5_033_164)] == ["0 B", "1023 B", "1.0 KiB", "4.8 MiB"]


@pytest.mark.parametrize("state", v.FirmwareState)
def test_each_state_of_an_update_says_what_follows_but_the_last(state: v.FirmwareState) -> None:
    facts = told(firmware_facts(world.firmware(state), CLOCK))
    assert facts["Update"].endswith("since 14:01:22")
    assert ("Then" in facts) is (state is not v.FirmwareState.INSTALLED)


def test_an_update_that_waits_says_for_what_and_until_when() -> None:
    scheduled = world.firmware(
        v.FirmwareState.SCHEDULED, transfer=transfer(attempt=0, next_try_at=at(22))
    )
    assert firmware_line(scheduled, CLOCK).plain == "1.0.0 · scheduled · at 22:00:00"
    assert told(firmware_facts(scheduled, CLOCK))["Then"] == "the file is fetched at 22:00:00"
    waiting = world.firmware(v.FirmwareState.DOWNLOADED, waits_for="connector 1 charges")
    assert "waits: connector 1 charges" in firmware_line(waiting, CLOCK).plain
    assert told(firmware_facts(waiting, CLOCK))["Waits"] == "connector 1 charges"


def test_a_retry_tells_the_error_and_when_the_next_try_begins() -> None:
    retrying = world.firmware(
        v.FirmwareState.RETRYING,
        transfer=transfer(next_try_at=at(14, 5), last_error="HTTP 503 Service Unavailable"),
    )
    facts = told(firmware_facts(retrying, CLOCK))
    assert facts["Try"] == "1 of 3 · next at 14:05:00"
    assert facts["Error"] == "HTTP 503 Service Unavailable"


def test_a_running_try_says_that_the_error_is_of_the_try_before() -> None:
    assert told(firmware_facts(world.firmware(), CLOCK))["Error"].startswith("the try before: ")


def test_a_file_that_was_fetched_is_told_with_its_digest_and_first_line() -> None:
    file = v.FileFacts(name="fw.bin", size_bytes=2048, sha256="ab" * 32, first_line="#!fw 1.1")
    facts = told(firmware_facts(world.firmware(v.FirmwareState.INSTALLING, file=file), CLOCK))
    assert (facts["File"], facts["SHA-256"]) == ("fw.bin · 2.0 KiB", "ab" * 32)
    assert facts["Begins"] == "'#!fw 1.1'"


def test_diagnostics_name_the_file_and_the_location() -> None:
    facts = told(diagnostics_facts(world.diagnostics(), CLOCK))
    assert facts["File"] == "diagnostics-CP001-20260105T132201Z.zip"
    assert facts["To"] == "ftp://***@files.example.com/diag"
    failed = replace(
        world.diagnostics(),
        state=v.DiagnosticsState.UPLOAD_FAILED,
        transfer=transfer(attempt=3, last_error="disk full"),
    )
    assert diagnostics_line(failed, CLOCK).plain.startswith("upload failed · disk full")
    assert "only a new GetDiagnostics" in told(diagnostics_facts(failed, CLOCK))["Then"]


def test_reservations_in_force_come_first_and_the_first_to_expire_leads() -> None:
    lines = reservation_lines(world.reservations())
    assert [line.reservation.reservation_id for line in lines] == [11, 12, 10, 9]
    line = reservations_line(world.reservations(), CLOCK).plain
    assert line == "2 in force · connector 2 for 04D4E5F6A7 until 14:30"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(-3, "0 min"), (0.5, "1 min"), (59, "59 min"), (65, "1 h 05 min"), (4 * 1440, "4 days")],
)
def test_the_time_left_is_rounded_up_to_minutes(minutes: float, words: str) -> None:
    held = world.reservation(1, 1, NOW + timedelta(minutes=minutes))
    assert left(held, NOW) == words


def test_an_ended_reservation_says_why_and_keeps_apart_from_one_with_its_id() -> None:
    again = replace(world.reservations(), active=(world.reservation(10, 1, at(15)),))
    lines = reservation_lines(again)
    assert len({line.id for line in lines}) == len(lines)
    facts = told(reservation_facts(lines[1], CLOCK, NOW))
    assert facts["Why"] == "04A2B3C4D5 started on connector 1 (S 5.13)"
    assert reservation_of(again, lines[1].id) == lines[1]
    assert reservation_of(again, "99") is None


def test_a_tag_counts_as_expired_from_its_date_on() -> None:
    entry = v.TagEntry(id_tag="A", status=AuthorizationStatus.ACCEPTED, expiry_date=at(12))
    assert status_of(entry, at(11, 59)) is AuthorizationStatus.ACCEPTED
    assert status_of(entry, at(12)) is AuthorizationStatus.EXPIRED
    facts = told(tag_facts(entry, CLOCK, NOW))
    assert facts["Status"] == "Expired · the CSMS gave Accepted"


def test_tags_are_found_by_status_and_group_as_well() -> None:
    entries = world.local_list().entries
    assert [e.id_tag for e in matching_tags(entries, "fleet accepted", NOW)] == ["04A2B3C4D5"]
    assert [e.id_tag for e in matching_tags(entries, "EXPIRED", NOW)] == ["04C0FFEE11"]
    assert len(matching_tags(entries, "", NOW)) == 4


def test_a_list_that_is_not_used_says_so_first_and_names_the_key() -> None:
    off = replace(world.local_list(), is_enabled=False)
    assert list_line(off).plain.startswith("not used: LocalAuthListEnabled is false")
    assert list_line(world.local_list()).plain == "version 12 · 4 tags · in use"
    dark = replace(world.cache(), is_enabled=False)
    assert cache_line(dark).plain.startswith("not used: AuthorizationCacheEnabled is false")


def test_a_table_that_does_not_hold_all_tags_says_so() -> None:
    assert shown_of(100, 100, 10_000) == "100 of 10000 shown, W looks up any"
    assert shown_of(3, 100, 10_000) == "3 of 100 match"
    assert shown_of(4, 4, 4) == ""


def test_ages_have_one_unit() -> None:
    ages = [age(NOW - timedelta(minutes=m), NOW) for m in (0.5, 12, 300, 5 * 1440)]
    assert ages == ["under 1 min", "12 min", "5 h", "5 days"]


def reason(id: str, text: str) -> Reason:
    return Reason(id=id, rule="S 3.5.4", text=text)


def explained(**changes: object) -> v.TagExplanation:
    values = {
        "id_tag": "04AA",
        "outcome": v.TagOutcome.ASK,
        "reason": reason("ask", "04AA is neither in the local list nor in the cache"),
        "outcome_without_answer": v.TagOutcome.REFUSED,
        "reason_without_answer": reason("offline", "AllowOfflineTxForUnknownId is false"),
    }
    return converted(v.TagExplanation, values | changes)


def test_an_unknown_tag_is_explained_with_and_without_an_answer_of_the_csms() -> None:
    explanation = explained()
    facts = told(explanation_facts(explanation))
    assert summary(explanation).plain == "the CSMS is asked"
    assert facts["Known"] == "neither by the local list nor by the authorization cache"
    assert facts["Online"].startswith("the CSMS is asked: 04AA is neither")
    assert facts["Offline"] == "is refused: AllowOfflineTxForUnknownId is false (S 3.5.4)"


def test_without_a_link_there_is_only_the_verdict_of_the_offline_rules() -> None:
    refused = reason("offline", "offline; AllowOfflineTxForUnknownId is false")
    explanation = explained(
        outcome=v.TagOutcome.REFUSED, reason=refused, outcome_without_answer=None
    )
    facts = told(explanation_facts(explanation))
    assert summary(explanation).plain == "is refused"
    assert facts["Offline"].startswith("is refused: offline; AllowOffline")
    assert "Online" not in facts


def test_a_connector_that_takes_nobody_decides_whatever_the_tag() -> None:
    obstacle = reason("fault", "connector 2 is Faulted with GroundFailure")
    explanation = explained(outcome=v.TagOutcome.ACCEPTED, connector_id=2, obstacle=obstacle)
    assert summary(explanation).plain == "is refused at connector 2"
    assert "GroundFailure" in told(explanation_facts(explanation))["Connector 2"]


def test_a_reservation_for_somebody_else_decides_at_the_asked_connector() -> None:
    kept = reason("reserved", "connector 1 is reserved for 04BB")
    explanation = explained(connector_id=1, kept_from_it=(kept,))
    assert summary(explanation).plain == "is refused at connector 1"
    assert told(explanation_facts(explanation))["Reserved"] == f"{kept.text} (S 3.5.4)"
    anywhere = explained(kept_from_it=(kept,), reservations=(7,))
    assert summary(anywhere).plain == "the CSMS is asked"
    assert told(explanation_facts(anywhere))["Reserved"] == "it may use reservation 7"


def test_status_changes_are_newest_first_and_a_number_is_a_connector() -> None:
    changes = world.status_changes()
    assert [c.code for c in matching_changes(changes, "")] == ["B3", "A2", "I1", "A9"]
    assert [c.code for c in matching_changes(changes, "2")] == ["I1", "A9"]
    assert [c.code for c in matching_changes(changes, "2 faulted raised")] == ["A9"]
    assert [c.code for c in matching_changes(changes, "1 2 faulted")] == ["I1", "A9"]
    assert matching_changes(changes, "7") == []
    assert [c.code for c in matching_changes(changes, "!2")] == ["B3", "A2"]
    assert [c.code for c in matching_changes(changes, "!raised 2")] == ["I1"]
    assert len({change_id(c) for c in changes}) == len(changes)


def test_a_status_change_tells_error_and_info() -> None:
    facts = told(status_change_facts(world.status_changes()[0], CLOCK))
    assert facts["Change"] == "Available → ! Faulted"
    assert (facts["Error"], facts["Info"]) == ("GroundFailure", "residual current 31 mA")
    whole = replace(world.status_changes()[0], connector_id=0, code="")
    assert told(status_change_facts(whole, CLOCK))["Where"] == "the charge point (0)"
    assert history_line([whole], CLOCK).plain.startswith("12:51:03 charge point ! Faulted · error")


@pytest.mark.parametrize(
    ("step_s", "words"),
    [(-3600, "set back by 1 h 00 min"), (61, "set ahead by 61 s"), (-60, ""), (0, "")],
)
def test_the_first_change_after_a_step_of_the_clock_says_so(step_s: float, words: str) -> None:
    change = replace(world.status_changes()[1], clock_step_s=step_s)
    (field,) = [f for f in status_change_columns([change], CLOCK) if f.title == "Cause"]
    cell, facts = field.cell(change).plain, told(status_change_facts(change, CLOCK))
    assert cell == (f"clock {words} · {change.cause}" if words else change.cause)
    assert facts.get("Clock", "") == (f"{words} since the change before" if words else "")
    assert matching_changes([change], "clock set") == ([change] if words else [])


def test_an_error_is_named_once_in_the_line_of_its_change() -> None:
    (raised, *_), codes = world.status_changes(), {}
    for cause in (raised.cause, "tag 04AA shown"):
        change = replace(raised, cause=cause)
        (field,) = [f for f in status_change_columns([change], CLOCK) if f.title == "Cause"]
        codes[cause] = field.cell(change).plain
    assert codes == {
        "error GroundFailure raised": "error GroundFailure raised",
        "tag 04AA shown": "GroundFailure: tag 04AA shown",
    }


def test_the_link_history_names_the_step_that_failed() -> None:
    words = [result(attempt).plain for attempt in world.link_attempts()]
    assert words == ["● open", "× link ended", "× DNS", "× TCP", "× HTTP", "● open"]
    facts = told(attempt_facts(world.link_attempts()[4], CLOCK))
    assert (facts["What"], facts["HTTP"]) == ("attempt 3", "401")
    assert facts["Hint"] == "AuthorizationKey here and at the CSMS must be the same"
    ended = told(attempt_facts(world.link_attempts()[1], CLOCK))
    assert ended["Was open"] == "2 h 37 min"
    assert ended["Closed"] == "WebSocket close code 1006"


def test_an_outcome_without_a_cause_says_what_is_known() -> None:
    stopped = v.LinkAttempt(at=NOW, attempt=0, phase=v.LinkPhase.STOPPED, open_for_s=4.2)
    line = attempts_line([stopped], CLOCK).plain
    assert line == "14:03:27 ■ stopped"
    assert told(attempt_facts(stopped, CLOCK))["Cause"] == "OCPP was stopped, or the power went"
    nameless = v.LinkAttempt(at=NOW, attempt=2, phase=v.LinkPhase.WAITING)
    assert told(attempt_facts(nameless, CLOCK))["Cause"] == "no cause is known"


def test_firmware_says_whether_it_was_really_signed_by_whom_and_how() -> None:
    facts = told(firmware_facts(world.signed_firmware(), CLOCK))
    assert facts["Signed"] == (
        "by Maker Signing 7 (RSA-PSS), verified over the file · it runs since 14:00:00"
    )
    number = "SignedUpdateFirmware, request 9"
    assert facts["Order"] == f"{number} · certificate Maker Signing 7 · issued by Maker Root"
    fits = "the signature fits the file as downloaded (RSA-PSS), verified 13:58:40"
    assert facts["Check"] == fits
    line = firmware_line(world.signed_firmware(), CLOCK).plain
    assert line == "1.1.0 · installed · signed by Maker Signing 7"
    unsigned = v.RunningFirmware(since=at(14), sha256="ab" * 32)
    facts = told(firmware_facts(world.firmware(running=unsigned), CLOCK))
    assert facts["Signed"].startswith("by nobody: UpdateFirmware has no signature")
    assert facts["Order"].startswith("signed by nobody")
    assert firmware_line(world.firmware(running=unsigned), CLOCK).plain.endswith("not signed")
    facts = told(firmware_facts(v.FirmwareView(version="1.0.0"), CLOCK))
    assert "that of the settings" in facts["Signed"]
    older = v.FirmwareView(version="1.0.0", running=v.RunningFirmware())
    assert "an older version of cp-tui" in told(firmware_facts(older, CLOCK))["Signed"]


def test_firmware_says_which_check_failed_and_each_thing_once() -> None:
    state, why = v.FirmwareState.INVALID_SIGNATURE, "signature: it does not fit the file"
    tried = v.Transfer(location="https://x", attempt=1, attempts_max=1, last_error=why)
    signed = world.signed_firmware().signed
    assert signed is not None
    order = replace(signed, scheme=None, verified_at=None, install_at=at(15))
    forged = replace(
        world.signed_firmware(state), problem=why, transfer=tried, signed=order, running=None
    )
    facts = firmware_facts(forged, CLOCK)
    assert [fact.text.plain for fact in facts if why in fact.text.plain] == [why]
    assert told(facts)["Check"] == "it failed: nothing of the file is installed"
    assert told(facts)["Install"] == "not before 15:00:00"
    under_way = replace(forged, state=v.FirmwareState.DOWNLOADING, problem="")
    assert told(firmware_facts(under_way, CLOCK))["Check"].endswith("is not verified yet")
    itself = replace(under_way, signed=replace(order, anchor=world.SIGNER))
    assert "installed itself as a root" in told(firmware_facts(itself, CLOCK))["Order"]
    refusal = Reason(id="firmware.signing_certificate", rule="W L01", text="expired: it has ended")
    refused = v.FirmwareView(version="1.0.0", refusal=refusal)
    assert told(firmware_facts(refused, CLOCK))["Refused"] == "expired: it has ended (W L01)"


def test_a_log_says_which_one_for_what_time_and_what_the_csms_is_told() -> None:
    facts = told(log_upload_facts(world.log_upload(), CLOCK))
    log = "security log · request 5 · from Jan 04 00:00:00 to 00:00:00"
    assert facts["Log"] == log
    assert "Then" not in facts
    line = log_upload_line(world.log_upload(), CLOCK).plain
    assert line == "security log · uploaded · 13:24 · security-CP001-20260105T132401Z.log"
    failed = world.log_upload(
        state=v.DiagnosticsState.UPLOAD_FAILED,
        status="PermissionDenied",
        oldest=None,
        latest=None,
        transfer=transfer(last_error="530 not logged in"),
    )
    facts = told(log_upload_facts(failed, CLOCK))
    assert facts["Upload"].endswith("told as PermissionDenied")
    assert facts["Log"].endswith("all of it")
    assert facts["Error"] == "530 not logged in"
    assert "530 not logged in" in log_upload_line(failed, CLOCK).plain
    under_way = replace(failed, state=v.DiagnosticsState.UPLOADING)
    assert "try 1 of 3" in log_upload_line(under_way, CLOCK).plain
    waiting = transfer(next_try_at=at(14, 5))
    retried = replace(failed, state=v.DiagnosticsState.RETRYING, transfer=waiting)
    assert "at 14:05:00" in log_upload_line(retried, CLOCK).plain
    refusal = Reason(id="log.period", rule="W N01", text="oldestTimestamp is later")
    refused = v.LogUploadView(refusal=refusal)
    assert told(log_upload_facts(refused, CLOCK))["Refused"].startswith("oldestTimestamp")
    assert "no upload yet · the newest GetLog was refused" in log_upload_line(refused, CLOCK).plain


def test_durations_have_at_most_two_units() -> None:
    words = [duration(s) for s in (4.2, 90, 3600, 9471, 200_000)]
    assert words == ["4.2 s", "90 s", "60 min", "2 h 37 min", "2 d 7 h"]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_says_something_before_the_engine_has(subject: type[SubjectPane]) -> None:
    assert subject().state(Snapshot(), CLOCK).plain == "not known yet"
