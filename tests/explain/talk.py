"""A conversation made frame by frame, as a log would have it, and what the rules find in it.

    talk = Talk()
    talk.booted()
    talk.charge_point("StatusNotification", status(1, "Available"))
    talk.answer()
    assert talk.found() == []

Each frame is a second after the one before; `wait` lets more time pass.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cp_tui.explain.explain import Report, explain
from cp_tui.explain.finding import Finding, Severity
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.traces.frames import kind_of, parsed
from cp_tui.traces.record import (
    ChargerFrom,
    DirectionFrom,
    FrameDirection,
    LinkEvent,
    LinkKind,
    ParsedFrame,
    Record,
    RecordKind,
    Source,
    ZoneFrom,
)
from cp_tui.traces.trace import LogNote, Trace

BEGIN = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
CHARGE_POINT = "CP-1"
BOOT = {"chargePointVendor": "Northwind", "chargePointModel": "N22"}
EMPTY_ANSWERS = frozenset({"StatusNotification", "MeterValues"})


def status(connector: int, what: str, error: str = "NoError", **more: Any) -> dict[str, Any]:
    """The payload of a StatusNotification."""
    return {"connectorId": connector, "status": what, "errorCode": error, **more}


class Talk:
    """Frames between a charge point and its CSMS."""

    def __init__(self, charger: str | None = CHARGE_POINT, *, has_times: bool = True) -> None:
        self.charger = charger
        self.now = BEGIN
        self.has_times = has_times
        self.records: list[Record] = []
        self.notes: list[LogNote] = []
        self.is_mixed = False
        self.meter_wh = 1000
        """The register of every connector."""
        self._number = 0
        self._all: list[tuple[FrameDirection, str, str, int]] = []
        """Direction, message id, action and number of each CALL."""
        self._open: list[tuple[FrameDirection, str, str, int]] = []

    @property
    def time(self) -> str:
        """The time as it stands in payloads."""
        return format_date_time(self.now)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now = later(self.now, seconds)

    def charge_point(
        self, action: str, payload: Mapping[str, Any] | None = None, id: str = "", **how: Any
    ) -> Record:
        """The charge point sends a CALL."""
        return self._call(FrameDirection.TO_CSMS, action, payload, id, how)

    def csms(
        self, action: str, payload: Mapping[str, Any] | None = None, id: str = "", **how: Any
    ) -> Record:
        """The CSMS sends a CALL."""
        return self._call(FrameDirection.TO_CHARGE_POINT, action, payload, id, how)

    def answer(
        self, payload: Mapping[str, Any] | None = None, *, id: str = "", **how: Any
    ) -> Record:
        """Answer the newest CALL that is open, or the one of an id."""
        return self._answer([3, payload or {}], id, how)

    def error(self, code: str, description: str = "", *, id: str = "", **how: Any) -> Record:
        """Answer with a CALLERROR."""
        return self._answer([4, code, description, {}], id, how)

    def ask(
        self,
        action: str,
        payload: Mapping[str, Any] | None = None,
        answer: Mapping[str, Any] | None = None,
    ) -> Record:
        """The CSMS sends a CALL, and the charge point answers; gives the answer."""
        self.csms(action, payload)
        return self.answer(answer)

    def tell(
        self,
        action: str,
        payload: Mapping[str, Any] | None = None,
        answer: Mapping[str, Any] | None = None,
    ) -> Record:
        """The charge point sends a CALL, and the CSMS answers; gives the CALL."""
        call = self.charge_point(action, payload)
        self.answer(answer)
        return call

    def booted(self, interval: int = 300, connectors: int = 1) -> None:
        """The charge point boots, is Accepted and tells the status of all connectors."""
        self.tell(
            "BootNotification",
            BOOT,
            {"status": "Accepted", "currentTime": self.time, "interval": interval},
        )
        for connector in range(connectors + 1):
            self.tell("StatusNotification", status(connector, "Available"))

    def started(self, connector: int = 1, id: int = 7, tag: str = "TAG-1", **more: Any) -> Record:
        """A transaction begins as it should; gives its StartTransaction."""
        self.tell("StatusNotification", status(connector, "Preparing"))
        self.tell("Authorize", {"idTag": tag}, {"idTagInfo": {"status": "Accepted"}})
        start = self.tell(
            "StartTransaction",
            {
                "connectorId": connector,
                "idTag": tag,
                "meterStart": self.meter_wh,
                "timestamp": self.time,
                **more,
            },
            {"transactionId": id, "idTagInfo": {"status": "Accepted"}},
        )
        self.tell("StatusNotification", status(connector, "Charging"))
        return start

    def stopped(self, connector: int = 1, id: int = 7, **more: Any) -> Record:
        """A transaction ends as it should, and the vehicle leaves; gives its StopTransaction."""
        self.meter_wh += 1000
        payload = {"transactionId": id, "meterStop": self.meter_wh, "timestamp": self.time}
        stop = self.tell("StopTransaction", {**payload, "reason": "Local", **more})
        self.tell("StatusNotification", status(connector, "Finishing"))
        self.tell("StatusNotification", status(connector, "Available"))
        return stop

    def text(self, raw: str, direction: FrameDirection, **how: Any) -> Record:
        """Write down what is no frame, or a strange one; its elements are read where it is JSON."""
        try:
            elements = json.loads(raw)
        except ValueError:
            elements = None
        frame = parsed(elements, "") if isinstance(elements, list) else None
        return self._record(kind_of(elements if frame else None), direction, raw, frame, how)

    def link(self, event: LinkKind, *, at_charge_point: bool = True, **facts: Any) -> Record:
        """Something happens to the connection."""
        way = FrameDirection.TO_CSMS if at_charge_point else FrameDirection.TO_CHARGE_POINT
        record = self._record(RecordKind.LINK, way, "", None, {"link": LinkEvent(event, **facts)})
        return record

    @property
    def trace(self) -> Trace:
        """All of it as a log that was read."""
        return Trace(
            "talk",
            "talk",
            tuple(self.records),
            notes=tuple(self.notes),
            chargers=tuple(dict.fromkeys(record.charger for record in self.records)),
            is_mixed=self.is_mixed,
        )

    def report(self) -> Report:
        return explain(self.trace)

    def findings(self, severity: Severity = Severity.WARNING) -> list[Finding]:
        """Give what is as grave as this, or graver."""
        return [each for each in self.report().findings if each.severity in severity.as_grave]

    def found(self, severity: Severity = Severity.WARNING) -> list[str]:
        """Give the ids of what is as grave as this, or graver."""
        return [each.id for each in self.findings(severity)]

    def noted(self) -> list[str]:
        """Give the ids of all that was found, notes too."""
        return self.found(Severity.NOTE)

    def only(self, id: str) -> Finding:
        """Give the one finding of an id; there must be one, and nothing graver than a note else."""
        graver = [each for each in self.findings() if each.id != id]
        assert graver == []
        [finding] = [each for each in self.findings(Severity.NOTE) if each.id == id]
        return finding

    def _call(
        self,
        direction: FrameDirection,
        action: str,
        payload: Mapping[str, Any] | None,
        message_id: str,
        how: Mapping[str, Any],
    ) -> Record:
        message_id = message_id or f"m{self._number + 1}"
        elements = [2, message_id, action, dict(payload or {})]
        record = self._record(
            RecordKind.CALL, direction, json.dumps(elements), parsed(elements, ""), how
        )
        self._all.append((direction, message_id, action, record.number))
        self._open.append(self._all[-1])
        return record

    def _answer(self, elements: list[Any], message_id: str, how: Mapping[str, Any]) -> Record:
        if message_id:
            call = next(each for each in reversed(self._all) if each[1] == message_id)
        else:
            call = self._open[-1]
        if call in self._open:
            self._open.remove(call)
        direction, message_id, action, pair = call
        elements = [elements[0], message_id, *elements[1:]]
        return self._record(
            kind_of(elements),
            direction.opposite,
            json.dumps(elements),
            parsed(elements, action),
            {"pair": pair, **how},
        )

    def _record(
        self,
        kind: RecordKind,
        direction: FrameDirection,
        raw: str,
        frame: ParsedFrame | None,
        how: Mapping[str, Any],
    ) -> Record:
        self.wait(1)
        line = len(self.records) + 1
        if kind is not RecordKind.LINK:
            self._number += 1
        fields: dict[str, Any] = {
            "number": 0 if kind is RecordKind.LINK else self._number,
            "source": Source("talk", line),
            "kind": kind,
            "at": self.now if self.has_times else None,
            "resolution": 0.001,
            "zone": ZoneFrom.STATED,
            "charger": self.charger,
            "charger_from": ChargerFrom.STATED,
            "direction": direction,
            "direction_from": DirectionFrom.STATED,
            "raw": raw,
            "frame": frame,
        }
        record = Record(**{**fields, **how})
        self.records.append(record)
        return record
