"""The subjects of the maintenance screen, each with its state in one line."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from textual.content import Content

from cp_tui.tui.maintenance.certificates_text import certificates_line
from cp_tui.tui.maintenance.diagnostics_text import diagnostics_line
from cp_tui.tui.maintenance.firmware_text import firmware_line
from cp_tui.tui.maintenance.link_history_text import attempts_line
from cp_tui.tui.maintenance.reservations_text import reservations_line
from cp_tui.tui.maintenance.status_history_text import history_line
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.fields import Field
from cp_tui.tui.text.tags import cache_line, list_line
from cp_tui.tui.text.words import Clock


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


def subject_fields(
    keys: Mapping[Subject, str], snapshot: Snapshot, clock: Clock
) -> list[Field[Subject]]:
    """The columns of the overview; `keys` are the letters that jump to a subject."""
    return [
        Field("Key", 3, lambda s: Content.styled(keys[s], "bold $text-accent")),
        Field("Subject", 14, lambda s: Content(s.words)),
        Field("State", 30, lambda s: state_of(s, snapshot, clock), is_flexible=True),
    ]


def state_of(subject: Subject, snapshot: Snapshot, clock: Clock) -> Content:
    """How a subject stands, in words."""
    match subject:
        case Subject.FIRMWARE:
            return firmware_line(snapshot.firmware, clock)
        case Subject.DIAGNOSTICS:
            return diagnostics_line(snapshot.diagnostics, clock)
        case Subject.RESERVATIONS:
            return reservations_line(snapshot.reservations, clock)
        case Subject.LOCAL_LIST:
            return list_line(snapshot.local_list)
        case Subject.CACHE:
            return cache_line(snapshot.authorization_cache)
        case Subject.CERTIFICATES:
            return certificates_line(snapshot, clock)
        case Subject.STATUS_HISTORY | Subject.LINK_HISTORY if snapshot.link is None:
            return Content.styled("not known yet", "$text-muted")
        case Subject.STATUS_HISTORY:
            return history_line(snapshot.status_changes, clock)
        case Subject.LINK_HISTORY:
            return attempts_line(snapshot.link_attempts, clock)
