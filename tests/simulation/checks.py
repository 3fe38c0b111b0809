"""The invariants, checked from outside after each thing that happens."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cp_tui.charge_point.codec import decode, encode
from cp_tui.charge_point.effects import Effect, Emit, Log, LogLevel, Send
from cp_tui.charge_point.records import OutboxRecord
from cp_tui.charge_point.variables import (
    STREAMS,
    VARIABLES,
    Connectors,
    NotedFrame,
    OutboxView,
    StatusChange,
)
from tests.simulation.call_watch import CallWatch, Outcome, Sent
from tests.simulation.delivery_watch import METER_VALUES, START, STOP, DeliveryWatch
from tests.simulation.options import Options, Trouble

ORDER = (
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEV",
    "SuspendedEVSE",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
)
NO_WAY = {
    "Available": {"Finishing"},
    "Preparing": {"Reserved", "Unavailable"},
    "Charging": {"Preparing", "Reserved"},
    "SuspendedEV": {"Preparing", "Reserved"},
    "SuspendedEVSE": {"Preparing", "Reserved"},
    "Finishing": {"Charging", "SuspendedEV", "SuspendedEVSE", "Reserved"},
    "Reserved": {"Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"},
    "Unavailable": {"Finishing", "Reserved"},
    "Faulted": set[str](),
}
"""The transitions that the standard does not have (S 4.9)."""
DEFECTS = ("could not be handled", "do not come to rest", "the hardware refused", "no legal")
"""What a log line says that only a defect of ours can cause."""


class Checker:
    """All that is watched in one run."""

    def __init__(self, options: Options, random: Random) -> None:
        self._options = options
        self._random = random
        self.calls = CallWatch(len(options.connectors), is_late=options.answers_late_s > 0)
        self.delivery = DeliveryWatch()
        self.variables: dict[str, Any] = {}
        self._statuses: dict[int, str] = {}
        self._registers: dict[int, int] = {}
        self._last_stamp: dict[str, datetime] = {}
        self._first_register: dict[str, int] = {}
        self._stops: list[tuple[datetime, datetime | None]] = []
        self._newest: Outcome | None = None

    def booted(self) -> None:
        """The charger boots."""
        self.calls.booted()
        self.delivery.booted()
        self._statuses.clear()
        self.restarted(None)

    def stopped(self, now: datetime) -> None:
        """The operator stopped OCPP."""
        self.calls.stopped()
        self._stops.append((now, None))

    def restarted(self, now: datetime | None) -> None:
        """The operator's stop is over; without an instant by a boot, which ends the watch."""
        self.calls.is_stopped = False
        if self._stops and self._stops[-1][1] is None:
            since, _ = self._stops.pop()
            if now is not None:
                self._stops.append((since, now))

    def arrives(self, data: str | bytes) -> None:
        """A frame reaches the charger."""
        self._newest = outcome = self.calls.arrives(data)
        if outcome is not None:
            self.delivery.arrived(outcome)

    def counts_again(self) -> None:
        """After a boot the charger knows of the frame that arrived last, which it had not read."""
        if self._newest is not None:
            self.delivery.counts_again(self._newest)

    def decided(self, effects: Sequence[Effect], now: datetime, timeout_s: int) -> list[Sent]:
        """The charger has decided; nothing of it is done yet."""
        expired = self.calls.expired(now)
        if expired is not None:
            self.delivery.arrived(expired)
        for effect in effects:
            match effect:
                case Log(level, text):
                    is_defect = any(words in text for words in DEFECTS)
                    assert not is_defect, f"{level}: {text}"
                    is_error = level is LogLevel.ERROR and "given up" not in text
                    assert not is_error, text
                case Emit("status_changes", StatusChange() as change):
                    self._check_transition(change)
                case Emit(name, event):
                    made = event.record() if isinstance(event, NotedFrame) else event
                    self._check_json(name, made)
                case _:
                    pass
        frames = [json.loads(effect.text) for effect in effects if isinstance(effect, Send)]
        calls = self.calls.decided(frames, now, timeout_s)
        for frame in frames:
            self._check_stamps(frame)
        return calls

    def committed(
        self, effects: Sequence[Effect], attempts_max: int, meter_values_max: int
    ) -> None:
        """The records of this decision are on disk."""
        for record in self.delivery.committed(effects, attempts_max, meter_values_max):
            self._check_message(record)

    def published(self, seen: Mapping[str, Any], unseen: Collection[str]) -> None:
        """Variables that this decision changed were looked at; `unseen`: where that failed."""
        for name, value in seen.items():
            self._check_json(name, value)
            self.variables[name] = value
            if name == "connectors":
                _check_nobody_is_waited_for(value)
        outbox = self.variables.get("outbox")
        if isinstance(outbox, OutboxView) and "outbox" not in unseen:
            waiting = len(self.delivery.entries)
            assert outbox.count == waiting, f"outbox says {outbox.count}, {waiting} wait"

    @property
    def _has_steady_clock(self) -> bool:
        return not self._options.clock_skew_s and not self._options.has(Trouble.CLOCK_JUMPS)

    def _check_transition(self, change: StatusChange) -> None:
        connector_id = change.connector_id
        known = self._statuses.get(connector_id, change.old_status)
        assert change.old_status == known, f"{change} does not follow {known}"
        self._statuses[connector_id] = change.status
        assert change.old_status is not None
        assert change.old_status != change.status, f"{change} is none"
        # A boot is no transition: the CSMS is told every status anew after it.
        if connector_id > 0 and not change.cause.startswith("power on"):
            assert change.status not in NO_WAY[change.old_status], f"{change} is not legal"

    def _check_json(self, name: str, value: Any) -> None:
        # All of them all the time would take most of the run.
        if self._random.random() < 0.02:
            again = decode({**VARIABLES, **STREAMS}[name], encode(value))
            assert again == value, f"{name} does not survive JSON: {value} became {again}"

    def _check_message(self, record: OutboxRecord) -> None:
        payload: dict[str, Any] = dict(record.payload)
        connector = record.connector_id or 0
        for register in _registers(record.action, payload):
            known = self._registers.get(connector, 0)
            assert register >= known, f"register of {connector} went back from {known}: {record}"
            self._registers[connector] = register
        key = record.transaction_key
        if record.action == START and key:
            self._first_register[key] = payload["meterStart"]
        if record.action == STOP and key:
            self._check_data(record, self._first_register[key])
        if key and self._has_steady_clock:
            for stamp in _stamps(payload):
                last = self._last_stamp.get(key, stamp)
                assert stamp >= last, f"{stamp} is before {last}: {record}"
                self._last_stamp[key] = stamp

    def _check_data(self, record: OutboxRecord, meter_start: int) -> None:
        payload: dict[str, Any] = dict(record.payload)
        data = _registers(METER_VALUES, {"meterValue": payload.get("transactionData", [])})
        registers = [meter_start, *data, payload["meterStop"]]
        assert registers == sorted(registers), f"{registers} in {record}"
        stamps = [_instant(v["timestamp"]) for v in payload.get("transactionData", [])]
        assert not self._has_steady_clock or stamps == sorted(stamps), f"{stamps} in {record}"

    def _check_stamps(self, frame: list[Any]) -> None:
        # What happens to the security is told whenever it happens: that a file ends meanwhile, say.
        is_event = frame[2:3] == ["SecurityEventNotification"]
        if not self._has_steady_clock or frame[0] != 2 or is_event:
            return
        stamps = _stamps(frame[3])
        for since, until in self._stops:
            for stamp in stamps:
                # On the wire instants are cut to milliseconds.
                inside = since < stamp and until is not None and stamp < until - MILLISECOND
                assert not inside, f"{frame} is of the stopped time {since} to {until}"


MILLISECOND = timedelta(milliseconds=1)
NOBODY = {"Available", "Reserved", "Unavailable", "Faulted"}


def _check_nobody_is_waited_for(connectors: Connectors) -> None:
    for connector in connectors:
        is_used = connector.is_plugged or connector.is_locked or connector.authorized_id_tag
        if not is_used and connector.transaction is None:
            assert connector.status in NOBODY, f"nobody is there: {connector}"


def _registers(action: str, payload: dict[str, Any]) -> list[int]:
    if action == START:
        return [payload["meterStart"]]
    if action == STOP:
        return [payload["meterStop"]]
    energy = "Energy.Active.Import.Register"
    return [
        int(sampled["value"])
        for value in payload.get("meterValue", ())
        for sampled in value["sampledValue"]
        if sampled.get("measurand", energy) == energy
    ]


def _stamps(payload: dict[str, Any]) -> list[datetime]:
    texts = [v["timestamp"] for v in payload.get("meterValue", [])]
    if "timestamp" in payload:
        texts.append(payload["timestamp"])
    return [_instant(text) for text in texts]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
