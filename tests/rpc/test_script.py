"""The blocking end of the door for shell scripts."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import JsonValue

from cp_tui.charge_point.codec import builtins_of
from cp_tui.rpc.script import EngineGone, lines
from tests.rpc.conftest import Door
from tests.rpc.fake_engine import outbox


async def test_one_request_gives_one_answer(door: Door) -> None:
    def ask() -> dict[str, JsonValue]:
        return next(lines(door.path, "echo", {"a": 1}))

    assert (await asyncio.to_thread(ask))["result"] == {"a": 1}


async def test_updates_follow_the_answer_until_the_engine_ends(door: Door) -> None:
    stream = lines(door.path, "subscribe", {"variables": ["outbox"]})
    assert (await asyncio.to_thread(next, stream))["result"] == {}
    door.engine.hub.publish("outbox", outbox(1))
    update = await asyncio.to_thread(next, stream)
    assert update["params"] == {"name": "outbox", "value": builtins_of(outbox(1))}
    await door.server.close()
    with pytest.raises(EngineGone, match="has ended"):
        await asyncio.to_thread(next, stream)


async def test_who_hangs_up_without_a_word_has_not_ended_in_order(door: Door) -> None:
    stream = lines(door.path, "subscribe", {"variables": ["outbox"]})
    await asyncio.to_thread(next, stream)
    for session in door.server._sessions.values():
        session.drop()
    with pytest.raises(EngineGone, match="hung up"):
        await asyncio.to_thread(next, stream)


def test_no_engine_is_said_in_words(folder: Path) -> None:
    with pytest.raises(EngineGone, match="No such file"):
        next(lines(folder / "nothing", "echo", {}))


def test_a_script_loads_neither_models_nor_an_event_loop() -> None:
    code = (
        "import sys, cp_tui.cli.ctl;"
        "print([m for m in ('asyncio', 'pydantic', 'textual', 'websockets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
