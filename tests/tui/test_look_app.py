"""What every app of ours has in common, as far as no other test shows it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console
from textual.content import Content

from cp_tui.tui.terminal.look_app import LookApp

SECRET = "0123456789abcdef0123456789abcdef"


class Faulty(LookApp):
    """Fails at once, with something in a variable that nobody may see."""

    def __init__(self) -> None:
        super().__init__(theme="cp-dark", theme_folders=(), is_ascii=False)
        self.error_console = Console(file=io.StringIO(), width=200)

    def on_mount(self) -> None:
        """Fail."""
        authorization_key = SECRET
        raise RuntimeError(f"broken \x1b[2J after {len(authorization_key)}")

    def tell(self, text: Content) -> None:
        """Say nothing."""


async def test_a_fault_is_told_in_few_lines_and_without_variables(tmp_path: Path) -> None:
    app = Faulty()
    with pytest.raises(RuntimeError):
        async with app.run_test():
            pass
    assert isinstance(app.error_console.file, io.StringIO)
    told = app.error_console.file.getvalue()
    assert "this screen has a fault" in told
    assert "RuntimeError: broken ␛[2J after 32" in told
    assert SECRET not in told
    assert "\x1b" not in told
    assert len(told.splitlines()) < 40
