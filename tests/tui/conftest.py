"""What every test of a screen has in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual._compositor import Compositor

from cp_tui.tui.terminal import textual_private
from tests.tui import quiet


@pytest.fixture(scope="session", autouse=True)
def frugal() -> Iterator[None]:
    """Wait by events, paint what is looked at, read each style sheet once."""
    with pytest.MonkeyPatch.context() as patch:
        quiet.be_frugal(patch)
        yield


@pytest.fixture
def painting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paint for the terminal as well, and for one that can do what most can.

    Else what is sent would depend on the terminal in which the tests run.
    """
    monkeypatch.setattr(Compositor, "render_update", quiet.paint)
    monkeypatch.setattr(textual_private, "erases_in_color", lambda: True)
    monkeypatch.setattr(textual_private, "shifts_cells", lambda: True)
