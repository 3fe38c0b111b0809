"""The registration: what may be said before it, and what must be said after it (S 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cp_tui.explain.catalogue import found
from cp_tui.explain.exchange import shown_action
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, Severity
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import BootNotificationResponse
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.ocpp.plural import count
from cp_tui.traces.record import FrameDirection, Record, RecordKind

_REMOTE = (Action.REMOTE_START_TRANSACTION, Action.REMOTE_STOP_TRANSACTION)
_ELSEWHERE = frozenset({Action.SECURITY_EVENT_NOTIFICATION})
"""Has a finding of its own for the time before the registration."""


class BootRules(Family):
    """Who may speak before the charge point is Accepted."""

    def __init__(self) -> None:
        self._asked_calls: set[int] = set()
        """Numbers of the CALLs that the CSMS asked for, until they are answered."""

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        is_from_charge_point = record.direction is FrameDirection.TO_CSMS
        if record.kind is RecordKind.CALL:
            if is_from_charge_point:
                yield from self._called(record, known)
            elif record.direction is FrameDirection.TO_CHARGE_POINT:
                yield from _csms_called(record, known)
        elif record.kind is RecordKind.CALL_RESULT:
            if is_from_charge_point:
                yield from _answered_while_rejected(record, known)
            else:
                yield from self._csms_answered(record, known)

    def _called(self, record: Record, known: Known) -> Iterator[Finding]:
        registration = known.registration
        if known.was_asked and len(self._asked_calls) < 100:
            self._asked_calls.add(record.number)
        if known.exchange.action is Action.BOOT_NOTIFICATION:
            yield from _retried(record, known)
            return
        action = known.exchange.action
        if action is None or action in _ELSEWHERE or known.was_asked:
            return
        is_boot_open = registration.is_booting and registration.booted_breaks == known.breaks
        # A log without answers tells of no acceptance.
        is_boot_open &= known.survey.answers_of(FrameDirection.TO_CHARGE_POINT)
        if registration.status is RegistrationStatus.PENDING:
            yield found(
                "boot.call_while_pending",
                f"{action} was sent while the registration is Pending, and no TriggerMessage"
                " asked for it. Until it is Accepted the charge point sends nothing by itself but"
                " BootNotification.",
                record,
                registration.told,
                matter=action,
            )
        elif registration.status is RegistrationStatus.REJECTED:
            yield found(
                "boot.call_while_rejected",
                f"{action} was sent while the registration is Rejected. Until the next"
                " BootNotification the charge point sends nothing at all.",
                record,
                registration.told,
                matter=action,
            )
        elif is_boot_open and not known.is_past(registration.booted_at, LIMITS.unanswered):
            yield found(
                "boot.call_before_accepted",
                f"{action} was sent before BootNotification was answered; the charge point waits"
                " until it is Accepted.",
                record,
                registration.booted,
                matter=action,
            )

    def _csms_answered(self, record: Record, known: Known) -> Iterator[Finding]:
        status, call = known.registration.status, known.exchange.call
        if call is None or known.exchange.action is Action.BOOT_NOTIFICATION:
            return
        was_asked = call.record.number in self._asked_calls
        self._asked_calls.discard(call.record.number)
        if status in (RegistrationStatus.PENDING, RegistrationStatus.REJECTED) and not was_asked:
            yield found(
                "boot.answered_while_pending",
                f"The CSMS took {shown_action(call.record)} while the registration was {status};"
                " the answer to what it must not accept is a CALLERROR with SecurityError.",
                record,
                call.record,
            )


class BootAnswerRules(Family):
    """What the CSMS says in BootNotification.conf."""

    ACTIONS = frozenset({Action.BOOT_NOTIFICATION})

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        response = known.exchange.response
        if not isinstance(response, BootNotificationResponse) or response.interval is None:
            return
        interval = response.interval
        is_odd = not LIMITS.boot_interval_least <= interval <= LIMITS.boot_interval_most
        if response.status is RegistrationStatus.ACCEPTED and is_odd and interval >= 0:
            yield found(
                "boot.interval_odd",
                f"The interval is {count(interval, 'second')}: the charge point will choose its"
                " own, or send very many heartbeats or hardly any.",
                record,
            )


def _retried(record: Record, known: Known) -> Iterator[Finding]:
    registration = known.registration
    wait = registration.interval_s
    is_refused = registration.status in (RegistrationStatus.PENDING, RegistrationStatus.REJECTED)
    if not is_refused or known.was_asked or not wait or registration.told is None:
        return
    gone = known.seconds_since(registration.told_at)
    if gone is None or gone + known.resolution_s >= wait * LIMITS.boot_retry_factor:
        return
    was_away = registration.booted_breaks != known.breaks
    yield found(
        "boot.retry_too_early",
        f"BootNotification came again {gone:.0f} s after the answer {registration.status}, which"
        f" asked for {wait} s"
        + (": the charge point was away in between, and may have booted." if was_away else "."),
        record,
        registration.told,
        severity=Severity.NOTE if was_away else None,
        values={"seconds": gone, "interval": wait},
    )


def _csms_called(record: Record, known: Known) -> Iterator[Finding]:
    status, action = known.registration.status, known.exchange.action
    if action is None:
        return
    if status is RegistrationStatus.PENDING and action in _REMOTE:
        yield found(
            "boot.remote_start_before_accepted",
            f"The CSMS sent {action} while the registration is Pending; it has to accept the"
            " charge point first.",
            record,
            known.registration.told,
        )
    elif status is RegistrationStatus.REJECTED:
        yield found(
            "boot.csms_call_while_rejected",
            f"The CSMS sent {action} to a charge point that it has Rejected; no answer can come.",
            record,
            known.registration.told,
        )


def _answered_while_rejected(record: Record, known: Known) -> Iterator[Finding]:
    if known.registration.status is RegistrationStatus.REJECTED and known.exchange.call:
        yield found(
            "boot.call_while_rejected",
            f"The charge point answered {shown_action(known.exchange.call.record)} while its"
            " registration is Rejected; until the next BootNotification it says nothing.",
            record,
            known.registration.told,
            matter="answer",
        )
