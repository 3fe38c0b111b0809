"""The part of the registry that belongs to the maintenance screen."""

from __future__ import annotations

from cp_tui.tui.actions import conditions as possible
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.maintenance import operations as do
from cp_tui.tui.maintenance.text import Subject

MAINTENANCE = frozenset({do.SCREEN})


def _subject(subject: Subject, key: str, help: str) -> ScreenAction:
    """A subject and the letter that jumps to it."""
    return ScreenAction(
        f"maintenance.{subject}",
        f"Show {subject.words[0].lower()}{subject.words[1:]}",
        help,
        Group.MAINTENANCE,
        do.look_at(subject),
        (key,),
        screens=MAINTENANCE,
    )


MAINTENANCE_ACTIONS: tuple[ScreenAction, ...] = (
    ScreenAction(
        "maintenance.look_up",
        "Look a tag up",
        "What would happen if a tag were shown to the reader now, and why; nothing is sent.",
        Group.MAINTENANCE,
        do.look_up,
        ("u",),
        short="Look up",
        screens=MAINTENANCE,
        why_not=possible.ask,
    ),
    _subject(Subject.FIRMWARE, "f", "Which one runs, and how far an update has come."),
    _subject(Subject.DIAGNOSTICS, "i", "Which file is uploaded where, and how far it has come."),
    _subject(Subject.RESERVATIONS, "v", "For whom connectors are held, until when, why it ended."),
    _subject(Subject.LOCAL_LIST, "l", "Version and tags of the local authorization list."),
    _subject(Subject.CACHE, "c", "What the CSMS last said about each tag."),
    _subject(Subject.CERTIFICATES, "e", "Security profile, form of the key, server certificate."),
    _subject(Subject.STATUS_HISTORY, "h", "Every change of status with its code and its cause."),
    _subject(Subject.LINK_HISTORY, "a", "Every attempt to connect, and the step that failed."),
    ScreenAction(
        "maintenance.cancel_reservation",
        "Cancel a reservation",
        "End the selected reservation, as CancelReservation would; asks first.",
        Group.MAINTENANCE,
        do.cancel_reservation,
        ("x",),
        short="Cancel",
        pane="reservations",
        screens=MAINTENANCE,
        why_not=possible.with_reservations,
    ),
    ScreenAction(
        "maintenance.clear_cache",
        "Clear the authorization cache",
        "Forget every cached tag, as ClearCache would; asks first.",
        Group.MAINTENANCE,
        do.clear_cache,
        ("C",),
        short="Clear",
        pane="cache",
        screens=MAINTENANCE,
        why_not=possible.with_cache,
    ),
)
"""In the order of the palette."""
