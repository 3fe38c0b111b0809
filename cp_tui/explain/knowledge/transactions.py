"""The transactions that were started, run and have ended (S 4.8, S 4.10)."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

import msgspec
from msgspec import Struct

from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.ocpp.core import (
    MeterValuesRequest,
    StartTransactionRequest,
    StartTransactionResponse,
    StopTransactionRequest,
)
from cp_tui.ocpp.datatypes import AuthorizationStatus
from cp_tui.traces.record import RecordKind

TRANSACTIONS_MAX = 1_000
"""Open ones, and as many that have ended, of one charge point."""


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

    @property
    def id_tag(self) -> str | None:
        return self.request.id_tag if self.request else None


class KnownTransactions:
    """The transactions of one charge point."""

    def __init__(self) -> None:
        self.starting: list[TransactionKnown] = []
        """Those whose start was not answered so far, oldest first."""
        self.running: dict[int, TransactionKnown] = {}
        self.ended: OrderedDict[int, TransactionKnown] = OrderedDict()

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

    def learn(self, moment: Moment) -> None:
        match moment.request:
            case StartTransactionRequest() as request:
                self._start(request, moment)
            case MeterValuesRequest(transaction_id=int(id_), connector_id=connector):
                if id_ > 0 and self.get(id_) is None and not self._waits(connector):
                    self._run(
                        TransactionKnown(
                            connector, moment.where, moment.breaks, at=moment.at, id=id_
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
                self._confirm(request, id_, info.status, moment)

    def _waits(self, connector: int) -> bool:
        return any(each.connector == connector for each in self.starting)

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
        verdict: AuthorizationStatus,
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
        transaction = self.running.pop(request.transaction_id, None)
        if transaction is None:
            return
        self.ended[request.transaction_id] = msgspec.structs.replace(
            transaction, stop=request, stopped=moment.where, stopped_at=moment.at
        )
        while len(self.ended) > TRANSACTIONS_MAX:
            self.ended.popitem(last=False)
