"""Records written as each program would have logged them: the other half of every round trip.

Times are written in UTC or, where the program writes local time, two hours ahead of it.
"""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from cp_tui.traces.record import FrameDirection, Record
from cp_tui.traces.writing import instant, trace_lines

LOCAL = timezone(timedelta(hours=2))
OUT = FrameDirection.TO_CSMS


def at(record: Record) -> datetime:
    """Give the time of a record, which it has."""
    assert record.at is not None
    return record.at


def _local(record: Record, form: str) -> str:
    return at(record).astimezone(LOCAL).strftime(form)


def _ms(record: Record, form: str) -> str:
    return _local(record, form) + f"{at(record).microsecond // 1000:03}"


def _elements(record: Record) -> list[Any]:
    assert record.frame is not None
    return list(record.frame.elements)


def _pretty(record: Record) -> str:
    return json.dumps(_elements(record), indent=2, sort_keys=True)


def _go(record: Record) -> str:
    words = "received JSON message from" if record.direction is OUT else "sent JSON message to"
    text = f"{words} {record.charger}: {record.raw}".replace("\\", "\\\\").replace('"', '\\"')
    time = at(record).astimezone(LOCAL).isoformat(timespec="seconds")
    return f'time="{time}" level=debug msg="{text}" logger=ocppj'


def _by_line(line: Callable[[Record], str]) -> Callable[[Iterable[Record]], str]:
    return lambda records: "".join(f"{line(record)}\n" for record in records)


def _steve(record: Record) -> str:
    verb = "Received" if record.direction is OUT else "Sending"
    time = f"{at(record):%Y-%m-%d %H:%M:%S},{at(record).microsecond // 1000:03}"
    who = f"[chargeBoxId={record.charger}, sessionId=s-{record.connection or record.charger}]"
    logger = "de.rwth.idsg.steve.ocpp.ws.WebSocketLogger (qtp61-47)"
    return f"[INFO ] {time} {logger} - {who} {verb}: {record.raw}"


def _sap(record: Record) -> str:
    hour = at(record).astimezone(LOCAL).hour
    time = f"{_local(record, '%m/%d/%Y')}, {hour % 12 or 12}{_local(record, ':%M:%S %p')}"
    arrow, verb = (">>", "sent") if record.direction is OUT else ("<<", "received")
    words = f"X.y: {arrow} Command '{record.action}' {verb} request payload:"
    return f"debug: {time} {record.charger} | {words} {record.raw}"


def _libocpp(records: Iterable[Record]) -> str:
    entries = []
    for record in records:
        sides = ("ChargePoint", "CentralSystem")
        one, other = sides if record.direction is OUT else sides[::-1]
        blanks = " " if record.direction is OUT else "  "
        head = f"{instant(at(record))}: {one}>{other}{blanks}{record.action} "
        entries.append(f"{head}\n{_pretty(record)}\n")
    return "\n".join(entries)


def _libocpp_html(records: Iterable[Record]) -> str:
    rows = []
    for record in records:
        side = "ChargePoint" if record.direction is OUT else "CentralSystem"
        text = _pretty(record).replace("<", "&lt;").replace(">", "&gt;")
        cells = f"<td>{instant(at(record))}</td><td>x</td><td>{html.escape(record.action)}</td>"
        frame = f'<td><pre lang="json">{text}</pre></td>'
        rows.append(f'<tr class="{side}">{cells}{frame}</tr>')
    return '<html><table class="log">\n' + "\n".join(rows) + "\n"


def _mqtt(record: Record) -> str:
    way = "ChargingStationToCSMS" if record.direction is OUT else "CSMSToChargingStation"
    value = {"direction": way, "message": record.raw, "version": "1.6"}
    payload = json.dumps({"data": {"data": value}, "msg_type": "Var"})
    topic = "everest/modules/ocpp/impl/ocpp_generic/var/ocpp_message"
    time = at(record).strftime("%Y-%m-%dT%H:%M:%S.%f+0000")
    return json.dumps({"tst": time, "topic": topic, "qos": 2, "payload": payload})


def _citrine(records: Iterable[Record]) -> str:
    return json.dumps(
        [
            {
                "stationId": record.charger,
                "origin": "cs" if record.direction is OUT else "csms",
                "message": _elements(record),
                "timestamp": instant(at(record)),
                "tenantId": 1,
            }
            for record in reversed([*records])
        ]
    )


def _har(records: Iterable[Record]) -> str:
    connections: dict[tuple[str | None, str | None], list[Record]] = {}
    for record in records:
        connections.setdefault((record.charger, record.connection), []).append(record)
    entries = [
        {
            "request": {"url": f"wss://csms.example.net/{charger}", "headers": []},
            "_webSocketMessages": [
                {
                    "type": "send" if each.direction is OUT else "receive",
                    "time": at(each).timestamp(),
                    "opcode": 1,
                    "data": each.raw,
                }
                for each in its
            ],
        }
        for (charger, _), its in connections.items()
    ]
    return json.dumps({"log": {"entries": entries}}, indent=1)


