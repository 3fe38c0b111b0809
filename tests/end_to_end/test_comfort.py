"""What a screen remembers, its settings, and its pictures, with the installed command."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from tests.end_to_end.processes import Serve, cp_tui
from tests.end_to_end.terminal import in_terminal


async def test_a_picture_is_an_svg_or_a_text_of_the_screen_that_is_named(
    serve: Serve, folder: Path
) -> None:
    target = ("screenshot", f"--socket={serve.socket}")
    text, svg = folder / "a.txt", folder / "b.svg"
    done = await cp_tui(*target, "--size=100x30", str(text))
    assert (done.status, done.out, done.err) == (0, "", "")
    lines = text.read_text().splitlines()
    assert len(lines) == 30
    assert any("▶ Connectors" in line for line in lines)
    assert max(len(line) for line in lines) <= 100
    assert (await cp_tui(*target, "--screen=schedule", "--ascii", str(text))).status == 0
    assert text.read_text().isascii()
    assert "Profiles" in text.read_text()
    assert (await cp_tui(*target, "--screen=4", "--theme=night", str(svg))).status == 0
    assert ET.parse(svg).getroot().tag.endswith("svg")


async def test_a_picture_that_cannot_be_made_is_one_line(serve: Serve, folder: Path) -> None:
    target = ("screenshot", f"--socket={serve.socket}")
    for arguments, status, words in (
        ([str(folder / "a.png")], 2, "must end in .svg or .txt"),
        (["--screen=nonsense", str(folder / "a.txt")], 2, "there are dashboard (1), "),
        (["--theme=nonsense", str(folder / "a.txt")], 2, "unknown theme"),
        ([str(folder / "none" / "a.txt")], 1, "No such file or directory"),
    ):
        done = await cp_tui(*target, *arguments)
        assert (done.status, done.err.count("\n")) == (status, 1), done
        assert words in done.err


async def test_the_last_screen_and_the_zone_come_back(serve: Serve, folder: Path) -> None:
    state = str(folder / "state")
    attach = ("attach", f"--socket={serve.socket}", "--read-only")
    async with in_terminal(*attach, XDG_STATE_HOME=state) as screen:
        await screen.see("Accepted", "s Stop")
        screen.press("4")
        await screen.see("1 Dashboard")
        screen.press("q")
        assert await screen.ended() == 0
    async with in_terminal(*attach, XDG_STATE_HOME=state) as screen:
        await screen.see("Profiles", "1 Dashboard")
        screen.press("q")
        assert await screen.ended() == 0
    (folder / "state" / "cp-tui" / "screen.json").write_text("{broken")
    async with in_terminal(*attach, XDG_STATE_HOME=state) as screen:
        await screen.see("▶ Connectors", "not a state of the screen")
        screen.press("q")
        assert await screen.ended() == 0


async def test_keys_and_theme_of_the_settings_are_used(serve: Serve, folder: Path) -> None:
    config = folder / "screen.toml"
    config.write_text('[screen]\ntheme = "cp-light"\n[screen.keymap]\n"screen.zone" = "f7"\n')
    attach = ("attach", f"--socket={serve.socket}", f"--config={config}")
    async with in_terminal(*attach) as screen:
        await screen.see("Accepted", "s Stop")
        screen.press("\x1b[18~")
        await screen.see("times are in")
        ground = screen.cells[12][12].bg
        assert ground == "fafaf7"
        screen.press("q")
        assert await screen.ended() == 0
    config.write_text('[screen.keymap]\n"screen.zone" = "q"\n')
    async with in_terminal(*attach) as screen:
        assert await screen.ended() == 2
        assert "line 2: screen.keymap.screen.zone: q is the key of both" in screen.text.replace(
            "\n", ""
        )
