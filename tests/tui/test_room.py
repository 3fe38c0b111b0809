"""A large terminal has room for what a small one opens by a key; who changes its size goes on."""

from __future__ import annotations

from cp_tui.tui.widgets.table_pane import TablePane
from tests.tui import states
from tests.tui.driving import screen
from tests.tui.test_screen_pictures import walk

SMALL, LARGE = (80, 24), (200, 60)

BESIDE_LISTS = {
    "dashboard": ("Monitor yes, changes by the CSMS",),
    "messages": ("MeterValues CALL to the CSMS",),
    "configuration": ("true → false",),
    "schedule": ("Kind    Daily",),
    "transactions": ("Meter    ",),
    "maintenance": ("B3, a transition of S 4.9", "attempt 4"),
    "security": ("· key   7569e411", "Log     47.1 KiB"),
    "csms": ("the charge point asked, the CSMS answered", "Reset Soft: the charge point boots"),
}
"""What stands beside the lists of a screen at the largest size, and at the smallest nowhere."""


async def test_room_is_used_and_cursors_and_focus_stay_when_the_size_changes() -> None:
    state = states.normal()
    async with screen(engine=state.engine, csms=state.csms, size=SMALL) as drive:
        async for name in walk(drive):
            await drive.press("tab", "down", "shift+tab", "down")
            main = drive.app.main
            focused = drive.app.focused
            tables = (pane for pane in main.panes if isinstance(pane, TablePane))
            cursors = {pane: pane.table.cursor_key for pane in tables}
            for size in (LARGE, SMALL):
                await drive.resize(*size)
                text = drive.text()
                assert drive.app.focused is focused
                assert {pane: pane.table.cursor_key for pane in cursors} == cursors, (name, size)
                for words in BESIDE_LISTS.get(name, ()):
                    assert (words in text) is (size == LARGE), f"{name} {size}: {words}\n{text}"
        await drive.press("2", "enter")
        dialog = drive.app.screen
        assert dialog is not drive.app.main
        for size in (LARGE, SMALL):
            await drive.resize(*size)
            assert drive.app.screen is dialog
            assert drive.shows("Request MeterValues")
