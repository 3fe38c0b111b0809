"""A list of lines that grows without a layout of the whole screen.

Textual lays everything out anew when a virtual size changes, and with every layout it paints every
scrollbar: 700 bytes and 10 ms for a line more or less. Its private names are pinned with it.
"""

from __future__ import annotations

from textual.geometry import Size
from textual.scroll_view import ScrollView

from cp_tui.tui.widgets.quiet_focus import QuietFocus


class QuietScroll(QuietFocus, ScrollView):
    """A scrolling widget whose lines are as wide as itself."""

    _scrolled: tuple[Size, Size] | None = None

    def resize_content(self, width: int, lines: int) -> None:
        """Say how many lines there are; nothing else moves, unless the height follows them."""
        size = Size(width, lines)
        if size == self.virtual_size:
            return
        self.set_reactive(QuietScroll.virtual_size, size)
        if self.styles.auto_dimensions:
            self.refresh(repaint=False, layout=True)
        else:
            self._scroll_update(size)

    def _scroll_update(self, virtual_size: Size) -> None:
        known = (virtual_size, self.container_size)
        if known != self._scrolled:
            self._scrolled = known
            super()._scroll_update(virtual_size)
