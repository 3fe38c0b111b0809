"""The subjects of the maintenance screen."""

from __future__ import annotations

from enum import StrEnum


class Subject(StrEnum):
    """What can be looked at; the value is the id of its pane."""

    FIRMWARE = "firmware"
    DIAGNOSTICS = "diagnostics"
    RESERVATIONS = "reservations"
    LOCAL_LIST = "local_list"
    CACHE = "cache"
    CERTIFICATES = "certificates"
    STATUS_HISTORY = "status_history"
    LINK_HISTORY = "link_history"

    @property
    def words(self) -> str:
        """As it is called on the screen."""
        return self.value.replace("_", " ").capitalize()
