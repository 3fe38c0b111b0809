"""The variables `configuration` and `monitors` and the stream `configuration_key`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cp_tui.charge_point.variables.value import RootValue, Value


class KeySource(StrEnum):
    """Who set the value of a configuration key."""

    DEFAULT = "default"
    FILE = "file"
    CSMS = "CSMS"
    OPERATOR = "operator"
    STATION = "station"
    """It describes the hardware and cannot be set."""


class ConfigurationEntry(Value):
    """One configuration key with everything a person asks about it."""

    key: str
    value: str | None
    """None for AuthorizationKey (its form is in `Link.authorization_key`) and for unset keys."""
    default: str | None
    read_only: bool
    is_custom: bool
    type: str
    unit: str | None = None
    constraint: str = ""
    """What is allowed, in words."""
    effect: str = ""
    """What the key does, in one line."""
    profile: str = ""
    source: KeySource
    changed_at: datetime | None = None
    is_reboot_pending: bool = False
    is_monitored: bool = False


class Configuration(RootValue[tuple[ConfigurationEntry, ...]]):
    """Every configuration key in the order of the standard, custom keys last."""


class KeyChange(Value):
    """A monitored key that the CSMS changed: the event of the stream `configuration_key`."""

    key: str
    value: str
    read_only: bool
    old_value: str | None
    time: datetime
    source: KeySource
    answer: str
    """`Accepted` or `RebootRequired`."""


class Monitor(Value):
    """A monitored key."""

    key: str
    is_known: bool
    value: str | None = None
    read_only: bool | None = None
    last_change: KeyChange | None = None


class Monitors(Value):
    """The monitored keys and the newest changes, newest first."""

    keys: tuple[Monitor, ...] = ()
    history: tuple[KeyChange, ...] = ()
