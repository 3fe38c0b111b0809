"""The configuration keys of a charge point that is watched, as far as they were told.

Values come from GetConfiguration.conf (S 5.8) and from ChangeConfiguration that was Accepted
(S 5.3); those of secrets are not kept.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import (
    ConfigurationEntry,
    ConfigurationView,
    KeyChange,
    KeySource,
)
from cp_tui.explain.knowledge.keys import KEYS_MAX, KeyKnown
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.explain.known import Known
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.configuration_key import KEYS, KeySpec, find
from cp_tui.ocpp.core import (
    ChangeConfigurationRequest,
    ChangeConfigurationResponse,
    GetConfigurationResponse,
)
from cp_tui.ocpp.datatypes import ConfigurationStatus
from cp_tui.ocpp.redaction import SECRET_VALUE, names_secret, shown_text

UNSEEN = "(not seen)"
"""Stands for the value before of a key that was never told."""
HEARTBEAT = "HeartbeatInterval"
TAKEN = (ConfigurationStatus.ACCEPTED, ConfigurationStatus.REBOOT_REQUIRED)
UNKNOWN = KeySpec("Unknown")
"""Says of a key that is not of the standard as much as is known of it: nothing. What a charge point
calls one may be no name at all, as one that is too long."""
_PLACES = {spec.name: place for place, spec in enumerate(KEYS)}


class _Changes(Struct):
    """What became of the attempts to change one key."""

    newest: KeyChange | None = None
    """That was taken."""
    refused: KeyChange | None = None


class FollowedKeys:
    """Beside what `KnownKeys` has: who changed what, and when."""

    ACTIONS = frozenset({Action.CHANGE_CONFIGURATION, Action.GET_CONFIGURATION})

    def __init__(self, known: Known) -> None:
        self._known = known.keys
        self._all = known
        self._changes: dict[str, _Changes] = {}
        self.changes: deque[KeyChange] = deque()
        """Not told yet; whoever follows takes them."""
        self._values: dict[str, str | None] = {}
        """What was told last, as it may be shown."""

    def learn(self, moment: Moment, at: datetime) -> None:
        """Take in what the charge point has told of keys, or what became of a change."""
        match moment.answered:
            case _, GetConfigurationResponse(configuration_key=told):
                for each in told or ():
                    self._note(each.key, _shown(each.key, each.value))
            case (
                ChangeConfigurationRequest(key=key, value=value),
                ChangeConfigurationResponse(status=status),
            ):
                self._changed(key, _shown(key, value) or "", status, at)

    def view(self) -> ConfigurationView:
        """Give the variable `configuration`, in the order of the standard."""
        entries = [(find(each.name), each) for each in self._known.told()]
        entries.sort(key=lambda entry: _order(*entry))
        return tuple(self._with_boot(self._entry(spec, key)) for spec, key in entries)

    def _with_boot(self, entry: ConfigurationEntry) -> ConfigurationEntry:
        """BootNotification.conf sets the interval of heartbeats, where it is newer (S 4.2)."""
        told_s = self._all.heartbeat_interval_s
        if entry.key != HEARTBEAT or told_s is None or entry.value == f"{told_s}":
            return entry
        told_at = self._all.registration.told_at
        return replace(entry, value=f"{told_s}", source=KeySource.CSMS, changed_at=told_at)

    def _note(self, key: str, value: str | None) -> None:
        if key.lower() in self._values or len(self._values) < KEYS_MAX:
            self._values[key.lower()] = value

    def _changed(self, key: str, value: str, status: ConfigurationStatus, at: datetime) -> None:
        name = key.lower()
        if name not in self._changes and len(self._changes) >= KEYS_MAX:
            del self._changes[next(iter(self._changes))]
        kept = self._changes.setdefault(name, _Changes())
        known, spec = self._known.get(key), find(key)
        change = KeyChange(
            key=spec.name if spec else key,
            value=value,
            read_only=bool(known and known.is_read_only),
            old_value=self._values.get(name, UNSEEN),
            time=at,
            source=KeySource.CSMS,
            answer=status,
            reason=None if status in TAKEN else _refused(key, status),
        )
        if status in TAKEN:
            kept.newest, kept.refused = change, None
            self._note(key, value)
        else:
            kept.refused = change
        self.changes.append(change)

    def _entry(self, spec: KeySpec | None, key: KeyKnown) -> ConfigurationEntry:
        changes = self._changes.get(key.name.lower()) or _Changes()
        newest, waits = changes.newest, self._known.waits_for_boot(key.name)
        value = _shown(key.name, key.value if waits is None else waits.value)
        # Where another value was told since then, somebody else has set it.
        is_changed = newest is not None and value in (None, newest.value)
        return replace(
            bare_entry(spec, key.name, key.is_read_only),
            value=value,
            source=KeySource.CSMS if is_changed else KeySource.TOLD,
            changed_at=newest.time if newest and is_changed else None,
            old_value=newest.old_value if newest and is_changed else None,
            last_refusal=changes.refused,
            is_reboot_pending=waits is not None,
        )


def bare_entry(spec: KeySpec | None, key: str, is_read_only: bool | None) -> ConfigurationEntry:
    """Give a key of which no value is known yet; `is_read_only` is what was told of that."""
    spec = spec or UNKNOWN
    return ConfigurationEntry(
        key=key,
        value=None,
        default=None,
        read_only=spec.is_read_only if is_read_only is None else is_read_only,
        is_custom=False,
        type=spec.type,
        unit=spec.unit,
        minimum=spec.minimum,
        maximum=spec.maximum,
        choices=spec.choices,
        effect=spec.effect,
        profile="" if spec.profile is None else spec.profile,
        source=KeySource.TOLD,
    )


def _order(spec: KeySpec | None, key: KeyKnown) -> tuple[int, str]:
    return (len(KEYS) if spec is None else _PLACES[spec.name], key.name.lower())


def _shown(key: str, value: str | None) -> str | None:
    """Give a value without its secret; None: it was not told."""
    if value is None:
        return None
    return SECRET_VALUE if names_secret(key) else shown_text(value)


def _refused(key: str, status: ConfigurationStatus) -> Reason:
    return Reason(
        id="follow.change_refused", rule="S 5.3", text=f"{key}: the charge point answered {status}"
    )
