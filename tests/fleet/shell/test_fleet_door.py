"""The door of a fleet on real sockets: what a screen is told, and what may be asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cp_tui.engine.hub import EventHappened
from cp_tui.fleet.fleet_events import FleetEvent
from cp_tui.fleet.fleet_variables import FLEET
from cp_tui.fleet.plan import SessionPlan
from cp_tui.fleet.report.live import POINTS_MAX, thinned
from cp_tui.fleet.report.made import report_of
from cp_tui.fleet.shell.fleet_door import FleetDoor
from cp_tui.fleet.view import RunPart
from cp_tui.rpc.client import Client, RpcError
from cp_tui.rpc.server import RpcServer
from tests.fleet.csms_process import book_csms
from tests.fleet.shell.runs import plan, run_of
from tests.tui.fleet_world import screen_on

BUSY = SessionPlan(per_hour=(360.0,), length_s=(0.5, 1.0))
WAIT_S = 120.0
STATIONS = 12
"""So few that their loop, in which the screen is as well, is at rest between two sessions."""


async def test_a_screen_on_a_fleet_storms_looks_at_one_and_sees_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    path = tmp_path / "a.fleet"
    async with book_csms(tmp_path / "book") as csms, asyncio.timeout(WAIT_S):
        run = run_of(plan(csms.url, STATIONS, sessions=BUSY))
        door = FleetDoor(run)
        server = RpcServer(door, path)
        await server.start()
        running = asyncio.create_task(run.run())
        async with screen_on(path) as eye:
            # Above it may stand that a busy machine is at its limit.
            await eye.until_it_shows(f"Accepted {STATIONS} of {STATIONS}", "BootNotif", "holds 12")
            # For 60 s: on a busy machine they must not be back before somebody has looked.
            await eye.press("N", "6", "0", "enter")
            await eye.until_it_shows("The storm has begun: network")
            await eye.press("escape")
            await eye.until_it_shows(
                "12 of 12 are not Accepted: the network cable", "network storm 100% to"
            )
            await eye.press("2")
            await eye.until_it_shows("CP00001", "waiting")
            await eye.press("down", "enter")
            await eye.until_it_is_over()
            visit = eye.app.visit
            assert (visit.station_id, visit.screen) == ("CP00002", "charge-points")
            assert visit.station is not None
        client = await Client.connect(visit.station)
        await client.subscribe(["identity"])
        (identity,) = [each.value for each in await client.next_updates()]  # type: ignore[union-attr]
        assert identity.charge_point_id == "CP00002"
        await client.close()
        script = await Client.connect(path, vocabulary=FLEET)
        assert (await script.call("add_charge_points", number=2)).result == 2
        assert (await script.call("pause_arrivals")).result is True
        assert (await script.call("resume_arrivals")).result is True
        assert (await script.call("resume_arrivals")).result is False
        found = (await script.call("charge_points", text="cp0001", limit=2, is_turned=True)).result
        assert isinstance(found, dict)
        assert found["count"] == 5
        assert [each["id"] for each in found["rows"]] == ["CP00014", "CP00013"]
        door.look(run.view())
        await script.subscribe(["fleet_events"])
        told = [e.event for e in await script.next_updates() if isinstance(e, EventHappened)]
        kinds = {each.kind for each in told if isinstance(each, FleetEvent)}
        assert {"stage", "storm"} <= kinds
        with pytest.raises(RpcError, match="there yet"):
            await script.call("watch", id="CP99999")
        assert (await script.call("end")).result is True
        assert (await script.call("end")).result is False
        with pytest.raises(RpcError, match="the run is settling"):
            await script.call("start_storm", kind="power")
        await script.close()
        observer = await Client.connect(path, read_only=True, vocabulary=FLEET)
        with pytest.raises(RpcError, match="observer"):
            await observer.call("end", at_once=True)
        await observer.close()
        result = await running
        assert (result.was_ended_by_hand, result.was_cut_off) == (True, False)
        report = report_of(run.plan, result)
        assert door.get("fleet").part is RunPart.ENDING, "its figures are not there yet"
        door.ended(report)
        assert (door.get("report").bill, door.get("fleet").part) == (report.bill, RunPart.ENDED)
        assert report.bill.lost == 0
        await server.close()
        await run.doors.close()
        door.close()
        while [each for each in asyncio.all_tasks() if each.get_name() == "fleet door"]:
            await asyncio.sleep(0.01)


def test_of_a_long_run_as_many_points_are_told_as_a_screen_shows_the_same_ones_each_time() -> None:
    assert thinned(range(POINTS_MAX)) == tuple(range(POINTS_MAX))
    for length in (301, 302, 599, 4_801, 90_000):
        found = thinned(range(length))
        assert (found[0], found[-1]) == (0, length - 1)
        assert POINTS_MAX / 2 <= len(found) <= POINTS_MAX + 1
    before, after = thinned(range(4_000)), thinned(range(4_001))
    assert before[:-1] == after[: len(before) - 1]
