"""A recording of the screen: an asciicast that any player reads, with all that was painted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pyte
import pytest

from cp_tui.cli import demo_record
from cp_tui.tui.terminal.recording import BEGIN, END, Recording, record
from tests.tui import charging_world
from tests.tui.driving import app_on

SIZE = (80, 24)


def read(cast: str) -> tuple[dict[str, object], list[tuple[float, str, str]]]:
    """Read an asciicast as a player does."""
    header, *lines = [json.loads(line) for line in cast.splitlines()]
    return header, [tuple(line) for line in lines]


@pytest.mark.usefixtures("painting")
async def test_it_holds_what_a_terminal_of_its_size_would_have_been_sent() -> None:
    app = app_on(charging_world.engine())
    recording = Recording(SIZE, count(1.5).__next__)
    record(app, recording)
    shown: list[str] = []

    async def end() -> None:
        await app.until_shown()
        for _round in range(200):
            if "Charging" in recording.cast(""):
                break
            await asyncio.sleep(0.01)
        shown.extend(strip.text.rstrip() for strip in app.screen._compositor.render_strips())
        app.exit()

    app.call_later(lambda: app.run_worker(end()))
    await app.run_async(size=SIZE)
    header, events = read(recording.cast("a title"))
    assert (header["version"], header["width"], header["height"]) == (2, *SIZE)
    assert header["title"] == "a title"
    assert {kind for _at, kind, _text in events} == {"o"}
    times = [at for at, _kind, _text in events]
    assert times[0] == 0
    assert times == sorted(times)
    assert (events[0][2], events[-1][2]) == (BEGIN, END)
    terminal = pyte.Screen(*SIZE)
    stream = pyte.Stream(terminal)
    for _at, _kind, text in events[:-1]:
        stream.feed(text)
    assert [line.rstrip() for line in terminal.display] == shown
    assert any("Charging" in line for line in shown)


def test_one_in_which_nothing_was_sent_is_one_all_the_same() -> None:
    header, events = read(Recording(SIZE, lambda: 7.0).cast(""))
    assert header["width"] == 80
    assert events == [(0.0, "o", BEGIN), (0.0, "o", END)]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of which only what was recorded is left."""
    yield tmp_path
    assert {path.name for path in tmp_path.iterdir()} <= {"a.cast", "there"}


def test_a_file_that_cannot_be_written_is_told_before_anything_is_recorded(folder: Path) -> None:
    (folder / "there").mkdir()
    for file, why in (
        (folder / "there", "no file that can be replaced"),
        (Path("/dev/null"), "no file that can be replaced"),
        (folder / "no" / "a.cast", "No such file or directory"),
    ):
        problem = demo_record.problem_of(file)
        assert problem is not None
        assert problem.startswith(f"{file}: ")
        assert why in problem
    assert demo_record.problem_of(folder / "a.cast") is None


def test_a_recording_is_written_whole_or_not_at_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "a.cast"
    demo_record.write(file, "old")

    def is_full(path: Path, text: str, encoding: str) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", is_full)
        with pytest.raises(OSError, match="No space left"):
            demo_record.write(file, "new")
    assert file.read_text() == "old"
    demo_record.write(file, "new")
    assert file.read_text() == "new"
