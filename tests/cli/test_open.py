"""`cp-tui open` finds the log: a file as it is, and the trace in the folder of a charge point."""

from __future__ import annotations

from pathlib import Path

import pytest

from cp_tui.cli import main
from cp_tui.cli.open import log_file


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


def test_a_folder_without_a_trace_is_said_to_have_none(tmp_path: Path) -> None:
    with (
        pytest.raises(OSError, match="no charge point has its trace there"),
        log_file(f"{tmp_path}"),
    ):
        pass


def test_without_a_terminal_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "night.log"]) == 2
    assert "open: " in capsys.readouterr().err
