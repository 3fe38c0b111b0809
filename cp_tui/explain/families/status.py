"""The status of each connector, and the ways from one to the other (S 4.9)."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.charge_point.status import is_legal, transition_code
from cp_tui.explain.catalogue import found
from cp_tui.explain.finding import Finding
from cp_tui.explain.known import Known
from cp_tui.ocpp.core import StatusNotificationRequest
from cp_tui.traces.record import Record


class StatusRules:
    """StatusNotification against what was told before."""

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        request = known.exchange.request if known.exchange.is_call else None
        if isinstance(request, StatusNotificationRequest) and request.connector_id > 0:
            yield from self._changed(record, request, known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        return ()

    def _changed(
        self, record: Record, new: StatusNotificationRequest, known: Known
    ) -> Iterable[Finding]:
        told = known.connectors.current(new.connector_id, known.breaks)
        if told is None or told.status is new.status or is_legal(told.status, new.status):
            return
        code = transition_code(told.status, new.status)
        yield found(
            "status.illegal_transition",
            f"Connector {new.connector_id} went from {told.status} straight to {new.status};"
            f" S 4.9 has no such step ({code}).",
            record,
            told.where,
            charger=known.charger,
        )
