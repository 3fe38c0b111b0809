"""File transfers over HTTP, and the orders that a transfer obeys."""

from __future__ import annotations

import asyncio
import hashlib
import json
import zipfile
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.effects import Download, Upload
from cp_tui.charge_point.variables import LogKind, Trouble, Troubles
from cp_tui.engine.diagnostics_archive import ArchiveSnapshot
from cp_tui.engine.security_log import SECURITY_LOG_FILE
from cp_tui.engine.transfer_file import drop_parts, inspected
from cp_tui.engine.transfer_target import TransferError
from cp_tui.engine.transfers import THREADS_MAX
from tests.engine.file_servers import (
    PASSWORD,
    USER,
    answer,
    http_server,
    silent_server,
)
from tests.engine.transfer_bench import FAST, FIRMWARE, WAIT_S, Bench, bench


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(WAIT_S):
        while not is_so():
            await asyncio.sleep(0.005)


def lies_there(on: Bench, name: str) -> bool:
    """Say whether a file is in the downloads."""
    return name in on.files


async def test_a_file_is_fetched_over_http_and_kept(tmp_path: Path) -> None:
    with http_server(answer(200, FIRMWARE)) as server:
        async with bench(tmp_path) as on:
            url = f"http://{USER}:{PASSWORD}@127.0.0.1:{server.server_port}/a/fw%20-2.0.0.bin?x=1"
            event = await on.download(url)
    assert event.ok
    assert event.facts is not None
    assert event.facts.name == "fw_-2.0.0.bin"
    assert event.facts.size_bytes == len(FIRMWARE)
    assert event.facts.sha256 == hashlib.sha256(FIRMWARE).hexdigest()
    assert event.facts.first_line == "version: 2.0.0"
    assert on.files == ["fw_-2.0.0.bin"]
    assert (tmp_path / "downloads" / "fw_-2.0.0.bin").read_bytes() == FIRMWARE
    path, authorization, _ = server.seen[0]
    assert path == "/a/fw%20-2.0.0.bin?x=1"
    assert authorization == "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert on.progress[-1].done_bytes == on.progress[-1].total_bytes == len(FIRMWARE)


async def test_the_security_log_is_delivered_without_a_diagnostics_file(tmp_path: Path) -> None:
    line = '{"time":"2026-01-05T08:00:00Z","type":"ResetOrReboot"}\n'
    (tmp_path / SECURITY_LOG_FILE).write_text(line)
    with http_server(answer(200)) as server:
        async with bench(tmp_path) as on:
            url = f"http://127.0.0.1:{server.server_port}/in/"
            order = Upload("s1", url, "s.log", content=LogKind.SECURITY)
            on.transfers.start(order)
            event = await on.end_of("s1")
    assert event.ok
    path, _, body = server.seen[0]
    assert path == "/in/s.log"
    assert body == line.encode()
    assert on.files == []


async def test_a_file_is_looked_at_as_it_lies_there_now(tmp_path: Path) -> None:
    (tmp_path / "fw.bin").write_bytes(FIRMWARE)
    (tmp_path / "link.bin").symlink_to(tmp_path / "fw.bin")
    (tmp_path / "folder").mkdir()
    facts = inspected(tmp_path, "fw.bin")
    assert facts.sha256 == hashlib.sha256(FIRMWARE).hexdigest()
    assert (facts.size_bytes, facts.first_line) == (len(FIRMWARE), "version: 2.0.0")
    (tmp_path / "fw.bin").write_bytes(FIRMWARE[:-1])
    assert inspected(tmp_path, "fw.bin").sha256 != facts.sha256
    for name, why in (
        ("../fw.bin", "no file of the downloads"),
        ("link.bin", "cannot be read"),
        ("folder", "cannot be read|no file"),
        ("none.bin", "No such file"),
    ):
        with pytest.raises(TransferError, match=why):
            inspected(tmp_path, name)


async def test_only_the_newest_file_is_kept(tmp_path: Path) -> None:
    with http_server(answer(200, b"x")) as server:
        async with bench(tmp_path) as on:
            await on.download(f"http://127.0.0.1:{server.server_port}/one.bin", "t1")
            await on.download(f"http://127.0.0.1:{server.server_port}/two.bin", "t2")
    assert on.files == ["two.bin"]


async def test_an_empty_file_is_a_file(tmp_path: Path) -> None:
    with http_server(answer(200)) as server:
        async with bench(tmp_path) as on:
            event = await on.download(f"http://127.0.0.1:{server.server_port}/")
    assert event.facts is not None
    assert (event.facts.name, event.facts.size_bytes) == ("file", 0)


async def test_diagnostics_are_put_beneath_the_location(tmp_path: Path) -> None:
    with http_server(answer(201)) as server:
        async with bench(tmp_path) as on:
            event = await on.upload(f"http://127.0.0.1:{server.server_port}/in/?key=1")
    assert event.ok
    path, _, body = server.seen[0]
    assert path == "/in/diagnostics.zip?key=1"
    with zipfile.ZipFile(BytesIO(body)) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("summary.json"))["records_in_store"] == {"transaction": 3}
        assert archive.read("variables/is_connected.json") == b"true"
        assert b"within" in archive.read("log/cp-tui.log")
    assert on.files == []


