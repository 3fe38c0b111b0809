"""The installed program on a disk that is held: it says so, loses nothing and can be ended."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

from cp_tui.rpc.client import Client
from tests.end_to_end.processes import Serve
from tests.end_to_end.programs import Running, start_writing
from tests.end_to_end.raw_csms import RawCsms
from tests.end_to_end.test_held_up import ended

HUNG = """
import sys, time
from pathlib import Path
from cp_tui.cli import main, serve
from cp_tui.engine.store import Store

serve.END_S_MAX = LIMIT

commit = Store.commit

async def hang(self, changes):
    while Path(HANG).exists():
        await self._thread.call(lambda: time.sleep(3600))
    await commit(self, changes)

Store.commit = hang
sys.exit(main())
"""


END_S = 2
"""Of this program alone; that the real one takes its own is tried on a disk that hangs."""


async def start_serve(how: Sequence[str], *arguments: str) -> Running:
    if not how:
        return await start_writing(*arguments)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, *how, *arguments), stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
    )


@asynccontextmanager
async def serving(folder: Path, csms: RawCsms, *how: str) -> AsyncIterator[Serve]:
    socket, data = folder / "door", folder / "data"
    arguments = (f"--url={csms.url}", f"--socket={socket}", f"--data-dir={data}")
    process = await start_serve(how, "serve", "--quiet", "--id=CP1", *arguments)
    try:
        async with asyncio.timeout(30):
            while not socket.exists() or csms._connection is None:
                await asyncio.sleep(0.02)
        yield Serve(process, socket, data)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def change(number: int) -> str:
    payload = {"key": "HeartbeatInterval", "value": str(1_000 + number)}
    return json.dumps([2, f"change {number}", "ChangeConfiguration", payload])


async def told(client: Client) -> set[str]:
    """Ask the door, which answers at once whatever the disk does; give the ids of troubles."""
    async with asyncio.timeout(30):
        value = (await client.call("get", variable="troubles")).result
    assert isinstance(value, list)
    return {str(each["id"]) for each in value if isinstance(each, dict)}


async def until_slow(client: Client) -> None:
    async with asyncio.timeout(30):
        while "store.slow" not in await told(client):
            await asyncio.sleep(0.1)


async def test_a_lock_on_the_store_is_told_and_the_answers_come_in_order_after_it(
    tmp_path: Path,
) -> None:
    async with RawCsms() as csms, serving(tmp_path, csms) as serve:
        await csms.call("GetConfiguration", {"key": ["HeartbeatInterval"]})
        client = await Client.connect(serve.socket)
        with closing(sqlite3.connect(serve.data_dir / "state.sqlite3")) as other:
            other.execute("BEGIN IMMEDIATE")
            for number in range(5):
                await csms.say(change(number))
            await until_slow(client)
            assert csms._replies.empty()
            other.rollback()
        async with asyncio.timeout(30):
            answers = [await csms._replies.get() for _ in range(5)]
        assert answers == [[3, f"change {n}", {"status": "Accepted"}] for n in range(5)]
        assert "store.slow" not in await told(client)
        await client.close()
        assert await ended(serve.process) == 0
        with closing(sqlite3.connect(serve.data_dir / "state.sqlite3")) as after:
            records = [value for (value,) in after.execute("SELECT value FROM record")]
        assert any("1004" in value for value in records)


async def test_sigterm_ends_the_process_while_a_write_hangs(tmp_path: Path) -> None:
    hang = tmp_path / "hang"
    script = tmp_path / "hung.py"
    script.write_text(HUNG.replace("HANG", repr(str(hang))).replace("LIMIT", f"{END_S}"))
    async with RawCsms() as csms, serving(tmp_path, csms, str(script)) as serve:
        await csms.call("GetConfiguration", {"key": ["HeartbeatInterval"]})
        client = await Client.connect(serve.socket)
        hang.touch()
        await csms.say(change(1))
        await until_slow(client)
        await client.close()
        since = time.monotonic()
        # It cannot end in order: the write never comes back, whoever asks.
        assert await ended(serve.process) != 0
        assert time.monotonic() - since < END_S + 20
