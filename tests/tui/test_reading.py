"""Files that somebody names and that are none: a clear word at once, and nobody waits."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cp_tui.tui.actions import saving

READ = """
import sys
from pathlib import Path
from cp_tui.tui.configuration import file as configuration_file
from cp_tui.tui import preferences
from cp_tui.tui.text import paths
from cp_tui.tui.theme import themes as theme
path = Path(sys.argv[1])
try:
    configuration_file.read(path)
except paths.UnusableInput as error:
    print(error)
print(preferences.read_state(path)[1])
print(theme.read_theme(path)[1])
"""


def test_a_fifo_that_nobody_writes_to_is_no_file_to_read(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    # In a process of its own, for what waits there can only be killed.
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path)], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.lower().count("not a regular file") == 3


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("fifo", "File exists"),
        ("/dev/full", "File exists"),
        ("file/a", "Not a directory"),
        ("missing/a", "its folder is not there"),
    ],
)
async def test_an_export_to_what_is_no_new_file_is_refused_at_once(
    tmp_path: Path, name: str, why: str
) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=why):
        await saving.write_new(tmp_path / name, ["text"], lambda _: None)