async def test_start_and_stop_time_choose_the_lines_of_the_log(tmp_path: Path) -> None:
    with http_server(answer(200)) as server:
        async with bench(tmp_path) as on:
            order = Upload(
                "t1",
                f"http://127.0.0.1:{server.server_port}",
                "d.zip",
                start_time=datetime(2026, 1, 5, 7, 30, tzinfo=UTC),
                stop_time=datetime(2026, 1, 5, 8, 30, tzinfo=UTC),
            )
            on.transfers.start(order)
            await on.end_of("t1")
    with zipfile.ZipFile(BytesIO(server.seen[0][2])) as archive:
        lines = archive.read("log/cp-tui.log").decode().splitlines()
    assert lines == ["2026-01-05T08:00:00.000Z ERROR   within", "Traceback of it"]


@pytest.mark.parametrize(
    ("status", "words"), [(404, "404 Not Found"), (500, "500 Internal"), (599, "answered 599")]
)
async def test_a_refusal_is_named_and_leaves_nothing(
    tmp_path: Path, status: int, words: str
) -> None:
    with http_server(answer(status, b"no")) as server:
        async with bench(tmp_path) as on:
            url = f"http://{USER}:{PASSWORD}@127.0.0.1:{server.server_port}/x"
            fetched = await on.download(url, "t1")
            delivered = await on.upload(url, "t2")
    assert not fetched.ok
    assert not delivered.ok
    assert words in fetched.text
    assert words in delivered.text
    assert on.files == []


async def test_a_redirect_is_followed_without_handing_the_password_on(tmp_path: Path) -> None:
    with http_server(answer(200, FIRMWARE)) as target:
        location = f"http://127.0.0.1:{target.server_port}/real-2.0.0.bin"
        with http_server(answer(302, Location=location)) as server:
            async with bench(tmp_path) as on:
                url = f"http://{USER}:{PASSWORD}@127.0.0.1:{server.server_port}/x"
                event = await on.download(url)
    assert event.ok
    assert target.seen[0][1] == ""


async def test_redirects_have_an_end(tmp_path: Path) -> None:
    with http_server(answer(302, Location="/x")) as server:
        async with bench(tmp_path) as on:
            event = await on.download(f"http://127.0.0.1:{server.server_port}/x")
    assert "redirects more than 5 times" in event.text


async def test_nothing_is_heard_of_a_cancelled_transfer(tmp_path: Path) -> None:
    with silent_server() as port:
        async with bench(tmp_path) as on:
            on.transfers.start(Download("t1", f"http://127.0.0.1:{port}/x"))
            await until(lambda: on.files == ["t1.part"])
            on.transfers.cancel("t1")
            on.transfers.cancel("unknown")
            await until(lambda: on.files == [])
            assert on.finished == []


async def test_pulling_the_network_cable_ends_what_is_on_its_way(tmp_path: Path) -> None:
    with silent_server() as port:
        async with bench(tmp_path) as on:
            on.transfers.start(Download("t1", f"http://127.0.0.1:{port}/x"))
            await asyncio.sleep(0.05)
            on.transfers.set_network(False)
            assert (await on.end_of("t1")).text == "the network cable was pulled"
            assert (
                await on.download("http://127.0.0.1/x", "t2")
            ).text == "the network cable is pulled"


async def test_transfers_that_were_let_go_do_not_pile_up(tmp_path: Path) -> None:
    patient = replace(FAST, idle_s=3.0)  # All of them are to hang at the same time.
    with silent_server() as port:
        async with bench(tmp_path, settings=patient) as on:
            for number in range(THREADS_MAX):
                on.transfers.start(Download(f"t{number}", f"ftp://127.0.0.1:{port}/x"))
                await until(partial(lies_there, on, f"t{number}.part"))
                on.transfers.cancel(f"t{number}")
            event = await on.download(f"ftp://127.0.0.1:{port}/x", "last")
            assert "still ending" in event.text
            await until(lambda: on.files == [])
            event = await on.download("ftp://127.0.0.1:1/x", "after")
    assert event.text == "127.0.0.1:1 refuses connections"


async def test_diagnostics_do_not_wait_for_ever_for_the_numbers_of_a_store_that_hangs(
    tmp_path: Path,
) -> None:
    async def never() -> ArchiveSnapshot:
        await asyncio.Event().wait()
        raise AssertionError

    async with bench(tmp_path, settings=replace(FAST, total_s=0.1)) as on:
        on.transfers._snapshot = never
        event = await on.upload("ftp://127.0.0.1:1/x")
        assert event.text == "not finished within 0.1 s"


def test_what_an_earlier_run_left_behind_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "old.part").write_bytes(b"half")
    (folder / "kept.bin").write_bytes(b"whole")
    drop_parts(folder)
    assert [path.name for path in folder.iterdir()] == ["kept.bin"]
    drop_parts(tmp_path / "none")


def troubles(on: Bench) -> tuple[Trouble, ...]:
    value: Troubles = on.hub.get("troubles")
    return value


async def test_a_folder_that_cannot_be_made_is_an_ordinary_failure(tmp_path: Path) -> None:
    (tmp_path / "downloads").write_text("in the way")
    with http_server(answer(200, FIRMWARE)) as server:
        async with bench(tmp_path) as on:
            fetched = await on.download(f"http://127.0.0.1:{server.server_port}/x", "t1")
            assert not fetched.ok
            (trouble,) = troubles(on)
            (tmp_path / "downloads").unlink()
            await on.download(f"http://127.0.0.1:{server.server_port}/x", "t2")
            assert not troubles(on)
    assert trouble.id == "transfers.not_storing"
    assert "no folder for files" in trouble.text
    assert "no folder for files" in fetched.text
