"""The consequences that a question names: they follow what happens while it is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.widgets.fact_lines import FactLines

AskedSource = Callable[[Snapshot], Sequence[Fact]]


class AskedFacts(FactLines):
    """Facts that are made anew when what they are about has changed, and not with each reading."""

    def __init__(self, facts: Sequence[Fact] | AskedSource, snapshot: Snapshot) -> None:
        super().__init__(label_width=9)
        self.can_focus = False
        self._source = facts
        self._made_of = substance(snapshot)
        self._made = self._make(snapshot)

    def on_mount(self) -> None:
        """Show what is known."""
        self.show(self._made)

    def follow(self, snapshot: Snapshot) -> None:
        """Tell it anew, if it is another matter by now."""
        if (made_of := substance(snapshot)) != self._made_of:
            self._made_of, self._made = made_of, self._make(snapshot)
            if self.is_attached:
                self.show(self._made)
                self.refresh(layout=True)

    def _make(self, snapshot: Snapshot) -> Sequence[Fact]:
        return self._source(snapshot) if callable(self._source) else self._source


def substance(snapshot: Snapshot) -> tuple[object, ...]:
    """What decides the consequences of whatever may be asked, without numbers that run."""
    running = (
        (c.connector_id, c.transaction.started_at, c.transaction.transaction_id)
        for c in snapshot.running
        if c.transaction is not None
    )
    jammed = (c.connector_id for c in snapshot.connectors if c.is_lock_jammed)
    return (*running, *jammed, snapshot.is_stopped)
