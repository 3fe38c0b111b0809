"""ChangeAvailability: what is in service, and what leaves it when a session is over (S 5.2)."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import AvailabilityRecord
from cp_tui.charge_point.turn import Turn
from cp_tui.ocpp.datatypes import AvailabilityStatus, ChargePointStatus


class Availability:
    """The availability of the charge point and of its connectors; kept over a restart."""

    def __init__(self, turn: Turn, connectors: Iterable[Connector]) -> None:
        self._turn = turn
        self._connectors = {c.connector_id: c for c in connectors}
        self.withdraws_free = False
        """Connectors leave service as they become free: firmware waits to be installed (E 3.49)."""
        for key, record in turn.records(Table.AVAILABILITY, AvailabilityRecord):
            connector = self._connectors.get(int(key))
            if connector is not None:
                connector.is_set_operative = record.operative
                connector.scheduled_operative = record.scheduled

    def change(
        self, connector_id: int, operative: bool
    ) -> tuple[AvailabilityStatus, Reason, list[Connector]]:
        """Change or schedule; give the answer and the connectors that changed at once."""
        if connector_id not in self._connectors:
            reason = because(
                "availability.unknown_connector",
                "S 5.2",
                "there is no connector {connector}, only 0 to {last}",
                connector=connector_id,
                last=max(self._connectors),
            )
            return AvailabilityStatus.REJECTED, reason, []
        whole = self._connectors[0]
        if operative and connector_id > 0 and not whole.is_set_operative:
            reason = because(
                "availability.charge_point_inoperative",
                "S 5.2",
                "the whole charge point is Inoperative; connector 0 must become Operative first",
            )
            return AvailabilityStatus.REJECTED, reason, []
        # 0 means the charge point and every connector: each changes at once or when it is free.
        targets = [c for c in self._connectors.values() if connector_id in (0, c.connector_id)]
        return self._change_all(targets, operative)

    def _change_all(
        self, targets: list[Connector], operative: bool
    ) -> tuple[AvailabilityStatus, Reason, list[Connector]]:
        changed, waiting = [], []
        for connector in targets:
            if not operative and _must_wait(connector):
                connector.scheduled_operative = operative
                waiting.append(connector)
            else:
                if connector.is_set_operative != operative:
                    changed.append(connector)
                    # A session that was over is not resumed: with a cable in a new one begins (H2).
                    connector.is_session_over = connector.is_session_over and not operative
                connector.is_set_operative = operative
                connector.scheduled_operative = None
            self._save(connector)
        self._turn.changed("connectors")
        word = "Operative" if operative else "Inoperative"
        if waiting:
            names = ", ".join(str(c.connector_id) for c in waiting)
            reason = because(
                "availability.scheduled",
                "S 5.2",
                "{word} once connector {connectors} is free",
                word=word,
                connectors=names,
            )
            return AvailabilityStatus.SCHEDULED, reason, changed
        reason = because("availability.changed", "S 5.2", "{word} from now on", word=word)
        return AvailabilityStatus.ACCEPTED, reason, changed

    def apply_scheduled(self, connector: Connector) -> None:
        """Put a scheduled change into effect: the session is over."""
        connector.is_withdrawn = connector.is_withdrawn or self.withdraws_free
        if connector.scheduled_operative is None:
            return
        connector.is_set_operative = connector.scheduled_operative
        connector.scheduled_operative = None
        self._save(connector)

    def apply_all_scheduled(self) -> None:
        """After a boot nothing runs any more: everything scheduled takes effect."""
        for connector in self._connectors.values():
            if not connector.is_plugged and not connector.is_left_locked:
                self.apply_scheduled(connector)

    def _save(self, connector: Connector) -> None:
        record = AvailabilityRecord(
            operative=connector.is_set_operative, scheduled=connector.scheduled_operative
        )
        self._turn.save(Table.AVAILABILITY, str(connector.connector_id), record)


def _must_wait(connector: Connector) -> bool:
    """A transaction must end first; no way leads from Preparing to Unavailable (status.md)."""
    return connector.transaction is not None or (
        connector.is_operative and connector.current_status() is ChargePointStatus.PREPARING
    )
