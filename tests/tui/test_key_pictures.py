"""Pictures of what a screen shows on a key: dialogs, subjects, filters, views of a schedule."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from pydantic import JsonValue
from syrupy.assertion import SnapshotAssertion

from cp_tui.tui.theme.glyphs import Glyphs
from tests.tui import (
    charging_world,
    csms_world,
    key_world,
    maintenance_world,
    message_world,
    session_world,
    worlds,
)
from tests.tui.driving import Drive, app_on, screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.pictures import SnapCompare, pictures, pressed

Keys = tuple[str, ...]


async def show(drive: Drive, snapshot: SnapshotAssertion, pictured: Mapping[str, Keys]) -> None:
    """Press some keys for each picture, on the same screen one after another."""
    with pictures(snapshot) as seen:
        for name, keys in pictured.items():
            await drive.press(*keys)
            seen.text(name, drive)


async def test_dashboard(snapshot: SnapshotAssertion) -> None:
    async with screen(worlds.healthy()) as drive:
        pictured = {
            "stop": ("s",),
            "data-transfer": ("escape", "d"),
            "menu": ("escape", "ctrl+p"),
            "help": ("escape", "question_mark"),
            "connector": ("escape", "enter"),
            "zoomed-keys": ("escape", "tab", "tab", "z"),
        }
        await show(drive, snapshot, pictured)


async def test_configuration(snapshot: SnapshotAssertion) -> None:
    async with screen(engine=key_world.engine(), at="configuration") as drive:
        pictured = {
            "monitored-key": tuple(["down"] * 5),
            "only-changed": (*["up"] * 5, "v"),
        }
        await show(drive, snapshot, pictured)


async def test_maintenance(snapshot: SnapshotAssertion) -> None:
    async with screen(engine=maintenance_world.engine(), at="maintenance") as drive:
        pictured = {
            "diagnostics": ("down",),
            "log-upload": ("down",),
            "reservations": ("down", "enter"),
            "local-list": ("escape", "down", "enter"),
            "cache": ("escape", "down", "enter"),
            "status-history": ("escape", "down", "enter"),
            "link-history": ("escape", "down", "enter"),
            "cancel": ("escape", "home", "down", "down", "down", "enter", "x"),
            "look-up": ("escape", "W"),
        }
        await show(drive, snapshot, pictured)


async def test_messages_looked_for(snapshot: SnapshotAssertion) -> None:
    async with screen(engine=message_world.engine(), at="messages") as drive:
        pictured = {
            "filtered": ("slash", *"error"),
            "wrong-filter": (*["backspace"] * 5, *"conn", "colon", "x"),
            "opened": ("escape", "home", *["down"] * 6, "enter"),
        }
        await show(drive, snapshot, pictured)


async def test_transactions(snapshot: SnapshotAssertion) -> None:
    broken = session_world.engine(session_world.broken())
    async with screen(engine=broken, at="transactions") as drive:
        await show(drive, snapshot, {"give-up": ("x",)})
    async with screen(engine=session_world.engine(), at="transactions") as drive:
        await show(drive, snapshot, {"ended": ("down",)})


CLOSE, FAR = ("4", "plus", "plus", "plus", "H"), ("4", "minus", "minus", "minus", "L")


@pytest.mark.parametrize(
    ("keys", "size", "theme", "glyphs"),
    [
        (("4", "tab", "down", "down"), (160, 50), "cp-light", Glyphs.EIGHTH),
        (CLOSE, (80, 24), "cp-dark", Glyphs.EIGHTH),
        ((*FAR, "v"), (120, 40), "cp-dark", Glyphs.EIGHTH),
        (("4", "u"), (120, 40), "cp-dark", Glyphs.EIGHTH),
        (("4",), (80, 24), "cp-dark", Glyphs.ASCII),
        (("4", "W"), (80, 24), "cp-dark", Glyphs.EIGHTH),
        (("i",), (80, 24), "cp-dark", Glyphs.EIGHTH),
    ],
    ids=["160x50", "close", "far-alone", "watts", "ascii", "why", "install"],
)
async def test_schedule(
    snapshot: SnapshotAssertion, keys: Keys, size: tuple[int, int], theme: str, glyphs: Glyphs
) -> None:
    engine = charging_world.engine()
    async with screen(engine=engine, size=size, theme=theme, glyphs=glyphs) as drive:
        await show(drive, snapshot, {"shown": keys})


async def test_csms(snapshot: SnapshotAssertion) -> None:
    async with screen(engine=answering_engine(), csms=csms_world.normal(), at="csms") as drive:
        pictured = {
            "steps": ("D",),
            "behaviour": ("escape", "e"),
            "form": ("escape", "c"),
            "exchange": ("escape", "shift+tab", "enter"),
        }
        await show(drive, snapshot, pictured)


def answering_engine() -> FakeEngine:
    """A charge point whose CSMS answers what is composed."""
    fake = FakeEngine(worlds.healthy())
    payload: JsonValue = {"currentTime": "2026-01-05T14:03:27Z"}
    fake.answers(
        "send_call",
        {"message_id": "x-1", "kind": "CALLRESULT", "payload": payload, "latency_ms": 12.3},
    )
    return fake


FORM = ("2", "c", *["down"] * 5, "enter")


async def test_compose(snapshot: SnapshotAssertion) -> None:
    async with screen(engine=answering_engine()) as drive:
        pictured = {
            "choose": ("2", "c"),
            "form": (*["down"] * 5, "enter"),
            "text": ("ctrl+r",),
            "answer": ("ctrl+r", "ctrl+s"),
        }
        await show(drive, snapshot, pictured)
        await drive.resize(200, 60)
        await show(drive, snapshot, {"answer-200x60": ()})
    async with screen(engine=answering_engine(), size=(120, 40)) as drive:
        await show(drive, snapshot, {"not-valid": (*FORM, "x", "ctrl+s", "ctrl+s")})


COLOURED: Mapping[str, tuple[Callable[[], FakeEngine], Keys, str]] = {
    "stop": (lambda: FakeEngine(worlds.healthy()), ("s",), "cp-dark"),
    "menu": (lambda: FakeEngine(worlds.healthy()), ("ctrl+p",), "cp-dark"),
    "help": (lambda: FakeEngine(worlds.healthy()), ("question_mark",), "cp-dark"),
    "link-history": (maintenance_world.engine, ("6", "a"), "cp-dark"),
    "wrong-filter": (message_world.engine, ("2", "slash", *"conn", "colon", "x"), "cp-dark"),
    "answer": (answering_engine, (*FORM, "ctrl+s"), "cp-dark"),
    "not-valid": (answering_engine, (*FORM, "x", "ctrl+s", "ctrl+s"), "cp-light"),
    "text-16-colours": (answering_engine, (*FORM, "ctrl+r"), "ansi-16"),
}
"""Where the colour says what the words do not: whose engine, which keys, which theme."""


@pytest.mark.parametrize("name", COLOURED)
def test_colours(snap_compare: SnapCompare, name: str) -> None:
    engine, keys, theme = COLOURED[name]
    app = app_on(engine(), theme=theme)
    assert snap_compare(app, run_before=pressed(app, *keys))
