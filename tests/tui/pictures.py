"""What a screen showed when somebody last looked at it, kept in `__snapshots__` beside the tests.

As text, in which one sees what stands where; as SVG, by the fixture `snap_compare`, where only a
picture shows what is meant, such as colours. `pytest --snapshot-update
tests/tui/test_screen_pictures.py` makes those of a file anew.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.app import App
from textual.pilot import Pilot

from cp_tui.tui.app import CpTuiApp
from tests.tui.driving import Eye


class TextFile(SingleFileSnapshotExtension):
    """A picture as text."""

    _write_mode = WriteMode.TEXT
    _file_extension = "txt"


class SnapCompare(Protocol):
    """The fixture `snap_compare`: whether the SVG of an app is the recorded one."""

    def __call__(
        self,
        app: App[str],
        press: tuple[str, ...] = (),
        terminal_size: tuple[int, int] = (80, 24),
        run_before: Callable[[Pilot[str]], Awaitable[None]] | None = None,
    ) -> bool: ...


class Pictures:
    """The pictures of one test, each with a name; those that differ are gathered."""

    def __init__(self, snapshot: SnapshotAssertion) -> None:
        self._snapshot = snapshot
        self.different: list[str] = []

    def text(self, name: str, eye: Eye) -> None:
        """Hold what stands on the screen against what stood there."""
        self.lines(name, [strip.text.rstrip() for strip in eye.strips()])

    def lines(self, name: str, lines: Iterable[str]) -> None:
        """Hold lines against those that were seen before."""
        picture = "".join(f"{line}\n" for line in lines)
        if self._snapshot(name=name, extension_class=TextFile) != picture:
            self.different.append("\n".join([f"{name}:", *self._snapshot.get_assert_diff()]))


@contextmanager
def pictures(snapshot: SnapshotAssertion) -> Iterator[Pictures]:
    """Compare any number of pictures, and then name all that differ."""
    found = Pictures(snapshot)
    yield found
    assert not found.different, "\n\n".join(found.different)


def pressed(app: CpTuiApp, *keys: str) -> Callable[[Pilot[str]], Awaitable[None]]:
    """Give what brings a screen to where these keys lead, for `snap_compare`."""

    async def press(pilot: Pilot[str]) -> None:
        eye = Eye(app, pilot)
        await eye.settle()
        await eye.press(*keys)

    return press
