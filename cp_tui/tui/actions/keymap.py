"""The keys of the actions: their names on screen, and the user's keymap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual.binding import Binding, BindingType
from textual.keys import format_key

from cp_tui.tui.actions.action import ScreenAction

PRINTED_BY_NAME = frozenset({"enter", "backspace", "escape", "delete"})
"""Not every terminal has Textual's signs for the first two; the others it shortens, and a keymap
takes only their names."""


def shown(key: str) -> str:
    """A key as it is printed: `^p`, `/`, `?`."""
    modifier, _, base = key.rpartition("+")
    base = base if base in PRINTED_BY_NAME else format_key(base)
    return f"^{base}" if modifier == "ctrl" else "+".join(filter(None, (modifier, base)))


class Keymap:
    """Default keys, with those of the user in their place."""

    def __init__(
        self,
        actions: Iterable[ScreenAction],
        changes: Mapping[str, Sequence[str]] | None = None,
        *,
        has_log: bool = False,
    ) -> None:
        """`changes`: action id -> its keys, in which nothing is wrong (`keymap_check.clash`).

        `has_log`: a log is looked at, of which nothing can be asked.
        """
        self._has_log = has_log
        self.actions = {action.id: action for action in actions}
        defaults = {each.id: each.keys for each in self.actions.values()}
        self._keys: Mapping[str, Sequence[str]] = {**defaults, **(changes or {})}

    def keys(self, action_id: str) -> Sequence[str]:
        """The keys of an action."""
        return self._keys[action_id]

    def first(self, action_id: str) -> str:
        """The key to print for an action; empty without one."""
        return next(map(shown, self._keys[action_id]), "")

    def hints(self, pane: str) -> str:
        """The keys that act in a pane, for its title."""
        here = [
            each
            for each in self.actions.values()
            if each.pane == pane
            and self._keys[each.id]
            and not (self._has_log and each.is_idle_in_log)
        ]
        return "  ".join(f"{self.first(a.id)} {hint_word(a)}" for a in here)

    def without_asking(self, hints: str) -> str:
        """Take from the title of a pane what needs a charge point that can be asked."""
        asking = {
            f"{self.first(each.id)} {hint_word(each)}"
            for each in self.actions.values()
            if each.pane and each.asks
        }
        return "  ".join(each for each in hints.split("  ") if each not in asking)


def hint_word(action: ScreenAction) -> str:
    """The word for the title of a pane."""
    return (action.short or action.id.rpartition(".")[2].replace("_", " ")).lower()


def widget_keys(bindings: Iterable[BindingType]) -> list[tuple[str, str]]:
    """Keys and descriptions of a widget's own bindings."""
    found = [b for b in bindings if isinstance(b, Binding) and b.description]
    return [
        (" ".join(shown(key.strip()) for key in b.key.split(",")), b.description) for b in found
    ]
