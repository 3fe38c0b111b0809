"""The answer to get_configuration_key as a table."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from cp_tui.tui.actions.outcome import KeyResult
from cp_tui.tui.dialogs.dialog import Dialog
from cp_tui.tui.text.columns import Column
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
        with Vertical(classes="box"):
            yield LineTable(empty="no key was answered")

    async def begin(self) -> None:
        """Show the keys."""
        unknown = sum(1 for key in self._keys if key.read_only is None)
        summary = f"Configuration keys: {len(self._keys) - unknown} known, {unknown} unknown"
        self.titled(summary, "arrows scroll · escape closes")
        table = self.query_one(LineTable)
        columns: list[Column[KeyResult]] = [
            Column("Key", 40, lambda key: safe_text(key.key)),
            Column("Value", 8, _value, is_flexible=True),
            Column("Access", 10, _access, rank=1),
        ]
        table.show(columns, [(f"{index}", key) for index, key in enumerate(self._keys)])
        table.focus()


def _value(key: KeyResult) -> Content:
    if key.read_only is None:
        return Content.styled("unknown key", "$text-warning")
    return Content.styled("not set", "$text-muted") if key.value is None else safe_text(key.value)


def _access(key: KeyResult) -> Content:
    if key.read_only is None:
        return Content("")
    return Content.styled("read only" if key.read_only else "read-write", "$text-muted")
