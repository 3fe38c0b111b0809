"""Reset: ends the transactions and boots again (S 5.14)."""

from __future__ import annotations

from datetime import datetime, timedelta

from cp_tui.charge_point.attempts import Attempts
from cp_tui.charge_point.calls import Calls
from cp_tui.charge_point.effects import LogLevel, Reboot, Table
from cp_tui.charge_point.outbox import Outbox
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import RebootRecord
from cp_tui.charge_point.sessions import Sessions
from cp_tui.charge_point.transactions import Transactions
from cp_tui.charge_point.turn import Turn
from cp_tui.ocpp.datatypes import StopReason

REBOOT_KEY = "reboot"
"""The key of the record in `Table.STATE` that the next boot finds."""
SOFT_WAIT = timedelta(seconds=60)
"""How long a soft reset waits for the CSMS to take the StopTransactions (transactions.md)."""
BACKUP_LASTS = timedelta(seconds=30)
"""How long the backup gives to tell the CSMS about the loss of power."""


class Resetting:
    """A reset that was accepted, until the charge point boots again."""

    def __init__(
        self,
        turn: Turn,
        calls: Calls,
        outbox: Outbox,
        transactions: Transactions,
        sessions: Sessions,
        attempts: Attempts,
    ) -> None:
        self._turn = turn
        self._calls = calls
        self._outbox = outbox
        self._transactions = transactions
        self._sessions = sessions
        self._attempts = attempts
        self._until: datetime | None = None
        self._is_rebooting = False
        self._why = ""

    @property
    def is_under_way(self) -> bool:
        """Whether a reset was accepted and the boot is still to come."""
        return self._is_rebooting or self._until is not None

    def begin(self, *, hard: bool) -> None:
        """End the transactions; boot at once (hard), or when the CSMS has taken them (soft)."""
        stop_reason = StopReason.HARD_RESET if hard else StopReason.SOFT_RESET
        kind = "hard" if hard else "soft"
        reason = because(f"reset.{kind}", "S 5.14", "the CSMS asked for a {kind} reset", kind=kind)
        self._turn.log(LogLevel.INFO, reason.text)
        self._why = reason.text
        self._end_all(stop_reason, reason)
        if hard:
            self._reboot(hard=True)
        else:
            self._until = self._turn.now + SOFT_WAIT

    def reboot(self, reason: Reason) -> None:
        """Boot for a reason of our own, once the CSMS has taken what there is to say."""
        self._turn.log(LogLevel.INFO, reason.text)
        self._why = reason.text
        self._end_all(StopReason.REBOOT, reason)
        self._until = self._turn.now + SOFT_WAIT

    def lose_mains(self) -> None:
        """End the transactions on backup power, tell the CSMS, then go down and boot (S 7.36)."""
        reason = because("reset.power_loss", "S 7.36", "the mains failed, on backup power")
        self._turn.log(LogLevel.WARNING, reason.text)
        self._end_all(StopReason.POWER_LOSS, reason)
        self._until = self._turn.now + BACKUP_LASTS

    @property
    def deadline(self) -> datetime | None:
        """When the wait of a soft reset ends at the latest."""
        return self._until

    def tick(self) -> None:
        """Boot as soon as nothing is left to wait for."""
        if self._until is None:
            return
        is_idle = self._calls.is_idle and not len(self._outbox)
        if is_idle or not self._calls.is_open or self._turn.now >= self._until:
            self._until = None
            self._reboot(hard=False)

    def _end_all(self, stop_reason: StopReason, reason: Reason) -> None:
        for connector, _ in self._transactions.running():
            self._sessions.stop(connector, stop_reason, reason, unlock=True)
        self._attempts.abandon(reason)

    def _reboot(self, *, hard: bool) -> None:
        self._is_rebooting = True
        if self._why:
            self._turn.save(Table.STATE, REBOOT_KEY, RebootRecord(why=self._why))
        self._turn.emit(Reboot(hard))
