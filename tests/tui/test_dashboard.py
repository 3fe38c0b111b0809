"""The dashboard: five panes at every size, focus, zoom, filter; nothing moves by itself."""

from __future__ import annotations

from msgspec.structs import replace
from textual.widgets import Input

from cp_tui.charge_point import variables as v
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus
from cp_tui.tui.widgets.line_table import LineTable
from tests.tui import worlds
from tests.tui.driving import screen

TITLES = ("Connection", "Connectors", "Schedule", "Keys", "Monitors")


async def test_all_five_panes_have_room() -> None:
    async with screen() as drive:
        for size in ((80, 24), (120, 40), (160, 50), (200, 60)):
            await drive.resize(*size)
            assert drive.shows(*TITLES), size
            for pane in drive.dashboard.panes:
                assert pane.size.width >= 34, size
                assert pane.size.height >= 5, size


async def test_the_timeline_is_painted_for_the_height_that_it_has() -> None:
    """A first paint may come with another height than the second, and the same width."""
    async with screen() as drive:
        timeline = drive.dashboard.timeline
        painted = [strip.text for strip in timeline.render_lines(timeline.size.region)]
        assert painted == [timeline.render_line(y).text for y in range(timeline.size.height)]


async def test_the_first_keys_are_back_when_the_terminal_is() -> None:
    """A small one shows the row of the cursor, which rows that came first had pushed down."""
    async with screen() as drive:
        table = drive.dashboard.query_one("#keys-table", LineTable)
        first = table.rows[0].key
        table.move_cursor(table.rows[4].key)
        drive.dashboard.keys.take_focus()
        sizes = ((40, 10), (60, 20), (80, 24), (40, 10), (200, 60), (40, 10), (160, 50), (80, 24))
        for size in sizes:
            await drive.resize(*size)
            is_small = size[0] < 80
            assert (table.scroll_offset.y > 0) == is_small, size
            assert table.cursor_row == 4
            assert bool(drive.shows(first)) != is_small, size


async def test_a_terminal_of_any_size_is_survived() -> None:
    async with screen() as drive:
        for size in ((20, 5), (1, 1), (300, 90), (80, 24)):
            await drive.pilot.resize_terminal(*size)
            await drive.settle()
        assert drive.shows(*TITLES)


async def test_a_healthy_charger_answers_the_first_questions_at_80x24() -> None:
    async with screen() as drive:
        assert drive.shows("● Accepted", "open since 11:49", "heartbeat 14:04:15")
        assert drive.shows("Clock -0.2 s · Heartbeat 14:03", "queue 0")
        assert drive.shows(
            "1 ● Charging 11.01 kW", "45 %", "16.0 A tx", "#1234 04A2B3C4D5 · since 13:20"
        )
        assert drive.shows("HeartbeatInterval 60", "300 → 60", "14:01:05")


async def test_without_csms_the_step_the_cause_the_check_and_the_next_attempt_are_there() -> None:
    async with screen(worlds.broken()) as drive:
        assert drive.shows("× Offline since 13:50", "queue 3", "n try now")
        assert drive.shows("offline · try 8 at 14:03:41", "TCP: connection refused by")
        assert drive.shows("Hint Is the CSMS running", "! Faulted")
        await drive.press("n")
        assert drive.engine.calls == [("try_now", {})]


async def test_stopped_by_the_operator_is_a_state_of_its_own() -> None:
    async with screen(worlds.stopped()) as drive:
        assert drive.shows("■ Stopped by operator since 14:02", "transaction 1234 of")


async def test_panes_are_read_zoomed_and_filtered() -> None:
    async with screen() as drive:
        engine = drive.engine
        async with drive.step("the focus goes round and is marked without colour"):
            for title in ("Connectors", "Schedule", "Keys", "Monitors", "Connection", "Connectors"):
                assert drive.shows(f"▶ {title}")
                await drive.press("tab")
            await drive.press("shift+tab", "shift+tab")
            assert drive.shows("▶ Connection")
        async with drive.step("every pane can be zoomed"):
            for title in ("Connectors", "Schedule", "Keys", "Monitors", "Connection"):
                await drive.press("z")
                assert drive.shows(f"▶ {title}")
                assert drive.dashboard.maximized is not None
                assert drive.dashboard.maximized.size.width == 80
                await drive.press("z", "tab")
        async with drive.step("the filter narrows the keys and escape shows all again"):
            await drive.press("tab", "tab", "slash")
            await drive.type("meter csms")
            assert drive.shows("1 of 14 match", "MeterValueSampleInterval 15")
            assert not drive.shows("AuthorizationKey")
            await drive.press("enter")
            assert drive.shows("▶ Keys")
            await drive.press("escape")
            assert drive.shows("Keys 14", "AuthorizationKey")
        async with drive.step("a filter without a match says so"):
            await drive.press("tab", "tab", "slash")
            await drive.type("nothing such")
            assert drive.shows("no key matches the filter")
        async with drive.step("enter opens everything about a connector and follows it"):
            await drive.press("down", "enter")
            assert drive.shows("Connector 2", "the CSMS answered Blocked for tag 04FFEE01 (S 4.2)")
            broken = worlds.broken()["connectors"]
            drive.engine.publish("connectors", broken)
            await drive.settle()
            assert drive.shows("GroundFailure", "residual current 31 mA", "vendor code A017")
        async with drive.step("the details of a connector list its status changes"):
            engine.emit(
                "status_changes",
                v.StatusChange(
                    connector_id=1,
                    old_status=ChargePointStatus.PREPARING,
                    status=ChargePointStatus.CHARGING,
                    code="B3",
                    cause="contactor closed",
                    error_code=ChargePointErrorCode.NO_ERROR,
                    time=worlds.at(13, 20, 11),
                ),
            )
            await drive.settle()
            await drive.press("enter", "pagedown")
            assert drive.shows("Preparing → Charging · B3 contactor closed")
        async with drive.step("enter on a key tells who changed it when and from what"):
            await drive.press("tab", "tab", "enter")
            assert drive.shows("Configuration key", "HeartbeatInterval", "Seconds of silence")
            assert drive.shows("300 → 60 · by CSMS · answered Accepted")
        async with drive.step("a new value reaches its pane"):
            engine.publish("outbox", v.OutboxView(count=4))
            engine.publish("link", worlds.broken_link())
            await drive.settle()
            assert drive.shows("queue 4", "offline")


