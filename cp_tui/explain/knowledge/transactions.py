"""The transactions that were started, run and have ended (S 4.8, S 4.10)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Set as AbstractSet
from datetime import datetime

import msgspec
from msgspec import Struct

from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.connectors import IDLE
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    MeterValuesRequest,
    StartTransactionRequest,
    StartTransactionResponse,
    StatusNotificationRequest,
    StopTransactionRequest,
)
from cp_tui.ocpp.datatypes import AuthorizationStatus
from cp_tui.traces.record import RecordKind

TRANSACTIONS_MAX = 1_000
"""Open ones, and as many that have ended, of one charge point."""
QUEUED = frozenset({Action.START_TRANSACTION, Action.STOP_TRANSACTION, Action.METER_VALUES})
"""Messages of transactions, which keep their order and are repeated (S 3.7)."""
UNKNOWN_ID = -1
"""Stands for the id of a transaction whose start was never answered (E 3.18)."""


class TransactionKnown(Struct, frozen=True):
    """A transaction as far as the log tells."""

    connector: int
    where: FrameRef
    """Its StartTransaction.req; where that is not in the log, the first frame that names it."""
    breaks: int
    request: StartTransactionRequest | None = None
    """None: it began before the log."""
    at: datetime | None = None
    """When `where` passed."""
    id: int | None = None
    """None: the start was not answered so far."""
    confirmed: FrameRef | None = None
    """Its StartTransaction.conf."""
    confirmed_at: datetime | None = None
    verdict: AuthorizationStatus | None = None
    """On its tag, in that answer."""
    sends: int = 1
    """How often the start was sent."""
    stop: StopTransactionRequest | None = None
    stopped: FrameRef | None = None
    """Its first StopTransaction.req."""
    stopped_at: datetime | None = None
    was_idle_before: bool = False
    """Whether its connector was told as idle before, and nothing was missed since."""

    @property
    def began_at(self) -> datetime | None:
        """By the charge point; where its begin is not in the log, when it was first told of."""
        return self.request.timestamp if self.request else self.at

    @property
    def id_tag(self) -> str | None:
        return self.request.id_tag if self.request else None


class KnownTransactions:
    """The transactions of one charge point."""

    ACTIONS = frozenset(
        {
            Action.STATUS_NOTIFICATION,
            Action.START_TRANSACTION,
            Action.METER_VALUES,
            Action.STOP_TRANSACTION,
        }
    )

    def __init__(self, connectors: AbstractSet[int] = frozenset()) -> None:
        self._connectors = connectors
        """All that there are."""
        self.starting: list[TransactionKnown] = []
        """Those whose start was not answered so far, oldest first."""
        self.running: dict[int, TransactionKnown] = {}
        self.ended: OrderedDict[int, TransactionKnown] = OrderedDict()
        self._idle: dict[int, tuple[int, int]] = {}
        """Connector -> breaks and blurs when it was last told that nothing runs there."""

    def get(self, id_: int) -> TransactionKnown | None:
        """Return the transaction of an id, whether it runs or has ended."""
        return self.running.get(id_) or self.ended.get(id_)

    def on(self, connector: int) -> TransactionKnown | None:
        """Return what runs on a connector, the newest where there are several."""
        for each in (*reversed(self.running.values()), *reversed(self.starting)):
            if each.connector == connector:
                return each
        return None

    def start_of(self, request: StartTransactionRequest) -> TransactionKnown | None:
        """Return the open transaction that this start, sent again, is about."""
        for each in (*self.starting, *self.running.values()):
            known = each.request
            if known and (known.connector_id, known.timestamp, known.id_tag) == (
                request.connector_id,
                request.timestamp,
                request.id_tag,
            ):
                return each
        return None

    def was_idle(self, connector: int, breaks: int, blurs: int) -> bool:
        """Whether all that runs on a connector began in the log, which misses nothing since."""
        return self._idle.get(connector) == (breaks, blurs)

    def are_all_known(self, breaks: int, blurs: int) -> bool:
        """Whether every transaction that may run began in this log, which misses nothing since."""
        return bool(self._connectors) and all(
            self.was_idle(connector, breaks, blurs) for connector in self._connectors
        )

    def meant_by(
        self, stop: StopTransactionRequest, breaks: int, blurs: int
    ) -> TransactionKnown | None:
        """Return what a stop ends: where its id belongs to nothing, what alone it can mean."""
        id_ = stop.transaction_id
        if id_ == UNKNOWN_ID and self.starting and id_ not in self.running:
            own = [each for each in self.starting if each.id_tag == stop.id_tag] or self.starting
            return own[0] if len(own) == 1 else None
        if id_ in self.running or id_ in self.ended or not self.are_all_known(breaks, blurs):
            return self.running.get(id_)
        can_be = [
            each
            for each in self.running.values()
            if each.request is not None and each.request.timestamp <= stop.timestamp
        ]
        if len(can_be) > 1 and stop.id_tag is not None:
            can_be = [each for each in can_be if each.id_tag == stop.id_tag]
        return can_be[0] if len(can_be) == 1 else None

    def learn(self, moment: Moment) -> None:
        match moment.request:
            case StatusNotificationRequest(connector_id=connector, status=status):
                if status in IDLE and connector in self._connectors:
                    self._idle[connector] = moment.breaks, moment.blurs
            case StartTransactionRequest() as request:
                self._start(request, moment)
            case MeterValuesRequest(transaction_id=int(id_), connector_id=connector):
                # Where one is known to run, another id is a mistake, and no other transaction.
                here = self.on(connector)
                is_free = here is None or here.breaks != moment.breaks
                if id_ > 0 and self.get(id_) is None and is_free:
                    was_idle = self.was_idle(connector, moment.breaks, moment.blurs)
                    self._run(
                        TransactionKnown(
                            connector,
                            moment.where,
                            moment.breaks,
                            at=moment.at,
                            id=id_,
                            was_idle_before=was_idle,
                        )
                    )
            case StopTransactionRequest() as request:
                self._stop(request, moment)
        if moment.record.kind is not RecordKind.CALL_RESULT:
            return
        match moment.answered:
            case StartTransactionRequest() as request, StartTransactionResponse(
                transaction_id=int(id_), id_tag_info=info
            ):
                self._confirm(request, id_, info.status if info.is_said else None, moment)

    def _start(self, request: StartTransactionRequest, moment: Moment) -> None:
        again = self.start_of(request)
        if again is None:
            new = TransactionKnown(
                request.connector_id, moment.where, moment.breaks, request, moment.at
            )
            self.starting = [*self.starting[-TRANSACTIONS_MAX + 1 :], new]
            return
        repeated = msgspec.structs.replace(again, sends=again.sends + 1)
        if again.id is not None and again.id in self.running:
            self.running[again.id] = repeated
        else:
            self.starting = [repeated if each is again else each for each in self.starting]

    def _confirm(
        self,
        request: StartTransactionRequest,
        id_: int,
        verdict: AuthorizationStatus | None,
        moment: Moment,
    ) -> None:
        transaction = self.start_of(request)
        if transaction is None or transaction.id is not None:
            return
        self.starting = [each for each in self.starting if each is not transaction]
        self._run(
            msgspec.structs.replace(
                transaction,
                id=id_,
                confirmed=moment.where,
                confirmed_at=moment.at,
                verdict=verdict,
            )
        )

    def _run(self, transaction: TransactionKnown) -> None:
        assert transaction.id is not None
        while len(self.running) >= TRANSACTIONS_MAX:
            del self.running[next(iter(self.running))]
        self.running[transaction.id] = transaction

    def _stop(self, request: StopTransactionRequest, moment: Moment) -> None:
        transaction = self.meant_by(request, moment.breaks, moment.blurs)
        if transaction is None:
            return
        if transaction.id is None:
            self.starting = [each for each in self.starting if each is not transaction]
            return
        del self.running[transaction.id]
        self.ended[transaction.id] = msgspec.structs.replace(
            transaction, stop=request, stopped=moment.where, stopped_at=moment.at
        )
        while len(self.ended) > TRANSACTIONS_MAX:
            self.ended.popitem(last=False)
