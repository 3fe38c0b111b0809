"""The part of the registry that is about the messages that went over the WebSocket."""

from __future__ import annotations

from cp_tui.tui.actions import conditions as possible
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.dashboard.operations import on_screen
from cp_tui.tui.messages import operations as do

MESSAGES_SHOWN = frozenset({"messages"})

MESSAGE_ACTIONS: tuple[ScreenAction, ...] = (
    ScreenAction(
        "messages.pause",
        "Let the messages stand still, or follow again",
        "New ones are counted meanwhile; on the newest line the list follows by itself.",
        Group.MESSAGES,
        on_screen("pause"),
        ("space",),
        short="Pause",
        pane="messages",
        screens=MESSAGES_SHOWN,
        why_not=possible.with_messages,
    ),
    ScreenAction(
        "messages.copy",
        "Copy a message",
        "Send the selected frames as JSON to the clipboard of the terminal (OSC 52).",
        Group.MESSAGES,
        do.copy,
        ("y",),
        short="Copy",
        pane="messages",
        screens=MESSAGES_SHOWN,
        why_not=possible.with_messages,
    ),
    ScreenAction(
        "messages.export",
        "Export the messages",
        "Write what the filter shows to a file, one JSON object in each line.",
        Group.MESSAGES,
        do.export,
        ("E",),
        short="Export",
        pane="messages",
        screens=MESSAGES_SHOWN,
        why_not=possible.with_messages,
    ),
    ScreenAction(
        "messages.of_connector",
        "Filter by the connector",
        "Show the messages, filtered to the connector that is selected on the dashboard.",
        Group.MESSAGES,
        do.of_connector,
        why_not=possible.always,
    ),
)
"""In the order of the palette."""
