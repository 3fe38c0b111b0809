"""The log: one event per line, rotated, and nothing of a peer's text is obeyed by a terminal."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.log import LOG_BYTES_MAX, LOG_FILE, LOG_FILES_KEPT, close_log, open_log


def test_file_and_stream_get_the_same_lines_with_time_and_level(tmp_path: Path) -> None:
    stream = StringIO()
    log = open_log(tmp_path, 20, stream)
    log.info("hello %s", "there")
    log.debug("not shown")
    close_log(log)
    text = (tmp_path / LOG_FILE).read_text()
    assert text == stream.getvalue()
    time, level, message = text.rstrip().split(maxsplit=2)
    assert (level, message) == ("INFO", "hello there")
    assert time[10] == "T"
    assert time.endswith("Z")


def test_control_characters_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    log = open_log(tmp_path, 20, None)
    log.warning("closed: %s", "\x1b]0;owned\x07\x9b31m\r")
    close_log(log)
    text = (tmp_path / LOG_FILE).read_text()
    assert r"closed: \x1b]0;owned\x07\x9b31m\x0d" in text
    assert text.isprintable() or text.rstrip("\n").isprintable()


def test_a_foreign_text_makes_no_line_of_its_own(tmp_path: Path) -> None:
    log = open_log(tmp_path, 20, None)
    log.info("closed: %s", "x\n2026-01-01T00:00:00.000Z ERROR forged \u202e")
    try:
        raise ValueError("two\nlines\x1b[2J")
    except ValueError:
        log.exception("failed")
    close_log(log)
    first, *rest = (tmp_path / LOG_FILE).read_text().splitlines()
    assert first.endswith(r"closed: x\x0a2026-01-01T00:00:00.000Z ERROR forged \u202e")
    assert rest[0].endswith("failed")
    assert rest[1].startswith("Traceback")
    assert rest[-1] == r"lines\x1b[2J"


def test_old_lines_make_room_for_new_ones(tmp_path: Path) -> None:
    log = open_log(tmp_path, 20, None)
    for _ in range(20 * (LOG_FILES_KEPT + 2)):
        log.info("x" * (LOG_BYTES_MAX // 20))
    close_log(log)
    files = list(tmp_path.iterdir())
    assert len(files) == LOG_FILES_KEPT + 1
    assert sum(path.stat().st_size for path in files) <= (LOG_FILES_KEPT + 1) * LOG_BYTES_MAX


def test_a_log_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / LOG_FILE).mkdir()
    with pytest.raises(EngineStartError, match="cannot write"):
        open_log(tmp_path, 20, None)
