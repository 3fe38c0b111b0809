"""Which configuration keys somebody wants to see: all, the changed ones, or the differing ones."""

from __future__ import annotations

from msgspec import Struct

from cp_tui.tui.configuration_file import SavedConfiguration


class KeyLens(Struct, frozen=True):
    """How the screen of the configuration looks at the keys."""

    is_changed_only: bool = False
    saved: SavedConfiguration | None = None
    """Only keys that differ from this file."""

    @property
    def hides(self) -> bool:
        """Whether there may be keys that are not shown."""
        return self.is_changed_only or self.saved is not None
