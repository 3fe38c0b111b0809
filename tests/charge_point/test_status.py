"""Ways between two states of a connector (S 4.9)."""

from __future__ import annotations

from itertools import product

from cp_tui.charge_point.status import is_legal, way_round
from cp_tui.ocpp.datatypes import ChargePointStatus


def test_where_no_step_leads_two_do() -> None:
    pairs = [pair for pair in product(ChargePointStatus, repeat=2) if pair[0] is not pair[1]]
    illegal = [pair for pair in pairs if not is_legal(*pair)]
    assert illegal
    for old, new in illegal:
        between = way_round(old, new)
        assert is_legal(old, between)
        assert is_legal(between, new)
    finishing, charging = ChargePointStatus.FINISHING, ChargePointStatus.CHARGING
    assert way_round(finishing, charging) is ChargePointStatus.PREPARING
