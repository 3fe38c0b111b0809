"""Who changed which configuration key, from what, and what was refused: `configuration_changes`."""

from __future__ import annotations

from msgspec import Struct

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import KeyChange, KeySource
from cp_tui.ocpp.configuration_key import KeySpec
from cp_tui.ocpp.datatypes import ConfigurationStatus


class ChangeOutcome(Struct, frozen=True):
    """The outcome of an attempt to change a key."""

    status: ConfigurationStatus
    reason: Reason
    key: str
    """As the key is spelt, or as it was asked for where there is none."""
    source: KeySource
    """Who tried."""
    spec: KeySpec | None = None
    old_value: str | None = None
    """Of AuthorizationKey only whether there was one."""
    value: str = ""
    """The new value, or the refused one; never that of AuthorizationKey."""

    @property
    def is_stored(self) -> bool:
        """Whether the value was taken."""
        return self.status in (ConfigurationStatus.ACCEPTED, ConfigurationStatus.REBOOT_REQUIRED)


def key_change(turn: Turn, change: ChangeOutcome) -> KeyChange:
    """Give the event that tells of an attempt, made now."""
    return KeyChange(
        key=change.key,
        value=change.value,
        read_only=change.spec is not None and change.spec.is_read_only,
        old_value=change.old_value,
        time=turn.time,
        source=change.source,
        answer=change.status,
        reason=change.reason,
    )


class KeyHistory:
    """Tells every attempt to change a key, and remembers the newest refused one of each."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._refusals: dict[str, KeyChange] = {}

    def refusal(self, key: str) -> KeyChange | None:
        """Give the newest refused attempt to change a key, since the boot."""
        return self._refusals.get(key.lower())

    def note(self, change: ChangeOutcome) -> None:
        """Tell an attempt, whatever became of it."""
        told = key_change(self._turn, change)
        self._turn.event("configuration_changes", told)
        if change.spec is not None and not change.is_stored:
            self._refusals[change.key.lower()] = told
            self._turn.changed("configuration")
