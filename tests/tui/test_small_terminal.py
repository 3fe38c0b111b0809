"""A terminal in a corner: one pane that has rows; below that, the size that is needed."""

from __future__ import annotations

import pytest
from textual.geometry import Size
from textual.widgets import Input

from cp_tui.tui.dialogs.dialog import keys_that_fit
from cp_tui.tui.frame.main_screen import MainScreen
from cp_tui.tui.frame.no_room import NoRoom
from cp_tui.tui.widgets.size_classes import LEAST, is_too_small, size_needed
from tests.tiers import tier
from tests.tui import states, worlds
from tests.tui.driving import screen
from tests.tui.test_screen_pictures import walk

USUAL, SMALL, LEAST_SIZE, TOO_SMALL = (80, 24), (40, 10), (30, 8), (20, 6)

FIRST_ROWS = {
    "dashboard": ("0  ○ Available", "▌1  ● Charging", "2  ◇ Reserved"),
    "messages": ("▌14:03:20 out", "14:03:15 out", "14:02:11 out"),
    "configuration": ("▌   AllowOfflineTxFor", "AuthorizationCacheEna", "AuthorizationKey"),
    "schedule": ("0 ▄", "▌1 ▃", "2 ▅"),
    "transactions": ("▌#1234", "#1209", "#1208"),
    "maintenance": ("▌Firmware", "Diagnostics", "Reservations"),
    "csms": ("▌ChangeAvailability", "ChangeConfiguration", "ClearCache"),
    "security": ("▌Link", "CSMS certificate", "Own certificate"),
}
"""Of what each screen is there for."""

PLACES = {
    "dashboard": 5,
    "configuration": 2,
    "schedule": 2,
    "transactions": 3,
    "maintenance": 2,
    "security": 2,
}
"""How many panes a screen has; the others have their own ways to count."""


def places(main: MainScreen) -> list[str]:
    """What the titles of the panes say of where each stands."""
    return [pane._place for pane in main.panes]


@pytest.mark.parametrize(
    ("size", "line"),
    [
        (
            (100, 5),
            "Too small to show anything: 30x8 is needed, this is 100x5 · q quits",
        ),
        ((29, 20), "30x8 needed, this is 29x20"),
        ((20, 6), "needs 30x8, is 20x6"),
        ((12, 3), "needs 30x8"),
        ((3, 1), "30x8"),
    ],
)
def test_the_needed_size_is_told_in_the_words_that_fit(size: tuple[int, int], line: str) -> None:
    assert is_too_small(Size(*size))
    assert size_needed(Size(*size), "q", size[0]).plain == line
    assert "quits" not in size_needed(Size(*size), "", 200).plain


def test_the_least_size_is_not_too_small() -> None:
    assert not is_too_small(LEAST)


async def test_each_screen_shows_rows_of_one_pane_and_is_as_before_when_it_grows() -> None:
    state = states.normal()
    async with screen(engine=state.engine, csms=state.csms, size=USUAL) as drive:
        async for name in walk(drive):
            main, before = drive.app.main, drive.strips()
            for size in tier((LEAST_SIZE,), deep=(SMALL, LEAST_SIZE)):
                await drive.resize(*size)
                text = drive.text()
                for row in FIRST_ROWS[name]:
                    assert row in text, f"{name} {size}: {row}\n{text}"
                if (count := PLACES.get(name)) is not None:
                    assert len(main.panes) == count
                    assert f"{main.panes.index(main.focused_pane) + 1}/{count} tab" in text
            await drive.resize(*TOO_SMALL)
            assert "needs 30x8, is 20x6" in "\n".join(s.text for s in drive.strips())
            await drive.resize(*USUAL)
            assert drive.strips() == before, f"{name} is not as before:\n{drive.text()}"
            assert not any(places(main))


async def test_one_pane_at_a_time_is_walked_and_nothing_acts_unseen() -> None:
    state = states.normal()
    async with screen(engine=state.engine, csms=state.csms, size=SMALL) as drive:
        async with drive.step("tab shows the next pane, each with its rows or facts"):
            seen = []
            for _pane in drive.app.main.panes:
                pane = drive.app.main.focused_pane
                assert pane is not None
                assert f"▶ {pane.TITLE}" in drive.text()
                assert pane.region.height >= 5
                seen.append(pane.TITLE)
                await drive.press("tab")
            assert sorted(seen) == sorted(pane.TITLE for pane in drive.app.main.panes)
        async with drive.step("a filter opens the pane that has rows"):
            drive.dashboard.connection.take_focus()
            await drive.settle()
            assert drive.shows("▶ Connection", "1/5")
            await drive.press("/")
            assert drive.shows("▶ Connectors", "2/5", "filter: number")
        async with drive.step("there is nothing to zoom, until there is room"):
            await drive.press("z")
            assert drive.shows("there is room for one pane only")
            assert not drive.app.main.is_zoomed
        async with drive.step("a zoomed pane stays zoomed, and tab goes on where it is alone"):
            await drive.resize(*USUAL)
            await drive.press("z")
            await drive.resize(*SMALL)
            await drive.press("tab")
            assert drive.shows("▶ Schedule", "3/5")
            await drive.resize(*USUAL)
            assert drive.app.main.maximized is drive.dashboard.schedule
            await drive.press("escape")
            assert drive.app.main.maximized is None
            await drive.resize(*SMALL)
        async with drive.step("a form under the size that is needed keeps what is typed"):
            await drive.press("w", "A", "B")
            form, field = drive.app.screen, drive.app.focused
            assert isinstance(field, Input)
            await drive.resize(*TOO_SMALL)
            assert isinstance(drive.app.screen, NoRoom)
            assert "● All well" in drive.strips()[1].text
            await drive.press("C", "enter", "escape", "S", "1")
            await drive.resize(*SMALL)
            assert drive.app.screen is form
            assert drive.app.focused is field
            assert field.value == "AB"
            assert not drive.engine.calls
        async with drive.step("what becomes wrong is told under the size that is needed"):
            await drive.resize(*TOO_SMALL)
            drive.engine.publish("link", worlds.broken_link())
            await drive.settle()
            assert isinstance(drive.app.screen, NoRoom)
            assert "× TCP" in drive.strips()[1].text
            await drive.resize(*SMALL)
        for size in ((12, 2), (4, 1), TOO_SMALL):
            await drive.resize(*size)
            assert "30x8" in drive.strips()[min(2, size[1] - 1)].text
        await drive.press("q")
        assert drive.app.return_code is not None


def test_a_dialog_names_the_key_that_closes_it_before_those_there_is_no_room_for() -> None:
    keys = "enter send · ↑↓ fields · ←→ choose · escape closes"
    assert keys_that_fit(keys, 50) == keys
    assert keys_that_fit(keys, 40) == "enter send · ↑↓ fields · escape closes"
    assert keys_that_fit(keys, 34) == "enter send · escape closes"
    assert keys_that_fit("escape closes", 5) == "escape closes"
