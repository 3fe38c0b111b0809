"""Lines for a reader that does not read: nobody waits, what is missing is counted and said."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from threading import Event, Thread

import pytest

from cp_tui.engine import line_writer
from cp_tui.engine.line_writer import LINE_BYTES_ALL_MAX, LINES_MAX, LineWriter, write_all

WAIT_S = 30.0


class HeldSink:
    """A sink that takes a line only while it is open, or fails as it is told."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.is_open = Event()
        self.is_reached = Event()
        self.error: OSError | None = None
        self.is_closed = False

    def write(self, data: bytes) -> None:
        self.is_reached.set()
        self.is_open.wait()
        if self.error is not None:
            raise self.error
        self.taken += data.decode().splitlines()

    def close(self) -> None:
        self.is_closed = True


def writer_to(sink: HeldSink) -> LineWriter:
    return LineWriter(sink, "({} missing)".format, "test")


def until(is_so: Callable[[], bool]) -> None:
    limit = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < limit
        time.sleep(0.002)


def test_lines_come_in_order_and_all_of_them_before_the_end() -> None:
    sink = HeldSink()
    sink.is_open.set()
    writer = writer_to(sink)
    assert all([writer.put(str(number)) for number in range(1_000)])
    assert writer.close(WAIT_S)
    assert sink.taken == [str(number) for number in range(1_000)]
    assert sink.is_closed
    assert not writer.put("after the end")


def test_a_reader_that_never_reads_holds_nobody_up_and_costs_bounded_memory() -> None:
    sink = HeldSink()
    writer = writer_to(sink)
    writer.put("held")
    assert sink.is_reached.wait(WAIT_S)
    put = [writer.put("x") for _ in range(3 * LINES_MAX)]
    assert put == [True] * LINES_MAX + [False] * 2 * LINES_MAX
    assert writer.dropped_ever == 2 * LINES_MAX
    assert writer.is_dropping
    since = time.monotonic()
    assert not writer.close(0.05)
    assert time.monotonic() - since < WAIT_S
    sink.is_open.set()


def test_long_lines_are_bounded_by_their_bytes() -> None:
    sink = HeldSink()
    writer = writer_to(sink)
    writer.put("held")
    assert sink.is_reached.wait(WAIT_S)
    put = [writer.put("x" * 1_000_000) for _ in range(LINE_BYTES_ALL_MAX // 1_000_000 + 2)]
    assert 0 < put.count(True) <= LINE_BYTES_ALL_MAX // 1_000_000
    sink.is_open.set()
    writer.close(WAIT_S)


def test_the_number_of_missing_lines_stands_where_they_would_stand() -> None:
    sink = HeldSink()
    writer = writer_to(sink)
    writer.put("held")
    assert sink.is_reached.wait(WAIT_S)
    for number in range(LINES_MAX + 7):
        writer.put(str(number))
    sink.is_open.set()
    until(lambda: not writer.is_dropping)
    writer.put("after")
    assert writer.close(WAIT_S)
    assert sink.taken[-3:] == [str(LINES_MAX - 1), "(7 missing)", "after"]


def test_a_full_disk_costs_lines_that_are_counted_and_writing_goes_on_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(line_writer, "RETRY_S", 0.01)
    sink = HeldSink()
    sink.error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    sink.is_open.set()
    writer = writer_to(sink)
    for number in range(5):
        writer.put(str(number))
    until(lambda: writer.dropped_ever == 5)
    assert writer.error == "No space left on device"
    sink.error = None
    until(lambda: not writer.is_dropping)
    assert writer.error == ""
    writer.put("after")
    assert writer.close(WAIT_S)
    assert sink.taken == ["", "(5 missing)", "after"]


def test_a_disk_that_stays_full_does_not_hold_up_the_end() -> None:
    sink = HeldSink()
    sink.error = OSError(errno.EIO, "broken")
    sink.is_open.set()
    writer = writer_to(sink)
    writer.put("lost")
    until(lambda: writer.dropped_ever == 1)
    assert writer.close(WAIT_S)
    assert sink.is_closed


def test_a_pipe_that_does_not_block_is_written_to_when_it_has_room() -> None:
    """Whoever shares standard error with us may have set O_NONBLOCK on it."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    text = b"x" * 300_000
    done = Event()

    def write() -> None:
        write_all(writing, text)
        os.close(writing)
        done.set()

    Thread(target=write, daemon=True).start()
    with os.fdopen(reading, "rb") as reader:
        assert reader.read() == text
    assert done.wait(WAIT_S)
