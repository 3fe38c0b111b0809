"""The registry of actions, and what is made from it."""

from __future__ import annotations

import importlib

import pytest

from cp_tui.tui.actions.action import ScreenAction
from cp_tui.tui.actions.keymap import Keymap, shown
from cp_tui.tui.actions.keymap_check import clash
from cp_tui.tui.dashboard import alarm
from cp_tui.tui.dashboard.one_alarm import Remedy
from cp_tui.tui.registry import ACTIONS, BY_ID, EVERY_ACTION, SCREENS
from tests.imports import module_name
from tests.sources import python_files, shown as shown_path


def test_ids_are_unique_and_no_default_key_is_that_of_two_or_of_a_widget() -> None:
    """A widget sees a key before the app does, and would swallow it."""
    assert len(BY_ID) == len(EVERY_ACTION)
    assert [clash(BY_ID, {}, action_id) for action_id in BY_ID] == [None] * len(BY_ID)


def test_every_action_that_is_written_somewhere_is_in_the_registry() -> None:
    modules = [module_name(shown_path(path)) for path in python_files("cp_tui/tui")]
    values = [
        value
        for name in modules
        if name.endswith("actions")
        for value in vars(importlib.import_module(name)).values()
    ]
    written = [value for value in values if isinstance(value, ScreenAction)]
    assert len(written) > 50
    assert [action.id for action in written if BY_ID.get(action.id) is not action] == []


def test_what_the_alarm_line_advises_is_an_action() -> None:
    advised = {each.action_id for each in vars(alarm).values() if isinstance(each, Remedy)}
    assert len(advised) > 5
    assert advised - BY_ID.keys() == set()


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
        "8": "screen.security",
        "9": "screen.findings",
    }


def test_what_the_footer_shows_has_a_word_and_a_key() -> None:
    for screen in SCREENS:
        for action_id in screen.FOOTER:
            assert BY_ID[action_id].short
            assert BY_ID[action_id].keys


def test_keys_are_printed_as_people_write_them() -> None:
    printed = {shown(key) for key in ("ctrl+p", "slash", "question_mark", "shift+tab", "s")}
    assert printed == {"^p", "/", "?", "shift+tab", "s"}


@pytest.mark.parametrize("key", ["escape", "delete", "enter", "backspace", "shift+delete"])
def test_a_key_with_a_name_is_printed_as_a_keymap_takes_it(key: str) -> None:
    assert shown(key) == key


def test_a_keymap_replaces_keys() -> None:
    keymap = Keymap(ACTIONS, {"screen.zoom": ("f7", "ctrl+z"), "screen.quit": ()})
    assert keymap.keys("screen.zoom") == ("f7", "ctrl+z")
    assert (keymap.first("screen.zoom"), keymap.first("screen.quit")) == ("f7", "")
    assert keymap.keys("screen.log") == ("at",)
