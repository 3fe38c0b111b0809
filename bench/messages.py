"""What a message costs the screen, and how long a search takes: `python -m bench.messages`.

Time of the processor, so that other work on the machine does not count.
"""

from __future__ import annotations

import gc
import json
import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from time import process_time

from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.charge_point.codec import converted, encode
from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord
from cp_tui.tui.messages.actions import exported
from cp_tui.tui.messages.filter import MessageFilter, message_filter
from cp_tui.tui.messages.search import MessageSearch
from cp_tui.tui.state.message_log import MESSAGES_MAX, MessageLog
from cp_tui.tui.text.words import Clock

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
BATCH = 1_000
FILTERS = ("StatusNotification", "action:Start* conn:1 error", "error", "latency:>500")


def records() -> Iterator[MessageRecord]:
    """Requests with their answers: three MeterValues, a Heartbeat, a StatusNotification."""
    for number in range(MESSAGES_MAX // 2):
        connector = 1 + number % 12
        action, payload = _request(number, connector)
        asked = MessageRecord(
            time=START + timedelta(milliseconds=2 * number),
            direction=Direction.OUT,
            kind=MessageKind.CALL,
            message_id=f"4b1f9a5e-3b7c-4c8e-9f6a-{number:012}",
            action=action,
            payload=payload,
            connector_id=connector,
        )
        yield asked
        answered = {
            "direction": Direction.IN,
            "kind": MessageKind.CALLRESULT,
            "payload": {"currentTime": "2026-01-05T08:00:00Z"} if action == "Heartbeat" else {},
            "latency_ms": 12.3,
        }
        yield replace(asked, **answered)


def _request(number: int, connector: int) -> tuple[str, JsonValue]:
    match number % 5:
        case 0:
            return "Heartbeat", {}
        case 1:
            status: JsonValue = {
                "connectorId": connector,
                "errorCode": "NoError",
                "status": "Charging",
            }
            return "StatusNotification", status
        case _:
            samples: JsonValue = [
                {"value": f"{number}", "measurand": "Energy.Active.Import.Register", "unit": "Wh"},
                {"value": "11010", "measurand": "Power.Active.Import", "unit": "W"},
            ]
            value: JsonValue = {"timestamp": "2026-01-05T08:00:00Z", "sampledValue": samples}
            return "MeterValues", {"connectorId": connector, "meterValue": [value]}


def filled() -> MessageLog:
    """Fill a log, and say what it takes."""
    log, source = MessageLog(), records()
    decoding = adding = 0.0
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while lines := [encode(record).decode() for record in islice(source, BATCH)]:
        start = process_time()
        # As the client does: JSON-RPC first, then the model of the event.
        found = [converted(MessageRecord, json.loads(each)) for each in lines]
        between = process_time()
        for record in found:
            log.add(record)
        decoding, adding = decoding + between - start, adding + process_time() - between
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"| decode one message | {decoding / MESSAGES_MAX * 1e6:.0f} us |")
    print(f"| add it to the log | {adding / MESSAGES_MAX * 1e6:.0f} us |")
    print(f"| {MESSAGES_MAX:,} messages kept | {grown / 1024:.0f} MiB |")
    return log


def main() -> None:
    """Print the tables."""
    print("| What | Cost |\n|---|---|")
    log = filled()
    start = process_time()
    text = "".join(exported(log, MessageFilter()))
    print(f"| export all, {len(text) / 1e6:.0f} MB | {(process_time() - start) * 1e3:.0f} ms |")
    print("\n| Filter | All, ms | Longest slice, ms |\n|---|---|---|")
    clock = Clock(datetime.now(UTC), UTC)
    for typed in FILTERS:
        search = MessageSearch(log, message_filter(typed, clock))
        slices: list[float] = []
        while not search.is_complete:
            start = process_time()
            search.look_further()
            slices.append(process_time() - start)
        print(f"| {typed} | {sum(slices) * 1e3:.0f} | {max(slices) * 1e3:.0f} |")


if __name__ == "__main__":
    main()
