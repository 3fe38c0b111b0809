"""`cp-tui open` finds the log: a file as it is, and the trace in the folder of a charge point."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import zipfile
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.variables import LinkAttempt, LinkPhase
from cp_tui.cli import main
from cp_tui.cli.log_file import events_beside, log_file, named_in
from cp_tui.cli.open import _opened
from cp_tui.engine.hub import time_of
from cp_tui.traces.opening import UnreadableTrace
from cp_tui.traces.reading import open_traces


def test_the_pieces_of_a_trace_are_one_log_the_oldest_first(tmp_path: Path) -> None:
    for name in ("trace.jsonl", "trace.jsonl.1", "events.jsonl", "cp-tui.log"):
        (tmp_path / name).write_text(f"{name}\n")
    with log_file(f"{tmp_path}") as file:
        assert Path(file).name == "trace.jsonl"
        assert Path(file).read_text() == "trace.jsonl.1\ntrace.jsonl\n"
    assert not Path(file).parent.exists(), "nothing of it is left"
    (tmp_path / "trace.jsonl.1").unlink()
    with log_file(f"{tmp_path}") as file:
        assert file == f"{tmp_path / 'trace.jsonl'}", "what is whole is not copied"
    with log_file(f"{tmp_path / 'cp-tui.log'}") as file:
        assert file == f"{tmp_path / 'cp-tui.log'}"


def test_the_pieces_in_a_bundle_are_one_log_too(tmp_path: Path) -> None:
    bundle, other = tmp_path / "b.zip", tmp_path / "other.zip"
    names = "trace/trace.jsonl.2", "trace/trace.jsonl.10", "trace/trace.jsonl"
    with zipfile.ZipFile(bundle, "w") as archive:
        for name in ("summary.json", *reversed(names), "trace/events.jsonl", "log/cp-tui.log"):
            archive.writestr(name, f"{name}\n")
    with log_file(f"{bundle}") as file:
        assert Path(file).read_text().split() == ["trace/trace.jsonl.10", names[0], names[2]]
    assert not Path(file).parent.exists(), "nothing of it is left"
    with zipfile.ZipFile(other, "w") as archive:
        for name in names:
            archive.writestr(name, "logs of three")
    with log_file(f"{other}") as file:
        assert file == f"{other}", "who packed it may have put several charge points in"
    bundle.write_bytes(bundle.read_bytes().replace(b"trace.jsonl.2", b"trace.jsonl.3", 1))
    with pytest.raises(OSError, match="cannot be unpacked"), log_file(f"{bundle}"):
        pass


def test_what_a_charge_point_noted_is_read_beside_its_frames(tmp_path: Path) -> None:
    folder, bundle = tmp_path / "data", tmp_path / "b.zip"
    folder.mkdir()
    lines = [
        encode(
            {
                "stream": "link_attempts",
                "event": LinkAttempt(at=at, attempt=1, phase=LinkPhase.OPEN),
            }
        )
        for at in (datetime(2026, 11, 3, hour, tzinfo=UTC) for hour in (8, 9))
    ]
    (folder / "events.jsonl.1").write_bytes(lines[0] + b"\nnot whole\n")
    (folder / "events.jsonl").write_bytes(lines[1] + b"\n")
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("summary.json", '{"runs": true, "charge_point_id": "CP-7"}')
        for each in folder.iterdir():
            archive.write(each, f"trace/{each.name}")
    for path in (folder, bundle):
        found = events_beside(f"{path}")
        assert [(name, time_of(each).hour) for name, each in found] == [
            ("link_attempts", 8),
            ("link_attempts", 9),
        ]
    assert events_beside(f"{tmp_path / 'none.log'}") == []
    assert [named_in(f"{each}") for each in (bundle, folder, "none.log")] == ["CP-7", None, None]


def test_a_folder_without_a_trace_is_said_to_have_none(tmp_path: Path) -> None:
    with (
        pytest.raises(OSError, match="no charge point has its trace there"),
        log_file(f"{tmp_path}"),
    ):
        pass


def test_without_a_terminal_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "night.log"]) == 2
    assert "open: " in capsys.readouterr().err


def test_what_a_damaged_bundle_says_of_itself_is_missing(tmp_path: Path) -> None:
    bundle = tmp_path / "b.zip"
    texts = {"summary.json": '{"charge_point_id":"CP7"}', "trace/events.jsonl": "{}"}
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text * 20)
        places = [each.header_offset + 30 + len(each.filename) for each in archive.infolist()]
    data = bytearray(bundle.read_bytes())
    for place in places:
        data[place : place + 4] = b"\xff" * 4
    bundle.write_bytes(data)
    assert named_in(f"{bundle}") is None
    assert events_beside(f"{bundle}") == []


def test_of_a_bundle_without_a_log_it_is_said_of_all_that_is_in_it(tmp_path: Path) -> None:
    bundle = tmp_path / "b.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("summary.json", '{"runs": true}')
        archive.writestr("variables/link.json", "{}")
    with pytest.raises(UnreadableTrace, match=r"b\.zip: none of its 2 files is a log"):
        open_traces(bundle)


async def test_a_data_folder_gives_its_log_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "garage-left"
    folder.mkdir()
    for name in ("trace.jsonl", "trace.jsonl.1"):
        (folder / name).write_text('[2,"1","Heartbeat",{}]\n[3,"1",{}]\n')
    options = Namespace(file=f"{folder}", format=None, id=None, zone=None, follow=False)
    with log_file(options.file) as file:
        log = await _opened(file, None, options)
    assert log.name == "garage-left"
    await log.close()


KEYS = """
import fcntl, os, sys, termios
terminal = os.open(sys.argv[1], os.O_RDWR)
fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
from cp_tui.cli.terminal import keys_from_terminal
pipe = keys_from_terminal()
print(os.isatty(0), os.read(pipe, 9), keys_from_terminal())
"""


def test_keys_come_from_the_terminal_where_the_log_comes_over_a_pipe() -> None:
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", KEYS, os.ttyname(theirs)],
            input=b"a log",
            stdout=subprocess.PIPE,
            start_new_session=True,
            check=True,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.stdout == b"True b'a log' None\n"


async def test_a_pipe_is_read_by_nobody_but_the_log(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    name = f"{tmp_path / 'pipe'}"
    options = Namespace(file=name, format=None, id=None, zone=None, follow=False)
    with log_file(name) as file:
        log = await _opened(file, None, options)
    descriptor = os.open(name, os.O_RDWR)
    os.write(descriptor, b'[2,"1","Heartbeat",{}]\n')
    # Whoever opens it now has nothing to read, and would wait for ever.
    async with asyncio.timeout(10):
        while log.index is None:
            await asyncio.sleep(0.01)
    assert log.index.frames == 1
    await log.close()
    os.close(descriptor)


async def test_what_is_opened_stays_and_only_a_copy_of_ours_goes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    trace = folder / "trace.jsonl"
    trace.write_text('[2,"1","Heartbeat",{}]\n')
    bundle = tmp_path / "b.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        for name in ("summary.json", "trace/trace.jsonl.1", "trace/trace.jsonl"):
            archive.write(trace, name)
    for path in (folder, trace, bundle):
        options = Namespace(file=f"{path}", format=None, id=None, zone=None, follow=False)
        with log_file(f"{path}") as file:
            log = await _opened(file, None, options)
            async with asyncio.timeout(10):
                while log.index is None:
                    await asyncio.sleep(0.01)
            await log.close()
            assert Path(file).exists() is (path != bundle)
        assert trace.exists()
        assert bundle.exists()
