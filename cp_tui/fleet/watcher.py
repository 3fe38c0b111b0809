"""What a station tells whoever measures a fleet. All lengths of time are in seconds."""

from __future__ import annotations

from typing import Protocol

from cp_tui.charge_point.exchange_watcher import Outcome as Outcome
from cp_tui.fleet.bill import BillEntry


class StationWatcher(Protocol):
    """Is told each fact once; nothing of it may wait or raise, nor call the station back."""

    def answered(self, action: str, answer_s: float, outcome: Outcome, detail: str = "") -> None:
        """A CALL of ours is over: so long after it was written. `detail`: code of a CALLERROR."""

    def aged(self, action: str, age_s: float) -> None:
        """A message of a transaction is acknowledged: so long after it was made."""

    def asked(self, action: str, status: str, took_s: float) -> None:
        """A CALL of the CSMS is answered, with this status or code; empty: it has none."""

    def connected(self, took_s: float) -> None:
        """The WebSocket is open: so long after somebody began to connect."""

    def refused(self, step: str, why: str) -> None:
        """An attempt to connect failed at a step: DNS, TCP, TLS, HTTP or subprotocol."""

    def lost(self, why: str) -> None:
        """An open WebSocket has ended, and the station did not want that."""

    def back(self, after_s: float) -> None:
        """The WebSocket is open again: so long after it was lost."""

    def accepted(self, after_s: float) -> None:
        """The CSMS has accepted the station: so long after the power came."""

    def kept_waiting(self) -> None:
        """Somebody has plugged in, and at the first look no energy flows."""

    def tag_refused(self, id_tag: str, status: str) -> None:
        """The CSMS has answered that a tag may not charge."""

    def charging(self, after_s: float) -> None:
        """A transaction runs: so long after the tag was shown."""

    def settled(self, entry: BillEntry) -> None:
        """A transaction is acknowledged in full: start, stop and all values that were not lost."""
