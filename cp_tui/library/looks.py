"""What can be seen of a charge point, whatever lies between: its variables and its frames."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from cp_tui.charge_point.variables import ConnectorView, TransactionEntry
from cp_tui.library.messages import Messages


class Looks(ABC):
    """A charge point that can be looked at."""

    def __init__(self) -> None:
        self.messages = Messages()
        """The frames, from the moment at which it was first looked at.

        In real time a frame is here a moment after what it has changed: wait for it with `until`.
        """

    @abstractmethod
    def get(self, variable: str) -> Any:
        """Give the value of a variable as it is now, such as `link`; raises `CommandError`."""

    def connector(self, connector_id: int) -> ConnectorView:
        """Give a connector as it is now; 0 is the charge point as a whole.

        Raises `LookupError` where there is none of this number.
        """
        connectors: tuple[ConnectorView, ...] = self.get("connectors")
        if not 0 <= connector_id < len(connectors):
            last = len(connectors) - 1
            raise LookupError(f"connector {connector_id} does not exist; there are 0 to {last}")
        return connectors[connector_id]

    @property
    def transactions(self) -> tuple[TransactionEntry, ...]:
        """The transactions that run, then those that are over, the newest first."""
        found: tuple[TransactionEntry, ...] = self.get("transactions")
        return found

    @property
    def is_connected(self) -> bool:
        """Whether its WebSocket is open."""
        return bool(self.get("is_connected"))

    @property
    def is_accepted(self) -> bool:
        """Whether the WebSocket is open and the CSMS has accepted its BootNotification."""
        return self.is_connected and self.get("registration").status == "Accepted"

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be sent: the CSMS has all that it is to know."""
        return not self.get("outbox").count
