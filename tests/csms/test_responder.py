"""The memory of the CSMS: bounded, and apart for each charge point."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cp_tui.csms import responder as responder_module
from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.responder import KEPT_MAX, Responder
from cp_tui.ocpp.core import (
    BootNotificationRequest,
    StartTransactionRequest,
    StopTransactionRequest,
)
from tests.tiers import tier

AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
BEHAVIOUR = Behaviour()


def start(meter_start: int = 0) -> StartTransactionRequest:
    return StartTransactionRequest(
        connector_id=1, id_tag="DRIVER", meter_start=meter_start, timestamp=AT
    )


def test_only_the_newest_transactions_and_charge_points_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept_max = tier(50, deep=KEPT_MAX)
    monkeypatch.setattr(responder_module, "KEPT_MAX", kept_max)
    responder = Responder()
    boot = BootNotificationRequest(charge_point_vendor="V", charge_point_model="M")
    for number in range(kept_max + 1):
        responder.answer("CP", start(number), BEHAVIOUR, AT)
        responder.answer(f"CP{number}", boot, BEHAVIOUR, AT)
    assert list(responder.transactions)[0 :: kept_max - 1] == [2, kept_max + 1]
    assert "CP0" not in responder.boots
    assert responder.boots["CP1"].boot == boot


def test_equal_starts_of_two_charge_points_are_two_transactions() -> None:
    responder = Responder()
    for charge_point_id in ("CP1", "CP2"):
        responder.answer(charge_point_id, start(), BEHAVIOUR, AT)
    assert [t.charge_point_id for t in responder.transactions.values()] == ["CP1", "CP2"]


def test_a_charge_point_cannot_stop_what_another_one_started() -> None:
    responder = Responder()
    responder.answer("CP1", start(), BEHAVIOUR, AT)
    stop = StopTransactionRequest(transaction_id=1, meter_stop=5, timestamp=AT)
    responder.answer("CP2", stop, BEHAVIOUR, AT)
    assert responder.transactions[1].stop is None
    responder.answer("CP1", stop, BEHAVIOUR, AT)
    assert responder.transactions[1].stop == stop
