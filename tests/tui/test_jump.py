"""Jump mode: a letter on each pane, and one key to get there."""

from __future__ import annotations

from tests.tui.driving import screen


def titles(text: str) -> list[str]:
    return [line for line in text.splitlines() if "─" in line or "━" in line]


async def test_a_letter_moves_the_focus_to_its_pane_and_the_letters_go() -> None:
    async with screen() as drive:
        await drive.press("ctrl+o")
        text = drive.text()
        for letter, title in zip(
            "abcde", ("Connection", "▶ Connectors", "Schedule", "Keys", "Monitors"), strict=True
        ):
            assert f" {letter}  {title}" in text
        await drive.press("d")
        assert drive.app.main.focused_pane is drive.app.main.panes[3]
        assert "━▶ Keys" in drive.text()
        assert " a  Connection" not in drive.text()


async def test_a_letter_of_the_jump_is_no_command_meanwhile_and_one_again_afterwards() -> None:
    async with screen() as drive:
        await drive.press("ctrl+o", "d")
        assert len(drive.app.screen_stack) == 2
        await drive.press("d")
        assert drive.shows("Data transfer")


async def test_escape_and_every_other_way_to_move_end_the_jump() -> None:
    async with screen() as drive:
        here = drive.app.main.focused_pane
        await drive.press("ctrl+o", "escape")
        assert drive.app.main.focused_pane is here
        assert " a  Connection" not in drive.text()
        await drive.press("ctrl+o", "tab")
        assert " a  Connection" not in drive.text()
        assert "━▶ Schedule" in drive.text()


async def test_a_jump_from_a_zoomed_pane_shows_all_and_a_zoom_ends_a_jump() -> None:
    async with screen() as drive:
        await drive.press("z", "ctrl+o", "b")
        assert len(drive.app.screen_stack) == 2, "the letter has cut the power"
        assert drive.app.main.focused_pane is drive.app.main.panes[1]
        assert "▶ Connectors" in drive.text()
        assert "Keys" in drive.text()
        await drive.press("ctrl+o", "z", "b")
        assert drive.shows("Cut the power")
        await drive.press("escape", "escape")
        assert "Keys" in drive.text()


async def test_a_letter_of_a_jump_is_no_command_where_there_is_room_for_one_pane() -> None:
    async with screen(size=(40, 10)) as drive:
        await drive.press("ctrl+o", "d")
        assert len(drive.app.screen_stack) == 2
        assert "▶ Keys" in drive.text()


async def test_a_letter_can_be_typed_into_a_filter() -> None:
    async with screen() as drive:
        await drive.press("ctrl+p", "a", "d")
        assert drive.shows("ad")
        assert len(drive.app.screen_stack) == 3


async def test_the_letters_paint_only_the_titles() -> None:
    async with screen() as drive:
        before = drive.strips()
        await drive.press("ctrl+o")
        after = drive.strips()
        changed = [y for y, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        assert changed == [
            y
            for y, strip in enumerate(after)
            if any(
                f" {letter} " in strip.text and ("─" in strip.text or "━" in strip.text)
                for letter in "abcde"
            )
        ]
