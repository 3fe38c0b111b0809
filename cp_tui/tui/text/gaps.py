"""Where something may be missing in a list: the charge point was lost, or told too much at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct
from textual.content import Content

from cp_tui.tui.state.arrivals import Gap
from cp_tui.tui.text.columns import Divider
from cp_tui.tui.text.words import Clock

T = TypeVar("T")

STYLE = "$text-warning"


def gap_words(gap: Gap, clock: Clock) -> Content:
    """`charge point lost until 14:05:01, then started anew`, and how many are not shown."""
    what = f"{what_words(gap)} {until_words(gap, clock)}"
    return Content.styled(", ".join(filter(None, (what, since_words(gap)))), STYLE)


def what_words(gap: Gap) -> str:
    """What happened: `charge point lost`, `12 not shown`."""
    return f"{gap.missed} not shown" if gap.is_slow else "charge point lost"


def until_words(gap: Gap, clock: Clock) -> str:
    """`until 14:05:01`; it stands behind when the charge point was lost, whose day is said."""
    return f"until {clock.seen_from(gap.lost_at).brief(gap.back_at)}"


def since_words(gap: Gap) -> str:
    """What is known to be missing, or that nobody knows; why, where it was not lost."""
    if gap.is_slow:
        return "the screen was too slow"
    missed = f"{gap.missed} not shown" if gap.missed else ""
    anew = "then started anew" if gap.is_started_anew else ""
    return ", ".join(filter(None, (anew, missed)))


def divided(
    records: Iterable[tuple[str, T]],
    gaps: Sequence[Gap],
    clock: Clock,
    events: Iterable[Struct | None],
) -> list[tuple[str, T | Divider]]:
    """Records, newest first, with a line where a gap is; `events` are what each record is of.

    A gap since which nothing came stands before the newest record.
    """
    found: list[tuple[str, T | Divider]] = []
    for record, event in zip(records, events, strict=True):
        if not found:
            found += _lines((gap for gap in reversed(gaps) if gap.before is None), clock)
        found.append(record)
        if event is not None:
            found += _lines((gap for gap in reversed(gaps) if gap.before is event), clock)
    return found


def _lines(gaps: Iterable[Gap], clock: Clock) -> Iterator[tuple[str, Divider]]:
    for gap in gaps:
        divider = Divider(clock.brief(gap.lost_at), gap_words(gap, clock))
        yield f"gap {gap.lost_at.timestamp()}", divider
