"""What our own charge point would have answered otherwise, in words."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cp_tui.shadow.answer import OtherAnswer
from cp_tui.tui.text.columns import Column, time_column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import QUIET
from cp_tui.tui.text.words import Clock


def ours_facts(other: OtherAnswer | None) -> list[Fact]:
    """`Ours would have answered Rejected, not Accepted: no transaction runs there (S 5.16)`."""
    if other is None:
        return []
    why = f": {other.reason}" if other.reason else ""
    rule = f" ({other.rule})" if other.rule else ""
    told = Content.assemble(
        "would have answered ",
        safe_text(other.ours, "bold $text-accent"),
        safe_text(f", not {other.theirs}"),
        safe_text(why),
        safe_text(rule, QUIET),
    )
    return [Fact("Ours", told)]


def other_columns(others: Sequence[OtherAnswer], clock: Clock) -> list[Column[OtherAnswer]]:
    """When, what was asked, both answers, and why ours."""
    has_times = any(each.at for each in others)
    return [
        *([time_column("Time", clock.brief, others, lambda each: each.at, 8)] if has_times else []),
        Column(
            "Frame",
            7,
            lambda each: Content(f"{each.place:,}"),
            "right",
            rank=3 if has_times else 0,
            order=lambda each: each.place,
        ),
        Column("Request", 22, lambda each: safe_text(each.action)),
        Column("Answer", 12, lambda each: safe_text(each.theirs)),
        Column("Ours", 12, lambda each: safe_text(each.ours, "bold $text-accent")),
        Column("Why", 20, lambda each: safe_text(each.reason), rank=1, is_flexible=True),
    ]
