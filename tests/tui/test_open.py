"""A log on the screens of a charge point: what was known then, and what is wrong."""

from __future__ import annotations

from tests.tui.opened import log_screen

HOME = "home_assistant_finishing.log"


async def test_whose_fault_it_is_stands_first_and_enter_leads_to_the_frame() -> None:
    async with log_screen(HOME) as eye:
        assert eye.shows("1 error: charge point", "at fault: the charge point")
        assert eye.shows("Connector 1 went from Finishing straight to Charging")
        await eye.press("enter")
        assert eye.shows("[2 Messages]", "frame 35 of 38", "× status.illegal_tran…")
        assert eye.app.travel is not None
        await eye.press("left_square_bracket")
        assert eye.shows("frame 33 of 38")
        await eye.press("right_square_bracket")
        assert eye.shows("frame 35 of 38")
        await eye.press("right_square_bracket")
        assert eye.shows("no finding after this", "frame 35 of 38")


async def test_every_pane_tells_what_was_known_then() -> None:
    async with log_screen(HOME) as eye:
        await eye.press("1")
        assert eye.shows("● Charging", "#1793640605", "2026-11-03 17:31:55")
        await eye.press("apostrophe", *"17:29", "enter")
        assert eye.shows("2026-11-03 17:29:00", "● Charging")
        await eye.press("apostrophe", *"17:30", "enter")
        assert eye.shows("2026-11-03 17:30:00", "Finishing")
        await eye.press("apostrophe", *"1", "enter")
        assert eye.shows("frame 1 of 38", "no connector was seen yet")
        await eye.press("full_stop", "full_stop", "comma")
        assert eye.shows("frame 2 of 38")
