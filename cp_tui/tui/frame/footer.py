"""What a footer offers: the actions of the screen, and in a log the ways about in it."""

from __future__ import annotations

from collections.abc import Sequence

from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.widgets.bars import FooterItem

LOG_FOOTER = ("log.previous", "log.next", "log.go_to")
"""Ids of the actions that come first in each footer of a log."""


def footer(ids: Sequence[str], keymap: Keymap, snapshot: Snapshot) -> list[FooterItem]:
    """The actions of a screen, by their ids; of one that is not asked only what is possible."""
    cannot_ask = snapshot.log is not None or bool(snapshot.watched)
    if snapshot.log is not None:
        ids = [*dict.fromkeys((*LOG_FOOTER, *ids))]
    actions = map(keymap.actions.__getitem__, ids)
    return [
        FooterItem(each.id, keymap.first(each.id), each.short, not each.why_not(snapshot))
        for each in actions
        if not (cannot_ask and (each.asks or each.why_not(snapshot)))
    ]
