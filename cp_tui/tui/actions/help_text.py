"""What the help says: first the keys of the pane, then those of its screen, two beside each other.

On a small terminal as much as fits stands there without scrolling; below it what the pane shows,
and every action with what it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from textual.binding import BindingType
from textual.content import Content

from cp_tui.charge_point.reason import RULE_MARKS
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.actions.keymap import Keymap, widget_keys
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning

LINE_WIDTH = 74
"""Cells of a line at 80 columns; two keys share it."""

FRAME = 80 - LINE_WIDTH
"""Cells of the terminal that are no part of a line."""

TWO_FROM = 52
"""Cells of a line from which two keys have room in it."""

KEY_WIDTH = 7
"""Cells for the keys of one."""

FILTERED = (
    "The filter shows the rows that have every word; !word leaves out those that have it: "
    "!available 2."
)
"""Of every table."""

ROW_ACTIONS = (Meaning.FILTER, Meaning.SORT, Meaning.SORT_BACK)
"""What is done with the rows of every table."""


class HelpedPane(Struct, frozen=True, eq=False):
    """The pane with the focus, as far as it is explained."""

    title: str
    names: frozenset[str]
    """Those under which actions name it in the titles of panes."""
    has_rows: bool
    sentences: Sequence[str]
    bindings: Iterable[BindingType]
    """Those of the widget with the focus."""


def help_facts(
    keymap: Keymap,
    snapshot: Snapshot,
    screen: str,
    screen_title: str,
    pane: HelpedPane | None,
    columns: int,
) -> list[Fact]:
    """Everything that the help says on a screen, the pane with the focus first.

    `columns` is what the terminal has.
    """
    width = min(columns - FRAME, LINE_WIDTH)
    here = [
        each for each in keymap.actions.values() if _is_key_here(each, keymap, snapshot, screen)
    ]
    of_pane = [each for each in here if pane is not None and _is_of(each, pane)]
    of_screen = [each for each in here if each.screens and each not in of_pane]
    anywhere = [each for each in here if not each.screens and each not in of_pane]
    facts: list[Fact] = []
    if pane is not None:
        keys = [(_key(each, keymap), _names(each)) for each in of_pane]
        own = [(key, (words,)) for key, words in widget_keys(pane.bindings)]
        facts += [heading(pane.title), *_pairs([*keys, *own], width)]
    keys = [(_key(each, keymap), _names(each)) for each in of_screen]
    facts += [heading(screen_title), *_pairs(keys, width)]
    facts += [heading("Anywhere"), *_pairs([*_with_screens_as_one(anywhere, keymap)], width)]
    if pane is not None and (pane.sentences or pane.has_rows):
        facts += [Fact("", Content("")), heading(f"What {pane.title} shows")]
        said = [*pane.sentences, *([FILTERED] if pane.has_rows else [])]
        facts += [Fact("", Content(sentence)) for sentence in said]
    for group in Group:
        actions = [
            each
            for each in keymap.actions.values()
            if each.group is group and each.is_offered(snapshot)
        ]
        if not actions:
            continue
        facts += [Fact("", Content("")), heading(group.value)]
        facts += [_in_full(action, keymap, snapshot, screen) for action in actions]
    facts += [Fact("", Content("")), heading("Rules")]
    return facts + [Fact(mark, Content(meaning)) for mark, meaning in RULE_MARKS.items()]


def heading(text: str) -> Fact:
    """A line above others."""
    return Fact("", Content.styled(text, "bold $text-accent"))


def _is_key_here(action: ScreenAction, keymap: Keymap, snapshot: Snapshot, screen: str) -> bool:
    """Whether it has a key that does something here; nothing of a CSMS that is not there."""
    gives_way = action.gives_way is not None and action.gives_way(snapshot)
    if gives_way or not action.is_offered(snapshot):
        return False
    if action.group is Group.CSMS and conditions.csms(snapshot) is not None:
        return False
    return bool(keymap.keys(action.id)) and action.works_on(screen)


def _with_screens_as_one(
    actions: Iterable[ScreenAction], keymap: Keymap
) -> Iterator[tuple[str, Sequence[str]]]:
    """The keys with their names; those of the screens in one."""
    screens: list[str] = []
    for action in actions:
        if action.means is Meaning.SCREEN:
            screens.append(_key(action, keymap))
        else:
            yield _key(action, keymap), _names(action)
    if screens:
        yield f"{screens[0]} to {screens[-1]}", ("The screens",)


def _is_of(action: ScreenAction, pane: HelpedPane) -> bool:
    return action.pane in pane.names or (pane.has_rows and action.means in ROW_ACTIONS)


def _key(action: ScreenAction, keymap: Keymap) -> str:
    return keymap.first(action.id)


def _names(action: ScreenAction) -> tuple[str, ...]:
    """What it may be called where there is little room, the best first."""
    short = action.short or action.id.rpartition(".")[2].replace("_", " ").capitalize()
    return action.title, short


def _pairs(keys: Sequence[tuple[str, Sequence[str]]], line: int) -> list[Fact]:
    """Two keys in a line of so many cells, or one, each with the first of its names that fits."""
    if line < TWO_FROM:
        return [Fact("", _cell(key, names, line)) for key, names in keys]
    width = line // 2
    cells = [_cell(key, names, width) for key, names in keys]
    half = (len(cells) + 1) // 2
    rest = [*cells[half:], *[Content("")] * (half * 2 - len(cells))]
    return [
        Fact("", Content.assemble(left.pad_right(width - left.cell_length), right))
        for left, right in zip(cells[:half], rest, strict=True)
    ]


def _cell(key: str, names: Sequence[str], width: int) -> Content:
    pad = max(KEY_WIDTH, len(key) + 1)
    room = width - pad - 1
    name = next((name for name in names if len(name) <= room), names[-1][:room])
    # In one style: forty keys in bold would be a third of what the dialog sends.
    return Content(f"{key:{pad}}{name}")


def _in_full(action: ScreenAction, keymap: Keymap, snapshot: Snapshot, screen: str) -> Fact:
    text = Content.assemble(Content.styled(action.title, "bold"), f"  {action.help}")
    if (why := action.why_not(snapshot)) is not None:
        text = Content.assemble(text, Content.styled(f"  Not now: {why}", "$text-warning"))
    key = keymap.first(action.id) if action.works_on(screen) else ""
    return Fact(key or "menu", text)
