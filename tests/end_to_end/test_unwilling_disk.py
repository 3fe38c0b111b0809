"""The installed program on a disk that hangs, is full or fails: it says so, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cp_tui.cli.serve import END_S_MAX
from cp_tui.rpc.client import Client, RpcError
from tests.end_to_end.processes import Serve, cp_tui
from tests.end_to_end.programs import Running, start_with_pipes, start_writing
from tests.end_to_end.raw_csms import RawCsms
from tests.end_to_end.test_held_up import ended
from tests.end_to_end.together import together
from tests.unwilling_disk import FAILS, FULL, HANGS, READ_ONLY, UnwillingDisk, unwilling_disk

WAIT_S = 30.0
FEW_ATTEMPTS = (
    "--set=TransactionMessageAttempts=1",
    "--set=TransactionMessageRetryInterval=0",
    "--set=MessageTimeout=2",
)
HELD_S = 4.0
"""Twice what an answer has below."""
GIVEN_UP_S = 6.0
"""Three times what one message has with the settings above."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[UnwillingDisk]:
    with unwilling_disk(tmp_path / "disk") as disk:
        yield disk


class Recorder(RawCsms):
    """Notes what it is asked, and accepts everybody."""

    def __init__(self) -> None:
        accepted = {"idTagInfo": {"status": "Accepted"}}
        super().__init__(
            {
                "Authorize": accepted,
                "StartTransaction": {**accepted, "transactionId": 7},
                "StopTransaction": {},
            }
        )
        self.heard: list[str] = []

    async def until_heard(self, action: str) -> None:
        async with asyncio.timeout(WAIT_S):
            while action not in self.heard:
                await asyncio.sleep(0.05)

    def _answer(self, message_id: str, action: str) -> list[Any]:
        self.heard.append(action)
        return super()._answer(message_id, action)


@asynccontextmanager
async def serving(
    folder: Path, disk: UnwillingDisk, csms: RawCsms, *options: str
) -> AsyncIterator[Serve]:
    """Run `serve` with its data on the disk and its door elsewhere."""
    socket, data = folder / "door", disk.folder / "data"
    arguments = (f"--url={csms.url}", "--id=CP1", f"--socket={socket}", f"--data-dir={data}")
    process = await start_writing("serve", "--quiet", *arguments, *options)
    try:
        async with asyncio.timeout(WAIT_S):
            while not socket.exists() or csms._connection is None:
                await asyncio.sleep(0.02)
        yield Serve(process, socket, data)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def troubles(client: Client) -> dict[str, str]:
    """Ask the door, which answers at once whatever the disk does."""
    async with asyncio.timeout(30):
        value = (await client.call("get", variable="troubles")).result
    assert isinstance(value, list)
    return {str(each["id"]): str(each["text"]) for each in value if isinstance(each, dict)}


async def until_trouble(client: Client, *ids: str) -> dict[str, str]:
    async with asyncio.timeout(WAIT_S):
        while not set(ids) <= set(found := await troubles(client)):
            await asyncio.sleep(0.1)
    return found


async def until_well(client: Client) -> None:
    async with asyncio.timeout(WAIT_S):
        while await troubles(client):
            await asyncio.sleep(0.1)


def change(number: int) -> str:
    payload = {"key": "HeartbeatInterval", "value": str(1_000 + number)}
    return json.dumps([2, f"change {number}", "ChangeConfiguration", payload])


async def until_it_says(process: Running, words: str) -> None:
    assert process.stderr is not None
    async with asyncio.timeout(WAIT_S):
        while words not in (await process.stderr.readline()).decode():
            pass


Case = Callable[[Path, UnwillingDisk], Coroutine[Any, Any, None]]


async def test_a_disk_that_hangs_or_takes_nothing_is_told_and_all_goes_on_by_itself_after_it(
    tmp_path: Path,
) -> None:
    """Each with a disk of its own, side by side: all of them wait."""

    async def on_its_own(name: str, case: Case) -> None:
        folder = tmp_path / name
        folder.mkdir()
        with unwilling_disk(folder / "disk") as disk:
            await case(folder, disk)

    cases: Mapping[str, Case] = {
        "settings": settings_are_waited_for_in_words,
        "start": a_start_says_so_and_can_be_ended,
        "check": a_check_says_what_it_waits_for,
        "door": the_door_answers_and_after_it_all_is_there_once,
        "slow": what_waited_longer_than_for_an_answer_is_sent_once,
        **{mood: partial(told_and_survived, mood) for mood in (FULL, READ_ONLY, FAILS)},
    }
    await together(**{name: on_its_own(name, case) for name, case in cases.items()})


async def settings_are_waited_for_in_words(folder: Path, disk: UnwillingDisk) -> None:
    file = disk.folder / "cp-tui.toml"
    file.write_text('[csms]\nurl = "nonsense"\n')
    with disk.that(HANGS):
        process = await start_with_pipes("serve", f"--config={file}")
        await until_it_says(process, f"still reading {file} ...")
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(30):
            assert await process.wait() == 130
        process = await start_with_pipes("serve", f"--config={file}")
        await until_it_says(process, f"still reading {file} ...")
    async with asyncio.timeout(WAIT_S):
        _, words = await process.communicate()
    assert "no charge point id" in words.decode()


async def a_start_says_so_and_can_be_ended(folder: Path, disk: UnwillingDisk) -> None:
    data = disk.folder / "data"
    with disk.that(HANGS):
        process = await start_with_pipes(
            "serve", "--id=CP1", "--url=ws://127.0.0.1:1", f"--data-dir={data}",
            f"--socket={folder / 'door'}",
        )  # fmt: skip
        await until_it_says(process, f"still opening {data} ...")
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(END_S_MAX + 30):
            assert await process.wait() != 0


