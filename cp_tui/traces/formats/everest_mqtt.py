"""EVerest over MQTT: what a module has published, as a client of the broker has written it down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cp_tui.traces.entry import LogEntry, entry_at
from cp_tui.traces.formats.json_records import decoded
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import settle
from cp_tui.traces.record import FrameDirection

DIRECTIONS = {
    "ChargingStationToCSMS": FrameDirection.TO_CSMS,
    "CSMSToChargingStation": FrameDirection.TO_CHARGE_POINT,
}
LINE = re.compile(r"^(?:(?P<time>\d{4}-\S+)\s)?(?P<topic>\S+/ocpp_message)\s(?P<payload>\{.*)$")
"""Of a client that prints topic and payload as text."""
DEPTH_MAX = 4


def is_capture(value: Any) -> bool:
    """Say whether a JSON value is a message of the topic."""
    return isinstance(value, dict) and str(value.get("topic")).endswith("/ocpp_message")


def entries(source: LogSource) -> Iterator[LogEntry]:
    """Find the frames of a capture, among other topics."""
    for line in source.lines():
        if "ocpp_message" not in line.text:
            continue
        if line.text.lstrip().startswith("{"):
            value = decoded(line.text)
            if not is_capture(value):
                continue
            time, payload = str(value.get("tst") or ""), value.get("payload")
        else:
            found = LINE.match(line.text)
            if found is None:
                continue
            time, payload = found["time"] or "", found["payload"]
        told = _message(payload)
        if told is None:
            continue
        entry = entry_at(line)
        entry.time = time
        entry.direction = DIRECTIONS.get(str(told.get("direction")))
        entry.text = told["message"]
        if str(told.get("version", "1.6")) != "1.6":
            entry.note, entry.is_placed, entry.is_settled = "log.other_protocol", False, True
        else:
            settle(entry)
        yield entry


def _message(payload: Any) -> dict[str, Any] | None:
    """Find direction and frame in a payload, whatever the framework has put around them."""
    for _ in range(DEPTH_MAX):
        if isinstance(payload, str):
            payload = decoded(payload)
        if not isinstance(payload, dict):
            return None
        if isinstance(payload.get("message"), str) and "direction" in payload:
            return payload
        payload = payload.get("data")
    return None


FORMAT = TraceFormat("everest-mqtt", entries)
