"""CALLs and their answers (J 4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from cp_tui.explain.catalogue import found, sender_of
from cp_tui.explain.exchange import shown_action
from cp_tui.explain.families.error_answers import error_answer
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, Party, Severity, of_line
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.traces.record import ANSWERS, FrameDirection, LinkKind, Record, RecordKind

OPEN_MAX = 200
"""A log that keeps few answers has many that look open."""
LATER_CALLS = 3
"""So many later CALLs of the same side that were answered prove a missing answer without times."""
PAIRED_LEAST = 3
"""So many answers that found their CALL show that this log has both."""


class _Open(Struct):
    """A CALL without an answer so far."""

    record: Record
    is_lost: bool = False
    """Whether the connection was lost while it was open."""
    is_blurred: bool = False
    """Whether a frame that cannot be read may be its answer."""
    is_nameless: bool = False
    """Whether its id is no text, so that its answer has another one."""
    is_excused: bool = False
    """Whether no answer is right."""
    later: int = 0
    """How many later CALLs of the same side were answered."""


class _Second(Struct, frozen=True):
    """A CALL that was sent while another one of the same side was open."""

    record: Record
    first: Record
    blurs: int


class CallRules(Family):
    """Who answered what, and when."""

    def __init__(self) -> None:
        self._open: dict[int, _Open] = {}
        self._seconds: dict[int, _Second] = {}
        """By the number of the first CALL, until it is answered."""
        self._marks = (0, 0)
        """Breaks and blurs of the log at the record before."""
        self._begun_anew: datetime | None = None
        """When the log says that something is missing before."""
        self._paired = {FrameDirection.TO_CSMS: 0, FrameDirection.TO_CHARGE_POINT: 0}

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        self._notice_breaks(known)
        if record.link and record.link.event is LinkKind.ROTATION:
            self._begun_anew = record.at
        if record.kind is RecordKind.CALL:
            yield from self._called(record, known)
        elif record.kind in ANSWERS:
            yield from self._answered(record, known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        for second in self._seconds.values():
            if known.is_past(second.record.at, LIMITS.logger_order):
                yield from _two_outstanding(second, is_order=False)
        for each in self._open.values():
            yield from _unanswered(each, known)

    def _notice_breaks(self, known: Known) -> None:
        marks = (known.breaks, known.blurs)
        if marks == self._marks:
            return
        is_broken = known.breaks != self._marks[0]
        self._marks = marks
        for number, each in list(self._open.items()):
            if known.is_gap:
                # The answer may stand in what was not recorded.
                del self._open[number]
            elif not _is_over(each.record, known):
                each.is_lost |= is_broken
                each.is_blurred |= not is_broken

    def _called(self, record: Record, known: Known) -> Iterator[Finding]:
        if known.exchange.action is Action.BOOT_NOTIFICATION and not known.was_asked:
            self._booted(record, known)
        first = self._still_open(record, known)
        if first is not None and first.number not in self._seconds:
            self._seconds[first.number] = _Second(record, first, known.blurs)
        if record.direction is None or not known.survey.answers_of(record.direction.opposite):
            return
        if len(self._open) >= OPEN_MAX:
            yield from _unanswered(self._open.pop(next(iter(self._open))), known)
        is_rejected = known.registration.status is RegistrationStatus.REJECTED
        is_nameless = record.frame is not None and not isinstance(record.frame.elements[1], str)
        self._open[record.number] = _Open(
            record,
            is_blurred=is_nameless,
            is_nameless=is_nameless,
            is_excused=is_rejected and record.direction is FrameDirection.TO_CHARGE_POINT,
        )

    def _booted(self, record: Record, known: Known) -> None:
        """What boots has forgotten what it asked, and connects anew."""
        for each in self._open.values():
            if each.record.direction is record.direction and not _is_over(each.record, known):
                each.is_lost = True

    def _still_open(self, record: Record, known: Known) -> Record | None:
        """Return the CALL of the same side that is open at a new one."""
        if known.file.is_mixed:
            # It may be one of another charge point.
            return None
        for each in reversed(self._open.values()):
            before = each.record
            if before.direction is not record.direction or record.direction is None:
                continue
            is_over = each.is_lost or each.is_blurred
            is_other = before.connection != record.connection
            if is_over or is_other or known.is_past(before.at, known.call_timeout_s):
                return None
            return before
        return None

    def _answered(self, record: Record, known: Known) -> Iterator[Finding]:
        call = known.call_of(record)
        if call is None:
            yield from self._without_call(record, known)
            return
        number = call.record.number
        if not known.calls.is_open(number):
            if known.calls.is_shared(number):
                return
            yield found(
                "call.answered_twice",
                f"A second answer to {shown_action(call.record)}{of_line(call.record.source.line)}:"
                " a CALL has one.",
                record,
                call.record,
            )
            return
        if record.direction:
            self._paired[record.direction] += 1
        yield from self._judge_second(number, record, known)
        yield from self._crossed(record, call.record, known)
        yield from _in_time(record, call.record, known)
        self._open.pop(number, None)
        for each in self._open.values():
            if (
                each.record.direction is call.record.direction
                and each.record.place < call.record.place
            ):
                each.later += 1
        if record.kind is RecordKind.CALL_ERROR:
            yield error_answer(record, call)

    def _judge_second(self, number: int, record: Record, known: Known) -> Iterator[Finding]:
        second = self._seconds.pop(number, None)
        if second is None or second.blurs != known.blurs:
            return
        between = known.seconds_since(second.record.at)
        if between is None or known.resolution_s > LIMITS.logger_order:
            # By the order of lines alone: what stands right behind may be out of order.
            is_order = record.place == second.record.place + 1
        else:
            is_order = between <= LIMITS.logger_order
        yield from _two_outstanding(second, is_order=is_order)

    def _crossed(self, record: Record, call: Record, known: Known) -> Iterator[Finding]:
        for each in () if known.file.is_mixed else self._open.values():
            older = each.record
            if older.place >= call.place or each.is_lost or each.is_blurred:
                continue
            if older.direction is call.direction and not known.is_past(
                older.at, known.call_timeout_s
            ):
                yield found(
                    "call.answers_crossed",
                    f"{call.action} was answered before the older {older.action}.",
                    record,
                    older,
                )
                return

    def _without_call(self, record: Record, known: Known) -> Iterator[Finding]:
        survey = known.survey
        if record.direction is None or not survey.has_both_sides or known.blurs:
            return
        if any(each.is_nameless for each in self._open.values()):
            return
        if self._begun_anew and not known.is_past(self._begun_anew, LIMITS.unanswered):
            return
        since = known.broken_at.at if known.broken_at else survey.first
        is_warm = known.is_past(since, LIMITS.unanswered)
        is_paired = self._paired[record.direction] >= PAIRED_LEAST
        yield found(
            "call.answer_without_call",
            "This answer belongs to no CALL of the log"
            + (", though those around it do." if is_warm and is_paired else "."),
            record,
            severity=Severity.WARNING if is_warm and is_paired else None,
            at_fault=sender_of(record),
        )


def _is_over(record: Record, known: Known) -> bool:
    """Whether a CALL was unanswered before the log broke off: with the record before this one."""
    if record.at is None or known.before is None:
        return False
    return (known.before - record.at).total_seconds() > LIMITS.unanswered


def _two_outstanding(second: _Second, *, is_order: bool) -> Iterator[Finding]:
    first, record = second.first, second.record
    if is_order:
        words = "perhaps only the log has them in this order."
    else:
        words = "each side has one CALL of its own open at a time, and waits for its answer."
    yield found(
        "call.two_outstanding",
        f"{shown_action(record)} was sent while {shown_action(first)}{of_line(first.source.line)}"
        f" was not answered: {words}",
        record,
        first,
        severity=Severity.NOTE if is_order else None,
    )


def _unanswered(call: _Open, known: Known) -> Iterator[Finding]:
    record, survey = call.record, known.survey
    if call.is_excused or record.direction is None or record.is_truncated:
        return
    if not survey.answers_of(record.direction.opposite) or call.is_blurred:
        return
    seconds = max(LIMITS.unanswered, known.call_timeout_s)
    if record.at is None:
        if call.later < LATER_CALLS:
            return
    elif not known.is_past(record.at, seconds) and not call.is_lost:
        return
    is_net = call.is_lost
    other = Party.CSMS if record.direction is FrameDirection.TO_CSMS else Party.CHARGE_POINT
    why = ": the connection was lost" if is_net else f" by {other.words}"
    yield found(
        "call.unanswered",
        f"{shown_action(record)} was never answered{why}.",
        record,
        severity=Severity.NOTE if is_net else None,
        at_fault=Party.NETWORK if is_net else other,
        matter=shown_action(record),
    )


def _in_time(record: Record, call: Record, known: Known) -> Iterator[Finding]:
    gone = known.seconds_since(call.at)
    if gone is None or record.at is None:
        return
    usual = known.survey.usual_latency_s
    if known.is_past(call.at, known.call_timeout_s):
        yield found(
            "call.answer_late",
            f"{call.action} was answered after {gone:.0f} s; whoever asked has given up after"
            f" {known.call_timeout_s:.0f} s.",
            record,
            call,
            matter=call.action,
            values={"seconds": gone},
        )
        return
    is_unusual = usual is not None and gone > LIMITS.slow_answer_factor * usual
    is_slow = gone > LIMITS.slow_answer or (is_unusual and gone > LIMITS.slow_answer_least)
    if is_slow and gone > known.resolution_s:
        yield found(
            "call.slow",
            f"{call.action} was answered after {gone:.1f} s.",
            record,
            call,
            matter=call.action,
            values={"seconds": gone},
        )
