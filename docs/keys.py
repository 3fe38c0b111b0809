"""The page of keys: every action of the screen with its keys, made from the code."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import BindingType

from cp_tui.tui.actions.action import Group
from cp_tui.tui.actions.keymap import shown, widget_keys
from cp_tui.tui.registry import ACTIONS
from cp_tui.tui.timeline.timeline import Timeline
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import LineTable

HEAD = """\
# Keys

Made from the code by `python docs/make.py`. The same, with what is not possible now and why, is
behind `?` on each screen; `^p` lets any action be chosen by its name. The word `menu` stands for an
action that has no key of its own. `[screen.keymap]` in cp-tui.toml gives any action other keys.

"""

WIDGETS: tuple[tuple[str, Iterable[BindingType]], ...] = (
    ("Table", LineTable.BINDINGS),
    ("Schedule", Timeline.BINDINGS),
    ("Connection", FactLines.BINDINGS),
)
"""Parts of a screen that have keys of their own."""


def keys() -> str:
    """Write the whole page."""
    return HEAD + table()


def table() -> str:
    """Write the table."""
    lines = ["| Key | Action | What it does |", "| --- | --- | --- |"]
    for group in Group:
        for action in (a for a in ACTIONS if a.group is group):
            keys = " ".join(f"`{shown(key)}`" for key in action.keys) or "menu"
            if action.keys and action.screens:
                keys += f" on {' and '.join(sorted(action.screens))}"
            lines.append(f"| {keys} | {group}: {action.title} | {action.help} |")
    for name, bindings in WIDGETS:
        for keys, description in widget_keys(bindings):
            signs = " ".join(f"`{key}`" for key in keys.split(" ") if key)
            lines.append(f"| {signs} | {name} | {description} |")
    return "\n".join(lines) + "\n"
