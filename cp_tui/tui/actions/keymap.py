"""The keys of the actions: their names on screen, the user's keymap, the table in the README."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual.binding import Binding, BindingType

from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.registry import ACTIONS, BY_ID

SIGNS = {
    "slash": "/",
    "exclamation_mark": "!",
    "question_mark": "?",
    "tab": "tab",
    "shift+tab": "shift+tab",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
}


def shown(key: str) -> str:
    """A key as it is printed: `^p`, `/`, `?`."""
    if key in SIGNS:
        return SIGNS[key]
    modifier, _, base = key.rpartition("+")
    base = SIGNS.get(base, base)
    match modifier:
        case "ctrl":
            return f"^{base}"
        case "":
            return base
        case _:
            return f"{modifier}+{base}"


class Keymap:
    """Default keys, with those of the user in their place."""

    def __init__(self, changes: Mapping[str, str] | None = None) -> None:
        """`changes`: action id -> keys with commas between, as in `{"screen.zoom": "f7,z"}`."""
        self.problems: list[str] = []
        self._keys = {action.id: action.keys for action in ACTIONS}
        for action_id, keys in (changes or {}).items():
            if action_id not in BY_ID:
                self.problems.append(f"keymap: there is no action {action_id!r}")
                continue
            self._keys[action_id] = tuple(key.strip() for key in keys.split(",") if key.strip())
        self._check()

    def keys(self, action: ScreenAction) -> tuple[str, ...]:
        """The keys of an action."""
        return self._keys[action.id]

    def first(self, action: ScreenAction) -> str:
        """The key to print for an action; empty without one."""
        keys = self._keys[action.id]
        return shown(keys[0]) if keys else ""

    @property
    def all_keys(self) -> frozenset[str]:
        """Every key that does something on some screen."""
        return frozenset(key for keys in self._keys.values() for key in keys)

    def action_of(self, key: str, screen: str) -> ScreenAction | None:
        """What a key does on a screen."""
        found = (a for a in ACTIONS if key in self._keys[a.id] and a.works_on(screen))
        return next(found, None)

    def hints(self, pane: str) -> str:
        """The keys that act in a pane, for its title."""
        here = [a for a in ACTIONS if a.pane == pane and self._keys[a.id]]
        return "  ".join(f"{self.first(a)} {hint_word(a)}" for a in here)

    def _check(self) -> None:
        """A key that two actions of a screen want goes to the first; the second hears of it."""
        owners: dict[str, list[ScreenAction]] = {}
        for action in ACTIONS:
            kept: list[str] = []
            for key in self._keys[action.id]:
                others = owners.setdefault(key, [])
                owner = next((other for other in others if other.meets(action)), None)
                if owner is None:
                    others.append(action)
                    kept.append(key)
                else:
                    self.problems.append(
                        f"keymap: {key} is already the key of {owner.id}, not of {action.id}"
                    )
            self._keys[action.id] = tuple(kept)


def hint_word(action: ScreenAction) -> str:
    """The word for the title of a pane."""
    return (action.short or action.id.rpartition(".")[2].replace("_", " ")).lower()


def widget_keys(bindings: Iterable[BindingType]) -> list[tuple[str, str]]:
    """Keys and descriptions of a widget's own bindings."""
    found = [b for b in bindings if isinstance(b, Binding) and b.description]
    return [
        (" ".join(shown(key.strip()) for key in b.key.split(",")), b.description) for b in found
    ]


def readme_table(widgets: Sequence[tuple[str, Iterable[BindingType]]]) -> str:
    """The table of keys for the README, in Markdown."""
    lines = ["| Key | Action | What it does |", "| --- | --- | --- |"]
    for group in Group:
        for action in (a for a in ACTIONS if a.group is group):
            keys = " ".join(f"`{shown(key)}`" for key in action.keys) or "menu"
            if action.keys and action.screens:
                keys += f" on {' and '.join(sorted(action.screens))}"
            lines.append(f"| {keys} | {group}: {action.title} | {action.help} |")
    for name, bindings in widgets:
        for keys, description in widget_keys(bindings):
            signs = " ".join(f"`{key}`" for key in keys.split(" ") if key)
            lines.append(f"| {signs} | {name} | {description} |")
    return "\n".join(lines) + "\n"
