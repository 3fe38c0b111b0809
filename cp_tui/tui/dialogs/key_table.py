"""The answer to get_configuration_key as a table."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from cp_tui.tui.actions.outcome import KeyResult
from cp_tui.tui.dialogs.dialog import Dialog
from cp_tui.tui.text.columns import Column, Row
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.widgets.line_table import LineTable


class KeyTableDialog(Dialog[None]):
    """Keys with value and access; unknown ones say so."""

    DEFAULT_CSS = """
    KeyTableDialog > .box { width: 100; height: 100%; max-height: 40; }
    """

    def __init__(self, keys: Sequence[KeyResult]) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        """One table."""
        columns = [Column("Key", 40), Column("Value", None), Column("Access", 10, rank=1)]
        with Vertical(classes="box"):
            yield LineTable(columns, empty="no key was answered")

    async def begin(self) -> None:
        """Show the keys."""
        unknown = sum(1 for key in self._keys if key.read_only is None)
        summary = f"Configuration keys: {len(self._keys) - unknown} known, {unknown} unknown"
        self.titled(summary, "arrows scroll · escape closes")
        table = self.query_one(LineTable)
        table.set_rows([_row(index, key) for index, key in enumerate(self._keys)])
        table.focus()


def _row(index: int, key: KeyResult) -> Row:
    if key.read_only is None:
        value, access = Content.styled("unknown key", "$text-warning"), Content("")
    else:
        value = (
            Content.styled("not set", "$text-muted") if key.value is None else safe_text(key.value)
        )
        access = Content.styled("read only" if key.read_only else "read-write", "$text-muted")
    return Row(f"{index}", (safe_text(key.key), value, access))