def _tshark(records: Iterable[Record]) -> str:
    lines = ["frame.time_epoch\tip.src\ttcp.srcport\ttcp.stream\thttp.request.uri\ttext"]
    streams: dict[tuple[str | None, str | None], int] = {}

    def line(record: Record, ip: str, port: str, uri: str, text: str) -> None:
        stream = f"{streams[record.charger, record.connection]}"
        lines.append("\t".join((f"{at(record).timestamp():f}", ip, port, stream, uri, text)))

    for record in records:
        connection = record.charger, record.connection
        is_new = connection not in streams
        client = "10.0.0.2", f"{40000 + streams.setdefault(connection, len(streams))}"
        if is_new:
            line(record, *client, f"/{record.charger}", "")
        sender = client if record.direction is OUT else ("10.0.0.1", "80")
        line(record, *sender, "", record.raw)
    return "\n".join(lines) + "\n"


def _csv(records: Iterable[Record]) -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("timestamp", "id", "action", "msg"))
    for record in records:
        assert record.frame is not None
        action = record.action if record.frame.message_type == 2 else ""
        rows.writerow((instant(at(record)), record.charger, action, record.raw))
    return out.getvalue()


def _export(record: Record) -> str:
    way = "out" if record.direction is OUT else "in"
    return json.dumps(
        {"time": at(record).isoformat(), "direction": way, "frame": _elements(record)}
    )


def _events(records: Iterable[Record]) -> str:
    """Write what knows of one charge point only."""
    return "".join(
        json.dumps(
            {
                "timestamp": instant(at(each)),
                "direction": "CS_TO_CSMS" if each.direction is OUT else "CSMS_TO_CS",
                "message": _elements(each),
            }
        )
        + "\n"
        for each in records
    )


WRITERS: Mapping[str, Callable[[Iterable[Record]], str]] = {
    "open-ocpp-trace": lambda records: "".join(f"{line}\n" for line in trace_lines(records)),
    "cp-tui": _by_line(_export),
    "debugkit": _events,
    "steve": _by_line(_steve),
    "evcc": _by_line(
        lambda each: (
            f"[ocpp  ] TRACE {_local(each, '%Y/%m/%d %H:%M:%S')} "
            f"{'recv' if each.direction is OUT else 'send'} {each.charger}: {each.raw}"
        )
    ),
    "python-logging": _by_line(
        lambda each: (
            f"{_ms(each, '%Y-%m-%d %H:%M:%S.')} INFO (MainThread) [ocpp] {each.charger}: "
            f"{'receive message' if each.direction is OUT else 'send'} {each.raw}"
        )
    ),
    "libocpp-text": _libocpp,
    "libocpp-html": _libocpp_html,
    "everest-mqtt": _by_line(_mqtt),
    "citrineos": _citrine,
    "har": _har,
    "mitmproxy": lambda records: "".join(
        f"10.8.0.23:49822 {arrow} WebSocket text message {arrow} csms.example.net:80/"
        f"{each.charger}\n    {each.raw}\n\n"
        for each in records
        for arrow in ("->" if each.direction is OUT else "<-",)
    ),
    "tshark": _tshark,
    "sap-simulator": _by_line(_sap),
    "csv": _csv,
    "ocpp-go": _by_line(_go),
    "microocpp": _by_line(
        lambda each: f"[MO] {'Send' if each.direction is OUT else 'Recv'}: {each.raw}"
    ),
    "vcp": _by_line(
        lambda each: (
            f"{_local(each, '%Y-%m-%d %H:%M:%S')} info: "
            f"{'Sending message ➡️' if each.direction is OUT else 'Receive message ⬅️'}  {each.raw}"
        )
    ),
    "shiv3": _by_line(
        lambda each: json.dumps(
            {
                "timestamp": instant(at(each)),
                "message": f"{'Sent' if each.direction is OUT else 'Received'}: {each.raw}",
                "cpId": each.charger,
            }
        )
    ),
    "json-in-text": _by_line(
        lambda each: f"{instant(at(each))} {'TX' if each.direction is OUT else 'RX'} {each.raw}"
    ),
    "frames": _by_line(lambda each: each.raw),
}
"""Format -> what writes it; the frames are printed as they were, on one line."""

NAMELESS = frozenset(
    (
        *("cp-tui", "debugkit", "libocpp-text", "libocpp-html", "everest-mqtt", "microocpp"),
        *("vcp", "json-in-text", "frames"),
    )
)
"""Formats that name no charge point, as they are written here."""
TIMELESS = frozenset(("mitmproxy", "microocpp", "frames"))
