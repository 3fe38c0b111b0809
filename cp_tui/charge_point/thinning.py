"""Which MeterValues go where too many wait: what is left still shows the course (E 3.91)."""

from __future__ import annotations

from collections.abc import Sequence

from cp_tui.charge_point.records import OutboxRecord
from cp_tui.ocpp.action import Action


def thin_out(records: Sequence[OutboxRecord], count: int) -> frozenset[int]:
    """Choose MeterValues to drop where they stand closest in time; the rest is spread evenly.

    Gives their sequence numbers. The first and the last of each transaction stay.
    """
    series: dict[tuple[str | None, int | None], list[OutboxRecord]] = {}
    for record in records:
        if record.action == Action.METER_VALUES:
            series.setdefault((record.transaction_key, record.connector_id), []).append(record)
    gaps = [
        (after.created_at - before.created_at, record.sequence, before.sequence)
        for values in series.values()
        for before, record, after in zip(values, values[1:], values[2:], strict=False)
    ]
    dropped: set[int] = set()
    for _, sequence, before in sorted(gaps):
        if len(dropped) == count:
            break
        # Not two neighbours at once: that would tear a hole.
        if before not in dropped:
            dropped.add(sequence)
    return frozenset(dropped)
