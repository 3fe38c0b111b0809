"""Which messages the CSMS has asked for: they may come where nothing else may (S 5.17)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cp_tui.explain.exchange import KnownExchange, action_named
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.payload import fields, text
from cp_tui.ocpp.action import Action
from cp_tui.traces.record import Record

ASKED_MAX = 100
_TRIGGERS = (Action.TRIGGER_MESSAGE, Action.EXTENDED_TRIGGER_MESSAGE)
_ASKS: Mapping[str, Action] = MappingProxyType(
    {"SignChargePointCertificate": Action.SIGN_CERTIFICATE}
)
"""Names in a trigger that are not those of the action which is meant."""


def action_asked_for(name: str) -> Action | None:
    """Return the message that a trigger means by a name; None: it is none of OCPP 1.6."""
    return _ASKS.get(name) or action_named(name)


class KnownTriggers:
    """What TriggerMessage and ExtendedTriggerMessage asked for and has not come so far.

    A message may come before the answer that promises it, so the request counts from the start;
    one that is refused is taken back.
    """

    ACTIONS = frozenset(Action)

    def __init__(self) -> None:
        self._waiting: Counter[tuple[Action, int | None]] = Counter()
        self._came: set[tuple[Action, int]] = set()
        """Where all connectors are asked for: those whose message has come."""

    def wants(self, exchange: KnownExchange) -> bool:
        """Say whether the CALL in hand was asked for."""
        return exchange.is_call and self._place_of(exchange) is not None

    def learn(self, moment: Moment) -> None:
        exchange = moment.exchange
        if exchange.action in _TRIGGERS:
            self._asked(moment)
        elif exchange.is_call and (place := self._place_of(exchange)) is not None:
            connector = _connector(exchange.asked)
            if place[1] is None and connector is not None:
                self._came.add((place[0], connector))
            else:
                self._waiting[place] -= 1

    def _asked(self, moment: Moment) -> None:
        exchange = moment.exchange
        wanted = _wanted(exchange.asked)
        if wanted is None:
            return
        if exchange.is_call:
            if len(self._waiting) < ASKED_MAX:
                self._waiting[wanted] += 1
                self._came = {each for each in self._came if each[0] is not wanted[0]}
        elif _payload(moment.record).get("status") != "Accepted" and self._waiting[wanted] > 0:
            self._waiting[wanted] -= 1

    def _place_of(self, exchange: KnownExchange) -> tuple[Action, int | None] | None:
        if exchange.action is None or not self._waiting:
            return None
        action, connector = exchange.action, _connector(exchange.asked)
        if self._waiting[action, connector] > 0:
            return action, connector
        is_new = connector is None or (action, connector) not in self._came
        return (action, None) if is_new and self._waiting[action, None] > 0 else None


def _payload(record: Record | None) -> dict[str, Any]:
    return fields(record.frame.payload if record and record.frame else None)


def _connector(record: Record | None) -> int | None:
    connector = _payload(record).get("connectorId")
    return connector if isinstance(connector, int) else None


def _wanted(call: Record | None) -> tuple[Action, int | None] | None:
    action = action_asked_for(text(_payload(call), "requestedMessage"))
    return (action, _connector(call)) if action else None
