"""Which configuration keys are watched, and what the CSMS changed on them."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.key_history import ChangeOutcome, key_change
from cp_tui.charge_point.records import KeyChangeRecord, MonitorRecord
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import KeyChange, Monitor, MonitorsView

HISTORY_MAX = 200
MONITORS_MAX = 500
"""Keys that may be monitored; an unknown key is kept too, so there must be an end."""


class Monitors:
    """The monitored keys and the history of their changes."""

    def __init__(self, turn: Turn, configuration: Configuration) -> None:
        self._turn = turn
        self._configuration = configuration
        monitors = [record for _, record in turn.records(Table.MONITOR, MonitorRecord)]
        monitors.sort(key=lambda record: record.order)
        self._keys = {record.key.lower(): record for record in monitors}
        changes = sorted(turn.records(Table.KEY_CHANGE, KeyChangeRecord), key=lambda item: item[0])
        self._history = {key: record.change for key, record in changes}
        self._sequence = int(changes[-1][0]) if changes else 0

    @property
    def keys(self) -> list[str]:
        """The monitored keys."""
        return [record.key for record in self._keys.values()]

    def add(self, keys: Iterable[str]) -> None:
        """Watch more keys; an unknown one is kept and marked unknown."""
        for key in keys:
            spec = self._configuration.find(key)
            name = spec.name if spec else key
            if name.lower() in self._keys or len(self._keys) >= MONITORS_MAX:
                continue
            order = max((record.order for record in self._keys.values()), default=0) + 1
            record = MonitorRecord(key=name, order=order)
            self._keys[name.lower()] = record
            self._turn.save(Table.MONITOR, name.lower(), record)
        self._turn.changed("monitors", "configuration")

    def remove(self, keys: Iterable[str]) -> None:
        """Watch these keys no longer."""
        for key in keys:
            if self._keys.pop(key.strip().lower(), None) is not None:
                self._turn.forget(Table.MONITOR, key.strip().lower())
        self._turn.changed("monitors", "configuration")

    def changed_by_csms(self, change: ChangeOutcome) -> None:
        """Record a change that the CSMS made, and publish it, where its key is monitored."""
        spec = change.spec
        if spec is None or not change.is_stored or spec.name.lower() not in self._keys:
            return
        event = key_change(self._turn, change)
        self._sequence += 1
        key = f"{self._sequence:012d}"
        self._history[key] = event
        self._turn.save(Table.KEY_CHANGE, key, KeyChangeRecord(change=event))
        if len(self._history) > HISTORY_MAX:
            oldest = next(iter(self._history))
            del self._history[oldest]
            self._turn.forget(Table.KEY_CHANGE, oldest)
        self._turn.event("configuration_key", event)
        self._turn.changed("monitors")

    def view(self) -> MonitorsView:
        """Give the variable `monitors`."""
        newest = tuple(reversed(self._history.values()))
        last = {change.key.lower(): change for change in reversed(newest)}
        return MonitorsView(
            keys=tuple(self._monitor(record.key, last) for record in self._keys.values()),
            history=newest,
        )

    def _monitor(self, key: str, last: dict[str, KeyChange]) -> Monitor:
        spec = self._configuration.find(key)
        state = self._configuration.state(key)
        return Monitor(
            key=key,
            is_known=spec is not None,
            value=state.value if state else None,
            read_only=spec.is_read_only if spec else None,
            last_change=last.get(key.lower()),
        )
