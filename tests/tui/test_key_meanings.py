"""One key, one meaning: in the actions, in what widgets and dialogs do by themselves, on paper."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator

from textual.binding import Binding
from textual.dom import DOMNode

from cp_tui.tui.actions.keymap_check import clash
from cp_tui.tui.frame.main_screen import LETTERS
from cp_tui.tui.registry import BY_ID, EVERY_ACTION
from cp_tui.tui.text.meanings import MEANING_OF, Meaning
from tests.imports import module_name
from tests.sources import ROOT, python_files, shown
from tests.tui import maintenance_world
from tests.tui.driving import screen

IDS = (ROOT / "tests/data/action_ids.txt").read_text().split()
"""Every id that a keymap could name before a key had one meaning everywhere."""


def widgets() -> Iterator[type[DOMNode]]:
    """Every widget, screen and app of ours."""
    for path in python_files("cp_tui/tui"):
        module = importlib.import_module(module_name(shown(path)))
        for value in vars(module).values():
            is_class = isinstance(value, type) and issubclass(value, DOMNode)
            if is_class and value.__module__ == module.__name__:
                yield value


def bound() -> dict[str, set[str]]:
    """The keys that widgets bind, and what each does there; the letters of a jump are no keys."""
    found: dict[str, set[str]] = {}
    for widget in widgets():
        for binding in vars(widget).get("BINDINGS", ()):
            assert isinstance(binding, Binding), widget
            for key in binding.key.split(","):
                if not (key in LETTERS and binding.action.startswith("jump")):
                    found.setdefault(key.strip(), set()).add(binding.description)
    return found


def test_no_key_has_two_meanings() -> None:
    counts = Counter(key for meaning in Meaning for key in meaning.keys)
    assert [key for key, number in counts.items() if number > 1] == []
    assert len({meaning.words for meaning in Meaning}) == len(Meaning)


def test_an_action_has_the_keys_of_what_it_means() -> None:
    for action in EVERY_ACTION:
        meanings = {MEANING_OF[key] for key in action.keys}
        assert meanings == ({action.means} if action.means else set()), action.id


def test_what_a_widget_or_a_dialog_does_with_a_key_is_in_the_table() -> None:
    assert len(bound()) > 30
    assert bound().keys() - MEANING_OF.keys() == set()


def test_every_meaning_is_that_of_something() -> None:
    used = {MEANING_OF[key] for key in bound()} | {action.means for action in EVERY_ACTION}
    assert set(Meaning) - used == set()


def test_no_id_that_a_keymap_may_name_is_gone() -> None:
    assert len(IDS) == 93
    assert set(IDS) - BY_ID.keys() == set()


async def test_a_keymap_may_give_the_subjects_of_maintenance_letters_again() -> None:
    keymap = {"maintenance.local_list": ("l",), "maintenance.status_history": ("h",)}
    assert [clash(BY_ID, keymap, each) for each in keymap] == [None, None]
    async with screen(engine=maintenance_world.engine(), keymap=keymap) as drive:
        await drive.press("6", "l")
        assert drive.shows("Key Subject", "l Local list")
        assert drive.app.desk.pane == "local_list"
        await drive.press("colon")
        assert drive.shows("All actions")


def test_the_page_begins_with_the_table() -> None:
    page = (ROOT / "docs/keys.md").read_text()
    rows = page.split("## What each key means")[1].split("\n## ")[0]
    assert all(f" {meaning.words} |" in rows for meaning in Meaning)
