"""What `cp-tui explain` takes for a long log, set against reading its JSON and nothing more.

A day of healthy charge points: heartbeats and the meter values of running transactions. The two
take turns, and the least of each counts, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

from cp_tui.explain.explain import explain
from cp_tui.ocpp.calendar import later
from cp_tui.traces.reading import open_trace

ROUNDS = 2_500
"""Of four frames each."""
CHARGERS = 20
BLOCKS = 3
_BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Explained(NamedTuple):
    """How long a log took, in seconds of processor."""

    seconds: float
    bare_s: float
    frames: int


def _frames() -> Iterator[dict[str, Any]]:
    for number in range(ROUNDS):
        at = later(_BEGIN, number * 4).isoformat()
        values = {"timestamp": at, "sampledValue": [{"value": str(number)}]}
        meter = {"connectorId": 1, "transactionId": 1, "meterValue": [values]}
        exchanges: tuple[tuple[str, Any, Any], ...] = (
            ("Heartbeat", {}, {"currentTime": at}),
            ("MeterValues", meter, {}),
        )
        for action, call, answer in exchanges:
            common = {
                "timestamp": at,
                "chargePointId": f"CP{number % CHARGERS}",
                "messageId": f"{number}{action}",
            }
            up = {"direction": "cp-to-csms", "messageType": "CALL", "action": action}
            yield {**common, **up, "payload": call}
            down = {"direction": "csms-to-cp", "messageType": "CALLRESULT"}
            yield {**common, **down, "payload": answer}


def explained() -> Explained:
    """Measure both over one log."""
    with TemporaryDirectory(prefix="cp-tui-bench-") as folder:
        file = Path(folder, "log.jsonl")
        file.write_text("".join(f"{json.dumps(frame)}\n" for frame in _frames()))
        ours, bare = [], []
        for _ in range(BLOCKS):
            bare.append(_taken(lambda: _decode(file)))
            ours.append(_taken(lambda: explain(open_trace(file))))
    return Explained(min(ours), min(bare), 4 * ROUNDS)


def _decode(file: Path) -> None:
    with file.open() as lines:
        for line in lines:
            json.loads(line)


def _taken(work: Callable[[], object]) -> float:
    begin = process_time()
    work()
    return process_time() - begin
