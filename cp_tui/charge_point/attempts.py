"""Tags that are being decided upon: the answer, when it comes, meets what is true then (S 4.1).

While the CSMS is asked, cables are pulled and moved, connectors fail or leave service, the charge
point is reset. An attempt ends once; whatever is said about it afterwards changes nothing here.

The answer does not know where its attempt is by now: a tag that named no connector has perhaps gone
with the cable to another one. So what waits for the answer holds the attempt itself and looks for
the connector that has it; where none has, it was overtaken. Accepted means that the tag may charge,
not that it can: everything is checked once more against the present (`_why_not`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from cp_tui.charge_point.authorization import Authorization
from cp_tui.charge_point.authorization_rules import TagVerdict, same_tag
from cp_tui.charge_point.connector import Connector, PendingStart, StartAttempt, SwipeEnd
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.refusals import note_refusal
from cp_tui.charge_point.reservations import Reservations
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import SwipeOutcome


class Attempts:
    """The attempts under way, each at its connector or, until its group is known, at none."""

    def __init__(
        self,
        turn: Turn,
        authorization: Authorization,
        reservations: Reservations,
        connectors: Iterable[Connector],
        *,
        why_closed: Callable[[], Reason | None],
        permit: Callable[[Connector, PendingStart], None],
        on_end: Callable[[StartAttempt], None],
    ) -> None:
        self._turn = turn
        self._authorization = authorization
        self._reservations = reservations
        self._connectors = [c for c in connectors if c.connector_id > 0]
        self._why_closed = why_closed
        self._permit = permit
        self._on_end = on_end
        self._unplaced: list[StartAttempt] = []

    def begin(self, connector: Connector, attempt: StartAttempt) -> None:
        """Have a tag decided upon that wants to start here."""
        self._place(connector, attempt)
        self._authorization.authorize(attempt.id_tag, partial(self._decided, attempt))

    def begin_unplaced(self, attempt: StartAttempt, decide: Callable[[TagVerdict], None]) -> None:
        """Have a tag decided upon whose group says what it does; `decide` must end it."""

        def decided(verdict: TagVerdict) -> None:
            if attempt in self._unplaced:
                self._unplaced.remove(attempt)
                decide(verdict)

        self._unplaced.append(attempt)
        self._authorization.authorize(attempt.id_tag, decided)

    def unplaced(self, id_tag: str) -> StartAttempt | None:
        """Find the attempt of a tag whose group is being asked for."""
        return next((each for each in self._unplaced if same_tag(each.id_tag, id_tag)), None)

    def start_at(self, connector: Connector, attempt: StartAttempt, verdict: TagVerdict) -> None:
        """Go on at a connector with a tag that was decided upon before it had one."""
        self._place(connector, attempt)
        self._decided(attempt, verdict)

    def end(self, attempt: StartAttempt, end: SwipeEnd) -> None:
        """Note what came of an attempt that is at no connector any more."""
        assert attempt.end is None, "an attempt ends once"
        attempt.end = end
        self._turn.changed("connectors")
        self._on_end(attempt)

    def follow_cable(self, connector: Connector) -> None:
        """A tag that named no connector goes with the cable, wherever that is plugged in."""
        waiting = [
            other
            for other in self._connectors
            if (attempt := other.attempt) is not None
            and not attempt.is_named
            and not other.is_plugged
            and self._reservations.may_move(
                other, connector, attempt.id_tag, self._authorization.parent_of(attempt.id_tag)
            )
        ]
        if waiting:
            first = min(waiting, key=lambda c: c.attempt.since if c.attempt else self._turn.now)
            connector.attempt, first.attempt = first.attempt, None
            self._turn.changed("connectors")

    def unplugged(self, connector: Connector) -> None:
        """Unplugging ends the attempt (B1)."""
        if connector.attempt is not None:
            self._overtake(
                connector,
                because(
                    "attempts.unplugged",
                    "S 4.9",
                    "the cable was pulled out of connector {connector} before {tag} was decided"
                    " upon",
                    connector=connector.connector_id,
                    tag=connector.attempt.id_tag,
                ),
            )

    def abandon_at(self, connector: Connector, reason: Reason) -> None:
        """End the attempt at a connector, if there is one."""
        if connector.attempt is not None:
            self._overtake(connector, reason)

    def abandon(self, reason: Reason) -> None:
        """End every attempt: the charge point stops, or boots again."""
        for connector in self._connectors:
            self.abandon_at(connector, reason)
        unplaced, self._unplaced = self._unplaced, []
        for attempt in unplaced:
            self.end(attempt, SwipeEnd(SwipeOutcome.OVERTAKEN, None, reason))

    def _decided(self, attempt: StartAttempt, verdict: TagVerdict) -> None:
        """Let the tag start where it belongs now, or note why not."""
        connector = next((c for c in self._connectors if c.attempt is attempt), None)
        if connector is None:
            # It has ended: what was decided about it is known to the cache, and that is all.
            return
        # It is over here, whatever comes of it; below it may go on as a start that waits for a
        # cable.
        connector.attempt = None
        if not verdict.is_accepted:
            self._refuse(connector, attempt, SwipeOutcome.REFUSED, verdict.reason)
            return
        found = self._where(connector, attempt, verdict)
        if isinstance(found, Reason):
            is_kept = found.id.startswith("reservation.")
            outcome = SwipeOutcome.REFUSED if is_kept else SwipeOutcome.OVERTAKEN
            self._refuse(connector, attempt, outcome, found)
            return
        pending = PendingStart(attempt, verdict.parent_id_tag, verdict.reason, self._turn.now)
        self._permit(found, pending)
        self.end(attempt, SwipeEnd(SwipeOutcome.ACCEPTED, found, verdict.reason))

    def _where(
        self, connector: Connector, attempt: StartAttempt, verdict: TagVerdict
    ) -> Connector | Reason:
        """Find where an accepted tag starts: its connector, or another if it never named one."""
        problem = self._why_not(connector, attempt.id_tag, verdict.parent_id_tag)
        if problem is None:
            return connector
        # Whoever named a connector, or stands at a cable, means that one and no other.
        if attempt.is_named or connector.is_plugged or self._why_closed() is not None:
            return problem
        for other in self._connectors:
            kept = self._reservations.why_not(other, attempt.id_tag, verdict.parent_id_tag)
            if other.is_free and kept is None:
                return other
        return problem

    def _why_not(self, connector: Connector, id_tag: str, parent: str | None) -> Reason | None:
        """Say what is against a tag that was accepted, as things are now."""
        closed = self._why_closed()
        if closed is not None:
            return closed
        if connector.transaction or not connector.takes_starts:
            return because(
                "attempts.too_late",
                "cp-tui",
                "{tag} was accepted, but meanwhile connector {connector} is {state}",
                tag=id_tag,
                connector=connector.connector_id,
                state=connector.state_words,
            )
        return self._reservations.why_not(connector, id_tag, parent)

    def _place(self, connector: Connector, attempt: StartAttempt) -> None:
        assert connector.attempt is None, "one tag at a time is decided upon for a connector"
        connector.attempt = attempt
        connector.refusal = None
        self._turn.changed("connectors")

    def _overtake(self, connector: Connector, reason: Reason) -> None:
        attempt, connector.attempt = connector.attempt, None
        assert attempt is not None
        self._refuse(connector, attempt, SwipeOutcome.OVERTAKEN, reason)

    def _refuse(
        self, connector: Connector, attempt: StartAttempt, outcome: SwipeOutcome, reason: Reason
    ) -> None:
        note_refusal(self._turn, [connector], reason, attempt.id_tag, is_remote=attempt.is_remote)
        self.end(attempt, SwipeEnd(outcome, connector, reason))
