"""The reader: what a tag does that somebody shows (transactions.md sections 5 and 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from cp_tui.charge_point.authorization import Authorization
from cp_tui.charge_point.authorization_rules import Verdict, same_tag
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.core import Core
from cp_tui.charge_point.events import Swiped
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.reservations import Reservations
from cp_tui.charge_point.sessions import Sessions
from cp_tui.ocpp.datatypes import ChargePointStatus

STOPPED = because("reader.stopped", "cp-tui", "OCPP is stopped by the operator")
RESETTING = because("reader.resetting", "S 5.14", "the charge point is about to boot again")


class Reader:
    """One reader for all connectors: a tag stops, cancels or starts, in this order."""

    def __init__(
        self,
        core: Core,
        authorization: Authorization,
        reservations: Reservations,
        sessions: Sessions,
        connectors: Iterable[Connector],
        *,
        why_closed: Callable[[], Reason | None],
    ) -> None:
        self._core = core
        self._authorization = authorization
        self._reservations = reservations
        self._sessions = sessions
        self._connectors = [c for c in connectors if c.connector_id > 0]
        self._why_closed = why_closed
        self._asked: set[str] = set()
        """Tags that are being decided upon before a connector is chosen."""

    def swiped(self, event: Swiped) -> None:
        """Act on a tag; with a connector only there, else wherever it fits."""
        scope = [c for c in self._connectors if event.connector_id in (None, c.connector_id)]
        closed = self._why_closed()
        if closed is not None:
            # Nobody may start, but a locked cable is its owner's at any time (E 3.5).
            own = [c for c in scope if _holds_cable_of(c, event.id_tag)]
            for connector in own:
                self._sessions.release_by_tag(connector, event.id_tag)
            if not own:
                self._sessions.refuse(scope, closed, event.id_tag)
            return
        if not any(self._acts_on_own(connector, event.id_tag) for connector in scope):
            self._start_or_find_group(scope, event.id_tag)

    def _acts_on_own(self, connector: Connector, tag: str) -> bool:
        """Do what a tag does at the connector that it belongs to; False if that is another."""
        ended = connector.ended
        if connector.transaction and same_tag(connector.transaction.id_tag, tag):
            self._sessions.stop_by_tag(connector, tag, "the tag that started it was shown again")
        elif connector.pending_start and same_tag(connector.pending_start.id_tag, tag):
            self._sessions.cancel(connector, "the tag was shown a second time")
        elif connector.is_authorizing and same_tag(connector.is_authorizing, tag):
            return True
        elif _holds_cable_of(connector, tag):
            self._sessions.release_by_tag(connector, tag)
        elif ended is None or not same_tag(ended.id_tag, tag):
            return False
        elif connector.is_session_over:
            # A second tap after the stop must not begin a new transaction.
            self._sessions.refuse([connector], _ended_already(connector, tag), tag)
        else:
            return False
        return True

    def _start_or_find_group(self, scope: list[Connector], tag: str) -> None:
        parent = self._authorization.parent_of(tag)
        can_start = [c for c in scope if c.is_free or c.waits_for_tag]
        own = self._reservations.own_connector(tag, parent, can_start)
        if own is not None:
            self._sessions.authorize(own, tag)
            return
        allowed = [c for c in can_start if not self._reservations.why_not(c, tag, parent)]
        waiting = [c for c in allowed if c.is_plugged]
        if waiting:
            # The cable that was plugged in last; one whose session is over only if there is none.
            newest = max(
                waiting,
                key=lambda c: (not c.is_session_over, c.attempt_until or self._core.now),
            )
            self._sessions.authorize(newest, tag)
            return
        if any(_group(c) for c in scope) or self._must_learn_group(can_start, tag):
            if tag.lower() not in self._asked:
                self._asked.add(tag.lower())
                self._authorization.authorize(tag, partial(self._decided_for_group, scope, tag))
            return
        if allowed:
            self._sessions.authorize(allowed[0], tag)
        else:
            self._refuse(scope, tag, parent)

    def _must_learn_group(self, can_start: list[Connector], tag: str) -> bool:
        """Say whether a reservation asks for the group of a tag that is not known here."""
        return self._authorization.known(tag) is None and any(
            self._reservations.depends_on_group(c, tag) for c in can_start
        )

    def _decided_for_group(self, scope: list[Connector], tag: str, verdict: Verdict) -> None:
        """A tag of the same group stops or releases; another one may start elsewhere (S 3.10)."""
        self._asked.discard(tag.lower())
        parent = verdict.parent_id_tag if verdict.is_accepted else None
        for connector in scope:
            group = _group(connector)
            if parent is None or group is None or not same_tag(group, parent):
                continue
            if connector.transaction is not None:
                words = f"a tag of the same group {parent} was shown"
                self._sessions.stop_by_tag(connector, tag, words)
            else:
                self._sessions.release_by_tag(connector, tag)
            return
        can_start = [c for c in scope if c.is_free or c.waits_for_tag]
        own = self._reservations.own_connector(tag, parent, can_start)
        allowed = [c for c in can_start if not self._reservations.why_not(c, tag, parent)]
        chosen = own or next(iter(sorted(allowed, key=lambda c: not c.is_plugged)), None)
        if chosen is not None:
            self._sessions.decided(chosen, tag, None, verdict)
        elif can_start and not verdict.is_accepted:
            self._sessions.refuse(can_start, verdict.reason, tag)
        else:
            self._refuse(scope, tag, parent)

    def _refuse(self, scope: list[Connector], tag: str, parent: str | None) -> None:
        """Note at each connector what keeps the tag from it."""
        others = []
        for connector in scope:
            kept = self._reservations.why_not(connector, tag, parent)
            if kept is None:
                others.append(connector)
            else:
                self._sessions.refuse([connector], kept, tag)
        if others:
            self._sessions.refuse(others, no_connector(scope, tag), tag)


def _holds_cable_of(connector: Connector, tag: str) -> bool:
    """Say whether a cable stayed locked after the transaction of this tag."""
    ended = connector.ended
    return connector.is_left_locked and ended is not None and same_tag(ended.id_tag, tag)


def _group(connector: Connector) -> str | None:
    """Give the group whose tags may end what goes on here."""
    if connector.transaction is not None:
        return connector.transaction.parent_id_tag
    return connector.ended.parent_id_tag if connector.is_left_locked and connector.ended else None


def _ended_already(connector: Connector, tag: str) -> Reason:
    return because(
        "reader.ended_already",
        "cp-tui",
        "the transaction of {tag} on connector {connector} has ended; unplug before the next one",
        tag=tag,
        connector=connector.connector_id,
    )


def no_connector(scope: list[Connector], tag: str) -> Reason:
    """Say what goes on at connectors where a tag cannot start."""
    states = ", ".join(f"{c.connector_id} {_word(c)}" for c in scope)
    return because(
        "reader.no_connector",
        "cp-tui",
        "no connector can start with {tag}: {states}",
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
    if connector.status is ChargePointStatus.PREPARING:
        return "is being authorized"
    return f"is {connector.status}"
