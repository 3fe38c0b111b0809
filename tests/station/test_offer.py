"""The ramp from one offer to the next."""

from __future__ import annotations

from datetime import timedelta

from cp_tui.station.offer import NOTHING, RAMP, RAMP_STEP, Offer, Ramp

FULL = Offer(32.0, 22_080.0, 3)


def test_a_ramp_begins_at_what_flows_and_ends_at_the_offer() -> None:
    ramp = Ramp(Offer(8.0, 5_520.0, 3), FULL, timedelta(0))
    assert ramp.offer == Offer(8.0, 5_520.0, 3)
    assert ramp.after(RAMP / 2).offer.current_a == 20.0
    assert ramp.after(RAMP).offer == FULL
    assert ramp.after(RAMP).is_settled


def test_a_ramp_to_nothing_keeps_the_phases_until_it_is_there() -> None:
    ramp = Ramp(FULL, NOTHING, timedelta(0))
    assert ramp.after(RAMP / 2).offer == Offer(16.0, 11_040.0, 3)
    assert ramp.after(RAMP).offer == NOTHING


def test_the_offer_holds_until_the_next_step() -> None:
    ramp = Ramp(NOTHING, FULL, RAMP_STEP / 5)
    just_before = ramp.after(ramp.until_next_step - timedelta(microseconds=1))
    assert just_before.offer == ramp.offer
    assert ramp.after(ramp.until_next_step).offer != ramp.offer


def test_a_settled_ramp_stays_where_it_is() -> None:
    assert Ramp(target=FULL).after(timedelta(days=1)).offer == FULL
    assert Ramp(target=FULL).until_settled == timedelta(0)
