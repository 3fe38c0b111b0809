"""`cp-tui run` in a terminal: what it starts, what it attaches to, what it may not end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.end_to_end.leftovers import kill_leftovers, processes_of, until_none_is_left
from tests.end_to_end.processes import Serve, cp_tui, serving
from tests.end_to_end.terminal import Terminal, in_terminal
from tests.end_to_end.test_hung_engine import stopped
from tests.peer import PeerCsms

KEY = "0123456789abcdef"
OTHER_KEY = "fedcba9876543210"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder by which every process of a test is known; none survives it."""
    with tempfile.TemporaryDirectory(prefix="cp-tui-run-") as name:
        yield Path(name)
        kill_leftovers(Path(name))


def arguments(folder: Path, url: str, *options: str, data: str = "data") -> tuple[str, ...]:
    """The arguments of `run` that fit what `serving` runs on the folder."""
    target = (f"--socket={folder / 'door'}", f"--data-dir={folder / data}")
    return ("run", f"--url={url}", "--id=CP 1", *target, *options)


def letters(text: str) -> str:
    """Give a text without its white space: a terminal breaks a line wherever it is full."""
    return re.sub(r"\s+", "", text)


async def last_said(screen: Terminal, words: str) -> None:
    """Wait for what is printed at the very end; the process may be gone before it is read."""
    try:
        async with asyncio.timeout(5):
            while letters(words) not in letters(screen.text):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{words!r} not said in:\n{screen.text}") from None


def engine_of(folder: Path) -> int:
    """Give the process id of the charge point that `run` has started on a folder."""
    (found,) = [pid for pid, line in processes_of(folder).items() if " serve " in line]
    return found


# --- one that runs already ------------------------------------------------------------------------


async def test_the_same_settings_attach_say_so_and_do_not_offer_to_stop_it(
    csms: PeerCsms, folder: Path
) -> None:
    async with serving(folder, csms.url, f"--set=AuthorizationKey={KEY}") as serve:
        asked = arguments(folder, csms.url, f"--set=AuthorizationKey={KEY}")
        async with in_terminal(*asked) as screen:
            await screen.see("● Accepted", "attached to CP 1, which runs already")
            screen.press("q")
            assert await screen.ended() == 0
            assert "Stop it" not in screen.text
        assert (await serve.ctl("get", "variable=is_connected")).result is True


@pytest.mark.parametrize(
    ("options", "data", "difference"),
    [
        ((f"--set=AuthorizationKey={OTHER_KEY}",), "data", "AuthorizationKey: another value there"),
        ((), "data", "AuthorizationKey: set there"),
        (
            (f"--set=AuthorizationKey={KEY}",),
            "other",
            "data folder: {0}/data there, {0}/other here",
        ),
        (
            (f"--set=AuthorizationKey={KEY}", "--connectors=1"),
            "data",
            "connectors: 2 there, 1 here",
        ),
    ],
)
async def test_other_settings_are_refused_and_named_without_the_key(
    csms: PeerCsms, folder: Path, options: tuple[str, ...], data: str, difference: str
) -> None:
    async with serving(folder, csms.url, f"--set=AuthorizationKey={KEY}"):
        asked = arguments(folder, csms.url, *options, data=data)
        async with in_terminal(*asked, size=(200, 24)) as screen:
            assert await screen.ended() == 2
            await last_said(screen, difference.format(folder))
            await last_said(screen, "with other settings")
            await last_said(screen, "cp-tui attach --socket=")
            assert KEY not in screen.text
            assert OTHER_KEY not in screen.text


async def test_a_charge_point_that_hangs_is_waited_for_aloud_and_given_up_with_words(
    csms: PeerCsms, folder: Path
) -> None:
    async with (
        serving(folder, csms.url) as serve,
        stopped(serve.process.pid),
        in_terminal(*arguments(folder, csms.url), size=(200, 24)) as screen,
    ):
        await screen.see("waiting for the charge point that runs at", "to answer")
        assert await screen.ended() == 1
        await last_said(screen, "did not answer within 10 s; it hangs, or its process is stopped")


# --- one that it starts ---------------------------------------------------------------------------


async def test_what_a_child_says_that_cannot_start_is_seen(csms: PeerCsms, folder: Path) -> None:
    async with serving(folder, csms.url) as serve:
        asked = ("run", f"--url={csms.url}", "--id=CP 1", f"--socket={folder / 'another'}")
        async with in_terminal(*asked, f"--data-dir={serve.data_dir}", size=(200, 24)) as screen:
            assert await screen.ended() == 2
            await last_said(screen, f"(process {serve.process.pid}) and uses the data folder")


async def test_a_port_that_is_none_is_named_at_once(folder: Path) -> None:
    asked = arguments(folder, "ws://127.0.0.1:99999")
    async with in_terminal(*asked, size=(200, 24)) as screen:
        assert await screen.ended() == 2
        await last_said(screen, "--url: not a URL: Port out of range")
    assert processes_of(folder) == {}


@asynccontextmanager
async def running(csms: PeerCsms, folder: Path) -> AsyncIterator[Terminal]:
    """`cp-tui run`, accepted."""
    async with in_terminal(*arguments(folder, csms.url), size=(160, 24)) as screen:
        await screen.see("● Accepted", "▌1  ○ Available")
        yield screen


