"""The palette: every action as a line with its key and, where it is not possible now, why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content

from cp_tui.tui.actions.action import ScreenAction
from cp_tui.tui.actions.desk import Choice
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.actions.synonyms import ALSO, ALSO_NAMED
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.meanings import Meaning


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
            _names(action),
        )
        for action in actions
        if action.is_offered(snapshot)
    ]


def _names(action: ScreenAction) -> tuple[str, ...]:
    """Those of a screen: what stands on the line above the footer, and what it is called else."""
    if action.means is not Meaning.SCREEN:
        return ()
    name = action.id.partition(".")[2]
    return tuple(dict.fromkeys((name, action.short.lower(), *ALSO_NAMED.get(action.id, ()))))
