"""The screen in a real terminal: what only a terminal shows, and what must outlive one."""

from __future__ import annotations

import asyncio
import re
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from statistics import median
from time import monotonic

import pytest
from ocpp.v16 import call

from cp_tui.rpc.client import Client
from tests.end_to_end.leftovers import kill_leftovers, until_none_is_left
from tests.end_to_end.processes import Serve, cp_tui, serving
from tests.end_to_end.raw_csms import RawCsms
from tests.end_to_end.terminal import Terminal, in_terminal
from tests.peer import PeerCsms
from tests.ports import free_port
from tests.tiers import tier

SMALL, LARGE = (80, 24), (160, 50)

STALL_S = tier(2.5, deep=5.0)
"""How long a terminal is not read; nothing that is told to wait shorter may notice."""
ANSWER_S_MAX = 1.0
"""For most answers to the CSMS, whatever the terminals do; it is a few milliseconds as a rule, and
a busy machine holds up one or another."""
HANG_UP_S_MAX = 20.0
"""Far above any end on a busy machine, far below for ever."""
DEMO_S = 20.0
ANY_KEY = "HeartbeatInterval"
"""Of the table of keys, the beginning of the first line."""
PANES = ("Connection", "Connectors", "Schedule", "Keys", "Monitors")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder by which every process of a test is known; none survives it."""
    with tempfile.TemporaryDirectory(prefix="cp-tui-pty-") as name:
        yield Path(name)
        kill_leftovers(Path(name))


def attached(
    serve: Serve, *options: str, size: tuple[int, int] = SMALL
) -> AbstractAsyncContextManager[Terminal]:
    return in_terminal("attach", f"--socket={serve.socket}", *options, size=size)


async def charging(csms: PeerCsms, serve: Serve) -> None:
    """Let connector 1 charge for TAG1."""
    client = await Client.connect(serve.socket)
    await client.call("plug_in", connector_id=1)
    await client.call("swipe", id_tag="TAG1")
    await client.close()
    await csms.receive("StatusNotification", connectorId=1, status="Charging")


def pane(terminal: Terminal, title: str) -> str:
    """What stands below the title of a pane, down to the next one."""
    lines = terminal.lines
    pattern = re.compile(rf"[─━]+(?:▶ )?{title}\b[^─━]*[─━]+")
    for number, line in enumerate(lines):
        if (found := pattern.search(line)) is not None:
            left, right = found.span()
            inside = [each[left:right] for each in lines[number + 1 :]]
            below = (index for index, each in enumerate(inside) if each[0] in "─━")
            return "\n".join(inside[: next(below, len(inside))])
    raise AssertionError(f"no pane {title!r} in:\n{terminal.text}")


async def lose(screen: Terminal, signal_number: signal.Signals | None) -> float:
    """Send a signal, or close the terminal without one; returns how long the screen lives on."""
    begin = monotonic()
    if signal_number is None:
        screen.hang_up()
    else:
        screen.process.send_signal(signal_number)
    await screen.ended()
    return monotonic() - begin


async def test_a_screen_that_is_lost_in_any_way_leaves_the_engine_charging_and_the_next_shows_it(
    csms: PeerCsms, serve: Serve
) -> None:
    await charging(csms, serve)
    facts = ("● Accepted", "● Charging", "#1 TAG1")
    async with (
        attached(serve) as killed,
        attached(serve) as closed,
        attached(serve) as hung_up,
        attached(serve) as terminated,
    ):
        ways = {
            killed: (signal.SIGKILL, -signal.SIGKILL),
            closed: (None, 0),
            hung_up: (signal.SIGHUP, 0),
            terminated: (signal.SIGTERM, 0),
        }
        for screen in ways:
            await screen.see(*facts)
        for screen, (number, status) in ways.items():
            assert await lose(screen, number) < HANG_UP_S_MAX, number
            assert screen.process.returncode == status, number
    values = len([action for action in csms.actions() if action == "MeterValues"])
    await csms.receive("MeterValues", count=values + 1, transactionId=1)
    assert "StopTransaction" not in csms.actions()
    async with attached(serve) as screen:
        await screen.see(*facts)


async def stall(csms: PeerCsms, seconds: float, *screens: Terminal) -> list[float]:
    """Leave busy screens unread; returns how long the CSMS waited for each of its answers."""
    for screen in screens:
        screen.stop_reading()
    waits: list[float] = []
    begin = monotonic()
    while monotonic() - begin < seconds:
        # Each moves the focus to the next pane, which paints two of them.
        for screen in screens:
            screen.press("tab")
        asked = monotonic()
        value = str(1_000 + len(waits))
        await csms.call(call.ChangeConfiguration(key="HeartbeatInterval", value=value))
        waits.append(monotonic() - asked)
        await asyncio.sleep(0.05)
    return waits


async def test_several_screens_at_once(csms: PeerCsms, serve: Serve) -> None:
    """What one does, what one may not do, and terminals that are not read: each sees the others."""
    await serve.ctl("monitor_configuration_keys", 'keys=["HeartbeatInterval"]')
    async with (
        attached(serve) as small,
        attached(serve, size=LARGE) as large,
        attached(serve, "--read-only") as observer,
    ):
        await an_act_in_one_appears_in_the_other(csms, small, large)
        await one_that_only_looks_cannot_act_and_says_so(serve, observer)
        await one_that_stops_reading_holds_up_neither_engine_nor_csms(csms, large, small)
    answer = await csms.call(call.ChangeConfiguration(key="HeartbeatInterval", value="400"))
    assert answer.status == "Accepted"


async def an_act_in_one_appears_in_the_other(
    csms: PeerCsms, small: Terminal, large: Terminal
) -> None:
    for screen in (small, large):
        await screen.see("● Accepted", "▌1  ○ Available", ANY_KEY, "64.0 A")
    small.press("p")
    for screen in (small, large):
        await screen.see("▌1  ◌ Preparing")
    large.press("w")
    await large.see("Swipe a tag", "Tag")
    large.press("TAG1", "enter")
    await large.see("Accepted · TAG1")
    large.press("escape")
    await large.see_no_more("Swipe a tag")
    for screen in (small, large):
        await screen.see("▌1  ● Charging", "#1 TAG1", "32.0 A tx")
    small.press("p")
    await small.see("Unplug the vehicle at connector 1?", "#1 of TAG1")
    small.press("y")
    for screen in (small, large):
        await screen.see("▌1  ○ Available")
    stopped = await csms.receive("StopTransaction", transactionId=1)
    assert stopped["reason"] == "EVDisconnected"


async def one_that_only_looks_cannot_act_and_says_so(serve: Serve, screen: Terminal) -> None:
    await screen.see("▌1  ○ Available", "read only")
    for key, action in (("p", "Plug the cable"), ("s", "Stop OCPP"), ("d", "Data transfer")):
        screen.press(key)
        await screen.see(f"× {action}", "read only: attached as an observer")
    assert (await serve.ctl("get", "variable=is_connected")).result is True
    assert (await serve.ctl("get", "variable=connectors")).result[1]["is_plugged"] is False
    screen.press("q")
    assert await screen.ended() == 0


async def one_that_stops_reading_holds_up_neither_engine_nor_csms(
    csms: PeerCsms, stalled: Terminal, other: Terminal
) -> None:
    await stalled.see("HeartbeatInterval 300")
    waits = await stall(csms, STALL_S, stalled)
    newest = f"HeartbeatInterval {999 + len(waits)}"
    assert median(waits) < ANSWER_S_MAX
    await other.see(newest)
    stalled.read_on()
    await stalled.see(newest)


async def test_those_that_are_lost_while_their_terminal_stalls_end_as_well(
    csms: PeerCsms, serve: Serve
) -> None:
    await serve.ctl("monitor_configuration_keys", 'keys=["HeartbeatInterval"]')
    async with attached(serve, size=LARGE) as first, attached(serve) as second:
        await stall(csms, STALL_S / 2, first, second)
        assert await lose(first, None) < HANG_UP_S_MAX
        assert await lose(second, signal.SIGTERM) < HANG_UP_S_MAX


AGAIN = re.compile(r"offline · try \d+ at \d\d:\d\d:\d\d")


async def see_the_failure(screen: Terminal, *texts: str) -> None:
    """Wait for the step that fails and the time of the next attempt, in the small terminal."""
    await screen.see("Offline", "offline · try", *texts)
    assert AGAIN.search(screen.text), screen.text


async def test_a_csms_that_cannot_be_used_is_shown_with_step_and_next_attempt(
    folder: Path,
) -> None:
    closed_port = free_port()
    url = f"ws://127.0.0.1:{closed_port}"
    async with serving(folder, url) as serve, attached(serve) as screen:
        await see_the_failure(screen, "TCP: connection refused", "Hint")
        screen.press("n")
        await screen.see("It is tried now", "try 3")
        async with RawCsms(status=401, port=closed_port):
            screen.press("n")
            await see_the_failure(
                screen, "HTTP 401 Unauthorized", "says 'no'; set", "AuthorizationKey"
            )
        async with RawCsms(subprotocol="ocpp2.0.1", port=closed_port):
            screen.press("n")
            await see_the_failure(screen, "subprotocol:", "ocpp2.0.1")


@asynccontextmanager
async def running(csms: PeerCsms, folder: Path) -> AsyncIterator[Terminal]:
    """`cp-tui run`, accepted."""
    async with in_terminal(
        *("run", f"--url={csms.url}", "--id=CP1", f"--socket={folder / 'door'}"),
        f"--data-dir={folder / 'data'}",
    ) as screen:
        await screen.see("● Accepted", "▌1  ○ Available")
        yield screen


async def test_run_can_be_left_running_and_says_how_to_come_back(
    csms: PeerCsms, folder: Path
) -> None:
    async with running(csms, folder) as screen:
        screen.press("q")
        await screen.see("Leave it running", "Stop it")
        screen.press("l")
        assert await screen.ended() == 0
        await screen.last_said("goes on")
        await screen.last_said("cp-tui attach")
    target = f"--socket={folder / 'door'}"
    assert (await cp_tui("ctl", target, "get", "variable=is_connected")).result is True
    assert (await cp_tui("ctl", target, "shutdown")).result is True
    await until_none_is_left(folder)


async def test_the_demo_moves_every_pane_and_leaves_nothing_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(folder))
    async with in_terminal("demo") as screen:
        await screen.see("● Accepted", "▌1  ", ANY_KEY)
        first = {title: pane(screen, title) for title in PANES}
        await screen.until(
            lambda: all(pane(screen, title) != first[title] for title in PANES),
            f"a pane is as it was: {first}",
            DEMO_S,
        )
        screen.press("q")
        assert await screen.ended() == 0
    await until_none_is_left(folder)
    assert list(folder.iterdir()) == []
