"""The part of the registry that is about composing messages of the charge point."""

from __future__ import annotations

from cp_tui.tui.actions import conditions as possible
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.compose import operations as do

COMPOSE_ACTIONS: tuple[ScreenAction, ...] = (
    ScreenAction(
        "messages.compose",
        "Compose a message to the CSMS",
        "Any request of the charge point, as a form or as text, sent as it stands.",
        Group.MESSAGES,
        do.compose,
        ("c",),
        short="Compose",
        screens=frozenset({"messages"}),
        why_not=possible.connected,
    ),
    ScreenAction(
        "messages.compose_raw",
        "Compose a raw frame to the CSMS",
        "The text of a whole frame, malformed on purpose if you like, and the answer to it.",
        Group.MESSAGES,
        do.compose_raw,
        why_not=possible.connected,
    ),
)
"""In the order of the palette."""