async def test_z_zooms_and_escape_restores() -> None:
    async with screen(worlds.broken()) as drive:
        await drive.press("shift+tab", "z")
        assert drive.shows("wss://csms.example.com/ocpp/CP001", "Serial CP001")
        assert drive.shows("× TCP: connection refused")
        assert not drive.shows("Monitors")
        await drive.press("escape")
        assert drive.shows(*TITLES)


async def test_what_is_on_the_dashboard_follows_and_explains_itself() -> None:
    async with screen() as drive:
        engine = drive.engine
        async with drive.step("the cursor stays where it is while values change"):
            await drive.press("down")
            engine.publish("connectors", worlds.broken()["connectors"])
            await drive.settle()
            assert drive.app.store.snapshot.connector_id == 2
            assert drive.dashboard.connectors.table.cursor_key == "2"
        async with drive.step("no timer runs while nothing happens"):
            await drive.pilot.pause(0.05)
            assert drive.app._cooling is None
            for widget in drive.dashboard.walk_children():
                assert widget.auto_refresh is None
                if isinstance(widget, Input):
                    assert not widget.cursor_blink
        async with drive.step(
            "help has the keys of the pane and of the screen first then explains it"
        ):
            await drive.press("tab", "tab", "question_mark")
            assert drive.shows("Help", "Keys", "e Edit", "o Sort a table", "enter Open the row")
            assert drive.shows("Screen 1: Dashboard", "x Clear the errors", "V Change the vehicle")
            await drive.press("pagedown")
            assert drive.shows("What Keys shows", "◉ monitored: its changes are shown")
            await drive.press("escape", "shift+tab", "question_mark")
            assert drive.shows("Schedule", "g Go to a time", "v This connector alone, or all")
        async with drive.step("a theme is shown in a sample, and set when it is taken"):
            await drive.press("ctrl+p")
            await drive.type("screen.theme")
            await drive.press("enter")
            await drive.type("cp-light")
            assert drive.app.theme == "cp-dark"
            await drive.press("enter")
            assert drive.app.theme == "cp-light"
            drive.app.theme = "cp-dark"


async def test_a_keymap_changes_keys_and_footer() -> None:
    keymap = {"screen.zoom": ["f7"]}
    async with screen(size=(200, 60), keymap=keymap) as drive:
        assert drive.shows("f7 Zoom")
        await drive.press("f7")
        assert drive.dashboard.maximized is not None


async def test_twelve_connectors_are_counted_in_the_alarm_line_and_fit() -> None:
    whole, _, free = worlds.connectors()
    faults: v.Connectors = worlds.broken()["connectors"]
    broken = faults[2]
    many = [
        replace(broken if number % 4 == 0 else free, connector_id=number) for number in range(1, 13)
    ]
    world = worlds.healthy() | {
        "connectors": v.Connectors((whole, *many)),
        "configuration": v.ConfigurationView(()),
    }
    async with screen(world) as drive:
        assert drive.shows(
            "× Connector 4: GroundFailure since 13:58", "x there clears it · 2 more: a"
        )
        assert drive.shows(*TITLES)
        await drive.press("a")
        assert drive.shows("2. × Connector 8: GroundFailure", "3. × Connector 12: GroundFailure")


async def test_a_reserved_connector_says_for_whom_and_until_when() -> None:
    whole, charging, free = worlds.connectors()
    reservation = v.Reservation(
        reservation_id=12,
        connector_id=2,
        id_tag="04AA",
        parent_id_tag="FLEET",
        expiry_date=worlds.at(15),
        made_at=worlds.at(14),
    )
    reserved = replace(free, status=ChargePointStatus.RESERVED, reservation=reservation)
    world = worlds.healthy() | {"connectors": v.Connectors((whole, charging, reserved))}
    async with screen(world) as drive:
        await drive.press("down")
        assert drive.shows("◇ Reserved", "Kept for tag 04AA and group FLEET")
        await drive.press("enter")
        assert drive.shows("Kept for tag 04AA and group FLEET until 15:00 · reservation 12")
