"""The screens of a fleet: what they show in each state, and what their keys do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from cp_tui.fleet.fleet_events import Teller
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.rpc.client import EngineEnded
from cp_tui.tui.fleet.alarms import alarm_line
from cp_tui.tui.fleet.news import FLEET, REPORT, changes
from cp_tui.tui.fleet.stations_pane import FleetStationsPane, asked_of
from cp_tui.tui.fleet.text import bill_facts
from cp_tui.tui.start.fleet_app import GOES_ON, OVER, STATION
from cp_tui.tui.state.fleet_state import FleetState, StationPage
from cp_tui.tui.theme.colors import terminal_colors
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.widgets.table_pane import NOT_KNOWN
from tests.tui import fleet_world
from tests.tui.fleet_world import fleet_screen
from tests.tui.pictures import pictures

STATES = (
    fleet_world.arriving,
    fleet_world.steady,
    fleet_world.storm,
    fleet_world.recovered,
    fleet_world.failed,
)
HOSTILE = "[bold red]x[/] \x1b[31m\u202e"


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_each_state_looks_as_it_did(
    size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    async with fleet_screen(STATES[0](), size=size) as eye:
        teller = Teller()
        with pictures(snapshot) as found:
            for state in STATES:
                for name, value in state().world().items():
                    eye.door.publish(name, value)
                for event in teller.look(state().view()):
                    eye.door.emit("fleet_events", event)
                await eye.settle()
                found.text(state.__name__, eye)
        await eye.press("a")
        assert eye.shows("given out twice", "network storm 50%: 100 charge points")


async def test_the_line_on_top_names_the_gravest_and_answers_the_question() -> None:
    async with fleet_screen(fleet_world.recovered(), size=(100, 30)) as eye:

        async def tell(told: fleet_world.Told) -> str:
            for name, value in told.world().items():
                eye.door.publish(name, value)
            await eye.settle()
            return eye.text().split("\n")[1].strip()

        said = "all 200 are Accepted, 99 % back after 31.2s · all that has ended is billed"
        assert await tell(fleet_world.recovered()) == said
        waits = fleet_world.recovered()
        waits.phases = {StationPhase.CHARGING: 100, StationPhase.ACCEPTED: 100}
        assert "29 transactions not billed yet" in await tell(waits)
        waits.phases |= {StationPhase.ACCEPTED: 97, StationPhase.WAITING: 3}
        assert (await tell(waits)).startswith(f"197 of 200 Accepted: {fleet_world.PULLED} ·")
        waits.misbehaving = 3
        assert (await tell(waits)).startswith("all 197 that behave are Accepted")
        waits.misbehaving = 200
        assert await tell(waits) == "none of 200 behaves"
        nobody = fleet_world.arriving()
        nobody.phases, nobody.accepted_once = {StationPhase.WAITING: 9}, 0
        assert await tell(nobody) == f"! 9 of 9 are not Accepted: {fleet_world.PULLED}"
        slow = fleet_world.steady()
        slow.lag_p99_s = 0.3
        stands = "all 200 are Accepted · all that has ended is billed"
        assert await tell(slow) == f"{stands} · ! fleet at its limit"
        slow.is_paused = True
        assert (await tell(slow)).endswith("· ! fleet at its limit · ! arrivals paused")
        slow.slow_s = 3.0
        breaks = await tell(slow)
        assert breaks.startswith("! BootNotification.p95 is above 2s")
        assert breaks.endswith("· 2 more")
        narrow = alarm_line(eye.app.fleet, 40).plain
        assert narrow == " ! BootNotification.p95 is abo… · 2 more"
        slow.is_away, slow.phases = True, {StationPhase.WAITING: 200}
        pulled = f"! 200 of 200 are not Accepted: {fleet_world.PULLED}"
        assert pulled in await tell(slow)
        slow.bill.lost = 2
        assert "! 2 transactions given up" in await tell(slow)
        slow.bill.ids.again = 1
        assert "! 1 transactionId given out twice" in await tell(slow)
        slow.unanswered = 7
        assert "! 7 of 200 are connected, and the CSMS does not answer" in await tell(slow)
        slow.store_problem = "The disk takes no records"
        assert "! The disk takes no records" in await tell(slow)
        slow.bill.taken_over = 12
        await tell(slow)
        told = {each.label: each.text.plain for each in bill_facts(eye.app.fleet)}
        assert told["Before"] == "12 taken over from the store"
        lost = alarm_line(replace(eye.app.fleet, is_here=False), 100).plain
        assert lost.startswith(" ! the fleet is lost")
        slow.failures = 1
        assert "! 1 charge point ended by an error inside" in await tell(slow)
        await eye.press("a")
        assert eye.shows("given out twice", "given up", "at its limit", "the arrivals are paused")


async def test_keys_start_a_storm_add_charge_points_pause_and_end() -> None:
    async with fleet_screen(fleet_world.steady()) as eye:
        await eye.press("N", *["down"] * 2, "ctrl+u")
        await eye.press("enter")
        (method, params), *_ = eye.door.calls
        assert method == "start_storm"
        assert (params["kind"], params["share"]) == ("network", 1)
        await eye.press("escape", "M", "enter", "escape", "space")
        assert eye.door.calls[1:] == [("add_charge_points", {"number": 10}), ("pause_arrivals", {})]
        paused = replace(fleet_world.steady().view(), is_paused=True)
        eye.door.publish("fleet", paused)
        await eye.settle()
        await eye.press("space", "F", "y")
        assert eye.door.calls[3:] == [("resume_arrivals", {}), ("end", {})]
        eye.door.publish("fleet", fleet_world.failed().view())
        await eye.settle()
        await eye.press("N")
        assert eye.shows("the run is ended")


async def test_who_has_started_it_says_what_becomes_of_it() -> None:
    async with fleet_screen(fleet_world.steady()) as eye:
        await eye.press("ctrl+c")
        assert eye.shows("e settle and end", "o end at once", "l leave it running")
        await eye.press("e")
        assert eye.door.calls == [("end", {"at_once": False})]
        assert eye.app.is_running
        eye.door.publish("fleet", fleet_world.failed().view())
        eye.door.publish("report", fleet_world.failed().report())
        await eye.settle()
        eye.door.lose_for(EngineEnded("the fleet has ended"))
        await eye.pilot.pause(0.1)
    assert eye.app.return_value == OVER
    async with fleet_screen(fleet_world.steady()) as eye:
        await eye.press("q", "l")
    assert (eye.app.return_value, eye.door.calls) == (GOES_ON, [])
    async with fleet_screen(fleet_world.steady(), is_host=False) as eye:
        await eye.press("2")
        await eye.pilot.pause(0.05)
        eye.door.lose("the fleet hung up")
        await eye.pilot.pause(0.05)
        await eye.settle()
        assert eye.shows("200 of 200 are left, the fleet is gone")
        await eye.press("q")
    assert eye.app.return_value == GOES_ON
    assert {method for method, _ in eye.door.calls} == {"charge_points"}
    async with fleet_screen(fleet_world.failed()) as eye:
        await eye.press("q")
    assert eye.app.return_value == OVER


async def test_of_ten_thousand_only_a_page_is_asked_for_and_enter_opens_one() -> None:
    async with fleet_screen(fleet_world.steady()) as eye:
        eye.door.answers("charge_points", fleet_world.stations(10_000))
        await eye.press("2")
        await eye.pilot.pause(0.05)
        await eye.settle()
        assert eye.shows("CP00001", "misbehaves", "silent", "10000")
        pane = eye.app.screen.query_one(FleetStationsPane)
        assert pane.why_empty(eye.app.store.snapshot) == FleetStationsPane.EMPTY
        eye.app._show_state(replace(eye.app.fleet, page=StationPage()), set())
        assert pane.why_empty(eye.app.store.snapshot) == NOT_KNOWN, "nobody has said so yet"
        eye.app._ask_page()
        await eye.pilot.pause(0.05)
        await eye.press("end")
        await eye.pilot.pause(0.05)
        offsets = [params["offset"] for _, params in eye.door.calls]
        assert offsets[0] == 0
        assert offsets[-1] in range(9_800, 10_000)
        assert all(params["limit"] == 200 for _, params in eye.door.calls)
        await eye.press("home", "slash")
        await eye.type("waiting queue CP0001")
        await eye.pilot.pause(0.05)
        asked = eye.door.calls[-1][1]
        assert eye.shows("10000 match 'waiting queue CP0001'")
        assert (asked["phases"], asked["has_queue"], asked["text"]) == (["waiting"], True, "CP0001")
        eye.door.answers("watch", "/run/CP00001.sock")
        await eye.press("enter", "home", "enter")
        await eye.pilot.pause(0.05)
    assert eye.app.return_value == STATION
    assert (f"{eye.app.visit.station}", eye.app.visit.station_id) == (
        "/run/CP00001.sock",
        "CP00001",
    )


def test_time_that_goes_on_is_no_news_and_what_happens_is() -> None:
    told = fleet_world.steady()
    told.elapsed_s = 96.0
    before = FleetState(view=told.view(), report=told.report())
    told.elapsed_s += 1.0
    later = replace(before, view=told.view(), report=told.report())
    assert changes(before, later) == ({FLEET, REPORT}, {FLEET, REPORT})
    told.phases = {StationPhase.CHARGING: 119, StationPhase.ACCEPTED: 81}
    assert changes(before, replace(later, view=told.view())) == ({FLEET, REPORT}, {REPORT})
    told.phases, told.elapsed_s = fleet_world.steady().phases, 101.0
    assert FLEET not in changes(before, replace(before, view=told.view()))[1], "the storm is nearer"
    over = fleet_world.failed()
    ended = replace(before, view=over.view(), report=over.report())
    assert changes(before, ended) == ({FLEET, REPORT}, set())


def test_a_filter_is_read_as_phases_marks_and_a_text() -> None:
    assert asked_of("") == {}
    assert asked_of("no such id") == {"text": "no such id"}
    assert asked_of("charging off !queue") == {"phases": ["charging", "off"], "has_queue": False}
    assert asked_of("!charging !off")["phases"] == ["accepted", "open", "connecting", "waiting"]
    assert asked_of("!CP00001 no Power silent") == {"phases": ["off"], "text": "!CP00001 silent"}
    assert asked_of("!no power") == asked_of("!off")
    assert asked_of("!misbehaving refused") == {"is_misbehaving": False, "text": "refused"}


@pytest.mark.usefixtures("painting")
async def test_at_rest_nothing_is_sent_and_nothing_from_outside_is_markup() -> None:
    glyphs, colors = Glyphs.ASCII, terminal_colors({"NO_COLOR": "1"}, None)
    told = fleet_world.failed()
    async with fleet_screen(told, glyphs=glyphs, is_ascii=True, colors=colors) as eye:
        report = fleet_world.failed().report()
        shown = report.commands[0]
        named = replace(shown, action=HOSTILE, answers={HOSTILE: 1})
        eye.door.publish("report", replace(report, commands=(named,), notes=(HOSTILE,)))
        await eye.settle()
        assert eye.shows("[bold red]x")
        assert "\x1b" not in eye.text()
        assert "\u202e" not in eye.text()
        before = eye.text()
        assert before.isascii()
        eye.door.publish("fleet", fleet_world.failed().view())
        await eye.settle()
        assert eye.text() == before


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (200, 60)])
async def test_it_fits_terminals_of_any_size(size: tuple[int, int]) -> None:
    async with fleet_screen(fleet_world.storm(), size=size) as eye:
        assert len(eye.strips()) == size[1]
        assert all(strip.cell_length == size[0] for strip in eye.strips())
        await eye.press("2", "1", "z", "z")
        assert all(strip.cell_length == size[0] for strip in eye.strips())
