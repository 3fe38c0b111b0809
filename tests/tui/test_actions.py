"""The registry of actions, and what is made from it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from textual.binding import BindingType

from cp_tui.tui.actions.keymap import Keymap, readme_table, shown
from cp_tui.tui.registry import ACTIONS, BY_ID, FOOTERS
from cp_tui.tui.schedule.actions import SCHEDULE_SHOWN
from cp_tui.tui.timeline.timeline import Timeline
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.line_table import LineTable
from tests.sources import ROOT

WIDGETS = (
    ("Table", LineTable.BINDINGS),
    ("Schedule", Timeline.BINDINGS),
    ("Connection", FactLines.BINDINGS),
)


def test_ids_and_default_keys_are_unique() -> None:
    assert len(BY_ID) == len(ACTIONS)
    assert Keymap().problems == []


def test_digits_are_the_screens() -> None:
    digits = {key: action.id for action in ACTIONS for key in action.keys if key.isdigit()}
    assert digits == {
        "1": "screen.dashboard",
        "2": "screen.messages",
        "3": "screen.configuration",
        "4": "screen.schedule",
        "5": "screen.transactions",
        "6": "screen.maintenance",
        "7": "screen.csms",
    }


def test_no_key_of_an_action_is_taken_by_a_widget() -> None:
    """A widget sees a key before the app does, and would swallow it; the timeline is on two."""
    screens = {"Schedule": SCHEDULE_SHOWN}
    clashes = [
        (name, action.id, key)
        for name, bindings in WIDGETS
        for action in ACTIONS
        for key in taken_by(bindings).intersection(action.keys)
        if not action.screens or action.screens & screens.get(name, action.screens)
    ]
    assert clashes == []


def taken_by(bindings: Iterable[BindingType]) -> set[str]:
    """The keys of a widget."""
    found = [b for b in bindings if not isinstance(b, tuple)]
    return {key.strip() for binding in found for key in binding.key.split(",")}


def test_what_the_footer_shows_has_a_word_and_a_key() -> None:
    for footer in FOOTERS.values():
        for action_id in footer:
            assert BY_ID[action_id].short
            assert BY_ID[action_id].keys


def test_keys_are_printed_as_people_write_them() -> None:
    printed = {shown(key) for key in ("ctrl+p", "slash", "question_mark", "shift+tab", "s")}
    assert printed == {"^p", "/", "?", "shift+tab", "s"}


def test_a_keymap_replaces_keys_and_tells_what_is_wrong_with_it() -> None:
    keymap = Keymap({"screen.zoom": "f7, ctrl+z", "screen.quit": "s", "no.such": "x"})
    assert keymap.keys(BY_ID["screen.zoom"]) == ("f7", "ctrl+z")
    assert keymap.keys(BY_ID["screen.quit"]) == ()
    assert keymap.problems == [
        "keymap: there is no action 'no.such'",
        "keymap: s is already the key of charge_point.stop, not of screen.quit",
    ]


def test_the_table_of_keys_in_the_readme_is_true() -> None:
    """`python -m tests.tui.test_actions` prints it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- keys:begin -->\n(.*?)<!-- keys:end -->", text, re.DOTALL)
    assert found is not None
    assert found[1] == readme_table(WIDGETS)


if __name__ == "__main__":
    print(readme_table(WIDGETS), end="")
