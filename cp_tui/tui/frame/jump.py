"""Jump mode: each pane shows a letter in its title, and the letter moves the focus there.

It knows panes and letters alone; which keys begin and end it is the screen's business.
"""

from __future__ import annotations

from collections.abc import Sequence

from cp_tui.tui.widgets.pane import Pane

LETTERS = "abcdefghi"
"""More panes than this no screen has."""


class Jump:
    """The letters of the panes, while they are shown."""

    def __init__(self) -> None:
        self._panes: dict[str, Pane] = {}

    @property
    def is_on(self) -> bool:
        """Whether the letters are shown."""
        return bool(self._panes)

    def begin(self, panes: Sequence[Pane]) -> None:
        """Show the letters; only the titles are painted."""
        self._panes = dict(zip(LETTERS, panes, strict=False))
        for letter, pane in self._panes.items():
            pane.show_letter(letter)

    def end(self) -> None:
        """Take the letters away."""
        panes, self._panes = self._panes, {}
        for pane in panes.values():
            pane.show_letter("")

    def pane_of(self, letter: str) -> Pane | None:
        """The pane that a letter stands for now."""
        return self._panes.get(letter)
