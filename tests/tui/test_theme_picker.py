"""Choosing a theme: what each is for, a sample in its colours, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from cp_tui.tui.dialogs.theme_picker import ThemePicker, theme_choices
from cp_tui.tui.dialogs.theme_sample import ThemeSample, named_in, sample
from cp_tui.tui.terminal import textual_private
from cp_tui.tui.terminal.textual_private import QuietApp
from cp_tui.tui.theme.colors import Colors, TerminalColors
from cp_tui.tui.theme.glyphs import Glyphs
from cp_tui.tui.theme.themes import OURS, FileTheme, our_themes, variables_of
from tests.tui.driving import Drive, screen

STEP_BYTES, LEAP_BYTES, OPEN_BYTES = 1_500, 2_500, 4_000
"""At 80x24 in 24-bit colour: a step in the list, one by which it scrolls, and to open it."""

THEMES = {theme.name: theme for theme in our_themes()[0]}


def test_ours_come_first_then_the_users_then_those_of_textual() -> None:
    mine = FileTheme("a-night-of-mine", primary="red", purpose="[b]the night shift")
    silent = FileTheme("silent", primary="red", dark=False)
    themes = {**BUILTIN_THEMES, **THEMES, "silent": silent, mine.name: mine}
    choices = theme_choices(themes, TerminalColors(Colors.PALETTE, "TERM is tmux-256color"), {})
    assert [choice.key for choice in choices] == [
        *OURS,
        *("a-night-of-mine", "silent"),
        *sorted(BUILTIN_THEMES),
    ]
    notes = {choice.key: choice.note.plain for choice in choices}
    assert notes["high-contrast"] == "sun on the display"
    assert notes["a-night-of-mine"] == "[b]the night shift"
    assert notes["silent"] == "yours"
    assert notes["nord"] == "Textual's"
    abouts = {choice.about.plain for choice in choices if choice.about is not None}
    assert abouts == {
        "256 colours are sent: TERM is tmux-256color. Others: --colors, or screen.colors."
    }


def test_each_theme_of_ours_says_what_it_is_for_in_a_few_words() -> None:
    assert set(OURS) == THEMES.keys()
    assert [name for name, theme in THEMES.items() if not 5 <= len(theme.purpose) <= 24] == []


@pytest.mark.parametrize("glyphs", Glyphs)
def test_the_sample_fits_and_names_colours_that_every_theme_has(glyphs: Glyphs) -> None:
    lines = sample(glyphs.value)
    assert max(cell_len(line.plain) for _, line in lines) <= 30
    named = named_in(lines)
    themes = (*THEMES.values(), *BUILTIN_THEMES.values())
    assert [theme.name for theme in themes if named - variables_of(theme).keys()] == []
    assert named >= {
        *("connector-charging", "connector-suspended", "connector-faulted", "text-error"),
        *("timeline-power-5", "timeline-real", "timeline-now", "accent"),
        *("border", "table-cursor", "block-cursor-background", "surface", "table-background"),
    }


@contextmanager
def bytes_sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    sent: list[int] = []
    with monkeypatch.context() as patched:
        patched.setattr(textual_private, "erases_in_color", lambda: True)
        patched.setattr(QuietApp, "send", lambda app, text: sent.append(len(text.encode())))
        yield sent


def inks(drive: Drive) -> list[tuple[str, str]]:
    """The sample as it is painted: signs and colours."""
    region = drive.app.screen.query_one(ThemeSample).region
    lines = drive.strips()[region.y : region.bottom]
    return [
        (segment.text, f"{segment.style}")
        for strip in lines
        for segment in strip.crop(region.x, region.right)
    ]


async def pick(drive: Drive) -> None:
    drive.app.action_operate("screen.theme")
    await drive.settle()
    assert isinstance(drive.app.screen, ThemePicker)


def ground_of(drive: Drive, name: str) -> str:
    """The colour behind the first line of the sample, as it is written in a style."""
    return Color.parse(variables_of(drive.app.available_themes[name])["surface"]).hex.lower()


async def test_choosing_a_theme(monkeypatch: pytest.MonkeyPatch, painting: None) -> None:
    with bytes_sent(monkeypatch) as sent:
        async with screen() as drive:

            async def cost(*keys: str) -> int:
                sent.clear()
                await drive.press(*keys)
                return sum(sent)

            async with drive.step("to look at all of them sends samples alone, and sets nothing"):
                sent.clear()
                await pick(drive)
                assert sum(sent) <= OPEN_BYTES
                looks = {drive.app.theme: f"{inks(drive)}"}
                for name in OURS[1:]:
                    assert await cost("down") <= STEP_BYTES, name
                    looks[name] = f"{inks(drive)}"
                    # Of the sixteen colours the terminal decides.
                    assert name == "ansi-16" or ground_of(drive, name) in looks[name]
                assert len(set(looks.values())) == len(OURS)
                costs = [await cost("down") for _ in range(8)]
                assert max(costs) <= LEAP_BYTES
                assert sum(each > STEP_BYTES for each in costs) <= 1, costs
                assert drive.app.theme == "cp-dark"
                await drive.press("escape")
                assert drive.app.chosen_theme is None

            await pick(drive)
            await drive.press(*"sun", "enter")
            assert drive.app.theme == drive.app.chosen_theme == "high-contrast"
            assert drive.app.layout_state.theme == "high-contrast"


async def test_a_file_that_changes_while_one_is_chosen_is_seen_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('primary = "red"\nsurface = "#001100"\n')
    async with screen(theme_folders=[tmp_path]) as drive:

        async def look() -> str:
            await drive.app.look_at_themes()
            await drive.settle()
            return f"{inks(drive)}"

        await pick(drive)
        await drive.press(*"mine")
        before = ground_of(drive, "mine")
        assert before in await look()

        file.write_text('primary = "red"\nsurface = "#220000"\npurpose = "the late shift"\n')
        assert before not in await look()
        assert ground_of(drive, "mine") in await look()
        assert drive.shows("▌mine", "the late shift")

        (tmp_path / "other.toml").write_text('primary = "blue"\npurpose = "mine as well"\n')
        after = await look()
        assert drive.shows("▌mine", "mine as well")

        file.write_text('primary = "red"\nsurface = "#2200zz"\n')
        assert await look() == after, "a broken file changes nothing"
        await drive.press("enter")
        assert drive.app.theme == "mine"


async def test_without_colours_there_is_nothing_to_choose() -> None:
    colors = TerminalColors(Colors.NONE, "NO_COLOR is set in the environment")
    async with screen(colors=colors) as drive:
        drive.app.action_operate("screen.theme")
        await drive.settle()
        assert drive.shows("colours are off: NO_COLOR is set in the environment")
        await drive.press("question_mark", "end")
        assert drive.shows("No colours are sent: NO_COLOR is set in the environment. Others:")
