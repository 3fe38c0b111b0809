"""What a log holds as a whole, found out before it is judged.

Whether something is missing from a log or did not happen can only be told by one who knows what the
log has at all: a filter that keeps no answers leaves every CALL unanswered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from statistics import median
from typing import Any

from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.payload import fields
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    StartTransactionRequest,
    StartTransactionResponse,
    StopTransactionRequest,
)
from cp_tui.traces.record import ANSWERS, FrameDirection, LinkKind, Record, RecordKind

IMPORTANT = frozenset(
    {
        Action.BOOT_NOTIFICATION,
        Action.STATUS_NOTIFICATION,
        Action.START_TRANSACTION,
        Action.STOP_TRANSACTION,
    }
)
"""The actions that are left of a log of important events."""
CONNECTOR_MAX = 1_000
"""A number above this is no connector, but a mistake."""
LATENCIES_MAX = 1_000
"""So many answers tell what is usual."""
TRANSACTIONS_MAX = 100_000
DAMAGED_LEAST = 10
"""Of so few frames, half may well be broken by a peer."""
CHARGERS_MAX = 10_000
"""Charge points of one log; those beyond are passed over."""


def connector_in(payload: Mapping[str, Any]) -> int:
    """Give the connector that a payload names; 0: it names none."""
    connector = payload.get("connectorId")
    return connector if type(connector) is int and 0 < connector <= CONNECTOR_MAX else 0


class Survey:
    """One charge point in the whole log."""

    def __init__(self, *, is_whole: bool = False) -> None:
        """`is_whole`: every frame passes here, so that an answer that is missing is none."""
        self.is_whole = is_whole
        self.frames = 0
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.kinds: Counter[tuple[FrameDirection | None, RecordKind]] = Counter()
        self.actions: Counter[str] = Counter()
        """CALLs by their action, and how often."""
        self.links: Counter[LinkKind] = Counter()
        self.has_connections = False
        """Whether the records name their connections."""
        self.connectors: set[int] = set()
        """Those above 0 that the charge point names anywhere."""
        self._latencies: list[float] = []
        self._sent: dict[str, datetime] = {}

    def add(self, record: Record) -> None:
        """Count a record."""
        self.has_connections |= record.connection is not None
        if record.kind is RecordKind.LINK:
            if record.link:
                self.links[record.link.event] += 1
            return
        self.frames += 1
        self.kinds[record.direction, record.kind] += 1
        if record.at is not None:
            self.first = self.first or record.at
            self.last = record.at if self.last is None else max(self.last, record.at)
        frame = record.frame
        if frame is None:
            return
        if record.kind is RecordKind.CALL:
            self.actions[frame.action] += 1
            self._see(record, fields(frame.payload))
        self._time(record, frame.message_id)

    def _see(self, record: Record, payload: Mapping[str, Any]) -> None:
        if record.direction is FrameDirection.TO_CSMS and (connector := connector_in(payload)):
            self.connectors.add(connector)

    def _time(self, record: Record, message_id: str) -> None:
        if record.at is None or len(self._latencies) >= LATENCIES_MAX:
            return
        if record.kind is RecordKind.CALL:
            if len(self._sent) < LATENCIES_MAX:
                self._sent[message_id] = record.at
        elif (sent := self._sent.pop(message_id, None)) is not None:
            self._latencies.append((record.at - sent).total_seconds())

    @cached_property
    def usual_latency_s(self) -> float | None:
        """Seconds from a CALL to its answer; None: too few to say."""
        return median(self._latencies) if len(self._latencies) >= 5 else None

    @property
    def has_answers(self) -> bool:
        """False: the log keeps no answers at all, and no silence proves anything."""
        return any(kind in ANSWERS for _, kind in self.kinds)

    @property
    def has_both_sides(self) -> bool:
        """False: only one direction was recorded."""
        ways = {way for way, _ in self.kinds}
        return {FrameDirection.TO_CSMS, FrameDirection.TO_CHARGE_POINT} <= ways

    @property
    def is_filtered(self) -> bool:
        """True: the log keeps no more than the level filters of many a CSMS let through."""
        return self.actions.keys() <= IMPORTANT

    @property
    def tells_of_connections(self) -> bool:
        """False: nothing in the log says when a connection was lost and another one made."""
        return self.has_connections or bool(self.links[LinkKind.OPEN] + self.links[LinkKind.CLOSE])

    def answers_of(self, direction: FrameDirection | None) -> bool:
        """Say whether answers that go this way are recorded."""
        kinds = self.kinds
        # Asked at every record.
        return self.is_whole or bool(
            kinds[direction, RecordKind.CALL_RESULT] or kinds[direction, RecordKind.CALL_ERROR]
        )

    def has(self, action: Action) -> bool:
        """False: this CALL occurs nowhere, so that a filter may have dropped it."""
        return self.actions[action] > 0


class FileKnown:
    """What concerns all charge points of a log."""

    ACTIONS = frozenset({Action.START_TRANSACTION, Action.STOP_TRANSACTION})

    def __init__(self) -> None:
        self.surveys: dict[str | None, Survey] = {}
        self.is_mixed = False
        """Whether charge points without a name are mixed."""
        self.has_other_protocol = False
        """Whether there are messages of another version of OCPP, or none of OCPP at all."""
        self.is_damaged = False
        """Whether most frames are broken, which no peer can be blamed for."""
        self.last_at: datetime | None = None
        """When the newest record before the one in hand passed, of any charge point."""
        self.open_transactions: dict[int, str | None] = {}
        """transactionId -> charge point, of those that are running."""

    def learn(self, charger: str | None, moment: Moment) -> None:
        """Take over which charge point has which transaction."""
        match moment.request:
            case StopTransactionRequest(transaction_id=id_):
                if self.open_transactions.get(id_, charger) == charger:
                    self.open_transactions.pop(id_, None)
        match moment.answered:
            case StartTransactionRequest(), StartTransactionResponse(transaction_id=int(id_)):
                if len(self.open_transactions) < TRANSACTIONS_MAX:
                    self.open_transactions[id_] = charger

    def walk(self, records: Iterable[Record]) -> None:
        """Look through the whole log once."""
        frames = broken = 0
        for record in records:
            survey = self.surveys.get(record.charger)
            if survey is None:
                if len(self.surveys) >= CHARGERS_MAX:
                    continue
                survey = self.surveys[record.charger] = Survey()
            survey.add(record)
            frames += record.kind is not RecordKind.LINK
            broken += record.kind is RecordKind.UNREADABLE and not record.is_truncated
        self.is_damaged = frames >= DAMAGED_LEAST and broken > frames / 2
