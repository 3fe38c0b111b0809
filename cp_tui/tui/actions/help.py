"""The words of the help: what the pane means, its keys, and every action with its key."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import BindingType
from textual.content import Content

from cp_tui.charge_point.reason import RULE_MARKS
from cp_tui.tui.actions.action import Group
from cp_tui.tui.actions.keymap import Keymap, widget_keys
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact

HEADING = "bold $text-accent"


def help_facts(
    pane_title: str,
    pane_lines: Iterable[str],
    pane_bindings: Iterable[BindingType],
    keymap: Keymap,
    screen: str,
    snapshot: Snapshot,
) -> list[Fact]:
    """The help as facts."""
    facts: list[Fact] = []
    if pane_title:
        facts.append(Fact("", Content.styled(pane_title, HEADING)))
        facts += [Fact("", Content(line)) for line in pane_lines]
        facts += [Fact(keys, Content(words)) for keys, words in widget_keys(pane_bindings)]
    for group in Group:
        facts += [Fact("", Content("")), Fact("", Content.styled(group.value, HEADING))]
        for action in (a for a in keymap.actions.values() if a.group is group):
            why = action.why_not(snapshot)
            text = Content.assemble(Content.styled(action.title, "bold"), f"  {action.help}")
            if why is not None:
                text = Content.assemble(text, Content.styled(f"  Not now: {why}", "$text-warning"))
            key = keymap.first(action.id) if action.works_on(screen) else ""
            facts.append(Fact(key or "menu", text))
    facts += [Fact("", Content("")), Fact("", Content.styled("Rules", HEADING))]
    facts += [Fact(mark, Content(meaning)) for mark, meaning in RULE_MARKS.items()]
    return facts
