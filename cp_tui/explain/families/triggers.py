"""TriggerMessage: what was Accepted has to come (S 5.17, W 5.5)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding
from cp_tui.explain.knowledge.triggers import action_asked_for
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import TriggerMessageStatus
from cp_tui.ocpp.remote_trigger import TriggerMessageRequest, TriggerMessageResponse
from cp_tui.ocpp.security import ExtendedTriggerMessageRequest, ExtendedTriggerMessageResponse
from cp_tui.traces.record import FrameDirection, Record

TRIGGERS_MAX = 100
_PER_CONNECTOR = (Action.STATUS_NOTIFICATION, Action.METER_VALUES)
_ALSO = {Action.FIRMWARE_STATUS_NOTIFICATION: Action.SIGNED_FIRMWARE_STATUS_NOTIFICATION}
"""ExtendedTriggerMessage means the signed one by the plain name (W L01)."""


class _Trigger(Struct):
    """A message that was asked for."""

    call: Record
    action: Action
    connector: int | None
    missing: set[int]
    """Connectors that it has to come for; empty: any one."""
    breaks: int
    blurs: int
    has_come: bool = False
    answered: Record | None = None
    """With Accepted."""
    later_calls: int = 0
    """Of the charge point, since then."""


class TriggerRules(Family):
    """TriggerMessage and ExtendedTriggerMessage."""

    ACTIONS = frozenset({Action.TRIGGER_MESSAGE, Action.EXTENDED_TRIGGER_MESSAGE})

    def __init__(self) -> None:
        self._asked: dict[int, _Trigger] = {}
        """By the number of the CALL."""

    @property
    def is_waiting(self) -> bool:
        return bool(self._asked)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        exchange = known.exchange
        if exchange.is_call:
            match exchange.request:
                case TriggerMessageRequest() | ExtendedTriggerMessageRequest() as request:
                    self._ask(record, request, known)
            if record.direction is FrameDirection.TO_CSMS:
                self._come(exchange.action, known)
        elif record.pair in self._asked:
            yield from self._answered(record, record.pair, known)
        yield from self._overdue(known, is_end=False)

    def at_end(self, known: Known) -> Iterable[Finding]:
        yield from self._overdue(known, is_end=True)

    def _ask(
        self,
        record: Record,
        request: TriggerMessageRequest | ExtendedTriggerMessageRequest,
        known: Known,
    ) -> None:
        action = action_asked_for(str(request.requested_message))
        assert action, "what the schema lets through is a message"
        connector = request.connector_id if action in _PER_CONNECTOR else None
        missing = {connector} if connector is not None else set()
        number = known.keys.integer("NumberOfConnectors")
        # MeterValues of connector 0 need a main meter, which not all have.
        if action is Action.STATUS_NOTIFICATION and connector is None and number is not None:
            missing = set(range(1, min(number, 100) + 1))
        if len(self._asked) >= TRIGGERS_MAX:
            del self._asked[next(iter(self._asked))]
        self._asked[record.number] = _Trigger(
            record, action, connector, missing, known.breaks, known.blurs
        )

    def _come(self, action: Action | None, known: Known) -> None:
        request = known.exchange.request
        connector = getattr(request, "connector_id", None)
        for number, each in list(self._asked.items()):
            each.later_calls += each.answered is not None
            if action is not each.action and action is not _ALSO.get(each.action):
                continue
            each.missing.discard(connector if type(connector) is int else -1)
            each.has_come = each.has_come or each.connector in (None, connector)
            if each.answered is not None and each.has_come and not each.missing:
                del self._asked[number]

    def _answered(self, record: Record, number: int, known: Known) -> Iterable[Finding]:
        each = self._asked[number]
        response = known.exchange.response
        is_answer = isinstance(response, TriggerMessageResponse | ExtendedTriggerMessageResponse)
        if not is_answer or getattr(response, "status", None) is not TriggerMessageStatus.ACCEPTED:
            del self._asked[number]
            return
        each.answered = record
        if each.action is Action.BOOT_NOTIFICATION and known.registration.is_accepted:
            yield found(
                "trigger.boot_accepted",
                "TriggerMessage for BootNotification was Accepted by a charge point that is"
                " registered; it may refuse that.",
                record,
            )
        if each.has_come:
            yield found(
                "trigger.message_first",
                f"{each.action} came before the answer to its TriggerMessage.",
                record,
                each.call,
            )
            if not each.missing:
                del self._asked[number]

    def _overdue(self, known: Known, *, is_end: bool) -> Iterable[Finding]:
        for number, each in list(self._asked.items()):
            if each.breaks != known.breaks:
                del self._asked[number]
                continue
            answered = each.answered
            if answered is None:
                continue
            is_over = known.is_past(answered.at, LIMITS.trigger)
            if answered.at is None:
                is_over = is_end and each.later_calls >= LIMITS.trigger_later_calls
            if is_over:
                del self._asked[number]
                if each.blurs == known.blurs:
                    yield self._missing(each, answered)

    def _missing(self, each: _Trigger, answered: Record) -> Finding:
        which = ""
        if each.missing:
            connectors = ", ".join(map(str, sorted(each.missing)))
            which = f" of connector {connectors}"
        elif each.connector is not None:
            which = f" of connector {each.connector}"
        when = f" within {LIMITS.trigger:g} s" if answered.at is not None else ""
        return found(
            "trigger.no_message",
            f"TriggerMessage was Accepted, and {each.action}{which} did not come{when}.",
            answered,
            each.call,
        )