async def a_check_says_what_it_waits_for(folder: Path, disk: UnwillingDisk) -> None:
    (disk.folder / "data").mkdir()
    arguments = ("--id=CP1", "--url=ws://127.0.0.1:1", f"--data-dir={disk.folder / 'data'}")
    with disk.that(HANGS):
        process = await start_with_pipes("check", *arguments)
        await until_it_says(process, f"still reading {disk.folder / 'data'} ...")
    async with asyncio.timeout(WAIT_S):
        words, _ = await process.communicate()
    assert "nothing listens on 127.0.0.1:1" in words.decode()


async def the_door_answers_and_after_it_all_is_there_once(
    folder: Path, disk: UnwillingDisk
) -> None:
    async with RawCsms() as csms, serving(folder, disk, csms) as serve:
        await csms.call("GetConfiguration", {"key": ["HeartbeatInterval"]})
        client = await Client.connect(serve.socket)
        with disk.that(HANGS):
            for number in range(5):
                await csms.say(change(number))
            found = await until_trouble(client, "store.slow")
            assert "to write a record; answers wait for it" in found["store.slow"]
            assert csms._replies.empty()
        async with asyncio.timeout(WAIT_S):
            answers = [await csms._replies.get() for _ in range(5)]
        assert answers == [[3, f"change {n}", {"status": "Accepted"}] for n in range(5)]
        await until_well(client)
        await client.close()
        assert await ended(serve.process) == 0


async def what_waited_longer_than_for_an_answer_is_sent_once(
    folder: Path, disk: UnwillingDisk
) -> None:
    options = ("--set=MessageTimeout=2", "--set=TransactionMessageRetryInterval=0")
    async with Recorder() as csms, serving(folder, disk, csms, *options) as serve:
        client = await Client.connect(serve.socket)
        await client.call("plug_in", connector_id=1)
        for method, params, message in (
            ("swipe", {"id_tag": "TAG", "connector_id": 1}, "StartTransaction"),
            ("plug_out", {"connector_id": 1}, "StopTransaction"),
        ):
            with disk.that(HANGS):
                doing = asyncio.create_task(client.call(method, **params))
                await asyncio.sleep(HELD_S)
                assert message not in csms.heard
            await doing
            await csms.until_heard(message)
            await asyncio.sleep(HELD_S)
            assert csms.heard.count(message) == 1
        await client.close()
        assert await ended(serve.process) == 0


async def told_and_survived(mood: str, folder: Path, disk: UnwillingDisk) -> None:
    async with Recorder() as csms, serving(folder, disk, csms, *FEW_ATTEMPTS) as serve:
        client = await Client.connect(serve.socket)
        await client.call("plug_in", connector_id=1)
        await client.call("swipe", id_tag="TAG", connector_id=1, wait=True)
        await csms.until_heard("StartTransaction")
        with disk.that(mood):
            await csms.say(change(4))
            found = await until_trouble(client, "store.not_writing", "log.not_writing")
            assert "what needs one is not sent" in found["store.not_writing"]
            # What rests on no record is answered all the same.
            assert (await csms.call("GetConfiguration", {"key": ["SupportedFeatureProfiles"]}))[
                0
            ] == 3
            with pytest.raises(RpcError, match="done, but not saved"):
                await client.call("plug_out", connector_id=1)
            # Longer than a message would be tried: it must not be given up without being sent.
            await asyncio.sleep(GIVEN_UP_S)
        async with asyncio.timeout(WAIT_S):
            assert await csms._replies.get() == [3, "change 4", {"status": "Accepted"}]
        await csms.until_heard("StopTransaction")
        await until_well(client)
        assert (await csms.call("GetConfiguration", {"key": ["HeartbeatInterval"]}))[2][
            "configurationKey"
        ][0]["value"] == "1004"
        assert csms.heard.count("StartTransaction") == csms.heard.count("StopTransaction") == 1
        await client.close()
        assert await ended(serve.process) == 0
        with closing(sqlite3.connect(serve.data_dir / "state.sqlite3")) as after:
            assert after.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            records = [value for (value,) in after.execute("SELECT value FROM record")]
        assert any("1004" in value for value in records)


@pytest.mark.parametrize("mood", [FULL, READ_ONLY, FAILS])
async def test_a_start_on_a_disk_that_takes_nothing_is_one_clear_line(
    tmp_path: Path, disk: UnwillingDisk, mood: str
) -> None:
    with disk.that(mood):
        done = await cp_tui(
            "serve", "--id=CP1", "--url=ws://127.0.0.1:1", f"--data-dir={disk.folder / 'data'}",
            f"--socket={tmp_path / 'door'}",
        )  # fmt: skip
    assert done.status == 2
    assert done.err.count("\n") == 1
    assert done.err.startswith(f"cp-tui: cannot create data folder {disk.folder / 'data'}: ")


async def test_a_start_on_a_disk_that_has_become_full_says_that_it_is_full(
    tmp_path: Path, disk: UnwillingDisk
) -> None:
    async with RawCsms() as csms:
        async with serving(tmp_path, disk, csms) as serve:
            assert await ended(serve.process) == 0
        with disk.that(FULL):
            done = await cp_tui(
                "serve", "--id=CP1", f"--url={csms.url}", f"--data-dir={serve.data_dir}",
                f"--socket={serve.socket}",
            )  # fmt: skip
    assert done.status == 2
    # Where the disk takes its time, that is said before.
    words = f"cp-tui: cannot use {serve.data_dir / 'state.sqlite3'}: the disk is full"
    assert done.err.splitlines()[-1] == words, done.err
