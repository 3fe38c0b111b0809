"""The screen of the messages: follows, stands still, filters, opens, copies and exports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.codec import builtins_of
from cp_tui.engine.hub import EventHappened
from cp_tui.tui.app import ATTACH_AGAIN_S
from cp_tui.tui.messages.panes import MessagesPane
from cp_tui.tui.messages.screen import MessagesScreen
from cp_tui.tui.messages.search import SLICE
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.widgets.line_table import LineTable
from tests.charge_point.rig import rig
from tests.tui import message_world, worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_hostile_text import HOSTILE, assert_harmless, poisoned


def pane_of(drive: Drive) -> MessagesPane:
    found = drive.app.main_screen("messages")
    assert isinstance(found, MessagesScreen)
    return found.messages


def heartbeat(number: int) -> v.MessageRecord:
    return message_world.request(f"new{number}", "Heartbeat", at=worlds.NOW)


async def test_all_messages_and_those_of_a_connector_are_shown() -> None:
    async with screen(engine=message_world.engine()) as drive:
        async with drive.step("2 shows every message newest first with what became of it"):
            assert "messages" in drive.engine.subscribed
            await drive.press("2")
            lines = drive.text().splitlines()
            assert "▶ Messages  15 messages" in lines[1]
            assert lines[3].split() == ["▌14:03:15", "out", "Heartbeat", "waits"]
            assert drive.shows("14:02:11 out MeterValues 1 ! no answer")
            assert drive.shows("13:41:02 in SetChargingProfile 1 1.4 ms ! Rejected stack level")
            assert drive.shows("13:50:01 out DataTransfer 5.1 ms ! NotImplemented")
        async with drive.step("the menu leads to the messages of the selected connector"):
            await drive.press("down", "ctrl+p")
            await drive.type("filter by the connector")
            await drive.press("enter")
            await drive.settle()
            assert drive.shows("1 line matches 'conn:2'", "StartTransaction")
            await drive.press("escape")
            assert drive.shows("15 messages")


async def test_a_message_is_shown_in_full_at_once_where_there_is_room() -> None:
    async with screen(engine=message_world.engine(), size=(120, 40)) as drive:
        await drive.press("2")
        assert drive.shows("Request Heartbeat CALL to the CSMS")


async def test_new_messages_come_on_top_and_an_answer_joins_its_line() -> None:
    async with screen(engine=message_world.engine(), at="messages") as drive:
        drive.engine.emit("messages", heartbeat(1))
        await drive.settle()
        assert drive.text().splitlines()[3].split() == ["▌14:03:27", "out", "Heartbeat", "waits"]
        assert drive.shows("Asked {}", "Answer waits", "16 messages")
        drive.engine.emit("messages", message_world.answer(heartbeat(1)))
        await drive.settle()
        assert drive.text().splitlines()[3].split()[-3:] == ["12.3", "ms", "answered"]
        assert drive.shows("Answer answered · 12.3 ms · {}")


async def test_a_lost_link_turns_waiting_into_no_answer() -> None:
    async with screen(engine=message_world.engine(), at="messages") as drive:
        drive.engine.publish("link", worlds.broken_link())
        await drive.settle()
        assert drive.text().splitlines()[3].split()[-3:] == ["!", "no", "answer"]


async def test_space_lets_the_list_stand_still_and_follow_again() -> None:
    async with screen(engine=message_world.engine(), at="messages") as drive:
        await drive.press("space")
        for number in range(3):
            drive.engine.emit("messages", heartbeat(number))
        await drive.settle()
        assert drive.shows("stands still, 3 new: space follows")
        assert drive.text().splitlines()[3].startswith("▌14:03:15")
        await drive.press("space")
        assert drive.text().splitlines()[3].startswith("▌14:03:27")
        assert not drive.shows("stands still")


async def test_who_reads_an_older_line_keeps_it_in_its_place() -> None:
    async with screen(engine=message_world.engine(), at="messages") as drive:
        await drive.press("down", "down", "down")
        drive.engine.emit("messages", heartbeat(1))
        drive.engine.emit("messages", message_world.answer(heartbeat(1)))
        await drive.settle()
        assert drive.shows("stands still, 1 new")
        assert drive.text().splitlines()[6].startswith("▌14:01:02 out *Heartbeat")
        await drive.press("home")
        assert not drive.shows("stands still")
        assert drive.text().splitlines()[3].startswith("▌14:03:27")
        await drive.press("down", "space")
        assert drive.text().splitlines()[3].startswith("▌14:03:27")
        assert not drive.shows("stands still")


async def test_messages_are_filtered_and_copied() -> None:
    async with screen(engine=message_world.engine(), at="messages") as drive:
        async with drive.step("the filter finds and a wrong one says what is allowed"):
            await drive.press("slash")
            await drive.type("error -dir:in")
            assert drive.shows("3 lines match 'error -dir:in'")
            assert drive.shows("StartTransaction", "MeterValues", "DataTransfer")
            assert not drive.shows("SetChargingProfile")
            await drive.type(" conn:one")
            assert drive.shows("filter not understood: everything is shown", "SetChargingProfile")
            assert drive.shows("Filter conn: takes the number of a connector, such as conn:1")
            await drive.press("ctrl+u")
            await drive.type("nothing like it")
            assert drive.shows("no message matches the filter")
            await drive.press("escape")
            assert drive.shows("15 messages", "SetChargingProfile")
        async with drive.step("copy sends both frames to the terminal and says no more than that"):
            await drive.press(*["down"] * 6, "Y")
            assert drive.shows("2 frames sent to the terminal's clipboard (OSC 52)")
            asked, answered = drive.app.clipboard.splitlines()
            assert json.loads(asked)[:3] == [2, "p1", "SetChargingProfile"]
            assert json.loads(answered) == [3, "p1", {"status": "Rejected"}]


async def test_new_messages_are_tested_one_by_one() -> None:
    async with screen(engine=message_world.engine(), at="messages") as drive:
        await drive.press("slash")
        await drive.type("kind:callerror")
        asked = message_world.request("e1", "DataTransfer", {"vendorId": "x"})
        drive.engine.emit("messages", asked)
        drive.engine.emit("messages", heartbeat(1))
        await drive.settle()
        assert drive.shows("1 line match")
        drive.engine.emit("messages", message_world.error(asked, "InternalError", "no"))
        await drive.settle()
        assert drive.shows("2 lines match", "! InternalError")
        assert not drive.shows("Heartbeat")


async def test_enter_opens_both_frames_and_the_arrows_go_to_the_next_message() -> None:
    async with screen(engine=message_world.engine(), at="messages") as drive:
        await drive.press(*["down"] * 6, "enter")
        assert drive.shows("SetChargingProfile CALL from the CSMS", '"stackLevel": 9')
        assert drive.shows("Why stack level 9 is above ChargeProfileMaxStackLevel 3", "Rule S 5.16")
        await drive.press("down")
        assert drive.shows("StatusNotification CALL to the CSMS", '"status": "Charging"')
        await drive.press("k", "k")
        assert drive.shows("DataTransfer CALL to the CSMS", "NotImplemented")
        drive.engine.emit("messages", heartbeat(1))
        await drive.settle()
        assert drive.shows("DataTransfer CALL to the CSMS")
        await drive.press("escape")
        assert drive.text().splitlines()[8].startswith("▌13:50:01 out DataTransfer")


@pytest.mark.parametrize("width", [152, 160])
async def test_the_columns_are_chosen_for_the_table_and_not_for_the_pane(width: int) -> None:
    async with screen(engine=message_world.engine(), size=(width, 50), at="messages") as drive:
        assert drive.shows("Result What it says")
        first = drive.text().splitlines()
        pane_of(drive).refill()
        await drive.settle()
        table = pane_of(drive).table.region
        assert [line[: table.right] for line in drive.text().splitlines()] == [
            line[: table.right] for line in first
        ]


async def test_a_wide_or_tall_terminal_shows_both_frames_beside_or_below() -> None:
    for size in ((160, 50), (120, 40)):
        async with screen(engine=message_world.engine(), size=size, at="messages") as drive:
            await drive.press(*["down"] * 6)
            assert drive.shows('"stackLevel": 9', "Rule S 5.16", "stackLevel = 9")


async def test_copy_warns_of_what_many_terminals_drop() -> None:
    async with screen(engine=FakeEngine(worlds.healthy())) as drive:
        long = message_world.request("1", "DataTransfer", {"data": "x" * 100_000})
        drive.engine.emit("messages", long)
        await drive.settle()
        await drive.press("2", "Y")
        assert drive.shows("1 frame (100,0", "sent to the terminal's clipboard; many drop that")


async def test_export_writes_what_the_filter_shows(tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    async with screen(engine=message_world.engine(), at="messages") as drive:
        await drive.press("slash")
        await drive.type("error")
        await drive.press("enter", "E")
        assert drive.shows("Export what 'error' shows")
        await drive.press("ctrl+u")
        await drive.type(str(path))
        await drive.press("enter")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert len(lines) == 8
    assert lines[1] == {
        "time": "2026-01-05T13:41:02.001400+00:00",
        "direction": "out",
        "frame": [3, "p1", {"status": "Rejected"}],
        "latency_ms": 1.4,
        "result": "Rejected",
        "reason": builtins_of(message_world.TOO_HIGH),
    }
    assert lines[-2]["frame"] == "<html>502 Bad Gateway</html>"


async def test_what_the_stream_dropped_has_a_line() -> None:
    async with screen(engine=FakeEngine(worlds.healthy())) as drive:
        drive.engine._put(EventHappened("messages", heartbeat(1), 340))
        await drive.settle()
        await drive.press("2")
        assert drive.shows("(340 not shown)")
        await drive.press("down", "Y")
        assert drive.shows("340 not shown until 14:03:27, the screen was too slow")
        copied = json.loads(drive.app.clipboard)
        assert copied["Action"] == "(340 not shown)"
        assert copied["Result"] == "until 14:03:27"


async def test_a_list_that_follows_is_shown_no_faster_than_changes_reach_the_widgets() -> None:
    """Its cursor moves with each new message; if that alone showed the next, nothing would wait."""
    async with screen(engine=message_world.engine(), at="messages") as drive:
        pane = pane_of(drive)
        drive.app._flush_interval_s = 60
        drive.engine.emit("messages", heartbeat(1))
        await drive.pilot.pause(0.05)
        shown = pane.table.cursor_key
        drive.engine.emit("messages", heartbeat(2))
        pane.table.post_message(LineTable.Highlighted(pane.table, shown))
        await drive.pilot.pause(0.05)
        assert pane.table.cursor_key == shown
        await drive.pilot.press("down")
        assert drive.app.store.snapshot.cursors["messages"] != shown


async def test_it_says_why_there_is_none() -> None:
    async with screen(worlds.healthy(), at="messages") as drive:
        assert drive.shows("no message yet")
        await drive.press("Y")
        assert drive.shows("there is nothing to copy here")
    async with screen(worlds.broken(), at="messages") as drive:
        assert drive.shows("no message yet: not connected")


async def test_an_observer_may_do_all_of_it() -> None:
    async with screen(engine=message_world.engine(), read_only=True, at="messages") as drive:
        await drive.press("space", "Y")
        assert drive.shows("stands still", "1 frame sent to the terminal's clipboard")


async def test_with_a_new_engine_the_messages_go_on_where_somebody_reads() -> None:
    async with screen(engine=message_world.engine(), at="messages") as drive:
        await drive.press("down")
        pane, log = pane_of(drive), drive.app.store.snapshot.messages
        before, frames = pane.table.cursor_key, len(log)
        drive.engine.lose()
        await drive.settle()
        drive.engine.restart()
        drive.engine.emit("messages", heartbeat(1))
        await drive.pass_time(ATTACH_AGAIN_S)
        await drive.settle()
        assert pane.table.cursor_key == before
        # The line where the gap is, and what came behind it.
        assert drive.shows("stands still, 2 new", f"{frames + 1} messages")
        await drive.press("space")
        assert drive.shows("(charge point lost)")


async def test_a_crowd_is_shown_filtered_and_walked_through() -> None:
    async with screen(engine=FakeEngine(worlds.healthy())) as drive:
        for record in message_world.many(4 * SLICE):
            drive.app.store.snapshot.messages.add(record)
        await drive.press("2", "end")
        assert drive.shows("12000 messages")
        assert pane_of(drive).table.cursor_key == "0"
        await drive.press("slash")
        await drive.type("result:Rejected conn:3")
        for _round in range(100):
            if not drive.shows("searching"):
                break
            await drive.pilot.pause(0.01)
        assert drive.shows("60 lines match 'result:Rejected conn:3'")
        await drive.press("enter", "end")
        assert pane_of(drive).table.cursor_key == "0"


def hostile_engine(poison: str) -> FakeEngine:
    """The day, with every text of it hostile."""
    engine = FakeEngine(worlds.healthy())
    payload: JsonValue = {poison: [poison, {poison: None}]}
    for record in message_world.day():
        changed = poisoned(record, poison)
        assert isinstance(changed, v.MessageRecord)
        engine.emit("messages", replace(changed, payload=payload))
    return engine


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_messages_are_shown_copied_and_exported_harmlessly(
    poison: str, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.jsonl"
    async with screen(engine=hostile_engine(poison)) as drive:
        for keys in (["2", "down", "enter"], ["down"], ["escape", "Y", "slash"]):
            await drive.press(*keys)
            assert_harmless(drive)
        await drive.type(drawn(poison))
        assert_harmless(drive)
        await drive.press("escape", "E", "ctrl+u")
        await drive.type(str(path))
        await drive.press("enter")
    frames = [json.loads(line)["frame"] for line in path.read_text().splitlines()]
    assert len(frames) == len(message_world.day())


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_messages_are_harmless_where_there_is_room(poison: str) -> None:
    async with screen(engine=hostile_engine(poison), size=(200, 60), at="messages") as drive:
        assert_harmless(drive)


async def test_the_authorization_key_is_nowhere(tmp_path: Path) -> None:
    """What the charge point records of a ChangeConfiguration, from its own journal."""
    secret = "0123456789abcdef"
    made = rig()
    made.request("ChangeConfiguration", {"key": "AuthorizationKey", "value": secret})
    engine = FakeEngine(worlds.healthy())
    for name, event in made.events:
        if name == "messages":
            engine.emit(name, event)
    path = tmp_path / "all.jsonl"
    async with screen(engine=engine, at="messages") as drive:
        await drive.press("slash")
        await drive.type("ChangeConfiguration")
        await drive.press("enter", "Y")
        assert '"AuthorizationKey"' in drive.app.clipboard
        assert secret not in drive.app.clipboard
        await drive.press("enter")
        assert drive.shows('"AuthorizationKey"', "***")
        assert secret not in drive.text()
        await drive.press("escape", "E", "ctrl+u")
        await drive.type(str(path))
        await drive.press("enter")
    assert "AuthorizationKey" in path.read_text()
    assert secret not in path.read_text()


async def test_an_export_goes_on_while_the_engine_is_lost_and_back(tmp_path: Path) -> None:
    async with screen(engine=FakeEngine(worlds.healthy())) as drive:
        for record in message_world.many(SLICE):
            drive.app.store.snapshot.messages.add(record)
        await drive.press("2", "E")
        path = tmp_path / "all.jsonl"
        await drive.press("ctrl+u")
        await drive.type(f"{path}")
        drive.engine.lose()
        await drive.press("enter")
        drive.engine.revive()
        await drive.pass_time(ATTACH_AGAIN_S)
        for _round in range(100):
            if drive.shows("written"):
                break
            await drive.pilot.pause(0.05)
        assert len(path.read_text().splitlines()) == 2 * SLICE
        assert drive.app.commands.connection is not None
