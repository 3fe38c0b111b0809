"""What a person does to the station, the network and the power, and why it is not possible."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine


async def choose(drive: Drive, action_id: str) -> None:
    """Take an action from the menu."""
    await drive.press("ctrl+p")
    await drive.type(action_id)
    await drive.press("enter")


async def test_p_plugs_in_where_there_is_no_cable() -> None:
    async with screen() as drive:
        await drive.press("down", "p")
        assert drive.engine.calls == [("plug_in", {"connector_id": 2})]
        assert drive.shows("The cable is plugged in at connector 2")


async def test_pulling_the_cable_while_charging_asks_first() -> None:
    async with screen() as drive:
        await drive.press("p")
        assert drive.shows("Unplug the vehicle at connector 1?", "#1234")
        await drive.press("y")
        assert drive.engine.calls == [("plug_out", {"connector_id": 1})]


def footer(drive: Drive) -> str:
    return drive.text().splitlines()[-1]


async def test_s_stops_the_charge_at_the_selected_connector_or_the_only_one() -> None:
    async with screen() as drive:
        assert "S Stop charge" in footer(drive)
        await drive.press("S")
        assert drive.shows("Stop the charge at connector 1?", "#1234", "ends now with reason Local")
        await drive.press("n", "up", "S", "y")
        assert drive.engine.calls == [("press_stop", {"connector_id": 1})]
        connectors: v.Connectors = drive.engine.world["connectors"]
        charging = replace(connectors[1], connector_id=2)
        drive.engine.publish("connectors", v.Connectors((*connectors[:2], charging)))
        await drive.settle()
        await drive.press("S")
        assert drive.shows("Stop the charge at which connector?", "Connector 2")
        await drive.press("escape", "down", "down", "S")
        assert drive.shows("Stop the charge at connector 2?")
        await drive.press("escape")
        none = {"transaction": None, "authorized_id_tag": None, "asked_id_tag": None}
        calm = v.Connectors(tuple(replace(each, **none) for each in connectors))
        drive.engine.publish("connectors", calm)
        await drive.settle()
        assert "S Stop charge" not in footer(drive)
        await drive.press("S")
        assert drive.shows("nothing charges, and no tag may start")


async def test_on_screen_5_the_charge_of_the_row_is_stopped() -> None:
    async with screen() as drive:
        await drive.press("2", "number_sign", "2", "5")
        assert "S Stop charge" in footer(drive)
        await drive.press("S", "y")
        assert drive.engine.calls == [("press_stop", {"connector_id": 1})]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("true", "stops with reason EVDisconnected"),
        ("False", "goes on without the vehicle"),
        (None, "decides whether it stops"),
    ],
)
async def test_before_the_cable_is_pulled_the_key_says_what_follows(
    value: str | None, words: str
) -> None:
    key = worlds.entry("StopTransactionOnEVSideDisconnect", value)
    world = worlds.healthy() | {"configuration": v.ConfigurationView((key,))}
    async with screen(world) as drive:
        await drive.press("p")
        assert drive.shows(words, "StopTransactionOnEVSideDisconnect")


async def test_nothing_is_plugged_into_connector_0_and_it_says_why() -> None:
    async with screen() as drive:
        await drive.press("up", "p")
        assert drive.shows("select a connector: 0 is all of it")
        assert drive.engine.calls == []


async def test_w_swipes_a_tag_at_the_selected_connector() -> None:
    async with screen() as drive:
        await drive.press("down", "w", "ctrl+u")
        await drive.type("TAG7")
        await drive.press("enter")
        waited = {"id_tag": "TAG7", "connector_id": 2, "wait": True}
        assert drive.engine.calls == [("swipe", waited)]


async def test_recent_tags_come_back_with_page_up() -> None:
    async with screen() as drive:
        await drive.press("w", "ctrl+u", "A", "enter", "escape")
        await drive.press("w", "ctrl+u", "B", "enter", "escape")
        await drive.press("w", "pageup", "enter")
        tags = [params["id_tag"] for _method, params in drive.engine.calls]
        assert tags == ["A", "B", "A"]


async def test_what_is_done_at_the_dashboard_asks_or_says_why_not() -> None:
    async with screen() as drive:
        engine = drive.engine
        for tag, connector, words in [
            ("", "", "Tag must not be empty"),
            ("x" * 21, "", f"Tag: '{'x' * 21}' is no text of 1 to 20 characters"),
            ("A", "9", "Connector: '9' is none of 1, 2"),
            ("A", "²", "Connector: '²' is none of 1, 2"),
        ]:
            async with drive.step(f"a wrong swipe is told at once: {tag}"):
                await drive.press("w", "ctrl+u")
                await drive.type(tag)
                await drive.press("tab", "ctrl+u")
                await drive.type(connector)
                await drive.press("enter")
                assert drive.shows(words)
                assert drive.engine.calls == []
        async with drive.step("a vehicle pauses and resumes"):
            await choose(drive, "connector.suspend")
            whole, charging, free = worlds.connectors()
            assert charging.vehicle is not None
            paused = replace(charging.vehicle, is_suspended=True)
            charging = replace(charging, vehicle=paused)
            engine.publish("connectors", v.Connectors((whole, charging, free)))
            await drive.settle()
            await choose(drive, "connector.suspend")
            params = {"connector_id": 1}
            assert engine.calls == [("suspend_ev", params), ("resume_ev", params)]
        async with drive.step("without a vehicle nothing pauses"):
            await drive.press("down")
            await choose(drive, "connector.suspend")
            assert drive.shows("no vehicle at connector 2")
        async with drive.step("cutting the power asks with its consequences"):
            await choose(drive, "charge_point.power_cycle")
            assert drive.shows("Cut the power and boot again?", "PowerLoss")
            await drive.press("y")
            assert drive.engine.calls == [("power_cycle", {})]
        async with drive.step("try now says that it is connected"):
            await drive.press("n")
            assert drive.shows("it is connected, and nothing waits for its time")
        for key, title in [
            ("exclamation_mark", "Raise an error at connector 1"),
            ("V", "Vehicle at connector 1"),
        ]:
            async with drive.step(f"one key of the dashboard asks what is to happen: {key}"):
                await drive.press(key)
                assert drive.shows(title)
        async with drive.step("the menu names the screen where a key acts"):
            await drive.press("ctrl+p")
            await drive.type("compare")
            assert drive.shows("Compare the configuration with a file 3 f")
            await drive.press("escape", "3", "ctrl+p")
            await drive.type("compare")
            assert drive.shows("Compare the configuration with a file f")


async def test_an_error_is_chosen_described_and_raised() -> None:
    async with screen() as drive:
        await choose(drive, "connector.raise_error")
        assert drive.shows("Raise an error at connector 1")
        await drive.type("ground")
        await drive.press("enter")
        await drive.type("31 mA")
        await drive.press("enter")
        params = {"connector_id": 1, "error_code": "GroundFailure", "info": "31 mA"}
        assert drive.engine.calls == [("raise_error", params)]


async def test_errors_are_cleared_where_there_are_some() -> None:
    async with screen(worlds.broken()) as drive:
        await choose(drive, "connector.clear_error")
        assert drive.shows("connector 1 has no error")
        await drive.press("down")
        await choose(drive, "connector.clear_error")
        assert drive.engine.calls == [("clear_error", {"connector_id": 2})]


async def test_the_lock_jams() -> None:
    async with screen() as drive:
        await choose(drive, "connector.jam_lock")
        assert drive.engine.calls == [("jam_lock", {"connector_id": 1, "jammed": True})]


async def test_the_network_cable_is_pulled_and_put_back() -> None:
    engine = FakeEngine(worlds.healthy())
    async with screen(engine=engine) as drive:
        await choose(drive, "charge_point.network")
        engine.publish("link", worlds.open_link(network_up=False))
        await drive.settle()
        assert drive.shows("Network cable pulled")
        await choose(drive, "charge_point.network")
        assert engine.calls == [("set_network", {"up": False}), ("set_network", {"up": True})]


@pytest.mark.parametrize(
    ("key", "call"),
    [
        ("space", ("suspend_ev", {"connector_id": 1})),
        ("J", ("jam_lock", {"connector_id": 1, "jammed": True})),
        ("N", ("set_network", {"up": False})),
    ],
)
async def test_one_key_of_the_dashboard_acts_on_the_station(
    key: str, call: tuple[str, dict[str, object]]
) -> None:
    async with screen() as drive:
        await drive.press(key)
        assert drive.engine.calls == [call]
