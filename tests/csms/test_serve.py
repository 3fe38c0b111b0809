"""`cp-tui csms`: the small CSMS alone, with a printed line for every event."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

import pytest

from cp_tui.csms.behaviour import AnswerCallError, Behaviour, Silence
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.charge_point_session import CallFailed
from cp_tui.csms.serve import TEXT_MAX, describe, serve_central_system
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import ClearCacheRequest
from cp_tui.ocpp.errors import ErrorCode
from tests.csms.raw_charge_point import RawChargePoint, raw_charge_point

WAIT_S = 5.0


async def test_it_says_where_it_listens_and_what_happens_until_cancelled() -> None:
    lines: list[str] = []
    first_line = asyncio.Event()

    def report(line: str) -> None:
        lines.append(line)
        first_line.set()

    serving = asyncio.create_task(serve_central_system(0, report))
    async with asyncio.timeout(WAIT_S):
        await first_line.wait()
    found = re.search(r"ws://127\.0\.0\.1:\d+", lines[0])
    assert found is not None
    async with raw_charge_point(found[0]) as charge_point:
        await charge_point.boot()
        with suppress(asyncio.CancelledError):
            serving.cancel()
            await serving
    told = "\n".join(lines)
    assert "CP001  connected" in told
    assert '-> BootNotification {"chargePointVendor": "Raw", "chargePointModel": "Frames"}' in told
    assert '= {"status": "Accepted"' in told
    assert "CP001  disconnected (1001)" in told


async def test_a_taken_port_is_told(csms: CentralSystem) -> None:
    with pytest.raises(OSError, match="in use"):
        await serve_central_system(csms.port, print)


async def test_every_kind_of_event_has_its_line(
    csms: CentralSystem, charge_point: RawChargePoint
) -> None:
    csms.behaviour = Behaviour(
        faults={
            Action.AUTHORIZE: Silence(),
            Action.HEARTBEAT: AnswerCallError(ErrorCode.INTERNAL_ERROR, "tired"),
        }
    )
    await charge_point.send([2, "x", "Authorize", {"idTag": "A"}])
    await charge_point.call("Heartbeat", {})
    await charge_point.send([3, "x"])
    await charge_point.call("Nope", {})
    with pytest.raises(CallFailed):
        await csms.call("CP001", ClearCacheRequest(), timeout_s=0.01)
    await charge_point.receive()
    await csms.compose("CP001", '[3,"1",{}]', timeout_s=0.01)
    async with raw_charge_point(csms.url, path="/CP002", subprotocols=()):
        pass
    told = [describe(event).partition(" ")[2] for event in csms.record.events]
    assert told == [
        "CP001  connected",
        'CP001  -> Authorize {"idTag": "A"}  = (silence)',
        "CP001  -> Heartbeat {}  = InternalError: tired",
        "CP001  bad answer: FormationViolation: a CALLRESULT has 3 elements, this has 2",
        'CP001  sent what is no OCPP: NotImplemented: there is no Action "Nope" in OCPP 1.6',
        "CP001  <- ClearCache {}  = Timeout: no answer within 0.01 s",
        'CP001  <- composed  "[3,\\"1\\",{}]"  = sent; no answer is due',
        "CP002  turned away: it did not offer subprotocol ocpp1.6",
    ]


async def test_a_long_message_is_cut(csms: CentralSystem, charge_point: RawChargePoint) -> None:
    await charge_point.payload_of("DataTransfer", {"vendorId": "x", "data": "y" * 10_000})
    assert len(describe(csms.record.events[-1])) < TEXT_MAX + 200
