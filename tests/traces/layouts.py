"""One exchange of Heartbeat, as each program writes it: what all importers are tried with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO

from cp_tui.traces.reading import open_trace
from cp_tui.traces.record import Record, RecordKind
from cp_tui.traces.trace import Trace

CALL = '[2,"m1","Heartbeat",{}]'
RESULT = '[3,"m1",{"currentTime":"2026-10-05T08:00:01Z"}]'


def frames_of(records: Iterable[Record]) -> list[Record]:
    """Leave out what is no frame."""
    return [each for each in records if each.kind is not RecordKind.LINK]


def read(text: str | bytes, charger: str | None = None) -> Trace:
    """Read a text as if it came over a pipe."""
    data = text.encode() if isinstance(text, str) else text
    return open_trace(BytesIO(data), charger=charger)


def _quoted(frame: str) -> str:
    return frame.replace('"', '\\"')


def _doubled(frame: str) -> str:
    return frame.replace('"', '""')


def _pretty(frame: str) -> str:
    return json.dumps(json.loads(frame), indent=2, sort_keys=True)


_STEVE = "[INFO ] 2026-10-05 08:00:0{n},100 de.rwth.idsg.steve.ocpp.ws.WebSocketLogger {t}- "
_EVCC = "[ocpp  ] TRACE 2026/10/05 10:00:01"
_GO = 'time="2026-10-05T10:00:01+02:00" level=debug msg='
_SAP = "CS-1 | OCPPRequestService.internalSendMessage: >> Command 'Heartbeat' sent request payload:"
_SAP_BACK = "CS-1 | X.handleResponseMessage: << Command 'Heartbeat' received response payload:"
_ROW = '<tr class="{side}"> <td>2026-10-05T08:00:00.100Z</td> <td>{way}</td> <td>Heartbeat</td>'
_MQTT = "everest/modules/ocpp/impl/ocpp_generic/var/ocpp_message"
_EXPORT = '{"time":"2026-10-05T08:00:00.100+00:00","direction":"%s",'


def _mqtt(way: str, frame: str) -> str:
    value = {"direction": way, "message": frame, "version": "1.6"}
    return json.dumps({"data": {"data": value}, "msg_type": "Var"})


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"


LAYOUTS: dict[str, tuple[str, str | None, str]] = {
    "own export": (
        "cp-tui",
        None,
        _lines(
            f'{_EXPORT % "out"}"frame":{CALL},"latency_ms":null,"result":null,"reason":null}}',
            f'{_EXPORT % "in"}"frame":{RESULT},"latency_ms":3.1,"result":null,"reason":null}}',
        ),
    ),
    "own stream": (
        "cp-tui",
        None,
        _lines(
            _EXPORT % "out" + '"kind":"CALL","message_id":"m1","action":"Heartbeat","payload":{}}',
            _EXPORT % "in" + '"kind":"CALLRESULT","message_id":"m1","action":"Heartbeat",'
            '"payload":{"currentTime":"2026-10-05T08:00:01Z"}}',
        ),
    ),
    "Open OCPP Trace without raw, as an array": (
        "open-ocpp-trace",
        "CP-1",
        json.dumps(
            [
                {
                    "schemaVersion": "1.0",
                    "timestamp": "2026-10-05T08:00:00Z",
                    "transport": "json",
                    "chargePointId": "CP-1",
                    "direction": "cp-to-csms",
                    "messageType": "CALL",
                    "messageId": "m1",
                    "action": "Heartbeat",
                    "payload": {},
                },
                {
                    "schemaVersion": "1.0",
                    "timestamp": "2026-10-05T08:00:01Z",
                    "transport": "json",
                    "chargePointId": "CP-1",
                    "direction": "csms-to-cp",
                    "messageType": "CALLRESULT",
                    "messageId": "m1",
                    "payload": {"currentTime": "2026-10-05T08:00:01Z"},
                },
            ],
            indent=1,
        ),
    ),
    "DebugKit events by line": (
        "debugkit",
        None,
        _lines(
            f'{{"timestamp":1791187200,"direction":"CS_TO_CSMS","message":{CALL}}}',
            f'{{"timestamp":1791187201000,"direction":"CSMS_TO_CS","message":{RESULT}}}',
        ),
    ),
    "scenario of the DebugKit toolkit": (
        "debugkit",
        "CP-1",
        f'{{"name":"x","trace":{{"events":[{{"message":{CALL}}},{{"message":{RESULT}}}],'
        '"metadata":{"stationId":"CP-1"}},"expectedFailures":[]}',
    ),
    "SteVe with a thread": (
        "steve",
        "CP-1",
        _lines(
            _STEVE.format(n=0, t="(qtp-1) ") + f"[chargeBoxId=CP-1, sessionId=s] Received: {CALL}",
            _STEVE.format(n=1, t="(qtp-1) ") + f"[chargeBoxId=CP-1, sessionId=s] Sending: {RESULT}",
        ),
    ),
    "SteVe of 2022": (
        "steve",
        "CP-1",
        _lines(
            _STEVE.format(n=0, t="") + f"[chargeBoxId=CP-1, sessionId=s] Received: {CALL}",
            _STEVE.format(n=1, t="") + f"[chargeBoxId=CP-1, sessionId=s] Sending: {RESULT}",
        ),
    ),
    "evcc of 2023": (
        "evcc",
        "CP-1",
        _lines(
            f"{_EVCC} received JSON message from CP-1: {CALL}",
            f"{_EVCC} sent JSON message to CP-1: {RESULT}",
        ),
    ),
    "evcc of 2024": (
        "evcc",
        "CP-1",
        _lines(f"{_EVCC} recv CP-1: {CALL}", f"{_EVCC} sent CP-1: {RESULT}"),
    ),
    "basicConfig of Python": (
        "python-logging",
        "CP-1",
        _lines(f"INFO:ocpp:CP-1: receive message {CALL}", f"INFO:ocpp:CP-1: send message {RESULT}"),
    ),
    "a common formatter of Python": (
        "python-logging",
        "CP-1",
        _lines(
            f"2026-10-05 08:00:00,100 - ocpp - INFO - CP-1: send {CALL}",
            f"2026-10-05 08:00:01,100 - ocpp - INFO - CP-1: receive message {RESULT}",
        ),
    ),
    "tests of EVerest": (
        "python-logging",
        None,
        _lines(
            f"2026-10-05 08:00:00,100 - everest.ocpp - INFO - Rx: {CALL}",
            f"2026-10-05 08:00:01,100 - everest.ocpp - INFO - Tx: {RESULT}",
        ),
    ),
    "libocpp text": (
        "libocpp-text",
        None,
        "2026-10-05T08:00:00.100Z: ChargePoint>CentralSystem Heartbeat \n"
        f"{_pretty(CALL)}\n\n"
        "2026-10-05T08:00:01.100Z: CentralSystem>ChargePoint  HeartbeatResponse\n"
        f"{_pretty(RESULT)}\n\n",
    ),
    "libocpp console": (
        "libocpp-text",
        None,
        _lines(
            f"2026-10-05 08:00:00.100 [INFO] ocpp:OCPP :: \x1b[1mChargePoint: {CALL}\x1b[0m",
            f"2026-10-05 08:00:01.100 [INFO] ocpp:OCPP :: \x1b[1mCentralSystem: {RESULT}\x1b[0m",
        ),
    ),
    "libocpp HTML": (
        "libocpp-html",
        None,
        _lines(
            '<html><table class="log">',
            _ROW.format(side="ChargePoint", way="ChargePoint-&gt;<br>CentralSystem"),
            f'<td></td><td><pre lang="json">{_pretty(CALL)}</pre></td> </tr>',
            _ROW.format(side="CentralSystem", way="CentralSystem&gt;ChargePoint"),
            f'<td></td><td><pre lang="json">{_pretty(RESULT)}</pre></td> </tr>',
        ),
    ),
    "EVerest over MQTT as text": (
        "everest-mqtt",
        None,
        _lines(
            f"2026-10-05T08:00:00+0000 {_MQTT} " + _mqtt("ChargingStationToCSMS", CALL),
            f"2026-10-05T08:00:01+0000 {_MQTT} " + _mqtt("CSMSToChargingStation", RESULT),
        ),
    ),
    "CitrineOS as CSV": (
        "citrineos",
        "CP-1",
        _lines(
            "id,stationId,origin,protocol,action,message,timestamp,tenantId",
            f'2,CP-1,csms,ocpp1.6,Heartbeat,"{_doubled(RESULT)}",2026-10-05 08:00:01.1+00,1',
            f'1,CP-1,cs,ocpp1.6,Heartbeat,"{_doubled(CALL)}",2026-10-05 08:00:00.1+00,1',
        ),
    ),
    "CitrineOS from GraphQL": (
        "citrineos",
        "CP-1",
        json.dumps(
            {
                "data": {
                    "OCPPMessages": [
                        {
                            "stationId": "CP-1",
                            "origin": origin,
                            "message": json.loads(frame),
                            "timestamp": "2026-10-05T08:00:00Z",
                        }
                        for origin, frame in (("csms", RESULT), ("cs", CALL))
                    ]
                }
            }
        ),
    ),
    "HAR of a browser": (
        "har",
        "CP 1",
        json.dumps(
            {
                "log": {
                    "entries": [
                        {
                            "_webSocketMessages": [
                                {"type": "send", "time": 1791187200.1, "opcode": 1, "data": CALL},
                                {
                                    "type": "receive",
                                    "time": 1791187201.1,
                                    "opcode": 1,
                                    "data": RESULT,
                                },
                            ],
                            "request": {"url": "wss://csms.example/ocpp/CP%201", "headers": []},
                            "response": {"status": 101, "headers": []},
                        }
                    ]
                }
            }
        ),
    ),
    "console of mitmproxy": (
        "mitmproxy",
        "CP-1",
        "10.8.0.23:49822 -> WebSocket text message -> csms.example.net:80/ocpp/CP-1\n"
        f"    {CALL}\n\n"
        "10.8.0.23:49822 <- WebSocket text message <- csms.example.net:80/ocpp/CP-1\n"
        f"    {RESULT}\n\n"
        "10.8.0.23:49822: WebSocket connection closed by client: 1001 going away\n",
    ),
    "tshark, both in one packet's cell, no GET": (
        "tshark",
        None,
        _lines(
            "frame.time_epoch;ip.src;tcp.srcport;tcp.stream;websocket.opcode;websocket.payload",
            f"1791187200.1;10.0.0.2;50000;0;1;{CALL}",
            f"1791187201.1;10.0.0.1;80;0;1;{RESULT}",
        ),
    ),
    "tshark as JSON": (
        "tshark",
        None,
        json.dumps(
            [
                {"_source": {"layers": {"frame.time_epoch": ["1791187200.1"], "text": [frame]}}}
                for frame in (CALL, RESULT)
            ],
            indent=1,
        ),
    ),
    "SAP simulator in American": (
        "sap-simulator",
        "CS-1",
        _lines(
            f"debug: 10/5/2026, 8:00:00\u202fAM {_SAP} {CALL}",
            f"debug: 10/5/2026, 8:00:01\u202fAM {_SAP_BACK} {RESULT}",
        ),
    ),
    "SAP simulator in German": (
        "sap-simulator",
        "CS-1",
        _lines(
            f"debug: 5.10.2026, 08:00:00 {_SAP} {CALL}",
            f"debug: 5.10.2026, 08:00:01 {_SAP_BACK} {RESULT}",
        ),
    ),
    "CSV of a portal, request and answer in one row": (
        "csv",
        "CP-1",
        "\ufeffZeit;Ladepunkt;Anfrage;Antwort\n"
        f'05.10.2026 08:00:00;CP-1;"{_doubled(CALL)}";"{_doubled(RESULT)}"\n',
    ),
    "CSV without frames": (
        "csv",
        "CP-1",
        _lines(
            "timestamp\tcharge point\tmessage id\taction\tmessage type\tpayload",
            "2026-10-05T08:00:00Z\tCP-1\tm1\tHeartbeat\tCALL\t{}",
            "2026-10-05T08:00:01Z\tCP-1\tm1\tHeartbeat\tCALLRESULT\t"
            '"{""currentTime"":""2026-10-05T08:00:01Z""}"',
        ),
    ),
    "ocpp-go as CSMS": (
        "ocpp-go",
        "CP-1",
        _lines(
            f'{_GO}"received JSON message from CP-1: {_quoted(CALL)}" logger=ocppj',
            f'{_GO}"sent JSON message to CP-1: {_quoted(RESULT)}" logger=ocppj',
        ),
    ),
    "ocpp-go as charge point, in a terminal": (
        "ocpp-go",
        None,
        _lines(
            f"DEBU[2026-10-05T10:00:00+02:00] sent JSON message to server: {CALL}  logger=ocppj",
            "DEBU[2026-10-05T10:00:01+02:00] received JSON message from server: "
            f"{RESULT}  logger=ocppj",
        ),
    ),
    "ocpp-go as JSON": (
        "ocpp-go",
        "CP-1",
        _lines(
            *(
                json.dumps({"level": "debug", "msg": text, "time": "2026-10-05T08:00:00Z"})
                for text in (
                    f"received JSON message from CP-1: {CALL}",
                    f"sent JSON message to CP-1: {RESULT}",
                )
            )
        ),
    ),
    "MicroOcpp": ("microocpp", None, _lines(f"[MO] Send: {CALL}", f"[MO] Recv: {RESULT}")),
    "ArduinoOcpp": (
        "microocpp",
        None,
        _lines(
            f"[OcppOperation] Sent requirement (success): {CALL}",
            f"[AO] Recv: {RESULT}",
        ),
    ),
    "VCP in colour": (
        "vcp",
        None,
        _lines(
            f"2026-10-05 08:00:00 \x1b[32minfo\x1b[39m: Sending message ➡️  {CALL}",
            f"2026-10-05 08:00:01 \x1b[32minfo\x1b[39m: Receive message ⬅️  {RESULT}",
        ),
    ),
    "shiv3 by line": (
        "shiv3",
        "CP-1",
        _lines(
            *(
                json.dumps(
                    {
                        "timestamp": "2026-10-05T08:00:00Z",
                        "level": "INFO",
                        "type": "WEBSOCKET",
                        "message": text,
                        "cpId": "CP-1",
                    }
                )
                for text in (f"Sent: {CALL}", f"Received: {RESULT}")
            )
        ),
    ),
    "shiv3 as text": (
        "shiv3",
        None,
        _lines(
            f"[2026-10-05T08:00:00Z] [INFO] [WEBSOCKET] Sent: {CALL}",
            f"[2026-10-05T08:00:01Z] [INFO] [WEBSOCKET] Received: {RESULT}",
        ),
    ),
    "Qt, in quotes": (
        "json-in-text",
        None,
        _lines(
            f'"OCPP1.6" TX:  "{_quoted(CALL)}"',
            f'"OCPP1.6" RX:  "{_quoted(RESULT)}"',
        ),
    ),
    "an object in a line of an adapter": (
        "json-in-text",
        None,
        _lines(
            "2026-10-05 10:00:00.200 - info: wallbox.0 "
            + json.dumps({"type": "ocppLog", "ts": "2026-10-05T10:00:00.100 +02:00", "send": CALL}),
            "2026-10-05 10:00:01.200 - info: wallbox.0 "
            + json.dumps(
                {"type": "ocppLog", "ts": "2026-10-05T10:00:01.100 +02:00", "recv": RESULT}
            ),
        ),
    ),
    "one frame": ("frames", None, f"{CALL}\n{RESULT}"),
    "an array of frames": ("frames", None, f"[\n {CALL},\n {RESULT}\n]"),
}
"""What it is -> its format, the charge point that it names, and the text."""
