"""What variables work out of what they hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from cp_tui.charge_point.variables import (
    ConnectorTransaction,
    ConnectorView,
    DeliveryState,
    Direction,
    Measurement,
    MessageDelivery,
    MessageKind,
    MessageRecord,
    RegistrationView,
    TransactionEntry,
    TransactionMessages,
)
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus

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


def test_a_connector_says_what_scripts_ask() -> None:
    free = ConnectorView(
        connector_id=1,
        status=ChargePointStatus.AVAILABLE,
        error_code=ChargePointErrorCode.NO_ERROR,
        since=STARTED,
        cause="",
    )
    assert (free.is_available, free.is_charging) == (True, False)
    assert (free.transaction_id, free.power_w) == (None, 0)
    busy = replace(
        free,
        status=ChargePointStatus.CHARGING,
        transaction=ConnectorTransaction(
            transaction_id=7, id_tag="TAG1", started_at=STARTED, meter_start_wh=0, energy_wh=0
        ),
        measurement=Measurement(
            register_wh=0, power_w=7_400, current_a=32.0, voltage_v=230.0, phases=1
        ),
    )
    assert (busy.is_available, busy.is_charging) == (False, True)
    assert (busy.transaction_id, busy.power_w) == (7, 7_400)
    assert busy.transaction is not None
    seen = replace(busy.transaction, is_begin_known=False)
    assert (busy.transaction.known_energy_wh, seen.known_energy_wh) == (0, None)


def test_of_what_began_before_anybody_looked_no_energy_is_known() -> None:
    messages = TransactionMessages(start=MessageDelivery(state=DeliveryState.DELIVERED))
    entry = TransactionEntry(
        key="7",
        delivery=DeliveryState.DELIVERED,
        transaction_id=7,
        connector_id=1,
        id_tag="TAG1",
        started_at=STARTED,
        meter_start_wh=0,
        energy_wh=90,
        messages=messages,
    )
    assert entry.known_energy_wh == 90
    assert replace(entry, is_begin_known=False).known_energy_wh is None


def test_a_message_gives_fields_of_its_payload() -> None:
    message = MessageRecord(
        time=STARTED,
        direction=Direction.OUT,
        kind=MessageKind.CALL,
        message_id="1",
        action="Authorize",
        payload={"idTag": "TAG1"},
    )
    assert message["idTag"] == "TAG1"
    with pytest.raises(KeyError, match="no tag in the payload of this Authorize; there is: idTag"):
        message["tag"]
    with pytest.raises(KeyError, match="there is: nothing"):
        replace(message, payload={})["idTag"]
    with pytest.raises(KeyError, match="idTag: the payload of this Authorize is no object"):
        replace(message, payload=[])["idTag"]
