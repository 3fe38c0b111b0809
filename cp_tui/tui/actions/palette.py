"""The palette: every action as a line with its key and, where it is not possible now, why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from cp_tui.tui.actions.action import ScreenAction
from cp_tui.tui.actions.desk import Choice
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.actions.synonyms import ALSO
from cp_tui.tui.state.store import Snapshot


def palette(
    actions: Iterable[ScreenAction],
    keymap: Keymap,
    snapshot: Snapshot,
    screen: str,
    screens: Sequence[str],
) -> list[Choice]:
    """The lines of these actions, as seen from a screen; `screens` are all, in their order."""

    def keys_to(action: ScreenAction) -> str:
        """Its key; after the key of its screen where it does nothing on the one that is shown."""
        key = keymap.first(action.id)
        if not key or action.works_on(screen):
            return key
        there = next(each for each in screens if action.works_on(each))
        return f"{keymap.first(f'screen.{there}')} {key}"

    return [
        Choice(
            action.id,
            Content(action.title),
            Content.styled(keys_to(action), "bold"),
            Content(action.help),
            action.group.value,
            tuple(filter(None, ALSO.get(action.id, "").split(", "))),
            action.why_not(snapshot) or "",
            screen in action.screens,
        )
        for action in actions
    ]
