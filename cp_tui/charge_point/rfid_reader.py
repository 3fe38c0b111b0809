"""The reader: what a tag does that somebody shows (transactions.md).

A tag is nothing but a text, and what it means depends on what it belongs to. In this order: it ends
or cancels what it began itself, for which nobody need be asked (S 4.1 forbids to); it ends what a
tag of its group began, for which its group has to be known; else it wants to start. A group that is
not known here has to be asked for, even if the tag only wanted to start: a member of the group of a
running transaction stops it, and nobody can tell before the CSMS has answered. Where a cable or a
reservation shows that the tag is meant for another connector, that question is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial

from msgspec import Struct

from cp_tui.charge_point.attempts import Attempts
from cp_tui.charge_point.authorization import Authorization
from cp_tui.charge_point.authorization_rules import TagVerdict, same_group, same_tag
from cp_tui.charge_point.codec import builtins_of
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.connector import Connector, StartAttempt, SwipeEnd
from cp_tui.charge_point.effects import Refuse, Reply
from cp_tui.charge_point.events import Swipe
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import TransactionRecord
from cp_tui.charge_point.reservations import Reservations
from cp_tui.charge_point.sessions import Sessions
from cp_tui.charge_point.swipe_result import swipe_result
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import SwipeOutcome
from cp_tui.ocpp.calendar import later

STOPPED = because("reader.stopped", "cp-tui", "OCPP is stopped by the operator")
RESETTING = because("reader.resetting", "S 5.14", "the charge point is about to boot again")


SWIPE_WAIT_MAX_S = 90
"""The longest wait for the answer of `swipe`: whoever asks for it gives up later than that."""
SPARE_S = 5
"""What is added to the time-outs that such a wait is made of."""


class _Waiting(Struct, frozen=True):
    """Somebody who wants to know what comes of a tag."""

    request: int
    attempt: StartAttempt
    until: datetime


class RfidReader:
    """One reader for all connectors: a tag stops, cancels or starts, in this order."""

    def __init__(
        self,
        turn: Turn,
        configuration: Configuration,
        authorization: Authorization,
        attempts: Attempts,
        reservations: Reservations,
        sessions: Sessions,
        connectors: Iterable[Connector],
        *,
        why_closed: Callable[[], Reason | None],
    ) -> None:
        self._turn = turn
        self._configuration = configuration
        self._authorization = authorization
        self._attempts = attempts
        self._reservations = reservations
        self._sessions = sessions
        self._connectors = [c for c in connectors if c.connector_id > 0]
        self._why_closed = why_closed
        self._waiting: list[_Waiting] = []

    def swiped(self, event: Swipe) -> None:
        """Act on a tag, with a connector only there, else wherever it fits; say what came of it."""
        scope = [c for c in self._connectors if event.connector_id in (None, c.connector_id)]
        if not scope:
            reason = because(
                "reader.unknown_connector",
                "cp-tui",
                "connector {connector} does not exist; there are 1 to {last}",
                connector=event.connector_id,
                last=len(self._connectors),
            )
            if event.request:
                self._turn.emit(Refuse(event.request, reason))
            return
        came = self._act(scope, event)
        if isinstance(came, StartAttempt) and came.end is None and event.wait:
            until = later(self._turn.now, self._wait_max_s())
            self._waiting.append(_Waiting(event.request, came, until))
            return
        end = came if isinstance(came, SwipeEnd) else came.end or self._asked(came)
        self._answer(event.request, event.id_tag, end)

    def ended(self, attempt: StartAttempt) -> None:
        """Tell everybody who waits what came of a tag."""
        assert attempt.end is not None
        for each in self._waiting:
            if each.attempt is attempt:
                self._answer(each.request, attempt.id_tag, attempt.end)
        self._waiting = [each for each in self._waiting if each.attempt is not attempt]

    @property
    def deadline(self) -> datetime | None:
        """When the next of those who wait for the outcome of a tag has waited long enough."""
        return min((each.until for each in self._waiting), default=None)

    def tick(self) -> None:
        """Tell those who have waited long enough that the CSMS is still being asked."""
        due = [each for each in self._waiting if each.until <= self._turn.now]
        self._waiting = [each for each in self._waiting if each not in due]
        for each in due:
            self._answer(each.request, each.attempt.id_tag, self._asked(each.attempt))

    def _wait_max_s(self) -> int:
        """Give the longest wait for an outcome: an open call and Authorize may both time out."""
        return min(2 * self._configuration.integer("MessageTimeout"), SWIPE_WAIT_MAX_S) + SPARE_S

    def _asked(self, attempt: StartAttempt) -> SwipeEnd:
        at = next((c for c in self._connectors if c.attempt is attempt), None)
        text = "the CSMS is being asked about {tag}"
        reason = because("reader.asked", "S 4.1", text, tag=attempt.id_tag)
        return SwipeEnd(SwipeOutcome.ASKED, at, reason)

    def _answer(self, request: int, id_tag: str, end: SwipeEnd) -> None:
        if not request:
            return
        result = swipe_result(id_tag, end)
        self._turn.emit(Reply(request, builtins_of(result), result.reason))

    def _act(self, scope: list[Connector], event: Swipe) -> SwipeEnd | StartAttempt:
        closed, tag = self._why_closed(), event.id_tag
        # While OCPP is stopped or a reset is under way nothing may begin, and what ran has ended.
        if closed is not None:
            # Nobody may start, but a locked cable is its owner's at any time (E 3.5).
            own = [c for c in scope if _holds_cable_of(c, tag)]
            released = [self._release(connector, tag) for connector in own]
            return released[0] if released else self._refused(scope, closed, tag)
        for connector in scope:
            came = self._act_on_own(connector, tag)
            if came is not None:
                return came
        attempt = StartAttempt(tag, self._turn.now, is_named=len(scope) == 1)
        return self._start_or_find_group(scope, attempt)

    def _act_on_own(self, connector: Connector, tag: str) -> SwipeEnd | StartAttempt | None:
        """Do what a tag does at the connector that it belongs to; None if that is another."""
        # The order is that of how far the tag has come: what runs, what may start, what is being
        # asked about, what is left of a transaction. A connector is in one of these states at most,
        # but for the last: `ended` stays until the cable is out.
        ended = connector.ended
        if connector.transaction and same_tag(connector.transaction.id_tag, tag):
            return self._stop(connector, tag, "the tag that started it was shown again")
        if connector.pending_start and same_tag(connector.pending_start.id_tag, tag):
            reason = Reason(
                id="reader.shown_again", rule="S 4.9", text="the tag was shown a second time"
            )
            self._sessions.cancel(connector, reason.text)
            return SwipeEnd(SwipeOutcome.CANCELLED, connector, reason)
        if connector.attempt and same_tag(connector.attempt.id_tag, tag):
            # Somebody who sees nothing happen shows it again: it is asked about once.
            return connector.attempt
        if _holds_cable_of(connector, tag):
            return self._release(connector, tag)
        if ended is None or not same_tag(ended.id_tag, tag) or not connector.is_session_over:
            return None
        # A second tap after the stop must not begin a new transaction.
        return self._refused([connector], _ended_already(connector, tag), tag)

    def _start_or_find_group(
        self, scope: list[Connector], attempt: StartAttempt
    ) -> SwipeEnd | StartAttempt:
        tag = attempt.id_tag
        parent = self._authorization.parent_of(tag)
        can_start = _able(scope)
        chosen = self._choose(can_start, tag, parent)
        # Only where nothing shows what the tag wants is its group asked for first: it costs the
        # time of an Authorize, and a cable that was just plugged in says enough.
        if chosen is None or not self._is_meant(chosen, tag, parent):
            groups = {c.connector_id: key for c in scope if (key := _group_key(c))}
            if groups or self._must_learn_group(can_start, tag):
                # Shown again while it is asked about: both are told what comes of the one question.
                earlier = self._attempts.unplaced(tag)
                if earlier is not None:
                    return earlier
                decide = partial(self._decided_for_group, scope, attempt, groups)
                self._attempts.begin_unplaced(attempt, decide)
                return attempt
        if chosen is None:
            return self._refuse(scope, tag, parent)
        self._attempts.begin(chosen, attempt)
        return attempt

    def _choose(self, can_start: list[Connector], tag: str, parent: str | None) -> Connector | None:
        """Choose where a tag starts: where it is expected, with a cable, or where one may come."""
        own = self._reservations.own_connector(tag, parent, can_start)
        if own is not None:
            return own
        allowed = [c for c in can_start if not self._reservations.why_not(c, tag, parent)]
        # The cable that was plugged in last; one whose session is over only if there is none.
        return max(
            allowed,
            key=lambda c: (c.is_plugged, not c.is_session_over, c.attempt_until or self._turn.now),
            default=None,
        )

    def _is_meant(self, connector: Connector, tag: str, parent: str | None) -> bool:
        """Say whether a cable or a reservation shows that a tag wants to start here."""
        own = self._reservations.own_connector(tag, parent, [connector])
        return connector.is_plugged or own is not None

    def _must_learn_group(self, can_start: list[Connector], tag: str) -> bool:
        """Say whether a reservation asks for the group of a tag that is not known here."""
        return self._authorization.known(tag) is None and any(
            self._reservations.depends_on_group(c, tag) for c in can_start
        )

    def _decided_for_group(
        self,
        scope: list[Connector],
        attempt: StartAttempt,
        groups: Mapping[int, str],
        verdict: TagVerdict,
    ) -> None:
        """A tag of the same group stops or releases; another one may start elsewhere (S 3.10).

        `groups` has the transactions that it was shown for: a later one it does not end.
        """
        tag = attempt.id_tag
        closed = self._why_closed()
        parent = verdict.parent_id_tag if verdict.is_accepted else None
        for connector in scope:
            key = _group_key(connector)
            is_same = key is not None and groups.get(connector.connector_id) == key
            if is_same and same_group(_group(connector), parent):
                self._attempts.end(attempt, self._end_for_group(connector, tag, parent))
                return
        # Where it could have ended something, it starts nothing once that has ended by itself.
        free = [c for c in _able(scope) if c.connector_id not in groups]
        chosen = self._choose(free, tag, parent)
        if closed is not None:
            end = self._refused(scope, closed, tag)
        elif not verdict.is_accepted:
            end = self._refused(_able(scope) or scope, verdict.reason, tag)
        elif chosen is not None:
            self._attempts.start_at(chosen, attempt, verdict)
            return
        else:
            end = self._refuse(scope, tag, parent)
        self._attempts.end(attempt, end)

    def _end_for_group(self, connector: Connector, tag: str, parent: str | None) -> SwipeEnd:
        if connector.transaction is None:
            return self._release(connector, tag)
        return self._stop(connector, tag, f"a tag of the same group {parent} was shown")

    def _stop(self, connector: Connector, tag: str, words: str) -> SwipeEnd:
        reason = self._sessions.stop_by_tag(connector, tag, words)
        return SwipeEnd(SwipeOutcome.STOPPED, connector, reason)

    def _release(self, connector: Connector, tag: str) -> SwipeEnd:
        problem = self._sessions.release_by_tag(connector, tag)
        if problem is not None:
            return SwipeEnd(SwipeOutcome.REFUSED, connector, problem)
        words = "{tag} may take the cable that stayed locked after its transaction"
        reason = because("reader.released", "E 3.5", words, tag=tag)
        return SwipeEnd(SwipeOutcome.RELEASED, connector, reason)

    def _refused(self, scope: list[Connector], reason: Reason, tag: str) -> SwipeEnd:
        self._sessions.refuse(scope, reason, tag)
        at = scope[0] if len(scope) == 1 else None
        return SwipeEnd(SwipeOutcome.REFUSED, at, reason)

    def _refuse(self, scope: list[Connector], tag: str, parent: str | None) -> SwipeEnd:
        """Note at each connector what keeps the tag from it."""
        others, ends = [], []
        for connector in scope:
            kept = self._reservations.why_not(connector, tag, parent)
            if kept is None:
                others.append(connector)
            else:
                ends.append(self._refused([connector], kept, tag))
        if others:
            is_named = len(scope) < len(self._connectors)
            reason = no_connector(scope, tag, is_named=is_named)
            self._sessions.refuse(others, reason, tag)
            at = scope[0] if len(scope) == 1 else None
            return SwipeEnd(SwipeOutcome.REFUSED, at, reason)
        return ends[0]


def _able(scope: list[Connector]) -> list[Connector]:
    return [c for c in scope if c.is_free or c.waits_for_tag]


def _holds_cable_of(connector: Connector, tag: str) -> bool:
    """Say whether a cable stayed locked after the transaction of this tag."""
    ended = connector.ended
    return connector.is_left_locked and ended is not None and same_tag(ended.id_tag, tag)


def _in_hand(connector: Connector) -> TransactionRecord | None:
    """Give what a tag of its group may end here: a transaction, or the hold of its cable."""
    if connector.transaction is not None:
        return connector.transaction
    return connector.ended if connector.is_left_locked else None


def _group(connector: Connector) -> str | None:
    record = _in_hand(connector)
    return record.parent_id_tag if record else None


def _group_key(connector: Connector) -> str | None:
    """Name the transaction that a tag of its group may end here; None where there is none."""
    record = _in_hand(connector)
    return record.key if record and record.parent_id_tag else None


def _ended_already(connector: Connector, tag: str) -> Reason:
    return because(
        "reader.ended_already",
        "cp-tui",
        "the transaction of {tag} on connector {connector} has ended; unplug before the next one",
        tag=tag,
        connector=connector.connector_id,
    )


def no_connector(scope: list[Connector], tag: str, *, is_named: bool) -> Reason:
    """Say what goes on at connectors where a tag cannot start, or at the one that it is meant for.

    Where one is named, nothing is said of the others.
    """
    states = ", ".join(f"{c.connector_id} {_word(c)}" for c in scope)
    subject = "no_connector"
    if all(_word(c) == f"is {c.state_words}" for c in scope):
        if all(c.is_faulted for c in scope):
            subject = "faulted"
        elif not any(c.is_operative and not c.is_leaving for c in scope):
            subject = "out_of_service"
    return because(
        f"reader.{subject}",
        "cp-tui",
        "connector {states}" if is_named else "no connector can start with {tag}: {states}",
        tag=tag,
        states=states,
    )


def _word(connector: Connector) -> str:
    record = connector.transaction
    if record is not None:
        return f"charges for {record.id_tag}"
    if connector.is_left_locked and connector.ended is not None:
        return f"still holds the cable of {connector.ended.id_tag}"
    if connector.pending_start is not None:
        return f"waits for the cable of {connector.pending_start.id_tag}"
    if connector.attempt is not None:
        return f"is being authorized for {connector.attempt.id_tag}"
    return f"is {connector.state_words}"
