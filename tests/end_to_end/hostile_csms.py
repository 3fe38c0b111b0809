"""A CSMS, an operator and a file that fill every text that they can with attacks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from cp_tui.rpc.client import Client, RpcError
from tests.end_to_end.hostile import EVIL, LONG, MARKUP, evil, short
from tests.end_to_end.processes import Serve, serving
from tests.end_to_end.raw_csms import CALLERROR, Payload, RawCsms
from tests.end_to_end.raw_http import ACCEPT

CHARGE_POINT_ID = f"~I~{MARKUP}日本"
SETTINGS = f"""\
[charge_point]
vendor = '{short("~v~")}'
model = '{short("~m~")}'
firmware_version = '{short("~w~")}'
[custom_keys]
'AA~k~[/red]' = '{MARKUP}'
AB = 'good'
AC = '{short("~f~")}'
"""

LONE_SURROGATE = r'[2,"\ud800","\udfff",{"\udc00":"~u~\ud800"}]'
FRAMES = (
    "~j~ no JSON " + EVIL,
    b"~b~ no UTF-8 \xff\xfe\x9b31m\x1b]2;hacked\x07",
    b'[2,"id","\xc2\x9b~c~",{}]',
    LONE_SURROGATE,
    json.dumps([2, "id", evil("~x~"), {"vendorId": EVIL}], ensure_ascii=False),
    json.dumps([2, "id", "DataTransfer", {evil("~y~"): EVIL}], ensure_ascii=False),
    json.dumps([EVIL, "id", EVIL]),
    json.dumps([4, "nobody asked", EVIL, evil("~z~"), {EVIL: EVIL}]),
    json.dumps([2, "~i~[/red]\x1b]2;i\x07\x9b\u202e", "Reset", {"type": EVIL}]),
)
"""What is no valid request, each in its own way."""


_OPEN = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: " + ACCEPT + b"\r\nSec-WebSocket-Protocol: "
)
_ATTACK = b"\x1b]2;hacked\x07\x1b[31;5m\xc2\x9b31;5m\x9b31;5m[/red]"
_REASON = b"\x03\xf0~E~[/red]\xc2\x9b31m\x1b]2;hacked\x07\xe2\x80\xae"
HANDSHAKES = (
    b"HTTP/1.1 403 ~A~" + _ATTACK + b"\r\nContent-Length: 5\r\n\r\n\x1b]2;h",
    b"HTTP/1.1 403 ~A~[/red]\xc2\x9b31m\r\nContent-Length: 5\r\n\r\n\x1b]2;h",
    b"~Z~" + _ATTACK + b"\r\n\r\n",
    b"HTTP/1.1 401 No\r\nWWW-Authenticate: ~H~" + _ATTACK + b"\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: ws://~L~[/red]\xc2\x9b31m/\r\n\r\n",
    _OPEN + b"~B~[/red]\xc2\x9b31m\xe2\x80\xae\r\n\r\n",
    _OPEN + b"ocpp1.6\r\n\r\n\xff\xff" + _ATTACK,
    _OPEN + b"ocpp1.6\r\n\r\n\x81\x04\xff\xfe\x9b\x1b",
    _OPEN + b"ocpp1.6\r\n\r\n\x88" + bytes((len(_REASON),)) + _REASON,
)
"""Refusals and openings of a WebSocket that hold attacks: status, headers, body, frames, reason."""

CARRIED_OUT = 9
"""Of `requests`."""


def answers() -> dict[str, Payload]:
    """Answers whose every text is hostile, as far as the charge point can take it."""
    tag_info = {"status": "Accepted", "parentIdTag": short("~p~")}
    return {
        "Authorize": {"idTagInfo": tag_info},
        "StartTransaction": {"transactionId": 1, "idTagInfo": tag_info},
        "DataTransfer": {"status": "Accepted", "data": evil("~d~")},
    }


def requests() -> tuple[tuple[str, Payload], ...]:
    """Every request with a text: first `CARRIED_OUT` that are understood, then the others."""
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    reservation = {"connectorId": 2, "expiryDate": later, "reservationId": 1}
    entry = {
        "idTag": short("~E~"),
        "idTagInfo": {"status": "Accepted", "parentIdTag": short("~F~")},
    }
    profile: Payload = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": evil("~P~"),
        "chargingProfileKind": EVIL,
        "chargingSchedule": {"chargingRateUnit": EVIL, "chargingSchedulePeriod": EVIL},
    }
    return (
        ("ChangeConfiguration", {"key": "AB", "value": short("~g~")}),
        ("ReserveNow", {**reservation, "idTag": short("~R~"), "parentIdTag": short("~Q~")}),
        (
            "SendLocalList",
            {"listVersion": 1, "updateType": "Full", "localAuthorizationList": [entry]},
        ),
        ("RemoteStartTransaction", {"idTag": short("~T~"), "connectorId": 1}),
        ("UpdateFirmware", {"location": evil("~U~"), "retrieveDate": later}),
        ("GetDiagnostics", {"location": evil("~D~")}),
        ("GetConfiguration", {"key": ["AA~k~[/red]", short("~G~")]}),
        ("DataTransfer", {"vendorId": short("~V~"), "messageId": short("~M~"), "data": LONG}),
        ("ChangeConfiguration", {"key": short("~4~"), "value": "1"}),
        ("DataTransfer", {"vendorId": evil("~1~"), "messageId": EVIL, "data": EVIL}),
        ("ChangeConfiguration", {"key": "AB", "value": evil("~2~")}),
        ("ChangeConfiguration", {"key": evil("~3~"), "value": EVIL}),
        ("ReserveNow", {**reservation, "idTag": evil("~5~"), "parentIdTag": EVIL}),
        ("SendLocalList", {"listVersion": 2, "updateType": evil("~6~")}),
        ("SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile}),
        ("TriggerMessage", {"requestedMessage": evil("~7~")}),
        ("GetConfiguration", {"key": [evil("~8~")]}),
        ("Reset", {"type": evil("~9~")}),
        ("RemoteStartTransaction", {"idTag": evil("~0~")}),
        (evil("~a~"), {evil("~q~"): {EVIL: [EVIL]}}),
    )


async def attack(csms: RawCsms, client: Client) -> None:
    """Let everything arrive that is hostile."""
    await client.call("monitor_configuration_keys", keys=["AB", "~n~[/red]" + EVIL[:40]])
    await client.call("plug_in", connector_id=1)
    for number, (action, payload) in enumerate(requests()):
        answer = await csms.call(action, payload)
        is_good = number < CARRIED_OUT
        assert is_good == (answer[0] != CALLERROR), (action, answer)
    for frame in FRAMES:
        await csms.say(frame)
    await client.call("data_transfer", vendor_id=short("~o~"), data=LONG)
    csms.verbatim["DataTransfer"] = [CALLERROR, evil("~e~"), evil("~r~"), {EVIL: evil("~s~")}]
    await client.call("data_transfer", vendor_id="x")
    for method, params in OPERATOR:
        with suppress(RpcError):
            await client.call(method, **params)


OPERATOR: tuple[tuple[str, Mapping[str, JsonValue]], ...] = (
    ("set_custom_configuration_key", {"key": "AC", "value": short("~O~")}),
    ("set_custom_configuration_key", {"key": "AC", "value": EVIL}),
    ("swipe", {"id_tag": short("~W~"), "connector_id": 2, "wait": True}),
    ("raise_error", {"connector_id": 2, "error_code": "OtherError", "info": short("~N~")}),
    ("send_call", {"action": evil("~C~")[:255], "payload": {EVIL: EVIL}}),
    ("send_raw", {"text": evil("~X~")}),
    ("swipe", {"id_tag": EVIL[:20], "wait": True}),
    ("data_transfer", {"vendor_id": EVIL[:255]}),
    (EVIL, {EVIL: EVIL}),
)
"""What comes through the door: some of it is refused, none of it does harm."""


@asynccontextmanager
async def hostile_world(folder: Path) -> AsyncIterator[tuple[RawCsms, Serve]]:
    """An engine that has had all of it."""
    file = folder / "cp-tui.toml"
    file.write_text(SETTINGS)
    async with (
        RawCsms(answers()) as csms,
        serving(folder, csms.url, f"--config={file}", f"--id={CHARGE_POINT_ID}") as serve,
    ):
        client = await Client.connect(serve.socket)
        await until_accepted(client)
        await attack(csms, client)
        await client.close()
        yield csms, serve


async def until_accepted(client: Client) -> None:
    """Wait until the CSMS has accepted the charge point."""
    await client.subscribe(["registration"])
    while True:
        for update in await client.next_updates():
            value: Any = getattr(update, "value", None)
            if value is not None and value.status == "Accepted":
                return
