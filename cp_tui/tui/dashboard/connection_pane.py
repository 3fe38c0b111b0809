"""The connection pane: does it talk to the CSMS, does the CSMS want it, and if not, why."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from cp_tui.tui.actions import conditions
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.connection import connection_facts
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.pane import Pane


class ConnectionPane(Pane):
    """Socket, registration, clock and security, in words."""

    NAME = "connection"
    TITLE = "Connection"
    SHOWS: ClassVar[frozenset[str]] = frozenset(
        {"link", "registration", "identity", "stop_report", "engine"}
    )
    HELP_LINES: ClassVar[tuple[str, ...]] = (
        "Socket: is the WebSocket to the CSMS open? Boot: did the CSMS accept the charge point?",
        "Clock: how far the CSMS is ahead (+) or behind (-), and the message that said so.",
        "Where connecting fails, the step is named (DNS, TCP, TLS, HTTP) with what to check.",
        "Stopped by the operator is not offline: nothing is tried or stored until restart.",
        "Its details show address, security profile, form of the key and server certificate.",
    )

    def __init__(self, hints: str, details_hint: str) -> None:
        """`hints`: the keys that act while it is not connected; `details_hint`: always."""
        super().__init__(details_hint)
        self._facts = FactLines(id="connection-facts")
        self._is_waiting = False
        self._waiting_hints = f"{hints}  {details_hint}"
        self._calm_hints = details_hint

    def wants_hints(self) -> bool:
        """The keys are named wherever the focus is: they work everywhere on the dashboard."""
        return True

    def compose_body(self) -> ComposeResult:
        """One list of facts."""
        yield self._facts

    def show(self, snapshot: Snapshot, clock: Clock) -> None:
        """Show the facts, the most urgent first."""
        is_waiting = conditions.try_now(snapshot) is None
        if is_waiting != self._is_waiting:
            self._is_waiting = is_waiting
            self._hints = self._waiting_hints if is_waiting else self._calm_hints
            self.retitle()
        self._facts.show(connection_facts(snapshot, clock))
