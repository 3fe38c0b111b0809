"""One charge point of a fleet is looked at, and used, like one of `serve`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cp_tui.charge_point.variables import STREAMS, VARIABLES, LinkPhase, MessageRecord
from cp_tui.engine.errors import CommandError
from cp_tui.engine.hub import EventHappened, VariableChanged
from cp_tui.fleet.plan import FleetStorm, StormKind
from cp_tui.fleet.shell.run import FleetRun
from cp_tui.fleet.shell.station_doors import UNUSED_S
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.rpc.client import Client, RpcError
from tests.fleet.csms_process import book_csms
from tests.fleet.shell.runs import plan, run_of

WAIT_S = 120.0


async def _doors_close(run: FleetRun, stays: Path) -> None:
    """A door that was asked for is closed when nobody has looked for a minute."""
    path = await run.open_door("CP00003")
    station = run.watch("CP00003")
    doors = run.doors
    subscription = station.subscribe(["link"])
    for _ in range(2 * UNUSED_S):
        doors.observe(run.clock())
    assert path.is_socket()
    subscription.close()
    for _ in range(UNUSED_S):
        doors.observe(run.clock())
    assert path.is_socket()
    doors.observe(run.clock())
    while path.exists():
        await asyncio.sleep(0.01)
    assert stays.is_socket(), "it was asked for with the plan"
    assert run.watch("CP00003") is not station


async def _it_is_seen_as_it_was_at_the_end(run: FleetRun) -> None:
    after = await Client.connect(await run.open_door("CP00001"))
    with pytest.raises(RpcError, match="the run is over"):
        await after.call("plug_in", connector_id=1)
    for id_ in ("CP00001", "CP00002"):
        link = run.watch(id_).get("link")
        assert (link.phase, link.next_attempt_at) == (LinkPhase.WAITING, None)
        assert link.own_cause == "the run is over"
    await after.close()
    await run.doors.close()


async def test_any_charge_point_of_a_fleet_has_a_door_like_that_of_serve(tmp_path: Path) -> None:
    async with book_csms(tmp_path / "book") as csms, asyncio.timeout(WAIT_S):
        run = run_of(plan(csms.url, 3), watched=["CP00002"])
        running = asyncio.create_task(run.run())
        while run.fleet.counts().phases[StationPhase.ACCEPTED] < 3:
            await asyncio.sleep(0.01)
        socket = await run.open_door("CP00002")
        client = await Client.connect(socket)
        await client.subscribe([*VARIABLES, *STREAMS])
        seen = {each.name: each for each in await client.next_updates()}
        values = {name for name, each in seen.items() if isinstance(each, VariableChanged)}
        assert values == set(VARIABLES)
        link = seen["link"]
        assert isinstance(link, VariableChanged)
        assert link.value.phase is LinkPhase.OPEN

        await client.call("plug_in", connector_id=1)
        answer = await client.call("swipe", id_tag="TAG1", connector_id=1)
        assert answer.result["outcome"] == "Asked"
        actions = set()
        while "StartTransaction" not in actions:
            for update in await client.next_updates():
                event = update.event if isinstance(update, EventHappened) else None
                if isinstance(event, MessageRecord):
                    actions.add(event.action)
        assert run.view().counts.transactions == 1
        key = await client.call("get_configuration_key", keys=["HeartbeatInterval"])
        assert key.result["configuration_key"][0]["value"] == "300"
        schedule = await client.call("get_composite_schedule", connector_id=1, duration_s=60)
        assert schedule.result["connector_id"] == 1

        with pytest.raises(RpcError, match="a fleet has no weather"):
            await client.call("set_weather", weather="fair")
        with pytest.raises(RpcError, match="already"):
            await client.call("plug_in", connector_id=1)
        run.storm(FleetStorm(0.0, StormKind.NETWORK, share=1.0, down_s=0.1))
        while run.watch("CP00002").get("link").network_up:
            await asyncio.sleep(0.01)
        while not run.watch("CP00002").get("link").network_up:
            await asyncio.sleep(0.01)
        assert (await client.call("set_network", up=False)).result is True
        assert run.fleet.counts().phases[StationPhase.WAITING] == 3
        assert (await client.call("set_network", up=False)).result is False
        await client.call("set_network", up=True)
        await client.call("try_now")
        while run.fleet.counts().phases[StationPhase.CHARGING] < 1:
            await asyncio.sleep(0.01)
        with pytest.raises(CommandError, match="no charge point CP9 is there yet"):
            run.watch("CP9")
        await client.close()
        await _doors_close(run, socket)
        run.stop()
        result = await running
        await _it_is_seen_as_it_was_at_the_end(run)
    assert result.bill.closes, result.bill.figures()
    assert result.bill.begun == 1
