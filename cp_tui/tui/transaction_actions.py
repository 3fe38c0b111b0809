"""The part of the registry that is about transactions and the queue of their messages."""

from __future__ import annotations

from cp_tui.tui import possible, transaction_operations as do
from cp_tui.tui.action import Group, ScreenAction

TRANSACTION_ACTIONS: tuple[ScreenAction, ...] = (
    ScreenAction(
        "transactions.drop",
        "Give up a waiting message",
        "Drop the selected message of the queue: the CSMS never gets it. Asks first, is logged.",
        Group.TRANSACTIONS,
        do.drop_message,
        ("x",),
        short="Drop",
        pane="queue",
        screens=frozenset({"transactions"}),
        why_not=possible.with_queue,
    ),
)
"""In the order of the palette."""
