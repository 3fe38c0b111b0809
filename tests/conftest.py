"""The same surroundings for every test, whoever runs them and wherever.

It is imported before any test, and before the workers of `-n` inherit the environment.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

FOREIGN = ("TEXTUAL", "CP_TUI_", "XDG_")
"""Beginnings of variables that would change what the program does."""
KEPT = "TEXTUAL_SNAPSHOT"
"""Where the snapshot plugin lets its workers meet."""
for name in list(os.environ):
    if name.startswith(KEPT):
        continue
    if name.startswith(FOREIGN) or name in {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}:
        del os.environ[name]

# Every run tries the same examples; `--hypothesis-profile explore` looks for new ones.
settings.register_profile("repeat", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1_000, print_blob=True)
settings.load_profile("repeat")


@pytest.fixture(scope="session", autouse=True)
def home() -> Iterator[Path]:
    """Give a home of our own to everything that is started; short, because sockets live in it."""
    with TemporaryDirectory(prefix="cp-tui-") as folder, pytest.MonkeyPatch.context() as patch:
        home = Path(folder)
        runtime = home / "run"
        runtime.mkdir(mode=0o700)
        patch.setenv("HOME", str(home))
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield home
