"""What the configuration screen says beyond the keys: what is changed, what differs from a file."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cp_tui.charge_point.variables import ConfigurationEntry, KeySource
from cp_tui.ocpp.plural import count
from cp_tui.tui.configuration.file import Difference
from cp_tui.tui.state.key_lens import SavedConfiguration
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_ODD, QUIET
from cp_tui.tui.text.words import joined, with_words

FIXED = (KeySource.DEFAULT, KeySource.HARDWARE)
"""Sources of values that nobody has chosen."""


def is_changed(entry: ConfigurationEntry) -> bool:
    """Whether somebody gave the key another value than its default."""
    return entry.source not in FIXED and (entry.value is None or entry.value != entry.default)


def difference_columns() -> list[Column[Difference]]:
    """The columns of a comparison, in reading order."""
    return [
        Column("Key", 25, lambda d: safe_text(d.key)),
        Column("Here", 12, lambda d: _value(d.here, d.is_here), is_flexible=True),
        Column(
            "In the file", 12, lambda d: _value(d.there, d.is_there, BOLD_ODD), is_flexible=True
        ),
        Column("Default", 12, lambda d: safe_text(d.default or "", QUIET), rank=1),
    ]


def matching_differences(found: Sequence[Difference], words: str) -> list[Difference]:
    """The differences that hold every word of the filter in name or values."""
    return with_words(found, words, _haystack)


def difference_facts(difference: Difference) -> list[Fact]:
    """Both values of a key in full."""
    default = safe_text(difference.default) if difference.default is not None else "none"
    return [
        Fact("Here", _value(difference.here, difference.is_here)),
        Fact("File", _value(difference.there, difference.is_there)),
        Fact("Default", joined([default])),
    ]


def comparison_note(saved: SavedConfiguration, number: int) -> Content:
    """With what it is compared, and how many keys differ."""
    differ = f"{count(number, 'key')} differ{'s' * (number == 1)} from"
    return Content.assemble(
        Content.styled(differ, BOLD_ODD), f" {drawn(saved.name)} · escape: all keys"
    )


def _value(value: str | None, is_there: bool, style: str = "") -> Content:
    if not is_there:
        return Content.styled("no such key", "$text-error")
    if not value:
        return Content.styled("not set" if value is None else "(empty)", QUIET)
    return safe_text(value, style)


def _haystack(difference: Difference) -> str:
    texts = (difference.key, difference.here or "", difference.there or "")
    return " ".join(texts)
