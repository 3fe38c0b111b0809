"""The alarm line: what is wrong now and what happens next, the worst first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.codec import converted
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus, RegistrationStatus
from cp_tui.tui.dashboard.alarm import CLOCK_STEP_SHOWN, alarms
from cp_tui.tui.dashboard.alarm_text import alarm_facts, alarm_line, second_line
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock
from tests.tui import worlds
from tests.tui.worlds import at

CLOCK = Clock(worlds.NOW, UTC)
KEYS = {
    "screen.alarms": "a",
    "charge_point.try_now": "n",
    "charge_point.restart": "r",
    "charge_point.power_cycle": "b",
    "charge_point.acknowledge": "A",
}


def key_of(action_id: str) -> str:
    """The keys that are shown here; other actions have none."""
    return KEYS.get(action_id, "")


def well() -> Snapshot:
    """A charger with nothing to complain about."""
    whole, _, free = worlds.connectors()
    one = replace(free, connector_id=1, last_refusal=None)
    two = replace(free, last_refusal=None)
    return Snapshot(
        link=worlds.open_link(),
        registration=worlds.accepted(),
        connectors=(whole, one, two),
        has_engine=True,
    )


def line(snapshot: Snapshot, width: int = 120) -> str:
    return alarm_line(alarms(snapshot, CLOCK), snapshot, CLOCK, key_of, width).plain.strip()


def with_connector(**changes: object) -> Snapshot:
    whole, one, two = well().connectors
    return replace(well(), connectors=(whole, one, replace(two, **changes)))


def with_registration(**changes: object) -> Snapshot:
    return replace(well(), registration=replace(worlds.accepted(), **changes))


def link(**changes: object) -> Snapshot:
    return replace(well(), link=replace(worlds.broken_link(), **changes))


def certificate(days: int) -> Snapshot:
    tls = worlds.open_link().tls
    assert tls is not None
    assert tls.certificate is not None
    ends = worlds.NOW + timedelta(days=days, hours=1)
    ending = replace(tls.certificate, not_after=ends)
    return replace(well(), link=worlds.open_link(tls=replace(tls, certificate=ending)))


def waiting(**changes: object) -> Snapshot:
    values = {
        "sequence": 1,
        "action": "StopTransaction",
        "why": "offline",
        "since": at(14, 0),
        "attempts": 0,
        "attempts_max": 3,
    }
    entry = converted(v.OutboxEntry, values | changes)
    return replace(well(), outbox=v.OutboxView(count=3, entries=(entry,)))


def fault(*, blocks: bool) -> v.Fault:
    return v.Fault(
        error_code=ChargePointErrorCode.GROUND_FAILURE,
        info="residual current 31 mA",
        blocks_charging=blocks,
        since=at(13, 58, 2),
    )


def refusal() -> v.Refusal:
    return v.Refusal(
        at=at(14, 2, 9),
        connector_id=2,
        id_tag="04FF",
        by=v.RefusedBy.CSMS,
        reason=worlds.reason("the CSMS answered Blocked for tag 04FF"),
    )


def lost() -> Snapshot:
    running = worlds.transactions()[0]
    gone = replace(
        running,
        delivery=v.DeliveryState.LOST,
        loss=worlds.reason("StopTransaction was given up after 3 attempts"),
        stopped_at=at(13, 50),
    )
    return replace(well(), transactions=(gone,))


def failed_firmware() -> Snapshot:
    transfer = v.Transfer(location="", attempt=3, attempts_max=3, last_error="HTTP 404")
    state = v.FirmwareState.DOWNLOAD_FAILED
    return replace(well(), firmware=v.FirmwareView(version="1", state=state, transfer=transfer))


def retried_diagnostics() -> Snapshot:
    transfer = v.Transfer(location="", attempt=1, attempts_max=3, next_try_at=at(14, 4, 27))
    diagnostics = v.DiagnosticsView(state=v.DiagnosticsState.RETRYING, transfer=transfer)
    return replace(well(), diagnostics=diagnostics)


def silent(action: str) -> Snapshot:
    pending = v.PendingCall(action=action, since=at(14, 3, 15), times_out_at=at(14, 3, 45))
    return with_registration(pending=pending)


WORDS: list[tuple[Callable[[], Snapshot], str]] = [
    (well, "● All well: Accepted, 2 connectors ready, nothing waits"),
    (
        lambda: replace(well(), has_engine=False, heard_at=at(13, 53)),
        "× Charge point lost: everything here is as it was at 13:53:00",
    ),
    (Snapshot, "× Charge point lost"),
    (lambda: Snapshot(has_engine=True), "! The charge point has not said anything yet"),
    (
        lambda: link(phase=v.LinkPhase.STOPPED),
        "! Stopped by the operator since 13:50: nothing is sent or tried · r restarts",
    ),
    (
        link,
        "× TCP: connection refused by csms.example.com port 443 · try 8 in 15 s · n tries now",
    ),
    (lambda: link(own_cause="the run is over", next_attempt_at=None), "× the run is over"),
    (
        lambda: link(network_up=False),
        "× Network cable pulled since 13:50: charging and queueing go on",
    ),
    (
        lambda: link(phase=v.LinkPhase.TLS, last_error=None),
        "! Try 7 is under way: agreeing on TLS",
    ),
    (
        lambda: silent("Heartbeat"),
        "! No answer yet to Heartbeat of 14:03:15 · gives up in 20 s",
    ),
    (
        lambda: with_registration(
            status=RegistrationStatus.ACCEPTED,
            unanswered=v.UnansweredCall(action="Heartbeat", since=at(14, 3, 1)),
            next_heartbeat_at=at(14, 8, 27),
        ),
        "! The CSMS answers nothing since 14:03:01, Heartbeat and what followed"
        " · asked again in 5 min",
    ),
    (
        lambda: with_registration(status=RegistrationStatus.PENDING, next_boot_at=at(14, 8, 27)),
        "! Pending: the CSMS has not accepted it yet · boots again in 5 min · n tries now",
    ),
    (
        lambda: with_registration(status=RegistrationStatus.REJECTED, next_boot_at=at(14, 3, 57)),
        "× Rejected: the CSMS does not want this charge point · boots again in 30 s · n tries now",
    ),
    (
        lambda: with_registration(status=None),
        "! No answer to BootNotification",
    ),
    (
        lambda: with_connector(faults=(fault(blocks=True),)),
        "× Connector 2: GroundFailure since 13:58:02, no charging, residual current 31 mA",
    ),
    (
        lambda: with_connector(faults=(fault(blocks=False),)),
        "! Connector 2: GroundFailure since 13:58:02, charging goes on, residual current 31 mA",
    ),
    (lambda: with_connector(is_lock_jammed=True), "× Connector 2: the cable lock is jammed"),
    (
        lost,
        "× Transaction 1234: the CSMS lacks a message: "
        "StopTransaction was given up after 3 attempts",
    ),
    (
        lambda: replace(well(), outbox=v.OutboxView(thinned=1)),
        "! 1 meter value message dropped: too many waited",
    ),
    (waiting, "! 3 messages wait since 14:00: offline"),
    (
        lambda: waiting(since=at(14, 3, 25), why="sent, waits for the answer", attempts=1),
        "! 3 messages wait since 14:03: sent, waits for the answer, try 2 of 3",
    ),
    (
        lambda: waiting(
            why="the CSMS answered InternalError; attempt 2 of 3 waits",
            **{"next_attempt_at": at(14, 3, 47)},
        ),
        "! 3 messages wait since 14:00: the CSMS answered InternalError; attempt 2 of 3 waits "
        "· again in 20 s · n tries now",
    ),
    (
        lambda: replace(well(), configuration=(worlds.entry("Key", "1", is_reboot_pending=True),)),
        "! Key: in force only after a reboot · b boots again",
    ),
    (
        lambda: with_registration(clock_offset_s=90.0),
        "! Clock of this machine: 90 s behind · Heartbeat 14:03",
    ),
    (
        lambda: with_registration(clock_refused=worlds.reason("it says 1970")),
        "! Clock: it says 1970",
    ),
    (
        lambda: certificate(12),
        "! The certificate of the CSMS ends in 12 days, on 2026-01-17",
    ),
    (lambda: certificate(-3), "× The certificate of the CSMS has ended on 2026-01-02"),
    (failed_firmware, "! Firmware: download failed: HTTP 404"),
    (retried_diagnostics, "! Diagnostics: a try failed · again in 1 min"),
    (
        lambda: with_connector(refusal=refusal()),
        "! Connector 2: start refused 14:02:09 by the CSMS: the CSMS answered Blocked for tag 04FF",
    ),
    (
        lambda: with_connector(status=ChargePointStatus.UNAVAILABLE, cause="ChangeAvailability"),
        "! Connector 2: Unavailable since 12:58, set so by the CSMS",
    ),
]


@pytest.mark.parametrize(("state", "words"), WORDS, ids=[words[2:30] for _, words in WORDS])
def test_each_trouble_has_its_words_and_what_happens_next(
    state: Callable[[], Snapshot], words: str
) -> None:
    assert line(state()) == words


@pytest.mark.parametrize(
    "state",
    [
        lambda: certificate(31),
        lambda: with_registration(clock_offset_s=29.0),
        lambda: waiting(since=worlds.NOW - timedelta(seconds=20)),
        lambda: with_connector(refusal=replace(refusal(), at=worlds.NOW - timedelta(minutes=6))),
        lambda: replace(
            lost(),
            transactions=(replace(lost().transactions[0], stopped_at=at(13, day=3)),),
        ),
    ],
    ids=["certificate", "clock", "queue", "refusal", "loss"],
)
def test_what_is_small_or_long_ago_is_no_alarm(state: Callable[[], Snapshot]) -> None:
    assert line(state()).startswith("● All well")


def test_a_healthy_charger_says_what_it_does() -> None:
    shown = replace(well(), connectors=worlds.connectors(), outbox=v.OutboxView(count=1))
    assert line(shown) == "● All well: Accepted, 1 charging, 1 free, nothing waits"


def test_a_message_on_its_way_changes_no_word() -> None:
    at_rest = replace(well(), connectors=worlds.connectors())
    sent = v.OutboxEntry(
        action="MeterValues", why="on its way", since=worlds.NOW, attempts=0, attempts_max=3
    )
    busy = replace(at_rest, outbox=v.OutboxView(count=1, entries=(sent,)))
    assert line(busy) == line(at_rest)


def test_the_worst_comes_first_and_the_key_lists_the_others() -> None:
    shown = replace(
        waiting(),
        link=worlds.broken_link(),
        connectors=with_connector(faults=(fault(blocks=True),)).connectors,
    )
    assert line(shown).endswith("try 8 in 15 s · n tries now · and 2 more: a")
    facts = {fact.label: fact.text.plain for fact in alarm_facts(shown, CLOCK, key_of)}
    assert facts["1."].startswith("× TCP: connection refused")
    assert facts["2."].startswith("× Connector 2: GroundFailure")
    assert facts["3."].startswith("! 3 messages wait since 14:00")
    assert facts["  then"] == "try 8 at 14:03:41, in 15 s"
    assert facts["  hint"].startswith("Is the CSMS running")
    assert facts["  key"] == "n tries now"


@pytest.mark.parametrize("width", [0, 1, 20, 60, 80])
def test_what_happens_next_stays_where_the_line_is_short(width: int) -> None:
    shown = link()
    said = alarm_line(alarms(shown, CLOCK), shown, CLOCK, key_of, width)
    if width >= 60:
        assert said.cell_length <= width
        assert said.plain.endswith("· try 8 in 15 s · n tries now")


def test_where_there_is_little_room_it_is_still_said_what_is_wrong() -> None:
    shown = replace(waiting(), link=worlds.broken_link())
    assert line(shown, 40) == "× TCP: conne… · n tries now · 1 more: a"
    assert line(shown, 20) == "× TCP: connection …"
    for width in range(16, 120):
        assert line(shown, width).startswith("× TCP: conn"), width


def test_an_observer_is_told_no_key_that_does_nothing() -> None:
    assert "tries now" not in line(replace(link(), is_read_only=True))


def test_the_second_line_tells_what_to_check_or_the_next_trouble() -> None:
    assert second_line(alarms(link(), CLOCK)).plain.strip().startswith("hint: Is the CSMS")
    both = replace(
        waiting(),
        outbox=waiting().outbox,
        configuration=(worlds.entry("Key", "1", is_reboot_pending=True),),
    )
    assert second_line(alarms(both, CLOCK)).plain == " ! Key: in force only after a reboot"
    assert second_line([]).plain == ""


def trouble(**changes: object) -> Snapshot:
    values = {
        "id": "store.not_writing",
        "text": "The disk takes no records, disk full: what needs one is not sent",
        "hint": "make room",
        "since": at(14, 0),
        "last_at": at(14, 5),
    }
    return replace(well(), troubles=(converted(v.Trouble, {**values, **changes}),))


def test_trouble_inside_that_lasts_is_told_before_anything_else() -> None:
    broken = replace(link(), troubles=trouble().troubles)
    assert line(broken, 200).startswith(
        "× The disk takes no records, disk full: what needs one is not sent"
    )
    assert "since 14:00" in line(trouble())
    assert second_line(alarms(trouble(), CLOCK)).plain.endswith("make room")


def test_trouble_inside_that_is_over_says_how_often_it_was_and_the_key_that_acknowledges_it() -> (
    None
):
    over = trouble(id="turn.failed", text="An error", count=3, ends_at=at(15, 0))
    assert line(over) == "× An error (3 times, last 14:05) · A acknowledges it"
    once = trouble(id="turn.failed", text="An error", ends_at=at(15, 0))
    assert line(once) == "× An error (14:05) · A acknowledges it"


@pytest.mark.parametrize(
    ("hours", "words"),
    [(-1, "set back by 1 h 00 min"), (2, "set ahead by 2 h 00 min")],
)
def test_a_step_of_the_clock_is_told_for_a_while(hours: int, words: str) -> None:
    then = worlds.NOW - timedelta(minutes=2)
    step = v.ClockStep(at=then, before=then, after=then + timedelta(hours=hours), by="Heartbeat")
    snapshot = with_registration(clock_step=step)
    (told,) = alarms(snapshot, CLOCK)
    what = "subtract that from" if hours < 0 else "add that to"
    at_words = f"at {CLOCK.time(then)} (Heartbeat)"
    assert told.text == f"Clock {words} {at_words}: {what} the times before it"
    assert told.gone_at == then + CLOCK_STEP_SHOWN
    afterwards = Clock(then + CLOCK_STEP_SHOWN, UTC)
    assert alarms(snapshot, afterwards) == []


def test_a_history_that_is_cut_is_told_and_no_fault() -> None:
    told = line(trouble(id="history.cut", text="Older history is given up", ends_at=at(15, 0)))
    assert told.startswith("! Older history is given up")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"is_locked": True},
            "! Connector 2: unplugged at the vehicle, and the cable is still locked",
        ),
        (
            {"is_locked": True, "is_lock_jammed": True},
            "× Connector 2: the cable lock is jammed and keeps the cable",
        ),
        ({"is_lock_jammed": True}, "× Connector 2: the cable lock is jammed"),
    ],
)
def test_a_cable_that_is_kept_is_told_with_the_key_that_helps(
    changes: dict[str, bool], words: str
) -> None:
    (told,) = alarms(with_connector(**changes), CLOCK)
    assert f"{told.urgency.sign} {told.text}" == words
    assert told.act is not None
    assert told.act.action_id in ("connector.swipe", "connector.jam_lock")
    assert told.act.connector_id == 2


@pytest.mark.parametrize("width", [60, 80, 160])
def test_the_key_that_helps_is_never_cut_off_the_line(width: int) -> None:
    long = replace(fault(blocks=True), info="i" * 50, vendor_error_code="v" * 50)
    snapshot = replace(with_connector(faults=(long,)), cursors={"connectors": "2"})
    shown = alarm_line(alarms(snapshot, CLOCK), snapshot, CLOCK, lambda _: "C", width).plain
    assert len(shown) <= width
    assert shown.endswith(" · C clears it")


def test_a_connector_out_of_service_says_who_wanted_it_and_who_can_end_it() -> None:
    cause = "A8 ChangeAvailability Inoperative"
    snapshot = with_connector(status=ChargePointStatus.UNAVAILABLE, cause=cause)
    (told,) = alarms(snapshot, CLOCK)
    assert told.text.endswith(", set so by the CSMS")
    assert "its operator" in told.check


def test_a_restart_does_not_rename_why_and_since_when_a_connector_is_out_of_service() -> None:
    cause = "ChangeAvailability Inoperative, before the start"
    snapshot = with_connector(status=ChargePointStatus.UNAVAILABLE, cause=cause)
    (told,) = alarms(snapshot, CLOCK)
    assert "Unavailable since before " in told.text
    assert told.text.endswith(", set so by the CSMS")
    assert "its operator" in told.check


@pytest.mark.parametrize("status", [RegistrationStatus.PENDING, RegistrationStatus.REJECTED, None])
def test_the_hint_for_a_boot_that_is_not_accepted_says_what_to_do(
    status: RegistrationStatus | None,
) -> None:
    (told,) = alarms(with_registration(status=status), CLOCK)
    assert "its operator" in told.check
