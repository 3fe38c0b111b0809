"""The table of keys: every action of the screen, and what its widgets do by themselves."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import BindingType

from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.actions.keymap import shown, widget_keys
from cp_tui.tui.compose.dialog import ComposeDialog
from cp_tui.tui.dialogs.facts import FactsDialog
from cp_tui.tui.dialogs.inputs import ChoiceInput, RecentInput
from cp_tui.tui.registry import EVERY_ACTION
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.timeline.timeline import Timeline
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import LineTable

WIDGETS: tuple[tuple[str, Iterable[BindingType]], ...] = (
    ("Table", LineTable.BINDINGS),
    ("Schedule", Timeline.BINDINGS),
    ("Connection", FactLines.BINDINGS),
    ("Field of a form", RecentInput.BINDINGS),
    ("Field with choices", ChoiceInput.BINDINGS),
    ("Composer", ComposeDialog.BINDINGS),
    ("Details", FactsDialog.BINDINGS),
)
"""Parts of a screen that have keys of their own."""
HEAD = """\
# Keys

Made from the code by `python docs/make.py`. On the screen `?` tells the same of the pane that has
the focus, and the menu (`^p` or `:`) reaches every action, also those without a key. `^` is the
control key.

## What each key means

A key means the same on every screen, in every table, on the timeline and in dialogs; where there
is nothing to do it for, it does nothing. In a question the letters are those of its answers.

{meanings}
`enter` sends a form of one action; in the composer it goes to the next field, because what stands
there goes to a CSMS as it stands: `^s` sends, and what is not valid only when it is pressed again.

Small letters do what is asked for often, the capital of the same letter the wider or the heavier
form of it: `x` one, `X` all of them; `i` a form, `I` a file; `s` and `S` stop OCPP and the charge.
`j` `k` `h` `l` `g` `G`, `^d` `^u`, `/` and `:` are those of vim, less and k9s, `y` (copy) and `@`
(log of commands) those of lazygit. So what had them gave way: the subjects of screen 6 have no
letters any more (it is a list: enter goes in, escape leads back), `W` says why a limit holds and
what a tag would do, `K` reads keys, and `y` copies wherever something can be copied. `v` leaves
things out and brings them back, `D` opens what has no row to press enter on. `n` and `N` do not go
to the next match, as in less: a table shows nothing but what matches.

`:` and the name of a screen show it, as in k9s: `:messages`, `:config`, `:tx`, `:upkeep`. In every
filter `!word` leaves out what has the word. `q` closes what is only read in a dialog, as in less;
where something is typed or asked there, it is a letter.

The names in the tables below are what `[screen.keymap]` takes to give an action other keys.
"""


def keys() -> str:
    """Write the page."""
    widgets = (_widget(name, bindings) for name, bindings in WIDGETS)
    head = HEAD.format(meanings=_meanings())
    return "\n".join([head, *(_group(group) for group in Group), *widgets])


def _meanings() -> str:
    rows = "".join(
        f"| {' '.join(f'`{shown(key)}`' for key in meaning.keys)} | {meaning.words} |\n"
        for meaning in Meaning
    )
    return f"| Key | What it means |\n|---|---|\n{rows}"


def _group(group: Group) -> str:
    rows = "".join(_row(action) for action in EVERY_ACTION if action.group is group)
    return f"## {group}\n\n| Key | Action | What it does | Name |\n|---|---|---|---|\n{rows}"


def _row(action: ScreenAction) -> str:
    keys = " ".join(f"`{shown(key)}`" for key in action.keys) or "menu"
    if action.keys and action.screens:
        keys += f" on {' and '.join(sorted(action.screens))}"
    return f"| {keys} | {action.title} | {action.help} | `{action.id}` |\n"


def _widget(name: str, bindings: Iterable[BindingType]) -> str:
    rows = "".join(
        f"| {' '.join(f'`{key}`' for key in signs.split(' ') if key)} | {what} |\n"
        for signs, what in widget_keys(bindings)
    )
    return f"## Within: {name}\n\n| Key | What it does |\n|---|---|\n{rows}"
