"""The six commands of the interface: by key, from the menu, by mouse; running, and answered."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from pydantic import JsonValue

from cp_tui.charge_point import variables as v
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine

SIX = {
    "charge_point.stop": ("s", "Stop OCPP", "Stop OCPP?"),
    "charge_point.restart": ("r", "Restart", "Restart OCPP?"),
    "charge_point.data_transfer": ("d", "Data", "Data transfer to the CSMS"),
    "configuration.get": ("K", "Read", "Read configuration keys"),
    "configuration.set": ("e", "Edit", "Set a custom configuration key"),
    "configuration.monitor": ("m", "Monitor", "Monitor configuration keys"),
}
"""Action -> key, word in the footer, title of its dialog."""


STOPPED = ("charge_point.restart",)
"""What can be done only then."""


@pytest.fixture(params=["running", "stopped"])
async def start(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Drive, list[str]]]:
    """A screen, and those of the six that are possible there."""
    world, possible = worlds.healthy(), [each for each in SIX if each not in STOPPED]
    if request.param == "stopped":
        world, possible = worlds.stopped(), list(STOPPED)
    async with screen(world) as drive:
        yield drive, possible


async def click_footer(drive: Drive, word: str) -> None:
    items = {item.word: start for item, start, _end in drive.dashboard._bar.shown}
    await drive.pilot.click("#actions", offset=(items[word] + 1, 0))
    await drive.settle()


async def test_each_starts_by_its_key(start: tuple[Drive, list[str]]) -> None:
    drive, possible = start
    for action_id in possible:
        key, _word, title = SIX[action_id]
        await drive.press(key)
        assert drive.shows(title), action_id
        await drive.press("escape")


async def test_each_starts_by_mouse(start: tuple[Drive, list[str]]) -> None:
    drive, possible = start
    for action_id in possible:
        _key, word, title = SIX[action_id]
        await click_footer(drive, word)
        assert drive.shows(title), action_id
        await drive.press("escape")


async def test_each_starts_from_the_menu(start: tuple[Drive, list[str]]) -> None:
    drive, possible = start
    for action_id in possible:
        await drive.press("ctrl+p")
        await drive.type(action_id)
        await drive.press("enter")
        assert drive.shows(SIX[action_id][2]), action_id
        await drive.press("escape")


async def test_stop_says_before_what_happens_and_after_what_happened() -> None:
    engine = FakeEngine(worlds.healthy() | {"outbox": v.OutboxView(count=2)})
    async with screen(engine=engine) as drive:
        await drive.press("s")
        assert drive.shows("#1234", "ends now with reason Other", "2 waiting messages")
        assert engine.calls == []
        engine.publish("link", worlds.stopped()["link"])
        engine.publish("stop_report", worlds.stopped()["stop_report"])
        await drive.press("y")
        assert engine.calls == [("stop", {})]
        assert drive.shows("What the stop did", "2 transaction messages are kept")
        await drive.press("escape")
        assert drive.shows("Stopped by operator", "OCPP is stopped")


async def test_stop_restart_data_transfer_and_reading_keys() -> None:
    async with screen() as drive:
        engine = drive.engine
        async with drive.step("escape and no stop nothing"):
            for answer in ("escape", "n", "enter"):
                await drive.press("s", answer)
            assert drive.engine.calls == []
        async with drive.step("restart is refused with a reason while it is not stopped"):
            await drive.press("r")
            assert drive.shows("it is not stopped")
            assert drive.engine.calls == []
        async with drive.step("a false answer is words"):
            engine.answers("stop", False, worlds.reason("OCPP was stopped already"))
            await drive.press("s", "y")
            assert drive.shows("Stop OCPP: nothing to do · OCPP was stopped already")
        async with drive.step("data transfer shows each status with its reason"):
            for number, (result, words) in enumerate(ANSWERS):
                reason = worlds.reason(f"reason {number}", rule="S 4.3")
                engine.answers("data_transfer", result, reason)
                engine.calls.clear()
                await drive.press("d", "ctrl+u")
                await drive.type("com.example")
                await drive.press("tab", "ctrl+u")
                await drive.type("ping")
                await drive.press("tab", "ctrl+u")
                await drive.type("a b")
                await drive.press("enter")
                params = {"vendor_id": "com.example", "message_id": "ping", "data": "a b"}
                assert engine.calls == [("data_transfer", params)], words
                assert drive.shows(*words, f"reason {number}", "S 4.3"), words
                await drive.press("escape")
                assert drive.shows("DataTransfer of vendor com.example: ", *words), words
        async with drive.step("data transfer without a vendor is not sent"):
            await drive.press("d", "enter")
            assert drive.shows("Vendor id must not be empty")
            assert drive.engine.calls == []
        async with drive.step("get configuration key shows a table"):
            known: JsonValue = {"key": "HeartbeatInterval", "read_only": False, "value": "60"}
            engine.answers(
                "get_configuration_key", {"configuration_key": [known], "unknown_key": ["Foo"]}
            )
            await drive.press("K")
            await drive.type("HeartbeatInterval, Foo")
            await drive.press("enter")
            assert engine.calls == [
                ("get_configuration_key", {"keys": ["HeartbeatInterval", "Foo"]})
            ]
            assert drive.shows(
                "1 known, 1 unknown", "HeartbeatInterval 60 read-write", "Foo unknown key"
            )
            await drive.press("o", *"key", "enter")
            sorted_rows = drive.text().partition("Key↑")[2]
            assert sorted_rows.index("Foo") < sorted_rows.index("HeartbeatInterval")
            await drive.press("slash", *"heart")
            assert drive.shows("HeartbeatInterval 60")
            assert not drive.shows("Foo")
            await drive.press("escape")
            assert drive.shows("Foo unknown key", "1 known, 1 unknown")
        async with drive.step("get configuration key without names asks for all"):
            engine.answers("get_configuration_key", {"configuration_key": [], "unknown_key": []})
            await drive.press("K", "enter")
            assert engine.calls == [("get_configuration_key", {"keys": []})]


async def test_restart_asks_once() -> None:
    engine = FakeEngine(worlds.stopped())
    async with screen(engine=engine) as drive:
        await drive.press("r")
        assert drive.shows("Restart OCPP?", "Sent BootNotification")
        await drive.press("y")
        assert engine.calls == [("restart", {})]


ANSWERS: tuple[tuple[JsonValue, tuple[str, ...]], ...] = (
    ({"status": "Accepted", "data": "pong"}, ("Accepted", "pong")),
    ({"status": "Rejected"}, ("Rejected",)),
    ({"status": "UnknownMessageId"}, ("UnknownMessageId",)),
    ({"status": "UnknownVendorId"}, ("UnknownVendorId",)),
    ({"status": "Offline"}, ("Offline",)),
    ({"status": "Timeout"}, ("Timeout",)),
    ({"status": "CallError", "code": "InternalError"}, ("CallError InternalError",)),
)


async def test_a_running_command_says_since_when_and_survives_its_dialog() -> None:
    engine = FakeEngine(worlds.healthy())
    engine.answers("data_transfer", {"status": "Accepted"})
    answer = engine.holds("data_transfer")
    async with screen(engine=engine) as drive:
        await drive.press("d", "x", "enter")
        assert drive.shows("running since 14:03:27; escape leaves it running")
        await drive.press("escape")
        assert drive.shows("DataTransfer of vendor x … running since 14:03:27")
        answer.set()
        await drive.settle()
        assert drive.shows("14:03:27 DataTransfer of vendor x: Accepted")


async def test_setting_and_monitoring_keys_and_every_outcome() -> None:
    async with screen() as drive:
        engine = drive.engine
        async with drive.step("set custom configuration key shows each status with its reason"):
            await drive.press("tab", "tab", "end")
            for status in ("Accepted", "Rejected", "RebootRequired", "NotSupported"):
                engine.answers(
                    "set_custom_configuration_key", status, worlds.reason(f"why {status}")
                )
                engine.calls.clear()
                await drive.press("e")
                assert drive.shows("FanLevel", "0 to 5")
                await drive.press("backspace", "4", "enter")
                params = {"key": "FanLevel", "value": "4"}
                assert engine.calls == [("set_custom_configuration_key", params)], status
                assert drive.shows(f"Result {status}", f"why {status}")
                await drive.press("escape")
        async with drive.step("editing a standard key says why not and who can"):
            await drive.press("tab", "tab", "e")
            assert drive.shows("only the CSMS changes it", "ChangeConfiguration", "screen 7")
        async with drive.step("m marks and unmarks the selected key"):
            engine.answers("monitor_configuration_keys", None)
            engine.answers("unmonitor_configuration_keys", None)
            await drive.press("tab", "tab", "m")
            assert drive.shows("No longer monitored: HeartbeatInterval")
            await drive.press("down", "down", "m")
            assert engine.calls == [
                ("unmonitor_configuration_keys", {"keys": ["HeartbeatInterval"]}),
                ("monitor_configuration_keys", {"keys": ["AuthorizationKey"]}),
            ]
        async with drive.step("m in the monitors takes the selected one away"):
            await drive.press("tab", "tab", "tab", "down", "m")
            assert drive.engine.calls == [
                ("unmonitor_configuration_keys", {"keys": ["HeartbeatInterval"]})
            ]
        async with drive.step("monitoring by name adds all names"):
            await drive.press("m", "ctrl+u")
            await drive.type("LocalPreAuthorize Foo")
            await drive.press("enter")
            assert drive.engine.calls == [
                ("monitor_configuration_keys", {"keys": ["LocalPreAuthorize", "Foo"]})
            ]
        async with drive.step("a refused command shows the words of the engine"):
            engine.refuses("data_transfer", "vendor_id: at most 255 characters")
            await drive.press("d", "x", "enter")
            assert drive.shows("refused · vendor_id: at most 255 characters")
        async with drive.step("the log keeps every command with its reason"):
            engine.answers("data_transfer", {"status": "Rejected"}, worlds.reason("not today"))
            await drive.press("d", "x", "enter", "escape", "at")
            shown = ("DataTransfer of vendor x: Rejected", "not today")
            assert drive.shows("Commands of this screen", *shown)
