"""The variable `network`: the weather of the simulated network, and what it does now."""

from __future__ import annotations

from datetime import datetime

from cp_tui.charge_point.codec import Value


class WeatherEntry(Value, frozen=True, kw_only=True):
    """A weather that can be set."""

    name: str
    """By which it is set."""
    about: str
    """In a sentence, what it does."""


class NetworkView(Value, frozen=True, kw_only=True):
    """How bad the network between the charge point and its CSMS is made on purpose."""

    weather: str
    """Its name; `fair` leaves everything as it is."""
    seed: int | None = None
    """What all its chance comes from; None while it is fair."""
    doing: str = ""
    """What it does right now, in words; empty: nothing."""
    since: datetime | None = None
    """When it began to do that."""
    until: datetime | None = None
    """When it does something else; None: not before somebody sets another weather."""
    lost: int = 0
    """Frames, in both directions, since this weather was set."""
    doubled: int = 0
    """Frames that arrived twice."""
    delayed: int = 0
    """Frames that came late, those that were held back included."""
    cut: int = 0
    """Open connections that it has broken."""
    not_connected: int = 0
    """Attempts to connect that it has let fail."""
    weathers: tuple[WeatherEntry, ...] = ()
    """All that can be set, those of the settings among them."""
