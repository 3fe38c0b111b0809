"""What the help shows at 80x24 without scrolling: keys of the pane, then those of its screen."""

from __future__ import annotations

import pytest

from cp_tui.tui.actions.help_text import FRAME, LINE_WIDTH, HelpedPane, help_facts
from cp_tui.tui.actions.keymap import Keymap
from cp_tui.tui.registry import ACTIONS, BY_ID, SCREENS
from cp_tui.tui.state.csms_state import CsmsState
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.timeline.timeline import Timeline
from cp_tui.tui.widgets.line_table import LineTable

ROWS = 22
"""Of the dialog, at 80x24."""


def lines(screen: str, pane: HelpedPane, snapshot: Snapshot, columns: int = 80) -> list[str]:
    """The lines of the help, before anything wraps."""
    keymap = Keymap(ACTIONS)
    facts = help_facts(keymap, snapshot, screen, "Screen", pane, columns)
    return [f"{fact.label} {fact.text.plain}".strip() for fact in facts]


@pytest.mark.parametrize("screen", [each.NAME for each in SCREENS])
def test_pane_and_screen_fit_a_small_terminal(screen: str) -> None:
    snapshot = Snapshot(csms=CsmsState(is_ours=True))
    rows = HelpedPane("Pane", frozenset({"keys"}), True, ("It shows.",), LineTable.BINDINGS)
    chart = HelpedPane("Chart", frozenset({"schedule"}), False, (), Timeline.BINDINGS)
    for pane in (rows, chart):
        shown = lines(screen, pane, snapshot)
        assert shown[0] == pane.title
        assert shown.index("Screen") < shown.index("Anywhere") <= ROWS
        assert max(map(len, shown[: shown.index("Anywhere")])) <= LINE_WIDTH


def test_keys_share_a_line_only_where_a_narrow_terminal_has_room_for_two() -> None:
    pane = HelpedPane("Pane", frozenset(), True, (), LineTable.BINDINGS)
    counts = []
    for columns in (30, 40, 60, 80):
        shown = lines("messages", pane, Snapshot(), columns)
        keys = shown[: shown.index("Anywhere")]
        assert max(map(len, keys)) <= columns - FRAME
        counts.append(len(keys))
    assert counts[0] == counts[1] > counts[2] == counts[3]


def test_what_works_here_is_named_once_and_nothing_else() -> None:
    pane = HelpedPane("Pane", frozenset(), True, (), LineTable.BINDINGS)
    shown = lines("maintenance", pane, Snapshot())
    first = "\n".join(shown[: shown.index("Charge point")])
    assert "Look a tag up" in first
    assert "1 to 8 The screens" in " ".join(first.split())
    for stranger in ("connector.clear_error", "csms.run", "csms.faster"):
        assert BY_ID[stranger].title not in first
