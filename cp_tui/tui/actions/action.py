"""What an action is: its public name, its words, its keys, and what stands against it now."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from enum import StrEnum

from msgspec import Struct

from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.desk import Desk
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.meanings import Meaning


class Group(StrEnum):
    """What an action is about."""

    CHARGE_POINT = "Charge point"
    CONFIGURATION = "Configuration"
    CONNECTOR = "Connector"
    SCHEDULE = "Schedule"
    MESSAGES = "Messages"
    TRANSACTIONS = "Transactions"
    MAINTENANCE = "Maintenance"
    SECURITY = "Security"
    CSMS = "CSMS"
    LOG = "Log"
    FLEET = "Fleet"
    SCREEN = "Screen"


class ScreenAction(Struct, frozen=True):
    """Something a person can do."""

    id: str
    """The public name, also in a keymap."""
    title: str
    help: str
    group: Group
    run: Callable[[Desk], Awaitable[None]]
    means: Meaning | None = None
    """What its keys mean everywhere; None: it has none, the menu reaches it."""
    keys: tuple[str, ...] = ()
    """Default keys, in Textual's names: all of its meaning, of a screen its digit."""
    short: str = ""
    """The word in the footer; empty: not in the footer."""
    screens: frozenset[str] = frozenset()
    """Where its keys work; empty: on every screen. The menu offers it everywhere."""
    pane: str = ""
    """The pane in whose title its key is shown."""
    why_not: Callable[[Snapshot], str | None] = conditions.always
    gives_way: Callable[[Snapshot], bool] | None = None
    """When its keys are left to another action that shares them; None: it shares none."""

    @property
    def asks(self) -> bool:
        """Whether it needs a charge point that can be asked: of a log it never is."""
        return self.why_not(conditions.OF_A_LOG) == conditions.A_LOG

    @property
    def is_idle_in_log(self) -> bool:
        """Whether it is never possible there."""
        return self.asks or self.why_not(conditions.OF_A_LOG) == conditions.AS_IT_IS

    def is_offered(self, snapshot: Snapshot) -> bool:
        """Whether somebody may look for it here: what is of a log only there, and there little
        else; of a charge point that is only watched nothing that asks it."""
        if snapshot.log is None:
            is_of_log = self.gives_way is conditions.not_in_log
            return not is_of_log and not (snapshot.watched and self.asks)
        return not self.is_idle_in_log and self.group is not Group.CSMS

    def meets(self, other: ScreenAction) -> bool:
        """Whether there is a screen on which the keys of both work at the same time."""
        if self.gives_way is not other.gives_way:
            return False
        return not self.screens or not other.screens or bool(self.screens & other.screens)

    def works_on(self, screen: str) -> bool:
        """Whether its keys work on the screen of this name."""
        return not self.screens or screen in self.screens


def action(
    id: str,
    title: str,
    *,
    means: Meaning | None = None,
    short: str = "",
    screens: str = "",
    pane: str = "",
    group: Group | None = None,
    when: Callable[[Snapshot], str | None] = conditions.always,
    gives_way: Callable[[Snapshot], bool] | None = None,
) -> Callable[[Callable[[Desk], Awaitable[None]]], ScreenAction]:
    """Make an action of the function that does it; its help is how its docstring begins.

    Its keys are those of what it `means`; `screens` have commas between; `group` is the one that
    the id begins with, unless told; `when` gives what stands against it now, in words, `gives_way`
    whether another action has its keys now. What the actions of a feature share is said once, with
    `partial`.
    """

    def made(run: Callable[[Desk], Awaitable[None]]) -> ScreenAction:
        paragraphs = (inspect.getdoc(run) or "").split("\n\n")
        return ScreenAction(
            id,
            title,
            " ".join(paragraphs[0].split()),
            group or Group[id.partition(".")[0].upper()],
            run,
            means,
            means.keys if means is not None else (),
            short,
            frozenset(screens.split(",")) if screens else frozenset(),
            pane,
            when,
            gives_way,
        )

    return made
