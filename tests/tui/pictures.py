"""What a screen showed when somebody last looked at it, kept in `__snapshots__` beside the tests.

As text, in which one sees what stands where; as SVG where only a picture shows what is meant, such
as colours. `pytest --snapshot-update tests/tui/test_screen_pictures.py` makes those of a file anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.tui.driving import Eye


class TextFile(SingleFileSnapshotExtension):
    """A picture as text."""

    _write_mode = WriteMode.TEXT
    _file_extension = "txt"


class SvgFile(SingleFileSnapshotExtension):
    """A picture as a browser shows it."""

    _write_mode = WriteMode.TEXT
    _file_extension = "svg"


class Pictures:
    """The pictures of one test, each with a name; those that differ are gathered."""

    def __init__(self, snapshot: SnapshotAssertion) -> None:
        self._snapshot = snapshot
        self.different: list[str] = []

    def text(self, name: str, eye: Eye) -> None:
        """Hold what stands on the screen against what stood there."""
        lines = [strip.text.rstrip() for strip in eye.strips()]
        self._hold(name, TextFile, "".join(f"{line}\n" for line in lines))

    def svg(self, name: str, eye: Eye) -> None:
        """Hold the picture of the screen, with its colours, against the one of before."""
        svg = eye.app.export_screenshot(title=eye.app.title, simplify=True)
        # The number is made of everything in the picture: without it a difference stays small.
        self._hold(name, SvgFile, re.sub(r"\bterminal-\d+-", "terminal-", svg))

    def _hold(self, name: str, kind: type[SingleFileSnapshotExtension], picture: str) -> None:
        if self._snapshot(name=name, extension_class=kind) != picture:
            self.different.append("\n".join([f"{name}:", *self._snapshot.get_assert_diff()]))


@contextmanager
def pictures(snapshot: SnapshotAssertion) -> Iterator[Pictures]:
    """Compare any number of pictures, and then name all that differ."""
    found = Pictures(snapshot)
    yield found
    assert not found.different, "\n\n".join(found.different)
