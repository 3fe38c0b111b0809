"""What follows when the CSMS refuses the tag of a running transaction (S 4.8).

The refusal comes with StartTransaction.conf, when energy flows already: online because the CSMS has
changed its mind since Authorize, offline because nobody could be asked. MaxEnergyOnInvalidId lets
the driver have that much more, counted from the refusal (the standard does not say from where).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.connector import Connector, EnergyBudget
from cp_tui.charge_point.measurands import register_wh
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.refusals import note_refusal
from cp_tui.charge_point.sessions import Sessions
from cp_tui.charge_point.transactions import Transactions
from cp_tui.charge_point.turn import Turn
from cp_tui.ocpp.datatypes import StopReason

LOOK_S = 60.0
"""The longest time between two looks at the energy of a refused tag, in s."""


class Deauthorization:
    """Ends a refused transaction, or its energy, once MaxEnergyOnInvalidId is used up."""

    def __init__(
        self,
        turn: Turn,
        configuration: Configuration,
        transactions: Transactions,
        sessions: Sessions,
        connectors: Iterable[Connector],
    ) -> None:
        self._turn = turn
        self._configuration = configuration
        self._transactions = transactions
        self._sessions = sessions
        self._connectors = list(connectors)

    def refused(self, connector: Connector, refusal: Reason) -> None:
        """Act on a StartTransaction.conf that does not accept the tag."""
        tag = connector.transaction.id_tag if connector.transaction else None
        note_refusal(self._turn, [connector], refusal, tag)
        energy_wh = self._configuration.integer("MaxEnergyOnInvalidId")
        if energy_wh:
            connector.energy_budget = EnergyBudget(
                self._register_wh(connector) + energy_wh, refusal
            )
        else:
            self._end(connector, refusal)

    @property
    def deadline(self) -> datetime | None:
        """When a budget is used up at the present power; looked at again until it is."""
        return min((due for c in self._connectors if (due := self._due(c))), default=None)

    def tick(self) -> None:
        """End the transactions that have used up the energy they were allowed."""
        for connector in self._connectors:
            budget = connector.energy_budget
            if budget is None or connector.transaction is None:
                continue
            if self._register_wh(connector) >= budget.until_wh:
                connector.energy_budget = None
                self._end(connector, budget.refusal)

    def _end(self, connector: Connector, refusal: Reason) -> None:
        if self._configuration.boolean("StopTransactionOnInvalidId"):
            # The cable stays locked until the same tag or its group is shown (E 3.5).
            reason = because(
                "deauthorization.stop",
                "S 4.8",
                "{refusal}, and {key} is true",
                refusal=refusal.text,
                key="StopTransactionOnInvalidId",
            )
            self._sessions.stop(connector, StopReason.DE_AUTHORIZED, reason)
        else:
            self._transactions.suspend_energy(connector)
            self._sessions.follow(connector, refusal.text)

    def _due(self, connector: Connector) -> datetime | None:
        budget = connector.energy_budget
        if budget is None or connector.transaction is None:
            return None
        reading = self._turn.body.reading(connector.connector_id, self._turn.now)
        # The power may change at any time, so this is a guess that is looked at again when it is
        # due.
        missing_wh = max(0.0, budget.until_wh - reading.register_wh)
        seconds = missing_wh / reading.power_w * 3600 if reading.power_w > 0 else LOOK_S
        return self._turn.now + timedelta(seconds=max(1.0, min(seconds, LOOK_S)))

    def _register_wh(self, connector: Connector) -> int:
        return register_wh(self._turn.body.reading(connector.connector_id, self._turn.now))
