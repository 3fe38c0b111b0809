"""The log: one event per line, rotated, and nothing of a peer's text is obeyed by a terminal."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from cp_tui.charge_point.variables import Trouble, Troubles
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.hub import Hub
from cp_tui.engine.line_writer import LINES_MAX
from cp_tui.engine.log import (
    DROPPED,
    LOG_BYTES_MAX,
    LOG_FILE,
    LOG_FILES_KEPT,
    NOT_WRITING,
    LogFile,
    open_log,
)
from cp_tui.engine.troubles import TroubleKeeper


def test_file_and_stream_get_the_same_lines_with_time_and_level(tmp_path: Path) -> None:
    stream = StringIO()
    opened = open_log(tmp_path, 20, stream)
    log = opened.logger
    log.info("hello %s", "there")
    log.debug("not shown")
    opened.close()
    text = (tmp_path / LOG_FILE).read_text()
    assert text == stream.getvalue()
    time, level, message = text.rstrip().split(maxsplit=2)
    assert (level, message) == ("INFO", "hello there")
    assert time[10] == "T"
    assert time.endswith("Z")


def test_control_characters_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    opened = open_log(tmp_path, 20, None)
    log = opened.logger
    log.warning("closed: %s", "\x1b]0;owned\x07\x9b31m\r")
    opened.close()
    text = (tmp_path / LOG_FILE).read_text()
    assert r"closed: \x1b]0;owned\x07\x9b31m\x0d" in text
    assert text.isprintable() or text.rstrip("\n").isprintable()


def test_a_foreign_text_makes_no_line_of_its_own(tmp_path: Path) -> None:
    opened = open_log(tmp_path, 20, None)
    log = opened.logger
    log.info("closed: %s", "x\n2026-01-01T00:00:00.000Z ERROR forged \u202e")
    try:
        raise ValueError("two\nlines\x1b[2J")
    except ValueError:
        log.exception("failed")
    opened.close()
    first, *rest = (tmp_path / LOG_FILE).read_text().splitlines()
    assert first.endswith(r"closed: x\x0a2026-01-01T00:00:00.000Z ERROR forged \u202e")
    assert rest[0].endswith("failed")
    assert rest[1].startswith("Traceback")
    assert rest[-1] == r"lines\x1b[2J"


def test_old_lines_make_room_for_new_ones(tmp_path: Path) -> None:
    opened = open_log(tmp_path, 20, None)
    log = opened.logger
    for _ in range(20 * (LOG_FILES_KEPT + 2)):
        log.info("x" * (LOG_BYTES_MAX // 20))
    opened.close()
    files = list(tmp_path.iterdir())
    assert len(files) == LOG_FILES_KEPT + 1
    assert sum(path.stat().st_size for path in files) <= (LOG_FILES_KEPT + 1) * LOG_BYTES_MAX


def test_a_log_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / LOG_FILE).mkdir()
    with pytest.raises(EngineStartError, match="cannot write"):
        open_log(tmp_path, 20, None)


def test_a_line_tells_the_values_of_its_moment(tmp_path: Path) -> None:
    """It is written out where it is logged, not when the thread comes to it."""
    opened = open_log(tmp_path, 20, None)
    values = ["before"]
    opened.logger.info("%s", values)
    values[0] = "after"
    opened.close()
    assert (tmp_path / LOG_FILE).read_text().rstrip().endswith("['before']")


class Troubled:
    """A log with a reader of standard error that reads when the test does."""

    def __init__(self, folder: Path) -> None:
        self.reading, writing = os.pipe()
        self.stream = os.fdopen(writing, "w")
        self.log = open_log(folder, 20, self.stream)
        self.hub = Hub()
        self.troubles = TroubleKeeper(self.hub.publish, lambda: datetime.now(UTC))

    def end(self) -> None:
        """Close both ends; a writer that hangs in a write gets away with an error."""
        self.log.close()
        os.close(self.reading)
        self.stream.close()

    def told(self) -> tuple[Trouble, ...]:
        self.log.look(self.troubles)
        value: Troubles = self.hub.get("troubles")
        return value


def fill(pipe: int) -> None:
    """Write until nothing more fits, so that the next line waits for the reader."""
    os.set_blocking(pipe, False)
    with suppress(BlockingIOError):
        while os.write(pipe, b"." * 4096):
            pass
    with suppress(BlockingIOError):
        while os.write(pipe, b"."):
            pass
    os.set_blocking(pipe, True)


def test_a_reader_that_stops_costs_lines_on_its_side_alone_and_is_told(tmp_path: Path) -> None:
    on = Troubled(tmp_path)
    assert on.told() == ()
    fill(on.stream.fileno())
    count = 2 * LINES_MAX
    logging_s = 0.0
    for number in range(count):
        since = time.monotonic()
        on.log.logger.info("%s %s", number, "x" * 100)
        logging_s += time.monotonic() - since
        if number % 500 == 499:
            # The file keeps up: what is lost is lost on the side of the reader.
            until(lambda: (tmp_path / LOG_FILE).read_bytes().count(b"\n") > number)  # noqa: B023
    assert logging_s < 30
    (trouble,) = on.told()
    assert trouble.id == DROPPED
    assert "standard error (nobody reads it" in trouble.text
    assert 0 < trouble.count < count
    assert on.told() == (trouble,)
    # The reader comes back: all that is missing is said, and the trouble is over.
    text = b""
    while b" lines of the log;" not in text:
        text += os.read(on.reading, 100_000)
    until(lambda: on.told() == ())
    missing = int(text.decode().splitlines()[-1].split(" WARNING missing here: ")[1].split()[0])
    lines = [line for line in text.decode().splitlines() if " INFO " in line]
    assert len(lines) + missing == count
    on.log.close()
    assert len((tmp_path / LOG_FILE).read_text().splitlines()) == count
    on.end()


def test_a_reader_that_never_reads_does_not_hold_up_the_end(tmp_path: Path) -> None:
    on = Troubled(tmp_path)
    for _ in range(1_000):
        on.log.logger.info("x" * 200)
    since = time.monotonic()
    on.log.close()
    assert time.monotonic() - since < 30
    assert len((tmp_path / LOG_FILE).read_text().splitlines()) == 1_000
    on.end()


def test_a_log_file_on_a_full_disk_is_told_and_costs_standard_error_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / LOG_FILE).symlink_to("/dev/full")
    on = Troubled(tmp_path)
    on.log.logger.info("hello")
    until(lambda: [each.id for each in on.told()] == [NOT_WRITING])
    assert "No space left on device" in on.told()[0].text
    assert os.read(on.reading, 1_000).rstrip().endswith(b"hello")
    on.end()


def test_a_fifo_for_a_log_file_that_nobody_reads_is_no_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / LOG_FILE)
    with pytest.raises(EngineStartError, match="cannot write"):
        open_log(tmp_path, 20, None)
    # Somebody has it open, but reads nothing: as a disk that hangs.
    reading = os.open(tmp_path / LOG_FILE, os.O_RDONLY | os.O_NONBLOCK)
    opened = open_log(tmp_path, 20, None)
    since = time.monotonic()
    for _ in range(2 * LINES_MAX):
        opened.logger.info("x" * 100)
    opened.close()
    assert time.monotonic() - since < 30
    os.close(reading)


def until(is_so: Callable[[], bool]) -> None:
    limit = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < limit
        time.sleep(0.01)


def test_a_log_file_that_was_deleted_or_moved_is_begun_anew(tmp_path: Path) -> None:
    file = LogFile(tmp_path / LOG_FILE)
    file.write(b"one\n")
    (tmp_path / LOG_FILE).unlink()
    file.write(b"two\n")
    assert (tmp_path / LOG_FILE).read_bytes() == b"two\n"
    (tmp_path / LOG_FILE).rename(tmp_path / "moved")
    file.write(b"three\n")
    assert (tmp_path / LOG_FILE).read_bytes() == b"three\n"
    assert (tmp_path / "moved").read_bytes() == b"two\n"
    file.close()
