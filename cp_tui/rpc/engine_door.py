"""What stands behind the socket, as its clients' sessions see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pydantic import JsonValue

from cp_tui.engine.hub import Subscription
from cp_tui.engine.pending_requests import CommandAnswer


class EngineDoor(Protocol):
    """What the door needs of what is behind it: an engine, or the CSMS of a demo."""

    async def call(
        self, method: str, params: Mapping[str, JsonValue], *, read_only: bool = False
    ) -> CommandAnswer:
        """Carry out one command, or raise `CommandError`."""

    async def prepare(self, names: Sequence[str]) -> None:
        """Have variables ready to be looked at, without holding up who waits for an answer."""

    def get(self, name: str) -> Any:
        """Give the present value of a variable, or raise `CommandError`."""

    def subscribe(self, names: Sequence[str], *, history_as_events: bool = False) -> Subscription:
        """Follow variables and streams, or raise `CommandError`; see `Hub.subscribe`."""
