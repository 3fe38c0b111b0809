"""What every test of a screen has in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual._compositor import Compositor

from tests.tui import quiet


@pytest.fixture(scope="session", autouse=True)
def frugal() -> Iterator[None]:
    """Wait by events, paint what is looked at, read each style sheet once."""
    with pytest.MonkeyPatch.context() as patch:
        quiet.be_frugal(patch)
        yield


@pytest.fixture
def painting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paint for the terminal as well: for a test of what is sent to it."""
    monkeypatch.setattr(Compositor, "render_update", quiet.paint)
