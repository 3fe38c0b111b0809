"""What is wrong with a keymap that somebody wrote: keys that do not exist, keys used twice.

The screen trusts its keymap: it is judged here, before the screen starts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.actions.keymap import shown
from cp_tui.tui.timeline.timeline import Timeline
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import LineTable

MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
NAMES = frozenset(key.value for key in Keys if not key.value.startswith("<"))
"""Keys that are no character: `f7`, `pagedown`, `ctrl+a`."""

TIMELINE_SCREENS = ("dashboard", "schedule")

KEY_WORDS = 'a character such as "x" or "?", or a name such as "f7", "space", "ctrl+x"'


def key_name(text: str) -> str | None:
    """The name that Textual has for a key, or None where it is no key."""
    if len(text) == 1:
        return _character_name(text)
    *modifiers, base = text.split("+")
    if set(modifiers) <= MODIFIERS and (len(base) == 1 or base in NAMES):
        name = _character_name(base) if len(base) == 1 else base
        return name and "+".join((*modifiers, name))
    named = {_character_name(chr(code)) for code in range(0x20, 0x7F)}
    return text if text in NAMES or text in named else None


def clash(
    actions: Mapping[str, ScreenAction], changes: Mapping[str, Sequence[str]], action_id: str
) -> str | None:
    """Say who else wants a key of an action on the same screen, once the changes are made."""
    keys = {action.id: changes.get(action.id, action.keys) for action in actions.values()}
    mine = actions[action_id]
    for key in keys[action_id]:
        for other in actions.values():
            if other is not mine and key in keys[other.id] and other.meets(mine):
                return f"{shown(key)} is the key of both {action_id} and {other.id}"
        if (description := _widget_keys(mine).get(key)) is not None:
            return f"{shown(key)} is taken: {description}, in a list or on the timeline"
    return None


def _widget_keys(action: ScreenAction) -> dict[str, str]:
    """The keys that a widget keeps to itself while it has the focus, where the action works."""
    # In a log the timeline leaves some of its keys to the ways about in it.
    is_for_log = action.group is Group.LOG
    has_timeline = not is_for_log and any(action.works_on(screen) for screen in TIMELINE_SCREENS)
    widgets = (LineTable, FactLines, Timeline) if has_timeline else (LineTable, FactLines)
    return {
        key.strip(): binding.description
        for widget in widgets
        for binding in widget.BINDINGS
        if isinstance(binding, Binding)
        for key in binding.key.split(",")
    }


def _character_name(character: str) -> str | None:
    if character.isalnum():
        return character
    try:
        name = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
    except ValueError:
        return None
    return KEY_NAME_REPLACEMENTS.get(name, name)
