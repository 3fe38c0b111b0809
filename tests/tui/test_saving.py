"""Writing a file holds nobody up, tells how far it is, and leaves no half of one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from itertools import repeat
from pathlib import Path
from time import sleep

import pytest

from cp_tui.tui.actions import saving
from cp_tui.tui.actions.desk import Form, FormField
from cp_tui.tui.actions.outcome import CommandOutcome, finished
from cp_tui.tui.screen_desk import ScreenDesk
from tests.tui import worlds
from tests.tui.driving import screen


def slow_pieces() -> Iterator[str]:
    """Half a second's work without a pause."""
    for _ in range(500):
        sleep(0.001)
        yield "x"


async def test_others_have_their_turn_while_a_long_text_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a"
    writing = asyncio.create_task(saving.write_new(path, slow_pieces(), lambda _: None))
    turns = 0
    while not writing.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 20
    assert path.read_text() == 500 * "x"


async def test_a_long_job_tells_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "PROGRESS_INTERVAL_S", 0.0)
    told: list[str] = []
    await saving.write_new(tmp_path / "a", repeat(100_000 * "x", 3), told.append)
    assert told[-1] == "0.3 MB so far"


async def test_a_file_that_is_not_finished_is_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "a"
    writing = asyncio.create_task(saving.write_new(path, slow_pieces(), lambda _: None))
    while not path.exists():
        await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert not path.exists()


async def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        await saving.write_new(path, ["yours"], lambda _: None)
    assert path.read_text() == "mine"


async def test_why_no_file_can_be_made_is_said_as_it_is(tmp_path: Path) -> None:
    for path, words in (
        (tmp_path, "Is a directory"),
        (tmp_path / "none" / "a", "its folder is not there"),
        # Nobody makes files there, and the system says "no such file" of it.
        (Path("/proc/a"), "its folder takes no new file"),
    ):
        with pytest.raises(OSError, match=re.escape(words)):
            await saving.write_new(path, ["x"], lambda _: None)


async def test_a_job_goes_on_when_its_form_is_closed() -> None:
    may_end, has_ended = asyncio.Event(), asyncio.Event()

    async def job(tell: Callable[[str], None]) -> CommandOutcome:
        tell("1.5 MB so far")
        await may_end.wait()
        tell("2.5 MB so far")
        has_ended.set()
        return finished("written", "a.json")

    form = Form("Export", (FormField("path", "File", value="a.json"),), "Write", lambda _: job)
    async with screen(worlds.healthy()) as drive:
        drive.app.run_worker(drive.app.desk.fill(form))
        await drive.settle()
        await drive.press("enter")
        assert drive.shows("Export", "running since", "escape leaves it running", "1.5 MB so far")
        await drive.press("escape")
        assert not drive.shows("Export")
        may_end.set()
        async with asyncio.timeout(30):
            await has_ended.wait()
        await drive.settle()
        assert drive.shows("Connectors")


async def test_the_menu_makes_one_file_for_support_and_says_where_it_is(tmp_path: Path) -> None:
    made: list[Path] = []

    async def bundle(path: Path) -> None:
        if path.name == "there.zip":
            raise OSError(0, "File exists")
        made.append(path)

    async with screen() as drive:
        drive.app.desk = ScreenDesk(drive.app, lambda: False, bundle=bundle)
        await drive.press("ctrl+p", *"support", "enter")
        assert drive.shows("One file for support", "cp-tui-CP001-20260105-140327.zip")
        for name in ("there.zip", "new.zip"):
            await drive.press("ctrl+u")
            await drive.type(f"{tmp_path / name}")
            await drive.press("enter")
            assert drive.shows("file exists") or name == "new.zip"
        assert made == [tmp_path / "new.zip"]
        await drive.press("escape")
        assert drive.shows("written /")


async def test_a_screen_that_can_make_none_names_the_command() -> None:
    async with screen() as drive:
        await drive.press("ctrl+p", *"support", "enter")
        assert drive.shows("this screen makes none; cp-tui bundle does")
