"""What `cp-tui explain` takes for a long log, what it takes until one can be looked at, and a leap.

The first two set against reading its JSON and nothing more, a leap against one in a log of a tenth.
A day of healthy charge points: heartbeats and the meter values of running transactions. They take
turns, and the least of each counts, so that whatever else the machine does meets all.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from time import process_time
from typing import Any, NamedTuple

from cp_tui.explain.explain import explain
from cp_tui.ocpp.calendar import later
from cp_tui.opened.log import LogIndex
from cp_tui.opened.reader import Reader
from cp_tui.opened.words import Opened, ReadingTask, Said
from cp_tui.traces.reading import open_trace
from cp_tui.tui.state.log_messages import LogMessages
from cp_tui.tui.state.log_state import LogPlace
from cp_tui.tui.text.log_line import axis_of, picture

ROUNDS = 2_500
"""Of four frames each."""
CHARGERS = 20
BLOCKS = 3
LEAPS = 100
CELLS, LEVELS = 60, "▁▂▃▄▅▆▇█"
"""Of the time line."""
_BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Explained(NamedTuple):
    """How long a log took, in seconds of processor."""

    seconds: float
    open_s: float
    """Until every frame is at hand."""
    bare_s: float
    frames: int
    leap_s: float
    """To another charge point at another time, with the time line and an exchange."""
    short_leap_s: float
    """The same in a log of a tenth."""


def _frames(rounds: int = ROUNDS) -> Iterator[dict[str, Any]]:
    for number in range(rounds):
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
        file, short = Path(folder, "log.jsonl"), Path(folder, "short.jsonl")
        file.write_text("".join(f"{json.dumps(frame)}\n" for frame in _frames()))
        short.write_text("".join(f"{json.dumps(frame)}\n" for frame in _frames(ROUNDS // 10)))
        ours, opens, bare = [], [], []
        leaps, short_leaps = [], []
        with _opened(file) as long_log, _opened(short) as short_log:
            for _ in range(BLOCKS):
                bare.append(_taken(lambda: _decode(file)))
                ours.append(_taken(lambda: explain(open_trace(file))))
                opens.append(_taken(lambda: _open(file)))
                short_leaps.append(_taken(lambda: _leap(short_log)))
                leaps.append(_taken(lambda: _leap(long_log)))
    times = min(ours), min(opens), min(bare)
    return Explained(*times, 4 * ROUNDS, min(leaps) / LEAPS, min(short_leaps) / LEAPS)


def _open(file: Path) -> None:
    """Do what the process that reads a log does before it judges."""
    with _opened(file):
        pass


@contextmanager
def _opened(file: Path) -> Iterator[LogIndex]:
    told: list[Said] = []
    with TemporaryFile() as spool, TemporaryFile() as index:
        descriptors = os.dup(spool.fileno()), os.dup(index.fileno())
        task = ReadingTask(str(file), None, None, None, *descriptors, gettempdir())
        Reader(task, SimpleQueue(), told.append).read()
        opened = next(each for each in told if isinstance(each, Opened))
        yield LogIndex(opened, spool.fileno(), index.fileno(), None)


def _leap(index: LogIndex) -> None:
    """Go about: each time to another charge point, at another time."""
    for number in range(LEAPS):
        messages = LogMessages(index, index.chargers[number % CHARGERS])
        axis = axis_of(messages, CELLS)
        picture(axis, LogPlace(), LEVELS)
        assert axis.begin is not None
        assert axis.end is not None
        instant = axis.begin + (axis.end - axis.begin) * number / LEAPS
        place = index.place_at(instant, messages.places)
        messages.exchange(messages.exchange_at(place))


def _decode(file: Path) -> None:
    with file.open() as lines:
        for line in lines:
            json.loads(line)


def _taken(work: Callable[[], object]) -> float:
    begin = process_time()
    work()
    return process_time() - begin
