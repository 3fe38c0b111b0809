"""A charge point of a fleet that misbehaves: its kind stands between it and its wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import Effect, Send
from cp_tui.charge_point.events import Event, FrameReceived, LinkClosed, LinkOpened
from cp_tui.fleet.misbehaviour import Deed, Misbehaviour, Mischief
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.stream_order import OrderKind, StreamOrder
from cp_tui.ocpp.calendar import later
from cp_tui.station.station import Station

OFFLINE_S = 3_600.0
"""What one that begins offline has behind it."""
OFFLINE_TAG = "OFFLINE"


class MisbehavingStation(FleetStation):
    """It is used as any other; what it does beyond that comes from its kind."""

    def __init__(
        self, id: str, config: ChargePointConfig, kind: Misbehaviour, **others: Any
    ) -> None:
        """Build it, without power; `others` as for `FleetStation`."""
        super().__init__(id, replace(config, keys={**config.keys, **kind.keys}), **others)
        self.kind = kind
        self._was_on = False
        self._left: list[StreamOrder] = []
        """Orders that come before those of the link."""

    def power_on(self, now: datetime) -> None:
        """Boot; one that begins offline has the hour before behind it then, once in its life."""
        self.kind.powered_on(now)
        is_first, self._was_on = not self._was_on, True
        if is_first and self.kind.begins_offline and not self.has_past:
            self._live_offline(now)
        else:
            super().power_on(now)

    def power_off(self, now: datetime) -> None:
        """Cut the power; then its kind does not give it back."""
        self.kind.powered_off(now)
        self._lose_power(now)

    def bytes_received(self, data: bytes, now: datetime) -> None:
        """Take what the CSMS has written, or do not hear it."""
        if not self.kind.is_deaf:
            super().bytes_received(data, now)

    def tick(self, now: datetime) -> None:
        """Do what is due by now, and what the kind adds to it."""
        for mischief in self.kind.tick(now):
            self._make(mischief, now)
        super().tick(now)

    def next_deadline(self) -> datetime | None:
        """Say when `tick` is due, also without power."""
        times = (super().next_deadline(), self.kind.next_deadline())
        return min((each for each in times if each is not None), default=None)

    def take_bytes(self) -> list[bytes]:
        """Hand over what is to be written; nothing of one that has fallen silent."""
        found = super().take_bytes()
        return [] if self.kind.is_deaf else found

    def take_orders(self) -> list[StreamOrder]:
        """Hand over what is to be done with streams."""
        left, self._left = self._left, []
        return left + super().take_orders()

    def _handle(self, event: Event, now: datetime) -> None:
        match event:
            case LinkOpened():
                self.kind.opened(now)
            case LinkClosed():
                self.kind.closed(now)
            case FrameReceived(str(text)):
                heard = self.kind.incoming(text, now)
                if heard is None:
                    return
                event = FrameReceived(heard)
            case _:
                pass
        super()._handle(event, now)

    def _carry_out(self, effect: Effect, now: datetime) -> None:
        if not isinstance(effect, Send):
            super()._carry_out(effect, now)
            return
        for text in self.kind.outgoing(effect.text, now):
            self._link.send(text)

    def _make(self, mischief: Mischief, now: datetime) -> None:
        match mischief.deed:
            case Deed.WRITE:
                self._link.send(mischief.text)
            case Deed.FALL_SILENT:
                # Its own pings would end the connection, and nobody shall hear of that.
                self._link.set_ping(0, now)
            case Deed.RECONNECT:
                self.reconnect(now)
            case Deed.CUT:
                self._lose(OrderKind.ABORT, now)
            case Deed.ABANDON:
                self._lose(OrderKind.ABANDON, now)
            case Deed.POWER_OFF:
                if self.is_on:
                    self._lose_power(now)
            case Deed.POWER_ON:
                if not self.is_on:
                    self.power_on(now)

    def _lose_power(self, now: datetime) -> None:
        self.kind.closed(now)
        super().power_off(now)

    def _lose(self, kind: OrderKind, now: datetime) -> None:
        """Have no connection any more, and make another one after the back-off."""
        if not self.is_open:
            return
        self._left += super().take_orders()
        self.cut(now, f"cut on purpose ({self.kind.kind})")
        assert [each.kind for each in super().take_orders()] == [OrderKind.ABORT]
        self._left.append(StreamOrder(kind))
        self.restore(now)

    def _live_offline(self, now: datetime) -> None:
        """Boot an hour ago without a network, and charge a car until now."""
        at = later(now, -OFFLINE_S)
        super().power_on(at)
        self.cut(at)
        self.act(_plug_in, at)
        self.swipe(1, OFFLINE_TAG, at)
        while (due := super().next_deadline()) is not None and due < now:
            super().tick(due)
        self.act(_stop_and_leave, now)
        # Nobody has tried to connect, and nobody is to hear of it.
        super().take_orders()
        self.restore(now)


def _plug_in(body: Station, now: datetime) -> list[Event]:
    return body.plug_in(1, now)


def _stop_and_leave(body: Station, now: datetime) -> list[Event]:
    return [*body.press_stop(1, now), *body.plug_out(1, now)]
