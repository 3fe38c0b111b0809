"""The screen on a disk that hangs: keys are heard, words say so, and escape gives it up."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cp_tui.engine import disk as disk_module
from cp_tui.settings.first_file import Answers
from cp_tui.tui import main as run
from cp_tui.tui.actions import saving
from cp_tui.tui.app import Attachment, CpTuiApp
from cp_tui.tui.preferences import LayoutState, read_state
from cp_tui.tui.start.wizard import SAVED, FirstRunApp
from cp_tui.tui.terminal import look_app
from tests.tui import charging_world, key_world, worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_first_run import World, fill as fill_answers, text_of
from tests.tui.test_schedule_screen import fill
from tests.tui.test_theme_watch import GREEN, RED, ground
from tests.unwilling_disk import FULL, HANGS, UnwillingDisk, unwilling_disk

KEY_S_MAX = 20.0
"""Far above any key on a busy machine, far below a disk that hangs."""


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[UnwillingDisk]:
    monkeypatch.setattr(disk_module, "TOLD_S", 0.1)
    monkeypatch.setattr(look_app, "TOLD_S", 0.1)
    with unwilling_disk(tmp_path / "disk") as disk:
        yield disk


async def press_in_time(drive: Drive, *keys: str) -> None:
    since = time.monotonic()
    await drive.press(*keys)
    assert time.monotonic() - since < KEY_S_MAX


async def test_a_file_to_compare_with_is_waited_for_in_words_and_escape_gives_it_up(
    disk: UnwillingDisk,
) -> None:
    path = disk.folder / "keys.json"
    path.write_text('{"keys": [{"key": "HeartbeatInterval", "value": "7"}]}')
    async with screen(engine=key_world.engine(), at="configuration") as drive:
        await drive.press("f")
        with disk.that(HANGS):
            await fill(drive, path=str(path))
            await drive.until_it_shows(
                "running since", "escape gives it up", "still reading", "keys.json"
            )
            await press_in_time(drive, "escape")
            assert not drive.shows("running since")
            await press_in_time(drive, "1")
            assert drive.app.main.NAME == "dashboard"
        await drive.settle()
        # What came too late changed nothing.
        await drive.press("3")
        assert drive.shows("Configuration 15")


async def test_a_file_that_answers_late_is_used_after_all(disk: UnwillingDisk) -> None:
    path = disk.folder / "keys.json"
    path.write_text('{"keys": [{"key": "HeartbeatInterval", "value": "7"}]}')
    async with screen(engine=key_world.engine(), at="configuration") as drive:
        await drive.press("f")
        with disk.that(HANGS):
            await fill(drive, path=str(path))
            await drive.until_it_shows("still reading")
        await drive.until_it_shows("Compare", "keys differ")


async def test_the_screen_gives_up_by_itself(
    disk: UnwillingDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_module, "GIVE_UP_S", 0.3)
    path = disk.folder / "profile.json"
    path.write_text("{}")
    engine = charging_world.engine()
    async with screen(engine=engine, at="schedule") as drive:
        await drive.press("I")
        with disk.that(HANGS):
            await fill(drive, path=str(path))
            await drive.until_it_shows("profile.json", "does not answer, for 0.3 s now")
        await drive.settle()
        assert engine.calls == []


async def test_no_more_than_a_few_calls_hang_at_a_time(
    disk: UnwillingDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = disk.folder / "a"
    path.write_text("x")
    with disk.that(HANGS):
        for _ in range(disk_module.HANGING_MAX):
            with pytest.raises(OSError, match="does not answer"):
                await disk_module.on_disk(path.read_text, "reading", limit_s=0.01)
        with pytest.raises(OSError, match="8 calls hang") as refused:
            await disk_module.on_disk(path.read_text, "reading")
        assert refused.value.errno == errno.EBUSY
    async with asyncio.timeout(30):
        while True:
            try:
                assert await disk_module.on_disk(path.read_text, "reading") == "x"
                break
            except OSError:
                await asyncio.sleep(0.01)


async def test_an_export_that_hangs_holds_up_no_key_and_is_finished_when_the_disk_is_back(
    disk: UnwillingDisk,
) -> None:
    path = disk.folder / "keys.json"
    async with screen(engine=key_world.engine(), at="configuration") as drive:
        await drive.press("E")
        with disk.that(HANGS):
            await fill(drive, path=str(path))
            await drive.until_it_shows("still writing keys.json", "escape leaves it running")
            await press_in_time(drive, "escape", "1")
        await drive.until_it_shows("written")
        assert path.read_text().endswith("}\n")


@pytest.mark.parametrize("moment", ["open", "write"])
async def test_an_export_that_was_given_up_leaves_no_file_behind(
    disk: UnwillingDisk, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr(disk_module, "GIVE_UP_S", 0.2)
    monkeypatch.setattr(saving, "TAKE_AWAY_S", 0.05)
    path = disk.folder / "a"

    def pieces() -> Iterator[str]:
        if moment == "write":
            disk.becomes(HANGS)
        yield "text"

    with disk.that(HANGS if moment == "open" else "well"), pytest.raises(OSError, match="answer"):
        await saving.write_new(path, pieces(), lambda _: None)
    async with asyncio.timeout(30):
        while path.exists():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
    assert list(disk.folder.iterdir()) == []


async def test_an_export_to_a_full_disk_says_so_and_leaves_no_half_of_a_file(
    disk: UnwillingDisk,
) -> None:
    async def pieces_of(drive: Drive, name: str) -> None:
        await drive.press("E")
        await fill(drive, path=str(disk.folder / name))

    async with screen(engine=key_world.engine(), at="configuration") as drive:
        with disk.that(FULL):
            await pieces_of(drive, "keys.json")
            await drive.until_it_shows("keys.json: no space left on device")
            await drive.press("escape")
        assert list(disk.folder.iterdir()) == []
        await pieces_of(drive, "keys.json")
        await drive.until_it_shows("written")


async def test_themes_that_hang_hold_up_no_key_and_come_when_they_can(disk: UnwillingDisk) -> None:
    path = disk.folder / "mine.toml"
    path.write_text(GREEN)
    engine = FakeEngine(worlds.healthy())
    app = CpTuiApp(
        Attachment(engine.connect),
        now=lambda: worlds.NOW,
        theme="mine",
        theme_folders=[disk.folder],
    )
    async with app.run_test(size=(80, 24)) as pilot:
        drive = Drive(app, pilot, engine)
        await drive.settle()
        assert ground(drive) == "green"
        path.write_text(RED)
        with disk.that(HANGS):
            app._look_soon()
            await drive.until_it_shows("your themes: the disk does not answer")
            for _ in range(3):
                # As the clock does: no second look beside the first.
                app._look_soon()
            await press_in_time(drive, "3", "1")
            names = [worker.name for worker in app.workers if worker.is_running]
            assert names.count("themes") == 1
        await drive.until_it_shows("theme mine was read again")
        assert ground(drive) == "red"


async def test_a_screen_starts_without_themes_that_hang(
    disk: UnwillingDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_app, "THEMES_S", 0.2)
    (disk.folder / "mine.toml").write_text(GREEN)
    engine = FakeEngine(worlds.healthy())
    with disk.that(HANGS):
        app = CpTuiApp(
            Attachment(engine.connect),
            now=lambda: worlds.NOW,
            theme="cp-dark",
            theme_folders=[disk.folder],
        )
        assert "mine" not in app.available_themes
        async with app.run_test(size=(80, 24)) as pilot:
            drive = Drive(app, pilot, engine)
            await drive.until_it_shows("your themes are not read: The disk does not answer")
            disk.becomes("well")
            await app.look_at_themes()
            assert "mine" in app.available_themes


def test_how_the_screen_was_left_is_not_waited_for(
    disk: UnwillingDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BRIEFLY_S", 0.2)
    path = disk.folder / "screen.json"
    path.write_text('{"theme": "cp-light"}')
    with disk.that(HANGS):
        state, problem = run._state_of(path)
        assert state == LayoutState()
        assert problem is not None
        assert "does not answer" in problem
    assert run._state_of(path) == (LayoutState(theme="cp-light"), None)
    run._keep(path, LayoutState(theme="cp-dark"), "/run/door", "schedule")
    assert read_state(path)[0].screens == {"/run/door": "schedule"}


async def test_the_first_screen_saves_beside_its_loop(disk: UnwillingDisk) -> None:
    file = disk.folder / "cp-tui.toml"
    world = World()

    def save(answers: Answers) -> None:
        file.write_text(answers.url)

    app = FirstRunApp(world.test, save, file, theme="cp-dark")
    async with app.run_test(size=(80, 24)) as pilot:
        await fill_answers(pilot, "ws://a")
        with disk.that(HANGS):
            await pilot.press("ctrl+s")
            async with asyncio.timeout(30):
                while "still writing" not in text_of(app):
                    await pilot.pause(0.02)
        async with asyncio.timeout(30):
            while app.return_value is None:
                await asyncio.sleep(0.02)
    assert app.return_value == SAVED
    assert file.read_text() == "ws://a"


async def test_what_was_typed_ahead_waits_for_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text('{"keys": [{"key": "HeartbeatInterval", "value": "7"}]}')
    async with screen(engine=key_world.engine(), at="configuration") as drive:
        await drive.press("f")
        drive.app.screen.query_one("#path").focus()
        await drive.type(str(path))
        # The second is for the button that what comes of it brings; the third for the table.
        await drive.pilot.press("enter", "enter", "down")
        await drive.until_it_shows("keys differ from keys.json")


async def test_a_home_that_nobody_has_is_no_fault_of_the_screen(tmp_path: Path) -> None:
    async with screen(engine=key_world.engine()) as drive:
        for key, words in (("E", "its folder is not there"), ("f", "no such file or directory")):
            await drive.press("3", key)
            await fill(drive, path="~nobody-has-this-name/keys.json")
            await drive.until_it_shows(words)
            await drive.press("escape")


async def test_a_folder_that_is_gone_is_no_fault_of_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    async with screen(engine=key_world.engine()) as drive:
        for key in ("E", "f"):
            await drive.press("3", key)
            assert drive.shows("is gone: a path must be absolute")
            await fill(drive, path="keys.json")
            await drive.until_it_shows("no such file or directory")
            await drive.press("escape")
