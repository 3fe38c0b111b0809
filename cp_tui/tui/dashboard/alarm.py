"""What is wrong now and what happens next, the most urgent first: the line under the top line.

Pure. It judges nothing that the engine has not said: each alarm is a state that somebody can look
at in a pane, put into one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus, RegistrationStatus
from cp_tui.ocpp.plural import count
from cp_tui.tui.dashboard import security_alarms
from cp_tui.tui.dashboard.connection_text import (
    PHASE_WORDS,
    boot_hint,
    cause_words,
    clock_words,
    ended_by_itself,
    log_clock_words,
)
from cp_tui.tui.dashboard.connectors_text import fault_words, refusal_words, where
from cp_tui.tui.dashboard.one_alarm import Alarm, Remedy, Urgency
from cp_tui.tui.dashboard.weather_text import weather_alarm
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.clock_steps import misread_words, step_words
from cp_tui.tui.text.connection import boot_words, is_boot_unseen
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.text.words import Clock

ALARM_SHOWS = frozenset(
    {
        "engine",
        "link",
        "network",
        "registration",
        "connectors",
        "outbox",
        "configuration",
        "transactions",
        "firmware",
        "diagnostics",
        "log_upload",
        "security",
        "security_events",
        "troubles",
    }
)
"""The names of variables that it is made from."""

CLOCK_WRONG_S = 30.0
"""Further apart, times in the records of charge point and CSMS mislead."""

CLOCK_STEP_SHOWN = timedelta(minutes=15)
"""So long somebody may compare times of before and after."""

QUEUE_OLD = timedelta(seconds=60)
"""On a good link, a message that waits longer than this is stuck."""

LOSS_TOLD = timedelta(days=1)
"""A loss further back is found in the list of transactions."""

LOSSES_LOOKED_AT = 50
"""Of the transactions, newest first."""

TRANSITION = re.compile(r"^[A-I][1-9] ")
"""The code of a change of status (S 4.9) before its cause; the history of statuses explains it."""
SET_BY_CSMS = "ChangeAvailability"

REFUSAL_TOLD = timedelta(minutes=5)
"""So long somebody may stand in front of the connector and wonder."""


TRY_NOW = Remedy("charge_point.try_now", "tries now")
RESTART = Remedy("charge_point.restart", "restarts")
POWER_CYCLE = Remedy("charge_point.power_cycle", "boots again")
NETWORK = Remedy("charge_point.network", "plugs it in again")
ACKNOWLEDGE = Remedy("charge_point.acknowledge", "acknowledges it")

RELEASE = Remedy("connector.swipe", "shows a tag")
CLEAR_ERROR = Remedy("connector.clear_error", "clears it")
FREE_LOCK = Remedy("connector.jam_lock", "frees it")
LOOK_AT_SESSIONS = Remedy("screen.transactions", "shows it")
LOOK_AT_UPKEEP = Remedy("screen.maintenance", "shows it")


def alarms(snapshot: Snapshot, clock: Clock) -> list[Alarm]:
    """Everything that is wrong now, the most urgent first; empty where all is well."""
    if snapshot.other_version:
        words = drawn(snapshot.other_version)
        text = words[:1].upper() + words[1:]
        check = "start it again with this version, or attach with its own"
        return [Alarm(Urgency.BAD, text, check=check)]
    if not snapshot.has_engine:
        then = snapshot.heard_at
        as_it_was = f": everything here is as it was at {clock.time(then)}" if then else ""
        text, check = "Charge point lost", "is cp-tui serve still running?"
        again = " It is attached again by itself"
        if snapshot.csms.demo.has_ended:
            text, again = "The demo has ended", ""
            check = "it ends with its first screen; cp-tui demo begins another"
        elif snapshot.watched:
            text, check = "It is no longer watched", "is cp-tui tap still running?"
        elif snapshot.has_ended:
            text, check = "The charge point has ended", "somebody stopped it in order."
        return [Alarm(Urgency.BAD, f"{text}{as_it_was}", check=f"{check}{again}")]
    if (since := snapshot.hung_since) is not None:
        at, is_known = clock.time(since), snapshot.link is not None
        shown = "what is shown is from then" if is_known else "nothing is known of it yet"
        text = f"The charge point has been silent since {at}: {shown}"
        check = "is its process stopped, or its machine overloaded? Commands wait for it"
        return [Alarm(Urgency.BAD, text, check=check)]
    if snapshot.link is None and snapshot.log is not None:
        # What was known there is being worked out.
        return []
    if snapshot.link is None:
        return [Alarm(Urgency.ODD, "The charge point has not said anything yet")]
    endings = [*security_alarms.endings(snapshot, snapshot.link, clock)]
    return [
        *_wrong_inside(snapshot, clock),
        *_link(snapshot, snapshot.link, clock),
        *_registration(snapshot, snapshot.link, clock),
        *_faults(snapshot, clock),
        *(each for each in endings if each.urgency is Urgency.BAD),
        *security_alarms.profile(snapshot),
        *_went_wrong_inside(snapshot, clock),
        *_losses(snapshot, clock),
        *_queue(snapshot, snapshot.link, clock),
        *weather_alarm(snapshot, clock, is_acting=True),
        *_reboot_pending(snapshot),
        *_clock(snapshot, clock),
        *(each for each in endings if each.urgency is Urgency.ODD),
        *security_alarms.renewal(snapshot),
        *security_alarms.crowded_out(snapshot, clock),
        *_transfers(snapshot),
        *_refused(snapshot, clock),
        *_out_of_operation(snapshot, clock),
        *weather_alarm(snapshot, clock, is_acting=False),
    ]


ONLY_TOLD = ("history.cut",)
"""Nothing is broken: what is bounded has met its bound."""


def _wrong_inside(snapshot: Snapshot, clock: Clock) -> Iterator[Alarm]:
    """What the engine cannot do now, which makes everything else doubtful."""
    for trouble in snapshot.troubles:
        if trouble.ends_at is None:
            text = f"{drawn(trouble.text)} (since {clock.minute(trouble.since)})"
            yield Alarm(Urgency.BAD, text, check=drawn(trouble.hint))


def _went_wrong_inside(snapshot: Snapshot, clock: Clock) -> Iterator[Alarm]:
    """What is over and should be known."""
    for trouble in snapshot.troubles:
        if trouble.ends_at is not None:
            at = clock.minute(trouble.last_at)
            often = at if trouble.count == 1 else f"{count(trouble.count, 'time')}, last {at}"
            text = f"{drawn(trouble.text)} ({often})"
            urgency = Urgency.ODD if trouble.id in ONLY_TOLD else Urgency.BAD
            yield Alarm(urgency, text, act=ACKNOWLEDGE, check=drawn(trouble.hint))


def _link(snapshot: Snapshot, link: v.LinkView, clock: Clock) -> Iterator[Alarm]:
    since = clock.since(clock.minute, link.since)
    if link.phase is v.LinkPhase.STOPPED:
        text = f"Stopped by the operator {since}: nothing is sent or tried"
        yield Alarm(Urgency.ODD, text, act=RESTART)
    elif not link.network_up:
        text = f"Network cable pulled {since}: charging and queueing go on"
        yield Alarm(Urgency.BAD, text, act=NETWORK)
    elif link.phase is v.LinkPhase.WAITING:
        own_cause = ended_by_itself(link)
        error = None if own_cause else link.last_error
        cause = cause_words(error) if error else drawn(own_cause) or f"Offline {since}".rstrip()
        check = drawn(error.hint) if error else ""
        # What has ended it itself for good, such as one of a fleet that is over, tries no more.
        is_for_good = bool(own_cause) and link.next_attempt_at is None
        then = "" if snapshot.watched or is_for_good else f"try {link.attempt + 1}"
        act = None if is_for_good else TRY_NOW
        yield Alarm(Urgency.BAD, cause, then, link.next_attempt_at, act, check)
    elif link.phase is not v.LinkPhase.OPEN:
        text = f"Try {max(link.attempt, 1)} is under way: {PHASE_WORDS[link.phase]}"
        if link.last_error is None:
            yield Alarm(Urgency.ODD, text)
        else:
            before = f"{text}; before: {cause_words(link.last_error)}"
            yield Alarm(Urgency.BAD, before, check=drawn(link.last_error.hint))


def _registration(snapshot: Snapshot, link: v.LinkView, clock: Clock) -> Iterator[Alarm]:
    registration = snapshot.registration
    if registration is None or link.phase is not v.LinkPhase.OPEN or is_boot_unseen(snapshot):
        return
    if (pending := registration.pending) is not None:
        action, sent = drawn(pending.action), clock.time(pending.since)
        text = f"No answer yet to {action} of {sent}"
        ends = "gives up" if pending.times_out_at else ""
        yield Alarm(Urgency.ODD, text, ends, pending.times_out_at)
    elif (unanswered := registration.unanswered) is not None:
        action, sent = drawn(unanswered.action), clock.time(unanswered.since)
        text = f"The CSMS answers nothing since {sent}, {action} and what followed"
        hint = "it holds the connection, but is it well? Ask its operator"
        head = next(iter(snapshot.outbox.entries), None)
        # What waits is sent before any heartbeat, and each message puts the heartbeat off.
        again = registration.next_heartbeat_at if head is None else head.next_attempt_at
        yield Alarm(Urgency.ODD, text, "asked again" if again else "", again, check=hint)
    if registration.status is RegistrationStatus.ACCEPTED or registration.pending is not None:
        return
    match registration.status:
        case RegistrationStatus.PENDING:
            text, urgency = "Pending: the CSMS has not accepted it yet", Urgency.ODD
            hint = "the CSMS wants to set this charge point up first: ask its operator"
        case RegistrationStatus.REJECTED:
            text, urgency = "Rejected: the CSMS does not want this charge point", Urgency.BAD
            hint = "is this id known and enabled at the CSMS? Ask its operator"
        case _:
            text, urgency = boot_words(registration)[2], Urgency.ODD
            hint = boot_hint(registration)
    then = "boots again" if registration.next_boot_at else ""
    act = TRY_NOW if then else None
    yield Alarm(urgency, text, then, registration.next_boot_at, act, hint)


def _faults(snapshot: Snapshot, clock: Clock) -> Iterator[Alarm]:
    for connector in snapshot.connectors:
        place = where(connector.connector_id)
        for fault in connector.faults:
            urgency = Urgency.BAD if fault.blocks_charging else Urgency.ODD
            is_lock = fault.error_code is ChargePointErrorCode.CONNECTOR_LOCK_FAILURE
            kind = FREE_LOCK if is_lock and connector.is_lock_jammed else CLEAR_ERROR
            act = replace(kind, connector_id=connector.connector_id)
            yield Alarm(urgency, f"{place}: {fault_words(fault, clock)}", act=act)
        if connector.is_locked and not connector.is_plugged and connector.transaction is None:
            text = f"{place}: unplugged at the vehicle, and the cable is still locked"
            act = replace(RELEASE, connector_id=connector.connector_id)
            check = "the tag that started, or UnlockConnector by the CSMS, releases it"
            if not connector.is_lock_jammed:
                yield Alarm(Urgency.ODD, text, act=act, check=check)
        codes = {fault.error_code for fault in connector.faults}
        if connector.is_lock_jammed and ChargePointErrorCode.CONNECTOR_LOCK_FAILURE not in codes:
            act = replace(FREE_LOCK, connector_id=connector.connector_id)
            held = connector.is_locked and not connector.is_plugged
            text = f"{place}: the cable lock is jammed" + (" and keeps the cable" if held else "")
            yield Alarm(Urgency.BAD, text, act=act)


def _losses(snapshot: Snapshot, clock: Clock) -> Iterator[Alarm]:
    for entry in snapshot.transactions[:LOSSES_LOOKED_AT]:
        ended = entry.stopped_at or clock.now
        if entry.delivery is v.DeliveryState.LOST and clock.now - ended < LOSS_TOLD:
            name = entry.id_tag if entry.transaction_id is None else f"{entry.transaction_id}"
            why = f": {drawn(entry.loss.text)}" if entry.loss else ""
            text = f"Transaction {drawn(name)}: the CSMS lacks a message{why}"
            yield Alarm(Urgency.BAD, text, act=LOOK_AT_SESSIONS)
    if dropped := snapshot.outbox.thinned:
        text = f"{count(dropped, 'meter value message')} dropped: too many waited"
        yield Alarm(Urgency.ODD, text, act=LOOK_AT_SESSIONS)


def _queue(snapshot: Snapshot, link: v.LinkView, clock: Clock) -> Iterator[Alarm]:
    outbox = snapshot.outbox
    head = next(iter(outbox.entries), None)
    if head is None or link.phase is v.LinkPhase.STOPPED:
        return
    waiting = f"{count(outbox.count, 'message')} {'waits' if outbox.count == 1 else 'wait'}"
    since = f"since {clock.minute(head.since)}"
    if head.next_attempt_at is not None:
        text = f"{waiting} {since}: {drawn(head.why)}"
        yield Alarm(Urgency.ODD, text, "again", head.next_attempt_at, TRY_NOW)
    elif link.phase is not v.LinkPhase.OPEN or clock.now - head.since > QUEUE_OLD or head.attempts:
        most = f" of {head.attempts_max}" if head.attempts_max else ""
        which = f", try {head.attempts + 1}{most}" if head.attempts else ""
        why = f"{drawn(head.why)}{which}"
        yield Alarm(Urgency.ODD, f"{waiting} {since}: {why}", act=LOOK_AT_SESSIONS)


def _reboot_pending(snapshot: Snapshot) -> Iterator[Alarm]:
    keys = [drawn(entry.key) for entry in snapshot.configuration if entry.is_reboot_pending]
    if keys:
        text = f"{', '.join(keys)}: in force only after a reboot"
        yield Alarm(Urgency.ODD, text, act=POWER_CYCLE)


def _clock(snapshot: Snapshot, clock: Clock) -> Iterator[Alarm]:
    registration = snapshot.registration
    if registration is None:
        return
    step = registration.clock_step
    if step is not None and clock.now - step.at < CLOCK_STEP_SHOWN:
        text = f"{step_words(step, clock)}: {misread_words(step)}"
        yield Alarm(Urgency.ODD, text, gone_at=later(step.at, CLOCK_STEP_SHOWN))
    if registration.clock_refused is not None:
        yield Alarm(Urgency.ODD, f"Clock: {drawn(registration.clock_refused.text)}")
    elif abs(registration.clock_offset_s or 0.0) > CLOCK_WRONG_S:
        if snapshot.log is not None:
            yield Alarm(Urgency.ODD, log_clock_words(registration))
            return
        text = f"Clock of this machine: {clock_words(registration, clock)}"
        yield Alarm(Urgency.ODD, text, check="the time of this machine (NTP), or that of the CSMS")


FIRMWARE_FAILED = (
    v.FirmwareState.DOWNLOAD_FAILED,
    v.FirmwareState.INVALID_SIGNATURE,
    v.FirmwareState.VERIFICATION_FAILED,
    v.FirmwareState.INSTALLATION_FAILED,
)


def _transfers(snapshot: Snapshot) -> Iterator[Alarm]:
    firmware = snapshot.firmware
    if firmware is not None and firmware.state in FIRMWARE_FAILED:
        text = f"Firmware: {firmware.state}{_last_error(firmware.transfer)}"
        yield Alarm(Urgency.ODD, text, act=LOOK_AT_UPKEEP)
    elif firmware is not None and firmware.state is v.FirmwareState.RETRYING:
        yield _retrying("Firmware", firmware.transfer)
    if firmware is not None and firmware.refusal is not None:
        text = f"Signed firmware refused: {drawn(firmware.refusal.text)}"
        yield Alarm(Urgency.ODD, text, act=LOOK_AT_UPKEEP)
    uploads = ("Diagnostics", snapshot.diagnostics), ("Log", snapshot.log_upload)
    for what, upload in uploads:
        if upload is not None and upload.state is v.DiagnosticsState.UPLOAD_FAILED:
            text = f"{what}: {upload.state}{_last_error(upload.transfer)}"
            yield Alarm(Urgency.ODD, text, act=LOOK_AT_UPKEEP)
        elif upload is not None and upload.state is v.DiagnosticsState.RETRYING:
            yield _retrying(what, upload.transfer)


def _retrying(what: str, transfer: v.Transfer | None) -> Alarm:
    at = transfer.next_try_at if transfer else None
    text = f"{what}: a try failed{_last_error(transfer)}"
    return Alarm(Urgency.ODD, text, "again", at, LOOK_AT_UPKEEP)


def _last_error(transfer: v.Transfer | None) -> str:
    return f": {drawn(transfer.last_error)}" if transfer and transfer.last_error else ""


def _refused(snapshot: Snapshot, clock: Clock) -> Iterator[Alarm]:
    """The newest start that was refused, while somebody may still stand there."""
    refusals = [(c.connector_id, c.refusal) for c in snapshot.connectors if c.refusal is not None]
    connector_id, newest = max(refusals, key=lambda each: each[1].at, default=(0, None))
    if newest is not None and clock.now - newest.at < REFUSAL_TOLD:
        # Where nobody named a connector, each of them notes the refusal.
        is_one = sum(refusal == newest for _, refusal in refusals) == 1
        place = f"{where(connector_id)}: start" if is_one else "Start"
        text = f"{place} refused {refusal_words(newest, clock)}"
        gone_at = later(newest.at, REFUSAL_TOLD)
        yield Alarm(Urgency.ODD, text, act=LOOK_AT_SESSIONS, gone_at=gone_at)


def _out_of_operation(snapshot: Snapshot, clock: Clock) -> Iterator[Alarm]:
    out = [c for c in snapshot.connectors if c.status is ChargePointStatus.UNAVAILABLE]
    whole = [c for c in out if c.connector_id == 0]
    for connector in whole or out:
        place, at = where(connector.connector_id), connector.since
        cause = TRANSITION.sub("", drawn(connector.cause))
        is_wanted = SET_BY_CSMS in cause
        by = "set so by the CSMS" if is_wanted else cause
        check = "only the CSMS can set it Operative again: ask its operator" if is_wanted else ""
        before = "before " if cause.endswith("before the start") else ""
        since = f"since {before}{clock.minute(at)}" if at else ""
        text = ", ".join(filter(None, (f"{place}: Unavailable {since}".rstrip(), by)))
        yield Alarm(Urgency.ODD, text, check=check)
