"""What variables work out of what they hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cp_tui.charge_point.variables import ConnectorTransaction, RegistrationView

STARTED = datetime(2026, 1, 5, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told_s", "kept_s", "ahead_s"),
    [(90.0, 5.0, 90.0), (0.0, 5.0, 0.0), (None, 5.0, 5.0), (None, None, 0.0)],
)
def test_the_clock_is_ahead_by_what_the_csms_told_else_by_what_was_kept(
    told_s: float | None, kept_s: float | None, ahead_s: float
) -> None:
    view = RegistrationView(since=STARTED, clock_offset_s=told_s, clock_kept_offset_s=kept_s)
    assert view.clock_ahead_s == ahead_s


@pytest.mark.parametrize("step_s", [0.0, 3600.0, -90.0])
def test_a_transaction_began_where_the_clock_is_set_now(step_s: float) -> None:
    transaction = ConnectorTransaction(
        transaction_id=7,
        id_tag="TAG1",
        started_at=STARTED,
        meter_start_wh=0,
        energy_wh=0,
        clock_step_s=step_s,
    )
    assert transaction.begun_at == STARTED + timedelta(seconds=step_s)
