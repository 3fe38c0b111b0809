"""The variables `configuration` and `monitors` and the stream `configuration_key`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.reason import Reason


class KeySource(StrEnum):
    """Who set the value of a configuration key."""

    DEFAULT = "default"
    FILE = "file"
    CSMS = "CSMS"
    OPERATOR = "operator"
    CHARGE_POINT = "charge point"
    """What had been set did not work, so it was taken back."""
    HARDWARE = "hardware"
    """It describes the hardware and cannot be set."""
    TOLD = "told"
    """A charge point that is only watched has told it; who set it, nobody knows here."""


class KeyChange(Value, frozen=True, kw_only=True):
    """A change of a key, or an attempt: the event of the streams `configuration_key`, for what the
    CSMS changed on monitored keys, and `configuration_changes`, for all keys and whoever it was."""

    key: str
    value: str
    """The new value, or the one that was refused; `(secret)` for AuthorizationKey."""
    read_only: bool
    old_value: str | None
    """The value before, which is still in force where the answer is a refusal."""
    time: datetime
    source: KeySource
    """Who changed it, or tried to."""
    answer: str
    """`Accepted` or `RebootRequired`; in `configuration_changes` also `Rejected` (which rule, says
    the reason) and `NotSupported` (there is no such key)."""
    reason: Reason | None = None


class ConfigurationEntry(Value, frozen=True, kw_only=True):
    """One configuration key with everything a person asks about it."""

    key: str
    value: str | None
    """None for AuthorizationKey (its form is in `link`) and for unset keys."""
    default: str | None
    read_only: bool
    is_custom: bool
    """One of the operator's own."""
    type: str
    """`boolean`, `integer`, `string` or `list`."""
    unit: str | None = None
    constraint: str = ""
    """What is allowed, in words."""
    minimum: int | None = None
    """Of an integer."""
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    """The allowed values, or the allowed items of a list; empty: any."""
    effect: str = ""
    """What the key does, in one line."""
    profile: str = ""
    """The feature profile that it belongs to; empty: it is not of the standard."""
    source: KeySource
    """Who gave it its value."""
    changed_at: datetime | None = None
    old_value: str | None = None
    """Before the newest change at `changed_at`; `(secret)` for AuthorizationKey. None where
    it was not set, or was never changed."""
    last_refusal: KeyChange | None = None
    """The newest attempt to change it that was refused, since the boot."""
    is_reboot_pending: bool = False
    """The new value works only after a reboot."""
    is_monitored: bool = False


ConfigurationView = tuple[ConfigurationEntry, ...]
"""Every configuration key in the order of the standard, custom keys last."""


class Monitor(Value, frozen=True, kw_only=True):
    """A monitored key."""

    key: str
    is_known: bool
    """False: there is no such key, but there may be one later."""
    value: str | None = None
    """None for AuthorizationKey, and for a key that is unset or unknown."""
    read_only: bool | None = None
    last_change: KeyChange | None = None


class MonitorsView(Value, frozen=True, kw_only=True):
    """The monitored keys and the newest changes, newest first."""

    keys: tuple[Monitor, ...] = ()
    history: tuple[KeyChange, ...] = ()