async def test_what_a_child_says_that_ends_later_is_seen_on_the_screen_and_after_it(
    csms: PeerCsms, folder: Path
) -> None:
    async with running(csms, folder) as screen:
        os.kill(engine_of(folder), signal.SIGKILL)
        await screen.see("Charge point lost", "it has ended: ended with status -9")
        screen.press("q")
        assert await screen.ended() == 1
        await last_said(screen, "CP 1 has ended: ended with status -9")


async def test_a_charge_point_that_somebody_else_started_since_is_not_offered_to_be_stopped(
    csms: PeerCsms, folder: Path
) -> None:
    async with running(csms, folder) as screen:
        os.kill(engine_of(folder), signal.SIGKILL)
        await screen.see("it has ended: ended with status -9")
        (folder / "door").unlink()
        async with serving(folder, csms.url) as serve:
            await screen.see("● Accepted", "attached again")
            screen.press("q")
            assert await screen.ended() == 0
            await last_said(screen, "goes on")
            assert (await serve.ctl("get", "variable=is_connected")).result is True


async def test_quitting_says_that_a_charge_point_that_hangs_does_not_answer(
    csms: PeerCsms, folder: Path
) -> None:
    async with running(csms, folder) as screen, stopped(engine_of(folder)):
        await screen.see("Charge point silent since")
        screen.press("q")
        await screen.see("Leave it running", "does not answer now")
        assert "charging and talking" not in screen.text
        screen.press("s")
        await screen.see("stopping CP 1")
        async with asyncio.timeout(40):
            assert await screen.process.wait() == 0
        await screen.see("did not answer and was ended by force")
    await until_none_is_left(folder)


# --- nobody has said anything yet -----------------------------------------------------------------


async def test_an_id_alone_is_filled_in_where_the_rest_is_asked(folder: Path) -> None:
    async with in_terminal("run", "--id=R1", XDG_CONFIG_HOME=str(folder)) as screen:
        await screen.see("the first start", "R1", "wss://csms.example.com/ocpp")
        screen.press("escape")
        assert await screen.ended() == 0


async def test_what_the_first_charge_point_says_that_cannot_start_is_seen(folder: Path) -> None:
    (folder / "data").write_text("no folder")
    home = str(folder / "config")
    asked = ("run", f"--socket={folder / 'door'}", f"--data-dir={folder / 'data'}")
    async with in_terminal(*asked, XDG_CONFIG_HOME=home) as screen:
        await screen.see("the first start", "wss://csms.example.com/ocpp")
        screen.press("ws://127.0.0.1:9", "tab", "R1", "\x13")
        assert await screen.ended() == 2
        await last_said(screen, f"{folder / 'data'} is not a folder")


# --- what is asked of one that hangs --------------------------------------------------------------


async def test_what_ctl_gave_up_on_is_not_done_later(serve: Serve) -> None:
    async with stopped(serve.process.pid):
        done = await serve.ctl("plug_in", "connector_id=1")
    assert done.status == 1
    assert "plug_in was not asked of it" in done.err
    await asyncio.sleep(1)
    assert (await serve.ctl("get", "variable=connectors")).result[1]["is_plugged"] is False


async def test_what_a_screen_left_waiting_for_a_hung_charge_point_is_not_done_later(
    serve: Serve,
) -> None:
    async with in_terminal("attach", f"--socket={serve.socket}") as screen:
        await screen.see("● Accepted", "▌1  ○ Available")
        async with stopped(serve.process.pid):
            await screen.see("Charge point silent since")
            screen.press("p")
            await screen.see("… waits for the charge point")
            screen.press("q")
            assert await screen.ended() == 0
    await asyncio.sleep(1)
    assert (await serve.ctl("get", "variable=connectors")).result[1]["is_plugged"] is False


@pytest.mark.parametrize("options", [(), ("--read-only",)])
async def test_attaching_to_one_that_hangs_says_so_and_shows_it_when_it_goes_on(
    serve: Serve, options: tuple[str, ...]
) -> None:
    async with stopped(serve.process.pid):
        screen_of = in_terminal("attach", f"--socket={serve.socket}", *options)
        screen = await screen_of.__aenter__()
        await screen.see("silent since", "nothing is known of it yet")
    await screen.see("● Accepted", "▌1  ○ Available")
    screen.press("q")
    assert await screen.ended() == 0
    await screen_of.__aexit__(None, None, None)


async def test_no_picture_is_made_of_one_that_hangs(serve: Serve, folder: Path) -> None:
    picture = folder / "picture.txt"
    async with stopped(serve.process.pid):
        done = await cp_tui("screenshot", f"--socket={serve.socket}", str(picture))
    assert done.status == 1
    assert "does not answer" in done.err
    assert not picture.exists()


async def test_checking_while_another_one_hangs_says_who_holds_the_connection(
    csms: PeerCsms, folder: Path
) -> None:
    async with serving(folder, csms.url) as serve, stopped(serve.process.pid):
        same = ("--id=CP 1", f"--socket={serve.socket}", f"--data-dir={serve.data_dir}")
        done = await cp_tui("check", f"--url={csms.url}", *same)
    assert done.status == 2
    assert f"(process {serve.process.pid}) and uses the data folder" in done.err
