"""The part of the registry that is about transactions and the queue of their messages."""

from __future__ import annotations

from cp_tui.tui.actions import conditions as possible
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.transactions import operations as do

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
