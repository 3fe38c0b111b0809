"""An engine of a few lines behind the door: the real hub, and methods that tests can steer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue

from cp_tui.charge_point.reason import because
from cp_tui.charge_point.variables import KeyChange, KeySource, OutboxView
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import Hub, Subscription
from cp_tui.engine.pending_requests import CommandAnswer

AT = datetime(2026, 1, 5, 8, 0, 0, tzinfo=UTC)


def key_change(number: int, text: str = "") -> KeyChange:
    """Build one event of the stream `configuration_key`."""
    return KeyChange(
        key="HeartbeatInterval",
        value=f"{number}{text}",
        read_only=False,
        old_value=None,
        time=AT,
        source=KeySource.CSMS,
        answer="Accepted",
    )


def outbox(count: int) -> OutboxView:
    """Build a value of the variable `outbox`."""
    return OutboxView(count=count)


class FakeEngine:
    """Answers `echo`, waits in `wait` until released, refuses `refuse` and breaks in `break`."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.calls: list[tuple[str, dict[str, JsonValue]]] = []
        self.released = asyncio.Event()
        self.waiting = 0

    async def call(
        self, method: str, params: Mapping[str, JsonValue], *, read_only: bool = False
    ) -> CommandAnswer:
        self.calls.append((method, dict(params)))
        if read_only:
            raise CommandError(ErrorNumber.READ_ONLY, f"an observer may not use {method}")
        match method:
            case "echo":
                return CommandAnswer(dict(params))
            case "wait":
                self.waiting += 1
                await self.released.wait()
                return CommandAnswer(True)
            case "change":
                self.hub.publish("outbox", outbox(7))
                return CommandAnswer(True)
            case "explain":
                return CommandAnswer(
                    False, because("test.why", "cp-tui", "it was {state}", state="off")
                )
            case "refuse":
                raise CommandError(ErrorNumber.REFUSED, "not now")
            case "break":
                raise RuntimeError("a bug")
        raise CommandError(ErrorNumber.METHOD_NOT_FOUND, f"no method {method!r}")

    def get(self, name: str) -> Any:
        return self.hub.get(name)

    async def prepare(self, names: Sequence[str]) -> None:
        await self.hub.prepare(names)

    def subscribe(self, names: Sequence[str], *, history_as_events: bool = False) -> Subscription:
        return self.hub.subscribe(names, history_as_events=history_as_events)
