"""The focus comes and goes without painting anew what looks the same with it.

Textual calls `refresh` without a region on the screen and on both widgets whenever the focus moves,
which paints them whole: 13 KB for a tab key. Here such a call is passed over while it is the focus
that moves, and a widget paints by itself what looks different then: a marker, a title.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Self

from textual import events
from textual.geometry import Region
from textual.widget import Widget

from cp_tui.tui.terminal.textual_private import FrugalScreen


class Quiet(Widget):
    """A widget that can be kept from painting itself whole."""

    _is_quiet = False

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """While it is only the focus that moves."""
        self._is_quiet = True
        try:
            yield
        finally:
            self._is_quiet = False

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Paint anew, unless it is only the focus that moves."""
        if self._is_quiet and not regions and not layout and not recompose:
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class QuietFocus(Quiet):
    """A widget that paints by itself what the focus changes."""

    @abstractmethod
    def paint_focus(self) -> None:
        """Paint what looks different with the focus, or without it."""

    def on_focus(self, event: events.Focus) -> None:
        """Take the focus."""
        event.prevent_default()
        self._take(True, events.DescendantFocus(self))

    def on_blur(self, event: events.Blur) -> None:
        """Give the focus away."""
        event.prevent_default()
        self._take(False, events.DescendantBlur(self))

    def _take(
        self, has_focus: bool, message: events.DescendantFocus | events.DescendantBlur
    ) -> None:
        with self.quiet():
            self.has_focus = has_focus
        self.paint_focus()
        if isinstance(self.parent, Widget):
            self.parent.post_message(message)


class QuietScreen(FrugalScreen[None], Quiet):
    """A screen that looks the same wherever the focus is."""

    HEAD_LINES: ClassVar[int] = 1
    """Its first lines, which tell what is wrong also while a dialog is open over the rest."""

    _has_old_styles = False

    @property
    def head_lines(self) -> int:
        """How many lines tell what is wrong now, where no dialog lies over them."""
        return self.HEAD_LINES

    def style_when_shown(self) -> None:
        """Style every widget anew when the screen is shown again: the theme has changed."""
        self._has_old_styles = True

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Style every widget anew only where that was put off while others were shown.

        Textual does so whenever one comes back to a screen: half of what that costs.
        """
        event.refresh_styles, self._has_old_styles = self._has_old_styles, False

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Move the focus; the widgets paint themselves."""
        with self.quiet():
            super().set_focus(widget, scroll_visible, from_app_focus)
