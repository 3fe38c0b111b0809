"""What a screen remembers, its settings, and its pictures, with the installed command."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

from tests.end_to_end.processes import Serve, cp_tui, cp_tui_anew
from tests.end_to_end.terminal import in_terminal
from tests.end_to_end.together import in_turn


async def test_a_picture_is_an_svg_or_a_text_of_the_screen_that_is_named(
    serve: Serve, folder: Path
) -> None:
    target = ("screenshot", f"--socket={serve.socket}")

    async def text_of_a_size() -> None:
        file = folder / "a.txt"
        done = await cp_tui_anew(*target, "--size=100x30", str(file))
        assert (done.status, done.out, done.err) == (0, "", "")
        lines = file.read_text().splitlines()
        assert len(lines) == 30
        assert any("▶ Connectors" in line for line in lines)
        assert max(len(line) for line in lines) <= 100

    async def ascii_of_a_screen() -> None:
        file = folder / "b.txt"
        assert (await cp_tui(*target, "--screen=schedule", "--ascii", str(file))).status == 0
        assert file.read_text().isascii()
        assert "Profiles" in file.read_text()

    async def svg_in_a_theme() -> None:
        file = folder / "c.svg"
        assert (await cp_tui(*target, "--screen=4", "--theme=night", str(file))).status == 0
        assert ET.parse(file).getroot().tag.endswith("svg")

    async def all_in_one_file() -> None:
        file = folder / "all.zip"
        done = await cp_tui("bundle", f"--socket={serve.socket}", str(file))
        assert (done.status, done.out) == (0, "")
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            assert "▶ Connectors" in archive.read("screens/dashboard.txt").decode()
            assert json.loads(archive.read("variables/identity.json"))["charge_point_id"] == "CP 1"
        assert {name.partition("/")[0] for name in names} == {
            *("summary.json", "variables", "screens", "trace", "log")
        }

    async def refused(status: int, words: str, *arguments: str) -> None:
        done = await cp_tui(*target, *arguments)
        assert (done.status, done.err.count("\n")) == (status, 1), done
        assert words in done.err

    await in_turn(
        text_of_a_size=text_of_a_size(),
        ascii_of_a_screen=ascii_of_a_screen(),
        svg_in_a_theme=svg_in_a_theme(),
        all_in_one_file=all_in_one_file(),
        no_such_format=refused(2, "must end in .svg or .txt", str(folder / "a.png")),
        no_such_screen=refused(
            2, "there are dashboard (1), ", "--screen=nonsense", str(folder / "d.txt")
        ),
        no_such_theme=refused(2, "unknown theme", "--theme=nonsense", str(folder / "e.txt")),
        no_such_folder=refused(1, "No such file or directory", str(folder / "none" / "a.txt")),
    )


async def test_screens_follow_their_settings_and_what_was_left(serve: Serve, folder: Path) -> None:
    state = str(folder / "state")
    attach: tuple[str, ...] = ("attach", f"--socket={serve.socket}", "--read-only")
    async with in_terminal(*attach, XDG_STATE_HOME=state) as screen:
        await screen.see("Accepted", "s Stop")
        screen.press("4")
        await screen.see("1 Dash")
        screen.press("q")
        assert await screen.ended() == 0
    async with in_terminal(*attach, XDG_STATE_HOME=state) as screen:
        await screen.see("Profiles", "1 Dash")
        screen.press("q")
        assert await screen.ended() == 0
    (folder / "state" / "cp-tui" / "screen.json").write_text("{broken")
    config = folder / "screen.toml"
    config.write_text('[screen]\ntheme = "cp-light"\n[screen.keymap]\n"screen.zone" = "f7"\n')
    attach = (*attach, f"--config={config}")
    async with in_terminal(*attach, XDG_STATE_HOME=state) as screen:
        await screen.see("▶ Connectors", "not a state")
        assert screen.cells[12][12].bg == "fafaf7"
        screen.press("\x1b[18~")
        await screen.see("times are in")
        screen.press("q")
        assert await screen.ended() == 0
    config.write_text('[screen.keymap]\n"screen.zone" = "q"\n')
    async with in_terminal(*attach) as screen:
        assert await screen.ended() == 2
        await screen.last_said("line 2: screen.keymap.screen.zone: q is the key of both")
