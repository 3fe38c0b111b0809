"""What `cp-tui explain` takes for a long log, and what it takes until one can be looked at.

Both set against reading its JSON and nothing more. A day of healthy charge points: heartbeats and
the meter values of running transactions. They take turns, and the least of each counts, so that
whatever else the machine does meets all.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from time import process_time
from typing import Any, NamedTuple

from cp_tui.explain.explain import explain
from cp_tui.ocpp.calendar import later
from cp_tui.opened.reader import Reader
from cp_tui.opened.words import ReadingTask
from cp_tui.traces.reading import open_trace

ROUNDS = 2_500
"""Of four frames each."""
CHARGERS = 20
BLOCKS = 3
_BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Explained(NamedTuple):
    """How long a log took, in seconds of processor."""

    seconds: float
    open_s: float
    """Until every frame is at hand."""
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
        ours, opens, bare = [], [], []
        for _ in range(BLOCKS):
            bare.append(_taken(lambda: _decode(file)))
            ours.append(_taken(lambda: explain(open_trace(file))))
            opens.append(_taken(lambda: _open(file)))
    return Explained(min(ours), min(opens), min(bare), 4 * ROUNDS)


def _open(file: Path) -> None:
    """Do what the process that reads a log does before it judges."""
    with TemporaryFile() as spool, TemporaryFile() as index:
        descriptors = os.dup(spool.fileno()), os.dup(index.fileno())
        task = ReadingTask(str(file), None, None, None, *descriptors, gettempdir())
        Reader(task, SimpleQueue(), lambda said: None).read()


def _decode(file: Path) -> None:
    with file.open() as lines:
        for line in lines:
            json.loads(line)


def _taken(work: Callable[[], object]) -> float:
    begin = process_time()
    work()
    return process_time() - begin
